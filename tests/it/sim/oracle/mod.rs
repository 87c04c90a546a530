//! The rules of calling out, once more and naively: written from the design and from the comments in
//! `config/policies.toml`, with lists that are searched from end to end. It shares data types with the
//! program (ids, policies, commands, outcomes) and no code that decides anything.
//!
//! Where the rules leave room, this is how they are read:
//!
//! - *One breath.* Time alone does, in this order: warnings run out; those who were handed the unreached
//!   and did not reach them give way to the next; rungs end, earliest deadline first; calls of which the
//!   channel has said nothing for ten minutes are made once more while somebody waits for their answer,
//!   and count as failed after ten more; calls get lines. Calls that come into
//!   being in a breath, lines that become free in it and obligations that change in it wait for the
//!   next, which comes at once; meanwhile a call keeps its place, and nothing overtakes it.
//! - *Order of calls.* Real before drill, calls before notices, then colour, then which try it is for that
//!   person by that channel, then who has waited longest, then who was obliged first. A try that was
//!   never made is no try, and neither is a notice.
//! - *Asked.* Somebody is being asked from the moment a rung names them until the rung is left, their
//!   shift ends, or they say that they cannot come. Only they are tried again, only their refusal rings
//!   the next, only their channels are the rung's hope.
//! - *Change of shift.* At the instant of a deadline the shift changes first. Who comes on duty gets the
//!   rung's whole wait; who stays is not rung anew; if nobody comes, the deadline stays.
//! - *Tries* are counted from when the rung was rung; none is planned while one waits. "Cannot come" is
//!   heard whatever the policy counts; who presses a key has heard the message.
//! - *Cut off.* A rung is left when a call has failed for good and no call of the rung, to those being
//!   asked, is under way, waits, or ended otherwise; "busy" is no failure.
//! - *Late* is an answer after the deadline, from a rung that has been left (also one that a repeating
//!   ladder comes back to), or to what is unreached.
//! - *Handed* is the unreached to the first candidate who can be reached and is not why it is unreached:
//!   who holds the post, or has refused it or an errand about it.
//! - *An errand* lives by the rules of the callout whose unreached it is about, and follows its colour.
//!   It is over as soon as that obligation is answered, withdrawn, replaced, or in other hands. One call
//!   tells of all errands of a callout that rest on a person, and what it ends as they end as.
//! - *Taking back.* Who has answered may say that they cannot come after all, while somebody is wanted.
//!   An errand that is refused by who has it in hand goes to the next human, not to the next rung.
//! - *Named bearers.* An order, a task and a reminder say themselves who has to answer, by one ladder of their policy. For
//!   a unit the ladder's own post is who answers for it, and its deputies who stands in; all else is named from where
//!   the unit belongs. Such a callout is over with its last obligation.
//! - *Manned* is an area while the posts that the rules of now need there stand answered.
//! - *Warnings.* What is said in earnest acts on what was said in earnest, an exercise on exercises, and
//!   all else on nothing. A message about a warning that has been replaced is about what replaced it,
//!   unless that is newer.

pub mod answers;
pub mod climb;
pub mod incidents;
pub mod lines;
pub mod orders;
pub mod place;
pub mod receipts;
pub mod reminders;
pub mod roster;
pub mod tasks;
pub mod warnings;

use std::sync::Arc;

use compact_str::CompactString;
use jiaoying::domain::{
    actor::{Actor, Role},
    assignment::Readiness,
    callout::{
        attempt::{Outcome, Progress},
        obligation::{Answer, Skipped, WithdrawReason},
        policy::{CalloutKind, Ladder, Policy, PolicySet},
    },
    command::{Command, OpenCallout, Reply, RosterStep},
    event::CloseReason,
    ids::{AreaCode, CalloutId, PersonId, PostId, UnitId},
    person::{Channel, Person},
    roster::Calendar,
    time::Timestamp,
    unit::Unit,
    warning::Colour,
};

use self::{
    incidents::Incident,
    orders::Order,
    roster::Staffed,
    tasks::{Bearer, Task},
    warnings::Heard,
};

