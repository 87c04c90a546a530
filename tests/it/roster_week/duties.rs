//! Changes of duty and changes of shift: what must come of each step, and what must hold between them.

use std::collections::BTreeSet;

use jiaoying::domain::{
    actor::Actor,
    callout::{obligation::Obligation, policy::CalloutKind},
    command::{AnswerKind, Command, GiveAnswer},
    handover::{Handover, Side},
    ids::{ObligationId, PersonId, PostId, SwapId},
    swap::{Swap, SwapEnd, SwapStep, Turn},
    time::Timestamp,
};

use super::week::{BOTH, Checked, POSTS, Week};

/// What has to come of a command about a change of duty.
#[derive(Debug, Clone, PartialEq)]
pub enum Came {
    Nothing,
    Taken(SwapId, PersonId),
    Ended(SwapId, SwapEnd),
}

/// What an obligation about an open change of duty is for.
enum About<'a> {
    Ask(&'a Swap, &'a PersonId),
    Approval(&'a Swap),
}

impl Week {
    fn about(&self, obligation: ObligationId) -> Option<About<'_>> {
        let open = self.board.swaps.iter().filter(|swap| swap.ended.is_none());
        for swap in open {
            if let Some(ask) = swap.asks.iter().find(|ask| ask.obligation == obligation) {
                return Some(About::Ask(swap, &ask.person));
            }
            if swap.taken.as_ref().is_some_and(|taken| taken.approval == Some(obligation)) {
                return Some(About::Approval(swap));
            }
        }
        None
    }

    fn to_come(&self, turn: &Turn) -> Turn {
        Turn { from: turn.from.max(self.now), ..turn.clone() }
    }

    fn may_still(&self, swap: &Swap, taker: &PersonId) -> bool {
        let other = swap.in_return.as_ref().map(|turn| self.to_come(turn));
        self.oracle.may_exchange(&swap.asker, taker, &self.to_come(&swap.turn), other.as_ref())
    }

    /// Tells whether a step with a change of duty is taken by the rules; the console may all.
    pub fn takes_swap(&self, actor: &Actor, step: &SwapStep) -> Option<bool> {
        let open = |id: &SwapId| self.board.swaps.get(*id).filter(|swap| swap.ended.is_none());
        let console = actor.person.is_none();
        match step {
            SwapStep::Ask(wish) => {
                let asker = wish.person.as_ref().or(actor.person.as_ref())?;
                self.oracle.takes_wish(wish, asker, self.now)
            }
            SwapStep::Approve(id) => Some(
                console
                    && open(id).is_some_and(|swap| {
                        swap.taken.as_ref().is_some_and(|taken| self.may_still(swap, &taken.person))
                    }),
            ),
            SwapStep::Refuse { swap, .. } => {
                Some(console && open(swap).is_some_and(|swap| swap.taken.is_some()))
            }
            SwapStep::Withdraw { swap, .. } => Some(
                open(swap)
                    .is_some_and(|swap| console || actor.person.as_ref() == Some(&swap.asker)),
            ),
        }
    }

    /// Tells whether a yes is taken by the rules; of anything else they say nothing here.
    pub fn takes_answer(&self, actor: &Actor, given: &GiveAnswer) -> Option<bool> {
        let person = actor.person.as_ref()?;
        let obligation = self.board.callouts.obligation(given.obligation)?;
        if given.answer != AnswerKind::Acknowledged || !obligation.state.is_open() {
            return None;
        }
        match self.about(given.obligation)? {
            About::Ask(swap, asked) => Some(self.may_still(swap, asked)),
            About::Approval(swap) => {
                let taker = &swap.taken.as_ref()?.person;
                let part = swap.asker == *person || swap.asks.iter().any(|a| a.person == *person);
                Some(!part && self.may_still(swap, taker))
            }
        }
    }

    /// Tells what must come of a command if it is taken.
    pub fn foreseen(&self, actor: &Actor, command: &Command) -> Came {
        match command {
            Command::Swap(SwapStep::Approve(id)) => Came::Ended(*id, SwapEnd::Approved),
            Command::Swap(SwapStep::Refuse { swap, .. }) => Came::Ended(*swap, SwapEnd::Refused),
            Command::Swap(SwapStep::Withdraw { swap, .. }) => {
                Came::Ended(*swap, SwapEnd::Withdrawn)
            }
            Command::Answer(given) => self.foreseen_answer(actor, given),
            _ => Came::Nothing,
        }
    }

    fn foreseen_answer(&self, actor: &Actor, given: &GiveAnswer) -> Came {
        let obligation = self.board.callouts.obligation(given.obligation);
        let repeated = obligation.is_some_and(|o| {
            let own = |o: &Obligation| {
                o.answer.as_ref().map(|answer| &answer.person) == Some(&actor.person)
            };
            !o.state.is_open() && given.answer == AnswerKind::Acknowledged && own(o)
        });
        if repeated {
            return Came::Nothing;
        }
        match (self.about(given.obligation), given.answer) {
            (Some(About::Ask(swap, _)), AnswerKind::Acknowledged) if self.unapproved => {
                Came::Ended(swap.id, SwapEnd::Approved)
            }
            (Some(About::Ask(swap, asked)), AnswerKind::Acknowledged) => {
                Came::Taken(swap.id, asked.clone())
            }
            (Some(About::Ask(swap, asked)), AnswerKind::Declined) => {
                let took = swap.taken.as_ref().is_some_and(|taken| taken.person == *asked);
                let mut others = swap.asks.iter().filter(|ask| ask.person != *asked);
                match took || swap.taken.is_none() && others.all(|ask| ask.declined) {
                    true => Came::Ended(swap.id, SwapEnd::Nobody),
                    false => Came::Nothing,
                }
            }
            (Some(About::Approval(swap)), AnswerKind::Acknowledged) => {
                Came::Ended(swap.id, SwapEnd::Approved)
            }
            (Some(About::Approval(swap)), AnswerKind::Declined) => {
                Came::Ended(swap.id, SwapEnd::Refused)
            }
            (None, _) => Came::Nothing,
        }
    }

    /// Sees what has come of changes of duty: what was foreseen and nothing else, or by time alone where `foreseen` is
    /// nothing. What is approved changes the roster.
    pub fn follow_swaps(&mut self, foreseen: Option<Came>) -> Checked {
        let swaps: Vec<Swap> = self.board.swaps.iter().cloned().collect();
        for swap in &swaps {
            if swap.ended.is_none() && !self.oracle.swaps.contains_key(&swap.id) {
                self.counts.asked += 1;
                let asked = (swap.asker.clone(), swap.turn.clone(), swap.in_return.clone());
                self.oracle.swaps.insert(swap.id, asked);
            }
            let ended = swap.ended.as_ref().map(|ended| ended.end);
            let Some(end) = ended else {
                if matches!(&foreseen, Some(Came::Ended(id, _)) if *id == swap.id) {
                    return Err(format!("{foreseen:?}, but {} goes on", swap.id));
                }
                continue;
            };
            let Some((asker, turn, in_return)) = self.oracle.swaps.remove(&swap.id) else {
                continue;
            };
            let lapsed = foreseen.is_none() && end == SwapEnd::Lapsed && swap.lapses_at <= self.now;
            if foreseen != Some(Came::Ended(swap.id, end)) && !lapsed {
                return Err(format!("{foreseen:?}, but {} ended: {end:?}", swap.id));
            }
            match end {
                SwapEnd::Approved => self.counts.approved += 1,
                SwapEnd::Lapsed => self.counts.lapsed += 1,
                SwapEnd::Refused | SwapEnd::Nobody | SwapEnd::Withdrawn => {
                    self.counts.ended_otherwise += 1;
                }
            }
            if end == SwapEnd::Approved {
                let taker = &swap.taken.as_ref().ok_or("approved, and nobody had taken it")?.person;
                self.hand(&turn, &asker, taker);
                in_return.iter().for_each(|turn| self.hand(turn, taker, &asker));
            }
        }
        if let Some(Came::Taken(id, taker)) = &foreseen {
            let swap = swaps.iter().find(|swap| swap.id == *id);
            let taken = swap.and_then(|swap| swap.taken.as_ref()).map(|taken| &taken.person);
            if taken != Some(taker) {
                return Err(format!("{taker} said yes, but {taken:?} has {id}"));
            }
        }
        Ok(())
    }

    /// Who was on duty until now was on duty, whatever is agreed.
    fn hand(&mut self, turn: &Turn, giver: &PersonId, taker: &PersonId) {
        let Turn { post, from, to } = self.to_come(turn);
        if from < to {
            self.oracle.layers(&post).hand((from, to), giver, taker);
        }
    }

    /// What must hold of changes of duty and of shift at any time.
    pub fn check_duties(&self) -> Checked {
        self.check_swaps()?;
        for handover in self.board.handovers.iter() {
            let checked = self.check_handover(handover);
            checked.map_err(|wrong| format!("{wrong}: {handover:?}"))?;
        }
        for post in [POSTS[0], POSTS[1]] {
            self.check_post(&post.parse().unwrap())?;
        }
        Ok(())
    }

    fn is_open(&self, obligation: ObligationId) -> bool {
        self.board.callouts.obligation(obligation).is_some_and(|known| known.state.is_open())
    }

    /// Nobody is asked about what is over, and whoever is asked is asked about something.
    fn check_swaps(&self) -> Checked {
        let mut asked = BTreeSet::new();
        for swap in self.board.swaps.iter() {
            let approval = swap.taken.iter().filter_map(|taken| taken.approval);
            for obligation in swap.asks.iter().map(|ask| ask.obligation).chain(approval) {
                if swap.ended.is_some() && self.is_open(obligation) {
                    return Err(format!("{obligation} is open, and {} is over", swap.id));
                }
                asked.insert(obligation);
            }
            let waits = swap.ended.is_none() && swap.taken.is_none();
            let mut still = swap.asks.iter().filter(|ask| !ask.declined);
            if waits && !still.any(|ask| self.is_open(ask.obligation)) {
                return Err(format!("{} is open and nobody is asked", swap.id));
            }
            if swap.ended.is_none() && swap.lapses_at <= self.now {
                return Err(format!("{} should have lapsed", swap.id));
            }
        }
        let about_swaps = |o: &&Obligation| {
            let callout = self.board.callouts.get(o.callout);
            callout.is_some_and(|callout| callout.kind == CalloutKind::Swap)
        };
        let mut all = self.board.callouts.obligations().filter(about_swaps);
        match all.find(|o| !asked.contains(&o.id)) {
            Some(stray) => Err(format!("{} is about no change of duty", stray.id)),
            None => Ok(()),
        }
    }

    fn check_handover(&self, handover: &Handover) -> Checked {
        let signed = |side| handover.signature(side).is_some();
        let missing = |side| !signed(side) && !handover.people(side).is_empty();
        let open = self.board.handovers.open().any(|open| open.id == handover.id);
        if open != handover.is_open() {
            return Err("open in one place and not in the other".into());
        }
        let called = handover.calls.iter().filter(|call| self.is_open(call.obligation));
        for call in called {
            if !open || signed(call.side) {
                return Err(format!("{} still calls", call.obligation));
            }
        }
        if !open {
            return Ok(());
        }
        if !missing(Side::Incoming) && !missing(Side::Outgoing) {
            return Err("is open and nobody has to sign".into());
        }
        let (_, on_duty) = self.oracle.posts[&handover.post].who(self.now);
        let coming = if handover.due { &handover.incoming } else { &handover.outgoing };
        if !on_duty.is_empty() && !same(coming, &on_duty) {
            return Err(format!("is open, and {on_duty:?} are on duty"));
        }
        let last = self.board.handovers.last(&handover.post).map(|last| last.id);
        let before = !handover.due && handover.at <= self.now;
        if last != Some(handover.id) || before {
            return Err("has been passed by".into());
        }
        Ok(())
    }

    /// Whoever is on duty is there, or is asked to sign; and is rung with those before him until somebody has signed.
    fn check_post(&self, post: &PostId) -> Checked {
        let layers = &self.oracle.posts[post];
        let (_, on_duty) = layers.who(self.now);
        let staffing = self.board.roster.get(post).ok_or("a post is lost")?;
        let rung = self.board.at_post(staffing, self.now).people;
        let wrong = |what| Err(format!("{post} at {}: {what} {on_duty:?}, {rung:?}", self.now));
        if !on_duty.iter().all(|person| rung.contains(person)) {
            return wrong("who is on duty is not rung");
        }
        if rung.iter().collect::<BTreeSet<_>>().len() != rung.len() {
            return wrong("somebody is rung twice");
        }
        let edges = layers.edges();
        let last = edges.iter().rev().find(|edge| **edge <= self.now);
        if last.is_none_or(|last| *last + BOTH <= self.now) && rung != on_duty {
            return wrong("somebody is rung who has long gone");
        }
        let there = self.board.handovers.there(post);
        let open = self.board.handovers.last(post).filter(|last| last.is_open() && last.due);
        // Whoever signs early for the next change passes the last one by.
        let last = self.board.handovers.last(post);
        let asked = last.is_some_and(|last| !last.due || last.passed || last.taken.is_none());
        if !on_duty.is_empty() && there.is_some_and(|there| !same(there, &on_duty)) && !asked {
            return wrong("nobody signs for those who are there");
        }
        let untaken = open.filter(|open| open.taken.is_none() && self.now < open.at + BOTH);
        let unsigned = untaken.filter(|open| changed_at(layers, open.at));
        if unsigned.is_some_and(|open| !open.outgoing.iter().all(|one| rung.contains(one))) {
            return wrong("who went is not rung before anybody has signed");
        }
        Ok(())
    }
}

/// Tells whether other people come on duty just then.
fn changed_at(layers: &super::layers::Layers, at: Timestamp) -> bool {
    let before = Timestamp::from_millis(at.millis() - 1);
    layers.who(before).1 != layers.who(at).1
}

fn same(one: &[PersonId], other: &[PersonId]) -> bool {
    one.iter().collect::<BTreeSet<_>>() == other.iter().collect::<BTreeSet<_>>()
}
