//! The gauge plane beside the board: it learns from commits which gauges there are and how they stand, and the
//! board learns from it what crosses a threshold and who has fallen silent.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::sync::{
    broadcast::{Receiver, error::RecvError},
    watch,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{broker, positions::stopped_by, readings, stations};
use crate::{
    bus::{Bus, Health},
    clock::Clock,
    config::Config,
    dispatcher::{Commit, Handle, SubmitError},
    domain::{
        actor::Actor,
        board::Board,
        command::Command,
        event::Event,
        gauge::{Seen, Standing},
        ids::{AreaCode, SiteId},
        silence::Silence,
        site::{Facts, Site},
        time::Timestamp,
    },
    gauges::{Gauges, Keeper, Known, Store},
    telemetry::mqtt::Broker,
};

/// How often it is asked who has fallen silent.
const LISTEN_EVERY: Duration = Duration::from_secs(5);
/// Silences in one command.
const SILENCES_MAX: usize = 1_000;
/// How long the board is left alone after it could not take what a gauge shows.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The ways to the gauge plane, to what it keeps, and to the broker it listens at.
pub(super) struct Plane {
    pub gauges: Gauges,
    pub store: Store,
    pub broker: Option<Broker>,
}

/// Starts the gauge plane.
pub(super) async fn start(
    config: &Config,
    board: &Handle,
    clock: &Arc<dyn Clock>,
    bus: &Arc<dyn Bus>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<Plane> {
    let (gauges, store) = (Gauges::default(), Store::open(&config.data_dir)?);
    let watch = board.watch();
    let watch = Watch { board: board.clone(), gauges: gauges.clone(), commits: watch };
    watch.learn_all().await?;
    let now = Arc::clone(clock);
    let now = Box::new(move || now.now());
    let days = config.gauges.keep_days;
    let keeper = Keeper { gauges: gauges.clone(), store: store.clone(), days, now };
    keeper.restore().await;
    tasks.spawn(keeper.run(stop.clone()));
    let (since, bus_health) = (clock.now(), bus.health());
    let ears = Ears { board: board.clone(), gauges: gauges.clone(), bus: bus_health, since };
    tasks.spawn(stopped_by(stop.clone(), watch.run()));
    tasks.spawn(stopped_by(stop.clone(), tell(board.clone(), gauges.clone())));
    tasks.spawn(stopped_by(stop.clone(), ears.run()));
    // Alone there is nobody to tell.
    if config.redis_url.is_some() {
        readings::share(&gauges, bus, board, tasks, stop);
    }
    stations::open(&config.gauges, board, (&gauges, &store), tasks, stop).await?;
    let broker = broker::listen(config, board, (&gauges, &store), clock, tasks, stop)?;
    Ok(Plane { gauges, store, broker })
}

/// Keeps the list of gauges, and how they stand, as the board has them.
struct Watch {
    board: Handle,
    gauges: Gauges,
    commits: Receiver<Commit>,
}

impl Watch {
    async fn learn_all(&self) -> Result<(), SubmitError> {
        let (known, standings) = self.board.read(all).await?;
        self.gauges.know(known);
        for (id, exercise, standing) in standings {
            self.gauges.stands(&id, exercise, standing);
        }
        Ok(())
    }

    async fn run(mut self) {
        loop {
            let learnt = match self.commits.recv().await {
                Ok(commit) => self.learn(&commit).await,
                Err(RecvError::Lagged(_)) => self.learn_all().await,
                Err(RecvError::Closed) => return,
            };
            if learnt.is_err() {
                return;
            }
        }
    }

    async fn learn(&self, commit: &Commit) -> Result<(), SubmitError> {
        let is_site = |event: &Event| matches!(event, Event::SiteSaved(_) | Event::SiteRemoved(_));
        if commit.iter().any(|told| is_site(&told.entry.event)) {
            return self.learn_all().await;
        }
        for told in commit.iter() {
            if let Event::GaugeCrossed(crossed) = &told.entry.event {
                let (mark, since) = (crossed.to, Some(crossed.at));
                let standing = Standing { mark, since, warning: Some(crossed.warning) };
                self.gauges.stands(&crossed.gauge, crossed.exercise, standing);
            }
        }
        Ok(())
    }
}

type Standings = Vec<(SiteId, bool, Standing)>;

fn all(board: &Board) -> (Vec<Known>, Standings) {
    let known: Vec<Known> = board.sites.iter().filter_map(known).collect();
    let standings = known.iter().flat_map(|known| {
        let stands = |exercise| (known.id.clone(), exercise, board.gauges.get(&known.id, exercise));
        [stands(false), stands(true)]
    });
    let standings = standings.collect();
    (known, standings)
}

fn known(site: &Site) -> Option<Known> {
    match &site.facts {
        Facts::Gauge(gauge) => {
            Some(Known { id: site.id.clone(), area: site.area, gauge: (**gauge).clone() })
        }
        Facts::Base | Facts::Depot | Facts::Shelter(_) | Facts::RiskPoint(_) => None,
    }
}

async fn node(board: &Handle) -> Result<Actor, SubmitError> {
    let area = board.read(Board::jurisdiction).await?;
    Ok(Actor::node(area.unwrap_or(AreaCode::UNSET)))
}

/// Has the board look at what changes how a gauge stands. What it cannot take now it is asked again: a flood
/// waits for no second reading.
async fn tell(board: Handle, gauges: Gauges) {
    let mut again = tokio::time::interval(AGAIN_AFTER);
    again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut refused = false;
    loop {
        if refused {
            again.tick().await;
        }
        let news = gauges.news().await;
        let Ok(actor) = node(&board).await else { return };
        refused = false;
        for seen in news {
            refused |= note(&board, &actor, &gauges, seen).await;
        }
    }
}

/// Tells the board of one gauge's crossings in order, and returns whether it has to see some again.
async fn note(board: &Handle, actor: &Actor, gauges: &Gauges, mut seen: Vec<Seen>) -> bool {
    let Some(first) = seen.first() else { return false };
    let (id, exercise) = (first.gauge.clone(), first.exercise);
    let mut taken = 0;
    for seen in &seen {
        match board.submit(actor.clone(), Command::NoteGauge(seen.clone())).await {
            Ok(_) => {}
            Err(SubmitError::Rejected(rejection)) => {
                tracing::error!(gauge = %id, %rejection, "what a gauge shows is not on the record");
            }
            Err(error) => {
                tracing::warn!(gauge = %id, %error, "what a gauge shows is not on the record yet");
                break;
            }
        }
        taken += 1;
    }
    let again = seen.split_off(taken);
    let known = id.clone();
    let standing = board.read(move |board| board.gauges.get(&known, exercise)).await.ok();
    gauges.settle(&id, exercise, standing, again)
}

/// Listens for who has fallen silent and who is heard again.
struct Ears {
    board: Handle,
    gauges: Gauges,
    bus: watch::Receiver<Health>,
    /// Since when this node hears all that any node hears: since it began to listen, or since the bus is whole
    /// again. What came before, others may have heard.
    since: Timestamp,
}

impl Ears {
    /// Tells whether a gauge may be heard by others without this node knowing. Then nobody is called for its silence:
    /// that the bus is down is told by itself, and a gauge that is lost is found when it is whole.
    fn may_miss(&mut self) -> bool {
        let is_down = matches!(*self.bus.borrow_and_update(), Health::Down { .. });
        if is_down {
            self.since = self.board.now();
        }
        is_down
    }

    async fn run(mut self) {
        let mut every = tokio::time::interval(LISTEN_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            let may_miss = self.may_miss();
            let silent = self.board.read(|board| {
                let silent = board.silences.gauges().map(|(id, silence)| (id.clone(), silence));
                silent.collect::<BTreeMap<SiteId, Silence>>()
            });
            let Ok(silent) = silent.await else { return };
            let (mut lost, heard) = self.gauges.silent(&silent, self.since, self.board.now());
            if may_miss {
                lost.clear();
            }
            let Ok(actor) = node(&self.board).await else { return };
            let lost = lost.chunks(SILENCES_MAX).map(|some| Command::NoteSilence(some.to_vec()));
            let heard = heard.chunks(SILENCES_MAX).map(|some| Command::NoteHeard(some.to_vec()));
            for command in lost.chain(heard) {
                if let Err(error) = self.board.submit(actor.clone(), command).await {
                    tracing::warn!(%error, "who is silent is not on the record yet");
                }
            }
        }
    }
}
