//! One connection of a listener, from its beginning to its end.

use std::time::Duration;

use rumqttc::{
    AsyncClient, Event, EventLoop, Incoming, Publish, QoS, SubAck, SubscribeFilterInput,
};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{
    Heard, Link, Listener, Message, RECEIVE_MAX, State, Trouble,
    options::{self},
};

/// Acknowledgements and subscriptions that wait for the connection: of each message that is not acknowledged one.
const REQUESTS: usize = RECEIVE_MAX as usize + 8;
/// How long taking leave may take when the node stops.
const FAREWELL: Duration = Duration::from_millis(500);

/// A connection. What of an earlier one waits to be acknowledged is none of its business: the broker sends that
/// again.
pub(super) struct Listening<'l> {
    listener: &'l Listener,
    state: &'l watch::Sender<State>,
    hand_over: &'l mpsc::Sender<Heard>,
    client: AsyncClient,
    events: EventLoop,
}

impl<'l> Listening<'l> {
    pub fn new(
        listener: &'l Listener,
        state: &'l watch::Sender<State>,
        hand_over: &'l mpsc::Sender<Heard>,
    ) -> Self {
        let options = options::listener(&listener.url, &listener.name);
        let (client, events) = AsyncClient::builder(options).capacity(REQUESTS).build();
        Self { listener, state, hand_over, client, events }
    }

    /// Listens until `stop`, or until there is trouble.
    pub async fn run(mut self, stop: &CancellationToken) -> Result<(), Trouble> {
        loop {
            let Some(event) = stop.run_until_cancelled(self.events.poll()).await else {
                self.take_leave().await;
                return Ok(());
            };
            if let Event::Incoming(incoming) = event.map_err(|error| Trouble::of(&error))? {
                self.hear(incoming)?;
            }
        }
    }

    fn hear(&mut self, incoming: Incoming) -> Result<(), Trouble> {
        if let Incoming::ConnAck(_) = incoming {
            // Also where the broker remembers: the settings may be others than last time.
            let topics = self.listener.topics.iter();
            let topics = topics.map(|topic| SubscribeFilterInput::new(topic, QoS::AtLeastOnce));
            // It is the first that this connection is asked, so there is room, and the topics were checked.
            let _ = self.client.try_subscribe_many(topics);
        } else if let Incoming::SubAck(granted) = incoming {
            return self.connected(&granted);
        } else if let Incoming::Publish(publish) = incoming {
            self.take(&publish);
        }
        Ok(())
    }

    fn connected(&self, granted: &SubAck) -> Result<(), Trouble> {
        let topics = self.listener.topics.iter().zip(&granted.return_codes);
        if let Some(trouble) =
            topics.filter_map(|(topic, code)| Trouble::of_topic(topic, code)).next()
        {
            return Err(trouble);
        }
        let since = self.listener.clock.now();
        self.state.send_modify(|state| state.link = Link::Connected { since });
        tracing::info!(broker = %self.listener.url, "gauges are heard by MQTT");
        Ok(())
    }

    fn take(&self, publish: &Publish) {
        let counters = &self.listener.counters;
        counters.heard();
        let now = self.listener.clock.now();
        self.state.send_if_modified(|state| state.hear(now));
        let ack = self.client.prepare_ack(publish);
        if ack.is_none() && self.hand_over.capacity() <= usize::from(RECEIVE_MAX) {
            counters.refused("message.too_many_at_once", 1);
            return;
        }
        let topic = String::from_utf8_lossy(&publish.topic).into_owned();
        let message = Message { topic, payload: publish.payload.clone() };
        let ack = ack.map(|ack| (self.client.clone(), ack));
        if self.hand_over.try_send(Heard { message, ack }).is_err() {
            // More than was agreed: it is not acknowledged, and comes again on the next connection.
            counters.refused("message.too_many_at_once", 1);
        }
    }

    /// Says goodbye, so that the broker does not wait to find out.
    async fn take_leave(&mut self) {
        let _ = self.client.try_disconnect();
        let gone = async { while self.events.poll().await.is_ok() {} };
        let _ = tokio::time::timeout(FAREWELL, gone).await;
    }
}
