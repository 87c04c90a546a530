//! Answers: one's own, somebody else's entered at the desk, and what a channel heard.

use compact_str::CompactString;

use super::{
    attempt::{ANSWER_KEYS, Attempt, Outcome, Planned, Progress},
    callouts::Callout,
    ladder::Climb,
    obligation::{Answer, EscalateReason, Obligation, State, StateName, Via},
    policy::{Policy, PolicySet},
};
use crate::domain::{
    actor::{Actor, Capability},
    board::Board,
    command::{AnswerKind, GiveAnswer, Reply},
    decision::{Decision, Draft},
    event::{
        AttemptRecorded, Event, ObligationAnswered, ObligationDeclined, ObligationEscalated,
        QuorumMet,
    },
    ids::{AttemptId, PersonId},
    person::Unfound,
    rejection::Rejection,
    time::Timestamp,
};

/// The key, and the first character of a text, that says "cannot come"; any other says "heard".
const DECLINE_KEY: char = '2';
/// Longest note, in characters.
const NOTE_LIMIT: usize = 1_000;

/// Whose answer it is.
#[derive(Clone)]
struct Answerer {
    person: Option<PersonId>,
    name: CompactString,
    entered_by: Option<CompactString>,
}

/// Decides an answer given on a page or entered at the desk.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    given: &GiveAnswer,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    if !actor.role.may_answer() {
        return Err(Rejection::NotAllowed(Capability::Answer));
    }
    let unknown = Rejection::UnknownObligation(given.obligation);
    let obligation = board.callouts.obligation(given.obligation).ok_or(unknown)?;
    if given.note.chars().count() > NOTE_LIMIT {
        return Err(Rejection::TooLong { field: "note", limit: NOTE_LIMIT });
    }
    let answerer = answerer(board, actor, given, obligation, draft.now)?;
    if let Some(repeat) = repeated(obligation, &answerer, given.answer) {
        return Ok(Decision::nothing(repeat));
    }
    let via = match (&answerer.entered_by, &given.via) {
        (Some(_), via) => Via::Desk(via.clone().unwrap_or_default()),
        (None, _) => Via::App,
    };
    let seq = draft.next_seq();
    let late = is_late(obligation, answerer.person.as_ref(), draft.now);
    match given.answer {
        AnswerKind::Acknowledged => {
            refuse_ended(obligation)?;
            draft.answer(obligation, answerer.answer(via, late, given.note.clone()));
        }
        AnswerKind::Declined => draft.decline(obligation, &answerer, &given.note)?,
    }
    Ok(draft.finish(Reply::Answer { seq, late }))
}

/// Decides what a channel reported of an attempt: perhaps an answer, a refusal, or the next try.
pub(in crate::domain) fn record(
    board: &Board,
    id: AttemptId,
    outcome: &Outcome,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    let known = board.callouts.attempt(id);
    let (obligation, attempt) = known.ok_or(Rejection::UnknownAttempt(id))?;
    let begun = matches!(attempt.progress, Progress::Started | Progress::Ended);
    if !begun || !outcome.outweighs(attempt.outcome.as_ref()) {
        return Ok(Decision::nothing(Reply::Done));
    }
    let retry = draft.retry(obligation, attempt, outcome);
    let given_up = outcome.is_failure() && retry.is_none();
    draft.push(Event::AttemptRecorded(AttemptRecorded {
        id,
        callout: obligation.callout,
        person: attempt.person.clone(),
        channel: attempt.channel,
        outcome: outcome.clone(),
        retry,
    }));
    if !attempt.notice {
        draft.heed(obligation, attempt, outcome);
    }
    if given_up && draft.is_cut_off(obligation, attempt) {
        draft.advance(obligation, EscalateReason::Unreachable);
    }
    Ok(draft.finish(Reply::Done))
}

