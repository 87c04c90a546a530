//! The API over HTTP, on a real node with the demonstration county.

mod board;
mod bodies;
mod bulletins;
mod calendars;
mod contacts;
mod dispatch;
mod duty;
mod duty_tables;
mod evacuations;
mod flaws;
mod forms;
mod handovers;
mod hotspots;
mod imports;
mod journal;
mod map;
mod month;
mod obligations;
mod pages;
mod people;
mod reach;
mod recommendations;
mod reports;
mod responses;
mod roles;
mod rotations;
mod sessions;
mod sheets;
mod suggestions;
mod supplies;
mod swaps;
mod warnings;

use std::time::Duration;

use chrono::{DateTime, NaiveDate};
use serde_json::{Value, json};

use crate::support::{
    client::{Client, expect, items, refusal},
    county::COUNTY,
    patience::until,
    server::TestServer,
};

/// Longest wait for what a node does by itself.
const SOON: Duration = Duration::from_secs(30);

/// A township of the demonstration county, another one, and a village of the first.
const TOWNSHIP: &str = "990101001000";
const OTHER_TOWNSHIP: &str = "990101002000";
const VILLAGE: &str = "990101001001";

/// A red rainstorm warning in JSON for `area`.
fn red(area: &str) -> Value {
    json!({ "event": "暴雨", "colour": "red", "areas": [area] })
}

/// Issues a red warning and returns the id of its callout.
async fn red_callout(caller: &Client, area: &str) -> String {
    let accepted = caller.post("/warnings", &red(area), 201).await;
    accepted["callouts"][0].as_str().unwrap().to_owned()
}

/// Returns what a callout asks of `post`.
async fn obligation(caller: &Client, callout: &str, post: &str) -> Value {
    let list = caller.get(&format!("/callouts/{callout}/obligations?limit=10000"), 200).await;
    let found = items(&list).iter().find(|obligation| obligation["post"] == post);
    found.unwrap_or_else(|| panic!("nothing is asked of {post}")).clone()
}

fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap()
}

/// Returns what the journal gained since `head` by anybody but the node itself.
async fn done_by_people(server: &TestServer, head: u64) -> Vec<Value> {
    let entries = server.demo("commander").journal(head).await;
    entries.into_iter().filter(|entry| entry["actor"] != "node").collect()
}

/// Returns the day it is where the county is.
async fn today(client: &Client) -> NaiveDate {
    let duty = client.get(&format!("/duty?area={COUNTY}"), 200).await;
    DateTime::parse_from_rfc3339(duty["at"].as_str().unwrap()).unwrap().date_naive()
}
