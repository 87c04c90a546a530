//! Changes to people, posts and the roster: checked whole, then saved whole.

use std::{collections::BTreeSet, time::Duration};

use super::imports;
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::{AddOverride, PlanRotation, Reply, RosterStep},
    decision::{Decision, Draft},
    event::{
        CalendarAdopted, DutyTableSet, Event, OverrideAdded, OverrideRemoved, PersonSaved,
        PostSaved, RotationSet,
    },
    ids::{AreaCode, Duty, OverrideId, PersonId, PostId},
    person::Person,
    rejection::Rejection,
    roster::{Calendar, Override, Post, RosterFault, Rotation, Rotations, Shift, Year},
    time::Timestamp,
};

/// Longest line of a table, and longest override: two months.
pub(in crate::domain) const LONGEST: Duration = Duration::from_secs(62 * 24 * 3600);
/// How far from now an override may begin: farther off the year is a slip of the hand.
const FARTHEST: Duration = Duration::from_secs(2 * 366 * 24 * 3600);
/// Longest reason of an override, in characters.
const REASON_LIMIT: usize = 500;

/// Decides a change to people, posts or who holds them.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    step: &RosterStep,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    match step {
        RosterStep::AdoptCalendar(calendar) => adopt_calendar(board, actor, calendar, &mut draft)?,
        RosterStep::SetYear { number, year } => set_year(board, actor, *number, year, &mut draft)?,
        RosterStep::SavePeople(people) => save_people(board, actor, people, &mut draft)?,
        RosterStep::SavePosts(posts) => save_posts(board, actor, posts, &mut draft)?,
        RosterStep::SetRotations(sets) => set_rotations(board, actor, sets, &mut draft)?,
        RosterStep::PlanRotation(plan) => plan_rotation(board, actor, plan, &mut draft)?,
        RosterStep::FillTable { set, seen } => fill_table(board, actor, set, *seen, &mut draft)?,
        RosterStep::SetDutyTable(sets) => set_tables(board, actor, sets, &mut draft)?,
        RosterStep::Import(tables) => return imports::bring_in(board, actor, tables, draft),
        RosterStep::TakeBackImport(id) => imports::take_back(board, actor, *id, &mut draft)?,
        RosterStep::AddOverride(change) => return add_override(board, actor, change, draft),
        RosterStep::RemoveOverride(id) => remove_override(board, actor, *id, &mut draft)?,
    }
    Ok(draft.finish(Reply::Done))
}

fn adopt_calendar(
    board: &Board,
    actor: &Actor,
    calendar: &Calendar,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::Administer)?;
    if board.calendar != *calendar {
        draft.push(Event::CalendarAdopted(CalendarAdopted { calendar: calendar.clone() }));
    }
    Ok(())
}

fn set_year(
    board: &Board,
    actor: &Actor,
    number: i32,
    year: &Year,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::EditRoster)?;
    let county = board.jurisdiction().unwrap_or(AreaCode::UNSET);
    if !actor.sees(county) {
        return Err(Rejection::OutsideArea(county));
    }
    year.check(number).map_err(RosterFault::Year)?;
    if board.calendar.years.get(&number) != Some(year) {
        let mut calendar = board.calendar.clone();
        calendar.years.insert(number, year.clone());
        draft.push(Event::CalendarAdopted(CalendarAdopted { calendar }));
    }
    Ok(())
}

fn save_people(
    board: &Board,
    actor: &Actor,
    people: &[Person],
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::EditRoster)?;
    for person in people {
        known_area(board, actor, person.area)?;
        if board.people.get(&person.id) != Some(person) {
            draft.push(Event::PersonSaved(PersonSaved { person: person.clone() }));
        }
    }
    Ok(())
}

fn save_posts(
    board: &Board,
    actor: &Actor,
    posts: &[Post],
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::EditRoster)?;
    for post in posts {
        known_area(board, actor, post.id.area)?;
        known_duty(board, &post.id.duty)?;
        known_people(board, post.holders.iter().chain(&post.deputies))?;
        usable(board, &post.rotations)?;
        if board.roster.get(&post.id).map(|staffing| &staffing.post) != Some(post) {
            draft.push(Event::PostSaved(PostSaved { post: post.clone() }));
        }
    }
    Ok(())
}

