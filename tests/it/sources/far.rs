//! Feeds of CAP messages.

use serde_json::json;

use super::*;

const FEED: &str = "<feed xmlns='http://www.w3.org/2005/Atom'><title>预警</title><id>f</id>\
    <updated>2026-07-21T10:00:00+08:00</updated>ENTRIES</feed>";

#[tokio::test]
async fn a_feed_is_read_the_oldest_first_and_leads_only_where_it_may() {
    let far = Far::start().await;
    let entries = [
        entry("2", "2026-07-21T11:00:00+08:00", &far.url("/2.cap")),
        entry("1", "2026-07-21T10:00:00+08:00", &far.url("/1.cap")),
        entry("3", "2026-07-21T09:00:00+08:00", "http://elsewhere.example/3.cap"),
        entry("4", "2026-07-21T09:00:00+08:00", &far.url("/4.cap")),
    ];
    let body = FEED.replace("ENTRIES", &entries.concat());
    far.page("/all.atom", Page { status: 200, body, tag: Some("\"one\"") });
    far.says("/1.cap", cap("n1", "Alert", "", "Severe"));
    far.says("/2.cap", cap("n2", "Update", "county-met,n1,2026-07-21T10:00:00+08:00", "Extreme"));
    far.says("/4.cap", "<alert>");
    let settings = format!(
        "[[sources]]\nname = \"省平台\"\nkind = \"cap_feed\"\nurl = \"{}\"\nevery_s = 1\nsilent_after_s = 30\n",
        far.url("/all.atom")
    );
    let server = start(&settings).await;
    let desk = server.demo("dispatcher");
    let read = source(&desk, "省平台", |source| source["accepted"] == 2).await;
    let warnings = in_force(&desk, 1).await;
    assert_eq!((&warnings[0]["identifier"], &warnings[0]["colour"]), (&json!("n2"), &json!("red")));
    let told = read["faults"].to_string();
    assert!(told.contains("elsewhere.example, which is not among the source's hosts"), "{told}");
    assert_eq!(read["refused"], 2, "{told}");
    let opened = desk.journal(0).await.into_iter().filter(|e| e["kind"] == "callout_opened");
    let warned = opened.filter(|e| e["data"]["kind"] == "warning").count();
    assert_eq!(warned, 1, "the update acts on the callout of what it updates");
    // From then on it is only asked whether it has changed.
    until(SOON, "the feed is asked by its tag", async || {
        let asked = far.asked_for("/all.atom");
        asked.iter().any(|headers| headers.get("if-none-match").is_some()).then_some(())
    })
    .await;
    assert_eq!(far.asked_for("/1.cap").len(), 1);
    server.stop().await;
}

fn entry(id: &str, updated: &str, link: &str) -> String {
    format!(
        "<entry><id>{id}</id><title>t</title><updated>{updated}</updated>\
         <link href='{link}' type='application/cap+xml'/></entry>"
    )
}

pub(super) fn cap(identifier: &str, kind: &str, references: &str, severity: &str) -> String {
    let references = match references {
        "" => String::new(),
        named => format!("<references>{named}</references>"),
    };
    format!(
        "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>{identifier}</identifier>\
         <sender>county-met</sender><sent>2026-07-21T10:00:00+08:00</sent><status>Actual</status>\
         <msgType>{kind}</msgType><scope>Public</scope>{references}<info><language>zh-CN</language>\
         <category>Met</category><event>暴雨</event><urgency>Immediate</urgency><severity>{severity}</severity>\
         <certainty>Observed</certainty><area><areaDesc>示例县</areaDesc><geocode><valueName>CPEAS Geographic Code\
         </valueName><value>990101000000</value></geocode></area></info></alert>"
    )
}
