//! The board beside the oracle: who holds what, which shifts are left, what is wrong with them, and whose they are.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiaoying::domain::{
    ids::{PersonId, PostId},
    roster::{Defect, Finding, Outlook, OwnShift, Source, Staffing},
    time::Timestamp,
};

use super::{
    clocks::{DAY, MINUTE, moved},
    layers::{Layers, Left, Step, pieces},
    week::{COUNTY, Checked, PEOPLE, Week},
};

/// How far from an instant the board looks for the next turn, or the last.
const LOOK: i64 = 9 * DAY;

/// Steps of each post through the time that is looked at.
pub type Steps = BTreeMap<PostId, Vec<Step>>;

impl Week {
    /// Compares all that the board says of the roster with what the oracle says.
    pub fn compare(&mut self) -> Checked {
        let mut posts = std::mem::take(&mut self.oracle.changed);
        let (first, last) = self.horizon();
        for post in &posts {
            let layers = &self.oracle.posts[post];
            self.steps.insert(post.clone(), layers.steps(first, last));
        }
        // Nor may those have changed that nobody meant to change.
        if self.dice.chance(15) {
            posts.extend(self.oracle.posts.keys().cloned());
        }
        let steps = std::mem::take(&mut self.steps);
        for post in &posts {
            let staffing = self.board.roster.get(post).ok_or("a post is lost")?.clone();
            self.same_timeline(&staffing, &steps[post])?;
            self.same_instants(&staffing, &steps[post])?;
            same_shifts(self, &staffing, &self.oracle.posts[post], &steps[post])?;
        }
        let outlook = Outlook::of(&self.board);
        let (from, to) = self.window();
        let found = outlook.inspect(COUNTY.parse().unwrap(), from, to).findings;
        self.same_findings(&steps, &found, (from, to))?;
        let person: PersonId = self.dice.pick(&PEOPLE).parse().unwrap();
        let own = outlook.shifts_of(&person, from, to);
        same_own(&steps, &own, &person, (from, to))?;
        self.steps = steps;
        Ok(())
    }

    /// Throws some days of the time that is looked at, cut at any minute.
    fn window(&mut self) -> (Timestamp, Timestamp) {
        let (first, last) = self.horizon();
        let minutes = (last.millis() - first.millis()) / MINUTE;
        let from = self.dice.signed(0, minutes - 1);
        let to = self.dice.signed(from + 1, minutes.min(from + 6 * 1_440));
        (moved(first, from * MINUTE), moved(first, to * MINUTE))
    }

    fn same_timeline(&self, staffing: &Staffing, steps: &[Step]) -> Checked {
        let (first, last) = self.horizon();
        let zone = self.oracle.clocks.zone;
        let timeline = staffing.timeline(&self.board.calendar, zone, first, last);
        let told = timeline.into_iter().map(|stretch| Step {
            from: stretch.from,
            to: stretch.to,
            people: stretch.people,
            source: stretch.source,
        });
        let told: Vec<Step> = told.collect();
        match told.iter().zip(steps).find(|(told, step)| told != step) {
            Some(differ) => Err(format!("the timeline of {}: {differ:#?}", staffing.post.id)),
            None if told.len() != steps.len() => Err("the timeline is too short".into()),
            None => Ok(()),
        }
    }

    /// Asks at edges, just before them, and at any instants.
    fn same_instants(&mut self, staffing: &Staffing, steps: &[Step]) -> Checked {
        let mut instants = vec![self.now];
        for _ in 0..4 {
            let edge = self.dice.pick(steps).from;
            instants.extend([edge, moved(edge, -1), self.window().0]);
        }
        for at in instants {
            let Some(place) = steps.iter().position(|step| step.from <= at && at < step.to) else {
                continue;
            };
            let step = &steps[place];
            let duty = self.board.on_duty(staffing, at);
            let people: Vec<PersonId> = duty.people.iter().map(|p| (*p).clone()).collect();
            let wrong =
                |what| Err(format!("{} at {at}: {what} {duty:?} {step:?}", staffing.post.id));
            if (duty.source, &people) != (step.source, &step.people) {
                return wrong("who");
            }
            // Where nothing is known to change, nothing may within the time that is looked at.
            let next = steps.get(place + 1).map(|next| next.from.millis());
            let until = duty.to.map_or(at.millis() + LOOK, Timestamp::millis);
            if until <= at.millis() || next.is_some_and(|next| next < until) {
                return wrong("until when");
            }
            let last = (place > 0).then_some(step.from.millis());
            let since = duty.from.map_or(at.millis() - LOOK, Timestamp::millis);
            if since > at.millis() || last.is_some_and(|last| since < last) {
                return wrong("since when");
            }
        }
        Ok(())
    }

