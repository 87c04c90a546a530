//! A page that goes on at another node when its own is gone, and keeps count of every event.

use std::time::Instant;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, sync::watch};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

use super::three::Addresses;
use crate::support::{client::Client, socket::WsClient};

/// What one page has been told.
#[derive(Default)]
pub(super) struct Told {
    /// Where the first board stood.
    pub base: u64,
    /// The events since, as they came.
    pub seqs: Vec<u64>,
    /// How each conversation ended, and when the next had begun.
    pub ends: Vec<(u16, Instant)>,
}

/// Follows from the node numbered `first` on, until the event `end` has come.
pub(super) async fn follow(
    addresses: Addresses,
    first: usize,
    mut end: watch::Receiver<Option<u64>>,
) -> Told {
    let mut told = Told::default();
    let (mut epoch, mut at, mut gone) = (Value::Null, first, None);
    loop {
        let address = {
            let known = addresses.read().unwrap();
            known[at % known.len()].clone()
        };
        at += 1;
        let Some(mut stream) = greet(&address, &mut epoch, &mut told).await else {
            tokio::task::yield_now().await;
            continue;
        };
        if let Some(code) = gone.take() {
            told.ends.push((code, Instant::now()));
        }
        loop {
            let last = told.seqs.last().copied().unwrap_or(told.base);
            if end.borrow_and_update().is_some_and(|end| last >= end) {
                return told;
            }
            let message = tokio::select! {
                message = stream.next() => message,
                changed = end.changed() => { changed.unwrap(); continue }
            };
            match message {
                Some(Ok(Message::Text(text))) if text.starts_with(r#"{"type":"event""#) => {
                    told.seqs.push(seq_of(&text));
                }
                Some(Ok(Message::Text(text))) if text.starts_with(r#"{"type":"ping""#) => {
                    let _ = stream.send(Message::text(r#"{"type":"pong"}"#)).await;
                }
                Some(Ok(Message::Close(frame))) => {
                    gone = Some(frame.map_or(1005, |frame| frame.code.into()));
                    break;
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => {
                    gone = Some(1006);
                    break;
                }
            }
        }
    }
}

/// Says hello, with what is known already; `None` where nobody answers.
async fn greet(
    address: &str,
    epoch: &mut Value,
    told: &mut Told,
) -> Option<WebSocketStream<TcpStream>> {
    let mut stream = WsClient::try_open(address, None, &[]).await.ok()?;
    let mut hello = json!({ "type": "hello", "token": "demo-screen" });
    let seq = told.seqs.last().copied().unwrap_or(told.base);
    if !epoch.is_null() {
        hello["resume"] = json!({ "epoch": epoch, "seq": seq });
    }
    stream.send(Message::text(hello.to_string())).await.ok()?;
    loop {
        let Some(Ok(Message::Text(text))) = stream.next().await else { return None };
        if !text.starts_with(r#"{"type":"welcome""#) {
            continue;
        }
        let mut welcome: Value = serde_json::from_str(&text).unwrap();
        if epoch.is_null() {
            *epoch = welcome["epoch"].take();
            told.base = welcome["seq"].as_u64().unwrap();
        } else {
            assert_eq!(welcome["resumed"], true, "{welcome}");
            assert_eq!(welcome["seq"], seq);
        }
        return Some(stream);
    }
}

/// Reads the number without the rest: hundreds of pages share one processor with the nodes.
fn seq_of(text: &str) -> u64 {
    let (_, rest) = text.split_once(r#""seq":"#).unwrap();
    rest[..rest.find(',').unwrap()].parse().unwrap()
}

/// Returns the numbers that a page of the whole county is told, after `base` and up to `end`.
pub(super) async fn shown(node: &Client, base: u64, end: u64) -> Vec<u64> {
    let journal = node.journal(base).await;
    let told = |kind: &str| {
        let elsewhere = ["access_changed", "fence_crossed", "stock_counted"].contains(&kind);
        !elsewhere && !kind.starts_with("unit_") && !kind.starts_with("site_")
    };
    let told = journal.iter().filter(|entry| told(entry["kind"].as_str().unwrap()));
    told.map(|entry| entry["seq"].as_u64().unwrap()).filter(|seq| *seq <= end).collect()
}
