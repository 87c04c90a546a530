//! How far moving people has come, added up the tree of areas.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Numbers, Stage, Transfer};
use crate::domain::{ids::AreaCode, time::Timestamp};

/// What the transfers of an area add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub transfers: u32,
    /// People.
    pub planned: u64,
    pub moved: u64,
    pub refusing: u64,
    pub immobile: u64,
    pub out_of_contact: u64,
    /// Transfers that are running, and those of them that should be done.
    pub open: u32,
    pub overdue: u32,
}

impl Tally {
    pub fn add(&mut self, transfer: &Transfer, now: Timestamp) {
        let Numbers { moved, refusing, immobile, out_of_contact } = transfer.numbers;
        self.transfers += 1;
        // What was called off is planned no more, but those who had been moved are away from home.
        let called_off = transfer.stage == Stage::CalledOff;
        self.planned += u64::from(if called_off { moved } else { transfer.people });
        self.moved += u64::from(moved);
        self.refusing += u64::from(refusing);
        self.immobile += u64::from(immobile);
        self.out_of_contact += u64::from(out_of_contact);
        self.open += u32::from(transfer.stage == Stage::Running);
        self.overdue += u32::from(transfer.is_overdue(now));
    }
}

/// The tally of one area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AreaTally {
    pub area: AreaCode,
    pub tally: Tally,
}

impl Tally {
    /// Adds up `transfers`: all of them, and by the areas directly below `area`, with what lies in `area` itself.
    pub fn of<'t>(
        transfers: impl Iterator<Item = &'t Transfer>,
        area: AreaCode,
        now: Timestamp,
    ) -> (Tally, Vec<AreaTally>) {
        let mut whole = Tally::default();
        let mut below: BTreeMap<AreaCode, Tally> = BTreeMap::new();
        for transfer in transfers.filter(|transfer| area.contains(transfer.from.area)) {
            whole.add(transfer, now);
            let from = transfer.from.area;
            let child = from.lineage().find(|code| code.parent() == Some(area)).unwrap_or(from);
            below.entry(child).or_default().add(transfer, now);
        }
        let below = below.into_iter().map(|(area, tally)| AreaTally { area, tally });
        (whole, below.collect())
    }
}
