//! The gauge plane: what gauges show, now and lately. Telemetry like the positions, and no fact of the record.
//!
//! Reports become readings in [`feed::Gauges`]; `store` keeps them; what changes how a gauge stands, and who has
//! fallen silent, is handed to whoever tells the board. A gauge's stand follows from its newest reading, so a
//! reading that is lost on the way costs the time until the next, never the flood.

mod broker;
mod course;
pub mod feed;
mod keeper;
mod report;
mod store;
mod wire;

pub use self::{
    broker::{About, BrokerFault, BrokerUrl, Topics},
    feed::{BATCH_LIMIT, Gauges, Known, Latest, Outcome, Refusal},
    keeper::{Keeper, write},
    report::Report,
    store::{Record, Store, StoreError},
    wire::{Garbled, encode},
};

use std::net::SocketAddr;

use serde::Deserialize;

use crate::bucket::Rate;

/// What the settings say of gauges.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Days that readings are kept in data_dir/readings.db.
    pub keep_days: u32,
    /// Where stations that speak SL 651 over TCP report; empty: nowhere.
    pub sl651_listen: String,
    /// The broker that gauges publish to; empty: none.
    #[serde(deserialize_with = "BrokerUrl::optional")]
    pub mqtt_url: Option<BrokerUrl>,
    /// Where they publish there.
    pub mqtt_topics: Topics,
    /// Readings a second that are taken from one topic, and at once after a silence.
    pub mqtt_per_topic_s: u32,
    pub mqtt_per_topic_burst: u32,
}

impl Settings {
    /// Returns what cannot be, naming the key.
    pub fn faults(&self) -> Vec<String> {
        let listen = self.sl651_listen.is_empty() || self.sl651_address().is_some();
        let demands = [
            ((2..=36_500).contains(&self.keep_days), "gauges.keep_days: use 2 to 36500"),
            (
                listen,
                "gauges.sl651_listen: use an address and port, such as 0.0.0.0:6651, or nothing",
            ),
            (
                (1..=1_000_000).contains(&self.mqtt_per_topic_s),
                "gauges.mqtt_per_topic_s: use 1 to 1000000",
            ),
            (
                (1..=10_000_000).contains(&self.mqtt_per_topic_burst),
                "gauges.mqtt_per_topic_burst: use 1 to 10000000",
            ),
        ];
        demands.into_iter().filter(|(met, _)| !met).map(|(_, fault)| fault.to_owned()).collect()
    }

    pub fn sl651_address(&self) -> Option<SocketAddr> {
        self.sl651_listen.parse().ok()
    }

    /// Returns how much may come from one topic.
    pub fn mqtt_rate(&self) -> Rate {
        Rate { per_s: self.mqtt_per_topic_s, burst: self.mqtt_per_topic_burst }
    }
}
