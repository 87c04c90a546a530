//! Filling days of a post: each duty goes to the crew that has had none of its kind for longest, among those that can.
//!
//! Invariant: the same roster and the same question give the same answer, and every choice says why it was made.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chrono::{Days, NaiveDate};

use super::{DayPlan, DayType, Outlook, Rotation, Staffing, habit};
use crate::domain::{
    ids::{PersonId, PostId},
    time::Timestamp,
};

/// How far back it is looked who had which duty.
const MEMORY: Days = Days::new(366);
/// How far beyond the days that are filled shifts elsewhere are looked at: longer than a shift and a rest.
const AROUND: Duration = Duration::from_secs(14 * 24 * 3_600);

/// Which days are to be filled, by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filling {
    pub post: PostId,
    /// The crews and hours of each type of day; its first day is the first to be filled.
    pub order: Rotation,
    /// The first day that is not filled any more.
    pub until: NaiveDate,
    /// Shortest time between two shifts of one person.
    pub rest: Duration,
}

/// A shift as it is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub from: Timestamp,
    pub to: Timestamp,
    /// What the order that it falls under is for.
    pub plan: DayType,
    /// Nobody where nobody can.
    pub crew: Vec<PersonId>,
    pub reason: Reason,
    /// Crews whose turn it would have been before that.
    pub passed_over: Vec<PassedOver>,
}

/// Why a shift falls to a crew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its last duty of this kind, longest ago of all, began then; `None` where it has had none.
    Longest { last: Option<Timestamp> },
    /// Days that follow one another are held together, and it held the last.
    Together,
    /// Nobody of the order can.
    Nobody,
}

/// A crew whose turn it was, and why it was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    pub crew: Vec<PersonId>,
    pub person: PersonId,
    pub obstacle: Obstacle,
}

/// Why somebody cannot take a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    OnLeave,
    /// On duty at another post at the same time.
    AtOtherPost(PostId),
    /// Too little time before or after another shift, which begins then.
    ShortRest(Timestamp),
    /// First in turn for the next day, which is of another kind: taken now, it would be passed over there each time.
    DueNext,
}

/// A time that is taken.
#[derive(Debug, Clone)]
struct Taken {
    from: Timestamp,
    to: Timestamp,
    /// `None` on leave.
    post: Option<PostId>,
}

/// What is known while days are filled.
struct Desk<'o> {
    outlook: &'o Outlook,
    filling: &'o Filling,
    taken: BTreeMap<PersonId, Vec<Taken>>,
    /// When somebody's last duty of a kind began.
    last: BTreeMap<(DayType, PersonId), Timestamp>,
    /// The kind of the last day and who held each of its shifts.
    yesterday: Option<(DayType, Vec<Vec<PersonId>>)>,
}

impl Outlook {
    /// Proposes who holds each shift of the days to be filled; changes nothing. A day without a plan stays empty.
    pub fn fill(&self, filling: &Filling) -> Vec<Proposal> {
        let Some(staffing) = self.roster.get(&filling.post) else { return Vec::new() };
        let mut desk = Desk::new(self, filling, staffing);
        let days = filling.order.starts_on.iter_days();
        days.take_while(|day| *day < filling.until).flat_map(|day| desk.day(day)).collect()
    }

    /// Returns the order in which `post` has been held in the `days` before `first`, as far as its shifts show one;
    /// `None` where nobody was on duty by a shift. It starts on `first`.
    pub fn order_so_far(&self, post: &PostId, first: NaiveDate, days: u16) -> Option<Rotation> {
        let staffing = self.roster.get(post)?;
        let since = first.checked_sub_days(Days::new(u64::from(days)))?;
        let at = |day| Timestamp::from_local(self.zone, day, 0);
        // Who was planned, not who stood in.
        let lines = staffing.table_between(at(since), at(first));
        let lines = lines.map(|line| (line.from, line.to, &line.people[..]));
        habit::order(&self.calendar, &habit::days(self.zone, lines), first)
    }

