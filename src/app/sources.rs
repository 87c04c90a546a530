//! Sources of warnings beside the board: those that are asked are asked, and the board learns who has fallen silent
//! and who is heard again.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use compact_str::CompactString;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::positions::stopped_by;
use crate::{
    config::Config,
    dispatcher::{Handle, SubmitError},
    domain::{
        actor::Actor,
        board::Board,
        command::Command,
        ids::AreaCode,
        silence::{LastHeard, Voice},
        time::Timestamp,
    },
    nodes::Nodes,
    sources::{self, Kind, Source, Sources},
    telemetry::mqtt::Broker,
};

/// How often it is asked who has fallen silent.
const LISTEN_EVERY: Duration = Duration::from_secs(1);

/// Starts asking, and listening for silence; returns the way to what is known of the sources.
pub(super) async fn start(
    config: &Config,
    board: &Handle,
    nodes: &Arc<dyn Nodes>,
    broker: Option<&Broker>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<Sources> {
    let mut settings = config.sources.clone();
    if broker.is_some() && settings.iter().all(|source| source.kind != Kind::Mqtt) {
        settings.push(Source::broker());
    }
    let sources = Sources::new(settings);
    let ears = Ears {
        board: board.clone(),
        nodes: Arc::clone(nodes),
        sources: sources.clone(),
        broker: broker.cloned(),
        since: board.now(),
    };
    ears.forget_the_gone().await?;
    sources::start(&sources, board, tasks, stop);
    tasks.spawn(stopped_by(stop.clone(), ears.run()));
    Ok(sources)
}

struct Ears {
    board: Handle,
    nodes: Arc<dyn Nodes>,
    sources: Sources,
    broker: Option<Broker>,
    /// When this node began to listen: who has not been heard since may have been before.
    since: Timestamp,
}

impl Ears {
    /// Ends the silence of sources that the settings no longer name: nobody will hear them again.
    async fn forget_the_gone(&self) -> anyhow::Result<()> {
        let named: BTreeSet<CompactString> =
            self.sources.settings().iter().map(|source| source.name.clone()).collect();
        let gone = self.silent().await?.into_iter().filter(|silent| match &silent.voice {
            Voice::Source(name) => !named.contains(name),
            Voice::Gauge(_) => false,
        });
        let now = self.board.now();
        let gone: Vec<_> = gone.map(|silent| LastHeard { at: now, ..silent }).collect();
        if !gone.is_empty() {
            self.board.submit(self.node().await?, Command::NoteHeard(gone)).await?;
        }
        Ok(())
    }

    async fn run(self) {
        let mut every = tokio::time::interval(LISTEN_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            self.hear_the_broker();
            // Whoever cannot ask the others does not know what they have heard.
            match self.nodes.share_heard(&self.sources.heard_times()).await {
                Ok(heard) => heard.iter().for_each(|(name, at)| self.sources.heard(name, *at)),
                Err(error) => {
                    tracing::debug!(%error, "what other nodes hear of sources is not known");
                    continue;
                }
            }
            match self.tell().await {
                Ok(()) => {}
                Err(SubmitError::Stopped) => return,
                Err(error) => tracing::warn!(%error, "who is silent is not on the record yet"),
            }
        }
    }

    /// A broker that lets this node listen is heard, although no gauge may have anything to say.
    fn hear_the_broker(&self) {
        if self.broker.as_ref().is_some_and(|broker| broker.state.borrow().is_connected()) {
            let settings = self.sources.settings();
            for source in settings.iter().filter(|source| source.kind == Kind::Mqtt) {
                self.sources.heard(&source.name, self.board.now());
            }
        }
    }

    /// Tells the board what it does not know yet.
    async fn tell(&self) -> Result<(), SubmitError> {
        let silent = self.silent().await?;
        let mut lost = self.sources.overdue(self.since, self.board.now());
        lost.retain(|lost| silent.iter().all(|known| known.voice != lost.voice));
        let again = self.sources.heard_times().into_iter().filter_map(|(name, at)| {
            let voice = Voice::Source(name);
            let known = silent.iter().find(|known| known.voice == voice)?;
            (at > known.at).then_some(LastHeard { voice, at })
        });
        let again: Vec<_> = again.collect();
        for command in [Command::NoteSilence(lost), Command::NoteHeard(again)] {
            let nobody = matches!(
                &command,
                Command::NoteSilence(told) | Command::NoteHeard(told) if told.is_empty()
            );
            if !nobody {
                self.board.submit(self.node().await?, command).await?;
            }
        }
        Ok(())
    }

    /// Returns the sources that the board has as silent, and when each was heard before.
    async fn silent(&self) -> Result<Vec<LastHeard>, SubmitError> {
        let silent = |board: &Board| {
            let silent = board.silences.sources().map(|(name, silence)| LastHeard {
                voice: Voice::Source(name.clone()),
                at: silence.heard_at,
            });
            silent.collect::<Vec<_>>()
        };
        self.board.read(silent).await
    }

    async fn node(&self) -> Result<Actor, SubmitError> {
        let area = self.board.read(Board::jurisdiction).await?;
        Ok(Actor::node(area.unwrap_or(AreaCode::UNSET)))
    }
}
