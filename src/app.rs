//! Builds the parts from the settings, runs them, and stops them in order.
//!
//! Stopping: readiness off, nothing new accepted, sessions closed to resume elsewhere, the outbox finishes what
//! is in its hands, the writer drains its inbox and saves a snapshot, the journal closes.

mod alone;
mod broker;
mod bus;
mod coverage;
mod demonstration;
mod exchange;
mod facts;
mod gauges;
mod ground;
mod look_ahead;
mod nodes;
mod occasions;
mod paper;
mod planes;
mod positions;
mod readings;
mod settle;
mod sources;
mod spot_checks;
mod stations;
mod storage;

use std::{
    fs::File,
    net::SocketAddr,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};
use tokio::{net::TcpListener, sync::watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::{alone::hold, storage::Storage};
use self::{bus::Joined, planes::Planes};
use crate::{
    access::{self, Access, Purpose},
    bus::Bus,
    channels::{
        Gateway,
        app::{AppGateway, Pages},
        outbox::Outbox,
        simulated::{Behaviour, Carrier, Settings, SimulatedGateway},
    },
    clock::{Clock, SystemClock},
    config::Config,
    dispatcher::{self, Handle, Parts},
    domain::{actor::Actor, command::Command, event::LossAccepted, ids::AreaCode},
    health::{self, Ailments},
    http::{self, Publisher, Web},
    hub::Hub,
    journal::Loss,
    telemetry::mqtt::Broker,
};

/// Events after which the board is saved as a snapshot beside the journal.
const SNAPSHOT_EVERY: u64 = 20_000;

/// How a node is started.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Loads the demonstration county and its well-known logins.
    pub demo: bool,
    /// Starts although the end of the journal is missing, and records that.
    pub accept_loss: bool,
}

impl Options {
    /// Refuses well-known passwords to anybody but this machine.
    pub fn may_listen_on(self, listen: SocketAddr) -> anyhow::Result<()> {
        anyhow::ensure!(
            !self.demo || listen.ip().is_loopback(),
            "--demo has well-known passwords, so it listens on a loopback address only, not on {listen}"
        );
        Ok(())
    }
}

/// A node that runs.
pub struct Node {
    pub board: Handle,
    pub access: Arc<Access>,
    planes: Planes,
    pub bus: Arc<dyn Bus>,
    /// What of the node does not work just now. A lost bus is here, and keeps nobody from being called.
    pub ailments: watch::Receiver<Ailments>,
    pub ready: Arc<AtomicBool>,
    pub config: Config,
    demo: bool,
    hub: Hub,
    metrics: Arc<PrometheusRecorder>,
    tasks: TaskTracker,
    stops: Stops,
    /// Held as long as the node lives; the operating system lets go of it however the process ends.
    _alone: File,
}

/// One token a stage of stopping.
#[derive(Clone, Default)]
struct Stops {
    hub: CancellationToken,
    outbox: CancellationToken,
    writer: CancellationToken,
}

fn publisher(config: &Config) -> Publisher {
    let url = &config.publication.url;
    let base = if url.is_empty() { format!("http://{}", config.listen) } else { url.clone() };
    Publisher { base: base.into(), name: config.publication.publisher.as_str().into() }
}

impl Node {
    /// Opens the journal, rebuilds the board, and starts everything but the listener.
    pub async fn start(config: Config, options: Options) -> anyhow::Result<Self> {
        options.may_listen_on(config.listen)?;
        let alone = alone::hold(&config.data_dir)?;
        let (tasks, stops) = (TaskTracker::new(), Stops::default());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let storage = Storage::of(&config)?;
        let (journal, loss) = storage.journal(options.accept_loss).await?;
        let parts = Parts {
            journal,
            clock: Arc::clone(&clock),
            snapshots: Some(config.data_dir.join("snapshots")),
            keeps_time: true,
        };
        let board = dispatcher::spawn(&tasks, parts, stops.writer.clone()).await?;
        if let Some(loss) = loss {
            record_loss(&board, loss).await?;
        }
        settle::settle(&board, &config, options).await?;
        let Joined { bus, last } =
            bus::open(&config, &board, &clock, &tasks, &stops.writer).await?;
        let ailments = health::watch(&tasks, board.health(), bus.health(), stops.writer.clone());
        let access = open_access(&config, &storage, options, &tasks).await?;
        if options.demo {
            demonstration::install(&board, &access).await?;
        }
        tasks.spawn(facts::carry_on(board.clone(), Arc::clone(&access), stops.outbox.clone()));
        let nodes = nodes::join(&storage, &tasks, &stops.writer).await?;
        let pages = Pages::among(Arc::clone(&nodes));
        let gateways = gateways(&config, &board, &pages, &clock, &tasks, &stops.writer)?;
        tasks.spawn(Outbox::run_among(
            Arc::clone(&nodes),
            board.clone(),
            gateways,
            stops.outbox.clone(),
        ));
        tasks.spawn(dispatcher::keep_snapshots(
            board.clone(),
            config.data_dir.join("snapshots"),
            SNAPSHOT_EVERY,
            stops.outbox.clone(),
        ));
        let joined = (&nodes, &bus, last);
        let set = (&config, options.demo);
        let planes = Planes::start(set, &board, &clock, joined, &tasks, &stops.outbox).await?;
        let hub = Hub::start(
            &tasks,
            board.clone(),
            Arc::clone(&access),
            pages,
            planes.positions.clone(),
            ailments.clone(),
            stops.hub.clone(),
        )
        .await;
        Ok(Self {
            board,
            access,
            planes,
            bus,
            ailments,
            ready: Arc::default(),
            config,
            demo: options.demo,
            hub,
            metrics: Arc::new(PrometheusBuilder::new().build_recorder()),
            tasks,
            stops,
            _alone: alone,
        })
    }

