//! Lots of spot checks, drawn beside the board: only the shell has chance. What was drawn is on the record, so that the
//! check is held by whichever node runs then.

use std::time::Duration;

use crate::{
    dispatcher::{Handle, SubmitError},
    domain::{actor::Actor, board::Board, command::Command, ids::AreaCode, spot_check::DrawLot},
};

/// How often it is looked whether a window has opened: a check comes at most this much later than it could have.
const EVERY: Duration = Duration::from_secs(20);

/// Draws lots until the board is gone.
pub(super) async fn draw(board: Handle) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        match draw_all(&board).await {
            Ok(()) => {}
            Err(SubmitError::Stopped) => return,
            Err(error) => tracing::warn!(%error, "a spot check is not drawn yet"),
        }
    }
}

async fn draw_all(board: &Handle) -> Result<(), SubmitError> {
    let now = board.now();
    let wanting =
        move |board: &Board| (board.jurisdiction().unwrap_or(AreaCode::UNSET), board.undrawn(now));
    let (area, undrawn) = board.read(wanting).await?;
    for (plan, day) in undrawn {
        let lot = DrawLot { plan, day, whether: percent(), when: chance(), seed: seed() };
        board.submit(Actor::node(area), Command::DrawLot(lot)).await?;
    }
    Ok(())
}

/// Returns 0 to 99, each equally likely to within a hundred millionth.
fn percent() -> u8 {
    u8::try_from((u64::from(chance()) * 100) >> 32).unwrap_or_default()
}

fn chance() -> u32 {
    u32::from_le_bytes(random())
}

fn seed() -> u64 {
    u64::from_le_bytes(random())
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system's random source cannot fail");
    bytes
}