    /// Returns who held the shifts that began on each day, by start.
    fn days_held(&self, staffing: &Staffing, from: NaiveDate, to: NaiveDate) -> habit::Days {
        let at = |day| Timestamp::from_local(self.zone, day, 0);
        let held = staffing.shifts(&self.calendar, self.zone, at(from), at(to));
        habit::days(self.zone, held.iter().map(|held| (held.from, held.to, &held.people[..])))
    }
}

impl<'o> Desk<'o> {
    fn new(outlook: &'o Outlook, filling: &'o Filling, staffing: &Staffing) -> Self {
        let first = filling.order.starts_on;
        let mut desk = Self {
            outlook,
            filling,
            taken: outlook.taken_around(filling),
            last: BTreeMap::new(),
            yesterday: None,
        };
        let since = first.checked_sub_days(MEMORY).unwrap_or(first);
        for (day, shifts) in outlook.days_held(staffing, since, first) {
            let Some((kind, plan)) = filling.order.plan(&outlook.calendar, day) else { continue };
            let crews: Vec<Vec<PersonId>> = shifts.into_values().collect();
            let at = Timestamp::from_local(outlook.zone, day, plan.shifts[0].from_minute);
            for person in crews.iter().flatten() {
                desk.last.insert((kind, person.clone()), at);
            }
            if day.succ_opt() == Some(first) {
                desk.yesterday = Some((kind, crews));
            }
        }
        desk
    }

    fn day(&mut self, day: NaiveDate) -> Vec<Proposal> {
        let filling = self.filling;
        let Some((kind, plan)) = filling.order.plan(&self.outlook.calendar, day) else {
            self.yesterday = None;
            return Vec::new();
        };
        let yesterday = self.yesterday.take();
        let goes_on = yesterday.filter(|(before, _)| plan.together && *before == kind);
        let due = self.due_next(day, kind);
        let mut proposals = Vec::new();
        for (index, hours) in plan.shifts.iter().enumerate() {
            let zone = self.outlook.zone;
            let from = Timestamp::from_local(zone, day, hours.from_minute);
            let to = Timestamp::from_local(zone, day, hours.from_minute + hours.minutes);
            let before = goes_on.as_ref().and_then(|(_, crews)| crews.get(index));
            let proposal = self.shift((kind, plan), (from, to), before, &due);
            for person in &proposal.crew {
                let post = Some(filling.post.clone());
                self.taken.entry(person.clone()).or_default().push(Taken { from, to, post });
                self.last.insert((kind, person.clone()), from);
            }
            proposals.push(proposal);
        }
        let crews = proposals.iter().map(|proposal| proposal.crew.clone()).collect();
        self.yesterday = Some((kind, crews));
        proposals
    }

    fn shift(
        &self,
        (kind, plan): (DayType, &DayPlan),
        (from, to): (Timestamp, Timestamp),
        before: Option<&Vec<PersonId>>,
        due: &[PersonId],
    ) -> Proposal {
        let mut passed_over = Vec::new();
        let propose = |crew: &[PersonId], reason, passed_over| Proposal {
            from,
            to,
            plan: kind,
            crew: crew.to_vec(),
            reason,
            passed_over,
        };
        if let Some(crew) = before.filter(|crew| plan.crews.contains(crew)) {
            match self.obstacle(crew, from, to, Duration::ZERO) {
                None => return propose(crew, Reason::Together, passed_over),
                Some((person, obstacle)) => {
                    passed_over.push(PassedOver { crew: crew.clone(), person, obstacle });
                }
            }
        }
        let longest = |crew: &[PersonId]| Reason::Longest { last: self.last_of(kind, crew) };
        let mut spared: Option<&Vec<PersonId>> = None;
        for crew in self.in_turn(kind, plan) {
            if passed_over.iter().any(|passed: &PassedOver| passed.crew == *crew) {
                continue;
            }
            let obstacle = self.obstacle(crew, from, to, self.filling.rest).or_else(|| {
                let person = crew.iter().find(|person| due.contains(person))?;
                spared = spared.or(Some(crew));
                Some((person.clone(), Obstacle::DueNext))
            });
            let Some((person, obstacle)) = obstacle else {
                return propose(crew, longest(crew), passed_over);
            };
            passed_over.push(PassedOver { crew: crew.clone(), person, obstacle });
        }
        // Nobody else can: better here than nobody.
        match spared {
            Some(crew) => {
                passed_over.retain(|passed| passed.crew != *crew);
                propose(crew, longest(crew), passed_over)
            }
            None => propose(&[], Reason::Nobody, passed_over),
        }
    }

