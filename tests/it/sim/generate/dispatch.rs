//! Units, and what is done with them: incidents, orders, tasks, among all else that happens.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::{CompactString, format_compact};
use jiaoying::domain::{
    assignment::{ReadinessState, Status, Thresholds},
    callout::policy::{Applies, CalloutKind, DutyName, Policy, PolicySet, Then},
    command::AnswerKind,
    ids::{Duty, PersonId},
    incident::Stage,
    time::Seconds,
    unit::{Unit, UnitKind},
    warning::Colour,
};

use crate::sim::{
    dice::Dice,
    plan::{County, HOME, Obliged, Plan, Planned, Saying, Seat, Signed, Speaker, Step},
};

/// Gives the county of a plan units, its policies a way to call them, and its course orders and tasks.
pub fn add(dice: &mut Dice, plan: &mut Plan) {
    plan.county.units = units(dice, &plan.county);
    for set in &mut plan.policies {
        call(dice, set);
    }
    let mut work = Work { dice, county: &plan.county };
    let mut at = 0;
    for step in work.steps() {
        at = work.dice.within(at as u64, plan.steps.len() as u64) as usize;
        let prompt = work.dice.chance(90);
        plan.steps.insert(at, Planned { prompt, step });
        at += 1;
    }
}

/// Some with people of their own, some with one who answers, some with nobody.
fn units(dice: &mut Dice, county: &County) -> Vec<Unit> {
    let person = |dice: &mut Dice, percent| {
        dice.chance(percent).then(|| dice.pick(&county.people).id.clone())
    };
    let count = dice.within(1, 4);
    let units = (1..=count).map(|number| {
        let (contact, deputy) = (person(dice, 80), person(dice, 40));
        let members = if dice.chance(40) { person(dice, 100) } else { None };
        Unit {
            id: format!("u{number}").parse().expect("an id"),
            name: format_compact!("{number}队"),
            kind: UnitKind::Team,
            area: dice.pick(&county.areas).code,
            base: None,
            reports_every_s: 30,
            terminal: None,
            strength: None,
            contact,
            capabilities: Vec::new(),
            capacity: BTreeMap::new(),
            equipment: Vec::new(),
            members: members.into_iter().collect(),
            deputy,
        }
    });
    units.collect()
}

/// Says how orders, tasks and reminders call, mostly; and how long a unit may be in one status.
fn call(dice: &mut Dice, set: &mut PolicySet) {
    let leader = Duty::TEAM_LEADER;
    if set.duties.iter().all(|duty| duty.name != leader) {
        set.duties.push(DutyName {
            name: leader,
            zh: "队长".into(),
            en: "leader".into(),
            seats: None,
        });
    }
    let mut limit = || Seconds(*dice.pick(&[30, 60, 120, 240, 600]));
    set.assignments = Thresholds {
        ordered_s: limit(),
        accepted_s: limit(),
        en_route_s: limit(),
        on_scene_s: limit(),
    };
    let knows = |kind| set.policies.iter().any(|policy| policy.applies.kinds.contains(&kind));
    if knows(CalloutKind::Order) {
        return;
    }
    let climbed = set.ladders.iter().filter(|ladder| ladder.then == Then::HandOver);
    let ladders: Vec<CompactString> = climbed.map(|ladder| ladder.name.clone()).collect();
    let pattern = set.policies[0].clone();
    let mut coming = Vec::new();
    for (kind, name) in [
        (CalloutKind::Order, "order"),
        (CalloutKind::Task, "task"),
        (CalloutKind::Reminder, "reminder"),
    ] {
        for colours in [BTreeSet::from([Colour::Red, Colour::Orange]), BTreeSet::new()] {
            if dice.chance(if colours.is_empty() { 8 } else { 60 }) {
                continue;
            }
            coming.push(Policy {
                id: format_compact!("{name}{}", colours.len()),
                applies: Applies { kinds: [kind].into(), colours, ..Applies::default() },
                severity: dice.chance(50).then(|| *dice.pick(&Colour::ALL)),
                counts: BTreeSet::new(),
                oblige: Vec::new(),
                quorum: Vec::new(),
                ladder: Some(dice.pick(&ladders).clone()),
                ..pattern.clone()
            });
        }
    }
    set.policies.extend(coming);
}

struct Work<'a> {
    dice: &'a mut Dice,
    county: &'a County,
}

