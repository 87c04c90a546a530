//! How each server is spoken to: the request, the hello, and what its frames mean.

use super::{
    frame::{BINARY, TEXT, masked},
    tally::Tally,
};
use crate::hub::kind::Kind;

/// What stands before a message's number.
const MARK: &[u8] = b"n=";
/// Tokens of the demonstration, taken in turn.
const TOKENS: [&str; 3] = ["demo-commander", "demo-dispatcher", "demo-screen"];

/// What one socket has said and heard.
#[derive(Default)]
pub struct Talk {
    /// It is subscribed.
    pub live: bool,
    /// The number of the last event or message.
    pub last: u64,
    /// The journal that the numbers belong to, for who comes back.
    pub epoch: String,
    /// The part of the map that it looks at, as west, south, east, north.
    pub view: Option<[f64; 4]>,
    /// It does not read, and nobody waits for it.
    pub stalled: bool,
    /// Part of a protocol line that has not come to its end.
    carry: Vec<u8>,
}

impl Talk {
    pub fn looking_at(view: Option<[f64; 4]>) -> Self {
        Self { view, ..Self::default() }
    }

    /// Returns what is remembered when the socket is cut.
    pub fn again(self) -> Self {
        Self { live: false, stalled: false, carry: Vec::new(), ..self }
    }
}

/// Returns the request that opens a socket.
pub fn request(kind: Kind) -> String {
    let path = match kind {
        Kind::Ours => "/api/v1/live",
        Kind::Nchan => "/sub",
        Kind::SocketIo => "/socket.io/?EIO=4&transport=websocket",
        Kind::Reference | Kind::Nats | Kind::Ws => "/",
    };
    let protocol = if kind == Kind::Ours { "Sec-WebSocket-Protocol: jiaoying.v1\r\n" } else { "" };
    format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{protocol}\r\n"
    )
}

/// Returns what a client says first; nothing where opening the socket is enough.
pub fn hello(kind: Kind, talk: &mut Talk, number: usize) -> Vec<u8> {
    match kind {
        Kind::Ours => {
            let resume = if talk.epoch.is_empty() {
                String::new()
            } else {
                format!(r#","resume":{{"epoch":"{}","seq":{}}}"#, talk.epoch, talk.last)
            };
            let token = TOKENS[number % TOKENS.len()];
            let (map, look) = talk.view.map_or_else(Default::default, |view| {
                (r#","map""#, format!(r#","bbox":{view:?},"packed":true"#))
            });
            let topics = format!(r#"["duty","warnings","callouts"{map}]"#);
            let text =
                format!(r#"{{"type":"hello","token":"{token}","topics":{topics}{look}{resume}}}"#);
            masked(TEXT, text.as_bytes())
        }
        Kind::Nats => {
            masked(BINARY, b"CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB m 1\r\nPING\r\n")
        }
        Kind::SocketIo => masked(TEXT, b"40"),
        Kind::Reference | Kind::Nchan | Kind::Ws => {
            talk.live = true;
            Vec::new()
        }
    }
}

/// Takes the payload of one frame; returns what has to be said to it.
pub fn hear(kind: Kind, talk: &mut Talk, payload: &[u8], tally: &mut Tally) -> Option<Vec<u8>> {
    match kind {
        Kind::Ours => hear_ours(talk, payload, tally),
        Kind::Nats => hear_nats(talk, payload, tally),
        Kind::SocketIo => match payload {
            b"2" => Some(masked(TEXT, b"3")),
            [b'4', b'0', ..] => {
                talk.live = true;
                None
            }
            _ => hear_plain(talk, payload, tally),
        },
        Kind::Reference | Kind::Nchan | Kind::Ws => hear_plain(talk, payload, tally),
    }
}

fn hear_plain(talk: &mut Talk, payload: &[u8], tally: &mut Tally) -> Option<Vec<u8>> {
    match number(payload) {
        Some(number) => tally.hear(&mut talk.last, number, number, !talk.stalled),
        None => tally.others += 1,
    }
    None
}

fn hear_ours(talk: &mut Talk, payload: &[u8], tally: &mut Tally) -> Option<Vec<u8>> {
    if let Some(rest) = payload.strip_prefix(br#"{"type":"event","seq":"#) {
        let seq = digits(rest);
        tally.hear(&mut talk.last, seq, number(rest).unwrap_or(0), !talk.stalled);
        return None;
    }
    if tally.arrivals.hear(payload) {
        return None;
    }
    tally.others += 1;
    if payload.starts_with(br#"{"type":"ping""#) {
        return Some(masked(TEXT, br#"{"type":"pong"}"#));
    }
    if payload.starts_with(br#"{"type":"welcome""#) {
        talk.epoch = String::from_utf8(after(payload, br#""epoch":""#).to_vec()).unwrap();
        talk.epoch.truncate(talk.epoch.find('"').unwrap());
        talk.live |= !after(payload, br#""resumed":true"#).is_empty();
    } else if let Some(rest) = payload.strip_prefix(br#"{"type":"snapshot","seq":"#) {
        // A board in place of events that were missed is told as such, and no gap.
        tally.boards += u64::from(talk.live);
        (talk.live, talk.last) = (true, digits(rest));
    }
    None
}

/// The protocol's lines run through the frames as they please.
fn hear_nats(talk: &mut Talk, payload: &[u8], tally: &mut Tally) -> Option<Vec<u8>> {
    let mut carry = std::mem::take(&mut talk.carry);
    let mut rest = payload;
    if !carry.is_empty() {
        carry.extend_from_slice(payload);
        rest = &carry;
    }
    let mut reply = None;
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let line = &rest[..end];
        let mut next = end + 2;
        if line.starts_with(b"MSG ") {
            let length = line.rsplit(|byte| *byte == b' ').next().map_or(0, digits);
            let body = next..next + usize::try_from(length).unwrap();
            next = body.end + 2;
            if rest.len() < next {
                break;
            }
            hear_plain(talk, &rest[body], tally);
        } else if line == b"PING" {
            reply = Some(masked(BINARY, b"PONG\r\n"));
        } else if line == b"PONG" {
            talk.live = true;
        }
        rest = &rest[next..];
    }
    talk.carry = rest.to_vec();
    reply
}

/// Returns the number of a message.
fn number(payload: &[u8]) -> Option<u64> {
    let rest = after(payload, MARK);
    (!rest.is_empty()).then(|| digits(rest))
}

/// Returns what follows `mark`; nothing if it is not there.
fn after<'b>(bytes: &'b [u8], mark: &[u8]) -> &'b [u8] {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == mark[0]) {
        if rest[at..].starts_with(mark) {
            return &rest[at + mark.len()..];
        }
        rest = &rest[at + 1..];
    }
    &[]
}

fn digits(bytes: &[u8]) -> u64 {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}
