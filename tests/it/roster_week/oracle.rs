//! What the roster's rules make of the edits that were accepted, and which edits they refuse.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Weekday};
use jiaoying::domain::{
    board::Board,
    command::{AddOverride, Command, ImportTables, PlanRotation, Reply, RosterStep},
    event::{DutyTableSet, RotationSet},
    ids::{ImportId, LeaveId, OverrideId, PersonId, PostId, SwapId},
    leave::{LeaveStep, TakeLeave},
    person::{Channel, Person},
    roster::{Rotation, Source, Year},
    swap::{AskSwap, Turn},
    time::Timestamp,
};

use super::{
    clocks::{Clocks, DAY, number},
    layers::{Layers, Line},
    order,
};

/// Longest line of a table, longest override and longest turn.
const LONGEST: i64 = 62 * DAY;
/// How far off an override or leave may begin.
const FARTHEST: i64 = 2 * 366 * DAY;

/// By what somebody can be called.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    pub voice: bool,
    pub any: bool,
}

/// A file that was put in force: its stretches, and the tables before it and as it left them.
#[derive(Debug, Clone)]
pub struct Brought {
    stretches: Vec<(PostId, Timestamp, Timestamp)>,
    before: BTreeMap<PostId, Layers>,
    after: BTreeMap<PostId, Layers>,
    pub taken_back: bool,
}

#[derive(Debug, Clone)]
pub struct Oracle {
    pub clocks: Clocks,
    pub posts: BTreeMap<PostId, Layers>,
    pub people: BTreeMap<PersonId, Reach>,
    /// How many may be named at once.
    pub seats: BTreeMap<PostId, usize>,
    pub year: Option<Year>,
    pub leaves: BTreeMap<LeaveId, (PersonId, Timestamp, Timestamp)>,
    pub imports: BTreeMap<ImportId, Brought>,
    /// Changes of duty that were asked for and are not over: who asks, what for, and in return.
    pub swaps: BTreeMap<SwapId, (PersonId, Turn, Option<Turn>)>,
    /// Posts that have been changed since they were last compared.
    pub changed: BTreeSet<PostId>,
}

