//! Steps with changes of duty: asked, taken, declined, approved, refused, taken back, and over by time.

use std::time::Duration;

use compact_str::CompactString;

use super::{Ask, Exchange, Swap, SwapEnd, SwapFault, Turn, ask::Approver};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::Reply,
    decision::{Decision, Draft},
    event::{SwapAsked, SwapDeclined, SwapEnded, SwapTaken},
    ids::{ObligationId, PersonId, PostId, SwapId},
    rejection::Rejection,
    roster::{RosterFault, change::LONGEST},
    time::Timestamp,
};

/// Longest reason, in characters.
const REASON_LIMIT: usize = 200;
/// Most colleagues that are asked at once where none is named.
const ASKED_MAX: usize = 20;
/// Longest time in which colleagues may answer; the desk finds somebody after that.
const ANSWER_WITHIN: Duration = Duration::from_secs(48 * 3_600);
/// Shortest time in which they may, for a duty that is about to begin.
const ANSWER_AT_LEAST: Duration = Duration::from_secs(30 * 60);

/// What somebody does about a change of duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SwapStep {
    Ask(AskSwap),
    Approve(SwapId),
    Refuse { swap: SwapId, note: CompactString },
    Withdraw { swap: SwapId, note: CompactString },
}

/// Asks colleagues to take a duty over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskSwap {
    /// Whose duty it is; the actor's own when left out.
    pub person: Option<PersonId>,
    pub turn: Turn,
    /// Whom to ask; everybody who holds the post at other times when empty.
    pub ask: Vec<PersonId>,
    /// What is taken over for it.
    pub in_return: Option<Turn>,
    pub reason: CompactString,
}

/// Decides a step with changes of duty.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    step: &SwapStep,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    match step {
        SwapStep::Ask(wanted) => {
            let id = draft.ask_swap(actor, wanted)?;
            return Ok(draft.finish(Reply::Swap { id }));
        }
        SwapStep::Approve(id) => {
            let (swap, taker) = taken(board, actor, *id)?;
            board.check_swap(swap, taker, draft.now)?;
            draft.approve(swap, taker, None);
        }
        SwapStep::Refuse { swap, note } => {
            let (swap, _) = taken(board, actor, *swap)?;
            short("note", note)?;
            draft.end_swap(swap, SwapEnd::Refused, None, note);
        }
        SwapStep::Withdraw { swap, note } => {
            let swap = open(board, *swap)?;
            short("note", note)?;
            let own = actor.person.as_ref() == Some(&swap.asker);
            let desk = actor.role.may(Capability::OverrideRoster) && actor.sees(swap.area);
            if !own && !desk {
                return Err(SwapFault::NotYours(swap.id).into());
            }
            draft.end_swap(swap, SwapEnd::Withdrawn, None, note);
        }
    }
    Ok(draft.finish(Reply::Done))
}

/// Returns an open swap that `actor` may decide on, and who takes it.
fn taken<'b>(
    board: &'b Board,
    actor: &Actor,
    id: SwapId,
) -> Result<(&'b Swap, &'b PersonId), Rejection> {
    require(actor, Capability::OverrideRoster)?;
    let swap = open(board, id)?;
    if !actor.sees(swap.area) {
        return Err(Rejection::OutsideArea(swap.area));
    }
    if actor.person.as_ref().is_some_and(|person| swap.concerns(person)) {
        return Err(SwapFault::OwnSwap(id).into());
    }
    let taken = swap.taken.as_ref().ok_or(SwapFault::NotTaken(id))?;
    Ok((swap, &taken.person))
}

fn open(board: &Board, id: SwapId) -> Result<&Swap, SwapFault> {
    let swap = board.swaps.get(id).ok_or(SwapFault::Unknown(id))?;
    if swap.is_open() { Ok(swap) } else { Err(SwapFault::Over(id)) }
}

fn short(field: &'static str, text: &str) -> Result<(), Rejection> {
    let fits = text.chars().count() <= REASON_LIMIT;
    if fits { Ok(()) } else { Err(Rejection::TooLong { field, limit: REASON_LIMIT }) }
}

impl Turn {
    /// Returns what of it is still to come.
    pub(super) fn to_come(&self, now: Timestamp) -> Result<Self, SwapFault> {
        let from = self.from.max(now);
        if self.to <= self.from {
            return Err(SwapFault::EndsBeforeStart);
        }
        if self.to <= from {
            return Err(SwapFault::Past);
        }
        if self.to.since(from) > LONGEST {
            return Err(SwapFault::TooLong);
        }
        Ok(Self { post: self.post.clone(), from, to: self.to })
    }
}

