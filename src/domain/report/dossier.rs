//! What is due of one incident, and what was reported of it.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::domain::{
    deadline::{Clock, Hop, Medium, Rank, Series, Stage},
    event::{Entry, ReportClockStarted, ReportedByPhone},
    ids::{ReportId, TaskId},
    time::Timestamp,
};

/// Why a report is not demanded any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropReason {
    /// What is known of the incident has changed: another rule counts, or another time.
    Changed,
    /// It was not so (不实).
    Unfounded,
    /// It is another report of an incident that is reported already (关联接报).
    Linked,
    /// It is over: a final report takes the place of the next one.
    Closed,
    /// It is not over after all.
    Reopened,
    /// Somebody has decided so.
    ByHand,
}

impl DropReason {
    /// Returns what people are told.
    pub fn zh(self) -> &'static str {
        match self {
            DropReason::Changed => "情况有变，另行计时",
            DropReason::Unfounded => "经核实不属实",
            DropReason::Linked => "与已报事件为同一事件",
            DropReason::Closed => "已办结，改报终报",
            DropReason::Reopened => "重新处置，终报另行计时",
            DropReason::ByHand => "人工免报",
        }
    }
}

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ClockState {
    Running,
    /// It was reported at that time, so many seconds late.
    Met {
        at: Timestamp,
        late_s: u64,
    },
    Dropped {
        at: Timestamp,
        reason: DropReason,
    },
}

/// One clock of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// From 1, in the order in which they were started.
    pub number: u32,
    pub clock: Clock,
    pub task: Option<TaskId>,
    pub state: ClockState,
}

/// What a clock is for: there is one at a time of each.
pub(super) type Key = (Series, Stage, Hop, Medium);

impl Running {
    pub fn is_running(&self) -> bool {
        self.state == ClockState::Running
    }

    /// Returns by how many seconds it is late at `now`, or was when it was met.
    pub fn late_s(&self, now: Timestamp) -> u64 {
        match self.state {
            ClockState::Running => now.since(self.clock.due_at).as_secs(),
            ClockState::Met { late_s, .. } => late_s,
            ClockState::Dropped { .. } => 0,
        }
    }

    pub(super) fn key(&self) -> Key {
        key(&self.clock)
    }
}

pub(super) fn key(clock: &Clock) -> Key {
    (clock.series, clock.stage, clock.hop, clock.medium)
}

/// A call to somebody above, as the desk took it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub series: Series,
    pub stage: Stage,
    pub to: Rank,
    pub whom: CompactString,
    pub at: Timestamp,
    pub words: String,
    pub by: CompactString,
    pub noted_at: Timestamp,
}

impl Told {
    pub(super) fn of(told: &ReportedByPhone, entry: &Entry) -> Self {
        Self {
            series: told.series,
            stage: told.stage,
            to: told.to,
            whom: told.whom.clone(),
            at: told.at,
            words: told.words.clone(),
            by: entry.actor.clone(),
            noted_at: entry.at,
        }
    }
}

/// What is due of one incident, and what was reported of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    pub clocks: Vec<Running>,
    pub told: Vec<Told>,
    pub(super) reports: Vec<ReportId>,
    /// When something of a series was last sent on paper.
    pub(super) last_sent: BTreeMap<Series, Timestamp>,
}

impl Dossier {
    /// Returns the clock whose report `task` demands.
    pub fn clock_of(&self, task: TaskId) -> Option<&Running> {
        self.clocks.iter().find(|running| running.task == Some(task))
    }

    pub(super) fn running(&self) -> impl Iterator<Item = &Running> {
        self.clocks.iter().filter(|running| running.is_running())
    }

    pub(super) fn next_number(&self) -> u32 {
        self.clocks.last().map_or(0, |running| running.number) + 1
    }

    pub(super) fn start(&mut self, started: &ReportClockStarted) {
        self.clocks.push(Running {
            number: started.number,
            clock: started.clock.clone(),
            task: started.task,
            state: ClockState::Running,
        });
    }

    pub(super) fn meet(&mut self, number: u32, at: Timestamp, late_s: u64) {
        self.end(number, ClockState::Met { at, late_s });
    }

    pub(super) fn end(&mut self, number: u32, state: ClockState) {
        match self.clocks.iter_mut().find(|running| running.number == number) {
            Some(running) => running.state = state,
            None => debug_assert!(false, "an unknown clock ended"),
        }
    }

    pub(super) fn sent(&mut self, series: Series, at: Timestamp) {
        self.last_sent.insert(series, at);
    }

    /// Returns since when the next report of a recurring kind counts: the last that was sent, or for which it was due.
    pub(super) fn since(&self, key: Key) -> Option<Timestamp> {
        let sent = *self.last_sent.get(&key.0)?;
        let before = self.clocks.iter().filter(|running| running.key() == key);
        let ends = before.filter_map(|running| match running.state {
            ClockState::Met { at, .. } => Some(at.max(running.clock.due_at)),
            ClockState::Running | ClockState::Dropped { .. } => None,
        });
        ends.chain([sent]).max()
    }
}
