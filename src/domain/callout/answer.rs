//! Answers given by people: one's own, and somebody else's entered at the desk.

use compact_str::CompactString;

use super::{
    obligation::{Answer, EscalateReason, Obligation, State, StateName, Via, WithdrawReason},
    policy::CalloutKind,
};
use crate::domain::{
    actor::{Actor, Capability},
    board::Board,
    command::{AnswerKind, GiveAnswer, Reply},
    decision::{Decision, Draft},
    event::{CalloutReopened, CloseReason, ObligationAnswered, ObligationDeclined, QuorumMet},
    ids::{CalloutId, ObligationId, PersonId},
    person::Unfound,
    rejection::Rejection,
    time::Timestamp,
};

/// Longest note, in characters.
const NOTE_LIMIT: usize = 1_000;
/// Longest name, and longest word for how somebody was spoken to, in characters.
const NAME_LIMIT: usize = 64;

/// Whose answer it is.
#[derive(Clone)]
pub(super) struct Answerer {
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
    // A role never keeps the person who is called from answering; a seat that is nobody's and may not
    // answer need not learn what there is to answer.
    if actor.person.is_none() && !actor.role.may_answer() {
        return Err(Rejection::NotAllowed(Capability::Answer));
    }
    let unknown = Rejection::UnknownObligation(given.obligation);
    let obligation = board.callouts.obligation(given.obligation).ok_or(unknown)?;
    check_lengths(given)?;
    let answerer = answerer(board, actor, given, obligation, draft.now)?;
    if let Some(repeat) = repeated(obligation, &answerer, given.answer) {
        return Ok(Decision::nothing(repeat));
    }
    let via = match (&answerer.entered_by, &given.via) {
        (Some(_), via) => Via::Desk(via.clone().unwrap_or_default()),
        (None, _) => Via::App,
    };
    let seq = draft.next_seq();
    match given.answer {
        AnswerKind::Acknowledged => {
            refuse_ended(obligation)?;
            board.may_answer_swap(obligation.id, answerer.person.as_ref(), draft.now)?;
            let here = given.here.filter(|_| via == Via::App);
            let whereabouts = here.and_then(|here| board.whereabouts(obligation, here));
            let answer = answerer.answer(obligation, via, given.note.clone(), draft.now);
            let (late, answer) = (answer.late, Answer { whereabouts, ..answer });
            draft.answer(obligation, answer);
            Ok(draft.finish(Reply::Answer { seq, late }))
        }
        AnswerKind::Declined => {
            draft.decline(obligation, &answerer, &given.note)?;
            Ok(draft.finish(Reply::Answer { seq, late: false }))
        }
    }
}

fn check_lengths(given: &GiveAnswer) -> Result<(), Rejection> {
    let text = |text: &Option<CompactString>| text.as_ref().map_or(0, |t| t.chars().count());
    let fields = [
        ("note", given.note.chars().count(), NOTE_LIMIT),
        ("on_behalf_of", text(&given.on_behalf_of), NAME_LIMIT),
        ("via", text(&given.via), NAME_LIMIT),
    ];
    match fields.into_iter().find(|(_, length, limit)| length > limit) {
        Some((field, _, limit)) => Err(Rejection::TooLong { field, limit }),
        None => Ok(()),
    }
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
        if !may_answer(board, obligation, person, now) {
            return Err(Rejection::NotYours);
        }
        let (person, name) = (Some(person.clone()), CompactString::default());
        return Ok(Answerer { person, name, entered_by: None });
    };
    let name = name.trim();
    if name.is_empty() {
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
        Err(Unfound::Nobody) if is_number(name) => return Err(Rejection::UnknownName(name.into())),
        Err(Unfound::Nobody) => (None, name.into()),
        Err(Unfound::Several) => (Some(asked_namesake(board, obligation, name)?), "".into()),
    };
    Ok(Answerer { person, name, entered_by: Some(actor.login.clone()) })
}

