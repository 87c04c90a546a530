//! Tasks, and those whom a callout itself names. Where the rules leave room, this is how they are read:
//!
//! - *Signing.* What several posts are given at once makes one callout, in which a post signs once for all of its own; a
//!   unit signs for each by itself. Who answers a reminder has signed as well. A signature that is taken back stays: its
//!   bearer knows of it, and the next is rung all the same.
//! - *Overdue.* What is overdue at one moment, of one cause, by one bearer, and all in earnest or all for a drill, is one
//!   reminder; again every half hour. While a reminder of any of them still rings it is the reminder of all.
//! - *Over.* What calls somebody about a task is let go of with the last open task that it is about. Who has answered
//!   hears of it where tasks are taken back, not where they are done, and need not be replaced when he takes his word back.
//! - *Who.* Its bearer, now or when called, and the desk report; who gives tasks takes them back, bearer or not.
//! - *Another unit.* Sending any unit does what was given to find one.

use std::time::Duration;

use compact_str::CompactString;
use jiaoying::domain::{
    actor::{Actor, Role},
    callout::{obligation::WithdrawReason, policy::CalloutKind},
    command::Reply,
    ids::{Duty, IncidentId, PersonId, PostId, TaskId, UnitId},
    task::{Cause, Form, GiveTasks, Given, Stage, TaskStep},
    time::Timestamp,
    warning::Colour,
};

use super::{Callout, Oracle, commands, place, warnings};

/// Within how long another unit has to be found.
pub const TEN_MINUTES: Duration = Duration::from_secs(600);

#[derive(Debug, Clone)]
pub struct Task {
    pub cause: Option<Cause>,
    pub form: Form,
    pub bearer: Bearer,
    pub title: CompactString,
    pub due_at: Timestamp,
    pub remind_at: Timestamp,
    pub drill: bool,
    pub stage: Stage,
    pub late_s: u64,
    pub obligation: Option<usize>,
    pub reminder: Option<usize>,
    pub reminders: u32,
}

/// Whoever holds a post, or the people of a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bearer {
    pub post: PostId,
    pub unit: Option<UnitId>,
}

/// How somebody is called of whom a callout itself says that he has to answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Upon {
    pub kind: CalloutKind,
    pub severity: Option<Colour>,
    pub drill: bool,
}

/// What tasks of one breath have in common.
struct Giving {
    cause: Option<Cause>,
    form: Form,
    title: CompactString,
    due_at: Timestamp,
    upon: Upon,
}

impl Task {
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Given | Stage::Signed)
    }

    fn is_about(&self, obligation: usize) -> bool {
        self.obligation == Some(obligation) || self.reminder == Some(obligation)
    }
}

impl Oracle {
    pub(super) fn task(
        &mut self,
        actor: &Actor,
        step: &TaskStep,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        let instructs = commands(actor) || actor.role == Role::Leader;
        match step {
            TaskStep::Give(given) => {
                return if instructs {
                    self.give_tasks(actor, given, now)
                } else {
                    Err("access.not_allowed")
                };
            }
            TaskStep::Progress(report) => {
                self.touchable(actor, report.task, commands(actor), now)?;
            }
            TaskStep::Complete(report) => {
                let index = self.touchable(actor, report.task, commands(actor), now)?;
                self.done(&[index], now);
            }
            TaskStep::Withdraw { task, reason } => {
                if !instructs {
                    return Err("access.not_allowed");
                }
                let index = self.touchable(actor, *task, true, now)?;
                if reason.trim().is_empty() {
                    return Err("field.empty");
                }
                self.take_back(&[index], now);
            }
        }
        Ok(Reply::Done)
    }

