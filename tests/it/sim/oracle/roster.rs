//! Who is on duty, by looking at every line there is.

use chrono::{Datelike, NaiveDate, Weekday};
use jiaoying::domain::{
    actor::{Actor, Role},
    command::{AddOverride, Reply},
    event::{DutyTableSet, RotationSet},
    ids::{OverrideId, PersonId, PostId},
    roster::{Calendar, DayPlan, DayType, Override, Post, Rotation, Shift},
    time::Timestamp,
};

use super::{Oracle, State, place};

const DAY_MS: i64 = 24 * 3_600_000;
/// Beijing time is eight hours ahead of UTC and never steps.
const AHEAD_MS: i64 = 8 * 3_600_000;
/// Longest line of a table and longest override.
const LONGEST_MS: i64 = 62 * DAY_MS;

/// A post and every line that was ever entered for it and not taken back.
#[derive(Debug, Clone)]
pub struct Staffed {
    pub post: Post,
    pub place: u64,
    /// By start; each until the next begins.
    pub rotations: Vec<Rotation>,
    pub table: Vec<Shift>,
    pub overrides: Vec<Override>,
}

impl Oracle {
    pub fn staffed(&self, post: &PostId) -> Option<&Staffed> {
        self.posts.iter().find(|staffed| staffed.post.id == *post)
    }

    /// Names those who hold the post at `at`, each once, first the one to be rung first.
    pub fn on_duty(&self, staffed: &Staffed, at: Timestamp) -> Vec<PersonId> {
        let mut once = Vec::new();
        for person in self.running(staffed, at) {
            if !once.contains(&person) {
                once.push(person);
            }
        }
        once
    }

    /// Names them as often as the lines of the layer do that counts.
    fn running(&self, staffed: &Staffed, at: Timestamp) -> Vec<PersonId> {
        let runs = |from: Timestamp, to: Timestamp| from <= at && at < to;
        let changes = staffed.overrides.iter().filter(|change| runs(change.from, change.to));
        let by_change: Vec<PersonId> = changes.flat_map(|change| change.people.clone()).collect();
        if !by_change.is_empty() {
            return by_change;
        }
        let mut lines: Vec<&Shift> =
            staffed.table.iter().filter(|line| runs(line.from, line.to)).collect();
        lines.sort_by_key(|line| line.from);
        let by_table: Vec<PersonId> = lines.iter().flat_map(|line| line.people.clone()).collect();
        if !by_table.is_empty() {
            return by_table;
        }
        let turns = self.turns(staffed, at);
        let running = turns.iter().filter(|turn| runs(turn.from, turn.to));
        let by_rotation: Vec<PersonId> = running.flat_map(|turn| turn.people.clone()).collect();
        if !by_rotation.is_empty() {
            return by_rotation;
        }
        staffed.post.holders.clone()
    }

    /// Returns the next instant at which a line of the post begins or ends.
    pub fn next_change(&self, staffed: &Staffed, at: Timestamp) -> Option<Timestamp> {
        let changes = staffed.overrides.iter().flat_map(|change| [change.from, change.to]);
        let lines = staffed.table.iter().flat_map(|line| [line.from, line.to]);
        let turns = self.turns(staffed, at);
        let turns = turns.iter().flat_map(|turn| [turn.from, turn.to]);
        changes.chain(lines).chain(turns).filter(|edge| *edge > at).min()
    }

    /// Returns the rotation's shifts from its first day to two days after `at`: no rung is rung longer.
    fn turns(&self, staffed: &Staffed, at: Timestamp) -> Vec<Shift> {
        let last = (at.millis() + AHEAD_MS).div_euclid(DAY_MS) + 2;
        let mut turns = Vec::new();
        let Some(begin) = staffed.rotations.first() else { return turns };
        for day in day_number(begin.starts_on)..=last {
            let begun = |rotation: &&Rotation| day_number(rotation.starts_on) <= day;
            let Some(rotation) = staffed.rotations.iter().rfind(begun) else { continue };
            let Some((kind, plan)) = plan(rotation, &self.calendar, day) else { continue };
            let taken = usize::from(plan.first)
                + self.steps_before(rotation, day, kind) * plan.shifts.len();
            for (index, shift) in plan.shifts.iter().enumerate() {
                let from = day * DAY_MS - AHEAD_MS + i64::from(shift.from_minute) * 60_000;
                let to = from + i64::from(shift.minutes) * 60_000;
                turns.push(Shift {
                    from: Timestamp::from_millis(from),
                    to: Timestamp::from_millis(to),
                    people: plan.crews[(taken + index) % plan.crews.len()].clone(),
                });
            }
        }
        turns.sort_by_key(|turn| turn.from);
        turns
    }

