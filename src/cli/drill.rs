//! `jiaoying drill`: the demonstration's storm on a running node, as an exercise.
//!
//! It is a client like any source of warnings: everything it causes is marked 【演练】. Those who are called
//! answer through the simulated carrier, by its seed.

use std::{collections::BTreeMap, num::NonZeroU32, process::ExitCode, time::Duration};

use anyhow::Context;
use clap::Args;
use compact_str::CompactString;

use super::say;
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    demo::{
        self,
        storm::{Pace, Storm},
    },
    domain::{ids::AreaCode, time::Timestamp},
};

/// How often a message is offered, a second apart, to a node that is being restarted: a minute, as a real
/// source would try.
const TRIES: u32 = 60;

#[derive(Args)]
pub(super) struct Drill {
    /// How many times faster than in July 2021 the storm comes.
    #[arg(long, default_value = "60")]
    speed: NonZeroU32,
    /// The node; its own listener when left out.
    #[arg(long)]
    url: Option<String>,
    /// A token that may issue warnings; the demonstration's gateway when left out.
    #[arg(long, env = "JIAOYING_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

impl Drill {
    pub async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        let base = self.url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
        let token = self.token.clone().unwrap_or_else(|| "demo-gateway".to_owned());
        let storm = Storm::load(demo::STORM)?;
        let clock = SystemClock::new();
        let county = demo::county().map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
        let names: BTreeMap<AreaCode, CompactString> =
            county.areas.into_iter().map(|area| (area.code, area.name)).collect();
        let pace = Pace { start: clock.now(), speed: self.speed };
        let messages = storm.messages(pace, |code| {
            names.get(&code).cloned().unwrap_or_else(|| code.to_string().into())
        });
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
            sleep_until(&clock, message.due).await;
            let request = client
                .post(format!("{base}/api/v1/warnings"))
                .bearer_auth(&token)
                .header("content-type", "application/cap+xml")
                .body(message.xml);
            // The first finds out whether there is a node at all.
            let tries = if number == 0 { 1 } else { TRIES };
            let sent = send(&clock, request, tries).await;
            let sent = sent
                .with_context(|| format!("no node answers at {base}; start one with make run"))?;
            let status = sent.status();
            let body = sent.text().await.unwrap_or_default();
            if !status.is_success() {
                anyhow::bail!("{}: {status} {body}", message.identifier);
            }
            say(format_args!("{} {} {body}", clock.now(), message.identifier));
        }
        Ok(ExitCode::SUCCESS)
    }
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