impl Oracle {
    pub fn new(clocks: Clocks) -> Self {
        Self {
            clocks,
            posts: BTreeMap::new(),
            people: BTreeMap::new(),
            seats: BTreeMap::new(),
            year: None,
            leaves: BTreeMap::new(),
            imports: BTreeMap::new(),
            swaps: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }

    /// Tells whether the board takes a step with the roster.
    pub fn takes(&self, board: &Board, step: &RosterStep, now: Timestamp) -> bool {
        match step {
            RosterStep::AdoptCalendar(_) | RosterStep::SavePeople(_) => true,
            RosterStep::SetYear { number, year } => sound_year(*number, year),
            RosterStep::SavePosts(posts) => {
                posts.iter().all(|post| self.knows(&post.holders) && self.knows(&post.deputies))
            }
            RosterStep::SetRotations(sets) => sets.iter().all(|set| self.takes_rotation(set)),
            RosterStep::PlanRotation(plan) => {
                let set = RotationSet { post: plan.post.clone(), rotation: None };
                let rotation = &plan.rotation;
                let today = self.clocks.day(now);
                let set = RotationSet { rotation: Some(rotation.clone()), ..set };
                number_of(rotation) >= today && self.takes_rotation(&set)
            }
            RosterStep::FillTable { set, seen } => {
                let known = board.roster.get(&set.post);
                known.is_some_and(|known| known.changed == *seen) && self.takes_table(set)
            }
            RosterStep::SetDutyTable(sets) => sets.iter().all(|set| self.takes_table(set)),
            RosterStep::Import(tables) => {
                let seen = |set: &DutyTableSet| {
                    board.roster.get(&set.post).is_some_and(|known| known.changed <= tables.seen)
                };
                tables.sets.iter().all(|set| seen(set) && self.takes_table(set))
            }
            RosterStep::TakeBackImport(id) => self.takes_back(*id),
            RosterStep::AddOverride(change) => self.takes_change(change, now),
            RosterStep::RemoveOverride(id) => board.roster.find_override(*id).is_some(),
        }
    }

    fn knows(&self, people: &[PersonId]) -> bool {
        people.iter().all(|person| self.people.contains_key(person))
    }

    fn may_name(&self, post: &PostId, people: &[PersonId]) -> bool {
        let named = super::layers::once(people.to_vec()).len();
        let seats = self.seats.get(post).copied().unwrap_or(usize::MAX);
        (1..=seats).contains(&named) && self.knows(people)
    }

    fn takes_rotation(&self, set: &RotationSet) -> bool {
        let sound = |rotation: &Rotation| {
            !rotation.days.is_empty()
                && rotation.days.values().all(|plan| {
                    let crews = &plan.crews;
                    !crews.is_empty()
                        && crews.iter().all(|crew| !crew.is_empty() && self.knows(crew))
                        && usize::from(plan.first) < crews.len()
                        && !plan.shifts.is_empty()
                })
        };
        self.posts.contains_key(&set.post) && set.rotation.as_ref().is_none_or(sound)
    }

    fn takes_table(&self, set: &DutyTableSet) -> bool {
        let line =
            |from: Timestamp, to: Timestamp| from < to && to.millis() - from.millis() <= LONGEST;
        self.posts.contains_key(&set.post)
            && line(set.from, set.to)
            && set.shifts.iter().all(|shift| {
                line(shift.from, shift.to)
                    && (set.from..set.to).contains(&shift.from)
                    && self.may_name(&set.post, &shift.people)
            })
    }

    fn takes_back(&self, id: ImportId) -> bool {
        self.imports.get(&id).is_some_and(|import| {
            let stands = |(post, from, to): &(PostId, Timestamp, Timestamp)| {
                let lines = self.posts[post].table_of(*from, *to);
                lines == import.after[post].table_of(*from, *to)
            };
            !import.taken_back && import.stretches.iter().all(stands)
        })
    }

    fn takes_change(&self, change: &AddOverride, now: Timestamp) -> bool {
        let Some(layers) = self.posts.get(&change.post) else { return false };
        let length = change.to.millis() - change.from.millis();
        length > 0
            && length <= LONGEST
            && (change.from.millis() - now.millis()).abs() <= FARTHEST
            && self.may_name(&change.post, &change.people)
            && super::layers::pieces(&layers.edges(), change.from, change.to)
                .iter()
                .all(|(from, _)| layers.changed(*from).is_none())
    }

    pub fn takes_leave(&self, step: &LeaveStep, now: Timestamp) -> bool {
        match step {
            LeaveStep::Take(TakeLeave { person, from, to, .. }) => {
                let length = to.millis() - from.millis();
                self.people.contains_key(person)
                    && length > 0
                    && length <= 366 * DAY
                    && (from.millis() - now.millis()).abs() <= FARTHEST
                    && !self.is_away(person, *from, *to)
            }
            LeaveStep::End(id) => self.leaves.contains_key(id),
        }
    }

    fn is_away(&self, person: &PersonId, from: Timestamp, to: Timestamp) -> bool {
        self.leaves
            .values()
            .any(|(who, since, until)| who == person && *since < to && from < *until)
    }

    /// Tells whether the board takes a wish to change duty; `None` where nobody is named and so it looks for itself.
    pub fn takes_wish(&self, wish: &AskSwap, asker: &PersonId, now: Timestamp) -> Option<bool> {
        let clip = |turn: &Turn| Turn { from: turn.from.max(now), ..turn.clone() };
        let (turn, other) = (clip(&wish.turn), wish.in_return.as_ref().map(clip));
        let sound = |turn: &Turn| {
            let length = turn.to.millis() - turn.from.millis();
            length > 0 && length <= LONGEST && self.posts.contains_key(&turn.post)
        };
        let meets =
            |other: &Turn| other.post == turn.post && other.from < turn.to && turn.from < other.to;
        let asked = |(who, other, _): &(PersonId, Turn, Option<Turn>)| who == asker && meets(other);
        if !sound(&turn)
            || other.as_ref().is_some_and(|other| !sound(other) || meets(other))
            || other.is_some() && wish.ask.len() != 1
            || self.swaps.values().any(asked)
        {
            return Some(false);
        }
        if wish.ask.is_empty() {
            return (!self.holds(asker, &turn)).then_some(false);
        }
        let can = |person| self.may_exchange(asker, person, &turn, other.as_ref());
        Some(wish.ask.iter().all(can))
    }

    /// Tells whether one can take over another's turn, and in an exchange the other his.
    pub fn may_exchange(
        &self,
        asker: &PersonId,
        taker: &PersonId,
        turn: &Turn,
        in_return: Option<&Turn>,
    ) -> bool {
        self.holds(asker, turn)
            && self.is_free(taker, turn, in_return)
            && in_return.is_none_or(|other| {
                self.holds(taker, other) && self.is_free(asker, other, Some(turn))
            })
    }

    fn holds(&self, person: &PersonId, turn: &Turn) -> bool {
        let steps = self.posts[&turn.post].steps(turn.from, turn.to);
        steps.iter().all(|step| step.people.contains(person))
    }

    /// Tells whether somebody can be on duty through a turn, giving up another for it.
    fn is_free(&self, person: &PersonId, turn: &Turn, instead: Option<&Turn>) -> bool {
        let reached = self.people.get(person).is_some_and(|reach| reach.any);
        let gives_up = |post: &PostId, at: Timestamp| {
            instead.is_some_and(|other| other.post == *post && other.from <= at && at < other.to)
        };
        let busy = self.posts.iter().any(|(post, layers)| {
            let mut edges = layers.edges();
            edges.extend(instead.iter().flat_map(|other| [other.from, other.to]));
            super::layers::pieces(&edges, turn.from, turn.to).into_iter().any(|(at, _)| {
                let (source, people) = layers.who(at);
                let there = *post == turn.post || source != Some(Source::Permanent);
                there && people.contains(person) && !gives_up(post, at)
            })
        });
        reached && !busy && !self.is_away(person, turn.from, turn.to)
    }

    /// Notes a command that the board has taken.
    pub fn note(
        &mut self,
        command: &Command,
        reply: &Reply,
        lifted: Option<Lifted>,
        now: Timestamp,
    ) {
        match command {
            Command::Roster(step) => self.note_step(step, reply, lifted, now),
            Command::Leave(LeaveStep::Take(TakeLeave { person, from, to, .. })) => {
                let Reply::Leave { id } = reply else { return };
                self.leaves.insert(*id, (person.clone(), *from, *to));
            }
            Command::Leave(LeaveStep::End(id)) => drop(self.leaves.remove(id)),
            _ => {}
        }
    }

    fn note_step(
        &mut self,
        step: &RosterStep,
        reply: &Reply,
        lifted: Option<Lifted>,
        now: Timestamp,
    ) {
        match step {
            RosterStep::AdoptCalendar(_) => {}
            RosterStep::SetYear { year, .. } => self.year = Some(year.clone()),
            RosterStep::SavePeople(people) => people.iter().for_each(|person| self.save(person)),
            RosterStep::SavePosts(posts) => {
                for post in posts {
                    self.changed.insert(post.id.clone());
                    let layers = self.posts.entry(post.id.clone()).or_default();
                    layers.holders.clone_from(&post.holders);
                    layers.rotations = post.rotations.iter().cloned().collect();
                }
            }
            RosterStep::SetRotations(sets) => {
                for set in sets {
                    self.layers(&set.post).put_rotation(set.rotation.clone());
                }
            }
            RosterStep::PlanRotation(plan) => self.plan(plan),
            RosterStep::FillTable { set, .. } => self.set_table(set),
            RosterStep::SetDutyTable(sets) => sets.iter().for_each(|set| self.set_table(set)),
            RosterStep::Import(tables) => {
                if let Reply::Import { id, .. } = reply {
                    self.bring_in(*id, tables);
                }
            }
            RosterStep::TakeBackImport(id) => self.take_back(*id),
            RosterStep::AddOverride(AddOverride { post, from, to, people, .. }) => {
                self.layers(post).put(*from, *to, people);
            }
            RosterStep::RemoveOverride(_) => {
                let (post, from, to) = lifted.expect("it was there");
                self.layers(&post).lift(from, to);
            }
        }
        let turns = matches!(
            step,
            RosterStep::SetYear { .. }
                | RosterStep::SavePosts(_)
                | RosterStep::SetRotations(_)
                | RosterStep::PlanRotation(_)
        );
        if turns {
            self.turn(now);
        }
    }

    /// Works out the rotations anew.
    fn turn(&mut self, now: Timestamp) {
        let today = self.clocks.day(now);
        for (post, layers) in &mut self.posts {
            let turns = order::turns(&layers.rotations, self.year.as_ref(), &self.clocks, today);
            if turns != layers.turns {
                layers.turns = turns;
                self.changed.insert(post.clone());
            }
        }
    }

    pub fn layers(&mut self, post: &PostId) -> &mut Layers {
        self.changed.insert(post.clone());
        self.posts.get_mut(post).expect("the board knows the post")
    }

    fn save(&mut self, person: &Person) {
        let has = |channel| person.contacts.iter().any(|contact| contact.channel == channel);
        let reach = Reach { voice: has(Channel::Voice), any: !person.contacts.is_empty() };
        self.people.insert(person.id.clone(), reach);
    }

    fn plan(&mut self, plan: &PlanRotation) {
        let layers = &self.posts[&plan.post];
        let day_before = number_of(&plan.rotation) - 1;
        let before = layers.rotations.iter().rfind(|earlier| number_of(earlier) <= day_before);
        let mut rotation = plan.rotation.clone();
        if let Some(before) = before.filter(|_| plan.goes_on) {
            rotation = order::going_on(rotation, before, self.year.as_ref());
        }
        self.layers(&plan.post).put_rotation(Some(rotation));
    }

    fn set_table(&mut self, set: &DutyTableSet) {
        let lines = lines(set);
        self.layers(&set.post).set_table(set.from, set.to, lines);
    }

    fn bring_in(&mut self, id: ImportId, tables: &ImportTables) {
        let before = self.posts.clone();
        let differs = |set: &&DutyTableSet| {
            let mut coming = lines(set);
            coming.sort_by_key(|line| line.from);
            before[&set.post].table_of(set.from, set.to) != coming
        };
        let sets: Vec<&DutyTableSet> = tables.sets.iter().filter(differs).collect();
        sets.iter().for_each(|set| self.set_table(set));
        let stretches = sets.iter().map(|set| (set.post.clone(), set.from, set.to)).collect();
        let after = self.posts.clone();
        self.imports.insert(id, Brought { stretches, before, after, taken_back: false });
    }

    fn take_back(&mut self, id: ImportId) {
        let import = self.imports.get_mut(&id).expect("it was brought in");
        import.taken_back = true;
        for (post, from, to) in import.stretches.clone() {
            let stood = self.imports[&id].before[&post].table_of(from, to);
            self.layers(&post).set_table(from, to, stood);
        }
    }
}

/// Where an override stood that is removed.
pub type Lifted = (PostId, Timestamp, Timestamp);

/// Returns where an override stands.
pub fn standing(board: &Board, id: OverrideId) -> Option<Lifted> {
    board.roster.find_override(id).map(|change| (change.post.clone(), change.from, change.to))
}

fn lines(set: &DutyTableSet) -> Vec<Line> {
    let line = |shift: &jiaoying::domain::roster::Shift| Line {
        from: shift.from,
        to: shift.to,
        people: shift.people.clone(),
    };
    set.shifts.iter().map(line).collect()
}

fn number_of(rotation: &Rotation) -> i64 {
    number(rotation.starts_on)
}

fn sound_year(of: i32, year: &Year) -> bool {
    let mut all = year.off.iter().chain(&year.worked).chain(&year.special);
    (2000..2100).contains(&of)
        && all.all(|day| day.year() == of)
        && year.worked.iter().all(|day| {
            !year.off.contains(day) && matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
        })
}
