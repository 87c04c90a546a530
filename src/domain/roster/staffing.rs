//! Posts and the layers that staff them, and the one question asked of them: who is on duty at t?

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound::{Excluded, Unbounded},
    sync::Arc,
    time::Duration,
};

use chrono::NaiveDate;
use chrono_tz::Tz;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    calendar::{Calendar, YearFault},
    rotation::Rotation,
    rotations::Rotations,
};
use crate::domain::{
    ids::{AreaCode, Duty, ImportId, OverrideId, PersonId, PostId},
    time::Timestamp,
};

/// How far ahead a rotation is asked for the next change of shift, and how far back for the last: longer than any
/// shift and than the longest holiday that a plan leaves without one.
const LOOK_AROUND: Duration = Duration::from_secs(9 * 24 * 3600);

/// A post (岗位) and who holds it when nothing else is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    pub id: PostId,
    /// The post as people say it, such as 东街村值班岗.
    pub title: CompactString,
    /// Permanent holders, first the one to be rung first.
    #[serde(default)]
    pub holders: Vec<PersonId>,
    /// Who stands in (AB 角) when a ladder asks for the deputy.
    #[serde(default)]
    pub deputies: Vec<PersonId>,
    #[serde(default, alias = "rotation", skip_serializing_if = "Rotations::is_empty")]
    pub rotations: Rotations,
}

/// One line of a month's duty table (值班表).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    pub from: Timestamp,
    pub to: Timestamp,
    pub people: Vec<PersonId>,
}

/// A change for a stretch of time (串班, 代班); outweighs table and rotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    pub id: OverrideId,
    pub post: PostId,
    pub from: Timestamp,
    pub to: Timestamp,
    pub people: Vec<PersonId>,
    #[serde(default)]
    pub reason: CompactString,
}

/// Which layer of the roster names the people on duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Permanent,
    Rotation,
    Table,
    Override,
}

/// Who holds a post at an instant; nobody means a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyNow<'a> {
    pub people: Vec<&'a PersonId>,
    /// `None` in a gap.
    pub source: Option<Source>,
    /// The last change at or before the instant; `None` where there never was one.
    pub from: Option<Timestamp>,
    /// The next instant at which the answer may change.
    pub to: Option<Timestamp>,
}

/// A post with its layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Staffing {
    pub post: Post,
    /// The table, by start; several lines may run at once.
    pub(super) table: BTreeMap<Timestamp, Vec<Shift>>,
    /// By start; never overlapping.
    pub(super) overrides: BTreeMap<Timestamp, Override>,
    /// Longest line of the table: how far back a line that still runs can have begun.
    pub(super) longest: Duration,
    /// Where the last change stands in the journal: whoever has not seen it does not overwrite it.
    #[serde(default)]
    pub changed: u64,
}

/// Every post and its layers. They are shared, so that whoever looks ahead takes the whole roster along in no time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Roster {
    posts: BTreeMap<PostId, Arc<Staffing>>,
}

/// Why a change to the roster is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RosterFault {
    #[error("no post {0}; import posts before who holds them")]
    UnknownPost(PostId),
    #[error("the end is not after the start; correct the times")]
    EndsBeforeStart,
    #[error("nobody is named; name at least one person")]
    Nobody,
    #[error(
        "{named} are named for {post}, which {seats} may hold at once; name fewer, or change the seats in the policies"
    )]
    MoreThanSeats { post: PostId, named: usize, seats: usize },
    #[error("overlaps override {0}, which must be removed first")]
    Overlaps(OverrideId),
    #[error("no override {0}; it may have been removed already")]
    UnknownOverride(OverrideId),
    #[error("lasts longer than 62 days, so it is no shift; change the permanent holders instead")]
    TooLong,
    #[error("lies more than two years from now; correct the year")]
    FarOff,
    #[error("the shift from {0} does not start within the table's own days; widen the table")]
    OutsideTable(Timestamp),
    #[error("{field}: {remedy}")]
    Rotation { field: &'static str, remedy: &'static str },
    #[error(
        "{post} has been changed since you looked; look again and repeat what you want changed"
    )]
    ChangedSince { post: PostId, seq: u64 },
    #[error("no import {0} among the last ones; correct the tables by hand")]
    UnknownImport(ImportId),
    #[error("import {0} has been taken back already; bring the file in again if it should count")]
    ImportTakenBack(ImportId),
    #[error(
        "{post} has been changed since the import, so taking it back would lose that; correct the post by hand"
    )]
    ChangedAfterImport { post: PostId },
    #[error("begins in the past: who was on duty stays on record; begin on {0} or later")]
    BeginsInThePast(NaiveDate),
    #[error(transparent)]
    Year(#[from] YearFault),
}