    /// Goes through the time piece by piece: just what is wrong then is found, and nothing else.
    fn same_findings(
        &self,
        steps: &Steps,
        found: &[Finding],
        (from, to): (Timestamp, Timestamp),
    ) -> Checked {
        let all: BTreeSet<&Finding> = found.iter().collect();
        if all.len() != found.len() {
            return Err(format!("found twice: {found:?}"));
        }
        let mut edges: BTreeSet<Timestamp> = steps.values().flatten().map(|s| s.from).collect();
        edges.extend(self.oracle.leaves.values().flat_map(|(_, from, to)| [*from, *to]));
        edges.extend(found.iter().flat_map(|finding| [finding.from, finding.to]));
        let mut first_duty: BTreeMap<&PersonId, Timestamp> = BTreeMap::new();
        for (at, _) in pieces(&edges, from, to) {
            let then = running(steps, at);
            for person in then.iter().flat_map(|(_, step)| &step.people) {
                first_duty.entry(person).or_insert(at);
            }
            let wrong = self.wrong_at(&then, at);
            let told = found.iter().filter(|finding| finding.from <= at && at < finding.to);
            let told: BTreeSet<Wrong> = told.filter_map(told_of).collect();
            if wrong != told {
                return Err(format!("wrong at {at}: {wrong:?}, but found {told:?}"));
            }
        }
        let silent = |person: &PersonId| !self.oracle.people[person].voice;
        let silent: BTreeSet<_> = first_duty.into_iter().filter(|(p, _)| silent(p)).collect();
        let told: BTreeSet<_> = found
            .iter()
            .filter_map(|finding| match &finding.defect {
                Defect::NoTelephone { person } => Some((person, finding.from)),
                Defect::Gap
                | Defect::TwoPosts { .. }
                | Defect::OnLeave { .. }
                // The policies of a week do not ask for it.
                | Defect::DeadNumber { .. }
                | Defect::Unverified { .. } => None,
            })
            .collect();
        if silent != told { Err(format!("silent {silent:?}, told {told:?}")) } else { Ok(()) }
    }

    fn wrong_at(&self, then: &[(&PostId, &Step)], at: Timestamp) -> BTreeSet<Wrong> {
        let mut wrong = BTreeSet::new();
        for (post, step) in then {
            if step.people.is_empty() {
                wrong.insert(Wrong::Gap((*post).clone()));
            }
            for person in &step.people {
                let mut leaves = self.oracle.leaves.values();
                if leaves.any(|(who, from, to)| who == person && *from <= at && at < *to) {
                    wrong.insert(Wrong::Leave((*post).clone(), person.clone()));
                }
                let by_shift = |step: &Step| step.source != Some(Source::Permanent);
                let elsewhere = then.iter().filter(|(other, step)| {
                    other > post && by_shift(step) && step.people.contains(person)
                });
                for (other, _) in elsewhere.filter(|_| by_shift(step)) {
                    let both = ((*post).clone(), (*other).clone());
                    wrong.insert(Wrong::Twice(both, person.clone()));
                }
            }
        }
        wrong
    }
}

/// What is wrong at an instant; of two posts the first comes first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    Gap(PostId),
    Twice((PostId, PostId), PersonId),
    Leave(PostId, PersonId),
}

fn told_of(finding: &Finding) -> Option<Wrong> {
    let post = finding.post.clone();
    match finding.defect.clone() {
        Defect::Gap => Some(Wrong::Gap(post)),
        Defect::TwoPosts { person, other } => {
            let both = if post < other { (post, other) } else { (other, post) };
            Some(Wrong::Twice(both, person))
        }
        Defect::OnLeave { person } => Some(Wrong::Leave(post, person)),
        Defect::NoTelephone { .. } | Defect::DeadNumber { .. } | Defect::Unverified { .. } => None,
    }
}

