//! The bus over Redis pub/sub: one connection says, another only hears, and whoever speaks waits for neither.
//!
//! Invariant: whatever becomes of Redis, this side finds out by itself, says so within three seconds, and is
//! back without a restart.

mod error;
mod keeper;
mod last;
mod link;
mod outgoing;
mod url;

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::{
    error::Error,
    last::{LastPosition, LastPositions},
    url::{RedisUrl, UrlFault},
};
use self::{keeper::Keeper, link::Links, outgoing::Outgoing};
use super::{
    Bus, Counts, Health, MESSAGE_BYTES_MAX, NodeId, Nudge, Nudges, Positions, Readings, ears::Ears,
};
use crate::{clock::Clock, domain::ids::AreaCode};

/// Where gateways outside the program write positions: the contract's name, one for all counties.
pub const OUTSIDE_CHANNEL: &str = "jiaoying:positions";

/// The names one county has in Redis. The braces put them all on one node of a cluster.
#[derive(Debug)]
struct Names {
    nudges: String,
    positions: String,
    readings: String,
    last: String,
    geo: String,
}

impl Names {
    fn of(jurisdiction: AreaCode) -> Self {
        let name = |what: &str| format!("jiaoying:{{{jurisdiction}}}:{what}");
        Self {
            nudges: name("nudges"),
            positions: name("positions"),
            readings: name("readings"),
            last: name("last"),
            geo: name("geo"),
        }
    }

    /// Returns the channels on which nodes speak.
    fn channels(&self) -> [&str; 3] {
        [&self.nudges, &self.positions, &self.readings]
    }
}

/// A node's place on the bus over Redis.
#[derive(Debug)]
pub struct RedisBus {
    ears: Arc<Ears>,
    outgoing: Arc<Outgoing>,
    health: watch::Receiver<Health>,
    last: Arc<LastPositions>,
}

impl RedisBus {
    /// Connects, and keeps the connection until `stop`.
    ///
    /// A Redis that cannot be reached is no error: the bus is down, and up once it can be. One that refuses
    /// the user, the password or the certificate is, because only the settings can change that.
    pub async fn start(
        url: RedisUrl,
        jurisdiction: AreaCode,
        clock: Arc<dyn Clock>,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<Self, Error> {
        let names = Arc::new(Names::of(jurisdiction));
        let ears = Arc::new(Ears::new(NodeId::random()));
        let outgoing = Arc::new(Outgoing::default());
        let first = match Links::open(&url, &names, &ears).await {
            Ok(links) => Some(links),
            Err(error @ Error::Refused(_)) => return Err(error),
            Err(error @ (Error::Unreachable(_) | Error::Unfit(_))) => {
                tracing::error!(%url, %error, "Redis cannot be reached; the node runs without it and keeps trying");
                None
            }
        };
        let health = watch::Sender::new(match first {
            Some(_) => Health::Sound,
            None => Health::Down { since: clock.now() },
        });
        let last = Arc::new(LastPositions::new(url.clone(), Arc::clone(&names)));
        let watched = health.subscribe();
        let keeper = Keeper {
            url,
            names,
            ears: Arc::clone(&ears),
            outgoing: Arc::clone(&outgoing),
            health,
            clock,
            stop,
        };
        tasks.spawn(keeper.run(first));
        Ok(Self { ears, outgoing, health: watched, last })
    }

    /// Returns the place where last positions outlive this node.
    pub fn last_positions(&self) -> &Arc<LastPositions> {
        &self.last
    }
}

impl Bus for RedisBus {
    fn node(&self) -> NodeId {
        self.ears.me()
    }

    fn nudge(&self, nudge: Nudge) {
        self.outgoing.nudge(nudge);
    }

    fn publish_positions(&self, batch: Bytes) {
        if batch.len() > MESSAGE_BYTES_MAX {
            tracing::error!(bytes = batch.len(), "a batch of positions is too large for the bus");
            self.ears.count_dropped(1);
            return;
        }
        self.ears.count_dropped(self.outgoing.positions(batch));
    }

    fn publish_readings(&self, batch: Bytes) {
        if batch.len() > MESSAGE_BYTES_MAX {
            tracing::error!(bytes = batch.len(), "a batch of readings is too large for the bus");
            self.ears.count_dropped(1);
            return;
        }
        self.ears.count_dropped(self.outgoing.readings(batch));
    }

    fn nudges(&self, epoch: [u8; 16]) -> Nudges {
        self.ears.nudges(epoch)
    }

    fn positions(&self) -> Positions {
        self.ears.positions()
    }

    fn readings(&self) -> Readings {
        self.ears.readings()
    }

    fn health(&self) -> watch::Receiver<Health> {
        self.health.clone()
    }

    fn counts(&self) -> Counts {
        self.ears.counts()
    }
}