/// Tells whether a text is an id or a telephone number rather than a name: mistyped it must not end the calling.
fn is_number(text: &str) -> bool {
    text.is_ascii() && text.bytes().any(|byte| byte.is_ascii_digit())
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

/// Tells whether `person` may answer for himself: he has been rung, or bears it now.
fn may_answer(board: &Board, obligation: &Obligation, person: &PersonId, now: Timestamp) -> bool {
    obligation.was_asked(person) || board.bears(obligation.bearer(), person, now)
}

/// Tells whether `person` was sent to reach the post, and so may say that it has been.
fn was_sent(board: &Board, obligation: &Obligation, person: &PersonId) -> bool {
    let in_hands = obligation.handed().is_some_and(|handed| handed.to.as_ref() == Some(person));
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
            let answer = obligation.answer.as_ref();
            let answered_since =
                answer.is_some_and(|answer| answer.person.as_ref() == Some(person));
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

/// An answer is late when its rung's time is over, whoever is being rung by then: also where a ladder
/// that repeats has come back to the same rung.
fn is_late(obligation: &Obligation, person: Option<&PersonId>, now: Timestamp) -> bool {
    match &obligation.state {
        State::Unreached { .. } => true,
        State::Ringing { due_at, .. } => {
            let last = obligation.asked.iter().rposition(|asked| Some(&asked.person) == person);
            now > *due_at || last.is_some_and(|last| last < obligation.rung_asked as usize)
        }
        State::Answered | State::Withdrawn { .. } => false,
    }
}

impl Answerer {
    /// Returns somebody who has answered by a channel.
    pub fn reached(person: PersonId) -> Self {
        Self { person: Some(person), name: CompactString::default(), entered_by: None }
    }

    pub fn answer(self, obligation: &Obligation, via: Via, note: String, now: Timestamp) -> Answer {
        let late = is_late(obligation, self.person.as_ref(), now);
        let Self { person, name, entered_by } = self;
        Answer { person, name, entered_by, via, late, note, whereabouts: None }
    }
}

/// Returns the unreached obligation that an errand is about, while it is in its hands.
fn subject_of<'b>(board: &'b Board, errand: &Obligation) -> Option<&'b Obligation> {
    let subject = board.callouts.obligation(errand.about?)?;
    let handed = subject.handed()?;
    (handed.errand == Some(errand.id)).then_some(subject)
}