fn running(steps: &Steps, at: Timestamp) -> Vec<(&PostId, &Step)> {
    let at_post = |(post, steps): (_, &'_ Vec<Step>)| -> Option<(_, usize)> {
        Some((post, steps.iter().position(|step| step.from <= at && at < step.to)?))
    };
    let places: Vec<(&PostId, usize)> = steps.iter().filter_map(at_post).collect();
    places.into_iter().map(|(post, place)| (post, &steps[post][place])).collect()
}

/// Of every line just that is left which nothing outweighs.
fn same_shifts(week: &Week, staffing: &Staffing, layers: &Layers, steps: &[Step]) -> Checked {
    let (first, last) = week.horizon();
    let zone = week.oracle.clocks.zone;
    let held = staffing.shifts(&week.board.calendar, zone, first, last);
    let ms = |time: Duration| i64::try_from(time.as_millis()).unwrap();
    let lines = held.iter().filter(|held| held.source != Source::Override);
    let mut told: Vec<Left> = lines
        .map(|held| Left {
            source: held.source,
            from: held.from,
            to: held.to,
            ms: ms(held.on_duty),
            people: held.people.clone(),
        })
        .collect();
    told.sort();
    let left = layers.left(first, last);
    if told != left {
        let differ = told.iter().zip(&left).find(|(told, left)| told != left);
        return Err(format!("shifts of {}: {differ:#?}", staffing.post.id));
    }
    // How the uppermost layer is cut into changes is nobody's business; how much of it each person holds is.
    let mut by_person: BTreeMap<&PersonId, i64> = BTreeMap::new();
    for held in held.iter().filter(|held| held.source == Source::Override && held.to <= last) {
        held.people.iter().for_each(|p| *by_person.entry(p).or_default() += ms(held.on_duty));
    }
    let mut expected: BTreeMap<&PersonId, i64> = BTreeMap::new();
    let cut = |step: &&Step| step.source == Some(Source::Override) && step.to < last;
    for step in steps.iter().filter(cut).filter(|step| step.from > first) {
        let length = step.to.millis() - step.from.millis();
        step.people.iter().for_each(|p| *expected.entry(p).or_default() += length);
    }
    let outside = steps.iter().any(|step| {
        step.source == Some(Source::Override) && (step.to >= last || step.from <= first)
    });
    if !outside && by_person != expected {
        return Err(format!("changes of {}: {by_person:?} {expected:?}", staffing.post.id));
    }
    Ok(())
}

/// Somebody's own shifts are those in which he is on duty within the time asked for, and no others.
fn same_own(
    steps: &Steps,
    own: &[OwnShift],
    person: &PersonId,
    (from, to): (Timestamp, Timestamp),
) -> Checked {
    let by_shift =
        |step: &&Step| step.source != Some(Source::Permanent) && step.people.contains(person);
    for (post, steps) in steps {
        let held = steps.iter().filter(by_shift).filter(|step| step.from < to && from < step.to);
        for step in held {
            let edges = own.iter().flat_map(|shift| [shift.from, shift.to]).collect();
            for (at, _) in pieces(&edges, step.from.max(from), step.to.min(to)) {
                let covers = |shift: &&OwnShift| {
                    shift.post == *post
                        && Some(shift.source) == step.source
                        && shift.from <= at
                        && at < shift.to
                };
                if !own.iter().any(|shift| covers(&shift)) {
                    return Err(format!(
                        "{person} is not told of {post} {step:?} at {at}: {own:?}"
                    ));
                }
            }
        }
    }
    for shift in own {
        let on_duty = |step: &&Step| {
            step.source == Some(shift.source)
                && step.people.contains(person)
                && step.from.max(shift.from).max(from) < step.to.min(shift.to).min(to)
        };
        if !steps[&shift.post].iter().any(|step| on_duty(&step)) || !shift.people.contains(person) {
            return Err(format!("{person} is told of {shift:?}, which is not his"));
        }
    }
    let order = |shift: &OwnShift| (shift.source != Source::Permanent, shift.from, shift.to);
    if own.is_sorted_by_key(order) { Ok(()) } else { Err(format!("out of order: {own:?}")) }
}
