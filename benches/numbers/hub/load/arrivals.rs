//! Positions that came, and how long after they were reported.

use std::time::Duration;

use jiaoying::clock::{Clock, SystemClock};

/// Bytes before the units of a packed frame, and of each unit; `live.txt` has them one by one.
const HEAD: usize = 16;
const RECORD: usize = 24;
/// Where a unit's record has its age.
const AGE: std::ops::Range<usize> = 12..16;
/// Milliseconds told apart; whatever took longer counts as the last.
const LONGEST: usize = 10_000;

/// Counts over all sockets.
pub struct Arrivals {
    clock: SystemClock,
    pub frames: u64,
    pub positions: u64,
    /// By how many milliseconds after its report a change came.
    after: Vec<u64>,
}

impl Default for Arrivals {
    fn default() -> Self {
        let after = vec![0; LONGEST + 1];
        Self { clock: SystemClock::new(), frames: 0, positions: 0, after }
    }
}

impl Arrivals {
    /// Takes a packed frame; tells whether it is one.
    pub fn hear(&mut self, payload: &[u8]) -> bool {
        if payload.first() != Some(&1) || payload.len() < HEAD {
            return false;
        }
        let full = payload[1] == 1;
        let told = i64::from_le_bytes(payload[8..16].try_into().unwrap());
        let since_told = self.clock.now().millis() - told;
        self.frames += 1;
        for record in payload[HEAD..].chunks_exact(RECORD) {
            self.positions += 1;
            // What was there before the client came is older than anything that is measured.
            if !full {
                let age = u32::from_le_bytes(record[AGE].try_into().unwrap());
                let after = usize::try_from(since_told + i64::from(age)).unwrap_or(0);
                self.after[after.min(LONGEST)] += 1;
            }
        }
        true
    }

    /// Returns the time that `share` of all changes took at most.
    pub fn at(&self, share: f64) -> Duration {
        let all: u64 = self.after.iter().sum();
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count"
        )]
        let wanted = (all as f64 * share).ceil() as u64;
        let mut seen = 0;
        let found = self.after.iter().position(|count| {
            seen += count;
            seen >= wanted
        });
        Duration::from_millis(found.unwrap_or_default() as u64)
    }
}
