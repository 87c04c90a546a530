//! What a change of the roster means to the rest of the board: who is being rung is looked up again, and so is who has
//! to sign for a post.

use super::{Calendar, Roster};
use crate::domain::{
    board::Board,
    event::{Entry, HandoverEvent},
    handover::Signing,
    ids::PostId,
    time::Timestamp,
};

impl Board {
    /// Changes who holds `post`; whoever is being rung as its holder is looked up again.
    pub(in crate::domain) fn staff(
        &mut self,
        post: &PostId,
        entry: &Entry,
        change: impl FnOnce(&mut Roster),
    ) {
        change(&mut self.roster);
        self.roster.note_change(post, entry.seq);
        self.callouts.recheck(post, entry.at);
        let signing = self.callouts.policies().and_then(|set| set.handover.as_ref());
        self.handovers.look_again(post, signing, entry.at);
    }

    /// Looks again at every post: others may have to be signed for than before.
    pub(in crate::domain) fn look_at_posts(&mut self, at: Timestamp) {
        let signing: Option<&Signing> =
            self.callouts.policies().and_then(|set| set.handover.as_ref());
        for staffing in self.roster.iter() {
            self.handovers.look_again(&staffing.post.id, signing, at);
        }
    }

    /// Who is called at a post that is handed over is another question once somebody has signed.
    pub(in crate::domain) fn apply_handover(&mut self, event: &HandoverEvent, entry: &Entry) {
        self.handovers.apply(event, entry);
        match event {
            HandoverEvent::HandoverSigned(signed) => self.callouts.recheck(&signed.post, entry.at),
            HandoverEvent::PostWatched(_) | HandoverEvent::HandoverOpened(_) => {}
        }
    }

    pub(in crate::domain) fn adopt_calendar(&mut self, calendar: &Calendar, at: Timestamp) {
        self.calendar = calendar.clone();
        for staffing in self.roster.iter().filter(|staffing| !staffing.post.rotations.is_empty()) {
            self.callouts.recheck(&staffing.post.id, at);
        }
        self.look_at_posts(at);
    }
}
