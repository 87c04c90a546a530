//! Asking a source again and again.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};

use super::{
    Kind, Source,
    cap_feed::CapFeed,
    fetch::{self, Asked, Failure, Fetcher},
    folder::Folder,
    intake::{Intake, Later},
    list::{Form, List},
};
use crate::{domain::time::Timestamp, ingest::feeds::Fault};

/// Why a source was not heard.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Failed(#[from] Failure),
    /// It answers, and with nothing that can be understood.
    #[error("what it answers is not understood: {fault}: {}", .fault.remedy())]
    NotUnderstood { fault: Box<Fault> },
    #[error("the newest of its list is of {newest}: it may have stood still")]
    Stale { newest: Timestamp },
    #[error("{path} cannot be read: {why}")]
    Folder { path: String, why: String },
    #[error("{count} of its messages could not be fetched, the first because {first}")]
    Messages { count: usize, first: Failure },
    /// Nothing is wrong with the source.
    #[error(transparent)]
    Later(#[from] Later),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Trouble::NotUnderstood { fault: Box::new(fault) }
    }
}

/// A source that is asked.
pub(super) enum Rounds {
    List(List),
    CapFeed(CapFeed),
    Folder(Folder),
}

impl Rounds {
    /// Returns how a source is asked; `None` for one that comes by itself.
    pub(super) fn of(source: &Source, fetcher: &Arc<Fetcher>) -> Option<Self> {
        let fetcher = || Arc::clone(fetcher);
        match source.kind {
            Kind::Push | Kind::Mqtt => None,
            Kind::Folder => Some(Rounds::Folder(Folder::new(source.folder.clone()))),
            Kind::CapFeed => Some(Rounds::CapFeed(CapFeed::new(fetcher(), asked(source)?))),
            Kind::Nmc => Some(Rounds::List(List::new(fetcher(), asked(source)?, Form::Nmc))),
            Kind::Qweather => {
                let form = Form::Qweather { area: source.area };
                Some(Rounds::List(List::new(fetcher(), asked(source)?, form)))
            }
            Kind::Weathercn => {
                let item_url = source.item_url.read().ok()?;
                let form = Form::Weathercn { item_url, region: source.region.clone() };
                Some(Rounds::List(List::new(fetcher(), asked(source)?, form)))
            }
        }
    }

    /// Asks every so often, without end.
    pub(super) async fn keep_asking(mut self, mut intake: Intake, every: Duration) {
        let mut rounds = interval(every);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            rounds.tick().await;
            let name = intake.source.name.clone();
            match self.ask(&mut intake).await {
                Ok(heard_at) => intake.sources().answers(&name, heard_at),
                Err(trouble) => intake.sources().troubles(&name, trouble.to_string()),
            }
        }
    }

    /// Asks once; returns when the source was heard, which for a folder is when something was put into it.
    async fn ask(&mut self, intake: &mut Intake) -> Result<Option<Timestamp>, Trouble> {
        match self {
            Rounds::List(list) => list.ask(intake).await.map(Some),
            Rounds::CapFeed(feed) => feed.ask(intake).await.map(Some),
            Rounds::Folder(folder) => folder.look(intake).await,
        }
    }
}

/// Returns what is asked for; the settings have been checked, so that it can be.
fn asked(source: &Source) -> Option<Asked> {
    let read = source.url.read().ok()?;
    let url: reqwest::Url = read.parse().ok()?;
    let given = source.headers.iter().map(|(name, value)| Some((name, value.read().ok()?)));
    let given: Option<Vec<_>> = given.collect();
    let headers = fetch::headers(given?.into_iter()).ok()?;
    let mut hosts: std::collections::BTreeSet<String> = source.hosts.iter().cloned().collect();
    hosts.insert(fetch::host(&url));
    let item = source.item_url.read().ok().and_then(|url| url.replace("{file}", "f").parse().ok());
    hosts.extend(item.as_ref().map(fetch::host));
    Some(Asked { url, headers, hosts })
}
