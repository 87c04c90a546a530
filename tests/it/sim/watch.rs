//! The rules of design §1 as a bystander sees them: from the journal and the board alone, without asking
//! what ought to have happened.

use std::collections::{BTreeMap, BTreeSet};

use jiaoying::domain::{
    board::Board,
    callout::{
        attempt::{Attempt, Outcome, Progress},
        obligation::{Obligation, Skipped, State, Step, Via, WithdrawReason},
        policy::{CalloutKind, Then},
    },
    event::{CalloutEvent, Entry, Event},
    ids::{AttemptId, CalloutId, ObligationId, PersonId},
    person::Channel,
    time::Timestamp,
    warning::Life,
};

use super::{check::Breach, oracle::receipts::ends};

/// What a bystander remembers.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    last_seq: u64,
    /// Attempts on a line, with whom they ring.
    flying: BTreeMap<AttemptId, (Channel, PersonId)>,
    lines: BTreeMap<Channel, u32>,
    /// Obligations nobody has to answer any more.
    over: BTreeSet<ObligationId>,
    /// How often each attempt was flagged as repeated, and the crashes it lived through.
    repeats: BTreeMap<AttemptId, u32>,
    crashes: BTreeMap<AttemptId, u32>,
}

impl Watch {
    /// A crash leaves the end of these unknown.
    pub fn crashed(&mut self) {
        for id in self.flying.keys() {
            *self.crashes.entry(*id).or_default() += 1;
        }
    }

    /// Looks at what one command made happen; `board` has not yet changed.
    pub fn see(&mut self, board: &Board, entries: &[Entry]) -> Result<(), Breach> {
        one_answer_one_obligation(board, entries)?;
        delivered_is_not_answered(entries)?;
        first_attempts_before_second(board, entries)?;
        for entry in entries {
            self.in_turn(entry)?;
            skips_are_recorded(board, &entry.event)?;
            late_is_marked(board, entry)?;
            self.calls(board, &entry.event)?;
        }
        Ok(())
    }

    fn in_turn(&mut self, entry: &Entry) -> Result<(), Breach> {
        self.last_seq += 1;
        if entry.seq == self.last_seq {
            return Ok(());
        }
        let detail = format!("entry {} follows {}", entry.seq, self.last_seq - 1);
        Err(Breach::new("every_sequence_number_follows_the_last", detail))
    }

    fn calls(&mut self, board: &Board, event: &Event) -> Result<(), Breach> {
        match event {
            Event::LinesSet(set) => {
                self.lines.insert(set.channel, set.lines);
            }
            Event::Callout(CalloutEvent::ObligationAnswered(answered)) => {
                self.over.insert(answered.id);
            }
            Event::Callout(CalloutEvent::ObligationWithdrawn(withdrawn)) => {
                self.over.insert(withdrawn.id);
            }
            Event::Callout(CalloutEvent::ObligationEscalated(escalated)) => {
                self.over.remove(&escalated.id);
            }
            Event::Callout(CalloutEvent::ObligationUnreached(unreached)) => {
                self.over.remove(&unreached.id);
            }
            Event::Callout(CalloutEvent::AttemptStarted(started)) => {
                return self.started(board, started.id, started.channel, &started.person);
            }
            Event::Callout(CalloutEvent::AttemptRepeated(repeated)) => {
                return self.repeated(repeated.id);
            }
            Event::Callout(CalloutEvent::AttemptRecorded(recorded))
                if ends(&recorded.outcome, recorded.channel) =>
            {
                self.flying.remove(&recorded.id);
            }
            _ => {}
        }
        Ok(())
    }

    fn started(
        &mut self,
        board: &Board,
        id: AttemptId,
        channel: Channel,
        person: &PersonId,
    ) -> Result<(), Breach> {
        let notice = board.callouts.attempt(id).is_some_and(|(_, attempt)| attempt.notice);
        if self.over.contains(&id.obligation) && !notice {
            return Err(Breach::new(
                "an_answer_stops_the_ringing_at_once",
                format!("{id} started"),
            ));
        }
        let on_channel = self.flying.values().filter(|(other, _)| *other == channel).count();
        if on_channel as u64 >= u64::from(self.lines.get(&channel).copied().unwrap_or(0)) {
            let detail = format!("{id} is call {} by {channel}", on_channel + 1);
            return Err(Breach::new("lines_are_never_exceeded", detail));
        }
        let busy = |(other, whom): &(Channel, PersonId)| *other == Channel::Voice && whom == person;
        if channel == Channel::Voice && self.flying.values().any(busy) {
            let detail = format!("{id} rings {person}, who is on the telephone");
            return Err(Breach::new("nobody_is_rung_on_two_lines_at_once", detail));
        }
        if self.flying.insert(id, (channel, person.clone())).is_some() {
            return Err(Breach::new("an_attempt_starts_once", format!("{id} started twice")));
        }
        Ok(())
    }

