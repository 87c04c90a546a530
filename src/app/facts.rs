//! Facts about access, carried from where they are noted into the journal.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    access::{Access, AccessFact},
    dispatcher::{self, Handle},
    domain::{actor::Actor, command::Command, event::AccessChanged, ids::AreaCode},
};

/// How often facts about access are looked for that another process has noted.
const FACTS_EVERY: Duration = Duration::from_secs(2);
/// Facts carried to the journal at a time.
const FACTS_PAGE: u32 = 256;

/// Carries facts about access, which are noted with the change itself, into the journal.
pub(super) async fn carry_on(board: Handle, access: Arc<Access>, stop: CancellationToken) {
    let mut every = tokio::time::interval(FACTS_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = access.fact_noted() => {}
            _ = every.tick() => {}
        }
        if let Err(error) = carry(&board, &access).await {
            tracing::warn!(%error, "facts about access wait for the journal");
        }
    }
}

async fn carry(board: &Handle, access: &Access) -> anyhow::Result<()> {
    loop {
        let facts = access.facts(FACTS_PAGE).await?;
        let Some(last) = facts.last().map(|pending| pending.number) else { return Ok(()) };
        for pending in &facts {
            let id = dispatcher::CommandId {
                id: format!("access-{}", pending.number),
                fingerprint: crate::journal::Hash::of(pending.number.to_string().as_bytes()),
            };
            let node = Actor::node(AreaCode::UNSET);
            let command = Command::NoteAccess(changed(&pending.fact));
            board.submit_as(node, command, Some(id)).await?;
        }
        access.facts_recorded(last).await?;
    }
}

/// Words a fact about access for the record.
fn changed(fact: &AccessFact) -> AccessChanged {
    AccessChanged {
        login: fact.login().map(|login| login.as_str().into()).unwrap_or_default(),
        what: fact.kind().into(),
        detail: serde_json::to_string(fact).unwrap_or_default().into(),
    }
}
