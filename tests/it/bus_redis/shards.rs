//! A Redis Cluster: each county's words stay with the node that has its shard.

use bytes::Bytes;
use jiaoying::bus::{Bus, Heard, redis::OUTSIDE_CHANNEL};
use tokio_util::sync::CancellationToken;

use crate::{
    bus_contract::{EPOCH, Pair, join, nudge, positions, settled, up_to},
    support::{county::COUNTY, redis::RedisServer},
};

#[tokio::test]
async fn on_a_cluster_our_channels_are_sharded_and_the_contracts_is_both() {
    let pair = Pair::redis_cluster().await;
    let server = pair.server.as_ref().unwrap();
    let mut sharded: Vec<String> = server.ask(&["PUBSUB", "SHARDCHANNELS"]);
    sharded.sort();
    let ours = |what: &str| format!("jiaoying:{{{COUNTY}}}:{what}");
    let own = ["nudges", "positions", "readings"].map(ours);
    assert_eq!((&*sharded[0], &sharded[1..]), (OUTSIDE_CHANNEL, &own[..]));
    let classic: Vec<String> = server.ask(&["PUBSUB", "CHANNELS"]);
    assert_eq!(classic, [OUTSIDE_CHANNEL]);
    let mut heard = pair.b.positions();
    for (command, text) in [("PUBLISH", "[1]"), ("SPUBLISH", "[2]"), ("PUBLISH", "[3]")] {
        server.say(command, OUTSIDE_CHANNEL, text.as_bytes());
        assert_eq!(
            positions(&mut heard).await,
            Heard::Outside(Bytes::from_static(text.as_bytes()))
        );
    }
}

#[tokio::test]
async fn whichever_node_of_a_cluster_is_asked_the_one_with_the_shard_is_found() {
    let (one, two) = cluster_of_two().await;
    let stop = CancellationToken::new();
    let (a, b) = (join(&one.url(), &stop).await, join(&two.url(), &stop).await);
    let mut at_b = b.nudges(EPOCH);
    a.nudge(nudge(1));
    assert_eq!(up_to(&mut at_b).await, 1);
    // The contract's channel may be in another shard than ours; a gateway says it anywhere.
    let (mut at_a, mut at_b) = (a.positions(), b.positions());
    for (server, text) in [(&one, "[1]"), (&two, "[2]")] {
        server.publish(OUTSIDE_CHANNEL, text.as_bytes());
        for heard in [&mut at_a, &mut at_b] {
            let expected = Heard::Outside(Bytes::from_static(text.as_bytes()));
            assert_eq!(positions(heard).await, expected);
        }
    }
    for (via, unit) in [(&a, "u-1"), (&b, "u-2")] {
        assert_eq!(via.last_positions().save(&[super::last::position(unit, 1)]).await, Ok(1));
    }
    assert_eq!(a.last_positions().load().await.unwrap().len(), 2);
    stop.cancel();
}

async fn cluster_of_two() -> (RedisServer, RedisServer) {
    let start = || RedisServer::start_with(&["--cluster-enabled", "yes"]);
    let (one, two) = (start(), start());
    let _: String = one.ask(&["CLUSTER", "ADDSLOTSRANGE", "0", "8191"]);
    let _: String = two.ask(&["CLUSTER", "ADDSLOTSRANGE", "8192", "16383"]);
    let port = two.port.to_string();
    let _: String = one.ask(&["CLUSTER", "MEET", "127.0.0.1", &port]);
    settled(&one).await;
    settled(&two).await;
    (one, two)
}
