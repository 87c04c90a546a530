//! Handing a turn from one to another: the changes of the roster that do it, and what stands in the way.

use super::{Exchange, Obstacle, Swap, SwapFault, Turn};
use crate::domain::{
    board::Board,
    decision::Draft,
    event::{Event, OverrideAdded, OverrideRemoved},
    ids::PersonId,
    person::Channel,
    roster::{Override, Roster, Source, Staffing, Stretch},
    time::Timestamp,
};

impl Board {
    /// Tells whether `person` holds the post through the whole of `turn`.
    pub(super) fn holds(&self, roster: &Roster, person: &PersonId, turn: &Turn) -> bool {
        let staffing = roster.get(&turn.post);
        staffing.is_some_and(|staffing| {
            self.stretches(staffing, turn).iter().all(|held| held.people.contains(person))
        })
    }

    /// Returns what keeps `person` from taking `turn`, `instead` of which he is free.
    pub(in crate::domain) fn obstacle(
        &self,
        person: &PersonId,
        turn: &Turn,
        instead: Option<&Turn>,
    ) -> Option<Obstacle> {
        let Some(known) = self.people.get(person) else { return Some(Obstacle::Unknown) };
        if self.leaves.of(person, turn.from, turn.to).is_some() {
            return Some(Obstacle::OnLeave);
        }
        if !Channel::ALL.iter().any(|channel| known.has(*channel)) {
            return Some(Obstacle::Unreachable);
        }
        let given = |staffing: &Staffing, held: &Stretch| {
            instead.is_some_and(|given| {
                given.post == staffing.post.id && given.from <= held.from && held.to <= given.to
            })
        };
        let may_hold = |staffing: &&Staffing| staffing.everybody(false).any(|one| one == person);
        self.roster.iter().filter(may_hold).find_map(|staffing| {
            let there = staffing.post.id == turn.post;
            let held = self.stretches(staffing, turn).into_iter().find(|held| {
                // Whoever holds posts for good need not be at any of them.
                let taken = there || held.source != Some(Source::Permanent);
                taken && held.people.contains(person) && !given(staffing, held)
            });
            held.map(|_| match there {
                true => Obstacle::ThereAlready,
                false => Obstacle::AtOtherPost(staffing.post.id.clone()),
            })
        })
    }

    fn stretches(&self, staffing: &Staffing, turn: &Turn) -> Vec<Stretch> {
        staffing.timeline(&self.calendar, self.timezone(), turn.from, turn.to)
    }

    /// Returns why `person` cannot take over what is left of a swap, as the roster stands now.
    pub(super) fn check_swap(
        &self,
        swap: &Swap,
        person: &PersonId,
        now: Timestamp,
    ) -> Result<(), SwapFault> {
        let turn = swap.turn.to_come(now)?;
        let in_return = swap.in_return.as_ref().map(|turn| turn.to_come(now)).transpose()?;
        let asker = &swap.asker;
        self.check_exchange(Exchange { asker, turn: &turn, in_return: in_return.as_ref() }, person)
    }

    /// Returns why `person` cannot take over what is asked for, as the roster stands now.
    pub(super) fn check_exchange(
        &self,
        Exchange { asker, turn, in_return }: Exchange<'_>,
        person: &PersonId,
    ) -> Result<(), SwapFault> {
        let on_duty = |person: &PersonId, turn: &Turn| {
            let (post, from) = (turn.post.clone(), turn.from);
            let fault = SwapFault::NotOnDuty { person: person.clone(), post, from };
            if self.holds(&self.roster, person, turn) { Ok(()) } else { Err(fault) }
        };
        let free = |person: &PersonId, turn: &Turn, instead: Option<&Turn>| {
            let obstacle = self.obstacle(person, turn, instead);
            obstacle.map_or(Ok(()), |obstacle| {
                Err(SwapFault::Cannot { person: person.clone(), obstacle })
            })
        };
        on_duty(asker, turn)?;
        free(person, turn, in_return)?;
        if let Some(other) = in_return {
            on_duty(person, other)?;
            free(asker, other, Some(turn))?;
        }
        Ok(())
    }
}

impl Draft<'_> {
    /// Changes the roster so that `taker` has the turn and, in an exchange, the asker his. Who was on duty until now
    /// stays on record.
    pub(super) fn exchange(&mut self, swap: &Swap, taker: &PersonId) {
        let mut roster = self.board.roster.clone();
        let name = |person: &PersonId| {
            let known = self.board.people.get(person);
            known.map_or_else(|| person.as_str().into(), |person| person.name.clone())
        };
        let (asker, other) = (name(&swap.asker), name(taker));
        let kind = if swap.in_return.is_some() { "串班" } else { "代班" };
        let reason = format!("{kind} {}：{asker} ⇄ {other}", swap.id);
        let turns = [
            (Some(&swap.turn), (&swap.asker, taker)),
            (swap.in_return.as_ref(), (taker, &swap.asker)),
        ];
        for (turn, hands) in turns {
            if let Some(Ok(turn)) = turn.map(|turn| turn.to_come(self.now)) {
                self.hand(&mut roster, &turn, hands, &reason);
            }
        }
    }

    /// Puts one in the other's place through `turn`.
    fn hand(
        &mut self,
        roster: &mut Roster,
        turn: &Turn,
        (giver, taker): (&PersonId, &PersonId),
        reason: &str,
    ) {
        self.relay(roster, turn, reason, |people| {
            let instead = |person| if person == *giver { taker.clone() } else { person };
            people.into_iter().map(instead).collect()
        });
    }

    /// Puts others on duty through `turn`, as `change` makes them of who is on duty then; what of older changes lies
    /// outside it stays.
    pub(in crate::domain) fn relay(
        &mut self,
        roster: &mut Roster,
        turn: &Turn,
        reason: &str,
        change: impl Fn(Vec<PersonId>) -> Vec<PersonId>,
    ) {
        let Some(staffing) = roster.get(&turn.post).cloned() else { return };
        let held = self.board.stretches(&staffing, turn);
        for old in staffing.overrides().filter(|old| turn.meets(old.from, old.to)) {
            let (id, post) = (old.id, turn.post.clone());
            roster.remove_override(&post, id);
            self.push(Event::OverrideRemoved(OverrideRemoved { id, post }));
            for (from, to) in [(old.from, turn.from), (turn.to, old.to)] {
                if from < to {
                    let rest = Override { id: self.take_override(), from, to, ..old.clone() };
                    self.put(roster, rest);
                }
            }
        }
        for stretch in held {
            let mut people: Vec<PersonId> = Vec::new();
            for person in change(stretch.people) {
                if !people.contains(&person) {
                    people.push(person);
                }
            }
            let (post, id) = (turn.post.clone(), self.take_override());
            let (from, to, reason) = (stretch.from, stretch.to, reason.into());
            self.put(roster, Override { id, post, from, to, people, reason });
        }
    }

    fn put(&mut self, roster: &mut Roster, change: Override) {
        roster.add_override(change.clone());
        self.push(Event::OverrideAdded(OverrideAdded { change }));
    }
}
