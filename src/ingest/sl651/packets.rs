//! Reports that came in several packets (M3), put together again.
//!
//! Invariant: packets of two messages are never mixed where they can be told apart, and one connection
//! holds one message of at most [`MESSAGE_MAX`] bytes.

use std::collections::BTreeMap;

use super::{End, Fault, Frame, Packet};

/// Bytes of all packets: a camera of a station sends pictures of 30 to 100 KB. More is refused.
pub(super) const MESSAGE_MAX: usize = 256 * 1024;

/// The packets of one connection.
#[derive(Debug, Default)]
pub(super) struct Packets {
    total: u16,
    /// By number; what they have in common is in each header.
    parts: BTreeMap<u16, Frame>,
    bytes: usize,
}

impl Packets {
    /// Takes a frame; returns the message that it makes whole, a frame without packets at once.
    pub fn take(&mut self, frame: Frame) -> Result<Option<Frame>, Fault> {
        let Some(Packet { total, number }) = frame.packet else { return Ok(Some(frame)) };
        if !self.continues(&frame, total, number) {
            *self = Self { total, ..Self::default() };
        }
        let last = frame.end == End::Etx;
        self.bytes += frame.body.len();
        if let Some(before) = self.parts.insert(number, frame) {
            self.bytes -= before.body.len();
        }
        if self.bytes > MESSAGE_MAX {
            *self = Self::default();
            return Err(Fault::TooLarge);
        }
        if self.parts.len() == usize::from(total) {
            return Ok(std::mem::take(self).join());
        }
        // The station waits for an answer now; what came is kept for when it repeats.
        if last { Err(Fault::Packets) } else { Ok(None) }
    }

    /// Returns the first packet, which alone has serial number and time.
    pub fn first(&self) -> Option<&Frame> {
        self.parts.get(&1)
    }

    /// Tells whether a packet belongs to those that are there. One that says something else than before
    /// under its number begins another message.
    fn continues(&self, frame: &Frame, total: u16, number: u16) -> bool {
        let Some((_, other)) = self.parts.first_key_value() else { return false };
        let same = |other: &Frame| {
            (other.station, other.function, other.centre)
                == (frame.station, frame.function, frame.centre)
        };
        let repeated = self.parts.get(&number);
        self.total == total
            && same(other)
            && repeated.is_none_or(|repeated| repeated.body == frame.body)
    }

    fn join(self) -> Option<Frame> {
        let body = self.parts.values().flat_map(|part| part.body.iter().copied()).collect();
        let (_, first) = self.parts.into_iter().next()?;
        Some(Frame { packet: None, body, end: End::Etx, ..first })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sl651::testing::report_frame;

    #[test]
    fn packets_in_any_order_make_the_message() {
        let mut packets = Packets::default();
        assert_eq!(packets.take(part(2, 3, b"bb")), Ok(None));
        assert_eq!(packets.take(part(1, 3, b"aa")), Ok(None));
        assert_eq!(packets.take(part(2, 3, b"bb")), Ok(None), "one that is repeated");
        let whole = packets.take(part(3, 3, b"cc")).unwrap().unwrap();
        assert_eq!((whole.body, whole.packet, whole.end), (b"aabbcc".to_vec(), None, End::Etx));
        assert!(packets.parts.is_empty());
    }

    #[test]
    fn a_missing_packet_is_told_at_the_end_and_can_still_come() {
        let mut packets = Packets::default();
        assert_eq!(packets.take(part(1, 3, b"aa")), Ok(None));
        assert_eq!(packets.take(part(3, 3, b"cc")), Err(Fault::Packets));
        assert!(packets.first().is_some());
        let whole = packets.take(part(2, 3, b"bb")).unwrap().unwrap();
        assert_eq!(whole.body, b"aabbcc");
    }

    #[test]
    fn another_message_is_not_mixed_with_the_one_before() {
        let mut packets = Packets::default();
        packets.take(part(1, 3, b"aa")).unwrap();
        packets.take(part(2, 3, b"bb")).unwrap();
        assert_eq!(packets.take(part(1, 3, b"AA")), Ok(None));
        assert_eq!(packets.take(part(3, 3, b"CC")), Err(Fault::Packets));
        let whole = packets.take(part(2, 3, b"BB")).unwrap().unwrap();
        assert_eq!(whole.body, b"AABBCC");
    }

    #[test]
    fn a_message_larger_than_any_picture_is_refused_and_forgotten() {
        let mut packets = Packets::default();
        let body = vec![1; 4_000];
        let refused = (1..=4_095).find_map(|number| packets.take(part(number, 4_095, &body)).err());
        assert_eq!(refused, Some(Fault::TooLarge));
        assert_eq!(packets.bytes, 0);
    }

    fn part(number: u16, total: u16, body: &[u8]) -> Frame {
        let end = if number == total { End::Etx } else { End::Etb };
        let frame = Frame::read(&report_frame()).unwrap();
        Frame { packet: Some(Packet { total, number }), body: body.to_vec(), end, ..frame }
    }
}
