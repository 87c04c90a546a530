//! Handing one call to its gateway, and one report to the record.

use std::{sync::Arc, time::Duration};

use tokio::sync::mpsc;

use crate::{
    channels::{Call, Gateway, PlaceError, Receipt},
    dispatcher::{Handle, SubmitError},
    domain::{
        actor::Actor, callout::attempt::Outcome, command::Command, ids::AreaCode, person::Channel,
    },
};

/// How long a report waits before it is tried again while the journal is down.
const REPORT_RETRY: Duration = Duration::from_millis(250);

/// Hands one call over; a gateway that is busy is asked again, one that refuses is reported.
pub(super) async fn place(
    gateway: Arc<dyn Gateway>,
    call: Call,
    receipts: mpsc::Sender<Receipt>,
    board: Handle,
) {
    /// How often a call is offered to a gateway that says it has no room just now.
    const OFFERS: u32 = 50;
    let attempt = call.attempt;
    let mut refusal = PlaceError::NoLine;
    for _ in 0..OFFERS {
        let wait = match gateway.place(call.clone(), receipts.clone()).await {
            Ok(()) => return,
            Err(PlaceError::TooFast { retry_after }) => retry_after,
            Err(PlaceError::NoLine) => Duration::from_millis(100),
            Err(error) => {
                refusal = error;
                break;
            }
        };
        sleep(wait).await;
    }
    // A page that is closed stays closed; anything else may be better on the next try.
    let lasting = call.channel == Channel::App;
    let reason = match &refusal {
        PlaceError::Down { reason } => reason.clone(),
        PlaceError::NoLine
        | PlaceError::TooFast { .. }
        | PlaceError::WrongChannel(_)
        | PlaceError::Stopped => compact_str::format_compact!("{refusal}"),
    };
    let outcome = Outcome::Failed { reason, lasting };
    report(board, Command::RecordAttempt { attempt, outcome }).await;
}

/// Submits a report until it is durable: what a channel has told is told once.
pub(super) async fn report(board: Handle, command: Command) {
    loop {
        let node = Actor::node(AreaCode::UNSET);
        match board.submit(node, command.clone()).await {
            Ok(_) | Err(SubmitError::Stopped) => return,
            Err(SubmitError::Journal) => sleep(REPORT_RETRY).await,
            Err(error) => {
                tracing::warn!(%error, "a channel's report was refused");
                return;
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a pause between two tries of one call or report")]
async fn sleep(pause: Duration) {
    tokio::time::sleep(pause).await;
}