impl Work<'_> {
    fn steps(&mut self) -> Vec<Step> {
        let mut steps = vec![self.receive(), self.send()];
        for _ in 0..self.dice.within(3, 14) {
            steps.push(self.step());
        }
        steps
    }

    fn step(&mut self) -> Step {
        match self.dice.weighted(&[12, 6, 22, 34, 20, 5, 16, 18, 7]) {
            0 => self.receive(),
            1 => self.bring(),
            2 => self.send(),
            3 => self.go(),
            4 => self.sign(),
            5 => self.say_ready(),
            6 => self.give(),
            7 => self.say(),
            _ => self.pass(),
        }
    }

    /// Long enough for what is overdue by minutes, now and then by half an hour.
    fn pass(&mut self) -> Step {
        let ms = 1_000 * *self.dice.pick(&[45, 120, 240, 240, 610, 1_805]);
        Step::Pass { ms, lag_ms: 0 }
    }

    fn receive(&mut self) -> Step {
        let area = if self.dice.chance(50) {
            HOME.parse().expect("a code")
        } else {
            self.dice.pick(&self.county.areas).code
        };
        let level = self.dice.chance(75).then(|| *self.dice.pick(&[1, 2, 3, 4]));
        Step::Receive { area, level, drill: self.dice.chance(40), by: self.seat() }
    }

    fn bring(&mut self) -> Step {
        let stages = [Stage::Verified, Stage::Handling, Stage::Unfounded, Stage::Closed];
        let to = stages[self.dice.weighted(&[15, 20, 20, 45])];
        let note = if self.dice.chance(90) { "险情解除" } else { "" };
        Step::Bring { pick: self.any(), to, note: note.into(), by: self.seat() }
    }

    fn send(&mut self) -> Step {
        let eta_s = self.dice.chance(40).then(|| self.dice.signed(-30, 400));
        Step::Send { incident: self.any(), unit: self.any(), eta_s, by: self.seat() }
    }

    fn go(&mut self) -> Step {
        let to = [
            Status::Accepted,
            Status::EnRoute,
            Status::OnScene,
            Status::Done,
            Status::Declined,
            Status::Recalled,
            Status::Returned,
            Status::Ordered,
        ][self.dice.weighted(&[16, 20, 16, 14, 16, 8, 8, 2])];
        let note = if self.dice.chance(92) { "车坏了" } else { " " };
        Step::Go { pick: self.any(), to, note: note.into(), by: self.speaker() }
    }

    fn sign(&mut self) -> Step {
        let among =
            [Signed::Orders, Signed::Tasks, Signed::Reminders][self.dice.weighted(&[50, 25, 25])];
        let answer =
            if self.dice.chance(60) { AnswerKind::Acknowledged } else { AnswerKind::Declined };
        Step::Sign { pick: self.any(), among, by: self.speaker(), answer }
    }

    fn say_ready(&mut self) -> Step {
        let states = [ReadinessState::Ready, ReadinessState::Resting, ReadinessState::NotReady];
        let state = *self.dice.pick(&states);
        let note = if self.dice.chance(90) { "检修" } else { "" };
        let until_s = self.dice.chance(60).then(|| self.dice.signed(-20, 300));
        Step::SayReady { unit: self.any(), state, note: note.into(), until_s, by: self.speaker() }
    }

    fn give(&mut self) -> Step {
        let to = (0..self.dice.weighted(&[3, 62, 25, 10])).map(|_| self.obliged()).collect();
        let incident = self.dice.chance(65).then(|| self.any());
        let due_s = if self.dice.chance(95) { self.dice.signed(10, 600) } else { -1 };
        let severity = self.dice.chance(40).then(|| *self.dice.pick(&Colour::ALL));
        Step::Give { incident, to, due_s, severity, drill: self.dice.chance(20), by: self.seat() }
    }

    fn obliged(&mut self) -> Obliged {
        if self.county.posts.is_empty() || self.dice.chance(30) {
            return Obliged::Unit(self.any());
        }
        let nobody = format!("{HOME}/standby").parse().expect("a post");
        let known = self.dice.pick(&self.county.posts).id.clone();
        Obliged::Post(if self.dice.chance(4) { nobody } else { known })
    }

    fn say(&mut self) -> Step {
        let what =
            [Saying::Progress, Saying::Done, Saying::Withdrawn][self.dice.weighted(&[15, 60, 25])];
        Step::Say { pick: self.any(), what, by: self.speaker() }
    }

    fn speaker(&mut self) -> Speaker {
        match self.dice.weighted(&[40, 32, 18, 10]) {
            0 => Speaker::Desk(self.seat()),
            1 => Speaker::Own,
            2 => Speaker::Asked,
            _ => Speaker::Person(self.person()),
        }
    }

    fn person(&mut self) -> PersonId {
        self.dice.pick(&self.county.people).id.clone()
    }

    fn seat(&mut self) -> Seat {
        [Seat::County, Seat::Township, Seat::Leader, Seat::Gateway]
            [self.dice.weighted(&[86, 8, 4, 2])]
    }

    fn any(&mut self) -> u32 {
        u32::try_from(self.dice.below(1_000)).expect("small")
    }
}
