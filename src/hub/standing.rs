//! How the system stands, apart from the board: what does not work, and how busy the lines are.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::outgoing::ServerFrame;
use crate::{
    dispatcher::Handle,
    health::{Ailment, Ailments},
    protocol::LineView,
};

/// How often the lines are looked at for a change.
const LINES_EVERY: Duration = Duration::from_secs(1);

/// One state, as the frames that tell it.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    /// Grows with each change; 0 before the first.
    pub version: u32,
    pub frames: Bytes,
}

/// Follows what does not work, and the lines, until `shutdown`.
pub(super) async fn watch(
    board: Handle,
    mut ailments: watch::Receiver<Ailments>,
    told: watch::Sender<Standing>,
    shutdown: CancellationToken,
) {
    let mut every = tokio::time::interval(LINES_EVERY);
    let mut known: Option<(Ailments, Vec<LineView>)> = None;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            changed = ailments.changed() => if changed.is_err() { return },
            _ = every.tick() => {}
        }
        let Ok(lines) = board.read(LineView::all).await else { return };
        let now = (Ailments::clone(&ailments.borrow_and_update()), lines);
        if known.as_ref() != Some(&now) {
            let frames = frames(&board, &now);
            told.send_modify(|standing| {
                *standing = Standing { version: standing.version + 1, frames };
            });
            known = Some(now);
        }
    }
}

fn frames(board: &Handle, (ailments, lines): &(Ailments, Vec<LineView>)) -> Bytes {
    let at = board.now();
    // First that all is over, then what is not: a client keeps a list.
    let over = ServerFrame::Degraded { what: "", since: at };
    let mut frames = BytesMut::from(&over.encode()[..]);
    for Ailment { what, since } in ailments.iter().copied() {
        frames.extend_from_slice(&ServerFrame::Degraded { what, since }.encode());
    }
    frames.extend_from_slice(&ServerFrame::Lines { at, items: lines }.encode());
    frames.freeze()
}