impl Roster {
    pub fn get(&self, post: &PostId) -> Option<&Staffing> {
        self.posts.get(post).map(Arc::as_ref)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Staffing> {
        self.posts.values().map(Arc::as_ref)
    }

    /// Returns the posts of `area` and of all that lies in it, by area.
    pub fn within(&self, area: AreaCode) -> impl Iterator<Item = &Staffing> {
        let from = PostId { area, duty: Duty::LOWEST };
        let posts = self.posts.range(from..).map(|(_, staffing)| &**staffing);
        posts.take_while(move |staffing| staffing.post.id.area <= area.last_inside())
    }

    pub fn is_empty(&self) -> bool {
        self.posts.is_empty()
    }

    pub fn find_override(&self, id: OverrideId) -> Option<&Override> {
        self.posts.values().flat_map(|staffing| staffing.overrides.values()).find(|o| o.id == id)
    }

    pub(in crate::domain) fn save_post(&mut self, post: Post) {
        match self.change(&post.id) {
            Some(staffing) => staffing.post = post,
            None => {
                self.posts.insert(post.id.clone(), Arc::new(Staffing::new(post)));
            }
        }
    }

    pub(in crate::domain) fn set_rotation(&mut self, post: &PostId, rotation: Option<Rotation>) {
        let Some(staffing) = self.change(post) else {
            debug_assert!(false, "a rotation was logged for an unknown post");
            return;
        };
        staffing.post.rotations.put(rotation);
    }

    /// Replaces the lines of `post`'s table that start within `from..to` by `shifts`.
    pub(in crate::domain) fn set_table(
        &mut self,
        post: &PostId,
        from: Timestamp,
        to: Timestamp,
        shifts: &[Shift],
    ) {
        let Some(staffing) = self.change(post) else {
            debug_assert!(false, "a table was logged for an unknown post");
            return;
        };
        staffing.table.retain(|start, _| !(from..to).contains(start));
        for shift in shifts {
            staffing.longest = staffing.longest.max(shift.to.since(shift.from));
            staffing.table.entry(shift.from).or_default().push(shift.clone());
        }
    }

    pub(in crate::domain) fn add_override(&mut self, change: Override) {
        let Some(staffing) = self.change(&change.post) else {
            debug_assert!(false, "an override was logged for an unknown post");
            return;
        };
        staffing.overrides.insert(change.from, change);
    }

    pub(in crate::domain) fn remove_override(&mut self, post: &PostId, id: OverrideId) {
        if let Some(staffing) = self.change(post) {
            staffing.overrides.retain(|_, change| change.id != id);
        }
    }
}

impl Roster {
    pub(in crate::domain) fn note_change(&mut self, post: &PostId, seq: u64) {
        if let Some(staffing) = self.change(post) {
            staffing.changed = seq;
        }
    }

    fn change(&mut self, post: &PostId) -> Option<&mut Staffing> {
        self.posts.get_mut(post).map(Arc::make_mut)
    }
}

impl Staffing {
    fn new(post: Post) -> Self {
        let (table, overrides) = (BTreeMap::new(), BTreeMap::new());
        Self { post, table, overrides, longest: Duration::ZERO, changed: 0 }
    }

    /// Returns everybody who may ever hold the post by any layer, or its deputies.
    pub fn everybody(&self, deputies: bool) -> impl Iterator<Item = &PersonId> {
        let post = &self.post;
        let own = post.holders.iter().chain(post.rotations.people());
        let table = self.table.values().flatten().flat_map(|shift| &shift.people);
        let changes = self.overrides.values().flat_map(|change| &change.people);
        let stand_in = post.deputies.iter().filter(move |_| deputies);
        own.chain(table).chain(changes).filter(move |_| !deputies).chain(stand_in)
    }

    pub fn overrides(&self) -> impl Iterator<Item = &Override> {
        self.overrides.values()
    }