fn set_rotations(
    board: &Board,
    actor: &Actor,
    sets: &[RotationSet],
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::EditRoster)?;
    for set in sets {
        let staffing = known_post(board, actor, &set.post)?;
        let mut rotations = staffing.post.rotations.clone();
        rotations.put(set.rotation.clone());
        usable(board, &rotations)?;
        if staffing.post.rotations != rotations {
            draft.push(Event::RotationSet(set.clone()));
        }
    }
    Ok(())
}

fn plan_rotation(
    board: &Board,
    actor: &Actor,
    plan: &PlanRotation,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    let rotation = board.plan_of_rotation(actor, plan, draft.now)?;
    let set = RotationSet { post: plan.post.clone(), rotation: Some(rotation) };
    set_rotations(board, actor, &[set], draft)
}

impl Board {
    /// Returns the rotation that `plan` would put in force, or why it would not.
    pub fn plan_of_rotation(
        &self,
        actor: &Actor,
        plan: &PlanRotation,
        now: Timestamp,
    ) -> Result<Rotation, Rejection> {
        require(actor, Capability::EditRoster)?;
        let staffing = known_post(self, actor, &plan.post)?;
        let today = now.local(self.timezone()).date();
        if plan.rotation.starts_on < today {
            return Err(RosterFault::BeginsInThePast(today).into());
        }
        let rotations = &staffing.post.rotations;
        let mut rotation = plan.rotation.clone();
        usable(self, &rotation.clone().into())?;
        if plan.goes_on {
            rotation = rotations.going_on(rotation, &self.calendar);
        }
        Ok(rotation)
    }
}

fn fill_table(
    board: &Board,
    actor: &Actor,
    set: &DutyTableSet,
    seen: u64,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::EditRoster)?;
    let changed = known_post(board, actor, &set.post)?.changed;
    if changed != seen {
        return Err(RosterFault::ChangedSince { post: set.post.clone(), seq: changed }.into());
    }
    set_tables(board, actor, std::slice::from_ref(set), draft)
}

fn set_tables(
    board: &Board,
    actor: &Actor,
    sets: &[DutyTableSet],
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::EditRoster)?;
    let mut changed = BTreeSet::new();
    for set in sets {
        let staffing = known_post(board, actor, &set.post)?;
        sound(board, set)?;
        // An earlier set of the same command may have changed the days that the board still shows.
        let same = staffing.table_between(set.from, set.to).eq(in_table_order(&set.shifts));
        if !same || changed.contains(&set.post) {
            changed.insert(&set.post);
            draft.push(Event::DutyTableSet(set.clone()));
        }
    }
    Ok(())
}

/// Refuses lines that no table can hold.
pub(super) fn sound(board: &Board, set: &DutyTableSet) -> Result<(), Rejection> {
    in_order(set.from, set.to)?;
    for shift in &set.shifts {
        in_order(shift.from, shift.to)?;
        // The next table for these days would not replace it.
        if !(set.from..set.to).contains(&shift.from) {
            return Err(RosterFault::OutsideTable(shift.from).into());
        }
        somebody(board, &set.post, &shift.people)?;
    }
    Ok(())
}

/// Returns the lines as a table keeps them: by start, those of one start as they come.
pub(super) fn in_table_order(shifts: &[Shift]) -> Vec<&Shift> {
    let mut shifts: Vec<&Shift> = shifts.iter().collect();
    shifts.sort_by_key(|shift| shift.from);
    shifts
}

