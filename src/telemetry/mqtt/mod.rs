//! The connection to the broker that stations publish to by MQTT.
//!
//! Invariant: a message is acknowledged only after the sink has said that it is kept. What a broker, or whoever
//! publishes there, can make the program hold is bounded.

mod listening;
mod options;
mod publisher;
mod state;
mod trouble;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use rumqttc::{AsyncClient, ManualAck};
use tokio::{sync::mpsc, sync::watch, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{listening::Listening, options::RECEIVE_MAX};
pub use self::{
    publisher::Publisher,
    state::{Counters, Counts, Link, State},
    trouble::Trouble,
};
use crate::{backoff::Backoff, clock::Clock, gauges::BrokerUrl};

/// Messages that wait for the sink. Those to be acknowledged always fit; of the others (QoS 0, which promises
/// nothing) the newest are let go when half of it is taken.
const QUEUE: usize = 2 * RECEIVE_MAX as usize;
/// Messages that the sink is handed at once.
const AT_ONCE: usize = RECEIVE_MAX as usize;
/// How long the sink is left alone after it could not keep what it was handed.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// A connection that lasted this long was sound, and the next loss is a new one.
const SOUND_AFTER: Duration = Duration::from_secs(5);
/// A broker that is away is tried again at once, and then ever more seldom.
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(10));

/// A broker that is listened at, as others may know of it.
#[derive(Debug, Clone)]
pub struct Broker {
    pub state: watch::Receiver<State>,
    pub counters: Arc<Counters>,
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub topic: String,
    pub payload: Bytes,
}

/// What a sink made of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// What of them is worth keeping is durable.
    Kept,
    /// They could not be kept, and are to be handed over again.
    Later,
}

/// Who takes what is published.
#[async_trait]
pub trait Sink: Send + Sync + 'static {
    /// Takes messages in the order in which they came. The same come again after [`Taken::Later`], and after
    /// a connection was lost before they were acknowledged.
    async fn take(&self, messages: &[Message]) -> Taken;
}

/// A listener at a broker.
pub struct Listener {
    pub url: BrokerUrl,
    /// The name under which the broker keeps what comes while this node is away. Two with one name cut each
    /// other off.
    pub name: String,
    pub topics: Vec<String>,
    pub clock: Arc<dyn Clock>,
    pub counters: Arc<Counters>,
}

/// A message on its way to the sink, and how it is acknowledged.
struct Heard {
    message: Message,
    /// To the connection it came by. On a later one its number may be that of another message.
    ack: Option<(AsyncClient, ManualAck)>,
}

impl Listener {
    /// Starts listening until `stop`, and returns how the connection fares.
    pub fn start(
        self,
        sink: Arc<dyn Sink>,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> watch::Receiver<State> {
        let state = watch::Sender::new(State::new(self.clock.now()));
        let watched = state.subscribe();
        let (hand_over, handed_over) = mpsc::channel(QUEUE);
        tasks.spawn(hand_on(handed_over, sink, Arc::clone(&self.counters), stop.clone()));
        tasks.spawn(self.listen(state, hand_over, stop));
        watched
    }

    async fn listen(
        self,
        state: watch::Sender<State>,
        hand_over: mpsc::Sender<Heard>,
        stop: CancellationToken,
    ) {
        let mut backoff = BACKOFF;
        let mut told: Option<&'static str> = None;
        loop {
            let began = Instant::now();
            let listening = Listening::new(&self, &state, &hand_over);
            let Err(trouble) = listening.run(&stop).await else { return };
            if state.borrow().is_connected() {
                told = None;
            }
            // Told once for each reason, however often it is tried.
            if told.replace(trouble.code) == Some(trouble.code) {
                tracing::debug!(broker = %self.url, %trouble, "still no gauges by MQTT");
            } else {
                tracing::warn!(broker = %self.url, %trouble, "gauges cannot be heard by MQTT");
            }
            self.counters.lost();
            let now = self.clock.now();
            state.send_modify(|state| state.link = state.link.lost(trouble, now));
            if began.elapsed() > SOUND_AFTER {
                backoff = BACKOFF;
            }
            // The loop sees by itself whether to stop.
            let _ = tokio::time::timeout(backoff.wait(), stop.cancelled()).await;
        }
    }
}

/// Hands messages to the sink until it has kept them, and then acknowledges them.
async fn hand_on(
    mut handed_over: mpsc::Receiver<Heard>,
    sink: Arc<dyn Sink>,
    counters: Arc<Counters>,
    stop: CancellationToken,
) {
    let mut heard = Vec::with_capacity(AT_ONCE);
    while handed_over.recv_many(&mut heard, AT_ONCE).await > 0 {
        let (messages, acks): (Vec<Message>, Vec<_>) =
            heard.drain(..).map(|heard| (heard.message, heard.ack)).unzip();
        while sink.take(&messages).await == Taken::Later {
            counters.postponed(messages.len());
            if tokio::time::timeout(AGAIN_AFTER, stop.cancelled()).await.is_ok() {
                // The broker has not heard that they are kept, and sends them again.
                return;
            }
        }
        counters.kept(messages.len());
        for (client, ack) in acks.into_iter().flatten() {
            // A connection that has gone acknowledges nothing, and there is room for every one of one that has not.
            let _ = client.try_manual_ack(ack);
        }
    }
}