    /// Returns the lines of the table that start within `from..to`, by start.
    pub fn table_between(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &Shift> {
        self.table.range(from..to).flat_map(|(_, shifts)| shifts)
    }

    /// Returns the override that shares any instant with `from..to`.
    pub fn overlapping(&self, from: Timestamp, to: Timestamp) -> Option<&Override> {
        self.overrides.values().find(|change| change.from < to && from < change.to)
    }

    /// Tells who holds the post at `at`.
    pub fn on_duty(&self, calendar: &Calendar, zone: Tz, at: Timestamp) -> DutyNow<'_> {
        let mut edges = Edges::new(at);
        let mut layers: [Vec<&PersonId>; 4] = Default::default();
        layers[Source::Permanent as usize].extend(&self.post.holders);
        self.on_rotation(calendar, zone, at, &mut edges, &mut layers[Source::Rotation as usize]);
        self.on_table(at, &mut edges, &mut layers[Source::Table as usize]);
        self.on_override(at, &mut edges, &mut layers[Source::Override as usize]);
        let order = [Source::Override, Source::Table, Source::Rotation, Source::Permanent];
        let source = order.into_iter().find(|source| !layers[*source as usize].is_empty());
        let people =
            source.map(|source| std::mem::take(&mut layers[source as usize])).unwrap_or_default();
        let people = once(people);
        // Beyond what it was asked for, a rotation may have a turn before any other layer changes.
        let known_until = (!self.post.rotations.is_empty()).then(|| at + LOOK_AROUND);
        let to = edges.after.map(|to| known_until.map_or(to, |until| to.min(until)));
        DutyNow { people, source, from: edges.before, to }
    }

    fn on_rotation<'a>(
        &'a self,
        calendar: &Calendar,
        zone: Tz,
        at: Timestamp,
        edges: &mut Edges,
        people: &mut Vec<&'a PersonId>,
    ) {
        let (first, last) = (at - LOOK_AROUND, at + LOOK_AROUND);
        for turn in self.post.rotations.turns(calendar, zone, first, last) {
            edges.note(turn.from);
            edges.note(turn.to);
            if turn.from <= at && at < turn.to {
                people.extend(turn.crew);
            }
        }
    }

    fn on_table<'a>(&'a self, at: Timestamp, edges: &mut Edges, people: &mut Vec<&'a PersonId>) {
        // What began so long before the last start was over by then, and that start is a later change.
        let last = self.table.range(..=at).next_back().map_or(at, |(start, _)| *start);
        for shift in self.table.range(last - self.longest..=at).flat_map(|(_, shifts)| shifts) {
            edges.note(shift.from);
            edges.note(shift.to);
            if at < shift.to {
                people.extend(shift.people.iter());
            }
        }
        if let Some((next, _)) = self.table.range((Excluded(at), Unbounded)).next() {
            edges.note(*next);
        }
    }

    fn on_override<'a>(&'a self, at: Timestamp, edges: &mut Edges, people: &mut Vec<&'a PersonId>) {
        if let Some((_, change)) = self.overrides.range(..=at).next_back() {
            edges.note(change.from);
            edges.note(change.to);
            if at < change.to {
                people.extend(change.people.iter());
            }
        }
        if let Some((next, _)) = self.overrides.range((Excluded(at), Unbounded)).next() {
            edges.note(*next);
        }
    }
}

/// Names everybody once, in the order in which they come: lines that run at once may name the same person.
pub(super) fn once(mut people: Vec<&PersonId>) -> Vec<&PersonId> {
    let mut named = BTreeSet::new();
    people.retain(|person| named.insert(*person));
    people
}

/// The nearest change on either side of an instant.
struct Edges {
    at: Timestamp,
    before: Option<Timestamp>,
    after: Option<Timestamp>,
}

impl Edges {
    fn new(at: Timestamp) -> Self {
        Self { at, before: None, after: None }
    }

