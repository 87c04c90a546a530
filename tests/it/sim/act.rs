//! Steps of a plan, done.

use std::time::Duration;

use compact_str::CompactString;
use jiaoying::domain::{
    actor::{Actor, Role},
    callout::{
        attempt::Outcome,
        obligation::{State, StateName},
    },
    command::{AddOverride, AnswerKind, Command, GiveAnswer, OpenCallout, RosterStep},
    event::DutyTableSet,
    ids::{AttemptId, CalloutId, ObligationId, OverrideId, PersonId, PostId},
    roster::{Calendar, Post, Shift},
    time::Timestamp,
};

use super::{
    check::Breach,
    generate::holidays,
    plan::{Among, By, Change, HOME, Planned, Seat, Step, TableChange, moved},
    world::{World, lines_set, original},
};

impl World {
    /// Does one step, and compares everything after it.
    pub fn step(&mut self, planned: &Planned) -> Result<(), Breach> {
        self.act(&planned.step)?;
        self.settled()?;
        if planned.prompt {
            self.wake(0)?;
        }
        Ok(())
    }

    fn act(&mut self, step: &Step) -> Result<(), Breach> {
        match step {
            Step::Pass { ms, lag_ms } => self.pass(*ms, *lag_ms)?,
            Step::Warn(warn) => {
                let message = Box::new(self.plan.message(warn));
                let command = Command::AcceptWarning { message, original: original() };
                self.say(&seat(warn.by), &command)?;
            }
            Step::Open { kind, area, policy, severity, drill, by } => {
                let open = OpenCallout {
                    kind: *kind,
                    subject: "演练".into(),
                    text: String::new(),
                    area: *area,
                    policy: policy.clone(),
                    severity: *severity,
                    drill: *drill,
                };
                self.say(&seat(*by), &Command::OpenCallout(open))?;
            }
            Step::Answer { pick, among, by, answer } => self.answer(*pick, *among, by, *answer)?,
            Step::Withdraw { pick, by, note } => self.withdraw(*pick, *by, note)?,
            Step::Override { change, by } => {
                self.say(&seat(*by), &override_of(change, self.now))?;
            }
            Step::RemoveOverride { pick } => {
                let id = OverrideId(u64::from(pick % 5) + 1);
                self.say(&seat(Seat::County), &Command::Roster(RosterStep::RemoveOverride(id)))?;
            }
            Step::Table(change) => self.change_table(change)?,
            Step::Appoint { post, holders, deputies } => self.appoint(post, holders, deputies)?,
            Step::Adopt { set } => {
                let sets = &self.plan.policies;
                let set = sets[*set as usize % sets.len()].clone();
                self.say(&console(), &Command::AdoptPolicies(set))?;
            }
            Step::Calendar => self.turn_calendar()?,
            Step::Lines { channel, lines } => {
                self.must(&console(), &lines_set(*channel, *lines))?;
            }
            Step::Receipt { pick, outcome } => self.receipt(*pick, outcome)?,
            Step::Crash { from } => self.crash(*from)?,
            Step::LoseAppend { after_ms } => self.lose_append_ms = Some(*after_ms),
            Step::SetClock { ms } => {
                let by = Duration::from_millis(ms.unsigned_abs());
                self.now = if *ms < 0 { self.now - by } else { self.now + by };
            }
            Step::LookIdly => self.look_idly()?,
            Step::Receive { .. }
            | Step::Bring { .. }
            | Step::Send { .. }
            | Step::Go { .. }
            | Step::Sign { .. }
            | Step::SayReady { .. }
            | Step::Give { .. }
            | Step::Say { .. } => self.dispatch(step)?,
        }
        Ok(())
    }

    fn turn_calendar(&mut self) -> Result<(), Breach> {
        let entered = !self.board.calendar.years.is_empty();
        let calendar = if entered { Calendar::default() } else { holidays() };
        self.must(&console(), &Command::Roster(RosterStep::AdoptCalendar(calendar)))
    }

    /// Submits what may be refused.
    pub(super) fn say(&mut self, actor: &Actor, command: &Command) -> Result<(), Breach> {
        self.submit(actor, command).map(|_| ())
    }

    fn answer(
        &mut self,
        pick: u32,
        among: Among,
        by: &By,
        answer: AnswerKind,
    ) -> Result<(), Breach> {
        let Some(id) = self.picked(pick, among) else { return Ok(()) };
        let Some((actor, whom)) = self.answerer(id, by) else { return Ok(()) };
        let via = whom.is_some().then(|| CompactString::const_new("座机"));
        let given = GiveAnswer {
            obligation: id,
            answer,
            note: String::new(),
            on_behalf_of: whom,
            via,
            here: None,
        };
        self.say(&actor, &Command::Answer(given))
    }

    fn picked(&self, pick: u32, among: Among) -> Option<ObligationId> {
        let wanted = |state: StateName| match among {
            Among::Open => matches!(state, StateName::Ringing | StateName::Unreached),
            Among::Unreached => state == StateName::Unreached,
            Among::Answered => state == StateName::Answered,
            Among::All => true,
        };
        let all = self.board.callouts.obligations();
        let ids: Vec<ObligationId> =
            all.filter(|o| wanted(o.state.name())).map(|obligation| obligation.id).collect();
        // One beyond the last is asked for too: what is not there must be refused.
        if ids.is_empty() {
            return (among == Among::All).then_some(ObligationId(9_999));
        }
        Some(ids[pick as usize % ids.len()])
    }

