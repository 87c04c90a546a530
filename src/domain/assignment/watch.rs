//! How long a unit may be in one status before it is asked how it stands.

use std::time::Duration;

use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};

use super::{Assignment, Status};
use crate::domain::{
    callout::{obligation::Bearer, policy::CalloutKind},
    decision::Draft,
    event::AssignmentStalled,
    ids::ObligationId,
    task::{Cause, Form, Giving, NewTask, Sign, Upon},
    time::{Seconds, Timestamp},
};

/// Within how long another unit has to be found for one that declined.
const REPLACE_WITHIN: Duration = Duration::from_secs(10 * 60);

/// How long a unit may be in one status, in seconds; data, in `config/policies.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// From the order to an answer: the ladder of the order is over by then.
    pub ordered_s: Seconds,
    /// From the answer to setting out.
    pub accepted_s: Seconds,
    /// On the way, where no time of arrival was reckoned; else half as long again as reckoned.
    pub en_route_s: Seconds,
    /// At the scene, from one word to the next.
    pub on_scene_s: Seconds,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            ordered_s: Seconds(600),
            accepted_s: Seconds(900),
            en_route_s: Seconds(3_600),
            on_scene_s: Seconds(2 * 3_600),
        }
    }
}

impl Thresholds {
    pub(in crate::domain) fn are_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Draft<'_> {
    /// Returns when a unit that comes to `status` now is asked how it stands; none once it is free.
    pub(super) fn watch_from(&self, status: Status, eta: Option<Timestamp>) -> Option<Timestamp> {
        let limits = self.board.callouts.policies().map(|set| set.assignments).unwrap_or_default();
        let after = |limit: Seconds| Some(self.now + limit);
        match status {
            Status::Ordered => after(limits.ordered_s),
            Status::Accepted => after(limits.accepted_s),
            Status::EnRoute => match eta.map(|eta| eta.since(self.now)) {
                Some(left) if left > Duration::ZERO => Some(self.now + left + left / 2),
                Some(_) | None => after(limits.en_route_s),
            },
            Status::OnScene => after(limits.on_scene_s),
            Status::Declined | Status::Done | Status::Recalled | Status::Returned => None,
        }
    }

    /// Asks the units that have been in one status for too long.
    pub(in crate::domain) fn elapse_assignments(&mut self) {
        let board = self.board;
        let now = self.now;
        for (_, id) in board.assignments.index.armed.iter().take_while(|(at, _)| *at <= now) {
            if let Some(assignment) = board.assignments.get(*id) {
                self.ask(assignment);
            }
        }
    }

    fn ask(&mut self, assignment: &Assignment) {
        let board = self.board;
        let still_asked =
            |id: &ObligationId| board.callouts.obligation(*id).is_some_and(|o| o.state.is_open());
        // While nobody has taken the order its own ladder goes on calling.
        let ordered = Some(assignment.obligation).filter(|_| assignment.status == Status::Ordered);
        let asked = assignment.asked.into_iter().chain(ordered).find(still_asked);
        let obligation = asked.or_else(|| self.call_unit(assignment));
        let watch_at =
            self.watch_from(assignment.status, None).unwrap_or(self.now + REPLACE_WITHIN);
        self.push(AssignmentStalled {
            id: assignment.id,
            unit: assignment.unit.clone(),
            home: assignment.home,
            area: assignment.area,
            incident: assignment.incident,
            status: assignment.status,
            obligation,
            watch_at,
        });
    }

    fn call_unit(&mut self, assignment: &Assignment) -> Option<ObligationId> {
        let board = self.board;
        let unit = board.units.get(&assignment.unit)?;
        let post = unit.post();
        let incident = board.incidents.get(assignment.incident)?;
        let upon = Upon {
            kind: CalloutKind::Reminder,
            subject: format_compact!("{}请报告进展：{}", unit.name, incident.title())
                .chars()
                .take(120)
                .collect(),
            text: String::new(),
            severity: incident.colour(),
            drill: incident.drill,
        };
        let bearer = Bearer::unit(&post, &unit.id);
        let task = CompactString::const_new("报告到了哪里、需要什么");
        let called = self.call_upon(&upon, vec![(bearer, task)]).ok()?;
        called.first().map(|(_, obligation)| *obligation)
    }

    /// Whoever runs the county's desk has to find another unit than the one that declined.
    pub(super) fn find_another(&mut self, assignment: &Assignment, why: &str) {
        let board = self.board;
        let Some(incident) = board.incidents.get(assignment.incident) else { return };
        let Some(post) = board.desk_post() else { return };
        let name = board.units.get(&assignment.unit).map_or_else(
            || CompactString::from(assignment.unit.as_str()),
            |unit| unit.name.clone(),
        );
        let title: CompactString =
            format_compact!("另派队伍：{name}不能出动").chars().take(60).collect();
        let giving = Giving {
            cause: Some(Cause::Incident(assignment.incident)),
            on_word_of: CompactString::default(),
            subject: format_compact!("{title}：{}", incident.title()).chars().take(120).collect(),
            text: why.to_owned(),
            severity: incident.colour(),
            drill: incident.drill,
        };
        let task = NewTask {
            post,
            unit: None,
            title,
            text: why.to_owned(),
            form: Form::Replace,
            due_at: self.now + REPLACE_WITHIN,
            sign: Sign::AtOnce,
        };
        // Without a policy for tasks the desk still sees the need unmet.
        let _ = self.give(&giving, vec![task]);
    }
}
