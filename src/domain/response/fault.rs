//! Why a step with responses is refused.

use compact_str::CompactString;

use super::Grade;
use crate::domain::ids::{ProposalId, ResponseId};

/// Why a step with responses is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResponseFault {
    #[error("plans: {0}")]
    Plans(String),
    #[error("no plan {0}; see GET /api/v1/plans")]
    UnknownPlan(CompactString),
    #[error("no response {0}; see GET /api/v1/responses")]
    Unknown(ResponseId),
    #[error("no proposal {0}; see GET /api/v1/responses/proposals")]
    UnknownProposal(ProposalId),
    #[error("proposal {0} has been decided or has lapsed; the first decision stands")]
    Decided(ProposalId),
    #[error("response {0} has ended; start another")]
    Over(ResponseId),
    #[error(
        "{by} has changed response {response} since: it is at revision {now}; look at how it stands and decide on that"
    )]
    Changed { response: ResponseId, now: u32, by: CompactString },
    #[error("response {response} of this kind is open there at {}; raise or lower that one", level.zh())]
    Overlaps { response: ResponseId, level: Grade },
    #[error("response {0} is at this level and in this scope already")]
    Same(ResponseId),
    #[error(
        "number {number} is that of an order about response {response} of this year; give the paper its own"
    )]
    NumberTaken { number: CompactString, response: ResponseId },
    #[error("{count} conditions for the end are not ticked; tick them or give the reason")]
    ConditionsOpen { count: usize },
    #[error("the list has no item {0}; see the response")]
    NoItem(usize),
}

impl ResponseFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            ResponseFault::Plans(_) => "plan.faulty",
            ResponseFault::UnknownPlan(_) => "plan.unknown",
            ResponseFault::Unknown(_) => "response.unknown",
            ResponseFault::UnknownProposal(_) => "response.unknown_proposal",
            ResponseFault::Decided(_) => "response.proposal_decided",
            ResponseFault::Over(_) => "response.over",
            ResponseFault::Changed { .. } => "response.changed_since",
            ResponseFault::Overlaps { .. } => "response.overlaps",
            ResponseFault::Same(_) => "response.same",
            ResponseFault::NumberTaken { .. } => "response.number_taken",
            ResponseFault::ConditionsOpen { .. } => "response.conditions_open",
            ResponseFault::NoItem(_) => "response.no_item",
        }
    }

    /// Returns the field of the request that is at fault, where one is.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            ResponseFault::UnknownPlan(_) => Some("plan"),
            ResponseFault::Changed { .. } => Some("revision"),
            ResponseFault::Overlaps { .. } => Some("scope"),
            ResponseFault::Same(_) => Some("level"),
            ResponseFault::NumberTaken { .. } => Some("number"),
            ResponseFault::ConditionsOpen { .. } => Some("reason"),
            ResponseFault::NoItem(_) => Some("n"),
            ResponseFault::Plans(_)
            | ResponseFault::Unknown(_)
            | ResponseFault::UnknownProposal(_)
            | ResponseFault::Decided(_)
            | ResponseFault::Over(_) => None,
        }
    }
}