    /// Serves on `listener` until `shutdown`, then stops in order; tells whether all was finished in time.
    pub async fn run(
        self,
        listener: TcpListener,
        shutdown: CancellationToken,
    ) -> anyhow::Result<bool> {
        let web = Web {
            board: self.board.clone(),
            access: Arc::clone(&self.access),
            hub: self.hub.clone(),
            positions: self.planes.positions.clone(),
            tracks: self.planes.tracks.clone(),
            gauges: self.planes.gauges.clone(),
            readings: self.planes.readings.clone(),
            sources: self.planes.sources.clone(),
            broker: self.planes.broker.clone(),
            demo: self.demo.then(demonstration::logins),
            ready: Arc::clone(&self.ready),
            ailments: self.ailments.clone(),
            bus: Arc::clone(&self.bus),
            metrics: Arc::clone(&self.metrics),
            texts: Arc::new(self.config.texts().map_err(anyhow::Error::msg)?),
            publisher: publisher(&self.config),
            forms: Arc::new(self.config.forms().map_err(anyhow::Error::msg)?),
            advice: Arc::clone(&self.planes.ground.advice),
            basemap: Arc::clone(&self.planes.ground.basemap),
        };
        let service = http::router(web).into_make_service_with_connect_info::<SocketAddr>();
        self.ready.store(true, Ordering::Relaxed);
        let (ready, hub) = (Arc::clone(&self.ready), self.stops.hub.clone());
        let stopping = async move {
            shutdown.cancelled().await;
            ready.store(false, Ordering::Relaxed);
            hub.cancel();
        };
        let grace = Duration::from_secs(u64::from(self.config.shutdown_grace_s));
        let stopped = self.stops.hub.clone();
        let serving = axum::serve(listener, service).with_graceful_shutdown(stopping);
        // A client that keeps its connection open must not keep the node from stopping.
        let limit = async move {
            stopped.cancelled().await;
            pause(grace).await;
        };
        tokio::select! {
            served = async { serving.await } => served.context("the listener failed")?,
            () = limit => tracing::warn!("clients kept their connections open; they are cut"),
        }
        Ok(self.stop(grace).await)
    }

    /// Returns how the broker that gauges publish to fares; none where the settings name none.
    pub fn broker(&self) -> Option<Broker> {
        self.planes.broker.clone()
    }

    /// Runs something beside the node until it stops by itself.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        #[expect(clippy::disallowed_methods, reason = "stopping does not wait for what starts it")]
        drop(tokio::spawn(work));
    }

    async fn stop(self, grace: Duration) -> bool {
        self.stops.hub.cancel();
        self.stops.outbox.cancel();
        // Reports of calls that have just ended still reach the writer.
        pause(Duration::from_millis(50)).await;
        self.stops.writer.cancel();
        self.tasks.close();
        let finished = tokio::time::timeout(grace, self.tasks.wait()).await.is_ok();
        if !finished {
            tracing::warn!(left = self.tasks.len(), "stopping took too long; tasks were given up");
        }
        finished
    }
}

#[expect(clippy::disallowed_methods, reason = "stopping gives others a moment, once")]
async fn pause(pause: Duration) {
    tokio::time::sleep(pause).await;
}

async fn record_loss(board: &Handle, loss: Loss) -> anyhow::Result<()> {
    let (anchored_seq, found_seq) = match loss {
        Loss::Tail { anchored, found } | Loss::Exchanged { anchored, found } => {
            (anchored.seq, found.seq)
        }
        Loss::Anchor { found } => (found.seq, found.seq),
    };
    tracing::error!(
        anchored_seq,
        found_seq,
        "the end of the journal is lost; the loss is recorded"
    );
    let console = Actor::console(AreaCode::UNSET);
    let command = Command::AcceptLoss(LossAccepted { anchored_seq, found_seq });
    board.submit(console, command).await?;
    Ok(())
}

async fn open_access(
    config: &Config,
    storage: &Storage,
    options: Options,
    tasks: &TaskTracker,
) -> anyhow::Result<Arc<Access>> {
    let store = storage.store().await?;
    let purpose = if options.demo { Purpose::Demonstration } else { Purpose::Service };
    let settings = access::Settings { purpose, ..config.access.clone() };
    Ok(Arc::new(Access::new(store, settings, tasks.clone())?))
}

fn gateways(
    config: &Config,
    board: &Handle,
    pages: &Pages,
    clock: &Arc<dyn Clock>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<Vec<Arc<dyn Gateway>>> {
    let channels = &config.channels;
    let people = config.simulated_people().map_err(anyhow::Error::msg)?;
    let count = |number| NonZeroU32::new(number).context("a channel needs at least one line");
    let simulated = |settings: Settings, name: &str| -> anyhow::Result<Arc<dyn Gateway>> {
        let log = (!channels.simulated_call_log.is_empty())
            .then(|| format!("{}.{name}", channels.simulated_call_log).into());
        let settings = Settings { speed: channels.simulated_speed, call_log: log, ..settings };
        let carrier = Carrier::new(channels.simulated_seed, Behaviour::realistic())
            .map_err(|faults| anyhow::anyhow!("{faults}"))?
            .with_scripts(people.clone());
        let clock = Arc::clone(clock);
        let now = Arc::new(move || clock.now());
        let gateway = SimulatedGateway::start(settings, carrier, now, tasks, stop.clone())?;
        Ok(Arc::new(gateway))
    };
    Ok(vec![
        Arc::new(AppGateway::new(pages.clone(), board.clone())),
        simulated(Settings::sms(count(channels.sms_lines)?), "sms")?,
        simulated(Settings::voice(count(channels.voice_lines)?), "voice")?,
    ])
}