    /// Counts the days of one kind before `day`, or the runs of such days where one crew holds them together.
    fn steps_before(&self, rotation: &Rotation, day: i64, kind: DayType) -> usize {
        let start = day_number(rotation.starts_on);
        let is_kind = |day: i64| {
            day >= start && plan(rotation, &self.calendar, day).is_some_and(|(k, _)| k == kind)
        };
        let together = rotation.days[&kind].together;
        let opens = |day: i64| is_kind(day) && !(together && is_kind(day - 1));
        // The step of a day is that of the last day that opened one.
        (start..=day).filter(|day| opens(*day)).count() - 1
    }

    pub(super) fn save_post(&mut self, post: &Post, now: Timestamp) {
        match self.posts.iter_mut().find(|staffed| staffed.post.id == post.id) {
            Some(known) if known.post == *post => return,
            Some(known) => {
                known.post = post.clone();
                known.rotations = post.rotations.iter().cloned().collect();
            }
            None => self.posts.push(Staffed {
                post: post.clone(),
                place: place::number(post.id.area),
                rotations: post.rotations.iter().cloned().collect(),
                table: Vec::new(),
                overrides: Vec::new(),
            }),
        }
        self.posts.sort_by(|a, b| a.post.id.cmp(&b.post.id));
        self.look_again(&post.id, now);
    }

    /// Lines that begin within the stretch are replaced.
    pub(super) fn set_table(&mut self, set: &DutyTableSet, now: Timestamp) {
        if let Some(known) = self.posts.iter_mut().find(|staffed| staffed.post.id == set.post) {
            let within = |line: &&Shift| (set.from..set.to).contains(&line.from);
            let mut there: Vec<&Shift> = known.table.iter().filter(within).collect();
            let mut coming: Vec<&Shift> = set.shifts.iter().collect();
            there.sort_by_key(|line| line.from);
            coming.sort_by_key(|line| line.from);
            if there == coming {
                return;
            }
            known.table.retain(|line| line.from < set.from || line.from >= set.to);
            known.table.extend(set.shifts.iter().cloned());
        }
        self.look_again(&set.post, now);
    }

    pub(super) fn set_rotation(&mut self, set: &RotationSet, now: Timestamp) {
        if let Some(known) = self.posts.iter_mut().find(|staffed| staffed.post.id == set.post) {
            let mut coming = known.rotations.clone();
            match &set.rotation {
                Some(new) => {
                    coming.retain(|old| day_number(old.starts_on) < day_number(new.starts_on));
                    coming.push(new.clone());
                }
                None => coming.clear(),
            }
            if known.rotations == coming {
                return;
            }
            known.rotations = coming;
        }
        self.look_again(&set.post, now);
    }

    /// Holidays change who holds what is held by rotation.
    pub(super) fn adopt_calendar(&mut self, calendar: &Calendar, now: Timestamp) {
        if self.calendar == *calendar {
            return;
        }
        self.calendar = calendar.clone();
        let rotating = self.posts.iter().filter(|staffed| !staffed.rotations.is_empty());
        let posts: Vec<PostId> = rotating.map(|staffed| staffed.post.id.clone()).collect();
        posts.iter().for_each(|post| self.look_again(post, now));
    }

