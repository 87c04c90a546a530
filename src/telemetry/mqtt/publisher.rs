//! Publishing at a broker, as a station does.

use std::time::Duration;

use rumqttc::{AsyncClient, Event, EventLoop, Incoming, PubAckReason, PublishOptions, QoS};

use super::{Trouble, options};
use crate::gauges::BrokerUrl;

/// How long a broker may take to confirm a message.
const CONFIRM_MAX: Duration = Duration::from_secs(10);

/// A connection that publishes one message after another, each confirmed by the broker.
pub struct Publisher {
    url: BrokerUrl,
    name: String,
    open: Option<(AsyncClient, EventLoop)>,
}

impl Publisher {
    /// Returns a publisher that connects with its first message; `name` is nobody else's at this broker.
    pub fn new(url: BrokerUrl, name: String) -> Self {
        Self { url, name, open: None }
    }

    /// Publishes messages, and returns once the broker has confirmed them all. After a failure some may have been
    /// published; the next try connects again.
    pub async fn publish(&mut self, messages: Vec<(String, Vec<u8>)>) -> Result<(), Trouble> {
        let confirmed = tokio::time::timeout(CONFIRM_MAX, self.confirmed(messages)).await;
        let confirmed = confirmed.unwrap_or_else(|_| Err(Trouble::unconfirmed()));
        if confirmed.is_err() {
            self.open = None;
        }
        confirmed
    }

    async fn confirmed(&mut self, messages: Vec<(String, Vec<u8>)>) -> Result<(), Trouble> {
        let (client, events) = self.open.get_or_insert_with(|| {
            AsyncClient::builder(options::speaker(&self.url, &self.name)).capacity(1).build()
        });
        for (topic, payload) in messages {
            let options = PublishOptions::new(QoS::AtLeastOnce);
            client.try_publish(topic, payload, options).map_err(|_| Trouble::unpublishable())?;
            loop {
                let event = events.poll().await.map_err(|error| Trouble::of(&error))?;
                if let Event::Incoming(Incoming::PubAck(confirmed)) = event {
                    if confirmed.reason == PubAckReason::NotAuthorized {
                        return Err(Trouble::unpublishable());
                    }
                    break;
                }
            }
        }
        Ok(())
    }
}
