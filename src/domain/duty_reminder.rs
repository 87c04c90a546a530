//! Duties about to begin (值班提醒): whoever has the next shift is told of it in time, and says that they know.
//!
//! Invariant: a person is told of a shift once; who is told and then is not on duty after all is let go, and whoever takes
//! their place is told.

use std::collections::BTreeMap;

use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};

use super::{
    actor::{Actor, Capability},
    board::{Board, require},
    callout::{obligation::Bearer, policy::CalloutKind},
    decision::Draft,
    event::{DutyReminded, DutyReminderEvent, DutyReminderVoid},
    flaw::Care,
    ids::{ObligationId, PersonId, PostId},
    rejection::Rejection,
    roster::{Outlook, Source},
    task::Upon,
    time::Timestamp,
};

/// How long reminders are kept after the shift has begun, so that a look taken before knows them.
const KEPT: std::time::Duration = std::time::Duration::from_secs(24 * 3_600);

/// A shift of somebody's that begins soon.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Turn {
    pub from: Timestamp,
    pub post: PostId,
    pub person: PersonId,
}

/// Who has been told of which shift, and by what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DutyReminders(Vec<(Turn, ObligationId)>);

impl DutyReminders {
    pub fn told(&self, turn: &Turn) -> Option<ObligationId> {
        let at = self.0.binary_search_by(|(known, _)| known.cmp(turn)).ok()?;
        Some(self.0[at].1)
    }

    /// Tells whether an obligation is about a shift whose holder has been told of it and still has it.
    pub(super) fn is_about(&self, obligation: ObligationId) -> bool {
        self.0.iter().any(|(_, told)| *told == obligation)
    }

    pub(super) fn apply(&mut self, event: &DutyReminderEvent, at: Timestamp) {
        match event {
            DutyReminderEvent::DutyReminded(told) => {
                self.0.retain(|(turn, _)| at < turn.from + KEPT);
                if let Err(next) = self.0.binary_search_by(|(known, _)| known.cmp(&told.turn)) {
                    self.0.insert(next, (told.turn.clone(), told.obligation));
                }
            }
            DutyReminderEvent::DutyReminderVoid(void) => {
                self.0.retain(|(turn, _)| *turn != void.turn);
            }
        }
    }
}

/// Every shift that begins soon, and when it ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coming(pub BTreeMap<Turn, Timestamp>);

impl Coming {
    /// Gathers the shifts that begin after `now` and within the time that `care` says; who holds a post for good is told of
    /// nothing.
    pub fn of(outlook: &Outlook, care: &Care, now: Timestamp) -> Self {
        let Some(ahead) = care.remind_s else { return Self::default() };
        let mut coming = BTreeMap::new();
        for (post, held) in outlook.beginning(&care.levels, now, now + ahead) {
            for person in held.people {
                coming.insert(Turn { from: held.from, post: post.clone(), person }, held.to);
            }
        }
        Self(coming)
    }

    /// Tells whether everybody has been told, and nobody of what is not so any more.
    pub fn is_known(&self, board: &Board, now: Timestamp) -> bool {
        let told = |turn: &Turn| board.duty_reminders.told(turn).is_some();
        self.0.keys().all(told) && board.void_reminders(now).next().is_none()
    }
}

impl Board {
    /// Returns what was told of shifts that are somebody else's by now.
    fn void_reminders(&self, now: Timestamp) -> impl Iterator<Item = (&Turn, ObligationId)> {
        let ahead = self.duty_reminders.0.iter().filter(move |(turn, _)| now < turn.from);
        ahead.filter(|(turn, _)| !self.has_turn(turn)).map(|(turn, told)| (turn, *told))
    }

    fn has_turn(&self, turn: &Turn) -> bool {
        self.roster.get(&turn.post).is_some_and(|staffing| {
            let duty = self.on_duty(staffing, turn.from);
            duty.source != Some(Source::Permanent) && duty.people.contains(&&turn.person)
        })
    }
}

/// Decides whom to tell; whoever knows is not told again.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    coming: &Coming,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::ReportReadings)?;
    for (turn, told) in board.void_reminders(draft.now) {
        draft.push(DutyReminderVoid { turn: turn.clone() });
        // Also whoever has said that he knows: he would come for nothing.
        draft.call_off(told);
    }
    let mut by_start: BTreeMap<Timestamp, Vec<(&Turn, Timestamp)>> = BTreeMap::new();
    // The roster may have changed since the look was taken.
    let new = coming.0.iter().filter(|(turn, _)| {
        draft.now < turn.from && board.duty_reminders.told(turn).is_none() && board.has_turn(turn)
    });
    for (turn, to) in new {
        by_start.entry(turn.from).or_default().push((turn, *to));
    }
    for (from, turns) in by_start {
        draft.remind_of_duty(from, turns)?;
    }
    Ok(())
}

impl Draft<'_> {
    fn remind_of_duty(
        &mut self,
        from: Timestamp,
        turns: Vec<(&Turn, Timestamp)>,
    ) -> Result<(), Rejection> {
        let zone = self.board.timezone();
        let upon = Upon {
            kind: CalloutKind::DutyReminder,
            subject: format_compact!("值班提醒：{}", from.local(zone).format("%-m月%-d日 %H:%M")),
            text: String::new(),
            severity: None,
            drill: false,
        };
        let task = |turn: &Turn, to: Timestamp| -> CompactString {
            let staffing = self.board.roster.get(&turn.post);
            let title = staffing.map(|staffing| staffing.post.title.clone()).unwrap_or_default();
            let to = to.local(zone).format("%-m月%-d日 %H:%M");
            format_compact!("{title}，至 {to}；请按时到岗，收到请确认")
        };
        let bearers = turns
            .iter()
            .map(|(turn, to)| (Bearer::person(&turn.post, &turn.person), task(turn, *to)));
        let called = self.call_upon(&upon, bearers.collect())?;
        for ((turn, to), (_, obligation)) in turns.into_iter().zip(called) {
            self.push(DutyReminded { turn: turn.clone(), to, obligation });
        }
        Ok(())
    }
}