    fn repeated(&mut self, id: AttemptId) -> Result<(), Breach> {
        let times = self.repeats.entry(id).or_default();
        *times += 1;
        let crashes = self.crashes.get(&id).copied().unwrap_or(0);
        // Once more because its channel fell silent.
        if *times > crashes + 1 {
            let detail = format!("{id} repeated {times} times after {crashes} crashes");
            return Err(Breach::new("at_most_one_duplicate_per_crash", detail));
        }
        Ok(())
    }

    /// Looks at a board that is at rest.
    pub fn rest(&self, board: &Board) -> Result<(), Breach> {
        // Whether anybody could have been named is for the oracle to say.
        let nobody = ["nobody's hands", "never told"];
        let known = |breach: &&String| !nobody.iter().any(|words| breach.contains(words));
        if let Some(breach) = board.breaches().iter().find(known) {
            return Err(Breach::new("the_board_is_sound", breach.clone()));
        }
        let anybody = board.next_deadline();
        for obligation in board.callouts.obligations() {
            no_silent_end(board, obligation, anybody)?;
        }
        for callout in board.callouts.open().filter(|c| c.kind == CalloutKind::Warning) {
            let warning = callout.warning.and_then(|id| board.warnings.get(id));
            if warning.is_none_or(|warning| warning.life != Life::Active) {
                let detail = format!("{} is open, its warning is not", callout.id);
                return Err(Breach::new("no_callout_outlives_its_warning", detail));
            }
        }
        self.drills_stay_drills(board)
    }

    fn drills_stay_drills(&self, board: &Board) -> Result<(), Breach> {
        for callout in board.callouts.iter() {
            let parent = callout.parent.and_then(|parent| board.callouts.get(parent));
            if parent.is_some_and(|parent| parent.drill != callout.drill) {
                let detail = format!("{} is not what {:?} is", callout.id, callout.parent);
                return Err(Breach::new("drills_are_marked_everywhere", detail));
            }
        }
        Ok(())
    }
}

/// Returns the obligation that an event changes.
pub fn obligation_of(event: &Event) -> Option<ObligationId> {
    match event {
        Event::Callout(CalloutEvent::ObligationOpened(opened)) => Some(opened.id),
        Event::Callout(CalloutEvent::ObligationEscalated(escalated)) => Some(escalated.id),
        Event::Callout(CalloutEvent::ObligationMoved(moved)) => Some(moved.id),
        Event::Callout(CalloutEvent::ObligationDeclined(declined)) => Some(declined.id),
        Event::Callout(CalloutEvent::ObligationAnswered(answered)) => Some(answered.id),
        Event::Callout(CalloutEvent::ObligationUnreached(unreached)) => Some(unreached.id),
        Event::Callout(CalloutEvent::ObligationHandedOn(handed)) => Some(handed.id),
        Event::Callout(CalloutEvent::ObligationWithdrawn(withdrawn)) => Some(withdrawn.id),
        Event::Callout(CalloutEvent::ObligationTold(told)) => Some(told.id),
        Event::Callout(CalloutEvent::AttemptStarted(started)) => Some(started.id.obligation),
        Event::Callout(CalloutEvent::AttemptRepeated(repeated)) => Some(repeated.id.obligation),
        Event::Callout(CalloutEvent::AttemptRecorded(recorded)) => Some(recorded.id.obligation),
        _ => None,
    }
}

/// Exactly one state, and in it something or somebody that will not forget.
fn no_silent_end(
    board: &Board,
    obligation: &Obligation,
    wakes: Option<Timestamp>,
) -> Result<(), Breach> {
    let silent = |detail: &str| {
        let id = obligation.id;
        Err(Breach::new("no_silent_end", format!("{id} {}: {detail}", obligation.post)))
    };
    let wakes_in_time = |deadline: Timestamp| wakes.is_some_and(|wakes| wakes <= deadline);
    let callout = board.callouts.get(obligation.callout);
    match &obligation.state {
        State::Ringing { due_at, .. } if !wakes_in_time(*due_at) => silent("no deadline is armed"),
        State::Unreached { handed, .. } if !wakes_in_time(handed.by) => {
            silent("those it was handed to have no deadline")
        }
        State::Unreached { handed, .. } if handed.errand.is_none() && handed.to.is_some() => Ok(()),
        State::Unreached { handed, .. } if handed.errand.is_some() => {
            let errand = handed.errand.and_then(|errand| board.callouts.obligation(errand));
            match errand {
                Some(errand) if errand.about == Some(obligation.id) => Ok(()),
                Some(_) | None => silent("its errand is somebody else's"),
            }
        }
        State::Unreached { .. } => Ok(()),
        State::Ringing { .. } if callout.is_none_or(|callout| !callout.is_open()) => {
            silent("it rings in a callout that is closed")
        }
        State::Answered if obligation.answer.is_none() => silent("answered by nobody"),
        State::Answered | State::Ringing { .. } | State::Withdrawn { .. } => Ok(()),
    }
}

