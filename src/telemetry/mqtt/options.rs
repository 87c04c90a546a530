//! How a broker is spoken to.

use std::{pin::Pin, time::Duration};

use rumqttc::{
    AckMode, Broker, MqttOptions, NetworkOptions, PersistedAckMode, PersistedSession, SessionStore,
    SessionStoreError, SessionStoreKey, TlsConfiguration, Transport,
};

use crate::gauges::BrokerUrl;

/// Messages that the broker sends before one is acknowledged.
pub(super) const RECEIVE_MAX: u16 = 200;
/// Bytes of a message with its topic. The broker lets go of a larger one instead of sending it, so that none stays
/// in its way for ever.
const PACKET_BYTES_MAX: u32 = 256 << 10;
/// How long the broker keeps what is published while this node is away. What is older than six hours calls nobody.
const KEPT_S: u32 = 24 * 3_600;
/// Quiet after which either side asks whether the other is there.
const KEEP_ALIVE_S: u16 = 20;
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// Returns how one who listens connects: what it has not acknowledged comes again.
pub(super) fn listener(url: &BrokerUrl, name: &str) -> MqttOptions {
    let mut options = speaker(url, name);
    options
        .set_clean_start(false)
        .set_session_store(NothingInHand)
        .set_session_expiry_interval(Some(KEPT_S))
        .set_receive_maximum(Some(RECEIVE_MAX))
        .set_ack_mode(AckMode::Manual);
    options
}

/// Returns how one who only publishes connects.
pub(super) fn speaker(url: &BrokerUrl, name: &str) -> MqttOptions {
    let host = url.host.trim_matches(['[', ']']);
    let mut options = MqttOptions::new(name, Broker::tcp(host, url.port));
    if let Some((user, password)) = &url.credentials {
        options.set_credentials(user.clone(), password.clone().into_bytes());
    }
    if let Some(tls) = &url.tls {
        options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(tls.clone())));
    }
    let mut network = NetworkOptions::new();
    // Answers are small, and waited for.
    network.set_tcp_nodelay(true);
    options
        .set_network_options(network)
        .set_keep_alive(KEEP_ALIVE_S)
        .set_connect_timeout(CONNECT_MAX)
        .set_clean_start(true)
        .set_max_packet_size(Some(PACKET_BYTES_MAX));
    options
}

/// This side's part of a session: nothing. What it has in hand is not acknowledged, so the broker sends it again, and
/// its topics it asks for anew. Without a part of its own it could ask for nothing in a session that the broker
/// remembers from before a restart, and one that was cut off before it had asked would be deaf for ever.
#[derive(Debug)]
struct NothingInHand;

type Remembered<'a, T> = Pin<Box<dyn Future<Output = Result<T, SessionStoreError>> + Send + 'a>>;

impl SessionStore for NothingInHand {
    fn load<'a>(&'a self, key: &'a SessionStoreKey) -> Remembered<'a, Option<PersistedSession>> {
        let session = PersistedSession {
            format_version: 1,
            client_id: key.client_id().to_owned(),
            clean_start: false,
            session_expiry_interval: Some(KEPT_S),
            outgoing_inflight_upper_limit: None,
            ack_mode: PersistedAckMode::Manual,
            last_pkid: 0,
            last_puback: 0,
            replay: Vec::new(),
            incoming_qos2: Vec::new(),
        };
        Box::pin(std::future::ready(Ok(Some(session))))
    }

    fn save<'a>(
        &'a self,
        _key: &'a SessionStoreKey,
        _session: &'a PersistedSession,
    ) -> Remembered<'a, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn clear<'a>(&'a self, _key: &'a SessionStoreKey) -> Remembered<'a, ()> {
        Box::pin(std::future::ready(Ok(())))
    }
}
