//! The connections to Redis while they last: one that says, one or more that only hear.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use redis::{
    AsyncConnectionConfig, Client, FromRedisValue, PushInfo, PushKind, RedisError, Value,
    aio::MultiplexedConnection, cmd,
};
use tokio::sync::Notify;

use super::{Error, Names, OUTSIDE_CHANNEL, RedisUrl, outgoing::Flush};
use crate::bus::{ears::Ears, wire};

/// How long Redis may take to let this node in, and to answer anything.
pub(super) const LIMIT: Duration = Duration::from_millis(1_750);
/// Nodes of a cluster that point to one another before that is given up.
const DETOURS: usize = 5;

/// Open connections, subscribed to everything.
pub(super) struct Links {
    sayer: MultiplexedConnection,
    hearers: Vec<MultiplexedConnection>,
    cut: Arc<Notify>,
    say: &'static str,
    names: Arc<Names>,
    ears: Arc<Ears>,
}

/// How Redis runs, which decides by what commands it is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Alone,
    Cluster,
}

impl Links {
    /// Connects and subscribes; on a cluster, to the node that has this county's channels.
    pub async fn open(url: &RedisUrl, names: &Arc<Names>, ears: &Arc<Ears>) -> Result<Self, Error> {
        let mut url = url.clone();
        for _ in 0..DETOURS {
            // Of its own each time: a connection that a detour leaves behind must not cut the next.
            let cut = Arc::new(Notify::new());
            let mut hearer = hear(&url, names, ears, &cut).await?;
            let mode = mode(&mut hearer).await?;
            let subscribe = mode.subscribe();
            if let Err(error) = listen(&mut hearer, subscribe, names).await {
                url = detour(&url, error)?;
                continue;
            }
            // A gateway publishes as it always did, and a cluster tells that to every node.
            ask::<Value>(&mut hearer, "SUBSCRIBE", OUTSIDE_CHANNEL).await?;
            let other = match mode {
                Mode::Alone => None,
                Mode::Cluster => hear_sharded_outside(&mut hearer, &url, names, ears, &cut).await?,
            };
            let hearers = std::iter::once(hearer).chain(other).collect();
            let mut sayer = connect(&url, None).await?;
            for channel in names.channels() {
                let greeting = wire::greeting(ears.me());
                let mut command = cmd(mode.publish());
                command.arg(channel).arg(&greeting[..]);
                command.query_async::<()>(&mut sayer).await?;
            }
            let (names, ears) = (Arc::clone(names), Arc::clone(ears));
            return Ok(Self { sayer, hearers, cut, say: mode.publish(), names, ears });
        }
        Err(Error::Unreachable("the nodes of the cluster point to one another".to_owned()))
    }

    /// Says what waits in one trip.
    pub async fn say(&self, flush: &Flush) -> Result<(), Error> {
        let from = self.ears.me();
        let mut trip = redis::Pipeline::with_capacity(flush.messages_at_most());
        let mut add = |channel: &str, message: &Bytes| {
            trip.cmd(self.say).arg(channel).arg(&message[..]).ignore();
        };
        if let Some(message) = flush.nudge_message(from) {
            add(&self.names.nudges, &message);
        }
        for message in flush.position_messages(from) {
            add(&self.names.positions, &message);
        }
        for message in flush.reading_messages(from) {
            add(&self.names.readings, &message);
        }
        let mut sayer = self.sayer.clone();
        trip.query_async::<()>(&mut sayer).await?;
        Ok(())
    }

    /// Asks every connection whether Redis still answers.
    pub async fn probe(&self) -> Result<(), Error> {
        let all = self.hearers.iter().chain([&self.sayer]);
        let answers = all.map(|link| async move {
            let mut link = link.clone();
            cmd("PING").query_async::<()>(&mut link).await
        });
        futures_util::future::try_join_all(answers).await?;
        Ok(())
    }

    /// Waits until a connection is cut, or a channel has moved to another node of the cluster.
    pub async fn cut(&self) {
        self.cut.notified().await;
    }
}

impl Mode {
    fn subscribe(self) -> &'static str {
        match self {
            Mode::Alone => "SUBSCRIBE",
            Mode::Cluster => "SSUBSCRIBE",
        }
    }

    fn publish(self) -> &'static str {
        match self {
            Mode::Alone => "PUBLISH",
            Mode::Cluster => "SPUBLISH",
        }
    }
}

