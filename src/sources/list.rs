//! Sources that answer with a list of what is in force: nmc.cn, QWeather, and weather.com.cn, whose list leads to
//! a script for each warning.

use std::sync::Arc;

use bytes::Bytes;
use hyper::header::HeaderValue;

use super::{
    Source,
    fetch::{Asked, Failure, Fetched, Fetcher},
    intake::{Intake, Offered},
    memory::Memory,
    round::Trouble,
};
use crate::{
    domain::{ids::AreaCode, time::Timestamp, warning::Original},
    ingest::feeds::{Item, Items, nmc, qweather, weathercn},
};

/// Scripts fetched in one round; the others wait for the next. A county has a handful.
const SCRIPTS_MAX: usize = 100;
/// Files that are remembered as read.
const READ_MAX: usize = 5_000;

/// How a list is read.
pub(super) enum Form {
    Nmc,
    /// The answer names no area: the one that was asked about.
    Qweather {
        area: Option<AreaCode>,
    },
    /// Where one warning is, with `{file}` for its name, and the place that counts.
    Weathercn {
        item_url: String,
        region: String,
    },
}

/// A list and what is known of it.
pub(super) struct List {
    form: Form,
    fetcher: Arc<Fetcher>,
    asked: Asked,
    /// What the list was when it was dealt with last.
    tag: Option<HeaderValue>,
    /// The newest warning it has ever held.
    newest: Option<Timestamp>,
    /// Files of weather.com.cn that were read: one is never changed.
    read: Memory,
}

impl List {
    pub(super) fn new(fetcher: Arc<Fetcher>, asked: Asked, form: Form) -> Self {
        Self { form, fetcher, asked, tag: None, newest: None, read: Memory::new(READ_MAX) }
    }

    /// Asks once; returns when that was.
    pub(super) async fn ask(&mut self, intake: &mut Intake) -> Result<Timestamp, Trouble> {
        let source = Arc::clone(&intake.source);
        match self.fetcher.get(&self.asked, self.tag.as_ref()).await? {
            Fetched::Unchanged => {}
            Fetched::Body { bytes, tag } => {
                let whole = self.take(&bytes, intake).await?;
                self.tag = tag.filter(|_| whole);
            }
        }
        self.fresh(&source, intake.now())
    }

    /// Takes what a list says; tells whether that was all.
    async fn take(&mut self, bytes: &Bytes, intake: &mut Intake) -> Result<bool, Trouble> {
        let items = match &self.form {
            Form::Nmc => nmc::read(bytes),
            Form::Qweather { area } => qweather::read(bytes, *area),
            Form::Weathercn { item_url, region } => {
                let (item_url, region) = (item_url.clone(), region.clone());
                return self.follow(&item_url, &region, bytes, intake).await;
            }
        };
        self.hand_on(items, intake).await?;
        Ok(true)
    }

    async fn hand_on(&mut self, items: Items, intake: &mut Intake) -> Result<(), Trouble> {
        let mut offered = Vec::new();
        for item in items? {
            match item {
                Ok(item) => {
                    self.newest = self.newest.max(Some(item.message.sent));
                    offered.push(offer(item));
                }
                Err(fault) => intake.not_taken(format!("{fault}: {}", fault.remedy())),
            }
        }
        // The oldest first, so that a change comes after what it changes.
        offered.sort_by_key(|offered| offered.message.sent);
        intake.take(offered).await?;
        Ok(())
    }

    /// Reads the scripts that the list of weather.com.cn names and that concern the place.
    async fn follow(
        &mut self,
        item_url: &str,
        region: &str,
        bytes: &Bytes,
        intake: &mut Intake,
    ) -> Result<bool, Trouble> {
        let mut wanted = Vec::new();
        for row in weathercn::list(bytes)? {
            match row {
                Ok(row) if is_near(&row.region, region) => wanted.push(row.file),
                Ok(_) => {}
                Err(fault) => intake.not_taken(format!("{fault}: {}", fault.remedy())),
            }
        }
        wanted.retain(|file| !self.read.holds(file));
        let whole = wanted.len() <= SCRIPTS_MAX;
        wanted.truncate(SCRIPTS_MAX);
        let mut failed = Vec::new();
        for file in wanted {
            let script = self.asked.at(&item_url.replace("{file}", &file));
            let fetched = match script {
                Ok(script) => self.fetcher.get(&script, None).await,
                Err(failure) => Err(failure),
            };
            match fetched {
                Ok(Fetched::Body { bytes, .. }) => {
                    match weathercn::read(&bytes) {
                        items @ Ok(_) => self.hand_on(items, intake).await?,
                        Err(fault) => intake.not_taken(format!("{file}: {fault}")),
                    }
                    self.read.remember(&file);
                }
                Ok(Fetched::Unchanged) => {}
                Err(failure) if failure.is_gone() => {
                    intake.not_taken(format!("{file}: {failure}"));
                    self.read.remember(&file);
                }
                Err(failure) => failed.push(failure),
            }
        }
        not_fetched(failed)?;
        Ok(whole)
    }

    /// A page that has stood still for days answers as well as one that has not.
    fn fresh(&self, source: &Source, now: Timestamp) -> Result<Timestamp, Trouble> {
        let within = u64::from(source.news_within_s);
        match self.newest {
            Some(newest) if within > 0 && now.since(newest).as_secs() > within => {
                Err(Trouble::Stale { newest })
            }
            Some(_) | None => Ok(now),
        }
    }
}

/// Says that messages could not be fetched, which come again.
pub(super) fn not_fetched(failed: Vec<Failure>) -> Result<(), Trouble> {
    let count = failed.len();
    match failed.into_iter().next() {
        Some(first) => Err(Trouble::Messages { count, first }),
        None => Ok(()),
    }
}

fn offer(item: Item) -> Offered {
    let Item { message, original } = item;
    let original =
        Original { media_type: "application/json".into(), body: original, base64: false };
    Offered { message, original }
}

/// Tells whether one place is the other, lies in it or holds it, by their full names.
fn is_near(region: &str, place: &str) -> bool {
    !region.is_empty() && (place.starts_with(region) || region.starts_with(place))
}