fn add_override(
    board: &Board,
    actor: &Actor,
    change: &AddOverride,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::OverrideRoster)?;
    let staffing = known_post(board, actor, &change.post)?;
    in_order(change.from, change.to)?;
    near(change.from, draft.now)?;
    somebody(board, &change.post, &change.people)?;
    if change.reason.chars().count() > REASON_LIMIT {
        return Err(Rejection::TooLong { field: "reason", limit: REASON_LIMIT });
    }
    if let Some(other) = staffing.overlapping(change.from, change.to) {
        return Err(RosterFault::Overlaps(other.id).into());
    }
    let id = draft.take_override();
    let AddOverride { post, from, to, people, reason } = change.clone();
    let mut named = BTreeSet::new();
    let people = people.into_iter().filter(|person| named.insert(person.clone())).collect();
    draft.push(Event::OverrideAdded(OverrideAdded {
        change: Override { id, post: post.clone(), from, to, people, reason },
    }));
    Ok(draft.finish(Reply::Override { id }))
}

fn remove_override(
    board: &Board,
    actor: &Actor,
    id: OverrideId,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::OverrideRoster)?;
    let change = board.roster.find_override(id).ok_or(RosterFault::UnknownOverride(id))?;
    known_post(board, actor, &change.post)?;
    let post = change.post.clone();
    draft.push(Event::OverrideRemoved(OverrideRemoved { id, post }));
    Ok(())
}

pub(in crate::domain) fn known_area(
    board: &Board,
    actor: &Actor,
    area: AreaCode,
) -> Result<(), Rejection> {
    if board.areas.get(area).is_none() {
        return Err(Rejection::UnknownArea(area));
    }
    if actor.sees(area) { Ok(()) } else { Err(Rejection::OutsideArea(area)) }
}

pub(super) fn known_duty(board: &Board, duty: &Duty) -> Result<(), Rejection> {
    // Before policies are adopted no duty is known, and a county may import its posts first.
    let known = board.callouts.policies().is_none_or(|set| set.names_duty(duty));
    if known { Ok(()) } else { Err(Rejection::UnknownDuty(duty.clone())) }
}

pub(super) fn known_post<'b>(
    board: &'b Board,
    actor: &Actor,
    post: &PostId,
) -> Result<&'b super::Staffing, Rejection> {
    let unknown = || RosterFault::UnknownPost(post.clone());
    let staffing = board.roster.get(post).ok_or_else(unknown)?;
    if !actor.sees(post.area) {
        return Err(Rejection::OutsideArea(post.area));
    }
    Ok(staffing)
}

pub(in crate::domain) fn known_people<'p>(
    board: &Board,
    mut people: impl Iterator<Item = &'p PersonId>,
) -> Result<(), Rejection> {
    match people.find(|person| board.people.get(person).is_none()) {
        Some(person) => Err(Rejection::UnknownPerson { person: person.clone() }),
        None => Ok(()),
    }
}

fn usable(board: &Board, rotations: &Rotations) -> Result<(), Rejection> {
    known_people(board, rotations.people())?;
    match rotations.fault() {
        Some((field, remedy)) => Err(RosterFault::Rotation { field, remedy }.into()),
        None => Ok(()),
    }
}

fn somebody(board: &Board, post: &PostId, people: &[PersonId]) -> Result<(), Rejection> {
    if people.is_empty() {
        return Err(RosterFault::Nobody.into());
    }
    let named = people.iter().collect::<BTreeSet<_>>().len();
    let seats = board.callouts.policies().and_then(|set| set.seats(&post.duty));
    if let Some(seats) = seats.filter(|seats| *seats < named) {
        return Err(RosterFault::MoreThanSeats { post: post.clone(), named, seats }.into());
    }
    known_people(board, people.iter())
}

fn near(from: Timestamp, now: Timestamp) -> Result<(), Rejection> {
    let far = from.since(now).max(now.since(from));
    if far > FARTHEST { Err(RosterFault::FarOff.into()) } else { Ok(()) }
}

fn in_order(from: Timestamp, to: Timestamp) -> Result<(), Rejection> {
    if to <= from {
        return Err(RosterFault::EndsBeforeStart.into());
    }
    if to.since(from) > LONGEST {
        return Err(RosterFault::TooLong.into());
    }
    Ok(())
}
