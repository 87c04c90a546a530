//! WebSocket frames (RFC 6455) as a server writes and reads them.
//!
//! A frame is encoded once and the same bytes go to every socket: a server's frames carry no mask. What a
//! client sends is kept only until its frame is whole, so that a silent client costs no buffer.

use std::io::Cursor;

use bytes::Bytes;
use tokio_tungstenite::tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Control, Data, OpCode},
};

use super::session::CloseReason;

/// Largest message a client may send.
const MESSAGE_LIMIT: usize = 64 << 10;
/// Bytes of a control frame's payload, by the standard.
const CONTROL_LIMIT: u64 = 125;
/// Longest header a server writes.
const HEADER_MAX: usize = 10;

/// What a message holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Binary,
}

/// Returns `payload` as one frame.
pub(super) fn message(kind: Kind, payload: &[u8]) -> Bytes {
    let data = match kind {
        Kind::Text => Data::Text,
        Kind::Binary => Data::Binary,
    };
    frame(OpCode::Data(data), payload)
}

/// Returns `text` as one frame.
pub(super) fn text(text: &str) -> Bytes {
    message(Kind::Text, text.as_bytes())
}

pub(super) fn pong(payload: &[u8]) -> Bytes {
    frame(OpCode::Control(Control::Pong), payload)
}

pub(super) fn close(reason: CloseReason) -> Bytes {
    let mut payload = reason.code().to_be_bytes().to_vec();
    payload.extend_from_slice(reason.text().as_bytes());
    frame(OpCode::Control(Control::Close), &payload)
}

fn frame(opcode: OpCode, payload: &[u8]) -> Bytes {
    let mut bytes = Vec::with_capacity(HEADER_MAX + payload.len());
    let header = FrameHeader { opcode, ..FrameHeader::default() };
    header.format(payload.len() as u64, &mut bytes).expect("a vector takes what is written");
    bytes.extend_from_slice(payload);
    bytes.into()
}

/// What a client sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    Text(String),
    Binary,
    Ping(Vec<u8>),
    Pong,
    Close,
}

/// The client does not speak the protocol.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Violation;

/// Bytes of a client as messages.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// Bytes of a frame that is not whole yet.
    unread: Vec<u8>,
    /// A message that came in parts, as far as it has come.
    begun: Option<(Data, Vec<u8>)>,
}

impl Decoder {
    /// Takes bytes from the socket.
    pub fn push(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
    }

    /// Returns the next whole message.
    pub fn next(&mut self) -> Result<Option<Message>, Violation> {
        while let Some((header, payload)) = self.next_frame()? {
            let message = match header.opcode {
                OpCode::Control(control) => Some(Self::control(control, payload)),
                OpCode::Data(data) => self.part(data, header.is_final, payload)?,
            };
            if message.is_some() {
                return Ok(message);
            }
        }
        Ok(None)
    }

    fn next_frame(&mut self) -> Result<Option<(FrameHeader, Vec<u8>)>, Violation> {
        let mut cursor = Cursor::new(&self.unread);
        let Some((header, length)) = FrameHeader::parse(&mut cursor).map_err(|_| Violation)? else {
            return Ok(None);
        };
        let mask = header.mask.ok_or(Violation)?;
        let control = matches!(header.opcode, OpCode::Control(_));
        let reserved = header.rsv1 || header.rsv2 || header.rsv3;
        let odd_control = control && (length > CONTROL_LIMIT || !header.is_final);
        if reserved || odd_control || length > MESSAGE_LIMIT as u64 {
            return Err(Violation);
        }
        let start = usize::try_from(cursor.position()).map_err(|_| Violation)?;
        let end = start + usize::try_from(length).map_err(|_| Violation)?;
        let Some(masked) = self.unread.get(start..end) else { return Ok(None) };
        let payload =
            masked.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
        self.unread.drain(..end);
        if self.unread.is_empty() {
            // A client that has said all it had to say costs nothing while it is silent.
            self.unread = Vec::new();
        }
        Ok(Some((header, payload)))
    }

    fn control(control: Control, payload: Vec<u8>) -> Message {
        match control {
            Control::Close | Control::Reserved(_) => Message::Close,
            Control::Ping => Message::Ping(payload),
            Control::Pong => Message::Pong,
        }
    }