/// The naive model of one jurisdiction. Callouts and obligations are known by their place in a list.
#[derive(Debug, Clone)]
pub struct Oracle {
    pub home: AreaCode,
    pub areas: Vec<AreaCode>,
    pub people: Vec<Person>,
    pub posts: Vec<Staffed>,
    pub calendar: Calendar,
    pub rules: Option<Arc<PolicySet>>,
    pub lines: Vec<(Channel, u32)>,
    pub warnings: Vec<Heard>,
    pub units: Vec<Unit>,
    /// What was said of units, the newest last.
    pub readiness: Vec<(UnitId, Readiness)>,
    pub incidents: Vec<Incident>,
    pub orders: Vec<Order>,
    pub tasks: Vec<Task>,
    pub callouts: Vec<Callout>,
    pub obligations: Vec<Obligation>,
    overrides: u64,
    /// Obligations that the present command has changed.
    touched: Vec<usize>,
    /// Who has been told by it of the end of errands, by the callout that holds them.
    noticed: Vec<(usize, PersonId)>,
    /// Second tries that it spares, which are not counted before the next.
    spared: Vec<(usize, usize)>,
}

#[derive(Debug, Clone)]
pub struct Callout {
    pub kind: CalloutKind,
    pub severity: Colour,
    pub drill: bool,
    /// Codes named as a whole.
    pub extent: Vec<AreaCode>,
    pub rules: Arc<PolicySet>,
    pub policy: Policy,
    pub warning: Option<usize>,
    pub parent: Option<usize>,
    pub errands: Option<usize>,
    pub closed: Option<CloseReason>,
    pub obligations: Vec<usize>,
}

#[derive(Debug, Clone)]
pub struct Obligation {
    pub callout: usize,
    pub post: PostId,
    /// The unit whose people have to answer, where it is not whoever holds the post.
    pub unit: Option<UnitId>,
    /// The post's area as a number.
    pub place: u64,
    pub ladder: Arc<Ladder>,
    pub task: CompactString,
    pub about: Option<usize>,
    pub replaces: Option<usize>,
    pub state: State,
    pub asked: Vec<Asked>,
    pub calls: Vec<Call>,
    pub skipped: Vec<Skipped>,
    pub rung: usize,
    /// How often a rung has been rung, and how many calls there were when it was.
    pub round: u32,
    pub calls_before: usize,
    pub answer: Option<Answer>,
    pub answered_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum State {
    Ringing { due: Timestamp, until: Option<Timestamp> },
    Answered,
    Unreached { hands: Hands, since: Timestamp },
    Withdrawn(WithdrawReason),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Hands {
    pub to: Option<PersonId>,
    pub by: Timestamp,
    /// Which candidate they are.
    pub candidate: usize,
    /// The obligation that makes them answer for it.
    pub errand: Option<usize>,
}

#[derive(Debug, Clone)]
pub struct Asked {
    pub person: PersonId,
    pub rung: usize,
    pub round: u32,
    pub at: Timestamp,
    pub declined: bool,
    pub gone: bool,
}

#[derive(Debug, Clone)]
pub struct Call {
    pub person: PersonId,
    pub channel: Channel,
    pub rung: usize,
    pub ordinal: u32,
    pub notice: bool,
    pub not_before: Timestamp,
    pub progress: Progress,
    pub started_at: Option<Timestamp>,
    pub outcome: Option<Outcome>,
    pub repeats: u32,
    /// The other errands that it tells of.
    pub also: Vec<usize>,
}

impl Obligation {
    fn bearer(&self) -> Bearer {
        Bearer { post: self.post.clone(), unit: self.unit.clone() }
    }

    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Ringing { .. } | State::Unreached { .. })
    }

    /// Returns when time alone changes it.
    pub fn deadline(&self) -> Option<Timestamp> {
        match &self.state {
            State::Ringing { due, until } => Some(until.map_or(*due, |until| until.min(*due))),
            State::Unreached { hands, .. } => Some(hands.by),
            State::Answered | State::Withdrawn(_) => None,
        }
    }

    /// Tells whether `person` is being asked.
    fn is_asking(&self, person: &PersonId) -> bool {
        let mut own = self.asked.iter().filter(|asked| asked.person == *person);
        own.any(|asked| asked.round == self.round && !asked.declined && !asked.gone)
    }

    /// Tells whether an answer of `person` is still waited for, on whatever rung they were asked.
    fn rests_on(&self, person: &PersonId) -> bool {
        let mut own = self.asked.iter().filter(|asked| asked.person == *person);
        self.is_open() && own.any(|asked| !asked.declined && !asked.gone)
    }

    fn has_declined(&self, person: &PersonId) -> bool {
        self.asked.iter().any(|asked| asked.person == *person && asked.declined)
    }
}

