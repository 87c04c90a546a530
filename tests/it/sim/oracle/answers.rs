//! Answers that people give: one's own, and those that a desk enters.

use compact_str::CompactString;
use jiaoying::domain::{
    actor::{Actor, Role},
    callout::{
        attempt::Progress,
        obligation::{Answer, Via},
        policy::CalloutKind,
    },
    command::{AnswerKind, GiveAnswer, Reply},
    event::CloseReason,
    ids::{AreaCode, PersonId},
    time::Timestamp,
};

use super::{Asked, Callout, Oracle, State, commands, place};

/// Whose answer it is.
#[derive(Debug, Clone)]
pub(super) struct Who {
    pub person: Option<PersonId>,
    pub name: CompactString,
    pub entered_by: Option<CompactString>,
}

impl Who {
    pub fn person(person: PersonId) -> Self {
        Self { person: Some(person), name: CompactString::default(), entered_by: None }
    }
}

impl Oracle {
    pub(super) fn answer(
        &mut self,
        actor: &Actor,
        given: &GiveAnswer,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        match actor.role {
            Role::Commander | Role::Dispatcher | Role::Leader | Role::Admin => {}
            Role::Screen | Role::Gateway | Role::Node => return Err("access.not_allowed"),
        }
        let id = usize::try_from(given.obligation.0).expect("small").wrapping_sub(1);
        if id >= self.obligations.len() {
            return Err("obligation.unknown");
        }
        let who = self.who_answers(actor, given, id, now)?;
        if let Some(late) = self.said_before(id, &who, given.answer) {
            return Ok(Reply::Answer { seq: 0, late });
        }
        match given.answer {
            AnswerKind::Acknowledged => {
                self.must_be_open(id)?;
                let late = self.is_late(id, who.person.as_ref(), now);
                let via = match &who.entered_by {
                    Some(_) => Via::Desk(given.via.clone().unwrap_or_default()),
                    None => Via::App,
                };
                self.heard(id, who, via, given.note.clone(), now);
                Ok(Reply::Answer { seq: 0, late })
            }
            AnswerKind::Declined => {
                self.declined(id, &who, now)?;
                Ok(Reply::Answer { seq: 0, late: false })
            }
        }
    }