    /// Finds an open task that somebody may touch: because he bears it, or because of his seat.
    fn touchable(
        &self,
        actor: &Actor,
        id: TaskId,
        may: bool,
        now: Timestamp,
    ) -> Result<usize, &'static str> {
        let index = usize::try_from(id.0).expect("small").wrapping_sub(1);
        let task = self.tasks.get(index).ok_or("task.unknown")?;
        let called = |person: &PersonId| {
            let mut about = task.obligation.into_iter().chain(task.reminder);
            about.any(|id| self.obligations[id].asked.iter().any(|a| a.person == *person))
        };
        let own = actor.person.as_ref();
        let bears = own.is_some_and(|own| self.bears(&task.bearer, own, now) || called(own));
        let seat = place::number(actor.area);
        if !bears && !place::within(place::number(task.bearer.post.area), seat) {
            return Err("task.unknown");
        }
        if !bears && !may {
            return Err("task.not_yours");
        }
        if task.is_open() { Ok(index) } else { Err("task.over") }
    }

    /// Tells whether somebody is one whom a bearer means at this moment.
    pub(super) fn bears(&self, bearer: &Bearer, person: &PersonId, now: Timestamp) -> bool {
        match &bearer.unit {
            Some(unit) => self.is_of(unit, person),
            None => {
                let staffed = self.staffed(&bearer.post);
                staffed.is_some_and(|staffed| self.on_duty(staffed, now).contains(person))
            }
        }
    }

    fn give_tasks(
        &mut self,
        actor: &Actor,
        given: &GiveTasks,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        if given.to.is_empty() {
            return Err("field.empty");
        }
        if given.due_at <= now {
            return Err("task.due_in_the_past");
        }
        let incident = given.incident.map(|id| self.seen_incident(actor, id)).transpose()?;
        let incident = incident.map(|index| &self.incidents[index]);
        let bearers: Result<Vec<Bearer>, _> =
            given.to.iter().map(|to| self.bearer(actor, to)).collect();
        let giving = Giving {
            cause: given.incident.map(Cause::Incident),
            form: Form::Plain,
            title: given.title.clone(),
            due_at: given.due_at,
            upon: Upon {
                kind: CalloutKind::Task,
                severity: given.severity.or(incident.and_then(|known| known.colour())),
                drill: given.drill || incident.is_some_and(|known| known.drill),
            },
        };
        let ids = self.give_to(&giving, bearers?, now).ok_or("policy.none_applies")?;
        Ok(Reply::Tasks { ids })
    }

    fn bearer(&self, actor: &Actor, to: &Given) -> Result<Bearer, &'static str> {
        match to {
            Given::Post(post) => {
                self.known_area(actor, post.area)?;
                self.staffed(post).ok_or("post.unknown")?;
                Ok(Bearer { post: post.clone(), unit: None })
            }
            Given::Unit(id) => {
                let unit = self.unit(id).ok_or("unit.unknown")?;
                self.known_area(actor, unit.area)?;
                Ok(Bearer { post: unit.post(), unit: Some(id.clone()) })
            }
        }
    }

    /// Somebody at the county has to find another unit for an incident; where no policy says how he is called for
    /// that, nobody is.
    pub(super) fn give_replace(
        &mut self,
        incident: usize,
        title: CompactString,
        due_at: Timestamp,
        now: Timestamp,
    ) {
        let post = PostId { area: self.home, duty: Duty::DUTY_OFFICER };
        let (severity, drill) = (self.incidents[incident].colour(), self.incidents[incident].drill);
        let cause = Some(Cause::Incident(IncidentId(incident as u64 + 1)));
        let upon = Upon { kind: CalloutKind::Task, severity, drill };
        let giving = Giving { cause, form: Form::Replace, title, due_at, upon };
        let _ = self.give_to(&giving, vec![Bearer { post, unit: None }], now);
    }

    fn give_to(
        &mut self,
        giving: &Giving,
        bearers: Vec<Bearer>,
        now: Timestamp,
    ) -> Option<Vec<TaskId>> {
        if !self.says_how(&giving.upon) {
            return None;
        }
        let mut posts: Vec<Bearer> = bearers.iter().filter(|b| b.unit.is_none()).cloned().collect();
        posts.sort();
        posts.dedup();
        let title_of = |bearer: &Bearer| {
            let own = bearers.iter().filter(|other| *other == bearer).count();
            CompactString::from(vec![&*giving.title; own].join("；"))
        };
        let words: Vec<_> = posts.iter().map(|post| (post.clone(), title_of(post))).collect();
        let signing = self.call_upon(&giving.upon, words, now)?;
        let mut ids = Vec::new();
        for bearer in bearers {
            let obligation = match posts.iter().position(|post| *post == bearer) {
                Some(place) => signing[place],
                None => {
                    let own = vec![(bearer.clone(), giving.title.clone())];
                    self.call_upon(&giving.upon, own, now)?[0]
                }
            };
            self.tasks.push(Task {
                cause: giving.cause.clone(),
                form: giving.form.clone(),
                bearer,
                title: giving.title.clone(),
                due_at: giving.due_at,
                remind_at: giving.due_at,
                drill: giving.upon.drill,
                stage: Stage::Given,
                late_s: 0,
                obligation: Some(obligation),
                reminder: None,
                reminders: 0,
            });
            ids.push(TaskId(self.tasks.len() as u64));
        }
        Some(ids)
    }

    /// Tells whether a policy says how such a callout calls.
    pub(super) fn says_how(&self, upon: &Upon) -> bool {
        let rules = self.rules.as_ref();
        rules.is_some_and(|r| warnings::choose(r, upon.kind, upon.severity, None).is_some())
    }

    /// Opens a callout that names those who have to answer, each with what for.
    pub(super) fn call_upon(
        &mut self,
        upon: &Upon,
        bearers: Vec<(Bearer, CompactString)>,
        now: Timestamp,
    ) -> Option<Vec<usize>> {
        let rules = self.rules.clone()?;
        let policy = warnings::choose(&rules, upon.kind, upon.severity, None)?.clone();
        if bearers.is_empty() {
            return Some(Vec::new());
        }
        let mut extent: Vec<_> = bearers.iter().map(|(bearer, _)| bearer.post.area).collect();
        extent.sort();
        extent.dedup();
        let ladder = policy.ladder.clone().expect("such policies have a ladder");
        let index = self.callouts.len();
        self.callouts.push(Callout {
            kind: upon.kind,
            severity: upon.severity.or(policy.severity).unwrap_or(Colour::Orange),
            drill: upon.drill,
            extent,
            rules,
            policy,
            warning: None,
            parent: None,
            errands: None,
            closed: None,
            obligations: Vec::new(),
        });
        let each = bearers.into_iter();
        Some(each.map(|(bearer, task)| self.bind(index, bearer, &ladder, task, now)).collect())
    }

    /// An obligation has been answered: the tasks that it is about are signed for.
    pub(super) fn signed(&mut self, obligation: usize) {
        for task in &mut self.tasks {
            if task.stage == Stage::Given && task.is_about(obligation) {
                task.stage = Stage::Signed;
            }
        }
    }

    fn done(&mut self, which: &[usize], now: Timestamp) {
        for index in which {
            let task = &mut self.tasks[*index];
            let late_ms = (now.millis() - task.due_at.millis()).max(0);
            task.late_s = u64::try_from(late_ms / 1_000).expect("not negative");
            task.stage = Stage::Done;
        }
        self.let_go(which, now);
    }

    fn take_back(&mut self, which: &[usize], now: Timestamp) {
        for index in which {
            self.tasks[*index].stage = Stage::Withdrawn;
        }
        self.let_go(which, now);
        for index in which {
            let task = &self.tasks[*index];
            for id in task.obligation.into_iter().chain(task.reminder).collect::<Vec<_>>() {
                if !self.is_about_open_task(id) {
                    self.end_one(id, WithdrawReason::ByHand, true, now);
                }
            }
        }
    }

    /// Nobody is called any more about tasks that are over.
    fn let_go(&mut self, which: &[usize], now: Timestamp) {
        for index in which {
            let task = &self.tasks[*index];
            for id in task.obligation.into_iter().chain(task.reminder).collect::<Vec<_>>() {
                if !self.is_about_open_task(id) && self.obligations[id].is_open() {
                    self.end_one(id, WithdrawReason::Settled, false, now);
                }
            }
        }
    }

    fn is_about_open_task(&self, obligation: usize) -> bool {
        self.tasks.iter().any(|task| task.is_open() && task.is_about(obligation))
    }

    /// Tells whether what an obligation is about still wants somebody.
    pub(super) fn wants_somebody(&self, obligation: usize, person: &PersonId) -> bool {
        let kind = self.callouts[self.obligations[obligation].callout].kind;
        let asks = || {
            let mut orders = self.orders.iter();
            orders.any(|order| order.asked == Some(obligation) && order.binds())
        };
        match kind {
            CalloutKind::Order => self.wants_unit(obligation, person),
            CalloutKind::Task => self.is_about_open_task(obligation),
            CalloutKind::Reminder => self.is_about_open_task(obligation) || asks(),
            // Not of the scenarios.
            CalloutKind::Swap
            | CalloutKind::Handover
            | CalloutKind::Notice
            | CalloutKind::ContactTest
            | CalloutKind::DutyReminder
            | CalloutKind::Roster => false,
            CalloutKind::Warning
            | CalloutKind::Manual
            | CalloutKind::SpotCheck
            | CalloutKind::Errand
            | CalloutKind::Alarm => true,
        }
    }

    /// A unit has been sent: nobody need find another for that incident.
    pub(super) fn found_another(&mut self, incident: usize, now: Timestamp) {
        let found = self.open_of(incident, |task| task.form == Form::Replace);
        self.done(&found, now);
    }

    /// An incident is over, and so is what it gave people to do.
    pub(super) fn nobody_needs(&mut self, incident: usize, now: Timestamp) {
        let open = self.open_of(incident, |_| true);
        self.take_back(&open, now);
    }

    fn open_of(&self, incident: usize, which: fn(&Task) -> bool) -> Vec<usize> {
        let cause = Some(Cause::Incident(IncidentId(incident as u64 + 1)));
        let own = |index: &usize| {
            let task = &self.tasks[*index];
            task.is_open() && task.cause == cause && which(task)
        };
        (0..self.tasks.len()).filter(own).collect()
    }
}
