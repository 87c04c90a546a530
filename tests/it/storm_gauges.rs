//! The demonstration's storm, with the county's gauges publishing at a real broker: who is called when the water
//! crosses its levels, and who is called again.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::{Child, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{
    mosquitto::Mosquitto,
    patience::{until, within},
    process::jiaoying,
    server::TestServer,
};

/// The gauge that is flooded first, and the township that it guards.
const GAUGE: &str = "990101-g1";
const TOWNSHIP: &str = "990101101";
const SOON: Duration = Duration::from_secs(120);
/// So fast that the 46 hours until the second level take some fifteen seconds.
const SPEED: &str = "12000";

#[tokio::test]
async fn a_flood_of_the_drill_calls_whom_its_gauge_guards_and_the_upgrade_only_whose_duty_changes()
{
    let broker = Mosquitto::start();
    let server = TestServer::start_with(&[("JIAOYING_GAUGES__MQTT_URL", &broker.url())]).await;
    within(SOON, "it listens", async || {
        server.broker.as_ref().unwrap().state.borrow().is_connected()
    })
    .await;
    let drill = Drill::start(&server, &["--mqtt", &broker.url()]);
    let journal = crossed(&server, "guarantee").await;
    drop(drill);

    let crossings: Vec<(&str, &str, &Value)> = crossings(&journal).collect();
    let river: Vec<_> = crossings.iter().filter(|(gauge, ..)| *gauge == GAUGE).collect();
    let hours: Vec<_> = river.iter().map(|(_, at, to)| (&at[11..16], *to)).collect();
    assert_eq!(hours, [("18:00", &json!("warning")), ("07:00", &json!("guarantee"))]);
    // Until then it rained in the hills, and no other river was over its level.
    let first = crossings.iter().find(|(.., to)| *to == "warning").unwrap();
    assert_eq!(first.0, GAUGE);
    let drills = journal.iter().filter(|entry| entry["kind"] == "gauge_crossed");
    assert!(drills.into_iter().all(|entry| entry["data"]["exercise"] == true));

    let calls = Calls::of(&journal);
    assert!(calls.drill, "it is marked as a drill");
    let village = |post: &&String| post.ends_with("village_duty");
    let (villages, above): (Vec<_>, Vec<_>) = calls.first.iter().partition(village);
    assert!(villages.len() > 50 && villages.iter().all(|post| post.starts_with(TOWNSHIP)));
    assert_eq!(above, ["990101000000/duty_officer", "990101101000/duty_officer"]);
    // Orange asks of the villages and of the county's desk what yellow did not, and it asks the leaders.
    let (again, new): (Vec<_>, Vec<_>) = calls.upgraded.iter().partition(|(_, again)| **again);
    assert!(again.iter().all(|(post, _)| calls.first.contains(*post)), "{again:?}");
    let new: Vec<_> = new.into_iter().map(|(post, _)| post.as_str()).collect();
    assert_eq!(new, ["990101000000/lead_officer", "990101101000/lead_officer"]);
    // What it asks of nobody any more is called off, with a word to whoever was called for it.
    let kept = again.iter().any(|(post, _)| *post == "990101101000/duty_officer");
    assert!(!kept && calls.withdrawn.contains("990101101000/duty_officer"));
    server.stop().await;
}

#[tokio::test]
async fn a_second_drill_is_another_flood_though_the_first_was_broken_off() {
    let server = TestServer::start().await;
    let seen = std::cell::Cell::new(0);
    for _ in 0..2 {
        let drill = Drill::start(&server, &[]);
        until(SOON, "it floods", async || {
            // Only what is new: the next level comes some seconds later, and must not be there yet.
            let news = server.demo("commander").journal(seen.get()).await;
            seen.set(news.last().map_or(seen.get(), |e| e["seq"].as_u64().unwrap()));
            crossings(&news)
                .any(|(gauge, _, to)| (gauge, to) == (GAUGE, &json!("warning")))
                .then_some(())
        })
        .await;
        drop(drill);
    }
    let journal = server.demo("commander").journal(0).await;
    let days: Vec<_> = crossings(&journal).filter(|(gauge, ..)| *gauge == GAUGE).collect();
    // The water of the first has fallen when the second begins.
    let marks: Vec<_> = days.iter().map(|(.., to)| (*to).clone()).collect();
    assert_eq!(marks, [json!("warning"), Value::Null, json!("warning")]);
    assert!(days.iter().filter(|(.., to)| !to.is_null()).all(|(_, at, _)| &at[11..16] == "18:00"));
    server.stop().await;
}

