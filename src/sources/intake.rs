//! From what a source says to the board: what is new, and about this county.
//!
//! Invariant: a message is remembered as dealt with only after the board has taken, known or refused it; what it
//! could not take now comes again with the next round.

use std::{collections::BTreeMap, sync::Arc};

use sha2::{Digest, Sha256};

use super::{Source, Sources, registry::Taken};
use crate::{
    dispatcher::{Handle, SubmitError},
    domain::{
        actor::Actor,
        command::{Command, Reply},
        ids::AreaCode,
        time::Timestamp,
        warning::{Message, Original, concerns},
    },
};

/// Messages of one source that are remembered. More than this have never been in force in the whole country.
const REMEMBERED_MAX: usize = 20_000;

/// A message and the bytes it came in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Offered {
    pub message: Message,
    pub original: Original,
}

/// Why the board does not accept a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub code: &'static str,
    pub why: String,
}

/// The board cannot take anything now; what was not dealt with is offered again.
#[derive(Debug, thiserror::Error)]
#[error("the board takes nothing now: {0}")]
pub(super) struct Later(#[from] SubmitError);

/// One source's way to the board.
pub(super) struct Intake {
    pub source: Arc<Source>,
    sources: Sources,
    board: Handle,
    /// Digests of what has been dealt with, by sender and identifier: a list says the same each minute.
    dealt_with: BTreeMap<(String, String), [u8; 32]>,
}

impl Intake {
    pub(super) fn new(board: Handle, sources: Sources, source: Arc<Source>) -> Self {
        Self { source, sources, board, dealt_with: BTreeMap::new() }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.board.now()
    }

    pub(super) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Hands on what is new, in the order given, and returns what became of each of those.
    pub(super) async fn take(
        &mut self,
        offered: Vec<Offered>,
    ) -> Result<Vec<Result<Taken, Refusal>>, Later> {
        let news = |offered: &Offered| {
            self.dealt_with.get(&name(&offered.message)) != Some(&digest(&offered.message))
        };
        let offered: Vec<Offered> = offered.into_iter().filter(news).collect();
        if offered.is_empty() {
            return Ok(Vec::new());
        }
        let local = self.source.local;
        let asked = self.board.read(move |board| {
            let here = |offered: &Offered| local || concerns(board, &offered.message);
            let here: Vec<bool> = offered.iter().map(here).collect();
            (board.jurisdiction().unwrap_or(AreaCode::UNSET), offered, here)
        });
        let (area, offered, here) = asked.await?;
        let actor = Actor::source(&self.source.name, area);
        let mut outcomes = Vec::with_capacity(offered.len());
        for (offered, here) in offered.into_iter().zip(here) {
            let outcome = match here {
                true => self.submit(&actor, &offered).await?,
                false => Ok(Taken::Elsewhere),
            };
            self.note(&offered.message, &outcome);
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    async fn submit(
        &self,
        actor: &Actor,
        offered: &Offered,
    ) -> Result<Result<Taken, Refusal>, Later> {
        let Offered { message, original } = offered.clone();
        let command = Command::AcceptWarning { message: Box::new(message), original };
        match self.board.submit(actor.clone(), command).await {
            Ok(committed) => Ok(Ok(match committed.reply {
                Reply::Warning { repeated: true, .. } => Taken::Known,
                Reply::Warning { .. }
                | Reply::Done
                | Reply::Callout { .. }
                | Reply::Override { .. }
                | Reply::Answer { .. } => Taken::Accepted,
            })),
            Err(error @ (SubmitError::Rejected(_) | SubmitError::Unfit(_))) => {
                Ok(Err(Refusal { code: error.code(), why: error.to_string() }))
            }
            Err(error @ (SubmitError::Journal | SubmitError::Stopped | SubmitError::KeyReused)) => {
                Err(error.into())
            }
        }
    }

    fn note(&mut self, message: &Message, outcome: &Result<Taken, Refusal>) {
        match outcome {
            Ok(taken) => self.sources.took(&self.source.name, *taken),
            Err(refusal) => self.not_taken(format!("{}: {}", message.identifier, refusal.why)),
        }
        if self.dealt_with.len() >= REMEMBERED_MAX {
            // The board knows them: each is asked about once more, and that is all.
            self.dealt_with.clear();
        }
        self.dealt_with.insert(name(message), digest(message));
    }

    /// Says what of an answer was not understood or accepted.
    pub(super) fn not_taken(&self, why: String) {
        self.sources.refused(&self.source.name, self.board.now(), why);
    }
}

fn name(message: &Message) -> (String, String) {
    (message.sender.to_string(), message.identifier.to_string())
}

fn digest(message: &Message) -> [u8; 32] {
    let text =
        serde_json::to_vec(message).expect("a message holds only strings, numbers and lists");
    Sha256::digest(text).into()
}
