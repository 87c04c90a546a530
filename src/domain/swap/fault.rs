//! Why duty does not change hands.

use crate::domain::{
    ids::{PersonId, PostId, SwapId},
    time::Timestamp,
};

/// Why somebody cannot take a turn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    #[error("is nobody who is known")]
    Unknown,
    #[error("is on leave then")]
    OnLeave,
    #[error("is on duty at {0} then")]
    AtOtherPost(PostId),
    #[error("is on duty there then already")]
    ThereAlready,
    #[error("can be reached by no channel")]
    Unreachable,
}

/// Why a step with a change of duty is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SwapFault {
    #[error("no swap {0}; see GET /api/v1/swaps")]
    Unknown(SwapId),
    #[error("swap {0} is over; nothing is left to decide")]
    Over(SwapId),
    #[error("nobody has taken swap {0} yet; wait for an answer, or put a substitute on duty")]
    NotTaken(SwapId),
    #[error("this login is nobody's; name whose duty it is")]
    Whose,
    #[error("the end is not after the start; correct the times")]
    EndsBeforeStart,
    #[error("is over already; name a duty to come")]
    Past,
    #[error("lasts longer than 62 days; ask for one shift after the other")]
    TooLong,
    #[error("{person} does not hold {post} all that time; look at the roster again")]
    NotOnDuty { person: PersonId, post: PostId, from: Timestamp },
    #[error("{person} {obstacle}; ask somebody else")]
    Cannot { person: PersonId, obstacle: Obstacle },
    #[error("nobody else who may hold {0} could take it; name somebody")]
    NobodyLeft(PostId),
    #[error("an exchange is asked of one colleague; name just the one whose duty it is")]
    OneForOne,
    #[error("the two times overlap at one post; nothing would change")]
    Overlapping,
    #[error("asks about the same duty already by {0}; take that back first")]
    Already(SwapId),
    #[error("only the one who asked, or the desk, takes swap {0} back")]
    NotYours(SwapId),
    #[error("whoever takes part in swap {0} does not decide on it; somebody else has to")]
    OwnSwap(SwapId),
}

impl SwapFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            SwapFault::Unknown(_) => "swap.unknown",
            SwapFault::Over(_) => "swap.over",
            SwapFault::NotTaken(_) => "swap.not_taken",
            SwapFault::Whose => "swap.whose",
            SwapFault::EndsBeforeStart => "swap.ends_before_start",
            SwapFault::Past => "swap.past",
            SwapFault::TooLong => "swap.too_long",
            SwapFault::NotOnDuty { .. } => "swap.not_on_duty",
            SwapFault::Cannot { obstacle: Obstacle::Unknown, .. } => "swap.unknown_person",
            SwapFault::Cannot { obstacle: Obstacle::OnLeave, .. } => "swap.on_leave",
            SwapFault::Cannot { obstacle: Obstacle::AtOtherPost(_), .. } => "swap.at_other_post",
            SwapFault::Cannot { obstacle: Obstacle::ThereAlready, .. } => "swap.there_already",
            SwapFault::Cannot { obstacle: Obstacle::Unreachable, .. } => "swap.unreachable",
            SwapFault::NobodyLeft(_) => "swap.nobody_left",
            SwapFault::OneForOne => "swap.one_for_one",
            SwapFault::Overlapping => "swap.overlapping",
            SwapFault::Already(_) => "swap.already",
            SwapFault::NotYours(_) => "swap.not_yours",
            SwapFault::OwnSwap(_) => "swap.own",
        }
    }

    /// Returns the field of the request that is at fault, where one is.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            SwapFault::Whose => Some("person"),
            SwapFault::EndsBeforeStart | SwapFault::Past | SwapFault::TooLong => Some("to"),
            SwapFault::NotOnDuty { .. } | SwapFault::Already(_) => Some("from"),
            SwapFault::Cannot { .. } | SwapFault::NobodyLeft(_) => Some("ask"),
            SwapFault::OneForOne | SwapFault::Overlapping => Some("in_return"),
            SwapFault::Unknown(_)
            | SwapFault::Over(_)
            | SwapFault::NotTaken(_)
            | SwapFault::NotYours(_)
            | SwapFault::OwnSwap(_) => None,
        }
    }
}
