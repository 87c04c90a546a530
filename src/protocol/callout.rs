//! Callouts with their roll-up by area and the forecast of their lines.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::Viewer;
use crate::domain::{
    board::Board,
    callout::{
        callouts::{Callout, Callouts},
        lines,
        policy::CalloutKind,
        rollup::Tally,
    },
    ids::{AreaCode, CalloutId, Level, WarningId},
    person::Channel,
    time::Timestamp,
    warning::Colour,
};

/// One line of a roll-up.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RollupRow {
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[serde(flatten)]
    pub counts: Counts,
    /// Whether enough posts of the area itself have answered; absent where the policy asks none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manned: Option<bool>,
}

/// Obligations by state; `total` is their sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    pub total: u32,
    pub answered: u32,
    pub ringing: u32,
    pub unreached: u32,
    pub withdrawn: u32,
}

impl From<Tally> for Counts {
    fn from(tally: Tally) -> Self {
        Self {
            total: tally.total(),
            answered: tally.answered,
            ringing: tally.ringing,
            unreached: tally.unreached,
            withdrawn: tally.withdrawn,
        }
    }
}

impl Counts {
    fn minus(self, other: Counts) -> Self {
        Self {
            total: self.total.saturating_sub(other.total),
            answered: self.answered.saturating_sub(other.answered),
            ringing: self.ringing.saturating_sub(other.ringing),
            unreached: self.unreached.saturating_sub(other.unreached),
            withdrawn: self.withdrawn.saturating_sub(other.withdrawn),
        }
    }
}

/// A callout with its roll-up by the child areas of the viewer's area.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CalloutView {
    #[schema(value_type = String)]
    pub id: CalloutId,
    #[schema(value_type = String)]
    pub kind: CalloutKind,
    #[schema(value_type = String)]
    pub subject: CompactString,
    pub text: String,
    #[schema(value_type = String)]
    pub severity: Colour,
    pub drill: bool,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub closed_at: Option<Timestamp>,
    pub state: &'static str,
    #[schema(value_type = String)]
    pub policy: CompactString,
    #[schema(value_type = String)]
    pub policy_title: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub warning: Option<WarningId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub parent: Option<CalloutId>,
    #[schema(value_type = Vec<String>)]
    pub areas: Vec<AreaCode>,
    #[serde(flatten)]
    pub counts: Counts,
    pub rollup: Vec<RollupRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Forecast>,
}

/// When the last first call will begin, and when it will have been made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Forecast {
    /// First calls of this callout, and of those that go before it, that wait for a line.
    pub queued: usize,
    pub calling: u32,
    pub lines: u32,
    /// Nobody's telephone really rings.
    pub simulated: bool,
    #[schema(value_type = String, format = DateTime)]
    pub begun_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub finish_at: Timestamp,
    /// By when the policy wants every first call to have begun; `begun_at` is held against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub target_at: Option<Timestamp>,
}

impl CalloutView {
    pub fn of(board: &Board, callout: &Callout, viewer: &Viewer<'_>) -> Self {
        let set = board.callouts.frozen(callout);
        let title = set.map(|terms| terms.policy.title.clone()).unwrap_or_default();
        Self {
            id: callout.id,
            kind: callout.kind,
            subject: callout.subject.clone(),
            text: callout.text.clone(),
            severity: callout.severity,
            drill: callout.drill,
            opened_at: callout.opened_at,
            closed_at: callout.closed.map(|closed| closed.at),
            state: if callout.is_open() { "open" } else { "closed" },
            policy: callout.policy.clone(),
            policy_title: title,
            warning: callout.warning,
            parent: callout.parent,
            areas: callout.extent.named().collect(),
            counts: callout.rollup.of(viewer.actor.area).into(),
            rollup: rollup(board, callout, viewer.actor.area),
            forecast: forecast(board, callout, viewer.now),
        }
    }
}

/// One row a child area that has obligations, after one for the area's own posts.
fn rollup(board: &Board, callout: &Callout, area: AreaCode) -> Vec<RollupRow> {
    let quorum = board.callouts.frozen(callout).map(|terms| &terms.policy.quorum);
    let asks = |level: Level| quorum.is_some_and(|quorum| quorum.iter().any(|q| q.level == level));
    let row = |area: AreaCode, counts: Counts| RollupRow {
        area,
        name: board.areas.name(area),
        counts,
        manned: asks(area.level()).then(|| callout.manned.contains(&area)),
    };
    let children: Vec<RollupRow> = board
        .areas
        .children(area)
        .map(|child| row(child.code, callout.rollup.of(child.code).into()))
        .filter(|row| row.counts.total > 0)
        .collect();
    let below = children.iter().map(|row| row.counts);
    let own = below.fold(Counts::from(callout.rollup.of(area)), Counts::minus);
    let own = (own.total > 0).then(|| row(area, own));
    own.into_iter().chain(children).collect()
}

fn forecast(board: &Board, callout: &Callout, now: Timestamp) -> Option<Forecast> {
    if !callout.is_open() {
        return None;
    }
    let found = board.callouts.lines(Channel::Voice)?;
    let class = Callouts::class(callout, 0, false);
    let queued = board.callouts.queue().ahead(Channel::Voice, class);
    let calling = board.callouts.queue().calling(Channel::Voice);
    let within = board.callouts.frozen(callout).and_then(|terms| terms.policy.first_call_within_s);
    let last = lines::last_call(found, calling, queued, now)?;
    Some(Forecast {
        queued,
        calling,
        lines: found.lines,
        simulated: found.simulated,
        begun_at: last.begun_at,
        finish_at: last.finish_at,
        target_at: lines::target_at(callout.opened_at, within),
    })
}