fn answerer(
    board: &Board,
    actor: &Actor,
    given: &GiveAnswer,
    obligation: &Obligation,
    now: Timestamp,
) -> Result<Answerer, Rejection> {
    let Some(name) = &given.on_behalf_of else {
        let Some(person) = &actor.person else { return Err(Rejection::NobodysLogin) };
        if !rests_on(board, obligation, person, now) {
            return Err(Rejection::NotYours);
        }
        let (person, name) = (Some(person.clone()), CompactString::default());
        return Ok(Answerer { person, name, entered_by: None });
    };
    if name.trim().is_empty() {
        return Err(Rejection::Empty { field: "on_behalf_of" });
    }
    let sent = actor.person.as_ref().is_some_and(|person| was_sent(board, obligation, person));
    if !sent && !actor.role.may_answer_on_behalf() {
        return Err(Rejection::NotAllowed(Capability::AnswerOnBehalf));
    }
    if !sent && !actor.sees(obligation.post.area) {
        return Err(Rejection::OutsideArea(obligation.post.area));
    }
    let (person, name) = match board.people.find(name) {
        Ok(person) => (Some(person.id.clone()), CompactString::default()),
        Err(Unfound::Nobody) => (None, name.trim().into()),
        Err(Unfound::Several) => (Some(asked_namesake(board, obligation, name)?), "".into()),
    };
    Ok(Answerer { person, name, entered_by: Some(actor.login.clone()) })
}

/// Of several people with one name, the one who has been rung is meant.
fn asked_namesake(
    board: &Board,
    obligation: &Obligation,
    name: &str,
) -> Result<PersonId, Rejection> {
    let mut asked = obligation
        .asked
        .iter()
        .map(|asked| &asked.person)
        .filter(|id| board.people.get(id).is_some_and(|person| person.name == name));
    let first = asked.next().ok_or_else(|| Rejection::AmbiguousName(name.into()))?;
    if asked.any(|other| other != first) {
        return Err(Rejection::AmbiguousName(name.into()));
    }
    Ok(first.clone())
}

/// Tells whether `person` may answer for himself: he has been rung, or holds the post now.
fn rests_on(board: &Board, obligation: &Obligation, person: &PersonId, now: Timestamp) -> bool {
    let holds = || {
        let staffing = board.roster.get(&obligation.post);
        staffing.is_some_and(|staffing| board.on_duty(staffing, now).people.contains(&person))
    };
    obligation.was_asked(person) || holds()
}

/// Tells whether `person` was sent to reach the post, and so may say that it has been.
fn was_sent(board: &Board, obligation: &Obligation, person: &PersonId) -> bool {
    let in_hands = super::errand::handed(obligation).is_some_and(|h| h.to.as_ref() == Some(person));
    let mut errands = board.callouts.errands_about(obligation.id);
    in_hands || errands.any(|errand| errand.was_asked(person))
}

/// Returns the first answer again where the same one is given a second time.
fn repeated(obligation: &Obligation, by: &Answerer, answer: AnswerKind) -> Option<Reply> {
    match answer {
        AnswerKind::Acknowledged => {
            let first = obligation.answer.as_ref()?;
            let same = first.person == by.person && first.name == by.name;
            let seq = obligation.answered_seq?;
            same.then_some(Reply::Answer { seq, late: first.late })
        }
        AnswerKind::Declined => {
            let person = by.person.as_ref()?;
            let declined = obligation.asked.iter().filter(|a| a.person == *person);
            let seq = declined.filter_map(|asked| asked.declined_seq).next_back()?;
            let answered_since = obligation.answered_seq.is_some_and(|answered| answered > seq);
            (!answered_since).then_some(Reply::Answer { seq, late: false })
        }
    }
}

fn refuse_ended(obligation: &Obligation) -> Result<(), Rejection> {
    match obligation.state {
        State::Answered => Err(Rejection::AlreadyAnswered(obligation.id)),
        State::Withdrawn { .. } => Err(Rejection::Withdrawn(obligation.id)),
        State::Ringing { .. } | State::Unreached { .. } => Ok(()),
    }
}

/// An answer is late when its rung's time is over, whoever is being rung by then.
fn is_late(obligation: &Obligation, person: Option<&PersonId>, now: Timestamp) -> bool {
    match &obligation.state {
        State::Unreached { .. } => true,
        State::Ringing { rung, due_at, .. } => {
            let asked = obligation.asked.iter().rev();
            let own = asked.filter(|asked| Some(&asked.person) == person).map(|a| a.rung).next();
            now > *due_at || own.is_some_and(|own| own < *rung)
        }
        State::Answered | State::Withdrawn { .. } => false,
    }
}

