//! Last positions in Redis: newest wins, emptied is filled again.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiaoying::{
    bus::redis::{Error, LastPosition, RedisBus},
    domain::time::Timestamp,
};
use tokio_util::sync::CancellationToken;

use crate::{
    bus_contract::{join, settled},
    support::{county::COUNTY, redis::RedisServer},
};

#[tokio::test]
async fn what_was_saved_is_loaded_by_another_node() {
    let (server, a, b) = two().await;
    let mut saved = many(2_500);
    saved.push(LastPosition { data: Bytes::from_static(b"\0 \xff \n"), ..position("队-一", 1) });
    saved.push(LastPosition { lat: 89.9, lon: -180.0, ..position("polar", 1) });
    assert_eq!(a.last_positions().save(&saved).await, Ok(2_502));
    assert_eq!(by_unit(b.last_positions().load().await.unwrap()), by_unit(saved));
    assert_eq!(b.last_positions().count().await, Ok(2_502));
    let near: Vec<String> = server.ask(&[
        "GEOSEARCH",
        &key("geo"),
        "FROMLONLAT",
        "114.0",
        "35.0",
        "BYRADIUS",
        "100",
        "m",
        "ASC",
        "COUNT",
        "1",
    ]);
    assert_eq!(near, ["u-0"]);
}

#[tokio::test]
async fn an_older_position_never_takes_the_place_of_a_newer() {
    let (_server, a, b) = two().await;
    assert_eq!(a.last_positions().save(&[position("u-1", 10)]).await, Ok(1));
    let late = [LastPosition { lon: 1.0, ..position("u-1", 9) }, position("u-2", 9)];
    assert_eq!(b.last_positions().save(&late).await, Ok(1));
    let kept = by_unit(b.last_positions().load().await.unwrap());
    assert_eq!(kept["u-1"], position("u-1", 10));
    let together = [position("u-3", 5), position("u-3", 7), position("u-3", 6)];
    a.last_positions().save(&together).await.unwrap();
    assert_eq!(by_unit(b.last_positions().load().await.unwrap())["u-3"], position("u-3", 7));
}

#[tokio::test]
async fn an_emptied_redis_is_filled_by_saving_all_again() {
    let (server, a, b) = two().await;
    let all = many(300);
    a.last_positions().save(&all).await.unwrap();
    let _: String = server.ask(&["FLUSHALL"]);
    assert_eq!(a.last_positions().count().await, Ok(0));
    assert_eq!(a.last_positions().save(&all).await, Ok(300));
    assert_eq!(by_unit(b.last_positions().load().await.unwrap()), by_unit(all.clone()));
    let _: usize = server.ask(&["DEL", &key("geo")]);
    a.last_positions().save(&all).await.unwrap();
    assert_eq!(server.ask::<usize>(&["ZCARD", &key("geo")]), 300);
}

#[tokio::test]
async fn a_unit_that_is_no_more_is_forgotten() {
    let (server, a, _b) = two().await;
    a.last_positions().save(&many(3)).await.unwrap();
    a.last_positions().forget(&["u-0".into(), "nobody".into()]).await.unwrap();
    assert_eq!(a.last_positions().count().await, Ok(2));
    assert_eq!(server.ask::<usize>(&["ZCARD", &key("geo")]), 2);
}

#[tokio::test]
async fn what_others_wrote_there_is_left_out_or_refused() {
    let (server, a, _b) = two().await;
    a.last_positions().save(&many(2)).await.unwrap();
    let _: usize = server.ask(&["HSET", &key("last"), "odd", "not a position"]);
    assert_eq!(a.last_positions().load().await.unwrap().len(), 2);
    a.last_positions().save(&[position("odd", 1)]).await.unwrap();
    assert_eq!(a.last_positions().load().await.unwrap().len(), 3);
    let _: usize = server.ask(&["DEL", &key("last")]);
    let _: String = server.ask(&["SET", &key("last"), "mine now"]);
    let refused = a.last_positions().save(&many(1)).await;
    assert!(
        matches!(&refused, Err(Error::Unfit(said)) if said.contains("WRONGTYPE")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_redis_that_was_away_is_written_again() {
    let (mut server, a, _b) = two().await;
    a.last_positions().save(&many(1)).await.unwrap();
    server.kill();
    let refused = a.last_positions().save(&many(1)).await;
    assert!(matches!(refused, Err(Error::Unreachable(_))), "{refused:?}");
    server.start_again();
    assert_eq!(a.last_positions().save(&many(1)).await, Ok(1));
}

#[tokio::test]
async fn a_cluster_keeps_both_keys_on_one_node() {
    let server = RedisServer::start_with(&["--cluster-enabled", "yes"]);
    let _: String = server.ask(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
    settled(&server).await;
    let a = join(&server.url(), &CancellationToken::new()).await;
    assert_eq!(a.last_positions().save(&many(10)).await, Ok(10));
    assert_eq!(a.last_positions().load().await.unwrap().len(), 10);
}

async fn two() -> (RedisServer, RedisBus, RedisBus) {
    let (server, stop) = (RedisServer::start(), CancellationToken::new());
    let (a, b) = (join(&server.url(), &stop).await, join(&server.url(), &stop).await);
    (server, a, b)
}

fn many(count: i64) -> Vec<LastPosition> {
    (0..count)
        .map(|number| {
            let step = f64::from(u32::try_from(number).unwrap()) / 1_000.0;
            let unit = position(&format!("u-{number}"), 1_626_861_600_000 + number);
            LastPosition { lon: 114.0 + step, lat: 35.0 + step, ..unit }
        })
        .collect()
}

pub fn position(unit: &str, at: i64) -> LastPosition {
    LastPosition {
        unit: unit.into(),
        at: Timestamp::from_millis(at),
        lon: 114.204_9,
        lat: 35.6,
        data: Bytes::from_static(b"{\"heading\":90}"),
    }
}

fn by_unit(positions: Vec<LastPosition>) -> BTreeMap<String, LastPosition> {
    let count = positions.len();
    let map: BTreeMap<_, _> =
        positions.into_iter().map(|position| (position.unit.to_string(), position)).collect();
    assert_eq!(map.len(), count, "a unit was there twice");
    map
}

fn key(what: &str) -> String {
    format!("jiaoying:{{{COUNTY}}}:{what}")
}
