//! What a message of ours looks like: one byte of version, the sender, then what it says. Which of the two
//! kinds it is, the channel tells.

use bytes::{BufMut, Bytes, BytesMut};

use super::{MESSAGE_BYTES_MAX, NodeId, Nudge};

const VERSION: u8 = 1;
const HEADER: usize = 1 + 16;
const NUDGE: usize = 16 + 8;

/// A message whose body still has to be read.
pub(super) struct Said {
    pub from: NodeId,
    body: Bytes,
}

/// Returns a message that says nothing: whoever may send it may send the others.
pub(super) fn greeting(from: NodeId) -> Bytes {
    header(from, 0).freeze()
}

pub(super) fn nudge(from: NodeId, nudge: Nudge) -> Bytes {
    let mut message = header(from, NUDGE);
    message.put_slice(&nudge.epoch);
    message.put_u64(nudge.seq);
    message.freeze()
}

/// Returns a message with a batch of positions or of readings.
pub(super) fn batch(from: NodeId, batch: &[u8]) -> Bytes {
    let mut message = header(from, batch.len());
    message.put_slice(batch);
    message.freeze()
}

fn header(from: NodeId, body: usize) -> BytesMut {
    let mut message = BytesMut::with_capacity(HEADER + body);
    message.put_u8(VERSION);
    message.put_slice(&from.0);
    message
}

impl Said {
    /// Reads who sent a message; none for what no node of ours can have written.
    pub fn read(message: &Bytes) -> Option<Self> {
        if message.len() > HEADER + MESSAGE_BYTES_MAX || message.first() != Some(&VERSION) {
            return None;
        }
        let from = message.get(1..HEADER)?.try_into().ok()?;
        Some(Self { from: NodeId(from), body: message.slice(HEADER..) })
    }

    pub fn is_greeting(&self) -> bool {
        self.body.is_empty()
    }

    pub fn nudge(&self) -> Option<Nudge> {
        if self.body.len() != NUDGE {
            return None;
        }
        let (epoch, seq) = self.body.split_at(16);
        Some(Nudge { epoch: epoch.try_into().ok()?, seq: u64::from_be_bytes(seq.try_into().ok()?) })
    }

    pub fn batch(self) -> Bytes {
        self.body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_read_back() {
        let (from, said) = (NodeId::random(), Nudge { epoch: [7; 16], seq: u64::MAX - 1 });
        let read = Said::read(&nudge(from, said)).unwrap();
        assert_eq!((read.from, read.nudge()), (from, Some(said)));
        let read = Said::read(&batch(from, b"batch")).unwrap();
        assert_eq!((read.from, read.batch()), (from, Bytes::from_static(b"batch")));
        assert!(Said::read(&greeting(from)).unwrap().is_greeting());
    }

    #[test]
    fn nonsense_of_any_length_is_refused() {
        let sound = nudge(NodeId::random(), Nudge { epoch: [0; 16], seq: 1 });
        for length in 0..sound.len() {
            let cut = Said::read(&sound.slice(..length));
            assert!(cut.and_then(|said| said.nudge()).is_none(), "cut to {length}");
        }
        let mut other = sound.to_vec();
        other[0] = 2;
        assert!(Said::read(&Bytes::from(other)).is_none(), "another version");
        assert!(Said::read(&Bytes::from(vec![1; MESSAGE_BYTES_MAX + 18])).is_none());
        assert!(Said::read(&Bytes::from_static(b"{\"seq\":1}")).is_none());
    }
}
