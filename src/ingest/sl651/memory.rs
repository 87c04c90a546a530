//! Which reports are known: a station repeats what was not answered, on this connection or the next.
//!
//! Invariant: a report that was kept is not new again while it is remembered, and nobody takes one that
//! somebody else is just taking.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use super::{Function, Origin, station::Station};
use crate::domain::time::Timestamp;

/// Stations remembered: more than a province has. One more takes the place of the one quiet longest.
const STATIONS_MAX: usize = 16_384;
/// Reports of one station that are remembered: hours of them, and a station repeats for minutes.
const REPORTS_MAX: usize = 32;

/// By what a repeated report is known. The station's own numbering, and its function for those that
/// number each kind of report apart.
type Key = (Function, u16, Timestamp);

/// What is known of a report that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It was never kept; whoever asked has it now, and must settle it.
    New,
    /// Somebody has it.
    Busy,
    /// It was kept.
    Kept,
}

/// The reports that were kept, by station.
#[derive(Debug, Default)]
pub struct Memory {
    stations: HashMap<Station, Kept>,
    /// Stations by when they last said something new.
    order: BTreeMap<u64, Station>,
    turn: u64,
    /// At most one for each connection.
    busy: HashSet<(Station, Key)>,
}

#[derive(Debug, Default)]
struct Kept {
    turn: u64,
    reports: VecDeque<Key>,
}

impl Memory {
    /// Asks for a report; who is told that it is new must [`Memory::settle`] it.
    pub fn begin(&mut self, origin: &Origin) -> Known {
        let key = key(origin);
        let kept = self.stations.get(&origin.station);
        if kept.is_some_and(|kept| kept.reports.contains(&key)) {
            return Known::Kept;
        }
        if self.busy.insert((origin.station, key)) { Known::New } else { Known::Busy }
    }

    /// Says what became of a report: whether it is durable.
    pub fn settle(&mut self, origin: &Origin, kept: bool) {
        let (station, key) = (origin.station, key(origin));
        if !self.busy.remove(&(station, key)) || !kept {
            return;
        }
        self.turn += 1;
        let known = self.stations.entry(station).or_default();
        self.order.remove(&known.turn);
        known.turn = self.turn;
        if known.reports.len() >= REPORTS_MAX {
            known.reports.pop_front();
        }
        known.reports.push_back(key);
        self.order.insert(self.turn, station);
        if self.stations.len() > STATIONS_MAX
            && let Some((_, quietest)) = self.order.pop_first()
        {
            self.stations.remove(&quietest);
        }
    }

    /// Returns of how many stations something is remembered.
    pub fn stations(&self) -> usize {
        self.stations.len()
    }
}

fn key(origin: &Origin) -> Key {
    (origin.function, origin.serial, origin.sent_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sl651::{Frame, testing::report_frame};

    #[test]
    fn what_was_kept_is_known_and_what_was_not_is_new_again() {
        let (mut memory, report) = (Memory::default(), origin());
        assert_eq!(memory.begin(&report), Known::New);
        assert_eq!(memory.begin(&report), Known::Busy);
        memory.settle(&report, false);
        assert_eq!(memory.begin(&report), Known::New);
        memory.settle(&report, true);
        assert_eq!(memory.begin(&report), Known::Kept);
    }

    #[test]
    fn another_serial_number_time_function_or_station_is_another_report() {
        let (mut memory, first) = (Memory::default(), origin());
        keep(&mut memory, &first);
        let others = [
            Origin { serial: first.serial + 1, ..first },
            Origin { sent_at: Timestamp::from_millis(0), ..first },
            Origin { function: Function::Hourly, ..first },
            Origin { station: Station::from_bytes([9; 5]), ..first },
        ];
        for other in others {
            assert_eq!(memory.begin(&other), Known::New, "{other:?}");
        }
    }

    #[test]
    fn each_station_has_its_own_memory_and_all_have_a_bound() {
        let (mut memory, first) = (Memory::default(), origin());
        let station = |number: u32| {
            let [a, b, c, d] = number.to_be_bytes();
            Origin { station: Station::from_bytes([1, a, b, c, d]), ..first }
        };
        let reports = u16::try_from(REPORTS_MAX).unwrap();
        for serial in 0..=reports {
            keep(&mut memory, &Origin { serial, ..station(0) });
        }
        assert_eq!(memory.begin(&Origin { serial: reports, ..station(0) }), Known::Kept);
        assert_eq!(memory.begin(&Origin { serial: 0, ..station(0) }), Known::New);
        for number in 1..=u32::try_from(STATIONS_MAX).unwrap() {
            keep(&mut memory, &station(number));
        }
        assert_eq!(memory.stations(), STATIONS_MAX);
        assert_eq!(memory.order.len(), STATIONS_MAX);
        assert_eq!(memory.begin(&Origin { serial: reports, ..station(0) }), Known::New);
        assert_eq!(memory.begin(&station(1)), Known::Kept);
    }

    fn keep(memory: &mut Memory, origin: &Origin) {
        assert_eq!(memory.begin(origin), Known::New);
        memory.settle(origin, true);
    }

    fn origin() -> Origin {
        Origin::read(&Frame::read(&report_frame()).unwrap()).unwrap()
    }
}
