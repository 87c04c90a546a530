//! The lines that calls go out by.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{board::Board, person::Channel};

/// The lines of one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineView {
    #[schema(value_type = String)]
    pub channel: Channel,
    pub simulated: bool,
    pub lines: u32,
    pub busy: u32,
    pub queued: u32,
}

impl LineView {
    pub fn all(board: &Board) -> Vec<Self> {
        let known = Channel::ALL.into_iter().filter_map(|channel| {
            let found = board.callouts.lines(channel)?;
            let queue = board.callouts.queue();
            Some(LineView {
                channel,
                simulated: found.simulated,
                lines: found.lines,
                busy: queue.calling(channel),
                queued: queue.waiting(channel),
            })
        });
        known.collect()
    }
}