    fn answerer(&self, id: ObligationId, by: &By) -> Option<(Actor, Option<CompactString>)> {
        let obligation = self.board.callouts.obligation(id);
        let asked = |back: usize| {
            let asked = &obligation?.asked;
            let index = asked.len().checked_sub(1 + back % asked.len().max(1))?;
            Some(asked[index].person.clone())
        };
        match by {
            By::Asked(back) => Some((person(&asked(*back as usize)?), None)),
            By::Answerer => {
                let answer = obligation?.answer.as_ref()?;
                match (&answer.person, &answer.entered_by) {
                    (Some(own), None) => Some((person(own), None)),
                    (Some(other), Some(_)) => {
                        Some((seat(Seat::County), Some(other.as_str().into())))
                    }
                    (None, _) => Some((seat(Seat::County), Some(answer.name.clone()))),
                }
            }
            By::Sent(name) => {
                let State::Unreached { handed, .. } = &obligation?.state else { return None };
                Some((person(handed.to.as_ref()?), Some(name.clone())))
            }
            By::Person(own) => Some((person(own), None)),
            By::Desk(at, name) => Some((seat(*at), Some(name.clone()))),
            By::DeskForAsked(at) => Some((seat(*at), Some(asked(0)?.as_str().into()))),
            By::Machine => Some((gateway(), None)),
        }
    }

    fn withdraw(&mut self, pick: u32, by: Seat, note: &CompactString) -> Result<(), Breach> {
        let all = self.board.callouts.iter().count() as u64;
        // Now and then one that does not exist.
        let callout = CalloutId(u64::from(pick) % (all + 1) + 1);
        let command = Command::WithdrawCallout { callout, note: note.clone() };
        self.say(&seat(by), &command)
    }

    fn change_table(&mut self, change: &TableChange) -> Result<(), Breach> {
        let shift = |(from, to, people): &(i64, i64, Vec<PersonId>)| Shift {
            from: self.later(*from),
            to: self.later(*to),
            people: people.clone(),
        };
        let set = DutyTableSet {
            post: change.post.clone(),
            from: self.later(change.from_s),
            to: self.later(change.to_s),
            shifts: change.shifts.iter().map(shift).collect(),
            import: None,
        };
        self.say(&console(), &Command::Roster(RosterStep::SetDutyTable(vec![set])))
    }

    fn appoint(
        &mut self,
        id: &PostId,
        holders: &[PersonId],
        deputies: &[PersonId],
    ) -> Result<(), Breach> {
        let known = self.board.roster.get(id);
        let post = Post {
            id: id.clone(),
            title: CompactString::default(),
            holders: holders.to_vec(),
            deputies: deputies.to_vec(),
            rotations: known.map(|s| s.post.rotations.clone()).unwrap_or_default(),
        };
        self.say(&console(), &Command::Roster(RosterStep::SavePosts(vec![post])))
    }

    fn receipt(&mut self, pick: u32, outcome: &Outcome) -> Result<(), Breach> {
        let all = self.board.callouts.obligations().flat_map(|o| &o.attempts);
        let ids: Vec<AttemptId> = all.map(|attempt| attempt.id).collect();
        let unknown = AttemptId { obligation: ObligationId(1), number: 99 };
        let attempt = ids.get(pick as usize % (ids.len() + 1)).copied().unwrap_or(unknown);
        let command = Command::RecordAttempt { attempt, outcome: outcome.clone() };
        self.say(&gateway(), &command)
    }

    fn look_idly(&mut self) -> Result<(), Breach> {
        let due = self.board.next_deadline().is_some_and(|due| due <= self.now);
        if due || self.lose_append_ms.is_some() {
            return Ok(());
        }
        let before = self.board.clone();
        self.must(&Actor::node(HOME.parse().expect("a code")), &Command::Elapse)?;
        if before == self.board {
            return Ok(());
        }
        Err(Breach::new("time_does_nothing_before_its_time", format!("at {}", self.now)))
    }
}

pub fn override_of(change: &Change, now: Timestamp) -> Command {
    Command::Roster(RosterStep::AddOverride(AddOverride {
        post: change.post.clone(),
        from: moved(now, change.from_s),
        to: moved(now, change.to_s),
        people: change.people.clone(),
        reason: CompactString::default(),
    }))
}

fn console() -> Actor {
    Actor::console(HOME.parse().expect("a code"))
}

pub fn gateway() -> Actor {
    seat(Seat::Gateway)
}

pub fn seat(seat: Seat) -> Actor {
    let (login, role, area) = match seat {
        Seat::County => ("desk", Role::Dispatcher, HOME),
        Seat::Township => ("township-desk", Role::Dispatcher, "990101001000"),
        Seat::Gateway => ("gateway", Role::Gateway, HOME),
        Seat::Leader => ("leader", Role::Leader, HOME),
    };
    Actor { login: login.into(), role, area: area.parse().expect("a code"), person: None }
}

pub fn person(id: &PersonId) -> Actor {
    let area = HOME.parse().expect("a code");
    Actor { login: id.as_str().into(), role: Role::Leader, area, person: Some(id.clone()) }
}