    fn part(
        &mut self,
        data: Data,
        is_final: bool,
        payload: Vec<u8>,
    ) -> Result<Option<Message>, Violation> {
        let (kind, whole) = match (data, self.begun.take()) {
            (Data::Continue, Some((kind, mut begun))) => {
                begun.extend_from_slice(&payload);
                (kind, begun)
            }
            (Data::Text | Data::Binary, None) => (data, payload),
            (Data::Continue, None)
            | (Data::Text | Data::Binary, Some(_))
            | (Data::Reserved(_), _) => {
                return Err(Violation);
            }
        };
        if whole.len() > MESSAGE_LIMIT {
            return Err(Violation);
        }
        if !is_final {
            self.begun = Some((kind, whole));
            return Ok(None);
        }
        match kind {
            Data::Text => {
                String::from_utf8(whole).map(Message::Text).map(Some).map_err(|_| Violation)
            }
            Data::Binary | Data::Continue | Data::Reserved(_) => Ok(Some(Message::Binary)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio_tungstenite::tungstenite::{
        Message as Theirs, WebSocket,
        protocol::{Role, WebSocketConfig},
    };

    use super::*;

    #[test]
    fn a_frame_is_what_another_implementation_reads() {
        for length in [0, 1, 125, 126, 65_535, 65_536, 200_000] {
            let payload = "x".repeat(length);
            let stream = Cursor::new(text(&payload).to_vec());
            let mut socket = WebSocket::from_raw_socket(stream, Role::Client, None);
            assert_eq!(socket.read().unwrap(), Theirs::text(payload));
        }
    }

    #[test]
    fn a_message_in_parts_with_a_ping_between_them_is_one_message() {
        let mut decoder = Decoder::default();
        decoder.push(&masked(0x01, "收".as_bytes()));
        decoder.push(&masked(0x89, b"p"));
        decoder.push(&masked(0x80, "到".as_bytes()));
        assert_eq!(decoder.next(), Ok(Some(Message::Ping(b"p".to_vec()))));
        assert_eq!(decoder.next(), Ok(Some(Message::Text("收到".into()))));
        assert_eq!(decoder.next(), Ok(None));
        assert_eq!((decoder.unread.capacity(), decoder.begun.is_none()), (0, true));
    }

    #[test]
    fn what_breaks_the_protocol_is_refused() {
        let unmasked = text("{}").to_vec();
        let endless = masked(0x81, &vec![b'a'; MESSAGE_LIMIT + 1]);
        let no_text = masked(0x81, &[0xff, 0xfe]);
        let never_begun = masked(0x80, b"x");
        let compressed = masked(0xc1, b"x");
        let long_ping = masked(0x89, &[0; 126]);
        for bytes in [unmasked, endless, no_text, never_begun, compressed, long_ping] {
            let mut decoder = Decoder::default();
            decoder.push(&bytes);
            assert_eq!(decoder.next(), Err(Violation), "{:?}", &bytes[..2]);
        }
    }

    proptest! {
        #[test]
        fn however_the_bytes_are_cut_the_messages_are_those_that_were_sent(
            texts in proptest::collection::vec(".{0,300}", 1..6),
            cut in 1usize..97,
        ) {
            let mut sent = Vec::new();
            let config = WebSocketConfig::default();
            let mut client = WebSocket::from_raw_socket(Cursor::new(&mut sent), Role::Client, Some(config));
            for text in &texts {
                client.send(Theirs::text(text.clone())).unwrap();
            }
            let mut decoder = Decoder::default();
            let mut heard = Vec::new();
            for piece in sent.chunks(cut) {
                decoder.push(piece);
                while let Some(message) = decoder.next().unwrap() {
                    heard.push(message);
                }
            }
            let expected: Vec<_> = texts.into_iter().map(Message::Text).collect();
            prop_assert_eq!(heard, expected);
        }
    }

    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let key = [1, 2, 3, 4];
        let mut bytes = vec![first];
        match payload.len() {
            short @ ..=125 => bytes.push(0x80 | u8::try_from(short).unwrap()),
            long => {
                bytes.push(0xff);
                bytes.extend_from_slice(&(long as u64).to_be_bytes());
            }
        }
        bytes.extend_from_slice(&key);
        bytes.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
        bytes
    }
}
