//! What those who prepare and decide responses send.

use std::collections::BTreeSet;

use compact_str::CompactString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{
    ids::{AreaCode, ProposalId, ResponseId},
    response::{DecideProposal, EndResponse, Grade, Order, Propose, SetLevel, StartResponse, Take},
};

/// A response to start.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StartInput {
    /// Id of the plan; see `GET /plans`.
    #[schema(value_type = String)]
    plan: CompactString,
    /// 1 (Ⅰ, gravest) to 4.
    #[schema(value_type = u8)]
    level: Grade,
    /// Where: 12-digit division codes, each with all that lies in it.
    #[schema(value_type = Vec<String>)]
    scope: BTreeSet<AreaCode>,
    /// 文号: no two in one year.
    #[schema(value_type = String)]
    number: CompactString,
    /// What was found in consultation (会商).
    basis: String,
    #[schema(value_type = String)]
    approver: CompactString,
    #[serde(default)]
    drill: bool,
}

/// Another level or scope.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelInput {
    /// The revision that was looked at.
    revision: u32,
    #[schema(value_type = u8)]
    level: Grade,
    /// As before when left out.
    #[schema(value_type = Option<Vec<String>>)]
    scope: Option<BTreeSet<AreaCode>>,
    #[schema(value_type = String)]
    number: CompactString,
    basis: String,
    #[schema(value_type = String)]
    approver: CompactString,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EndInput {
    revision: u32,
    #[schema(value_type = String)]
    number: CompactString,
    basis: String,
    #[schema(value_type = String)]
    approver: CompactString,
    /// Why, where a condition for the end is not ticked.
    #[serde(default)]
    #[schema(value_type = String)]
    reason: CompactString,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TickInput {
    pub ticked: bool,
    #[serde(default)]
    #[schema(value_type = String)]
    pub note: CompactString,
}

/// A response that the desk prepares.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProposeInput {
    #[schema(value_type = String)]
    plan: CompactString,
    #[schema(value_type = u8)]
    level: Grade,
    #[schema(value_type = Vec<String>)]
    scope: BTreeSet<AreaCode>,
    why: String,
    #[serde(default)]
    drill: bool,
}

/// How a proposal is taken up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct TakeInput {
    /// Other than what is proposed.
    #[schema(value_type = Option<u8>)]
    level: Option<Grade>,
    #[schema(value_type = Option<Vec<String>>)]
    scope: Option<BTreeSet<AreaCode>>,
    #[schema(value_type = String)]
    number: CompactString,
    basis: String,
    #[schema(value_type = String)]
    approver: CompactString,
    /// That of the response which it `raises`, where it says one.
    revision: Option<u32>,
}

/// `take`, or the `reason` why not.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecideInput {
    take: Option<TakeInput>,
    #[serde(default)]
    #[schema(value_type = String)]
    reason: CompactString,
}

impl StartInput {
    pub fn step(self) -> StartResponse {
        let Self { plan, level, scope, number, basis, approver, drill } = self;
        StartResponse { plan, level, scope, order: Order { number, basis, approver }, drill }
    }
}

impl LevelInput {
    pub fn step(self, response: ResponseId) -> SetLevel {
        let Self { revision, level, scope, number, basis, approver } = self;
        let order = Order { number, basis, approver };
        SetLevel { response, revision, level, scope, order }
    }
}

impl EndInput {
    pub fn step(self, response: ResponseId) -> EndResponse {
        let Self { revision, number, basis, approver, reason } = self;
        EndResponse { response, revision, order: Order { number, basis, approver }, reason }
    }
}

impl ProposeInput {
    pub fn step(self) -> Propose {
        let Self { plan, level, scope, why, drill } = self;
        Propose { plan, level, scope, why, drill }
    }
}

impl TakeInput {
    pub fn take(self) -> Take {
        let Self { level, scope, number, basis, approver, revision } = self;
        Take { level, scope, order: Order { number, basis, approver }, revision }
    }
}

impl DecideInput {
    pub fn step(self, proposal: ProposalId) -> DecideProposal {
        let take = self.take.map(TakeInput::take);
        DecideProposal { proposal, take, reason: self.reason }
    }
}
