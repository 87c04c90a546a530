//! Who holds a post through a stretch of time, change by change, and which shifts are really held.
//!
//! Invariant: at every instant of a timeline its stretch names just whom [`Staffing::on_duty`] names.

use std::{collections::BTreeSet, time::Duration};

use chrono_tz::Tz;

use super::{Source, Staffing, calendar::Calendar, staffing::once};
use crate::domain::{ids::PersonId, time::Timestamp};

/// A stretch of time in which the same people hold a post, by the same layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    pub from: Timestamp,
    pub to: Timestamp,
    pub people: Vec<PersonId>,
    /// `None` in a gap.
    pub source: Option<Source>,
}

/// A shift as it is really held: without the time in which something outweighs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// From the first to the last instant that is left of it.
    pub from: Timestamp,
    pub to: Timestamp,
    /// How much of that is left.
    pub on_duty: Duration,
    pub people: Vec<PersonId>,
    pub source: Source,
}

/// One line of a layer.
#[derive(Clone, Copy)]
struct Line<'a> {
    from: Timestamp,
    to: Timestamp,
    people: &'a [PersonId],
}

/// The layers that hold shifts, each with its lines by start; the weightiest first.
type Layers<'a> = [(Source, Vec<Line<'a>>); 3];

/// The lines of a layer, and those of them that run at the instant that is looked at.
struct Sweep<'a> {
    source: Source,
    lines: std::iter::Peekable<std::vec::IntoIter<Line<'a>>>,
    running: Vec<Line<'a>>,
}

impl Sweep<'_> {
    /// Goes on to an instant that is later than the last.
    fn advance(&mut self, at: Timestamp) {
        self.running.retain(|line| line.to > at);
        while let Some(line) = self.lines.next_if(|line| line.from <= at) {
            if line.to > at {
                self.running.push(line);
            }
        }
    }
}

impl Staffing {
    /// Returns who holds the post through `from..to`, by time and without holes: a gap is a stretch that names nobody.
    pub fn timeline(
        &self,
        calendar: &Calendar,
        zone: Tz,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<Stretch> {
        self.layered(calendar, zone, (from, to), |layers| self.swept(layers, from, to))
    }

    /// Returns the shifts that begin within `from..to` and are held at all, by layer and start. Who holds the post for
    /// good has no shifts.
    pub fn shifts(
        &self,
        calendar: &Calendar,
        zone: Tz,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<Held> {
        // What outweighs a shift that begins in time may run on after it.
        let until = to + super::change::LONGEST;
        self.layered(calendar, zone, (from, until), |layers| {
            let mut weightier: Vec<Line<'_>> = Vec::new();
            let mut held = Vec::new();
            for (source, lines) in layers {
                let begins = lines.iter().filter(|line| (from..to).contains(&line.from));
                held.extend(begins.filter_map(|line| left_of(source, line, &weightier)));
                weightier.extend(lines);
                weightier.sort_by_key(|line| line.from);
            }
            held
        })
    }

    fn layered<T>(
        &self,
        calendar: &Calendar,
        zone: Tz,
        (from, to): (Timestamp, Timestamp),
        ask: impl FnOnce(Layers<'_>) -> T,
    ) -> T {
        let turns = self.post.rotations.turns(calendar, zone, from, to);
        let turn =
            turns.iter().map(|turn| Line { from: turn.from, to: turn.to, people: turn.crew });
        let table = self.table.range(from - self.longest..to).flat_map(|(_, shifts)| shifts);
        let table =
            table.map(|shift| Line { from: shift.from, to: shift.to, people: &shift.people });
        let changes = self.overrides.range(..to).map(|(_, change)| Line {
            from: change.from,
            to: change.to,
            people: &change.people,
        });
        let inside = |line: &Line<'_>| line.to > from;
        ask([
            (Source::Override, changes.filter(inside).collect()),
            (Source::Table, table.filter(inside).collect()),
            (Source::Rotation, turn.collect()),
        ])
    }

    fn swept(&self, layers: Layers<'_>, from: Timestamp, to: Timestamp) -> Vec<Stretch> {
        let lines = layers.iter().flat_map(|(_, lines)| lines);
        let edges = lines.flat_map(|line| [line.from, line.to]);
        let mut edges: BTreeSet<Timestamp> =
            edges.filter(|edge| (from..to).contains(edge)).collect();
        edges.insert(from);
        let mut layers = layers.map(|(source, lines)| Sweep {
            source,
            lines: lines.into_iter().peekable(),
            running: Vec::new(),
        });
        let mut stretches: Vec<Stretch> = Vec::new();
        for at in edges {
            layers.iter_mut().for_each(|layer| layer.advance(at));
            let top = layers.iter().find(|layer| !layer.running.is_empty());
            let permanent = Some(Source::Permanent).filter(|_| !self.post.holders.is_empty());
            let source = top.map(|layer| layer.source).or(permanent);
            let people: Vec<&PersonId> = match top {
                Some(layer) => layer.running.iter().flat_map(|line| line.people).collect(),
                None => self.post.holders.iter().collect(),
            };
            let people = once(people);
            let goes_on = |last: &Stretch| {
                last.source == source && last.people.iter().eq(people.iter().copied())
            };
            if stretches.last().is_some_and(goes_on) {
                continue;
            }
            if let Some(last) = stretches.last_mut() {
                last.to = at;
            }
            let people = people.into_iter().cloned().collect();
            stretches.push(Stretch { from: at, to, people, source });
        }
        stretches
    }
}

/// Returns what is left of a line once the time of all `weightier` ones is taken off; they come by start.
fn left_of(source: Source, line: &Line<'_>, weightier: &[Line<'_>]) -> Option<Held> {
    let (mut at, mut on_duty) = (line.from, Duration::ZERO);
    let (mut first, mut last) = (None, line.from);
    let mut keep = |from: Timestamp, to: Timestamp| {
        if from < to {
            first = first.or(Some(from));
            last = to;
            on_duty += to.since(from);
        }
    };
    for other in weightier.iter().filter(|other| other.to > line.from && other.from < line.to) {
        keep(at, other.from);
        at = at.max(other.to);
    }
    keep(at, line.to);
    let people = once(line.people.iter().collect()).into_iter().cloned().collect();
    Some(Held { from: first?, to: last, on_duty, people, source })
}
