//! Frames out of a stream of bytes that may be cut anywhere and hold anything between them.
//!
//! Invariant: whatever precedes it, a whole frame is found as soon as its last byte is there. What is
//! kept is no more than the longest frame and the bytes last pushed.

use std::collections::VecDeque;

use super::{Fault, Frame, frame::HEADER};

/// The bytes of one connection that are no frame yet.
#[derive(Debug, Default)]
pub struct Stream {
    buffer: Vec<u8>,
    /// Every byte before this one has been asked whether it begins a frame.
    scanned: usize,
    /// Where a frame may begin, in order.
    starts: VecDeque<Start>,
    /// Whether what is skipped has been told already.
    skipping: bool,
}

#[derive(Debug, Clone, Copy)]
struct Start {
    at: usize,
    length: usize,
}

impl Stream {
    /// Adds bytes that came. [`Stream::next_frame`] is to be asked until it has nothing before more are added,
    /// or the buffer grows.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Returns how many bytes are held.
    pub fn held(&self) -> usize {
        self.buffer.len()
    }

    /// Returns the next frame, or why there was none; nothing when more bytes are needed.
    pub fn next_frame(&mut self) -> Option<Result<Frame, Fault>> {
        self.scan();
        if self.skip() {
            return Some(Err(Fault::Noise));
        }
        let mut place = 0;
        while let Some(start) = self.starts.get(place).copied() {
            let Some(bytes) = self.buffer.get(start.at..start.at + start.length) else {
                // Its end has not come yet, or never will: a whole frame after its beginning tells.
                place += 1;
                continue;
            };
            match Frame::read(bytes) {
                Ok(frame) if place == 0 => {
                    self.drop_until(start.at + start.length);
                    self.skipping = false;
                    return Some(Ok(frame));
                }
                Ok(_) => {
                    self.drop_until(start.at);
                    return Some(Err(Fault::CutShort));
                }
                Err(fault) => {
                    self.starts.remove(place);
                    if place == 0 {
                        self.skipping = true;
                        self.skip();
                        return Some(Err(fault));
                    }
                }
            }
        }
        None
    }

    /// Looks for beginnings among the bytes that came.
    fn scan(&mut self) {
        while let Some(header) = self.buffer.get(self.scanned..self.scanned + HEADER) {
            if let Some(length) = Frame::length(header) {
                self.starts.push_back(Start { at: self.scanned, length });
            }
            self.scanned += 1;
        }
    }

    /// Drops what begins no frame; tells whether that is news.
    fn skip(&mut self) -> bool {
        let begins = self.starts.front().map_or(self.scanned, |start| start.at);
        if begins == 0 {
            return false;
        }
        self.drop_until(begins);
        !std::mem::replace(&mut self.skipping, true)
    }

    fn drop_until(&mut self, end: usize) {
        self.buffer.drain(..end);
        self.scanned = self.scanned.saturating_sub(end);
        while self.starts.front().is_some_and(|start| start.at < end) {
            self.starts.pop_front();
        }
        self.starts.iter_mut().for_each(|start| start.at -= end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sl651::{FRAME_MAX, testing::report_frame};

    #[test]
    fn a_frame_is_found_wherever_it_is_cut() {
        let frame = report_frame();
        for cut in 0..=frame.len() {
            let mut stream = Stream::default();
            stream.push(&frame[..cut]);
            let first = drain(&mut stream);
            stream.push(&frame[cut..]);
            let found = [first, drain(&mut stream)].concat();
            assert_eq!(found, [Ok(())], "cut at {cut}");
            assert_eq!(stream.held(), 0);
        }
    }

    #[test]
    fn two_frames_at_once_are_two() {
        assert_eq!(found(&[report_frame(), report_frame()].concat()), [Ok(()); 2]);
    }

    #[test]
    fn noise_between_frames_is_skipped_and_told_once() {
        let (frame, noise) = (report_frame(), b"\r\n7E7E ~~ hello ~~ \x7E\x7E\x7E\x02".to_vec());
        let said = [&noise[..], &frame, &noise, &frame, &frame].concat();
        let expected = [Err(Fault::Noise), Ok(()), Err(Fault::Noise), Ok(()), Ok(())];
        assert_eq!(found(&said), expected);
    }

    #[test]
    fn a_frame_that_broke_off_does_not_swallow_the_next() {
        let frame = report_frame();
        for cut in HEADER..frame.len() {
            let said = [&frame[..cut], &frame].concat();
            // The next frame's beginning stands where its end should.
            assert_eq!(found(&said), [Err(Fault::Crc), Ok(())], "cut at {cut}");
        }
    }

    #[test]
    fn a_wrong_checksum_is_told_once_and_the_next_frame_found() {
        let right = report_frame();
        let mut wrong = right.clone();
        wrong[20] ^= 1;
        assert_eq!(found(&[wrong, right].concat()), [Err(Fault::Crc), Ok(())]);
    }

    #[test]
    fn a_length_that_grew_on_the_way_holds_nothing_up() {
        let right = report_frame();
        let mut wrong = right.clone();
        wrong[11] |= 0x0F;
        let said = [wrong, right.clone(), right].concat();
        assert_eq!(found(&said), [Err(Fault::CutShort), Ok(()), Ok(())]);
    }

    #[test]
    fn what_is_held_is_bounded_whatever_comes() {
        // A header that promises the longest body, again and again, and never keeps it.
        let header = [&[0x7E; 2][..], &[0; 9], &[0x0F, 0xFF, 0x02]].concat();
        let mut stream = Stream::default();
        for _ in 0..2_000 {
            stream.push(&header);
            drain(&mut stream);
            assert!(stream.held() <= FRAME_MAX + header.len());
            assert!(stream.starts.len() <= FRAME_MAX);
        }
    }

    fn found(bytes: &[u8]) -> Vec<Result<(), Fault>> {
        let mut stream = Stream::default();
        stream.push(bytes);
        drain(&mut stream)
    }

    fn drain(stream: &mut Stream) -> Vec<Result<(), Fault>> {
        std::iter::from_fn(|| stream.next_frame()).map(|found| found.map(|_| ())).collect()
    }
}
