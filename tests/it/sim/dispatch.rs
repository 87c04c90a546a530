//! Steps of a plan about incidents, units and tasks, done.

use compact_str::CompactString;
use jiaoying::domain::{
    actor::Actor,
    assignment::{Advance, AssignUnit, AssignmentStep, Readiness, SayReady, Status},
    callout::policy::CalloutKind,
    command::{AnswerKind, Command, GiveAnswer},
    event::{AssignmentEvent, TaskEvent},
    ids::{AssignmentId, IncidentId, ObligationId, PersonId, TaskId, UnitId},
    incident::{Accounts, Casualties, IncidentStep, Occurred, Particulars, Place, Source},
    task::{GiveTasks, Given, Outcome, TaskReport, TaskStep},
    warning::Colour,
};

use super::{
    act::{person, seat},
    check::Breach,
    plan::{Obliged, Saying, Seat, Signed, Speaker, Step},
    world::{Counts, World},
};

impl World {
    /// Does a step about incidents, units or tasks.
    pub fn dispatch(&mut self, step: &Step) -> Result<(), Breach> {
        let (actor, command) = match step {
            Step::Receive { area, level, drill, by } => {
                let place = Place { area: *area, address: "老渡口".into(), point: None };
                let particulars = Box::new(Particulars {
                    kind: "11A01".into(),
                    level: *level,
                    sensitive: false,
                    received_at: self.now,
                    occurred: Occurred { at: self.now, about: false },
                    place,
                    source: Source::default(),
                    casualties: Casualties::default(),
                    accounts: Accounts::default(),
                });
                let receive = IncidentStep::Receive { particulars, drill: *drill };
                (seat(*by), Command::Incident(receive))
            }
            Step::Bring { pick, to, note, by } => {
                let (incident, to, note) = (self.incident(*pick), *to, note.clone());
                (seat(*by), Command::Incident(IncidentStep::Advance { incident, to, note }))
            }
            Step::Send { incident, unit, eta_s, by } => {
                let assign = AssignUnit {
                    incident: self.incident(*incident),
                    unit: self.unit(*unit),
                    order: "立即出动".into(),
                    need: CompactString::default(),
                    to: None,
                    eta: eta_s.map(|seconds| self.later(seconds)),
                };
                (seat(*by), Command::Assignment(AssignmentStep::Assign(assign)))
            }
            Step::Go { pick, to, note, by } => {
                let assignment = AssignmentId(among(*pick, self.board.assignments.iter().count()));
                let known = self.board.assignments.get(assignment);
                let told = known.map(|known| (known.unit.clone(), known.obligation));
                let advance = Advance { assignment, to: *to, note: note.clone(), back_at: None };
                let Some(actor) = self.speaker(by, told) else { return Ok(()) };
                (actor, Command::Assignment(AssignmentStep::Advance(advance)))
            }
            Step::Sign { pick, among, by, answer } => {
                return self.sign(*pick, *among, by, *answer);
            }
            Step::SayReady { unit, state, note, until_s, by } => {
                let unit = self.unit(*unit);
                let until = until_s.map(|seconds| self.later(seconds));
                let readiness =
                    Readiness { state: *state, note: note.clone(), until, strength: None };
                let told = Some((unit.clone(), ObligationId(0)));
                let Some(actor) = self.speaker(by, told) else { return Ok(()) };
                let said = SayReady { unit, readiness };
                (actor, Command::Assignment(AssignmentStep::SayReady(said)))
            }
            Step::Give { incident, to, due_s, severity, drill, by } => {
                let tasks = self.tasks(*incident, to, *due_s, *severity, *drill);
                (seat(*by), Command::Task(TaskStep::Give(tasks)))
            }
            Step::Say { pick, what, by } => {
                let Some(said) = self.said(*pick, *what, by) else { return Ok(()) };
                said
            }
            _ => return Ok(()),
        };
        self.say(&actor, &command)
    }

    fn tasks(
        &self,
        incident: Option<u32>,
        to: &[Obliged],
        due_s: i64,
        severity: Option<Colour>,
        drill: bool,
    ) -> GiveTasks {
        let given = |to: &Obliged| match to {
            Obliged::Post(post) => Given::Post(post.clone()),
            Obliged::Unit(pick) => Given::Unit(self.unit(*pick)),
        };
        GiveTasks {
            incident: incident.map(|pick| self.incident(pick)),
            title: "巡堤".into(),
            text: String::new(),
            on_word_of: CompactString::default(),
            to: to.iter().map(given).collect(),
            due_at: self.later(due_s),
            severity,
            drill,
        }
    }