/// An answer ends its own obligation and the errands about it, never a neighbour; only a call that told
/// of several errands is answered for all of them.
fn one_answer_one_obligation(board: &Board, entries: &[Entry]) -> Result<(), Breach> {
    let mut told: Vec<ObligationId> = Vec::new();
    let mut answered: Vec<ObligationId> = Vec::new();
    for entry in entries {
        match &entry.event {
            Event::Callout(CalloutEvent::AttemptRecorded(recorded)) => {
                told.push(recorded.id.obligation);
                let call = board.callouts.attempt(recorded.id);
                told.extend(call.into_iter().flat_map(|(_, attempt)| attempt.also.clone()));
            }
            Event::Callout(CalloutEvent::ObligationAnswered(event)) => answered.push(event.id),
            _ => {}
        }
    }
    if answered.len() > 1 && !answered.iter().all(|id| told.contains(id)) {
        return breach_one_answer(&answered);
    }
    for entry in entries.iter().filter(|_| !answered.is_empty()) {
        let Event::Callout(CalloutEvent::ObligationWithdrawn(withdrawn)) = &entry.event else {
            continue;
        };
        let about = board.callouts.obligation(withdrawn.id).and_then(|errand| errand.about);
        // What asks how a unit stands is settled with its order's answer, and the errands about it with that.
        let subject = about.unwrap_or(withdrawn.id);
        let settled = answered.contains(&subject) || is_reminder(board, subject);
        if !settled || withdrawn.reason != WithdrawReason::Settled {
            return breach_one_answer(&[withdrawn.id]);
        }
    }
    Ok(())
}

fn is_reminder(board: &Board, id: ObligationId) -> bool {
    let callout = board.callouts.obligation(id).and_then(|o| board.callouts.get(o.callout));
    callout.is_some_and(|callout| callout.kind == CalloutKind::Reminder)
}

fn breach_one_answer(ids: &[ObligationId]) -> Result<(), Breach> {
    Err(Breach::new("one_answer_one_obligation", format!("one answer ended {ids:?}")))
}

