//! Climbing a ladder: who a rung turns out to be at this instant, and which rungs are passed over.

use super::{
    attempt::Planned,
    obligation::{Bearer, Obligation, SkipReason, Skipped, Step, Who},
    policy::{Ladder, Rung, Target, Then},
};
use crate::domain::{
    board::Board, decision::Draft, handover::AtPost, ids::PersonId, person::Channel,
    time::Timestamp,
};

/// Where climbing came to.
pub(super) enum Climb {
    Rung(Step),
    /// No rung is left that anybody could be reached by.
    End(Vec<Skipped>),
}

/// Whom a target names at an instant.
pub(super) struct Named {
    pub people: Vec<PersonId>,
    /// When the roster next changes there.
    pub until: Option<Timestamp>,
}

impl Draft<'_> {
    /// Finds the first rung from `from` on that reaches somebody, for an obligation of `bearer` that is
    /// about to be opened (`known` is `None`) or climbs on.
    pub(super) fn climb(
        &self,
        ladder: &Ladder,
        bearer: Bearer<'_>,
        known: Option<&Obligation>,
        from: usize,
    ) -> Climb {
        let rungs = ladder.rungs.iter().enumerate();
        let ahead = rungs.clone().skip(from);
        let again = rungs.take(if ladder.then == Then::Repeat { from } else { 0 });
        let mut skipped = Vec::new();
        for (number, rung) in ahead.chain(again) {
            let number = u8::try_from(number).unwrap_or(u8::MAX);
            match self.resolve(rung, bearer, known) {
                Ok(named) => {
                    return Climb::Rung(self.step(number, rung, known, named, skipped));
                }
                Err(reason) => skipped.push(Skipped { rung: number, reason }),
            }
        }
        match (ladder.then, ladder.rungs.first()) {
            // Nobody can be reached now; the roster is asked again when the first rung's wait is over.
            (Then::Repeat, Some(first)) => Climb::Rung(Step {
                rung: 0,
                people: Vec::new(),
                attempts: Vec::new(),
                due_at: self.now + first.wait_s,
                until: None,
                skipped,
            }),
            (Then::Repeat, None) | (Then::HandOver, _) => Climb::End(skipped),
        }
    }

    /// Asks the roster again who `rung` is, for an obligation that is being rung on it.
    pub(super) fn resolve_again(
        &self,
        obligation: &Obligation,
        rung: &Rung,
    ) -> (Vec<PersonId>, Option<Timestamp>) {
        match self.resolve(rung, obligation.bearer(), Some(obligation)) {
            Ok(named) => (named.people, named.until),
            Err(_) => (Vec::new(), None),
        }
    }

    /// Plans the attempts to `people` by every channel of `rung`.
    pub(super) fn attempts(
        &self,
        rung: &Rung,
        known: Option<&Obligation>,
        people: &[PersonId],
    ) -> Vec<Planned> {
        let mut number = known.map_or(0, Obligation::next_number);
        let mut planned = Vec::new();
        for person in people {
            for reach in &rung.reach {
                if reachable(self.board, person, reach.channel) {
                    planned.push(Planned {
                        number,
                        person: person.clone(),
                        channel: reach.channel,
                        after_ms: reach.after_s.0.saturating_mul(1000),
                        ordinal: known.map_or(0, |known| known.tries(person, reach.channel)),
                        notice: false,
                    });
                    number += 1;
                }
            }
        }
        planned
    }

    fn step(
        &self,
        number: u8,
        rung: &Rung,
        known: Option<&Obligation>,
        named: Named,
        skipped: Vec<Skipped>,
    ) -> Step {
        Step {
            rung: number,
            attempts: self.attempts(rung, known, &named.people),
            people: named.people,
            due_at: self.now + rung.wait_s,
            until: named.until,
            skipped,
        }
    }

    /// Returns those whom `rung` names now and who can be reached by its channels, or why nobody is.
    fn resolve(
        &self,
        rung: &Rung,
        bearer: Bearer<'_>,
        known: Option<&Obligation>,
    ) -> Result<Named, SkipReason> {
        let mut found = Named { people: Vec::new(), until: None };
        // The reason that came closest to reaching somebody is the one worth telling.
        let mut nearest = SkipReason::NoPost;
        for target in &rung.who {
            let Some(named) = self.named(target, bearer) else { continue };
            found.until = earlier(found.until, named.until);
            nearest = nearest.max(SkipReason::Gap);
            for person in named.people {
                let reached = rung.reach.iter().any(|r| reachable(self.board, &person, r.channel));
                if !reached {
                    nearest = nearest.max(SkipReason::NoChannel);
                } else if known.is_some_and(|known| self.refuses(known, &person)) {
                    nearest = nearest.max(SkipReason::Declined);
                } else if !found.people.contains(&person) {
                    found.people.push(person);
                }
            }
        }
        if found.people.is_empty() { Err(nearest) } else { Ok(found) }
    }

    /// Returns whom `target` means for an obligation of `bearer`, if the county has such a post or unit.
    pub(super) fn named(&self, target: &Target, bearer: Bearer<'_>) -> Option<Named> {
        match bearer.who {
            Who::Unit(unit) if target.is_own() => {
                let people = self.board.units.get(unit)?.answering(target.deputies);
                return Some(Named { people: people.cloned().collect(), until: None });
            }
            Who::Person(person) if target.is_own() => {
                let people = if target.deputies { Vec::new() } else { vec![person.clone()] };
                return Some(Named { people, until: None });
            }
            Who::Holder | Who::Unit(_) | Who::Person(_) => {}
        }
        let post = target.post(bearer.post)?;
        let staffing = self.board.roster.get(&post)?;
        if target.deputies {
            return Some(Named { people: staffing.post.deputies.clone(), until: None });
        }
        let AtPost { people, until } = self.board.at_post(staffing, self.now);
        Some(Named { people, until })
    }
}

impl Board {
    /// Tells whether `person` is one whom `bearer` means at `at`.
    pub(in crate::domain) fn bears(
        &self,
        bearer: Bearer<'_>,
        person: &PersonId,
        at: Timestamp,
    ) -> bool {
        match bearer.who {
            Who::Unit(unit) => self.units.get(unit).is_some_and(|unit| unit.has(person)),
            Who::Person(one) => one == person,
            Who::Holder => {
                let staffing = self.roster.get(bearer.post);
                staffing.is_some_and(|staffing| self.at_post(staffing, at).people.contains(person))
            }
        }
    }
}

/// Tells whether `person` has an address on `channel` and the channel exists here.
pub(super) fn reachable(board: &Board, person: &PersonId, channel: Channel) -> bool {
    let has = board.people.get(person).is_some_and(|person| person.has(channel));
    has && board.callouts.lines(channel).is_some_and(|lines| lines.lines > 0)
}

fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
