//! Sources that come by themselves, and one warning that several bring.

use serde_json::json;

use super::{far::cap, *};
use crate::support::mosquitto::Mosquitto;

const RAIN: &str = "99010141600000_20260721100000";
const PUSH: &str = "[[sources]]\nname = \"省推送\"\nkind = \"push\"\nlogin = \"gateway\"\nevery_s = 1\nsilent_after_s = 3\n";

#[tokio::test]
async fn who_pushes_is_heard_by_its_warnings_and_its_heartbeats_and_missed_without() {
    let server = start(PUSH).await;
    let (desk, gateway) = (server.demo("dispatcher"), server.demo("gateway"));
    callout(&desk, "预警信息源中断：省推送", "open").await;
    let path = "/sources/%E7%9C%81%E6%8E%A8%E9%80%81/heartbeat";
    let refused = desk.post(path, &json!({}), 403).await;
    assert_eq!(refused["error"]["code"], "source.not_its_login");
    source(&desk, "省推送", |source| source["state"] == "silent").await;
    gateway.post(path, &json!({}), 200).await;
    callout(&desk, "预警信息源中断：省推送", "closed").await;
    gateway.post_cap("<alert>", 422).await;
    source(&desk, "省推送", |source| source["refused"] == 1).await;
    source(&desk, "省推送", |source| source["state"] == "silent").await;
    gateway.post_cap(&cap(RAIN, "Alert", "", "Severe"), 201).await;
    source(&desk, "省推送", |source| source["state"] == "heard").await;
    server.stop().await;
}

#[tokio::test]
async fn one_warning_from_two_sources_is_one_with_two_witnesses_and_a_contradiction_is_shown() {
    let far = Far::start().await;
    far.says("/list", nmc(json!([item(RAIN, "示例县气象台发布暴雨红色预警信号")])));
    let settings = format!(
        "{}[[sources]]\nname = \"国家预警\"\nkind = \"nmc\"\nurl = \"{}\"\nevery_s = 1\nsilent_after_s = 30\n",
        PUSH.replace("silent_after_s = 3", "silent_after_s = 600"),
        far.url("/list")
    );
    let server = start(&settings).await;
    let (desk, gateway) = (server.demo("dispatcher"), server.demo("gateway"));
    let first = in_force(&desk, 1).await.remove(0);
    let again = gateway.post_cap(&cap(RAIN, "Alert", "", "Severe"), 200).await;
    assert_eq!(again["id"], first["id"]);
    let warning = in_force(&desk, 1).await.remove(0);
    let sources = warning["sources"].as_array().unwrap();
    let told: Vec<_> = sources.iter().map(|source| source["source"].as_str().unwrap()).collect();
    assert_eq!(told, ["source:国家预警", "gateway"]);
    let colour = json!({"what": "colour", "first": "red", "also": "orange"});
    assert!(sources[1]["differs"].as_array().unwrap().contains(&colour), "{warning}");
    assert_eq!(warning["colour"], "red", "the first counts");
    callout(&desk, "预警来源不一致：暴雨", "open").await;
    server.stop().await;
}

#[tokio::test]
async fn a_broker_that_lets_nobody_listen_is_a_source_that_is_silent() {
    let mut broker = Mosquitto::start();
    let settings = format!(
        "[gauges]\nmqtt_url = \"{}\"\n[[sources]]\nname = \"水文遥测\"\nkind = \"mqtt\"\nevery_s = 1\n\
         silent_after_s = 3\n",
        broker.url()
    );
    let server = start(&settings).await;
    let desk = server.demo("dispatcher");
    source(&desk, "水文遥测", |source| source["state"] == "heard").await;
    broker.kill();
    callout(&desk, "预警信息源中断：水文遥测", "open").await;
    broker.start_again();
    callout(&desk, "预警信息源中断：水文遥测", "closed").await;
    server.stop().await;
}