    fn said(&self, pick: u32, what: Saying, by: &Speaker) -> Option<(Actor, Command)> {
        let task = TaskId(among(pick, self.board.tasks.iter().count()));
        let known = self.board.tasks.get(task);
        let actor = match (by, known) {
            (Speaker::Own | Speaker::Asked, Some(known)) => {
                let called = known.reminder.or(known.obligation)?;
                let obligation = self.board.callouts.obligation(called)?;
                person(&obligation.asked.last()?.person)
            }
            _ => self.speaker(by, None)?,
        };
        let report = TaskReport { task, outcome: Outcome::default() };
        let step = match what {
            Saying::Progress => TaskStep::Progress(report),
            Saying::Done => TaskStep::Complete(report),
            Saying::Withdrawn => TaskStep::Withdraw { task, reason: "不需要了".into() },
        };
        Some((actor, Command::Task(step)))
    }

    fn sign(
        &mut self,
        pick: u32,
        among: Signed,
        by: &Speaker,
        answer: AnswerKind,
    ) -> Result<(), Breach> {
        let wanted = match among {
            Signed::Orders => CalloutKind::Order,
            Signed::Tasks => CalloutKind::Task,
            Signed::Reminders => CalloutKind::Reminder,
        };
        let all = self.board.callouts.iter().filter(|callout| callout.kind == wanted);
        let all: Vec<ObligationId> = all.flat_map(|callout| callout.obligations.clone()).collect();
        if all.is_empty() {
            return Ok(());
        }
        let id = all[pick as usize % all.len()];
        let Some(known) = self.board.callouts.obligation(id) else { return Ok(()) };
        let on_behalf_of = match by {
            Speaker::Desk(_) => known.asked.last().map(|asked| asked.person.as_str().into()),
            Speaker::Own | Speaker::Asked | Speaker::Person(_) => None,
        };
        let told = known.unit.clone().map(|unit| (unit, id));
        let asked = known.asked.last().map(|asked| person(&asked.person));
        let actor = match by {
            Speaker::Asked => asked,
            Speaker::Own if told.is_none() => asked,
            _ => self.speaker(by, told),
        };
        let Some(actor) = actor else { return Ok(()) };
        let given = GiveAnswer {
            obligation: id,
            answer,
            note: String::new(),
            on_behalf_of,
            via: None,
            here: None,
        };
        self.say(&actor, &Command::Answer(given))
    }

    /// Returns who speaks; `told` is a unit and the obligation by which it was called.
    fn speaker(&self, by: &Speaker, told: Option<(UnitId, ObligationId)>) -> Option<Actor> {
        let asked = |id: ObligationId| -> Option<PersonId> {
            Some(self.board.callouts.obligation(id)?.asked.last()?.person.clone())
        };
        match by {
            Speaker::Desk(at) => Some(seat(*at)),
            Speaker::Person(own) => Some(person(own)),
            Speaker::Asked => told.and_then(|(_, id)| asked(id)).map(|own| person(&own)),
            Speaker::Own => {
                let (unit, id) = told?;
                let unit = self.board.units.get(&unit)?;
                let mut own = unit.contact.iter().chain(&unit.deputy).chain(&unit.members);
                own.next().cloned().or_else(|| asked(id)).map(|own| person(&own))
            }
        }
        .or_else(|| matches!(by, Speaker::Own).then(|| seat(Seat::County)))
    }

    fn incident(&self, pick: u32) -> IncidentId {
        IncidentId(among(pick, self.board.incidents.iter().count()))
    }

    fn unit(&self, pick: u32) -> UnitId {
        format!("u{}", among(pick, self.plan.county.units.len())).parse().expect("an id")
    }
}

/// Picks one of so many that are numbered from 1; now and then one that does not exist.
fn among(pick: u32, count: usize) -> u64 {
    let beyond = u64::from(pick % 20 == 19);
    u64::from(pick / 20) % (count as u64 + beyond).max(1) + 1
}

impl Counts {
    pub fn see_assignment(&mut self, event: &AssignmentEvent) {
        match event {
            AssignmentEvent::UnitAssigned(_) => self.orders += 1,
            AssignmentEvent::AssignmentAdvanced(advanced) => match advanced.to {
                Status::Declined => self.declined += 1,
                Status::Recalled if advanced.note.starts_with("演练中止") => self.taken += 1,
                _ => {}
            },
            AssignmentEvent::AssignmentStalled(_) => self.stalls += 1,
            AssignmentEvent::UnitReadied(_) => {}
        }
    }

    pub fn see_task(&mut self, event: &TaskEvent) {
        match event {
            TaskEvent::TaskGiven(_) => self.tasks += 1,
            TaskEvent::TaskSigned(_) => self.signed += 1,
            TaskEvent::TaskDone(done) => self.late += u64::from(done.late_s > 0),
            TaskEvent::TaskReminded(_) => self.reminders += 1,
            TaskEvent::TaskProgressed(_) | TaskEvent::TaskWithdrawn(_) => {}
        }
    }
}