    /// Returns who is first in turn for the day after `day`, where that is of another kind.
    fn due_next(&self, day: NaiveDate, kind: DayType) -> Vec<PersonId> {
        let next = day.succ_opt().filter(|next| *next < self.filling.until);
        let next = next.and_then(|next| self.filling.order.plan(&self.outlook.calendar, next));
        let Some((next, plan)) = next.filter(|(next, _)| *next != kind) else { return Vec::new() };
        self.in_turn(next, plan).into_iter().take(plan.shifts.len()).flatten().cloned().collect()
    }

    /// Returns the crews, first the one whose last duty of the kind is longest ago; those that have had none come
    /// first, in the order of the plan.
    fn in_turn<'p>(&self, kind: DayType, plan: &'p DayPlan) -> Vec<&'p Vec<PersonId>> {
        let mut crews: Vec<_> = plan.crews.iter().collect();
        crews.rotate_left(usize::from(plan.first).min(plan.crews.len()));
        crews.sort_by_key(|crew| self.last_of(kind, crew));
        crews
    }

    fn last_of(&self, kind: DayType, crew: &[PersonId]) -> Option<Timestamp> {
        crew.iter().filter_map(|person| self.last.get(&(kind, person.clone())).copied()).max()
    }

    /// Returns what keeps the crew from a shift: leave before another post before too little rest.
    fn obstacle(
        &self,
        crew: &[PersonId],
        from: Timestamp,
        to: Timestamp,
        rest: Duration,
    ) -> Option<(PersonId, Obstacle)> {
        let of = |person: &PersonId| {
            let taken = self.taken.get(person)?.iter();
            let near = taken.filter(|taken| taken.from < to + rest && from < taken.to + rest);
            let weight = |taken: &Taken| {
                let meets = taken.from < to && from < taken.to;
                match &taken.post {
                    None if meets => Some((2, Obstacle::OnLeave)),
                    Some(post) if meets => Some((1, Obstacle::AtOtherPost(post.clone()))),
                    Some(_) => Some((0, Obstacle::ShortRest(taken.from))),
                    None => None,
                }
            };
            let found = near.filter_map(weight).min_by_key(|(weight, _)| Reverse(*weight));
            found.map(|(_, obstacle)| (person.clone(), obstacle))
        };
        crew.iter().find_map(of)
    }
}

impl Outlook {
    /// Returns when each of the order's people is taken around the days to be filled: by shifts at other posts, by
    /// changes at this one, by shifts at this one before and after, and by leave.
    fn taken_around(&self, filling: &Filling) -> BTreeMap<PersonId, Vec<Taken>> {
        let people: BTreeSet<&PersonId> = filling.order.people().collect();
        let at = |day| Timestamp::from_local(self.zone, day, 0);
        let (first, end) = (at(filling.order.starts_on), at(filling.until));
        let mut all: BTreeMap<PersonId, Vec<Taken>> = BTreeMap::new();
        let mut take = |named: &[PersonId], from, to, post: &PostId| {
            for person in named.iter().filter(|person| people.contains(person)) {
                let taken = Taken { from, to, post: Some(post.clone()) };
                all.entry(person.clone()).or_default().push(taken);
            }
        };
        for staffing in self.roster.iter() {
            let post = &staffing.post.id;
            let filled = *post == filling.post;
            for held in staffing.shifts(&self.calendar, self.zone, first - AROUND, end + AROUND) {
                // What is there now in these days is what is filled anew.
                if !(filled && (first..end).contains(&held.from)) {
                    take(&held.people, held.from, held.to, post);
                }
            }
            for change in staffing.overrides().filter(|_| filled) {
                if (first..end).contains(&change.from) {
                    take(&change.people, change.from, change.to, post);
                }
            }
        }
        for leave in self.leaves.iter().filter(|leave| people.contains(&leave.person)) {
            let taken = Taken { from: leave.from, to: leave.to, post: None };
            all.entry(leave.person.clone()).or_default().push(taken);
        }
        all
    }
}
