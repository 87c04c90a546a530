//! `jiaoying drill`: the demonstration's storm on a running node, as an exercise, with its vehicles out in it and its
//! gauges under water.
//!
//! It is a client like any source of warnings, any gateway of positions and any station: everything it causes is
//! marked 【演练】. Those who are called answer through the simulated carrier, by its seed; those who are sent to a drill's
//! incident, or have signed for a drill's task, are played by a script, which the record names as the exercise's controller.

mod cast;
mod fleet;
mod gauges;

use std::{
    cell::RefCell, collections::BTreeMap, num::NonZeroU32, process::ExitCode, time::Duration,
};

use anyhow::Context;
use clap::Args;
use compact_str::CompactString;

use self::{cast::Script, fleet::Gateway, gauges::Stations};
use super::say;
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    demo::{
        self, DemoCounty,
        cast::Cast,
        fleet::Fleet,
        storm::{Message, Pace, Storm},
    },
    domain::{ids::AreaCode, time::Timestamp},
    gauges::BrokerUrl,
};

/// How often a message is offered, a second apart, to a node that is being restarted: a minute, as a real
/// source would try.
const TRIES: u32 = 60;

#[derive(Args)]
pub(super) struct Drill {
    /// How many times faster than in July 2021 the storm comes; vehicles drive as fast as in life.
    #[arg(long, default_value = "60")]
    speed: NonZeroU32,
    /// The node; its own listener when left out. Given several times, vehicles are spread over the nodes and
    /// the storm goes to the first.
    #[arg(long)]
    url: Vec<String>,
    /// A token that may issue warnings and report positions; the demonstration's gateway when left out.
    #[arg(long, env = "JIAOYING_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// A dispatcher's token under which the script reports what crews and townships do in drills; the demonstration's
    /// controller when left out.
    #[arg(long, env = "JIAOYING_DRILL_CONTROLLER", hide_env_values = true)]
    controller: Option<String>,
    /// The broker at which the gauges publish, as in gauges.mqtt_url; to the node itself when left out.
    #[arg(long, env = "JIAOYING_DRILL_MQTT", hide_env_values = true)]
    mqtt: Option<String>,
    /// Only the vehicles, on patrol and without a storm, until stopped.
    #[arg(long)]
    fleet: bool,
    /// Seed of the vehicles: the same seed, the same ways.
    #[arg(long, default_value = "20210721")]
    seed: u64,
}

impl Drill {
    pub async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        let mut urls = self.url.clone();
        if urls.is_empty() {
            urls.push(format!("http://{}", config.listen));
        }
        let base = urls[0].clone();
        let token = self.token.clone().unwrap_or_else(|| "demo-gateway".to_owned());
        let clock = SystemClock::new();
        let storm = Storm::load(demo::STORM)?;
        let pace = Pace { start: clock.now(), speed: self.speed };
        let county = demo::county().map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
        let basemap = demo::basemap()?;
        let sends = (!self.fleet).then_some((&storm, pace));
        let fleet = Fleet::new(&county, &basemap, sends, clock.now(), self.seed);
        let fleet = RefCell::new(fleet);
        let controller = self.controller.clone().unwrap_or_else(|| "demo-controller".to_owned());
        let script = Script::new(base.clone(), controller, Cast::new(&county, self.seed))?;
        let broker = self.mqtt.as_deref().map(str::parse::<BrokerUrl>).transpose();
        let broker = broker.context("--mqtt")?;
        let stations = Stations::new(urls.clone(), token.clone(), broker)?;
        let gateway = Gateway::new(urls, token.clone())?;
        let players = async {
            tokio::join!(gateway.drive(&fleet, &clock), script.play(&fleet, &clock));
        };
        if self.fleet {
            players.await;
            return Ok(ExitCode::SUCCESS);
        }
        let messages = storm.messages(pace, names(county));
        let storm = async {
            let warned = self.warn(&clock, &base, &token, messages);
            tokio::try_join!(warned, stations.report(&storm, pace, &clock))?;
            say("the storm is over; vehicles, crews and townships go on until stopped");
            anyhow::Ok(())
        };
        tokio::try_join!(storm, async {
            players.await;
            Ok(())
        })?;
        Ok(ExitCode::SUCCESS)
    }

    /// Sends the storm's messages, each when it is due.
    async fn warn(
        &self,
        clock: &SystemClock,
        base: &str,
        token: &str,
        messages: Vec<Message>,
    ) -> anyhow::Result<()> {
        let last =
            messages.last().map(|message| message.due.since(clock.now())).unwrap_or_default();
        say(format_args!(
            "【演练】{} messages in the next {} min, {}× as fast as in July 2021",
            messages.len(),
            last.as_secs().div_ceil(60),
            self.speed
        ));
        let client = reqwest::Client::new();
        for (number, message) in messages.into_iter().enumerate() {
            sleep_until(clock, message.due).await;
            let request = client
                .post(format!("{base}/api/v1/warnings"))
                .bearer_auth(token)
                .header("content-type", "application/cap+xml")
                .body(message.xml);
            // The first finds out whether there is a node at all.
            let tries = if number == 0 { 1 } else { TRIES };
            let sent = send(clock, request, tries).await;
            let sent = sent
                .with_context(|| format!("no node answers at {base}; start one with make run"))?;
            let status = sent.status();
            let body = sent.text().await.unwrap_or_default();
            if !status.is_success() {
                anyhow::bail!("{}: {status} {body}", message.identifier);
            }
            say(format_args!("{} {} {body}", clock.now(), message.identifier));
        }
        Ok(())
    }
}

/// Returns what people call each area.
fn names(county: DemoCounty) -> impl Fn(AreaCode) -> CompactString {
    let names: BTreeMap<AreaCode, CompactString> =
        county.areas.into_iter().map(|area| (area.code, area.name)).collect();
    move |code| names.get(&code).cloned().unwrap_or_else(|| code.to_string().into())
}

/// Sends what may be sent twice, a second apart while no node answers.
async fn send(
    clock: &SystemClock,
    request: reqwest::RequestBuilder,
    tries: u32,
) -> reqwest::Result<reqwest::Response> {
    for _ in 1..tries {
        let Some(again) = request.try_clone() else { break };
        if let Ok(sent) = again.send().await {
            return Ok(sent);
        }
        sleep_until(clock, clock.now() + Duration::from_secs(1)).await;
    }
    request.send().await
}

#[expect(clippy::disallowed_methods, reason = "the drill waits for the storm")]
async fn sleep_until(clock: &SystemClock, due: Timestamp) {
    let wait: Duration = due.since(clock.now());
    tokio::time::sleep(wait).await;
}
