//! The exercise's script at the desk of a node: what it reads there, and what it says.

use std::{cell::RefCell, time::Duration};

use serde::{Deserialize, de::DeserializeOwned};

use super::{say, sleep_until};
use crate::{
    clock::{Clock, SystemClock},
    demo::{
        cast::{Cast, Given, Sent, Word},
        fleet::Fleet,
    },
};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(5);
/// Most that it follows at once: a level Ⅰ response of the demonstration county gives some two hundred tasks.
const FOLLOWED_MAX: usize = 1_000;

/// Says the script's words as the exercise's controller (导调).
pub(super) struct Script {
    client: reqwest::Client,
    base: String,
    token: String,
    cast: Cast,
}

#[derive(Deserialize)]
struct Listed<T> {
    items: Vec<T>,
}

impl Script {
    pub fn new(base: String, token: String, cast: Cast) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
        Ok(Self { client, base, token, cast })
    }

    /// Plays for ever. A node that does not answer is asked again.
    pub async fn play(&self, fleet: &RefCell<Fleet>, clock: &SystemClock) {
        let mut trouble: Option<String> = None;
        loop {
            sleep_until(clock, clock.now() + EVERY).await;
            let failed = self.look(fleet, clock).await.err();
            if failed != trouble {
                match &failed {
                    Some(why) => say(format_args!("{} the script pauses: {why}", clock.now())),
                    None => say(format_args!("{} the script goes on", clock.now())),
                }
                trouble = failed;
            }
        }
    }

    /// Looks once, and says what is to be said; returns why it could not.
    async fn look(&self, fleet: &RefCell<Fleet>, clock: &SystemClock) -> Result<(), String> {
        let sent: Listed<Sent> = self.list("assignments").await?;
        let given: Listed<Given> = self.list("tasks?open=true").await?;
        let words = {
            let mut fleet = fleet.borrow_mut();
            self.cast.words(&sent.items, &given.items, &mut fleet, clock.now())
        };
        for word in words {
            self.say(&word).await?;
        }
        Ok(())
    }

    async fn list<T: DeserializeOwned>(&self, what: &str) -> Result<Listed<T>, String> {
        let join = if what.contains('?') { '&' } else { '?' };
        let url = format!("{}/api/v1/{what}{join}limit={FOLLOWED_MAX}", self.base);
        let answer = self.client.get(url).bearer_auth(&self.token).send().await;
        let answer = answer.map_err(|_| "no node answers".to_owned())?;
        let status = answer.status();
        if !status.is_success() {
            return Err(format!("{what}: {status}"));
        }
        answer.json().await.map_err(|error| format!("{what}: {error}"))
    }

    async fn say(&self, word: &Word) -> Result<(), String> {
        let (path, body, key) = word.request();
        let request = self.client.post(format!("{}{path}", self.base)).json(&body);
        let request = request.bearer_auth(&self.token).header("idempotency-key", key.as_str());
        let answer = request.send().await.map_err(|_| "no node answers".to_owned())?;
        let status = answer.status();
        // Somebody at the desk was first.
        if status.is_success() || status == reqwest::StatusCode::CONFLICT {
            return Ok(());
        }
        Err(format!("{path}: {status} {}", answer.text().await.unwrap_or_default()))
    }
}
