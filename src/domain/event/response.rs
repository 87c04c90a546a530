//! What happens to responses: plans adopted, levels proposed, started, changed and ended.

use std::collections::BTreeSet;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    ids::{AreaCode, ProposalId, ResponseId},
    response::{Grade, Item, Order, Plan, Plans, Prompt},
};

group! {
    /// What happens to responses.
    ResponseEvent in Response {
        "plans_adopted" 1 PlansAdopted => |_data| "plans";
        "response_proposed" 1 ResponseProposed => |data| &data.id;
        "response_proposal_decided" 1 ResponseProposalDecided => |data| &data.id;
        "response_started" 1 ResponseStarted => |data| &data.id;
        "response_levelled" 1 ResponseLevelled => |data| &data.id;
        "response_ticked" 1 ResponseTicked => |data| &data.id;
        "response_ended" 1 ResponseEnded => |data| &data.id;
    }
}

/// Responses that start from now on are by these plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlansAdopted {
    pub plans: Plans,
}

/// A rule, or somebody, holds that a response should be started or raised (启动建议).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseProposed {
    pub id: ProposalId,
    /// Id of the plan.
    pub plan: CompactString,
    pub level: Grade,
    pub scope: BTreeSet<AreaCode>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
    pub prompt: Prompt,
    pub why: String,
}

/// Somebody has taken up a proposal, or turned it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseProposalDecided {
    pub id: ProposalId,
    /// The response that it led to; none: it was turned down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseId>,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub reason: CompactString,
}

/// A response has been started (启动), by the plan as it stands here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseStarted {
    pub id: ResponseId,
    pub plan: Box<Plan>,
    pub level: Grade,
    pub scope: BTreeSet<AreaCode>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
    pub order: Order,
}

/// It has been raised (提级) or lowered (降级), or holds elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseLevelled {
    pub id: ResponseId,
    pub from: Grade,
    pub to: Grade,
    pub scope: BTreeSet<AreaCode>,
    pub order: Order,
    pub revision: u32,
}

/// Somebody has ticked an item of a checklist, or taken the tick back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseTicked {
    pub id: ResponseId,
    pub item: Item,
    pub ticked: bool,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub note: CompactString,
}

/// It has ended (终止).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseEnded {
    pub id: ResponseId,
    pub order: Order,
    /// Why, where not every condition for its end was ticked.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub reason: CompactString,
    pub revision: u32,
}