impl Board {
    /// Returns whose duty it is: the actor's own, or whosever the desk names.
    pub(super) fn asker(
        &self,
        actor: &Actor,
        person: Option<&PersonId>,
        post: &PostId,
    ) -> Result<PersonId, Rejection> {
        if self.roster.get(post).is_none() {
            return Err(RosterFault::UnknownPost(post.clone()).into());
        }
        match (person, &actor.person) {
            (Some(person), own) if own.as_ref() != Some(person) => {
                require(actor, Capability::OverrideRoster)?;
                if !actor.sees(post.area) {
                    return Err(Rejection::OutsideArea(post.area));
                }
                Ok(person.clone())
            }
            (_, Some(own)) => Ok(own.clone()),
            (_, None) => Err(SwapFault::Whose.into()),
        }
    }

    /// Tells whether a change of duty may be answered so by `person`, as the roster stands now.
    pub(in crate::domain) fn may_answer_swap(
        &self,
        obligation: ObligationId,
        person: Option<&PersonId>,
        now: Timestamp,
    ) -> Result<(), SwapFault> {
        let Some(swap) = self.swaps.about(obligation) else { return Ok(()) };
        match swap.still_asked().find(|ask| ask.obligation == obligation) {
            Some(ask) => self.check_swap(swap, &ask.person, now),
            None => {
                let Some(taken) = &swap.taken else { return Ok(()) };
                if taken.approval != Some(obligation) {
                    return Ok(());
                }
                if person.is_some_and(|person| swap.concerns(person)) {
                    return Err(SwapFault::OwnSwap(swap.id));
                }
                self.check_swap(swap, &taken.person, now)
            }
        }
    }

    /// Tells whether an answered obligation is about a change of duty that is still open.
    pub(in crate::domain) fn wants_swap(&self, obligation: ObligationId) -> bool {
        self.swaps.about(obligation).is_some()
    }
}

