//! The frames that one class of clients gets of a stretch of the journal, as the bytes of one write.

use bytes::{Bytes, BytesMut};

use super::{
    frames::{Frame, Topics},
    history::Frames,
};
use crate::domain::ids::AreaCode;

/// Bytes after which a block ends: what does not fit comes with the next.
const BYTES_MAX: usize = 256 << 10;

/// Clients that may see the same and asked for the same: what one of them gets, all get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Class {
    pub area: AreaCode,
    pub topics: Topics,
}

impl Class {
    fn takes(&self, frame: &Frame) -> bool {
        frame.concerns(self.area, self.topics)
    }
}

/// Every event numbered after `from` and up to `to` that the class may see.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub from: u64,
    pub to: u64,
    pub bytes: Bytes,
    /// Where each frame ends in `bytes`, and its event's number.
    ends: Vec<(usize, u64)>,
}

impl Block {
    /// Returns all of `frames` that `class` may see, as few blocks as possible.
    pub fn all(frames: &Frames, class: &Class) -> Vec<Self> {
        let mut blocks = vec![Self::of(frames, class)];
        while let Some(last) = blocks.last().filter(|last| last.to < frames.to) {
            let rest = Frames { from: last.to, ..frames.clone() };
            blocks.push(Self::of(&rest, class));
        }
        blocks
    }

    /// Returns the first block of `frames`.
    pub fn of(frames: &Frames, class: &Class) -> Self {
        let (from, to) = (frames.from, frames.to);
        let start = frames.frames.partition_point(|frame| frame.seq <= from);
        let mut taken = frames.frames[start..].iter().filter(|frame| class.takes(frame));
        let Some(first) = taken.next() else {
            return Self { from, to, bytes: Bytes::new(), ends: Vec::new() };
        };
        let mut ends = vec![(first.bytes.len(), first.seq)];
        let Some(second) = taken.next() else {
            // The usual case: the bytes are those that were encoded once for everybody.
            return Self { from, to, bytes: first.bytes.clone(), ends };
        };
        let mut bytes = BytesMut::with_capacity(first.bytes.len() + second.bytes.len());
        bytes.extend_from_slice(&first.bytes);
        for frame in std::iter::once(second).chain(taken) {
            if bytes.len() + frame.bytes.len() > BYTES_MAX {
                let to = ends.last().map_or(from, |(_, seq)| *seq);
                return Self { from, to, bytes: bytes.freeze(), ends };
            }
            bytes.extend_from_slice(&frame.bytes);
            ends.push((bytes.len(), frame.seq));
        }
        Self { from, to, bytes: bytes.freeze(), ends }
    }

    /// Returns where the first frame numbered after `seq` begins.
    pub fn start_after(&self, seq: u64) -> usize {
        let passed = self.ends.partition_point(|(_, of)| *of <= seq);
        passed.checked_sub(1).map_or(0, |last| self.ends[last].0)
    }

    /// Returns the end and the number of the frame that the byte before `offset` belongs to.
    pub fn frame_at(&self, offset: usize) -> Option<(usize, u64)> {
        self.ends.get(self.ends.partition_point(|(end, _)| *end < offset)).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{
        super::{frames::Topic, scope::Scope},
        *,
    };

    #[test]
    fn a_block_holds_what_the_class_may_see_and_passes_the_rest() {
        let block = Block::of(
            &frames(&[(1, Topic::Callouts), (2, Topic::Duty), (3, Topic::Callouts)]),
            &class(),
        );
        assert_eq!(&block.bytes[..], b"13");
        assert_eq!((block.from, block.to), (0, 3));
        assert_eq!((block.start_after(0), block.start_after(1), block.start_after(2)), (0, 1, 1));
        assert_eq!((block.frame_at(1), block.frame_at(2)), (Some((1, 1)), Some((2, 3))));
    }

    #[test]
    fn one_frame_is_shared_and_not_copied() {
        let frames = frames(&[(1, Topic::Duty), (2, Topic::Callouts)]);
        let block = Block::of(&frames, &class());
        assert_eq!(block.bytes.as_ptr(), frames.frames[1].bytes.as_ptr());
    }

    #[test]
    fn a_block_ends_with_a_whole_frame() {
        let big = |seq| Frame {
            seq,
            topic: Topic::Callouts,
            scope: Scope::Everybody,
            bytes: vec![b'x'; BYTES_MAX / 2].into(),
        };
        let frames = Frames { from: 0, to: 9, frames: Arc::new([big(2), big(5), big(8)]) };
        let block = Block::of(&frames, &class());
        assert_eq!((block.to, block.bytes.len()), (5, BYTES_MAX));
        let all = Block::all(&frames, &class());
        let spans: Vec<_> = all.iter().map(|block| (block.from, block.to)).collect();
        assert_eq!(spans, [(0, 5), (5, 9)]);
    }

    fn class() -> Class {
        Class { area: "990101".parse().unwrap(), topics: [Topic::Callouts].into_iter().collect() }
    }

    fn frames(given: &[(u64, Topic)]) -> Frames {
        let frame = |(seq, topic): &(u64, Topic)| Frame {
            seq: *seq,
            topic: *topic,
            scope: Scope::Everybody,
            bytes: seq.to_string().into(),
        };
        let to = given.last().unwrap().0;
        Frames { from: 0, to, frames: given.iter().map(frame).collect() }
    }
}
