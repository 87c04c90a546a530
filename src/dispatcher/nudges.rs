//! Nodes in step: each commit's number goes to the other nodes, and theirs to this node's writer.
//!
//! Invariant: only numbers go over the bus. What is not heard is found in the journal a second later.

use std::sync::Arc;

use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::{Commit, Handle};
use crate::bus::{Bus, Nudge, Word};

/// Runs until `stop`.
pub async fn keep_in_step(board: Handle, bus: Arc<dyn Bus>, stop: CancellationToken) {
    let epoch = board.journal().epoch().bytes();
    let (mut commits, mut words) = (board.watch(), bus.nudges(epoch));
    // What others know already is not told again: their commits come through the feed like our own.
    let mut known = 0;
    loop {
        let own = tokio::select! {
            () = stop.cancelled() => return,
            commit = commits.recv() => match commit {
                Ok(commit) => last(&commit),
                Err(RecvError::Lagged(_)) => head(&board).await,
                Err(RecvError::Closed) => return,
            },
            word = words.next() => {
                let heard = match word {
                    Word::UpTo(seq) => Some(seq),
                    Word::Resubscribed => head(&board).await,
                };
                if let Some(seq) = heard {
                    board.hear(seq);
                    known = known.max(seq);
                }
                None
            }
        };
        if let Some(seq) = own.filter(|seq| *seq > known) {
            known = seq;
            bus.nudge(Nudge { epoch, seq });
        }
    }
}

fn last(commit: &Commit) -> Option<u64> {
    commit.last().map(|published| published.entry.seq)
}

/// Asks the journal itself; one that cannot be read is noticed by the writer, which asks every second.
async fn head(board: &Handle) -> Option<u64> {
    board.journal().head().await.ok().map(|head| head.seq)
}
