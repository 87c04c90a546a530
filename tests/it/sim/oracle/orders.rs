//! Units that are sent to incidents. Where the rules leave room, this is how they are read:
//!
//! - *Taking an order.* Whoever says that the unit accepts, sets out or is there has taken the order: its obligation is
//!   answered, by the person of the unit or, from the desk, in the unit's name. An answer to the obligation accepts.
//! - *Cannot go.* Only somebody of the unit declines for it by an answer; another who was rung for it leaves the ladder
//!   going. A unit may decline until it is there. Then nobody is rung any more about the order or how the unit stands,
//!   and the county's duty officer has ten minutes to find another: a task, to be signed for.
//! - *Taking back.* Once a unit has set out nobody need take the place of who had answered for it.
//! - *Calling off.* Who was called about an order that is recalled is told, also who had answered.
//! - *Asking.* A unit that is in one status for too long is asked by a reminder; not while one such still rings, nor,
//!   while nobody has taken the order, while the order itself does. A word of the unit ends the asking.
//! - *How long* is what the policies in force say at that moment; a time of arrival counts once, from setting out, half
//!   as long again as is left until it.
//! - *Binding.* A unit is bound from the order until it is done, has declined or was recalled. What really happens takes
//!   it from a drill, as if it were recalled there.

use jiaoying::domain::{
    actor::{Actor, Role},
    assignment::{
        Advance, AssignUnit, AssignmentStep, Readiness, ReadinessState, SayReady, Status,
    },
    callout::{
        obligation::{Via, WithdrawReason},
        policy::CalloutKind,
    },
    command::Reply,
    ids::{AssignmentId, ObligationId, PersonId, UnitId},
    incident::Stage,
    time::Timestamp,
    unit::Unit,
};

use super::{
    Oracle, State,
    answers::Who,
    commands,
    incidents::sees,
    tasks::{Bearer, TEN_MINUTES, Upon},
};

/// One unit's order.
#[derive(Debug, Clone)]
pub struct Order {
    pub unit: UnitId,
    pub incident: usize,
    pub eta: Option<Timestamp>,
    pub obligation: usize,
    pub status: Status,
    pub watch_at: Option<Timestamp>,
    pub asked: Option<usize>,
    pub stalls: u32,
}

impl Order {
    pub fn binds(&self) -> bool {
        matches!(
            self.status,
            Status::Ordered | Status::Accepted | Status::EnRoute | Status::OnScene
        )
    }
}

/// What may follow what: forwards, with steps left out; back home only from what is over.
fn follows(from: Status, to: Status) -> bool {
    let under_way = [Status::Ordered, Status::Accepted, Status::EnRoute, Status::OnScene];
    let place = |status| under_way.iter().position(|known| *known == status);
    match (place(from), to) {
        (Some(_), Status::Recalled) => true,
        (Some(own), Status::Declined) => own < 3,
        (Some(own), Status::Done) => own == 3,
        (Some(own), _) => place(to).is_some_and(|next| next > own),
        (None, _) => matches!(from, Status::Done | Status::Recalled) && to == Status::Returned,
    }
}