    fn who_answers(
        &self,
        actor: &Actor,
        given: &GiveAnswer,
        id: usize,
        now: Timestamp,
    ) -> Result<Who, &'static str> {
        let obligation = &self.obligations[id];
        let Some(name) = &given.on_behalf_of else {
            let person = actor.person.clone().ok_or("obligation.nobodys_login")?;
            let asked = obligation.asked.iter().any(|asked| asked.person == person);
            if !asked && !self.bears(&obligation.bearer(), &person, now) {
                return Err("obligation.not_yours");
            }
            return Ok(Who::person(person));
        };
        let name = name.trim();
        if name.is_empty() {
            return Err("field.empty");
        }
        let sent = actor.person.as_ref().is_some_and(|person| self.was_sent(id, person));
        if !sent && !commands(actor) {
            return Err("access.not_allowed");
        }
        if !sent && !place::within(obligation.place, place::number(actor.area)) {
            return Err("access.outside_area");
        }
        let entered_by = Some(actor.login.clone());
        let (person, name) = self.meant(id, name)?;
        Ok(Who { person, name, entered_by })
    }

    /// Somebody it was handed to, or whom an errand about it has asked.
    fn was_sent(&self, id: usize, person: &PersonId) -> bool {
        let in_hands = match &self.obligations[id].state {
            State::Unreached { hands, .. } => hands.to.as_ref() == Some(person),
            State::Ringing { .. } | State::Answered | State::Withdrawn(_) => false,
        };
        let mut errands = self.obligations.iter().filter(|errand| errand.about == Some(id));
        in_hands || errands.any(|errand| errand.asked.iter().any(|a| a.person == *person))
    }

    /// Finds whom an operator means: an id, a name that one person bears, of several the one who was
    /// asked, or nobody who is known.
    fn meant(
        &self,
        id: usize,
        text: &str,
    ) -> Result<(Option<PersonId>, CompactString), &'static str> {
        if let Some(person) = self.people.iter().find(|person| person.id.as_str() == text) {
            return Ok((Some(person.id.clone()), CompactString::default()));
        }
        let bears = self.people.iter().filter(|person| person.name == text);
        let namesakes: Vec<&PersonId> = bears.map(|person| &person.id).collect();
        match namesakes[..] {
            [] if text.is_ascii() && text.contains(|c: char| c.is_ascii_digit()) => {
                return Err("person.unknown");
            }
            [] => return Ok((None, text.into())),
            [only] => return Ok((Some(only.clone()), CompactString::default())),
            [..] => {}
        }
        let asked = self.obligations[id].asked.iter().map(|asked| &asked.person);
        let mut asked: Vec<&PersonId> = asked.filter(|p| namesakes.contains(p)).collect();
        asked.sort();
        asked.dedup();
        match asked[..] {
            [only] => Ok((Some(only.clone()), CompactString::default())),
            [..] => Err("person.ambiguous"),
        }
    }

    /// The same person says the same again: they are told what they were told first.
    fn said_before(&self, id: usize, who: &Who, answer: AnswerKind) -> Option<bool> {
        let obligation = &self.obligations[id];
        let first = obligation.answer.as_ref();
        match answer {
            AnswerKind::Acknowledged => {
                let first = first?;
                (first.person == who.person && first.name == who.name).then_some(first.late)
            }
            AnswerKind::Declined => {
                let person = who.person.as_ref()?;
                let answered_since = first.is_some_and(|a| a.person.as_ref() == Some(person));
                (obligation.has_declined(person) && !answered_since).then_some(false)
            }
        }
    }

    fn must_be_open(&self, id: usize) -> Result<(), &'static str> {
        match self.obligations[id].state {
            State::Answered => Err("obligation.already_answered"),
            State::Withdrawn(_) => Err("obligation.withdrawn"),
            State::Ringing { .. } | State::Unreached { .. } => Ok(()),
        }
    }

    fn is_late(&self, id: usize, person: Option<&PersonId>, now: Timestamp) -> bool {
        let obligation = &self.obligations[id];
        match obligation.state {
            State::Unreached { .. } => true,
            State::Ringing { due, .. } => {
                let last = obligation.asked.iter().rev().find(|a| Some(&a.person) == person);
                now > due || last.is_some_and(|asked| asked.round < obligation.round)
            }
            State::Answered | State::Withdrawn(_) => false,
        }
    }

    /// Takes an answer for all that it means: an order is accepted, tasks are signed for.
    pub(super) fn heard(&mut self, id: usize, who: Who, via: Via, note: String, now: Timestamp) {
        self.answered(id, who, via, note, now);
        self.accepted(id, now);
        self.signed(id);
    }

    pub(super) fn answered(&mut self, id: usize, who: Who, via: Via, note: String, now: Timestamp) {
        let late = self.is_late(id, who.person.as_ref(), now);
        let obligation = &mut self.obligations[id];
        let Who { person, name, entered_by } = who;
        obligation.answer =
            Some(Answer { person, name, entered_by, via, late, note, whereabouts: None });
        obligation.answered_at = Some(now);
        obligation.state = State::Answered;
        obligation.stop();
        self.touched.push(id);
        self.settle(id, now);
    }

    /// Returns the areas of a callout that are manned: enough of their posts stand answered.
    pub fn manned(&self, callout: usize) -> Vec<AreaCode> {
        let callout = &self.callouts[callout];
        let mut areas = Vec::new();
        for id in callout.obligations.iter().filter(|_| callout.kind != CalloutKind::Errand) {
            let area = self.obligations[*id].post.area;
            if !areas.contains(&area) && self.is_manned(callout, area) {
                areas.push(area);
            }
        }
        areas.sort();
        areas
    }

    fn is_manned(&self, callout: &Callout, area: AreaCode) -> bool {
        let level = place::level(place::number(area));
        let quorum = callout.policy.quorum.iter().find(|quorum| quorum.level == level);
        quorum.is_some_and(|quorum| {
            quorum.needs.iter().all(|need| {
                // The last one for a post stands for it.
                let mut own = callout.obligations.iter().rev().map(|id| &self.obligations[*id]);
                let standing = own.find(|o| o.post.area == area && o.post.duty == need.duty);
                let answered = standing.is_some_and(|o| o.state == State::Answered);
                u32::from(answered) >= need.answered
            })
        })
    }

    pub(super) fn declined(
        &mut self,
        id: usize,
        who: &Who,
        now: Timestamp,
    ) -> Result<(), &'static str> {
        let person = who.person.clone().ok_or("person.unknown")?;
        let obligation = &self.obligations[id];
        let own = obligation.answer.as_ref().is_some_and(|a| a.person.as_ref() == Some(&person));
        let takes_back = obligation.state == State::Answered && own;
        if takes_back {
            self.must_be_wanted(id, &person)?;
        } else {
            self.must_be_open(id)?;
        }
        let ringing = matches!(obligation.state, State::Ringing { .. });
        let rings_next = takes_back || (ringing && obligation.is_asking(&person));
        let callout = obligation.callout;
        self.note_declined(id, &person, now);
        if self.unit_declines(id, &person, now) {
            return Ok(());
        }
        self.callouts[callout].closed = None;
        if rings_next {
            match self.subject_of(id) {
                Some((subject, in_hands)) if in_hands.as_ref() == Some(&person) => {
                    self.hand_on(subject, Some(id), now);
                }
                Some(_) | None => self.advance(id, now),
            }
        }
        Ok(())
    }

    /// Returns the unreached obligation that this errand is about, and who has it, while it is in its
    /// hands.
    fn subject_of(&self, errand: usize) -> Option<(usize, Option<PersonId>)> {
        let about = self.obligations[errand].about?;
        let State::Unreached { hands, .. } = &self.obligations[about].state else { return None };
        (hands.errand == Some(errand)).then(|| (about, hands.to.clone()))
    }

    /// Nobody need take the place of who takes an answer back to what is over.
    fn must_be_wanted(&self, id: usize, person: &PersonId) -> Result<(), &'static str> {
        let obligation = &self.obligations[id];
        let settled = obligation.about.is_some() && self.subject_of(id).is_none();
        if settled || !self.wants_somebody(id, person) {
            return Err("obligation.withdrawn");
        }
        match self.callouts[obligation.callout].closed {
            None | Some(CloseReason::Complete) => Ok(()),
            Some(
                CloseReason::Cancelled
                | CloseReason::Expired
                | CloseReason::Superseded
                | CloseReason::ByHand,
            ) => Err("callout.closed"),
        }
    }

    fn note_declined(&mut self, id: usize, person: &PersonId, now: Timestamp) {
        let obligation = &mut self.obligations[id];
        for call in &mut obligation.calls {
            if call.person == *person && call.progress == Progress::Queued && !call.notice {
                call.progress = Progress::Dropped;
            }
        }
        if !obligation.asked.iter().any(|asked| asked.person == *person) {
            obligation.asked.push(Asked {
                person: person.clone(),
                rung: obligation.rung,
                round: obligation.round,
                at: now,
                declined: false,
                gone: false,
            });
        }
        for asked in obligation.asked.iter_mut().filter(|asked| asked.person == *person) {
            asked.declined = true;
        }
    }
}
