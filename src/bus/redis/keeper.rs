//! Keeps the connections: says what waits, asks whether Redis lives, connects again when it does not.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Error, Names, RedisUrl,
    link::Links,
    outgoing::{Flush, Outgoing},
};
use crate::{
    backoff::Backoff,
    bus::{Health, ears::Ears},
    clock::Clock,
};

/// How often Redis is asked whether it lives. With the limit of an answer this is below the three seconds
/// after which every screen has to say so.
const PROBE_EVERY: Duration = Duration::from_millis(750);
/// How long connecting may take altogether; on a cluster it is several trips.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long what still waits may take when the node stops.
const FAREWELL_LIMIT: Duration = Duration::from_millis(200);
/// Connections that lasted this long were sound, and the next loss is a new one.
const SOUND_AFTER: Duration = Duration::from_secs(5);
/// Redis that is away is tried again at once, and then ever more seldom.
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(3));

pub(super) struct Keeper {
    pub url: RedisUrl,
    pub names: Arc<Names>,
    pub ears: Arc<Ears>,
    pub outgoing: Arc<Outgoing>,
    pub health: watch::Sender<Health>,
    pub clock: Arc<dyn Clock>,
    pub stop: CancellationToken,
}

/// Why the connections are of no more use.
enum End {
    Stopped,
    Lost(Error),
}

impl Keeper {
    pub async fn run(self, mut first: Option<Links>) {
        let mut backoff = BACKOFF;
        loop {
            let opened = match first.take() {
                Some(links) => Ok(links),
                None => self.open().await,
            };
            let error = match opened {
                Ok(links) => {
                    let since = Instant::now();
                    self.recovered();
                    match self.serve(&links).await {
                        End::Stopped => return,
                        End::Lost(error) => {
                            if since.elapsed() > SOUND_AFTER {
                                backoff = BACKOFF;
                            }
                            error
                        }
                    }
                }
                Err(error) => error,
            };
            self.lost(&error);
            if timeout(backoff.wait(), self.stop.cancelled()).await.is_ok() {
                return;
            }
        }
    }

    async fn open(&self) -> Result<Links, Error> {
        tokio::select! {
            opened = timeout(CONNECT_LIMIT, Links::open(&self.url, &self.names, &self.ears)) => {
                let late = || Error::Unreachable("it takes too long to answer".to_owned());
                opened.unwrap_or_else(|_| Err(late()))
            }
            () = self.stop.cancelled() => Err(Error::Unreachable("the node stops".to_owned())),
        }
    }

    fn recovered(&self) {
        let before = self.health.send_replace(Health::Sound);
        if let Health::Down { .. } = before {
            tracing::info!(url = %self.url, "Redis is back");
        }
        self.ears.resubscribed();
    }

    fn lost(&self, error: &Error) {
        if *self.health.borrow() == Health::Sound {
            tracing::error!(url = %self.url, %error, "Redis is lost; nodes read the journal every second instead");
            self.health.send_replace(Health::Down { since: self.clock.now() });
        }
    }

    /// Says what waits until the connections are lost or the node stops.
    async fn serve(&self, links: &Links) -> End {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = links.cut() => {
                return End::Lost(Error::Unreachable("the connection was cut".to_owned()));
            }
            error = probe(links) => return End::Lost(error),
            error = self.say(links) => return End::Lost(error),
        }
        // The last commits of a node that stops are nudged too, if that is quick.
        let farewell = async {
            let flush = self.outgoing.take().await;
            links.say(&flush).await
        };
        let _ = timeout(FAREWELL_LIMIT, farewell).await;
        End::Stopped
    }

    /// What comes while one trip is under way goes with the next: a slow Redis makes longer trips, not more.
    async fn say(&self, links: &Links) -> Error {
        loop {
            let flush = Unsaid { outgoing: &self.outgoing, flush: self.outgoing.take().await };
            if let Err(error) = links.say(&flush.flush).await {
                return error;
            }
            self.ears.count_said(flush.said().messages());
        }
    }
}

/// What is on its way; it is given back unless it arrived, however the trip ends.
struct Unsaid<'a> {
    outgoing: &'a Outgoing,
    flush: Flush,
}

impl Unsaid<'_> {
    fn said(mut self) -> Flush {
        std::mem::take(&mut self.flush)
    }
}

impl Drop for Unsaid<'_> {
    fn drop(&mut self) {
        self.outgoing.give_back(&self.flush);
    }
}

async fn probe(links: &Links) -> Error {
    let mut every = tokio::time::interval(PROBE_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        if let Err(error) = links.probe().await {
            return error;
        }
    }
}
