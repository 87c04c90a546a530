//! One client's conversation, without the socket: frames, events and time in, outputs out.
//!
//! Invariant: an event is sent at most once and never before one with a lower number.

use std::{collections::BTreeSet, time::Duration};

use compact_str::CompactString;
use serde::Deserialize;

use super::{
    frames::{Frame, Topic},
    incoming::Misread,
};
use crate::domain::{
    command::AnswerKind,
    ids::{AreaCode, AttemptId, ObligationId},
    time::Timestamp,
};

/// How long a new connection has to say what it wants.
pub(super) const HELLO_WINDOW: Duration = Duration::from_secs(5);
/// How often a silent client is asked whether it is there.
pub(super) const PING_EVERY: Duration = Duration::from_secs(10);
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
    View {},
    Pong {},
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
}

/// The first frame.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Hello {
    #[serde(default)]
    pub token: Option<String>,
    #[serde(default)]
    pub topics: BTreeSet<Topic>,
    /// Narrower than the client's own area.
    #[serde(default)]
    pub area: Option<AreaCode>,
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

/// What the socket has to do.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Output {
    /// Let the client in and send the board, or what it missed.
    Greet(Hello),
    Submit(ClientFrame),
    Refuse(Misread),
    Ping,
    Close(CloseReason),
}

/// A conversation.
#[derive(Debug)]
pub(super) enum Session {
    Greeting { hello_by: Timestamp },
    Live(Live),
    Closed,
}

#[derive(Debug)]
pub(super) struct Live {
    area: AreaCode,
    topics: BTreeSet<Topic>,
    /// The last event sent, or that the snapshot held.
    sent: u64,
    heard_at: Timestamp,
    ping_at: Timestamp,
}

impl Session {
    pub fn open(now: Timestamp) -> Self {
        Session::Greeting { hello_by: now + HELLO_WINDOW }
    }

    pub fn on_frame(&mut self, frame: ClientFrame, now: Timestamp) -> Option<Output> {
        if let Session::Live(live) = self {
            live.heard_at = now;
        }
        match (&*self, frame) {
            (Session::Greeting { .. }, ClientFrame::Hello(hello)) => Some(Output::Greet(hello)),
            // A browser's own ping may come before it has spoken.
            (
                Session::Greeting { .. } | Session::Live(_),
                ClientFrame::Pong {} | ClientFrame::View {},
            ) => None,
            (Session::Live(_), frame @ (ClientFrame::Answer(_) | ClientFrame::Received { .. })) => {
                Some(Output::Submit(frame))
            }
            (Session::Greeting { .. }, ClientFrame::Answer(_) | ClientFrame::Received { .. })
            | (Session::Live(_), ClientFrame::Hello(_)) => Some(self.close(CloseReason::OutOfTurn)),
            (Session::Closed, _) => None,
        }
    }

    /// Takes an answer that cannot be read: like any answer, it belongs here once the client is in.
    pub fn on_misread(&mut self, misread: Misread, now: Timestamp) -> Option<Output> {
        match self {
            Session::Greeting { .. } => Some(self.close(CloseReason::OutOfTurn)),
            Session::Live(live) => {
                live.heard_at = now;
                Some(Output::Refuse(misread))
            }
            Session::Closed => None,
        }
    }

    /// Lets the client in: it has seen everything up to `sent`.
    pub fn go_live(&mut self, area: AreaCode, topics: BTreeSet<Topic>, sent: u64, now: Timestamp) {
        let (heard_at, ping_at) = (now, now + PING_EVERY);
        *self = Session::Live(Live { area, topics, sent, heard_at, ping_at });
    }

    /// Tells whether `frame` is to be sent; one that a replay already covered is not sent twice.
    pub fn takes(&mut self, frame: &Frame) -> bool {
        let Session::Live(live) = self else { return false };
        if frame.seq <= live.sent {
            return false;
        }
        live.sent = frame.seq;
        frame.concerns(live.area, &live.topics)
    }

    /// Notes that the journal up to `seq` has been gone through for this client.
    pub fn skip_to(&mut self, seq: u64) {
        if let Session::Live(live) = self {
            live.sent = live.sent.max(seq);
        }
    }

