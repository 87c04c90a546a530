//! Why a broker cannot be heard, in words that say what to do.

use std::fmt;

use rumqttc::{
    ConnectReturnCode, ConnectionError, DisconnectReasonCode, StateError, SubscribeReasonCode,
};

/// Why the broker cannot be heard; nothing of the password is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Never changes, such as `mqtt.password`.
    pub code: &'static str,
    pub message: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Trouble {}

impl Trouble {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// Words why a connection ended or was not had.
    pub(super) fn of(error: &ConnectionError) -> Self {
        if let ConnectionError::ConnectionRefused(code)
        | ConnectionError::MqttState(StateError::ConnFail { reason: code }) = error
        {
            return Self::refused(*code);
        }
        if let ConnectionError::MqttState(StateError::ServerDisconnect { reason_code, .. }) = error
        {
            return Self::hung_up(*reason_code);
        }
        if let ConnectionError::Io(error) = error {
            return Self::new("mqtt.unreachable", format!("the broker cannot be reached: {error}"));
        }
        if let ConnectionError::Timeout(_) = error {
            return Self::new("mqtt.unreachable", "the broker does not answer within 5 seconds");
        }
        if let ConnectionError::Tls(error) = error {
            let remedy = "name its authority by ?ca=";
            let message = format!("the broker's certificate is not trusted: {error}; {remedy}");
            return Self::new("mqtt.certificate", message);
        }
        Self::new("mqtt.lost", format!("the connection was lost: {error}"))
    }

    /// What was published is not confirmed in time.
    pub(super) fn unconfirmed() -> Self {
        Self::new("mqtt.unreachable", "the broker does not confirm what is published")
    }

    /// A topic at which the broker takes nothing from this user.
    pub(super) fn unpublishable() -> Self {
        Self::new("mqtt.topic", "the broker does not let this user publish here; allow it there")
    }

    fn refused(code: ConnectReturnCode) -> Self {
        let credentials = [
            ConnectReturnCode::BadUserNamePassword,
            ConnectReturnCode::NotAuthorized,
            ConnectReturnCode::BadAuthenticationMethod,
        ];
        let versions = [
            ConnectReturnCode::RefusedProtocolVersion,
            ConnectReturnCode::UnsupportedProtocolVersion,
        ];
        if credentials.contains(&code) {
            let remedy = "the broker refuses the user or the password; correct gauges.mqtt_url";
            return Self::new("mqtt.password", remedy);
        }
        if versions.contains(&code) {
            let remedy = "the broker does not speak MQTT 5; use Mosquitto 1.6 or newer, or another that does";
            return Self::new("mqtt.version", remedy);
        }
        Self::new("mqtt.refused", format!("the broker refuses the connection: {code:?}"))
    }

    fn hung_up(code: DisconnectReasonCode) -> Self {
        if code == DisconnectReasonCode::SessionTakenOver {
            let remedy = "another node listens under this one's name; its data folder is a copy: remove \
                          mqtt_client in one of them";
            return Self::new("mqtt.name_taken", remedy);
        }
        Self::new("mqtt.hung_up", format!("the broker has hung up: {code:?}"))
    }

    /// Words why a topic cannot be had; `None` where it can.
    pub(super) fn of_topic(topic: &str, code: &SubscribeReasonCode) -> Option<Self> {
        if matches!(code, SubscribeReasonCode::Success(_)) {
            return None;
        }
        let remedy = format!(
            "the broker does not let this node listen at {topic} ({code:?}); allow it there, or correct \
             gauges.mqtt_topics"
        );
        Some(Self::new("mqtt.topic", remedy))
    }
}