impl Draft<'_> {
    /// Ends an obligation with an answer, and what depends on it.
    pub(super) fn answer(&mut self, obligation: &Obligation, answer: Answer) {
        let (person, note) = (answer.person.clone(), answer.note.clone());
        self.end_with(obligation, answer);
        self.accept_order(obligation.id, person.as_ref());
        self.sign_tasks(obligation.id, person.as_ref());
        self.swap_answered(obligation.id, person.as_ref());
        self.handover_answered(obligation.id, person.as_ref(), &note);
    }

    fn end_with(&mut self, obligation: &Obligation, answer: Answer) {
        self.push(ObligationAnswered {
            id: obligation.id,
            callout: obligation.callout,
            post: obligation.post.clone(),
            was: obligation.state.name(),
            answer,
        });
        self.touch(obligation.id, obligation.callout, -1);
        self.settle_errands(obligation.id);
        self.meet_quorum(obligation);
    }

    /// A unit does what it was ordered to: that is an answer, where nobody of it has given one. `by` is one of the
    /// unit, or the login at the desk that heard of it.
    pub(in crate::domain) fn take_order(
        &mut self,
        id: ObligationId,
        by: Result<PersonId, CompactString>,
    ) {
        let Some(obligation) = self.board.callouts.obligation(id) else { return };
        if !obligation.state.is_open() {
            return;
        }
        let unit = obligation.unit.as_ref().and_then(|unit| self.board.units.get(unit));
        let name = unit.map(|unit| unit.name.clone()).unwrap_or_default();
        let (by, via) = match by {
            Ok(person) => (Answerer::reached(person), Via::App),
            Err(login) => {
                let by = Answerer { person: None, name, entered_by: Some(login) };
                (by, Via::Desk(CompactString::default()))
            }
        };
        self.end_with(obligation, by.answer(obligation, via, String::new(), self.now));
    }

    /// A unit cannot go: nobody else is rung about this order.
    pub(in crate::domain) fn refuse_order(&mut self, id: ObligationId) {
        let Some(obligation) = self.board.callouts.obligation(id) else { return };
        if !matches!(obligation.state, State::Withdrawn { .. }) {
            self.withdraw(obligation, WithdrawReason::Refused, Vec::new());
            self.settle_errands(id);
        }
    }

    /// Notes that somebody cannot come, and rings the next at once.
    pub(super) fn decline(
        &mut self,
        obligation: &Obligation,
        by: &Answerer,
        note: &str,
    ) -> Result<(), Rejection> {
        let Some(person) = by.person.clone() else {
            return Err(Rejection::UnknownName(by.name.clone()));
        };
        let answer = obligation.answer.as_ref();
        let took_back = obligation.state == State::Answered
            && answer.is_some_and(|answer| answer.person.as_ref() == Some(&person));
        if took_back {
            self.refuse_over(obligation, &person)?;
        } else {
            refuse_ended(obligation)?;
        }
        let ringing = obligation.state.name() == StateName::Ringing;
        let wanted = took_back || (ringing && obligation.wants(&person));
        self.push(ObligationDeclined {
            id: obligation.id,
            callout: obligation.callout,
            post: obligation.post.clone(),
            person: person.clone(),
            entered_by: by.entered_by.clone(),
            note: note.to_owned(),
        });
        self.refused.insert((obligation.id, person.clone()));
        if self.decline_order(obligation.id, &person, note)
            || self.decline_swap(obligation.id, &person, note)
        {
            return Ok(());
        }
        self.reopen(obligation.callout);
        if wanted {
            self.go_on_without(obligation, &person);
        }
        Ok(())
    }

    /// Who took an errand's subject in hand and cannot go leaves it to the next human, not to the next
    /// rung: an obligation must not stay in the hands of somebody who has said no.
    fn go_on_without(&mut self, obligation: &Obligation, person: &PersonId) {
        match subject_of(self.board, obligation) {
            Some(subject) if subject.handed().is_some_and(|h| h.to.as_ref() == Some(person)) => {
                self.hand_on(subject);
            }
            Some(_) | None => self.advance(obligation, EscalateReason::Declined),
        }
    }

    /// One who had answered cannot come after all, but nobody is wanted any more.
    fn refuse_over(&self, obligation: &Obligation, person: &PersonId) -> Result<(), Rejection> {
        let callout = self.board.callouts.get(obligation.callout);
        if callout.is_some_and(|callout| !self.wants_anybody(obligation, callout.kind, person)) {
            return Err(Rejection::Withdrawn(obligation.id));
        }
        match callout.and_then(|callout| callout.closed).map(|closed| closed.reason) {
            None | Some(CloseReason::Complete) => Ok(()),
            Some(
                CloseReason::Cancelled
                | CloseReason::Expired
                | CloseReason::Superseded
                | CloseReason::ByHand,
            ) => Err(Rejection::CalloutClosed(obligation.callout)),
        }
    }

    /// Tells whether what an answered obligation is about still wants somebody.
    fn wants_anybody(&self, known: &Obligation, kind: CalloutKind, person: &PersonId) -> bool {
        let board = self.board;
        let has_open_task = || board.tasks.about(known.id).next().is_some();
        match kind {
            CalloutKind::Errand => subject_of(board, known).is_some(),
            CalloutKind::Order => board.wants_answer(known.id, person),
            CalloutKind::Task => has_open_task(),
            CalloutKind::Swap => board.wants_swap(known.id),
            CalloutKind::Handover => board.wants_signature(known.id),
            CalloutKind::Notice | CalloutKind::ContactTest => false,
            CalloutKind::Roster => board.is_told_of_flaws(known.id),
            CalloutKind::DutyReminder => board.duty_reminders.is_about(known.id),
            CalloutKind::Reminder => has_open_task() || board.asks_unit(known),
            CalloutKind::Warning
            | CalloutKind::Manual
            | CalloutKind::SpotCheck
            | CalloutKind::Alarm => true,
        }
    }

    /// Opens a callout again that had been closed because everybody had answered.
    fn reopen(&mut self, id: CalloutId) {
        if self.board.callouts.get(id).is_some_and(|callout| !callout.is_open()) {
            self.push(CalloutReopened { id });
        }
    }

    /// Notes when enough of an area's posts have answered for it to count as manned.
    fn meet_quorum(&mut self, obligation: &Obligation) {
        let board = self.board;
        let Some(callout) = board.callouts.get(obligation.callout) else { return };
        let area = obligation.post.area;
        if callout.kind != CalloutKind::Errand
            && !callout.manned.contains(&area)
            && board.callouts.meets_quorum(callout, area, Some(obligation.id))
        {
            self.push(QuorumMet { callout: callout.id, area });
        }
    }
}