    /// Returns the last event that this client has seen or did not have to.
    pub fn sent(&self) -> u64 {
        match self {
            Session::Live(live) => live.sent,
            Session::Greeting { .. } | Session::Closed => 0,
        }
    }

    pub fn next_deadline(&self) -> Option<Timestamp> {
        match self {
            Session::Greeting { hello_by } => Some(*hello_by),
            Session::Live(live) => Some(live.ping_at.min(live.heard_at + SILENCE_LIMIT)),
            Session::Closed => None,
        }
    }

    pub fn on_deadline(&mut self, now: Timestamp) -> Option<Output> {
        match self {
            Session::Greeting { hello_by } if *hello_by <= now => {
                Some(self.close(CloseReason::HelloTimeout))
            }
            Session::Live(live) if live.heard_at + SILENCE_LIMIT <= now => {
                Some(self.close(CloseReason::Silent))
            }
            Session::Live(live) if live.ping_at <= now => {
                live.ping_at = now + PING_EVERY;
                Some(Output::Ping)
            }
            Session::Greeting { .. } | Session::Live(_) | Session::Closed => None,
        }
    }

    pub fn close(&mut self, reason: CloseReason) -> Output {
        *self = Session::Closed;
        Output::Close(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::frames::Scope, *};

    #[test]
    fn an_event_that_the_snapshot_held_is_not_sent_again() {
        let mut session = live(8);
        assert!(!session.takes(&frame(8, Topic::Callouts)));
        assert!(session.takes(&frame(9, Topic::Callouts)));
        assert!(!session.takes(&frame(9, Topic::Callouts)));
    }

    #[test]
    fn only_what_was_asked_for_and_lies_in_the_clients_area_is_sent() {
        let mut session = live(0);
        assert!(!session.takes(&frame(1, Topic::Duty)));
        let elsewhere = Frame {
            scope: Scope::Within("990102001".parse().unwrap()),
            ..frame(2, Topic::Callouts)
        };
        assert!(!session.takes(&elsewhere));
        assert_eq!(session.sent(), 2);
    }

    #[test]
    fn a_connection_that_says_nothing_is_closed() {
        let mut session = Session::open(at(0));
        let deadline = session.next_deadline().unwrap();
        assert_eq!(deadline, at(5));
        let closed = session.on_deadline(deadline);
        assert_eq!(closed, Some(Output::Close(CloseReason::HelloTimeout)));
        assert_eq!(session.next_deadline(), None);
    }

    #[test]
    fn a_silent_client_is_pinged_and_then_closed() {
        let mut session = live(0);
        assert_eq!(session.on_deadline(at(10)), Some(Output::Ping));
        assert_eq!(session.on_frame(ClientFrame::Pong {}, at(11)), None);
        assert_eq!(session.on_deadline(at(20)), Some(Output::Ping));
        assert_eq!(session.on_deadline(at(36)), Some(Output::Close(CloseReason::Silent)));
    }

    #[test]
    fn nothing_but_hello_is_heard_first_and_hello_only_once() {
        let mut session = Session::open(at(0));
        let attempt = "o-1.0".parse().unwrap();
        let early = session.on_frame(ClientFrame::Received { attempt }, at(1));
        assert_eq!(early, Some(Output::Close(CloseReason::OutOfTurn)));
        let mut session = live(0);
        let again = session.on_frame(ClientFrame::Hello(hello()), at(1));
        assert_eq!(again, Some(Output::Close(CloseReason::OutOfTurn)));
    }

    fn live(sent: u64) -> Session {
        let mut session = Session::open(at(0));
        let greeted = session.on_frame(ClientFrame::Hello(hello()), at(0));
        assert_eq!(greeted, Some(Output::Greet(hello())));
        let area = "990101".parse().unwrap();
        session.go_live(area, BTreeSet::from([Topic::Callouts]), sent, at(0));
        session
    }

    fn hello() -> Hello {
        Hello { token: None, topics: BTreeSet::new(), area: None, resume: None }
    }

    fn frame(seq: u64, topic: Topic) -> Frame {
        Frame { seq, topic, scope: Scope::Everybody, text: "{}".into() }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }
}