impl Oracle {
    pub fn new(home: AreaCode) -> Self {
        Self {
            home,
            areas: Vec::new(),
            people: Vec::new(),
            posts: Vec::new(),
            calendar: Calendar::default(),
            rules: None,
            lines: Vec::new(),
            warnings: Vec::new(),
            units: Vec::new(),
            readiness: Vec::new(),
            incidents: Vec::new(),
            orders: Vec::new(),
            tasks: Vec::new(),
            callouts: Vec::new(),
            obligations: Vec::new(),
            overrides: 0,
            touched: Vec::new(),
            noticed: Vec::new(),
            spared: Vec::new(),
        }
    }

    /// Says what `command` must be answered with, and notes what it must change.
    ///
    /// What a set of policies or a duty table must look like is not modelled: such commands are put
    /// here only once they were accepted.
    #[expect(clippy::wildcard_enum_match_arm, reason = "where they are noted each is named")]
    pub fn submit(
        &mut self,
        actor: &Actor,
        command: &Command,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        self.touched.clear();
        self.noticed.clear();
        self.spared.clear();
        let reply = match command {
            Command::AcceptWarning { message, .. } => self.accept(actor, message, now)?,
            Command::OpenCallout(open) => self.open(actor, open, now)?,
            Command::WithdrawCallout { callout, note } => self.end(actor, *callout, note, now)?,
            Command::Answer(given) => self.answer(actor, given, now)?,
            Command::RecordAttempt { attempt, outcome } => self.record(*attempt, outcome, now)?,
            Command::RepeatAttempt(attempt) => self.repeat(*attempt, now)?,
            Command::Roster(RosterStep::AddOverride(change)) => {
                self.add_override(actor, change, now)?
            }
            Command::Roster(RosterStep::RemoveOverride(id)) => {
                self.remove_override(actor, *id, now)?
            }
            Command::Incident(step) => self.incident(actor, step, now)?,
            Command::Assignment(step) => self.order(actor, step, now)?,
            Command::Task(step) => self.task(actor, step, now)?,
            Command::Elapse => {
                self.breathe(now);
                Reply::Done
            }
            _ => {
                self.take(command, now);
                Reply::Done
            }
        };
        self.close_complete();
        Ok(reply)
    }

    /// Notes the county's own data.
    fn take(&mut self, command: &Command, now: Timestamp) {
        match command {
            Command::SetJurisdiction { area, .. } => self.home = *area,
            Command::AdoptPolicies(set) => self.rules = Some(Arc::new(set.clone())),
            Command::Roster(RosterStep::AdoptCalendar(calendar)) => {
                self.adopt_calendar(calendar, now)
            }
            Command::SetLines(set) => self.set_lines(set.channel, set.lines),
            Command::SaveAreas(areas) => self.areas.extend(areas.iter().map(|area| area.code)),
            Command::Roster(RosterStep::SavePeople(people)) => {
                self.people.retain(|known| people.iter().all(|person| person.id != known.id));
                self.people.extend(people.iter().cloned());
            }
            Command::Roster(RosterStep::SavePosts(posts)) => {
                posts.iter().for_each(|post| self.save_post(post, now));
            }
            Command::Roster(RosterStep::SetDutyTable(sets)) => {
                sets.iter().for_each(|set| self.set_table(set, now));
            }
            Command::Roster(RosterStep::SetRotations(sets)) => {
                sets.iter().for_each(|set| self.set_rotation(set, now));
            }
            Command::SaveUnits(units) => self.units.extend(units.iter().cloned()),
            Command::NoteAccess(_)
            | Command::AcceptLoss(_)
            | Command::RemoveUnit(_)
            | Command::SaveSites(_)
            | Command::RemoveSite(_)
            | Command::Supply(_)
            | Command::AdoptRules(_)
            | Command::DecideSuggestion(_)
            | Command::Bulletin(_)
            | Command::Incident(_)
            | Command::Assignment(_)
            | Command::Task(_)
            | Command::Leave(_)
            | Command::Swap(_)
            | Command::SignHandover(_)
            | Command::Road(_)
            | Command::Response(_)
            | Command::Evacuation(_)
            | Command::HotSpot(_)
            | Command::Report(_)
            | Command::Round(_)
            | Command::NoteCrossings(_)
            | Command::NoteGauge(_)
            | Command::NoteSilence(_)
            | Command::NoteHeard(_)
            | Command::NoteCoverage(_)
            | Command::NoteFlaws(_)
            | Command::DrawLot(_)
            | Command::TestContacts(_)
            | Command::RemindOfDuties(_)
            | Command::Reinforce(_)
            | Command::AcceptWarning { .. }
            | Command::OpenCallout(_)
            | Command::WithdrawCallout { .. }
            | Command::Answer(_)
            | Command::RecordAttempt { .. }
            | Command::RepeatAttempt(_)
            | Command::Roster(
                RosterStep::AddOverride(_)
                | RosterStep::RemoveOverride(_)
                | RosterStep::SetYear { .. }
                | RosterStep::PlanRotation(_)
                | RosterStep::FillTable { .. }
                | RosterStep::Import(_)
                | RosterStep::TakeBackImport(_),
            )
            | Command::Elapse => {}
        }
    }

