//! What the county's gauges show while the storm goes over, published as stations do: at a broker, or to a node.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context;
use serde::Deserialize;

use super::{say, sleep_until};
use crate::{
    clock::{Clock, SystemClock},
    demo::storm::{Pace, Reading, Storm},
    domain::time::Timestamp,
    gauges::BrokerUrl,
    telemetry::mqtt::Publisher,
};

/// Longest wait for a node's answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two publications: in a fast storm several readings of a gauge go at once.
const AT_MOST_EVERY: Duration = Duration::from_millis(500);
/// Readings in one body.
const BATCH: usize = 5_000;

/// The stations of the county.
pub(super) struct Stations {
    client: reqwest::Client,
    urls: Vec<String>,
    token: String,
    /// Where they publish; without one the first node that answers takes their readings.
    broker: Option<Publisher>,
}

#[derive(Deserialize)]
struct List {
    items: Vec<Shown>,
}

/// What a node knows of a gauge from the drill before.
#[derive(Deserialize)]
struct Shown {
    since: Option<Timestamp>,
    reading: Option<At>,
}

#[derive(Deserialize)]
struct At {
    at: Timestamp,
}

impl Stations {
    pub fn new(
        urls: Vec<String>,
        token: String,
        broker: Option<BrokerUrl>,
    ) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
        let name = format!("jiaoyingdrill{}", std::process::id());
        let broker = broker.map(|url| Publisher::new(url, name));
        Ok(Self { client, urls, token, broker })
    }

    /// Publishes what the gauges show, each reading when it is due; what could not be published goes with the next.
    pub async fn report(
        mut self,
        storm: &Storm,
        pace: Pace,
        clock: &SystemClock,
    ) -> anyhow::Result<()> {
        let later = storm.later_by(clock.now(), self.last().await?);
        let mut moments = storm.reports().peekable();
        let mut waiting = Vec::new();
        let mut trouble: Option<String> = None;
        while let Some((_, next)) = moments.peek() {
            sleep_until(clock, storm.due(*next, pace)).await;
            let now = clock.now();
            let due = |(_, at): &(u32, Timestamp)| storm.due(*at, pace) <= now;
            while let Some(moment) = moments.next_if(due) {
                waiting.extend(storm.readings(moment, later));
            }
            let failed = self.publish(&waiting).await.err().map(|error| format!("{error:#}"));
            if failed.is_none() {
                waiting.clear();
            }
            if failed != trouble {
                match &failed {
                    Some(why) => say(format_args!("{now} readings wait: {why}")),
                    None => say(format_args!("{now} readings are taken again")),
                }
                trouble = failed;
            }
            sleep_until(clock, now + AT_MOST_EVERY).await;
        }
        Ok(())
    }

    /// Returns the latest moment that a drill before this one has shown: this one comes after it.
    async fn last(&self) -> anyhow::Result<Option<Timestamp>> {
        let base = &self.urls[0];
        let request = self.client.get(format!("{base}/api/v1/gauges?exercise=true&limit=1000"));
        let answer = request.bearer_auth(&self.token).send().await;
        let answer = answer
            .with_context(|| format!("no node answers at {base}; start one with make run"))?;
        let gauges: List = answer.error_for_status()?.json().await?;
        let moments = gauges
            .items
            .into_iter()
            .map(|shown| shown.since.max(shown.reading.map(|reading| reading.at)));
        Ok(moments.max().flatten())
    }

    async fn publish(&mut self, readings: &[Reading]) -> anyhow::Result<()> {
        if let Some(publisher) = &mut self.broker {
            let mut by_gauge: BTreeMap<&str, Vec<&Reading>> = BTreeMap::new();
            for reading in readings {
                by_gauge.entry(&reading.gauge).or_default().push(reading);
            }
            let messages = by_gauge.into_iter().map(|(gauge, readings)| {
                let said = serde_json::to_vec(&readings)?;
                Ok((format!("jiaoying/{gauge}/readings"), said))
            });
            let messages = messages.collect::<serde_json::Result<Vec<_>>>()?;
            return Ok(publisher.publish(messages).await?);
        }
        for some in readings.chunks(BATCH) {
            self.post(some).await?;
        }
        Ok(())
    }

    /// Posts readings to the first node that answers.
    async fn post(&self, readings: &[Reading]) -> anyhow::Result<()> {
        let mut silent = None;
        for url in &self.urls {
            let request = self.client.post(format!("{url}/api/v1/readings"));
            match request.bearer_auth(&self.token).json(readings).send().await {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                Ok(answer) => {
                    let status = answer.status();
                    anyhow::bail!("{url}: {status} {}", answer.text().await.unwrap_or_default());
                }
                Err(error) => silent = Some(error),
            }
        }
        Err(silent.context("there is no node")?.into())
    }
}