    fn note(&mut self, edge: Timestamp) {
        if edge <= self.at {
            self.before = self.before.max(Some(edge));
        } else {
            self.after = Some(self.after.map_or(edge, |after| after.min(edge)));
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use chrono_tz::Asia::Shanghai;

    use super::*;
    use crate::domain::roster::{DayPlan, DayType, ShiftTime};

    #[test]
    fn each_layer_outweighs_the_one_below_it() {
        let mut roster = roster_of(post(&["perm"], Some(&["rota"])));
        assert_eq!(duty(&roster, at(20, 9)), (vec!["rota"], Some(Source::Rotation)));
        roster.set_table(&id(), at(20, 0), at(21, 0), &[shift(at(20, 8), at(20, 20), &["table"])]);
        assert_eq!(duty(&roster, at(20, 9)), (vec!["table"], Some(Source::Table)));
        roster.add_override(change(1, at(20, 9), at(20, 10), &["stand_in"]));
        assert_eq!(duty(&roster, at(20, 9)), (vec!["stand_in"], Some(Source::Override)));
        assert_eq!(duty(&roster, at(20, 10)), (vec!["table"], Some(Source::Table)));
    }

    #[test]
    fn the_answer_names_the_next_instant_at_which_it_may_change() {
        let mut roster = roster_of(post(&["perm"], None));
        roster.set_table(&id(), at(20, 0), at(21, 0), &[shift(at(20, 8), at(20, 20), &["table"])]);
        roster.add_override(change(1, at(20, 18), at(20, 19), &["stand_in"]));
        let ends = [(7, 8), (9, 18), (18, 19), (19, 20)];
        for (hour, next) in ends {
            assert_eq!(now(&roster, at(20, hour)).to, Some(at(20, next)), "at {hour}");
        }
        assert_eq!(now(&roster, at(20, 21)).to, None);
    }

    #[test]
    fn the_last_change_is_known_long_after_it() {
        let mut roster = roster_of(post(&["perm"], None));
        roster.set_table(&id(), at(20, 0), at(21, 0), &[shift(at(20, 8), at(20, 10), &["table"])]);
        assert_eq!(now(&roster, at(20, 23)).from, Some(at(20, 10)));
    }

    #[test]
    fn whoever_stands_in_two_lines_is_on_duty_once() {
        let mut roster = roster_of(post(&[], None));
        let lines =
            [shift(at(20, 8), at(20, 20), &["a"]), shift(at(20, 9), at(20, 10), &["b", "a"])];
        roster.set_table(&id(), at(20, 0), at(21, 0), &lines);
        assert_eq!(duty(&roster, at(20, 9)).0, ["a", "b"]);
    }

    #[test]
    fn a_post_that_nobody_holds_is_a_gap_that_ends_with_the_next_shift() {
        let mut roster = roster_of(post(&[], None));
        roster.set_table(&id(), at(20, 0), at(21, 0), &[shift(at(20, 8), at(20, 20), &["table"])]);
        let gap = now(&roster, at(20, 3));
        assert_eq!((gap.source, gap.to), (None, Some(at(20, 8))));
    }

    #[test]
    fn a_new_table_replaces_only_the_days_it_covers() {
        let mut roster = roster_of(post(&[], None));
        let lines = [shift(at(20, 8), at(21, 8), &["a"]), shift(at(21, 8), at(22, 8), &["b"])];
        roster.set_table(&id(), at(20, 0), at(22, 0), &lines);
        roster.set_table(&id(), at(21, 0), at(22, 0), &[shift(at(21, 8), at(22, 8), &["c"])]);
        assert_eq!(duty(&roster, at(20, 12)).0, ["a"]);
        assert_eq!(duty(&roster, at(21, 12)).0, ["c"]);
    }

    #[test]
    fn two_people_in_one_shift_are_both_on_duty() {
        let mut roster = roster_of(post(&[], None));
        let lines = [shift(at(20, 8), at(21, 8), &["a"]), shift(at(20, 8), at(21, 8), &["b"])];
        roster.set_table(&id(), at(20, 0), at(21, 0), &lines);
        assert_eq!(duty(&roster, at(20, 12)).0, ["a", "b"]);
    }

    fn duty(roster: &Roster, at: Timestamp) -> (Vec<&str>, Option<Source>) {
        let now = now(roster, at);
        (now.people.iter().map(|person| person.as_str()).collect(), now.source)
    }

    fn now(roster: &Roster, at: Timestamp) -> DutyNow<'_> {
        roster.get(&id()).unwrap().on_duty(&Calendar::default(), Shanghai, at)
    }

    fn roster_of(post: Post) -> Roster {
        let mut roster = Roster::default();
        roster.save_post(post);
        roster
    }

    fn post(holders: &[&str], crew: Option<&[&str]>) -> Post {
        let whole_day = ShiftTime { from_minute: 0, minutes: 24 * 60 };
        let plan = |crew: &[&str]| DayPlan::new(vec![whole_day], vec![people(crew)]);
        let first = NaiveDate::from_ymd_opt(2026, 7, 1).unwrap();
        let days = |crew: &[&str]| [(DayType::Workday, plan(crew)), (DayType::Weekend, plan(crew))];
        Post {
            id: id(),
            title: "值班岗".into(),
            holders: people(holders),
            deputies: Vec::new(),
            rotations: crew.map(|crew| Rotation::new(first, days(crew)).into()).unwrap_or_default(),
        }
    }

    fn shift(from: Timestamp, to: Timestamp, names: &[&str]) -> Shift {
        Shift { from, to, people: people(names) }
    }

    fn change(number: u64, from: Timestamp, to: Timestamp, names: &[&str]) -> Override {
        Override {
            id: OverrideId(number),
            post: id(),
            from,
            to,
            people: people(names),
            reason: CompactString::default(),
        }
    }

    fn people(names: &[&str]) -> Vec<PersonId> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn id() -> PostId {
        "990101000000/duty_officer".parse().unwrap()
    }

    fn at(day: u32, hour: u32) -> Timestamp {
        let date = NaiveDate::from_ymd_opt(2026, 7, day).unwrap();
        Timestamp::from_local(Shanghai, date, hour * 60)
    }
}