impl Draft<'_> {
    fn ask_swap(&mut self, actor: &Actor, wanted: &AskSwap) -> Result<SwapId, Rejection> {
        let board = self.board;
        let asker = board.asker(actor, wanted.person.as_ref(), &wanted.turn.post)?;
        short("reason", &wanted.reason)?;
        let turn = wanted.turn.to_come(self.now)?;
        let in_return = wanted.in_return.as_ref().map(|turn| turn.to_come(self.now)).transpose()?;
        if in_return.is_some() && wanted.ask.len() != 1 {
            return Err(SwapFault::OneForOne.into());
        }
        let overlap = |other: &Turn| other.post == turn.post && other.meets(turn.from, turn.to);
        if in_return.as_ref().is_some_and(overlap) {
            return Err(SwapFault::Overlapping.into());
        }
        let mut same = board.swaps.open().filter(|swap| swap.asker == asker);
        if let Some(same) = same.find(|swap| overlap(&swap.turn)) {
            return Err(SwapFault::Already(same.id).into());
        }
        let mut people = wanted.ask.clone();
        if people.is_empty() {
            let able = board.colleagues(&asker, &turn).into_iter();
            let able = able.filter(|colleague| colleague.obstacle.is_none()).take(ASKED_MAX);
            people = able.map(|colleague| colleague.person).collect();
        }
        if people.is_empty() {
            return Err(SwapFault::NobodyLeft(turn.post).into());
        }
        let exchange = Exchange { asker: &asker, turn: &turn, in_return: in_return.as_ref() };
        people.iter().try_for_each(|person| board.check_exchange(exchange, person))?;
        let reason: CompactString = wanted.reason.trim().into();
        let asks = self.ask_colleagues(exchange, &people, &reason)?;
        let (id, area) = (SwapId(board.swaps.next_id()), turn.post.area);
        let lapses_at = self.lapse(&turn, in_return.as_ref());
        self.push(SwapAsked { id, area, asker, turn, in_return, asks, reason, lapses_at });
        Ok(id)
    }

    /// Until when colleagues may answer: before the first of the turns begins, where that leaves them time.
    fn lapse(&self, turn: &Turn, in_return: Option<&Turn>) -> Timestamp {
        let first = in_return.map_or(turn.from, |other| other.from.min(turn.from));
        let last = in_return.map_or(turn.to, |other| other.to.min(turn.to));
        let least = (self.now + ANSWER_AT_LEAST).min(last);
        first.clamp(least, self.now + ANSWER_WITHIN)
    }

    /// Does what an answer to an obligation about a change of duty means.
    pub(in crate::domain) fn swap_answered(
        &mut self,
        obligation: ObligationId,
        person: Option<&PersonId>,
    ) {
        let Some(swap) = self.board.swaps.about(obligation) else { return };
        if let Some(ask) = swap.still_asked().find(|ask| ask.obligation == obligation) {
            self.take_swap(swap, ask);
        } else if let Some(taken) = &swap.taken
            && taken.approval == Some(obligation)
        {
            self.approve(swap, &taken.person, person);
        }
    }

    /// One says yes: the others need not any more, and whoever approves is asked.
    fn take_swap(&mut self, swap: &Swap, by: &Ask) {
        for other in swap.still_asked().filter(|other| other.person != by.person) {
            self.settle(other.obligation);
        }
        let approver = self.board.approver(swap, self.now);
        let approval = match &approver {
            Approver::Holder(post) => self.ask_approver(swap, &by.person, post),
            Approver::Desk | Approver::Nobody => None,
        };
        let (id, area, person) = (swap.id, swap.area, by.person.clone());
        self.push(SwapTaken { id, area, person, approval });
        if matches!(approver, Approver::Nobody) {
            self.approve(swap, &by.person, None);
        }
    }

    fn approve(&mut self, swap: &Swap, taker: &PersonId, by: Option<&PersonId>) {
        self.exchange(swap, taker);
        self.end_swap_of(swap, taker, SwapEnd::Approved, by, "");
    }

    /// Somebody has answered that he cannot; tells whether it was about a change of duty.
    pub(in crate::domain) fn decline_swap(
        &mut self,
        obligation: ObligationId,
        person: &PersonId,
        note: &str,
    ) -> bool {
        let Some(swap) = self.board.swaps.about(obligation) else { return false };
        self.refuse_order(obligation);
        let Some(ask) = swap.asks.iter().find(|ask| ask.obligation == obligation) else {
            let note: String = note.chars().take(REASON_LIMIT).collect();
            self.end_swap(swap, SwapEnd::Refused, Some(person), &note);
            return true;
        };
        let (id, area, person) = (swap.id, swap.area, ask.person.clone());
        self.push(SwapDeclined { id, area, person });
        let took = swap.taken.as_ref().is_some_and(|taken| taken.person == ask.person);
        if took || swap.still_asked().all(|other| other.person == ask.person) {
            self.end_swap(swap, SwapEnd::Nobody, None, "");
        }
        true
    }

    fn end_swap(&mut self, swap: &Swap, end: SwapEnd, by: Option<&PersonId>, note: &str) {
        let taker = swap.taken.as_ref().map_or(&swap.asker, |taken| &taken.person);
        self.end_swap_of(swap, taker, end, by, note);
    }

    /// Ends it: nobody is asked about it any more, and those who have to know are told.
    fn end_swap_of(
        &mut self,
        swap: &Swap,
        taker: &PersonId,
        end: SwapEnd,
        by: Option<&PersonId>,
        note: &str,
    ) {
        for obligation in swap.obligations() {
            let known = self.board.callouts.obligation(obligation);
            if known.is_some_and(|known| known.state.is_open()) {
                self.settle(obligation);
            }
        }
        let (id, area, note) = (swap.id, swap.area, note.trim().into());
        self.push(SwapEnded { id, area, end, person: by.cloned(), note });
        let both = [&swap.asker, taker];
        match (end, &swap.taken) {
            (SwapEnd::Approved, _) => self.tell_parties(swap, &both, "换班已生效"),
            (SwapEnd::Refused, _) => self.tell_parties(swap, &both, "换班未获批准，仍按原值班表"),
            (SwapEnd::Nobody, _) => self.tell_parties(swap, &both[..1], "无人能替，仍由您值班"),
            (SwapEnd::Lapsed, None) => {
                self.tell_parties(swap, &both[..1], "无人答应换班，仍由您值班");
            }
            (SwapEnd::Lapsed, Some(_)) => {
                self.tell_parties(swap, &both, "换班未及批准，仍按原值班表");
            }
            (SwapEnd::Withdrawn, Some(_)) => {
                self.tell_parties(swap, &both[1..], "换班已撤回，仍按原值班表");
            }
            (SwapEnd::Withdrawn, None) => {}
        }
    }

    /// Ends what nobody has taken, or approved, in time.
    pub(in crate::domain) fn elapse_swaps(&mut self) {
        let (board, now) = (self.board, self.now);
        for swap in board.swaps.open().filter(|swap| swap.lapses_at <= now) {
            self.end_swap(swap, SwapEnd::Lapsed, None, "");
        }
    }
}
