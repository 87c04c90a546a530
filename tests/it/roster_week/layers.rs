//! One post by every line that was ever entered for it and not taken back, and who that puts on duty.

use std::{collections::BTreeSet, rc::Rc};

use jiaoying::domain::{
    ids::PersonId,
    roster::{Rotation, Source},
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    pub from: Timestamp,
    pub to: Timestamp,
    pub people: Vec<PersonId>,
}

/// A time in which the same people hold the post by the same layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub from: Timestamp,
    pub to: Timestamp,
    pub people: Vec<PersonId>,
    pub source: Option<Source>,
}

/// What is left of a line: from its first to its last instant, and how much lies between in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    pub source: Source,
    pub from: Timestamp,
    pub to: Timestamp,
    pub ms: i64,
    pub people: Vec<PersonId>,
}

/// What was done to a time of the uppermost layer.
#[derive(Debug, Clone)]
enum Change {
    Put(Vec<PersonId>),
    Lifted,
    /// One in the other's place, of those whom the roster named when it was agreed.
    Handed {
        giver: PersonId,
        taker: PersonId,
        stood: Rc<Layers>,
        edges: BTreeSet<Timestamp>,
    },
}

#[derive(Debug, Clone, Default)]
pub struct Layers {
    pub holders: Vec<PersonId>,
    pub rotations: Vec<Rotation>,
    /// What the rotations come to.
    pub turns: Vec<Line>,
    pub table: Vec<Line>,
    /// In the order in which they were made: the last that covers an instant counts.
    changes: Vec<(Timestamp, Timestamp, Change)>,
}

impl Layers {
    pub fn put(&mut self, from: Timestamp, to: Timestamp, people: &[PersonId]) {
        self.changes.push((from, to, Change::Put(once(people.to_vec()))));
    }

    pub fn lift(&mut self, from: Timestamp, to: Timestamp) {
        self.changes.push((from, to, Change::Lifted));
    }

    pub fn hand(&mut self, (from, to): (Timestamp, Timestamp), giver: &PersonId, taker: &PersonId) {
        let stood = Rc::new(self.clone());
        let (giver, taker) = (giver.clone(), taker.clone());
        let edges = self.edges().into_iter().filter(|edge| from < *edge && *edge < to).collect();
        self.changes.push((from, to, Change::Handed { giver, taker, stood, edges }));
    }

    /// Replaces the lines that begin within a time.
    pub fn set_table(&mut self, from: Timestamp, to: Timestamp, lines: Vec<Line>) {
        self.table.retain(|line| line.from < from || to <= line.from);
        self.table.extend(lines);
    }

    /// Returns the lines of the table that begin within a time, by start.
    pub fn table_of(&self, from: Timestamp, to: Timestamp) -> Vec<Line> {
        let begins = |line: &&Line| from <= line.from && line.from < to;
        let mut lines: Vec<Line> = self.table.iter().filter(begins).cloned().collect();
        lines.sort_by_key(|line| line.from);
        lines
    }

    pub fn put_rotation(&mut self, rotation: Option<Rotation>) {
        let Some(rotation) = rotation else { return self.rotations.clear() };
        self.rotations.retain(|earlier| earlier.starts_on < rotation.starts_on);
        self.rotations.push(rotation);
    }

    /// Tells who holds the post at an instant, and by which layer.
    pub fn who(&self, at: Timestamp) -> (Option<Source>, Vec<PersonId>) {
        if let Some(people) = self.changed(at) {
            return (Some(Source::Override), people);
        }
        for (source, lines) in [(Source::Table, &self.table), (Source::Rotation, &self.turns)] {
            let mut running: Vec<&Line> =
                lines.iter().filter(|line| line.from <= at && at < line.to).collect();
            if !running.is_empty() {
                running.sort_by_key(|line| line.from);
                let people = running.into_iter().flat_map(|line| line.people.clone()).collect();
                return (Some(source), once(people));
            }
        }
        let source = (!self.holders.is_empty()).then_some(Source::Permanent);
        (source, once(self.holders.clone()))
    }

    /// Tells who stands in at an instant.
    pub fn changed(&self, at: Timestamp) -> Option<Vec<PersonId>> {
        let covers = |(from, to, _): &&(Timestamp, Timestamp, Change)| *from <= at && at < *to;
        let (_, _, change) = self.changes.iter().rev().find(covers)?;
        match change {
            Change::Put(people) => Some(people.clone()),
            Change::Lifted => None,
            Change::Handed { giver, taker, stood, .. } => {
                let (_, people) = stood.who(at);
                let swapped = |person| if person == *giver { taker.clone() } else { person };
                Some(once(people.into_iter().map(swapped).collect()))
            }
        }
    }

    /// Returns every instant at which anything may change.
    pub fn edges(&self) -> BTreeSet<Timestamp> {
        let lines = self.table.iter().chain(&self.turns);
        let mut edges: BTreeSet<Timestamp> = lines.flat_map(|line| [line.from, line.to]).collect();
        for (from, to, change) in &self.changes {
            edges.extend([from, to]);
            if let Change::Handed { edges: inner, .. } = change {
                edges.extend(inner);
            }
        }
        edges
    }

    /// Returns who holds the post through a time, one step after the other.
    pub fn steps(&self, from: Timestamp, to: Timestamp) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for (from, to) in pieces(&self.edges(), from, to) {
            let (source, people) = self.who(from);
            match steps.last_mut() {
                Some(last) if last.people == people && last.source == source => last.to = to,
                _ => steps.push(Step { from, to, people, source }),
            }
        }
        steps
    }

    /// Returns what is left of each line of the table and of the rotations that begins within a time.
    pub fn left(&self, from: Timestamp, to: Timestamp) -> Vec<Left> {
        let edges = self.edges();
        let mut left = Vec::new();
        for (source, lines) in [(Source::Table, &self.table), (Source::Rotation, &self.turns)] {
            for line in lines.iter().filter(|line| from <= line.from && line.from < to) {
                let held = pieces(&edges, line.from, line.to);
                let held = held.into_iter().filter(|(from, _)| self.who(*from).0 == Some(source));
                let held: Vec<_> = held.collect();
                let Some(((from, _), (_, to))) = held.first().zip(held.last()) else { continue };
                let ms = held.iter().map(|(from, to)| to.millis() - from.millis()).sum();
                let people = once(line.people.clone());
                left.push(Left { source, from: *from, to: *to, ms, people });
            }
        }
        left.sort();
        left
    }
}

/// Cuts a time at the edges that lie in it.
pub fn pieces(
    edges: &BTreeSet<Timestamp>,
    from: Timestamp,
    to: Timestamp,
) -> Vec<(Timestamp, Timestamp)> {
    if to <= from {
        return Vec::new();
    }
    let inner = edges.iter().copied().filter(|edge| from < *edge && *edge < to);
    let cuts: Vec<Timestamp> = [from].into_iter().chain(inner).chain([to]).collect();
    cuts.windows(2).map(|two| (two[0], two[1])).collect()
}

/// Names everybody once.
pub fn once(people: Vec<PersonId>) -> Vec<PersonId> {
    let mut named: Vec<PersonId> = Vec::new();
    for person in people {
        if !named.contains(&person) {
            named.push(person);
        }
    }
    named
}
