//! When whoever looks at the board from beside it looks again: after a change that may concern them and now and then, and
//! never more often than once a second.

use std::time::Duration;

use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Interval, MissedTickBehavior},
};

use crate::{
    dispatcher::{Commit, Handle},
    domain::event::Event,
};

/// Shortest time between two looks, however much happens.
const REST: Duration = Duration::from_secs(1);

/// The occasions to look.
pub(super) struct Occasions {
    commits: Receiver<Commit>,
    concerns: fn(&Event) -> bool,
    every: Interval,
    rest: Interval,
}

impl Occasions {
    /// Looks after every event that `concerns` picks, and otherwise `every` so often; the first time at once.
    pub fn new(board: &Handle, every: Duration, concerns: fn(&Event) -> bool) -> Self {
        let (every, rest) = (interval(every), interval(REST));
        Self { commits: board.watch(), concerns, every, rest }
    }

    /// Waits for the next; `None` when the board is gone.
    pub async fn next(&mut self) -> Option<()> {
        self.rest.tick().await;
        tokio::select! {
            _ = self.every.tick() => Some(()),
            news = news(&mut self.commits, self.concerns) => news,
        }
    }
}

async fn news(commits: &mut Receiver<Commit>, concerns: fn(&Event) -> bool) -> Option<()> {
    loop {
        match commits.recv().await {
            Ok(commit) if commit.iter().any(|told| concerns(&told.entry.event)) => return Some(()),
            Ok(_) => {}
            // Whatever was missed may have concerned us.
            Err(RecvError::Lagged(_)) => return Some(()),
            Err(RecvError::Closed) => return None,
        }
    }
}

fn interval(every: Duration) -> Interval {
    let mut interval = tokio::time::interval(every);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
