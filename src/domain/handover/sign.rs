//! Signing for a post: on one's own page, by answering the call to sign, or at the desk for somebody who is there.

use std::time::Duration;

use super::{Handover, Side};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::Reply,
    decision::{Decision, Draft},
    event::{HandoverOpened, HandoverSigned},
    ids::{ObligationId, PersonId, PostId},
    rejection::Rejection,
    roster::RosterFault,
};

/// How long before a change of shift it may be signed.
const EARLY: Duration = Duration::from_secs(3_600);
/// Longest note, in characters.
const NOTE_LIMIT: usize = 2_000;

/// Signs for one side of a post's change of shift, the one that runs or the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignHandover {
    pub post: PostId,
    pub side: Side,
    /// Whose signature it is, where the desk enters it; the actor's own when left out.
    pub person: Option<PersonId>,
    pub note: String,
}

/// Why a signature is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandoverFault {
    #[error("{0} is not handed over by signature; see [handover] in the policies")]
    NotSigned(PostId),
    #[error("no change of shift at {0} within the next hour; sign when it is time")]
    NotYet(PostId),
    #[error("{0} has been signed for on that side already")]
    Already(PostId),
    #[error("only whoever is on that side of the change, or the desk for them, signs for {0}")]
    NotYours(PostId),
}

impl HandoverFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            HandoverFault::NotSigned(_) => "handover.not_signed",
            HandoverFault::NotYet(_) => "handover.not_yet",
            HandoverFault::Already(_) => "handover.already",
            HandoverFault::NotYours(_) => "handover.not_yours",
        }
    }

    /// Returns the field of the request that is at fault.
    pub fn field(&self) -> &'static str {
        match self {
            HandoverFault::NotSigned(_) | HandoverFault::NotYet(_) => "post",
            HandoverFault::Already(_) => "side",
            HandoverFault::NotYours(_) => "person",
        }
    }
}

/// Decides a signature.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    sign: &SignHandover,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    let SignHandover { post, side, note, .. } = sign;
    if board.roster.get(post).is_none() {
        return Err(RosterFault::UnknownPost(post.clone()).into());
    }
    if !board.handovers.watches(post) {
        return Err(HandoverFault::NotSigned(post.clone()).into());
    }
    if note.chars().count() > NOTE_LIMIT {
        return Err(Rejection::TooLong { field: "note", limit: NOTE_LIMIT });
    }
    let person = signer(board, actor, sign)?;
    let handover = draft.find_unsigned(post, *side, &person)?;
    draft.sign(&handover, *side, Some(person), note);
    for call in handover.calls.iter().filter(|call| call.side == *side) {
        draft.settle(call.obligation);
    }
    Ok(draft.finish(Reply::Handover { id: handover.id }))
}

/// Returns whose signature it is.
fn signer(board: &Board, actor: &Actor, sign: &SignHandover) -> Result<PersonId, Rejection> {
    let own = actor.person.as_ref();
    let nobody = || HandoverFault::NotYours(sign.post.clone());
    let person = sign.person.as_ref().or(own).ok_or_else(nobody)?;
    if own != Some(person) {
        require(actor, Capability::AnswerOnBehalf)?;
        if !actor.sees(sign.post.area) {
            return Err(Rejection::OutsideArea(sign.post.area));
        }
        if board.people.get(person).is_none() {
            return Err(Rejection::UnknownPerson { person: person.clone() });
        }
    }
    Ok(person.clone())
}

impl Draft<'_> {
    /// Returns the handover that `person` signs on a side: the one that runs, else the next, which is opened.
    fn find_unsigned(
        &mut self,
        post: &PostId,
        side: Side,
        person: &PersonId,
    ) -> Result<Handover, Rejection> {
        let last = self.board.handovers.last(post).filter(|last| !last.passed);
        let fits = |handover: &Handover| handover.people(side).contains(person);
        if let Some(last) = last.filter(|last| fits(last)) {
            if last.signature(side).is_none() {
                return Ok(last.clone());
            }
            if last.is_early() {
                return Err(HandoverFault::Already(post.clone()).into());
            }
        }
        if last.is_some_and(|last| last.is_early()) {
            return Err(HandoverFault::NotYours(post.clone()).into());
        }
        let signed = last.is_some_and(fits);
        let next = self.open_early(post);
        match next {
            Ok(next) if fits(&next) => Ok(next),
            _ if signed => Err(HandoverFault::Already(post.clone()).into()),
            Err(fault) if last.is_none_or(|last| !last.is_open()) => Err(fault),
            Ok(_) | Err(_) => Err(HandoverFault::NotYours(post.clone()).into()),
        }
    }

    /// Opens the next change of shift of a post before its time.
    fn open_early(&mut self, post: &PostId) -> Result<Handover, Rejection> {
        let not_yet = || HandoverFault::NotYet(post.clone());
        let board = self.board;
        let staffing = board.roster.get(post).ok_or_else(not_yet)?;
        let duty = board.on_duty(staffing, self.now);
        let at = duty.to.filter(|at| at.since(self.now) <= EARLY).ok_or_else(not_yet)?;
        let people = |people: Vec<&PersonId>| people.into_iter().cloned().collect::<Vec<_>>();
        let (outgoing, incoming) =
            (people(duty.people), people(board.on_duty(staffing, at).people));
        if incoming.is_empty() || outgoing == incoming {
            return Err(not_yet().into());
        }
        // The next one passes the last by, signed or not.
        self.settle_handover(board.handovers.last(post).filter(|last| last.is_open()));
        let (id, post, due) = (self.take_handover(), post.clone(), false);
        self.push(HandoverOpened {
            id,
            post: post.clone(),
            at,
            outgoing: outgoing.clone(),
            incoming: incoming.clone(),
            due,
            there: Vec::new(),
            calls: Vec::new(),
            look_at: None,
        });
        let (calls, handed, taken, passed) = (Vec::new(), None, None, false);
        Ok(Handover { id, post, at, outgoing, incoming, due, calls, handed, taken, passed })
    }

    fn sign(&mut self, handover: &Handover, side: Side, person: Option<PersonId>, note: &str) {
        let matters = self.board.matters(&handover.post);
        self.push(HandoverSigned {
            id: handover.id,
            post: handover.post.clone(),
            side,
            person,
            note: note.trim().to_owned(),
            matters,
        });
    }

    /// An answer to the call to sign is the signature, whoever gave it: the leader who was asked in the end signs for
    /// those who did not.
    pub(in crate::domain) fn handover_answered(
        &mut self,
        obligation: ObligationId,
        person: Option<&PersonId>,
        note: &str,
    ) {
        let Some((handover, side)) = self.board.handovers.about(obligation) else { return };
        if handover.signature(side).is_some() {
            return;
        }
        let note: String = note.chars().take(NOTE_LIMIT).collect();
        self.sign(handover, side, person.cloned(), &note);
        for call in &handover.calls {
            if call.side == side && call.obligation != obligation {
                self.settle(call.obligation);
            }
        }
    }
}

impl Board {
    /// Tells whether an obligation is about a handover that somebody still has to sign.
    pub(in crate::domain) fn wants_signature(&self, obligation: ObligationId) -> bool {
        self.handovers.about(obligation).is_some()
    }
}