impl Answerer {
    fn answer(self, via: Via, late: bool, note: String) -> Answer {
        let Answerer { person, name, entered_by } = self;
        Answer { person, name, entered_by, via, late, note }
    }
}

impl Draft<'_> {
    /// Ends an obligation with an answer, and what depends on it.
    fn answer(&mut self, obligation: &Obligation, answer: Answer) {
        self.push(Event::ObligationAnswered(ObligationAnswered {
            id: obligation.id,
            callout: obligation.callout,
            post: obligation.post.clone(),
            was: obligation.state.name(),
            answer,
        }));
        self.touch(obligation.id, obligation.callout, -1);
        self.settle_errands(obligation.id);
        self.meet_quorum(obligation);
    }

    /// Notes that somebody cannot come, and rings the next at once.
    fn decline(
        &mut self,
        obligation: &Obligation,
        by: &Answerer,
        note: &str,
    ) -> Result<(), Rejection> {
        let took_back = obligation
            .answer
            .as_ref()
            .is_some_and(|answer| answer.person == by.person && answer.name == by.name);
        if !took_back {
            refuse_ended(obligation)?;
        }
        let Some(person) = by.person.clone() else {
            return Err(Rejection::UnknownName(by.name.clone()));
        };
        let rung_for_it = obligation.people_of(obligation.rung).any(|a| a.person == person);
        self.push(Event::ObligationDeclined(ObligationDeclined {
            id: obligation.id,
            callout: obligation.callout,
            post: obligation.post.clone(),
            person,
            entered_by: by.entered_by.clone(),
            note: note.to_owned(),
        }));
        if took_back || (rung_for_it && obligation.state.name() == StateName::Ringing) {
            self.advance(obligation, EscalateReason::Declined);
        }
        Ok(())
    }

    /// Rings the next rung, or hands the obligation over when there is none.
    pub(super) fn advance(&mut self, obligation: &Obligation, reason: EscalateReason) {
        let board = self.board;
        let Some((set, policy)) = frozen(board, obligation) else { return };
        let Some(ladder) = board.callouts.ladder(obligation) else { return };
        let from = obligation.rung;
        match self.climb(ladder, &obligation.post, Some(obligation), usize::from(from) + 1) {
            Climb::Rung(step) => {
                self.push(Event::ObligationEscalated(ObligationEscalated {
                    id: obligation.id,
                    callout: obligation.callout,
                    post: obligation.post.clone(),
                    was: obligation.state.name(),
                    from,
                    reason,
                    step,
                }));
                let reopened = i64::from(!obligation.state.is_open());
                self.touch(obligation.id, obligation.callout, reopened);
            }
            Climb::End(skipped) => {
                let subject = super::errand::Subject {
                    id: obligation.id,
                    callout: obligation.callout,
                    post: &obligation.post,
                    was: obligation.state.name(),
                };
                let reopened = i64::from(!obligation.state.is_open());
                self.touch(obligation.id, obligation.callout, reopened);
                self.hand_over(&subject, set, policy, reason, skipped);
            }
        }
    }

    /// Takes a sign from a person for what it says.
    fn heed(&mut self, obligation: &Obligation, attempt: &Attempt, outcome: &Outcome) {
        let Some(sign) = outcome.sign() else { return };
        let counts =
            frozen(self.board, obligation).is_some_and(|(_, policy)| policy.counts.contains(&sign));
        let by = Answerer {
            person: Some(attempt.person.clone()),
            name: CompactString::default(),
            entered_by: None,
        };
        if !counts {
            return;
        }
        if says_no(outcome) {
            // One who has answered on another channel, or is no longer asked, changes nothing here.
            let _ = self.decline(obligation, &by, "");
        } else if obligation.state.is_open() {
            let late = is_late(obligation, by.person.as_ref(), self.now);
            let note = outcome.words().unwrap_or_default().to_owned();
            self.answer(obligation, by.answer(Via::from(attempt.channel), late, note));
        }
    }

    /// Returns the next try of an attempt that has just ended without an answer.
    fn retry(
        &self,
        obligation: &Obligation,
        attempt: &Attempt,
        outcome: &Outcome,
    ) -> Option<Planned> {
        let State::Ringing { rung, due_at, .. } = obligation.state else { return None };
        let ended = attempt.progress == Progress::Started && outcome.ends(attempt.channel);
        if !ended || attempt.notice || attempt.rung != rung || says_anything(outcome) {
            return None;
        }
        if matches!(outcome, Outcome::Failed { lasting: true, .. }) {
            return None;
        }
        let ladder = self.board.callouts.ladder(obligation)?;
        let reach = ladder.rungs.get(usize::from(rung))?.reach(attempt.channel)?;
        let mut tries = obligation.attempts.iter().filter(|other| {
            other.person == attempt.person
                && other.channel == attempt.channel
                && other.rung == rung
                && other.not_before >= obligation.rung_since
        });
        let tried = u32::try_from(tries.by_ref().count()).unwrap_or(u32::MAX);
        let start = attempt.started_at.unwrap_or(self.now) + reach.every_s;
        let start = start.max(self.now);
        if tried >= reach.tries || start >= due_at {
            return None;
        }
        Some(Planned {
            number: obligation.next_number(),
            person: attempt.person.clone(),
            channel: attempt.channel,
            after_ms: u32::try_from(start.since(self.now).as_millis()).unwrap_or(u32::MAX),
            ordinal: obligation.tries(&attempt.person, attempt.channel),
            notice: false,
        })
    }

    /// Tells whether `attempt` was the last hope of the rung being rung: no channel carried any call of
    /// it, and none is under way or waits.
    fn is_cut_off(&self, obligation: &Obligation, attempt: &Attempt) -> bool {
        let State::Ringing { rung, .. } = obligation.state else { return false };
        let dead = |other: &Attempt| {
            other.id == attempt.id
                || (other.progress == Progress::Ended
                    && other.outcome.as_ref().is_some_and(Outcome::is_failure))
        };
        let since = obligation.rung_since;
        let mut of_rung = obligation
            .attempts
            .iter()
            .filter(|other| other.rung == rung && !other.notice && other.not_before >= since);
        attempt.rung == rung && !self.has_touched(obligation.id) && of_rung.all(dead)
    }

    /// Notes when enough of an area's posts have answered for it to count as manned.
    fn meet_quorum(&mut self, obligation: &Obligation) {
        let board = self.board;
        let Some(callout) = board.callouts.get(obligation.callout) else { return };
        let Some((_, policy)) = board.callouts.frozen(callout) else { return };
        let area = obligation.post.area;
        let Some(quorum) = policy.quorum.iter().find(|quorum| quorum.level == area.level()) else {
            return;
        };
        let met = quorum.needs.iter().all(|need| {
            let answered = answered(board, callout, obligation, &need.duty);
            answered >= need.answered
        });
        if met && !callout.manned.contains(&area) {
            self.push(Event::QuorumMet(QuorumMet { callout: callout.id, area }));
        }
    }
}

