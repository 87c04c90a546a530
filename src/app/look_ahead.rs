//! The look ahead over the roster beside the board: after every change that may concern it and once a minute, so that a
//! gap is known while there is time to fill it, and whoever has the next shift knows of it.
//!
//! Every node looks, and what one has told is known to the others by the board.

use std::time::Duration;

use super::occasions::Occasions;
use crate::{
    dispatcher::{Handle, SubmitError},
    domain::{
        actor::Actor,
        board::Board,
        command::Command,
        duty_reminder::Coming,
        event::{Event, SwapEvent},
        flaw::LookAhead,
        ids::AreaCode,
        roster::Outlook,
    },
};

const DAY: Duration = Duration::from_secs(24 * 3_600);
/// Longest time between two looks: what lies ahead comes nearer by itself.
const EVERY: Duration = Duration::from_secs(60);

/// Whoever looks ahead.
pub(super) struct Watch {
    board: Handle,
    occasions: Occasions,
}

impl Watch {
    pub fn new(board: &Handle) -> Self {
        Self { board: board.clone(), occasions: Occasions::new(board, EVERY, may_change) }
    }

    /// Looks until the board is gone.
    pub async fn run(mut self) {
        while self.occasions.next().await.is_some() {
            match self.look().await {
                Ok(()) => {}
                Err(SubmitError::Stopped) => return,
                Err(error) => {
                    tracing::warn!(%error, "what is wrong with the roster ahead is not on the record yet");
                }
            }
        }
    }

    /// Tells the board what it does not know yet. A county's month is reckoned away from the sockets.
    async fn look(&self) -> Result<(), SubmitError> {
        let now = self.board.now();
        let taken = self.board.read(move |board| {
            let care = board.callouts.policies().and_then(|set| set.roster.clone());
            let area = board.jurisdiction().unwrap_or(AreaCode::UNSET);
            care.map(|care| (care, area, Outlook::of(board).doubting(board.doubts(now))))
        });
        let Some((care, area, outlook)) = taken.await? else { return Ok(()) };
        let until = now + DAY * u32::from(care.ahead_days);
        let look = tokio::task::spawn_blocking(move || {
            let coming = Coming::of(&outlook, &care, now);
            (LookAhead::of(outlook.inspect(area, now, until), &care), coming)
        });
        let (look, coming) = match look.await {
            Ok(seen) => seen,
            Err(error) => {
                tracing::error!(%error, "a look at the roster ahead broke off");
                return Ok(());
            }
        };
        let asked = look.clone();
        let is_known = move |board: &Board| asked.is_known(board, now);
        if !self.board.read(is_known).await? {
            self.board.submit(Actor::node(area), Command::NoteFlaws(look)).await?;
        }
        let asked = coming.clone();
        let is_known = move |board: &Board| asked.is_known(board, now);
        if !self.board.read(is_known).await? {
            self.board.submit(Actor::node(area), Command::RemindOfDuties(coming)).await?;
        }
        Ok(())
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what is left out is seen within a minute")]
fn may_change(event: &Event) -> bool {
    match event {
        Event::PersonSaved(_)
        | Event::PostSaved(_)
        | Event::RotationSet(_)
        | Event::DutyTableSet(_)
        | Event::OverrideAdded(_)
        | Event::OverrideRemoved(_)
        | Event::CalendarAdopted(_)
        | Event::PoliciesAdopted(_)
        | Event::Leave(_) => true,
        Event::Swap(swap) => matches!(swap, SwapEvent::SwapEnded(_)),
        _ => false,
    }
}
