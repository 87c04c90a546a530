//! The next rung, or a human: what happens when nobody of a rung has answered or can.

use super::{
    errand::Subject,
    ladder::Climb,
    obligation::{EscalateReason, Obligation},
};
use crate::domain::{decision::Draft, event::ObligationEscalated};

impl Draft<'_> {
    /// Rings the next rung, or hands the obligation over when there is none.
    pub(super) fn advance(&mut self, obligation: &Obligation, reason: EscalateReason) {
        let board = self.board;
        let Some(terms) = board.callouts.terms(obligation) else { return };
        let Some(ladder) = board.callouts.ladder(obligation) else { return };
        let reopened = i64::from(!obligation.state.is_open());
        self.touch(obligation.id, obligation.callout, reopened);
        let from = obligation.rung;
        match self.climb(ladder, obligation.bearer(), Some(obligation), usize::from(from) + 1) {
            Climb::Rung(step) => self.push(ObligationEscalated {
                id: obligation.id,
                callout: obligation.callout,
                post: obligation.post.clone(),
                was: obligation.state.name(),
                from,
                reason,
                step,
            }),
            Climb::End(skipped) => {
                self.hand_over(&Subject::of(obligation), terms, reason, skipped);
            }
        }
    }
}