/// Opens a connection, to be heard on when it has somebody to push to.
pub(super) async fn connect(
    url: &RedisUrl,
    push: Option<Push>,
) -> Result<MultiplexedConnection, RedisError> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(LIMIT))
        .set_response_timeout(Some(LIMIT));
    let config = match push {
        Some(push) => config.set_push_sender(move |info| push.take(info)),
        None => config,
    };
    let client = Client::open(url.info().clone())?;
    client.get_multiplexed_async_connection_with_config(&config).await
}

async fn hear(
    url: &RedisUrl,
    names: &Arc<Names>,
    ears: &Arc<Ears>,
    cut: &Arc<Notify>,
) -> Result<MultiplexedConnection, RedisError> {
    let (names, ears, cut) = (Arc::clone(names), Arc::clone(ears), Arc::clone(cut));
    connect(url, Some(Push { names, ears, cut })).await
}

/// Subscribes to what nodes say.
async fn listen(
    hearer: &mut MultiplexedConnection,
    subscribe: &str,
    names: &Names,
) -> Result<(), RedisError> {
    for channel in names.channels() {
        ask::<Value>(hearer, subscribe, channel).await?;
    }
    Ok(())
}

/// Hears gateways that publish by shard, too; returns a connection where that shard is on another node.
async fn hear_sharded_outside(
    hearer: &mut MultiplexedConnection,
    url: &RedisUrl,
    names: &Arc<Names>,
    ears: &Arc<Ears>,
    cut: &Arc<Notify>,
) -> Result<Option<MultiplexedConnection>, Error> {
    let Err(error) = ask::<Value>(hearer, "SSUBSCRIBE", OUTSIDE_CHANNEL).await else {
        return Ok(None);
    };
    let url = detour(url, error)?;
    let mut other = hear(&url, names, ears, cut).await?;
    ask::<Value>(&mut other, "SSUBSCRIBE", OUTSIDE_CHANNEL).await?;
    Ok(Some(other))
}

/// Returns where a cluster's node points to instead.
pub(super) fn detour(url: &RedisUrl, error: RedisError) -> Result<RedisUrl, Error> {
    let elsewhere = error.redirect_node().and_then(|(address, _)| url.at(address));
    elsewhere.ok_or_else(|| error.into())
}

async fn ask<T: FromRedisValue>(
    link: &mut MultiplexedConnection,
    command: &str,
    argument: &str,
) -> Result<T, RedisError> {
    cmd(command).arg(argument).query_async(link).await
}

/// Asks how Redis runs. `HELLO` is the one command that every user may give.
async fn mode(link: &mut MultiplexedConnection) -> Result<Mode, RedisError> {
    let hello: Value = cmd("HELLO").query_async(link).await?;
    let Value::Map(facts) = hello else { return Ok(Mode::Alone) };
    let cluster = facts.iter().any(|(name, value)| {
        text(name) == Some(b"mode".as_slice()) && text(value) == Some(b"cluster".as_slice())
    });
    Ok(if cluster { Mode::Cluster } else { Mode::Alone })
}

fn text(value: &Value) -> Option<&[u8]> {
    if let Value::BulkString(bytes) = value {
        return Some(bytes);
    }
    if let Value::SimpleString(text) = value { Some(text.as_bytes()) } else { None }
}

/// What the reader of a connection does with what comes: hands it over, and nothing else.
pub(super) struct Push {
    names: Arc<Names>,
    ears: Arc<Ears>,
    cut: Arc<Notify>,
}

impl Push {
    fn take(&self, info: PushInfo) -> Result<(), redis::aio::SendError> {
        if matches!(info.kind, PushKind::Message | PushKind::SMessage) {
            self.message(info.data);
        } else if matches!(info.kind, PushKind::Disconnection | PushKind::SUnsubscribe) {
            self.cut.notify_one();
        }
        Ok(())
    }

    fn message(&self, data: Vec<Value>) {
        let mut data = data.into_iter();
        let (Some(Value::BulkString(channel)), Some(Value::BulkString(message))) =
            (data.next(), data.next())
        else {
            return self.ears.take_garbage("unknown", &Bytes::new());
        };
        let message = Bytes::from(message);
        if channel == self.names.nudges.as_bytes() {
            self.ears.take_nudge(&message);
        } else if channel == self.names.positions.as_bytes() {
            self.ears.take_positions(&message);
        } else if channel == self.names.readings.as_bytes() {
            self.ears.take_readings(&message);
        } else {
            self.ears.take_outside(message);
        }
    }
}
