//! Others may write to the same Redis whatever they like.

use bytes::Bytes;
use jiaoying::bus::{Health, Heard, redis::OUTSIDE_CHANNEL};

use crate::{
    bus_contract::{EPOCH, Pair, node, nudge, positions, until, up_to},
    support::{county::COUNTY, redis::RedisServer},
};

#[tokio::test]
async fn a_gateway_outside_is_heard_by_every_node_word_for_word() {
    let pair = Pair::redis(&[]).await;
    let (mut at_a, mut at_b) = (pair.a.positions(), pair.b.positions());
    let text = r#"{"unit":"u-1","lon":114.2,"lat":35.6,"at":"2021-07-21T18:00:00+08:00"}"#;
    let heard = pair.server.as_ref().unwrap().publish(OUTSIDE_CHANNEL, text.as_bytes());
    assert_eq!(heard, 2);
    for listener in [&mut at_a, &mut at_b] {
        assert_eq!(positions(listener).await, Heard::Outside(Bytes::from_static(text.as_bytes())));
    }
}

#[tokio::test]
async fn garbage_on_every_channel_is_counted_and_stops_nothing() {
    let pair = Pair::redis(&[]).await;
    let server = pair.server.as_ref().unwrap();
    let (mut nudges, mut heard) = (pair.b.nudges(EPOCH), pair.b.positions());
    let garbage = garbage();
    let mut counted = 0;
    for channel in ["nudges", "positions"].map(ours) {
        for message in &garbage {
            assert_eq!(server.publish(&channel, message), 2, "both listen on {channel}");
            counted += 1;
        }
    }
    for message in [&[][..], &[0xff, 0xfe, 0x00], &vec![b'a'; (1 << 20) + 1]] {
        server.publish(OUTSIDE_CHANNEL, message);
        counted += 1;
    }
    until("all is counted", || pair.b.counts().garbage == counted).await;
    pair.a.nudge(nudge(7));
    assert_eq!(up_to(&mut nudges).await, 7);
    pair.a.publish_positions(Bytes::from_static(b"sound"));
    assert_eq!(positions(&mut heard).await, node(&pair.a, Bytes::from_static(b"sound")));
    assert_eq!(*pair.b.health().borrow(), Health::Sound);
}

/// Two counties may share one Redis.
#[tokio::test]
async fn another_county_is_not_heard() {
    let pair = Pair::redis(&[]).await;
    let server = pair.server.as_ref().unwrap();
    let other = ours("nudges").replace(COUNTY, "410622000000");
    assert_eq!(server.publish(&other, b"whatever"), 0);
    let channels: Vec<String> = server.ask(&["PUBSUB", "CHANNELS"]);
    assert!(channels.iter().all(|name| name == OUTSIDE_CHANNEL || name.contains(COUNTY)));
}

fn ours(what: &str) -> String {
    format!("jiaoying:{{{COUNTY}}}:{what}")
}

fn garbage() -> Vec<Vec<u8>> {
    let mut other_version = vec![9; 41];
    other_version[1..].fill(0);
    vec![
        vec![],
        b"{}".to_vec(),
        b"null".to_vec(),
        vec![0xff; 3],
        vec![1; 16],
        other_version,
        vec![0; 1_000],
        vec![1; (1 << 20) + 100],
    ]
}

#[tokio::test]
async fn a_server_that_is_no_redis_is_a_bus_that_is_down() {
    use std::io::Write;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let stop = tokio_util::sync::CancellationToken::new();
    let url = format!("redis://127.0.0.1:{port}");
    let bus = crate::bus_contract::join(&url, &stop).await;
    assert!(matches!(*jiaoying::bus::Bus::health(&bus).borrow(), Health::Down { .. }));
    stop.cancel();
    drop(RedisServer::prepare(&[]));
}
