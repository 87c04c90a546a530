//! Gauges that publish at a broker, and what of their messages is taken for readings.

use std::{
    collections::HashMap,
    fs, io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context;
use async_trait::async_trait;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    bucket::{Bucket, Rate},
    clock::Clock,
    config::Config,
    dispatcher::Handle,
    domain::{actor::Actor, board::Board, ids::AreaCode, time::Timestamp},
    gauges::{self, About, Gauges, Outcome, Report, Store, Topics},
    ingest::readings::{self, Fault},
    telemetry::mqtt::{Broker, Counters, Listener, Message, Sink, Taken},
};

/// The file in the data folder with this node's name at the broker.
const NAME_FILE: &str = "mqtt_client";
/// Topics whose rate is remembered; beyond, all others have one rate between them.
const TOPICS_MAX: usize = 16_384;
/// Readings judged in one go: of so many every one that is refused is named.
const JUDGED_AT_ONCE: usize = 100;
/// Between two lines of the log about what is refused, in milliseconds: a line for each would feed a flood.
const TOLD_EVERY_MS: i64 = 10_000;
/// Characters of a topic in the log.
const TOPIC_SHOWN: usize = 120;

/// Listens at the broker, where the settings name one.
pub(super) fn listen(
    config: &Config,
    board: &Handle,
    (gauges, store): (&Gauges, &Store),
    clock: &Arc<dyn Clock>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<Option<Broker>> {
    let settings = &config.gauges;
    let Some(url) = settings.mqtt_url.clone() else { return Ok(None) };
    let name = name(&config.data_dir).context("this node's name at the broker cannot be kept")?;
    let counters = Arc::new(Counters::default());
    let sink = Readings {
        board: board.clone(),
        gauges: gauges.clone(),
        store: store.clone(),
        topics: settings.mqtt_topics.clone(),
        rate: settings.mqtt_rate(),
        buckets: Mutex::default(),
        counters: Arc::clone(&counters),
        told_at: Mutex::default(),
    };
    let topics = settings.mqtt_topics.filters().map(str::to_owned).collect();
    let clock = Arc::clone(clock);
    let listener = Listener { url, name, topics, clock, counters: Arc::clone(&counters) };
    let state = listener.start(Arc::new(sink), tasks, stop.clone());
    Ok(Some(Broker { state, counters }))
}

/// Returns the name under which the broker keeps what is published while this node is away: made once, and kept
/// in the data folder, so that it is another for each node and the same after a restart.
fn name(dir: &Path) -> io::Result<String> {
    let path = dir.join(NAME_FILE);
    match fs::read_to_string(&path) {
        Ok(name) if is_name(name.trim()) => return Ok(name.trim().to_owned()),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut bytes = [0; 6];
    getrandom::fill(&mut bytes)?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let name = format!("jiaoying{digits}");
    fs::write(path, &name)?;
    Ok(name)
}

/// Tells whether every broker takes this as a name.
fn is_name(name: &str) -> bool {
    (1..=23).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

struct Readings {
    board: Handle,
    gauges: Gauges,
    store: Store,
    topics: Topics,
    rate: Rate,
    /// What each topic may still say; that of the empty topic is for all that have none of their own.
    buckets: Mutex<HashMap<String, Bucket>>,
    counters: Arc<Counters>,
    told_at: Mutex<Option<Timestamp>>,
}

#[async_trait]
impl Sink for Readings {
    async fn take(&self, messages: &[Message]) -> Taken {
        let Ok(area) = self.board.read(Board::jurisdiction).await else { return Taken::Later };
        let (node, now) = (Actor::node(area.unwrap_or(AreaCode::UNSET)), self.board.now());
        for message in messages {
            let readings = self.read(message, now);
            for some in readings.chunks(JUDGED_AT_ONCE) {
                self.judged(&message.topic, self.gauges.report(some, &node, now), now);
            }
        }
        // A message that is acknowledged is forgotten by the broker.
        match gauges::write(&self.gauges, &self.store).await {
            Ok(()) => Taken::Kept,
            Err(error) => {
                tracing::warn!(%error, "readings by MQTT are judged, and not kept yet");
                Taken::Later
            }
        }
    }
}

impl Readings {
    /// Returns the readings of a message, as many as its topic may bring now.
    fn read(&self, message: &Message, now: Timestamp) -> Vec<Report> {
        let topic = &message.topic;
        let Some(about) = self.topics.about(topic) else {
            // Of settings that have been changed, or of somebody who asks in this node's name.
            self.refused(topic, "message.other_topic", 1, now);
            return Vec::new();
        };
        let gauge = match about {
            About::Gauge(gauge) => Some(gauge),
            About::Any => None,
        };
        let mut taken = Vec::new();
        match readings::message(&message.payload, gauge) {
            Ok(all) => {
                for reading in all {
                    match reading {
                        Ok(report) => taken.push(report),
                        Err(fault) => self.refused(topic, fault.code(), 1, now),
                    }
                }
            }
            Err(fault) => {
                // Nonsense is part of what a topic says, too.
                self.admit(topic, 1, now);
                self.refused(topic, Fault::code(&fault), 1, now);
            }
        }
        let admitted = self.admit(topic, taken.len(), now);
        if admitted < taken.len() {
            self.refused(topic, "message.too_often", taken.len() - admitted, now);
            taken.truncate(admitted);
        }
        taken
    }

    /// Returns how many of `wanted` readings the topic may still bring now.
    fn admit(&self, topic: &str, wanted: usize, now: Timestamp) -> usize {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= TOPICS_MAX && !buckets.contains_key(topic) {
            buckets.retain(|_, bucket| !bucket.is_full(self.rate, now));
        }
        let topic =
            if buckets.len() < TOPICS_MAX || buckets.contains_key(topic) { topic } else { "" };
        let full = || Bucket::full(self.rate, now);
        buckets.entry(topic.to_owned()).or_insert_with(full).take(wanted, self.rate, now)
    }

    fn judged(&self, topic: &str, outcome: Outcome, now: Timestamp) {
        self.counters.readings(outcome.accepted);
        let known = outcome.dropped - outcome.refusals.len();
        if known > 0 {
            self.counters.refused("reading.known", known);
        }
        for refusal in outcome.refusals {
            self.refused(topic, refusal.code, 1, now);
        }
    }

    fn refused(&self, topic: &str, reason: &'static str, count: usize, now: Timestamp) {
        self.counters.refused(reason, count);
        let mut told_at = self.told_at.lock().unwrap_or_else(PoisonError::into_inner);
        if told_at.is_none_or(|at| now.millis() - at.millis() >= TOLD_EVERY_MS) {
            *told_at = Some(now);
            let topic: String = topic.chars().take(TOPIC_SHOWN).collect();
            tracing::warn!(
                topic,
                reason,
                "what is published by MQTT is refused; the metrics count it"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_keeps_its_name_and_another_has_another() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = name(one.path()).unwrap();
        assert!(is_name(&first), "{first}");
        assert_eq!(name(one.path()).unwrap(), first);
        assert_ne!(name(other.path()).unwrap(), first);
        fs::write(one.path().join(NAME_FILE), "so geht es nicht\n").unwrap();
        assert!(is_name(&name(one.path()).unwrap()));
    }
}
