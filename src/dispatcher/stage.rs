//! Commands decided together, before their events are durable.

use super::{CommandId, Committed, Published, Request, SubmitError};
use crate::{
    domain::{
        actor::Actor,
        board::Board,
        command::Reply,
        decision::Decision,
        event::{Entry, Event},
        time::Timestamp,
    },
    journal::{Draft, Hash, Receipt},
};

/// What one append will write, and who waits for it.
#[derive(Default)]
pub(super) struct Stage {
    /// What is told once it is durable; until then without what only the journal knows.
    pub events: Vec<Published>,
    pub drafts: Vec<Draft>,
    pub receipts: Vec<Receipt>,
    pub waiting: Vec<(Request, Outcome)>,
}

/// What a request will be told once the stage is durable.
pub(super) enum Outcome {
    Committed(Committed),
    Refused(SubmitError),
}

impl Stage {
    pub fn is_empty(&self) -> bool {
        self.drafts.is_empty() && self.receipts.is_empty()
    }

    /// Stamps a decision's events and takes them in; `apply` also applies them, so that the next
    /// command of the stage is decided on the board they make.
    pub fn take(
        &mut self,
        board: &mut Board,
        actor: &Actor,
        decision: Decision,
        now: Timestamp,
        apply: bool,
    ) -> (u64, Reply) {
        let first = if apply { board.seq } else { board.seq + self.events.len() as u64 };
        self.drafts.reserve(decision.events.len());
        self.events.reserve(decision.events.len());
        for (offset, event) in decision.events.into_iter().enumerate() {
            let seq = first + offset as u64 + 1;
            self.drafts.push(draft(&event, actor, now));
            let entry = Entry { seq, at: now, actor: actor.login.clone(), event };
            if apply {
                board.apply(&entry);
            }
            self.events.push(Published { entry, data: String::new(), hash: Hash([0; 32]) });
        }
        let seq = self.events.last().map_or(board.seq, |event| event.entry.seq);
        (seq, decision.reply)
    }

    /// Keeps the answer to a named command, to be given again.
    pub fn keep(&mut self, id: &CommandId, seq: u64, reply: &Reply) {
        let kept = serde_json::to_string(&Kept { seq, reply: reply.clone() });
        let reply = kept.expect("a reply holds only strings, numbers and lists of them");
        self.receipts.push(Receipt { command: id.id.clone(), fingerprint: id.fingerprint, reply });
    }

    /// Returns the answer kept in this stage for the same name.
    pub fn kept(&self, id: &CommandId) -> Option<Result<Committed, SubmitError>> {
        self.receipts.iter().find(|receipt| receipt.command == id.id).map(|kept| again(id, kept))
    }
}

/// Returns the first answer to a named command again, or says that the name was used otherwise.
pub(super) fn again(id: &CommandId, kept: &Receipt) -> Result<Committed, SubmitError> {
    if kept.fingerprint != id.fingerprint {
        return Err(SubmitError::KeyReused);
    }
    let Kept { seq, reply } = serde_json::from_str(&kept.reply).map_err(|error| {
        tracing::error!(%error, command.id = %id.id, "a kept answer cannot be read");
        SubmitError::Journal
    })?;
    Ok(Committed { reply, seq, repeated: true })
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Kept {
    seq: u64,
    reply: Reply,
}

fn draft(event: &Event, actor: &Actor, at: Timestamp) -> Draft {
    Draft {
        at,
        actor: actor.login.clone(),
        kind: event.kind().into(),
        version: event.version(),
        subject: event.subject(),
        data: event.encode(),
    }
}