impl Oracle {
    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == *id)
    }

    /// Tells whether somebody is one of a unit.
    pub fn is_of(&self, unit: &UnitId, person: &PersonId) -> bool {
        let Some(unit) = self.unit(unit) else { return false };
        let answering = [&unit.contact, &unit.deputy];
        answering.iter().any(|one| one.as_ref() == Some(person)) || unit.members.contains(person)
    }

    pub(super) fn order(
        &mut self,
        actor: &Actor,
        step: &AssignmentStep,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        match step {
            AssignmentStep::Assign(wanted) => self.send_unit(actor, wanted, now),
            AssignmentStep::Advance(wanted) => self.go(actor, wanted, now),
            AssignmentStep::SayReady(said) => self.say_ready(actor, said, now),
        }
    }

    fn send_unit(
        &mut self,
        actor: &Actor,
        wanted: &AssignUnit,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        if !commands(actor) {
            return Err("access.not_allowed");
        }
        let incident = self.seen_incident(actor, wanted.incident)?;
        if !self.incidents[incident].is_open() {
            return Err("incident.over");
        }
        let unit = self.unit(&wanted.unit).cloned().ok_or("unit.unknown")?;
        self.known_area(actor, unit.area)?;
        let (drill, colour) = (self.incidents[incident].drill, self.incidents[incident].colour());
        let bound = self.orders.iter().position(|order| order.unit == unit.id && order.binds());
        let taken =
            bound.filter(|bound| !drill && self.incidents[self.orders[*bound].incident].drill);
        if bound != taken {
            return Err("assignment.unit_bound");
        }
        if !self.may_go(&unit.id, now) {
            return Err("assignment.unit_not_ready");
        }
        let upon = Upon { kind: CalloutKind::Order, severity: colour, drill };
        if !self.says_how(&upon) {
            return Err("policy.none_applies");
        }
        if let Some(bound) = taken {
            self.come_to(bound, Status::Recalled, Err(actor.login.as_str()), now);
        }
        let bearer = Bearer { post: unit.post(), unit: Some(unit.id.clone()) };
        let called = self.call_upon(&upon, vec![(bearer, wanted.order.as_str().into())], now);
        let obligation = called.expect("a policy says how")[0];
        let watch_at = self.watch_from(Status::Ordered, None, now);
        self.orders.push(Order {
            unit: unit.id,
            incident,
            eta: wanted.eta,
            obligation,
            status: Status::Ordered,
            watch_at,
            asked: None,
            stalls: 0,
        });
        self.found_another(incident, now);
        self.incidents[incident].stage = Stage::Handling;
        let id = AssignmentId(self.orders.len() as u64);
        Ok(Reply::Assignment { id, obligation: ObligationId(obligation as u64 + 1) })
    }

    fn may_go(&self, unit: &UnitId, now: Timestamp) -> bool {
        let said = self.readiness.iter().rev().find(|(other, _)| other == unit);
        said.is_none_or(|(_, said)| {
            said.state != ReadinessState::NotReady || said.until.is_some_and(|until| until <= now)
        })
    }

    fn go(
        &mut self,
        actor: &Actor,
        wanted: &Advance,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        let index = usize::try_from(wanted.assignment.0).expect("small").wrapping_sub(1);
        let Some(order) = self.orders.get(index).cloned() else { return Err("assignment.unknown") };
        let area = self.incidents[order.incident].area;
        let own = |person: &&PersonId| {
            let asked = &self.obligations[order.obligation].asked;
            self.is_of(&order.unit, person) || asked.iter().any(|a| a.person == **person)
        };
        let person = actor.person.as_ref().filter(own).cloned();
        let desk = commands(actor) && sees(actor, area);
        if person.is_none() && !desk {
            let home = self.unit(&order.unit).map(|unit| unit.area);
            let knows = sees(actor, area) || home.is_some_and(|home| sees(actor, home));
            return Err(if knows { "access.not_allowed" } else { "assignment.unknown" });
        }
        if wanted.to == Status::Recalled && !desk {
            return Err("access.not_allowed");
        }
        if order.status != wanted.to && !follows(order.status, wanted.to) {
            return Err("assignment.step");
        }
        let explains = matches!(wanted.to, Status::Declined | Status::Recalled);
        if explains && wanted.note.trim().is_empty() {
            return Err("field.empty");
        }
        if order.status != wanted.to {
            self.come_to(index, wanted.to, person.ok_or(actor.login.as_str()), now);
        }
        Ok(Reply::Done)
    }

    /// Brings an order to another status, by the word of one of the unit or of the desk.
    fn come_to(&mut self, index: usize, to: Status, by: Result<PersonId, &str>, now: Timestamp) {
        self.note_status(index, to, now);
        let (obligation, asked) = (self.orders[index].obligation, self.orders[index].asked);
        match to {
            Status::Accepted | Status::EnRoute | Status::OnScene => {
                self.take_order(obligation, by, now);
            }
            Status::Declined => self.refuse(index, now),
            Status::Recalled => self.end_one(obligation, WithdrawReason::ByHand, true, now),
            Status::Ordered | Status::Done | Status::Returned => {}
        }
        if let Some(asked) = asked {
            self.end_one(asked, WithdrawReason::Settled, false, now);
        }
    }

    fn note_status(&mut self, index: usize, to: Status, now: Timestamp) {
        let watch_at = self.watch_from(to, self.orders[index].eta, now);
        let order = &mut self.orders[index];
        (order.status, order.watch_at, order.stalls) = (to, watch_at, 0);
    }

    fn take_order(&mut self, obligation: usize, by: Result<PersonId, &str>, now: Timestamp) {
        if !self.obligations[obligation].is_open() {
            return;
        }
        let unit = self.obligations[obligation].unit.clone();
        let name = unit.and_then(|unit| self.unit(&unit)).map(|unit| unit.name.clone());
        let (who, via) = match by {
            Ok(person) => (Who::person(person), Via::App),
            Err(login) => {
                let (name, entered_by) = (name.unwrap_or_default(), Some(login.into()));
                (Who { person: None, name, entered_by }, Via::Desk(Default::default()))
            }
        };
        self.answered(obligation, who, via, String::new(), now);
    }

    /// Nobody else is rung about the order; somebody at the county has to find another unit.
    fn refuse(&mut self, index: usize, now: Timestamp) {
        let Order { obligation, incident, unit, .. } = self.orders[index].clone();
        if !matches!(self.obligations[obligation].state, State::Withdrawn(_)) {
            self.withdraw(obligation, WithdrawReason::Refused);
            self.settle(obligation, now);
        }
        self.find_another(incident, &unit, now);
    }

    /// An obligation has been answered: where it is an order, the unit is coming.
    pub(super) fn accepted(&mut self, obligation: usize, now: Timestamp) {
        let ordered =
            |order: &Order| order.obligation == obligation && order.status == Status::Ordered;
        if let Some(index) = self.orders.iter().position(ordered) {
            self.note_status(index, Status::Accepted, now);
        }
    }

    /// Somebody cannot come; tells whether that means that a unit does not go.
    pub(super) fn unit_declines(
        &mut self,
        obligation: usize,
        person: &PersonId,
        now: Timestamp,
    ) -> bool {
        let own = self.orders.iter().position(|order| order.obligation == obligation);
        let Some(index) = own else { return false };
        let order = self.orders[index].clone();
        if !self.is_of(&order.unit, person) || !follows(order.status, Status::Declined) {
            return false;
        }
        self.come_to(index, Status::Declined, Ok(person.clone()), now);
        true
    }

    /// Tells whether an order still wants somebody who answers for its unit.
    pub(super) fn wants_unit(&self, obligation: usize, person: &PersonId) -> bool {
        let mut own = self.orders.iter().filter(|order| order.obligation == obligation);
        own.all(|order| match order.status {
            Status::Ordered | Status::Accepted => true,
            Status::EnRoute => self.is_of(&order.unit, person),
            _ => false,
        })
    }

    fn watch_from(
        &self,
        status: Status,
        eta: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let limits = self.rules.as_ref().map(|rules| rules.assignments).unwrap_or_default();
        let left = eta.map_or(0, |eta| eta.millis() - now.millis());
        match status {
            Status::Ordered => Some(now + limits.ordered_s),
            Status::Accepted => Some(now + limits.accepted_s),
            Status::EnRoute if left > 0 => {
                Some(Timestamp::from_millis(now.millis() + left + left / 2))
            }
            Status::EnRoute => Some(now + limits.en_route_s),
            Status::OnScene => Some(now + limits.on_scene_s),
            Status::Declined | Status::Done | Status::Recalled | Status::Returned => None,
        }
    }

    /// Asks the units that have been in one status for too long, the longest overdue first.
    pub(super) fn ask_units(&mut self, now: Timestamp) {
        let mut due: Vec<(Timestamp, usize)> = Vec::new();
        for (index, order) in self.orders.iter().enumerate() {
            if let Some(at) = order.watch_at.filter(|at| *at <= now) {
                due.push((at, index));
            }
        }
        due.sort();
        for (_, index) in due {
            self.ask_unit(index, now);
        }
    }

    fn ask_unit(&mut self, index: usize, now: Timestamp) {
        let order = self.orders[index].clone();
        let untaken = (order.status == Status::Ordered).then_some(order.obligation);
        let mut about = order.asked.into_iter().chain(untaken);
        let asked = about.find(|id| self.obligations[*id].is_open());
        let asked = asked.or_else(|| {
            let incident = &self.incidents[order.incident];
            let (severity, drill) = (incident.colour(), incident.drill);
            let upon = Upon { kind: CalloutKind::Reminder, severity, drill };
            let post = self.unit(&order.unit)?.post();
            let bearer = Bearer { post, unit: Some(order.unit.clone()) };
            let called =
                self.call_upon(&upon, vec![(bearer, "报告到了哪里、需要什么".into())], now);
            Some(called?[0])
        });
        let watch_at = self.watch_from(order.status, None, now);
        let order = &mut self.orders[index];
        order.asked = asked.or(order.asked);
        order.watch_at = watch_at;
        order.stalls += 1;
    }

    fn find_another(&mut self, incident: usize, unit: &UnitId, now: Timestamp) {
        let name = self.unit(unit).map(|unit| unit.name.clone()).unwrap_or_default();
        let title = compact_str::format_compact!("另派队伍：{name}不能出动");
        self.give_replace(incident, title, now + TEN_MINUTES, now);
    }

    fn say_ready(
        &mut self,
        actor: &Actor,
        said: &SayReady,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        let unit = self.unit(&said.unit).cloned().ok_or("unit.unknown")?;
        let own = actor.person.as_ref().is_some_and(|person| self.is_of(&unit.id, person));
        if !own && !sees(actor, unit.area) {
            return Err("unit.unknown");
        }
        if !own && !matches!(actor.role, Role::Commander | Role::Dispatcher) {
            return Err("access.not_allowed");
        }
        let Readiness { state, note, until, .. } = &said.readiness;
        if *state != ReadinessState::Ready && note.trim().is_empty() {
            return Err("field.empty");
        }
        if until.is_some_and(|until| until <= now) {
            return Err("readiness.until_in_the_past");
        }
        self.readiness.push((unit.id, said.readiness.clone()));
        Ok(Reply::Done)
    }
}
