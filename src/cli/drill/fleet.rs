//! The county's vehicles as a gateway reports them, second by second, to one node or to several.

use std::{cell::RefCell, time::Duration};

use futures_util::future::join_all;

use super::{say, sleep_until};
use crate::{
    clock::{Clock, SystemClock},
    demo::fleet::{Fleet, Report},
};

/// Longest wait for a node's answer: the next second has newer positions.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where positions go, and as whom.
pub(super) struct Gateway {
    client: reqwest::Client,
    urls: Vec<String>,
    token: String,
}

/// What became of one second's reports.
enum Sent {
    Taken,
    /// The node said no: another would too.
    Refused(String),
    NobodyAnswers,
}

impl Gateway {
    pub fn new(urls: Vec<String>, token: String) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
        Ok(Self { client, urls, token })
    }

    /// Reports the fleet each second, for ever. Positions are perishable: what no node takes is dropped, and
    /// the next second's are newer.
    pub async fn drive(&self, fleet: &RefCell<Fleet>, clock: &SystemClock) {
        let vehicles = fleet.borrow().len();
        say(format_args!("{vehicles} vehicles report to {}", self.urls.join(" ")));
        let mut trouble: Option<String> = None;
        let mut next = clock.now();
        loop {
            // After a pause of the machine the seconds that were missed are not caught up on.
            next = (next + Duration::from_secs(1)).max(clock.now());
            sleep_until(clock, next).await;
            let reports = fleet.borrow_mut().reports(next);
            let refused = self.report(reports).await;
            if refused != trouble {
                match &refused {
                    Some(why) => say(format_args!("{} positions are lost: {why}", clock.now())),
                    None => say(format_args!("{} positions are taken again", clock.now())),
                }
                trouble = refused;
            }
        }
    }

    /// Sends each node its vehicles' reports; returns why some were not taken.
    async fn report(&self, reports: Vec<Report>) -> Option<String> {
        let mut batches = vec![Vec::new(); self.urls.len()];
        for report in reports {
            batches[report.vehicle % self.urls.len()].push(report);
        }
        let sends = batches.iter().enumerate().filter(|(_, batch)| !batch.is_empty());
        let sent = join_all(sends.map(|(first, batch)| self.offer(first, batch))).await;
        sent.into_iter().find_map(|sent| match sent {
            Sent::Taken => None,
            Sent::Refused(why) => Some(why),
            Sent::NobodyAnswers => Some("no node answers".to_owned()),
        })
    }

    /// Offers a batch to its own node, and to the others while that one does not answer.
    async fn offer(&self, first: usize, batch: &[Report]) -> Sent {
        let (before, from) = self.urls.split_at(first);
        for url in from.iter().chain(before) {
            let request = self.client.post(format!("{url}/api/v1/positions"));
            let Ok(answer) = request.bearer_auth(&self.token).json(batch).send().await else {
                continue;
            };
            let status = answer.status();
            if status.is_success() {
                return Sent::Taken;
            }
            // A node that starts or stops; another may take it.
            if status.is_server_error() {
                continue;
            }
            let body = answer.text().await.unwrap_or_default();
            return Sent::Refused(format!("{url}: {status} {body}"));
        }
        Sent::NobodyAnswers
    }
}
