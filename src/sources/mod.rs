//! Sources of warnings: where they are asked, when each was heard last, and what of them was not understood.
//!
//! Invariant: a source is heard only when it answers with something that can be understood. Who is not heard for
//! longer than the settings say is handed to whoever tells the board: no news is not good news.

mod cap_feed;
mod fetch;
mod folder;
mod intake;
mod list;
mod memory;
mod registry;
mod round;
mod settings;

use std::{sync::Arc, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{fetch::Fetcher, intake::Intake, round::Rounds};
pub use self::{
    registry::{Sources, Status},
    settings::{Kind, Source},
};
use crate::dispatcher::Handle;

/// Starts asking every source that is asked; those that push come by themselves.
pub fn start(sources: &Sources, board: &Handle, tasks: &TaskTracker, stop: &CancellationToken) {
    let fetcher = Arc::new(Fetcher::new());
    for source in sources.settings() {
        let Some(rounds) = Rounds::of(&source, &fetcher) else { continue };
        let intake = Intake::new(board.clone(), sources.clone(), Arc::clone(&source));
        let (every, stop) = (Duration::from_secs(u64::from(source.every_s)), stop.clone());
        tasks.spawn(async move {
            let asking = rounds.keep_asking(intake, every);
            stop.run_until_cancelled(asking).await
        });
    }
}