/// Counts the answered obligations for `duty` in the area of `just`, which is about to be answered.
fn answered(
    board: &Board,
    callout: &Callout,
    just: &Obligation,
    duty: &crate::domain::ids::Duty,
) -> u32 {
    let posts = callout.posts_in(just.post.area).filter(|(other, _)| *other == duty);
    let answered = posts.filter(|(_, id)| {
        *id == just.id || board.callouts.obligation(*id).is_some_and(|o| o.state == State::Answered)
    });
    u32::try_from(answered.count()).unwrap_or(u32::MAX)
}

fn frozen<'b>(board: &'b Board, obligation: &Obligation) -> Option<(&'b PolicySet, &'b Policy)> {
    board.callouts.frozen(board.callouts.get(obligation.callout)?)
}

fn says_no(outcome: &Outcome) -> bool {
    let pressed = matches!(outcome, Outcome::KeyPressed { key } if *key == DECLINE_KEY);
    pressed || outcome.words().is_some_and(|text| text.trim_start().starts_with(DECLINE_KEY))
}

/// Tells whether the person has done something about it, so that another try would only annoy.
fn says_anything(outcome: &Outcome) -> bool {
    let pressed = matches!(outcome, Outcome::KeyPressed { key } if ANSWER_KEYS.contains(key));
    pressed || matches!(outcome, Outcome::Replied { .. } | Outcome::RungOff)
}
