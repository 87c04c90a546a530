//! What is overdue: cause by cause and bearer by bearer, those are called who should have done it.

use std::time::Duration;

use compact_str::CompactString;
use jiaoying::domain::{callout::policy::CalloutKind, time::Timestamp};

use super::{
    Oracle,
    tasks::{Task, Upon},
};

/// From one reminder to the next.
const HALF_AN_HOUR: Duration = Duration::from_secs(1_800);

impl Oracle {
    /// Calls those whose tasks are overdue, cause by cause and bearer by bearer.
    pub(super) fn remind(&mut self, now: Timestamp) {
        let mut due: Vec<usize> = (0..self.tasks.len()).collect();
        due.retain(|index| self.tasks[*index].is_open() && self.tasks[*index].remind_at <= now);
        due.sort_by_key(|index| (self.tasks[*index].remind_at, *index));
        let shared = |task: &Task| (task.cause.clone(), task.bearer.clone(), task.drill);
        let mut calls: Vec<_> = due.iter().map(|index| shared(&self.tasks[*index])).collect();
        calls.sort();
        calls.dedup();
        for call in calls {
            let own = due.iter().copied().filter(|index| shared(&self.tasks[*index]) == call);
            self.remind_of(&own.collect::<Vec<_>>(), now);
        }
    }

    fn remind_of(&mut self, own: &[usize], now: Timestamp) {
        let mut known = own.iter().filter_map(|index| self.tasks[*index].reminder);
        let ringing = known.find(|id| self.obligations[*id].is_open());
        let obligation = ringing.or_else(|| {
            let first = &self.tasks[own[0]];
            let (bearer, drill) = (first.bearer.clone(), first.drill);
            let titles: Vec<&str> = own.iter().map(|index| &*self.tasks[*index].title).collect();
            let words = CompactString::from(titles.join("；"));
            let upon = Upon { kind: CalloutKind::Reminder, severity: None, drill };
            Some(self.call_upon(&upon, vec![(bearer, words)], now)?[0])
        });
        for index in own {
            let task = &mut self.tasks[*index];
            task.reminder = obligation.or(task.reminder);
            task.reminders += 1;
            task.remind_at = now + HALF_AN_HOUR;
        }
    }
}