    fn set_lines(&mut self, of: Channel, lines: u32) {
        self.lines.retain(|(channel, _)| *channel != of);
        self.lines.push((of, lines));
    }

    fn open(
        &mut self,
        actor: &Actor,
        open: &OpenCallout,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        if !commands(actor) && actor.role != Role::Node {
            return Err("access.not_allowed");
        }
        if !matches!(open.kind, CalloutKind::Manual | CalloutKind::SpotCheck) {
            return Err("callout.kind");
        }
        if !self.areas.contains(&open.area) {
            return Err("area.unknown");
        }
        if !place::within(place::number(open.area), place::number(actor.area)) {
            return Err("access.outside_area");
        }
        let rules = self.rules.clone().ok_or("policy.none_applies")?;
        let policy = match &open.policy {
            Some(id) => rules.policies.iter().find(|p| p.id == *id).ok_or("policy.unknown")?,
            None => warnings::choose(&rules, open.kind, open.severity, None)
                .ok_or("policy.none_applies")?,
        };
        let extent = vec![open.area];
        let obliged = self.obliged(policy, &extent);
        if obliged.is_empty() {
            return Err("callout.nobody_obliged");
        }
        let id = self.callouts.len();
        self.callouts.push(Callout {
            kind: open.kind,
            severity: open.severity.or(policy.severity).unwrap_or(Colour::Orange),
            drill: open.drill,
            extent,
            rules: rules.clone(),
            policy: policy.clone(),
            warning: None,
            parent: None,
            errands: None,
            closed: None,
            obligations: Vec::new(),
        });
        for (post, oblige) in obliged {
            self.oblige(id, post, &oblige, None, now);
        }
        Ok(Reply::Callout { id: CalloutId(id as u64 + 1) })
    }

    fn end(
        &mut self,
        actor: &Actor,
        id: CalloutId,
        note: &str,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        if !commands(actor) {
            return Err("access.not_allowed");
        }
        let index = self.callout_of(id).ok_or("callout.unknown")?;
        let seat = place::number(actor.area);
        if !self.callouts[index].extent.iter().all(|a| place::within(place::number(*a), seat)) {
            return Err("access.outside_area");
        }
        if self.callouts[index].closed.is_some() {
            return Err("callout.closed");
        }
        if note.trim().is_empty() {
            return Err("field.empty");
        }
        self.end_callout(index, CloseReason::ByHand, now);
        Ok(Reply::Done)
    }

    fn callout_of(&self, id: CalloutId) -> Option<usize> {
        let index = usize::try_from(id.0.checked_sub(1)?).ok()?;
        (index < self.callouts.len()).then_some(index)
    }

    /// A callout closes when nobody has to answer it any more; a warning's while the warning lasts does not.
    fn close_complete(&mut self) {
        for index in 0..self.callouts.len() {
            let callout = &self.callouts[index];
            let open = callout.obligations.iter().any(|id| self.obligations[*id].is_open());
            let stays = matches!(callout.kind, CalloutKind::Warning | CalloutKind::Errand);
            if callout.closed.is_none() && !stays && !open {
                self.close(index, CloseReason::Complete);
            }
        }
    }

    /// Closes a callout and that which holds its errands.
    fn close(&mut self, index: usize, reason: CloseReason) {
        for index in std::iter::once(index).chain(self.callouts[index].errands) {
            self.callouts[index].closed = Some(reason);
            if let Some(parent) = self.callouts[index].parent {
                let errands = &mut self.callouts[parent].errands;
                *errands = errands.filter(|errands| *errands != index);
            }
        }
    }

    /// Returns the callout whose rules hold for `index`: for errands the one they serve.
    pub fn ruling(&self, index: usize) -> &Callout {
        &self.callouts[self.callouts[index].parent.unwrap_or(index)]
    }

    pub fn lines_of(&self, channel: Channel) -> u32 {
        self.lines.iter().find(|(other, _)| *other == channel).map_or(0, |(_, lines)| *lines)
    }

    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.people.iter().find(|person| person.id == *id)
    }
}

/// Tells whether the actor sits where callouts are opened and answers entered for others.
fn commands(actor: &Actor) -> bool {
    matches!(actor.role, Role::Commander | Role::Dispatcher)
}
