//! What becomes of supplies by the passing of time: promises that nobody has used end, and paper falls due.

use compact_str::CompactString;

use super::{
    movement::Stage,
    step::{everything, release},
};
use crate::domain::{decision::Draft, event::ReleaseReason};

/// Movements dealt with in one command; the rest are still due and come with the next.
const DUE_LIMIT: usize = 2_000;

impl Draft<'_> {
    /// Lets promises end and paper fall due.
    pub(in crate::domain) fn elapse_supplies(&mut self) {
        let (board, now) = (self.board, self.now);
        let due = board.supplies.deadlines.iter().take_while(|(at, _)| *at <= now);
        let mut due: Vec<_> = due.take(DUE_LIMIT).map(|(_, id)| *id).collect();
        due.sort_unstable();
        due.dedup();
        for movement in due.into_iter().filter_map(|id| board.supplies.movement(id)) {
            if movement.is_held() && movement.hold_until <= now {
                let parts = everything(movement, Stage::Held);
                let note = CompactString::default();
                self.push(release(movement, &parts, ReleaseReason::Expired, note));
            }
            if !movement.overdue && movement.paper_due().is_some_and(|due| due <= now) {
                self.miss_paper(movement);
            }
        }
    }
}
