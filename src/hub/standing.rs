//! How the system stands, apart from the board: what does not work, and how busy the lines are.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{outgoing::ServerFrame, snapshot::Degraded};
use crate::{
    dispatcher::{Handle, Health},
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

/// Follows the health and the lines until `shutdown`.
pub(super) async fn watch(
    board: Handle,
    told: watch::Sender<Standing>,
    shutdown: CancellationToken,
) {
    let mut health = board.health();
    let mut every = tokio::time::interval(LINES_EVERY);
    let mut known: Option<(Health, Vec<LineView>)> = None;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            changed = health.changed() => if changed.is_err() { return },
            _ = every.tick() => {}
        }
        let Ok(lines) = board.read(LineView::all).await else { return };
        let now = (*health.borrow_and_update(), lines);
        if known.as_ref() != Some(&now) {
            let frames = frames(&board, &now);
            told.send_modify(|standing| {
                *standing = Standing { version: standing.version + 1, frames };
            });
            known = Some(now);
        }
    }
}

fn frames(board: &Handle, (health, lines): &(Health, Vec<LineView>)) -> Bytes {
    let at = board.now();
    let Degraded { what, since } =
        Degraded::of(*health).unwrap_or(Degraded { what: "", since: at });
    let degraded = ServerFrame::Degraded { what, since };
    let lines = ServerFrame::Lines { at, items: lines };
    let mut frames = BytesMut::from(&degraded.encode()[..]);
    frames.extend_from_slice(&lines.encode());
    frames.freeze()
}