    pub(super) fn add_override(
        &mut self,
        actor: &Actor,
        change: &AddOverride,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        may_change(actor)?;
        let staffed = self.staffed(&change.post).ok_or("post.unknown")?;
        if !place::within(staffed.place, place::number(actor.area)) {
            return Err("access.outside_area");
        }
        if change.to <= change.from {
            return Err("roster.ends_before_start");
        }
        if change.to.millis() - change.from.millis() > LONGEST_MS {
            return Err("roster.too_long");
        }
        if change.people.is_empty() {
            return Err("roster.nobody");
        }
        if change.people.iter().any(|person| self.person(person).is_none()) {
            return Err("person.unknown");
        }
        let meets = |other: &Override| other.from < change.to && change.from < other.to;
        if staffed.overrides.iter().any(meets) {
            return Err("roster.overlap");
        }
        self.overrides += 1;
        let id = OverrideId(self.overrides);
        let AddOverride { post, from, to, people: named, reason } = change.clone();
        // Who is named twice is named.
        let mut people: Vec<PersonId> = Vec::new();
        for person in named {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        let post_id = post.clone();
        if let Some(known) = self.posts.iter_mut().find(|staffed| staffed.post.id == post) {
            known.overrides.push(Override { id, post, from, to, people, reason });
        }
        self.look_again(&post_id, now);
        Ok(Reply::Override { id })
    }

    pub(super) fn remove_override(
        &mut self,
        actor: &Actor,
        id: OverrideId,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        may_change(actor)?;
        let has = |staffed: &Staffed| staffed.overrides.iter().any(|change| change.id == id);
        let found = self.posts.iter().position(has).ok_or("override.unknown")?;
        if !place::within(self.posts[found].place, place::number(actor.area)) {
            return Err("access.outside_area");
        }
        self.posts[found].overrides.retain(|change| change.id != id);
        let post = self.posts[found].post.id.clone();
        self.look_again(&post, now);
        Ok(Reply::Done)
    }

    /// Whoever is rung as a holder of `post` is looked up again at once.
    fn look_again(&mut self, post: &PostId, now: Timestamp) {
        for index in 0..self.obligations.len() {
            let obligation = &self.obligations[index];
            let State::Ringing { due, .. } = obligation.state else { continue };
            let rung = &obligation.ladder.rungs[obligation.rung];
            let named =
                rung.who.iter().any(|who| self.target_post(who, obligation) == Some(post.clone()));
            if named {
                self.obligations[index].state = State::Ringing { due, until: Some(now) };
            }
        }
    }
}

fn may_change(actor: &Actor) -> Result<(), &'static str> {
    match actor.role {
        Role::Commander | Role::Dispatcher | Role::Admin => Ok(()),
        Role::Leader | Role::Screen | Role::Gateway | Role::Node => Err("access.not_allowed"),
    }
}

/// Days since 1970-01-01.
fn day_number(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

/// Names what a day is, and what it counts as where a rotation says nothing of that.
fn kinds(calendar: &Calendar, day: i64) -> Vec<DayType> {
    let is_it = |date: &NaiveDate| day_number(*date) == day;
    let mut kinds = Vec::new();
    if calendar.years.values().flat_map(|year| &year.special).any(is_it) {
        kinds.push(DayType::Special);
    }
    // Day 0 was a Thursday.
    let weekend = (day + 4).rem_euclid(7) % 6 == 0;
    if calendar.years.values().flat_map(|year| &year.off).any(is_it) {
        kinds.extend([DayType::Holiday, DayType::Weekend]);
    } else if calendar.years.values().flat_map(|year| &year.worked).any(is_it) {
        kinds.extend([DayType::MakeupWorkday, DayType::Workday]);
    } else if weekend {
        kinds.push(DayType::Weekend);
    } else {
        kinds.push(DayType::Workday);
    }
    kinds.push(DayType::Every);
    kinds
}

fn plan<'r>(
    rotation: &'r Rotation,
    calendar: &Calendar,
    day: i64,
) -> Option<(DayType, &'r DayPlan)> {
    let weekdays = [
        Weekday::Thu,
        Weekday::Fri,
        Weekday::Sat,
        Weekday::Sun,
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
    ];
    let moved = rotation.with_weekend.contains(&weekdays[day.rem_euclid(7) as usize]);
    for kind in kinds(calendar, day) {
        let kind = match kind {
            DayType::Workday if moved => DayType::Weekend,
            other => other,
        };
        if let Some(plan) = rotation.days.get(&kind) {
            return Some((kind, plan));
        }
    }
    None
}