/// Whom the flood of the first gauge obliges.
struct Calls {
    drill: bool,
    /// With the first level.
    first: BTreeSet<String>,
    /// With the second, and whether in place of what the first asked of them.
    upgraded: BTreeMap<String, bool>,
    /// What the first asked and the second does not.
    withdrawn: BTreeSet<String>,
}

impl Calls {
    fn of(journal: &[Value]) -> Self {
        let after = |seq: u64, kind: &str| -> Vec<&Value> {
            let later = journal.iter().filter(|entry| entry["seq"].as_u64() > Some(seq));
            later.filter(|entry| entry["kind"] == kind).map(|entry| &entry["data"]).collect()
        };
        let is_crossing = |e: &&Value| e["kind"] == "gauge_crossed" && e["data"]["gauge"] == GAUGE;
        let crossed: Vec<u64> = journal
            .iter()
            .filter(is_crossing)
            .map(|entry| entry["seq"].as_u64().unwrap())
            .collect();
        let opened = after(crossed[0], "callout_opened")[0];
        let own = |data: &&Value| data["callout"] == opened["id"];
        let post = |data: &Value| data["post"].as_str().unwrap().to_owned();
        let obliged: Vec<_> =
            after(crossed[0], "obligation_opened").into_iter().filter(own).collect();
        let upgraded: Vec<_> =
            after(crossed[1], "obligation_opened").into_iter().filter(own).collect();
        let first = &obliged[..obliged.len() - upgraded.len()];
        let withdrawn = after(crossed[1], "obligation_withdrawn").into_iter().filter(own);
        Self {
            drill: opened["drill"] == true,
            first: first.iter().map(|data| post(data)).collect(),
            upgraded: upgraded.iter().map(|d| (post(d), d["replaces"].is_string())).collect(),
            withdrawn: withdrawn.filter(|d| d["reason"] == "upgraded").map(post).collect(),
        }
    }
}

/// Returns which gauge crossed what, and when by its own clock.
fn crossings(journal: &[Value]) -> impl Iterator<Item = (&str, &str, &Value)> {
    let crossed = journal.iter().filter(|entry| entry["kind"] == "gauge_crossed");
    crossed.map(|entry| {
        let data = &entry["data"];
        (data["gauge"].as_str().unwrap(), data["at"].as_str().unwrap(), &data["to"])
    })
}

/// Waits until the gauge has reached a level, and returns the journal.
async fn crossed(server: &TestServer, mark: &str) -> Vec<Value> {
    until(SOON, mark, async || {
        let mut journal = server.demo("commander").journal(0).await;
        let river =
            |entry: &Value| entry["kind"] == "gauge_crossed" && entry["data"]["gauge"] == GAUGE;
        let there = journal.iter().position(|e| river(e) && e["data"]["to"] == mark)?;
        // On a busy machine the flood may have gone on before this was asked.
        let next = journal[there + 1..].iter().position(river);
        journal.truncate(next.map_or(journal.len(), |next| there + 1 + next));
        Some(journal)
    })
    .await
}

/// The command that replays the storm, ended with the test.
struct Drill(Child);

impl Drill {
    fn start(server: &TestServer, more: &[&str]) -> Self {
        let url = format!("http://{}", server.stranger().base);
        let mut arguments = vec!["drill", "--speed", SPEED, "--url", &url];
        arguments.extend(more);
        let mut command = jiaoying(server.dir.path(), &arguments);
        Self(command.stdout(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Drill {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
