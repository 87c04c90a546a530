//! The newest events, encoded: who lost a connection, or was slow for a moment, goes on from here without
//! anybody reading the journal.

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock},
};

use super::frames::Frame;

/// Bytes kept. One red warning over a county is about a megabyte.
const BYTES_MAX: usize = 16 << 20;

/// Frames that follow one another: every event numbered after `from` and up to `to` that clients may see.
#[derive(Debug, Clone)]
pub(super) struct Frames {
    pub from: u64,
    pub to: u64,
    pub frames: Arc<[Frame]>,
}

/// The newest frames, bounded by their bytes.
#[derive(Debug, Default)]
pub(super) struct History {
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Every frame numbered after this is here.
    from: u64,
    to: u64,
    bytes: usize,
    frames: VecDeque<Frame>,
}

/// What follows an event.
#[derive(Debug)]
pub(super) enum Since {
    /// So much of it, from memory.
    Kept(Frames),
    /// It is older than what is kept.
    TooOld,
}

impl History {
    /// Begins with nothing: what happened up to `seq` is in the journal.
    pub fn starting_at(seq: u64) -> Self {
        Self { kept: RwLock::new(Kept { from: seq, to: seq, ..Kept::default() }) }
    }

    /// Takes in what has just happened. After a gap what came before it is forgotten.
    pub fn push(&self, news: &Frames) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if news.from != kept.to {
            *kept = Kept { from: news.from, ..Kept::default() };
        }
        kept.to = news.to;
        kept.bytes += news.frames.iter().map(|frame| frame.bytes.len()).sum::<usize>();
        kept.frames.extend(news.frames.iter().cloned());
        while kept.bytes > BYTES_MAX {
            let Some(oldest) = kept.frames.pop_front() else { break };
            kept.bytes -= oldest.bytes.len();
            kept.from = oldest.seq;
        }
    }

    /// Returns up to which event the hub has learned of what happened.
    pub fn reached(&self) -> u64 {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).to
    }

    /// Returns what follows the event numbered `seq`, at most about `bytes` of it.
    pub fn since(&self, seq: u64, bytes: usize) -> Since {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if seq < kept.from {
            return Since::TooOld;
        }
        let start = kept.frames.partition_point(|frame| frame.seq <= seq);
        let mut room = bytes;
        let fit = |frame: &&Frame| {
            let fits = room > 0;
            room = room.saturating_sub(frame.bytes.len());
            fits
        };
        let frames: Arc<[Frame]> = kept.frames.range(start..).take_while(fit).cloned().collect();
        let all = start + frames.len() == kept.frames.len();
        let to = if all { kept.to } else { frames.last().map_or(seq, |last| last.seq) };
        Since::Kept(Frames { from: seq, to: to.max(seq), frames })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{frames::Topic, scope::Scope},
        *,
    };

    #[test]
    fn what_follows_an_event_is_all_that_came_after_it() {
        let history = History::starting_at(10);
        history.push(&frames(10, 13, &[11, 13], 100));
        history.push(&frames(13, 14, &[], 100));
        assert_eq!(numbers(history.since(10, usize::MAX)), (vec![11, 13], 14));
        assert_eq!(numbers(history.since(11, usize::MAX)), (vec![13], 14));
        assert_eq!(numbers(history.since(14, usize::MAX)), (vec![], 14));
        assert_eq!(numbers(history.since(10, 50)), (vec![11], 11));
        assert!(matches!(history.since(9, usize::MAX), Since::TooOld));
    }

    #[test]
    fn a_gap_forgets_what_was_before_it() {
        let history = History::starting_at(0);
        history.push(&frames(0, 2, &[1, 2], 100));
        history.push(&frames(5, 6, &[6], 100));
        assert!(matches!(history.since(2, usize::MAX), Since::TooOld));
        assert_eq!(numbers(history.since(5, usize::MAX)), (vec![6], 6));
    }

    #[test]
    fn the_oldest_go_when_the_memory_is_full() {
        let history = History::starting_at(0);
        let half = BYTES_MAX / 2;
        history.push(&frames(0, 2, &[1, 2], half));
        history.push(&frames(2, 3, &[3], half));
        assert!(matches!(history.since(0, usize::MAX), Since::TooOld));
        assert_eq!(numbers(history.since(1, usize::MAX)), (vec![2, 3], 3));
    }

    fn numbers(since: Since) -> (Vec<u64>, u64) {
        let Since::Kept(frames) = since else { panic!("too old") };
        (frames.frames.iter().map(|frame| frame.seq).collect(), frames.to)
    }

    fn frames(from: u64, to: u64, seqs: &[u64], bytes: usize) -> Frames {
        let frame = |seq: &u64| Frame {
            seq: *seq,
            topic: Topic::Callouts,
            scope: Scope::Everybody,
            bytes: vec![b'x'; bytes].into(),
        };
        Frames { from, to, frames: seqs.iter().map(frame).collect() }
    }
}