/// Only a sign from a person is an answer.
fn delivered_is_not_answered(entries: &[Entry]) -> Result<(), Breach> {
    let mut sign = false;
    for entry in entries {
        match &entry.event {
            Event::Callout(CalloutEvent::AttemptRecorded(recorded)) => {
                sign = matches!(
                    recorded.outcome,
                    Outcome::Read
                        | Outcome::HeardInFull
                        | Outcome::KeyPressed { .. }
                        | Outcome::Replied { .. }
                );
                if sign {
                    continue;
                }
                let answered = |e: &Entry| {
                    matches!(e.event, Event::Callout(CalloutEvent::ObligationAnswered(_)))
                };
                if entries.iter().any(answered) {
                    let detail = format!("{:?} counted", recorded.outcome);
                    return Err(Breach::new("delivered_is_not_answered", detail));
                }
            }
            Event::Callout(CalloutEvent::ObligationAnswered(answered)) => {
                let desk = matches!(answered.answer.via, Via::Desk(_));
                let attributed = answered.answer.entered_by.is_some();
                let named = answered.answer.person.is_some() || !answered.answer.name.is_empty();
                if desk != attributed || !named || (sign && desk) {
                    let detail = format!("{:?}", answered.answer);
                    return Err(Breach::new("an_answer_on_behalf_names_both", detail));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// No call starts while one that goes before it waits and could start.
fn first_attempts_before_second(board: &Board, entries: &[Entry]) -> Result<(), Breach> {
    let started: BTreeSet<AttemptId> = entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Callout(CalloutEvent::AttemptStarted(started)) => Some(started.id),
            _ => None,
        })
        .collect();
    let Some(now) = entries.first().map(|entry| entry.at) else { return Ok(()) };
    if started.is_empty() {
        return Ok(());
    }
    let all = || board.callouts.obligations().flat_map(|obligation| &obligation.attempts);
    let begins =
        |entry: &&Entry| !matches!(entry.event, Event::Callout(CalloutEvent::AttemptStarted(_)));
    let changed: BTreeSet<ObligationId> =
        entries.iter().filter(begins).filter_map(|entry| obligation_of(&entry.event)).collect();
    let changes = |attempt: &Attempt| changed.contains(&attempt.id.obligation);
    let due = |attempt: &Attempt| attempt.progress == Progress::Queued && attempt.not_before <= now;
    // Those who are listening, or whose turn is kept by what has just changed.
    let listening: BTreeSet<Listener> = all()
        .filter(|a| {
            let begins = started.contains(&a.id) || (due(a) && changes(a));
            a.progress == Progress::Started || begins
        })
        .filter_map(|attempt| listener(board, attempt))
        .collect();
    let waits = |attempt: &&Attempt| {
        let taken = listener(board, attempt).is_some_and(|who| listening.contains(&who));
        due(attempt) && !started.contains(&attempt.id) && !changes(attempt) && !taken
    };
    for waiting in all().filter(waits) {
        let passed_over = started.iter().find(|id| {
            let Some((_, other)) = board.callouts.attempt(**id) else { return false };
            other.channel == waiting.channel && class(board, waiting) < class(board, other)
        });
        if let Some(id) = passed_over {
            let detail = format!("{id} started before {}", waiting.id);
            return Err(Breach::new("first_attempts_before_second", detail));
        }
    }
    Ok(())
}

/// Somebody who hears one thing at a time.
type Listener = (Channel, PersonId, Option<CalloutId>);

fn listener(board: &Board, attempt: &Attempt) -> Option<Listener> {
    let obligation = board.callouts.obligation(attempt.id.obligation)?;
    let errands = obligation.about.map(|_| obligation.callout);
    match attempt.channel {
        Channel::Voice => Some((attempt.channel, attempt.person.clone(), None)),
        Channel::App | Channel::Sms => {
            errands.map(|id| (attempt.channel, attempt.person.clone(), Some(id)))
        }
    }
}

fn class(board: &Board, attempt: &Attempt) -> impl Ord + use<> {
    let obligation = board.callouts.obligation(attempt.id.obligation);
    let callout = obligation.and_then(|obligation| board.callouts.get(obligation.callout));
    callout.map(|callout| (callout.drill, attempt.notice, callout.severity, attempt.ordinal))
}

/// A rung that was passed over is in the record.
fn skips_are_recorded(board: &Board, event: &Event) -> Result<(), Breach> {
    let (id, from, to, skipped): (_, usize, Option<&Step>, &[Skipped]) = match event {
        Event::Callout(CalloutEvent::ObligationOpened(opened)) => {
            (opened.id, 0, Some(&opened.step), &opened.step.skipped)
        }
        Event::Callout(CalloutEvent::ObligationEscalated(escalated)) => {
            let next = usize::from(escalated.from) + 1;
            (escalated.id, next, Some(&escalated.step), &escalated.step.skipped)
        }
        _ => return Ok(()),
    };
    let Some(step) = to.filter(|step| !step.people.is_empty()) else { return Ok(()) };
    let ladder = board.callouts.obligation(id).and_then(|o| board.callouts.ladder(o));
    let wraps = ladder.is_some_and(|ladder| ladder.then == Then::Repeat);
    let reached = usize::from(step.rung);
    let passed = if wraps && reached < from {
        let length = ladder.map_or(0, |ladder| ladder.rungs.len());
        length - from + reached
    } else {
        reached - from.min(reached)
    };
    if passed == skipped.len() {
        return Ok(());
    }
    let detail = format!("{id}: {passed} rungs passed over, {} recorded", skipped.len());
    Err(Breach::new("an_empty_rung_is_skipped_and_recorded", detail))
}

fn late_is_marked(board: &Board, entry: &Entry) -> Result<(), Breach> {
    let Event::Callout(CalloutEvent::ObligationAnswered(answered)) = &entry.event else {
        return Ok(());
    };
    let Some(obligation) = board.callouts.obligation(answered.id) else { return Ok(()) };
    let over = match &obligation.state {
        State::Ringing { due_at, .. } => entry.at > *due_at,
        State::Unreached { .. } => true,
        State::Answered | State::Withdrawn { .. } => {
            let detail = format!("{} had ended", answered.id);
            return Err(Breach::new("one_answer_one_obligation", detail));
        }
    };
    if over && !answered.answer.late {
        let detail = format!("{} is not marked", answered.id);
        return Err(Breach::new("late_answers_count_and_are_marked", detail));
    }
    Ok(())
}
