//! What of the node does not work just now, gathered for the screens.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{bus, dispatcher, domain::time::Timestamp};

/// Every part that may not work, by its name.
pub const AILMENTS: [&str; 2] = [JOURNAL, BUS];
const JOURNAL: &str = "journal";
const BUS: &str = "bus";

/// A part that does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ailment {
    /// `journal`: nothing can be written. `bus`: other nodes are followed once a second, and their positions
    /// are not heard.
    pub what: &'static str,
    pub since: Timestamp,
}

/// Everything that does not work, the gravest first; empty when all is well.
pub type Ailments = Arc<[Ailment]>;

/// Watches the parts until `stop`. Only a journal that cannot be written keeps a node from taking work.
pub fn watch(
    tasks: &TaskTracker,
    mut journal: watch::Receiver<dispatcher::Health>,
    mut bus: watch::Receiver<bus::Health>,
    stop: CancellationToken,
) -> watch::Receiver<Ailments> {
    let (told, ailments) = watch::channel(gather(*journal.borrow(), *bus.borrow()));
    tasks.spawn(async move {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                Ok(()) = journal.changed() => {}
                Ok(()) = bus.changed() => {}
                else => return,
            }
            let found = gather(*journal.borrow(), *bus.borrow());
            told.send_if_modified(|known| {
                let changed = *known != found;
                *known = found;
                changed
            });
        }
    });
    ailments
}

fn gather(journal: dispatcher::Health, bus: bus::Health) -> Ailments {
    let journal = match journal {
        dispatcher::Health::Sound => None,
        dispatcher::Health::JournalDown { since } => Some(Ailment { what: JOURNAL, since }),
    };
    let bus = match bus {
        bus::Health::Sound => None,
        bus::Health::Down { since } => Some(Ailment { what: BUS, since }),
    };
    journal.into_iter().chain(bus).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_fails_is_named_and_what_heals_is_no_longer() {
        let (journal, watched) = watch::channel(dispatcher::Health::Sound);
        let (bus, heard) = watch::channel(bus::Health::Sound);
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let mut ailments = watch(&tasks, watched, heard, stop.clone());
        assert!(ailments.borrow().is_empty());

        let since = Timestamp::from_millis(7);
        bus.send_replace(bus::Health::Down { since });
        ailments.changed().await.unwrap();
        assert_eq!(names(&ailments), ["bus"]);

        journal.send_replace(dispatcher::Health::JournalDown { since });
        ailments.changed().await.unwrap();
        assert_eq!(names(&ailments), ["journal", "bus"]);

        bus.send_replace(bus::Health::Sound);
        ailments.changed().await.unwrap();
        assert_eq!(names(&ailments), ["journal"]);
        stop.cancel();
    }

    fn names(ailments: &watch::Receiver<Ailments>) -> Vec<&'static str> {
        ailments.borrow().iter().map(|ailment| ailment.what).collect()
    }
}
