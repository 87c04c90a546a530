//! One client's conversation, without the socket: what may be said when, and what follows from it.

use std::time::Duration;

use compact_str::CompactString;
use serde::Deserialize;

use super::{frames::Topics, incoming::Misread};
use crate::{
    domain::{
        command::AnswerKind,
        ids::{AreaCode, AttemptId, ObligationId},
        spot_check::Here,
    },
    positions::Report,
};

/// How long a new connection has to say what it wants.
pub(super) const HELLO_WINDOW: Duration = Duration::from_secs(5);
/// How often a client is asked whether it is there, in seconds.
pub(super) const PING_EVERY_S: usize = 10;
/// How long a client may say nothing.
pub(super) const SILENCE_LIMIT: Duration = Duration::from_secs(25);

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    Hello(Hello),
    Answer(AnswerFrame),
    /// Confirms a call that was put on the page.
    Received {
        attempt: AttemptId,
    },
    /// What part of the map is looked at.
    View(ViewFrame),
    /// Where the client's own unit is.
    Positions(PositionsFrame),
    /// Asks which units some numbers of the packed form are.
    Units {
        numbers: Vec<u32>,
    },
    Pong {},
}

/// A part of the map. With `zoom` it is drawn, and clusters come where there are too many units.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ViewFrame {
    pub bbox: [f64; 4],
    #[serde(default)]
    pub zoom: Option<f64>,
    #[serde(default)]
    pub id: CompactString,
}

/// Positions as `POST /positions` takes them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PositionsFrame {
    #[serde(default)]
    pub id: CompactString,
    pub items: Vec<Report>,
}

/// An answer; `id` is the client's own name for it, which the reply carries.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerFrame {
    pub id: CompactString,
    pub obligation: ObligationId,
    pub answer: AnswerKind,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub on_behalf_of: Option<CompactString>,
    #[serde(default)]
    pub via: Option<CompactString>,
    #[serde(default)]
    pub here: Option<Here>,
}

/// The first frame.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Hello {
    #[serde(default)]
    pub token: Option<String>,
    #[serde(default)]
    pub topics: Topics,
    /// Narrower than the client's own area.
    #[serde(default)]
    pub area: Option<AreaCode>,
    /// The part of the map that is looked at; without it, all of the area.
    #[serde(default)]
    pub bbox: Option<[f64; 4]>,
    #[serde(default)]
    pub zoom: Option<f64>,
    /// Wants positions in the packed form.
    #[serde(default)]
    pub packed: bool,
    #[serde(default)]
    pub resume: Option<Resume>,
}

/// Where a client was when it lost its connection.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Resume {
    pub epoch: CompactString,
    pub seq: u64,
}

/// Why a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    HelloTimeout,
    Silent,
    NotAllowed,
    OutOfTurn,
    TooSlow,
    Restarting,
}

impl CloseReason {
    pub const ALL: [CloseReason; 6] = [
        CloseReason::HelloTimeout,
        CloseReason::Silent,
        CloseReason::NotAllowed,
        CloseReason::OutOfTurn,
        CloseReason::TooSlow,
        CloseReason::Restarting,
    ];

    /// Returns the WebSocket close code. The only place that knows them.
    pub fn code(self) -> u16 {
        match self {
            CloseReason::HelloTimeout => 4001,
            CloseReason::Silent => 4002,
            CloseReason::NotAllowed => 4003,
            CloseReason::OutOfTurn => 4004,
            CloseReason::TooSlow => 4008,
            CloseReason::Restarting => 1012,
        }
    }

    /// Returns what the metrics call it.
    pub fn name(self) -> &'static str {
        match self {
            CloseReason::HelloTimeout => "no_hello",
            CloseReason::Silent => "silent",
            CloseReason::NotAllowed => "not_allowed",
            CloseReason::OutOfTurn => "out_of_turn",
            CloseReason::TooSlow => "too_slow",
            CloseReason::Restarting => "restarting",
        }
    }

    pub fn text(self) -> &'static str {
        match self {
            CloseReason::HelloTimeout => "no hello in time",
            CloseReason::Silent => "nothing heard for too long",
            CloseReason::NotAllowed => "not allowed, log in again",
            CloseReason::OutOfTurn => "a frame that does not belong here",
            CloseReason::TooSlow => "too slow, resume",
            CloseReason::Restarting => "restarting, resume",
        }
    }
}

/// What the client's task has to do.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Output {
    /// Let the client in and send the board, or what it missed.
    Greet(Hello),
    Submit(ClientFrame),
    Refuse(Misread),
    Close(CloseReason),
}

/// A conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Session {
    Greeting,
    Live,
}

impl Session {
    /// Takes what the client said. Nothing but hello is heard first, and hello only once.
    pub fn on_frame(&mut self, frame: ClientFrame) -> Option<Output> {
        match (&*self, frame) {
            (Session::Greeting, ClientFrame::Hello(hello)) => {
                *self = Session::Live;
                Some(Output::Greet(hello))
            }
            // A browser's own ping may come before it has spoken, and its map may move.
            (_, ClientFrame::Pong {}) | (Session::Greeting, ClientFrame::View(_)) => None,
            (Session::Greeting, _) | (Session::Live, ClientFrame::Hello(_)) => {
                Some(Output::Close(CloseReason::OutOfTurn))
            }
            (Session::Live, frame) => Some(Output::Submit(frame)),
        }
    }

    /// Takes an answer that cannot be read: like any answer, it belongs here once the client is in.
    pub fn on_misread(self, misread: Misread) -> Output {
        match self {
            Session::Greeting => Output::Close(CloseReason::OutOfTurn),
            Session::Live => Output::Refuse(misread),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_hello_is_heard_first_and_hello_only_once() {
        let received = || ClientFrame::Received { attempt: "o-1.0".parse().unwrap() };
        let mut session = Session::Greeting;
        let early = session.on_frame(received());
        assert_eq!(early, Some(Output::Close(CloseReason::OutOfTurn)));
        assert_eq!(session.on_frame(ClientFrame::Pong {}), None);
        assert_eq!(session.on_frame(ClientFrame::Hello(hello())), Some(Output::Greet(hello())));
        assert_eq!(session.on_frame(received()), Some(Output::Submit(received())));
        let again = session.on_frame(ClientFrame::Hello(hello()));
        assert_eq!(again, Some(Output::Close(CloseReason::OutOfTurn)));
    }

    fn hello() -> Hello {
        serde_json::from_str("{}").unwrap()
    }
}
