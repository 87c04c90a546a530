//! Holes in the cover (力量空白): a warned area without a unit near that could help there. Nobody sees by himself what
//! is missing, so a hole is an alarm of its own.
//!
//! Invariant: a hole is told of once until it is closed. While a callout about holes is open, another hole joins it
//! instead of calling the same people again.

use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};

use super::{
    actor::{Actor, Capability},
    area::Extent,
    board::{Board, require},
    callout::{
        callouts::Callout,
        policy::{CalloutKind, Terms},
    },
    decision::Draft,
    event::{CalloutOpened, CloseReason, CoverageEvent, CoverageHoleClosed, CoverageHoleOpened},
    ids::{AreaCode, CalloutId, UnitId},
    recommend::Lacking,
    rejection::Rejection,
    time::Timestamp,
    warning::Colour,
};

/// Holes that an alarm names; the board shows all of them.
const NAMED_MAX: usize = 10;

/// Where something is missing, and what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    pub area: AreaCode,
    /// What units have to be able to do, by its code.
    pub ability: CompactString,
    /// Warned by an exercise only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
}

/// The nearest unit that is free, and how long it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nearest {
    pub unit: UnitId,
    pub eta_s: u32,
}

/// How things stood when the hole was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What the ability is called, in Chinese and in English.
    pub zh: CompactString,
    pub en: CompactString,
    pub within_s: u32,
    /// None where no unit can get there at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
    pub lacking: Lacking,
    /// Since when it has stood.
    pub since: Timestamp,
}

/// Why a hole is none any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filled {
    Covered,
    /// The area is not warned any more.
    WarningOver,
}

/// A hole that lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    pub spot: Spot,
    pub found: Found,
    pub callout: Option<CalloutId>,
}

/// What whoever watches the cover has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoverageStep {
    /// These have stood open long enough; all of them in a drill, or none.
    Bare(Vec<(Spot, Found)>),
    Filled(Vec<(Spot, Filled, Option<Nearest>)>),
}

/// All holes, in the order of their spots.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holes(Vec<Hole>);

impl Holes {
    pub fn get(&self, spot: &Spot) -> Option<&Hole> {
        self.0.iter().find(|hole| hole.spot == *spot)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Hole> {
        self.0.iter()
    }

    pub(super) fn apply(&mut self, event: &CoverageEvent) {
        match event {
            CoverageEvent::CoverageHoleOpened(opened) => {
                let CoverageHoleOpened { spot, found, callout } = opened.clone();
                self.0.retain(|hole| hole.spot != spot);
                self.0.push(Hole { spot, found, callout });
                self.0.sort_by(|one, other| one.spot.cmp(&other.spot));
            }
            CoverageEvent::CoverageHoleClosed(closed) => {
                self.0.retain(|hole| hole.spot != closed.spot);
            }
        }
    }
}

/// Decides what has been seen of the cover; what is known is no news.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    step: &CoverageStep,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::ReportReadings)?;
    match step {
        CoverageStep::Bare(found) => open(board, found, draft),
        CoverageStep::Filled(filled) => close(board, filled, draft),
    }
    Ok(())
}

fn open(board: &Board, found: &[(Spot, Found)], draft: &mut Draft<'_>) {
    let known = |spot: &Spot| board.holes.get(spot).is_some();
    let news =
        found.iter().filter(|(spot, _)| !known(spot) && board.areas.get(spot.area).is_some());
    let news: Vec<&(Spot, Found)> = news.collect();
    let Some((first, _)) = news.first() else { return };
    let of_these = board.holes.iter().filter(|hole| hole.spot.drill == first.drill);
    let mut callouts = of_these.filter_map(|hole| hole.callout);
    let open = callouts.find(|id| board.callouts.get(*id).is_some_and(Callout::is_open));
    let callout = open.or_else(|| draft.raise_alarm_of_holes(&news));
    for (spot, found) in news {
        let (spot, found) = (spot.clone(), found.clone());
        draft.push(CoverageHoleOpened { spot, found, callout });
    }
}

/// When the last of the holes that an alarm is about is closed, the alarm is over.
fn close(board: &Board, filled: &[(Spot, Filled, Option<Nearest>)], draft: &mut Draft<'_>) {
    let mut left = board.holes.clone();
    for (spot, why, nearest) in filled {
        let Some(hole) = left.get(spot).cloned() else { continue };
        left.0.retain(|other| other.spot != *spot);
        let (spot, why, nearest) = (spot.clone(), *why, nearest.clone());
        draft.push(CoverageHoleClosed { spot, why, nearest });
        let shared = |id: &CalloutId| left.iter().any(|other| other.callout == Some(*id));
        let callout = hole.callout.filter(|id| !shared(id)).and_then(|id| board.callouts.get(id));
        if let Some(callout) = callout.filter(|callout| callout.is_open()) {
            draft.end_callout(callout, CloseReason::Cancelled, CompactString::default());
        }
    }
}

impl Draft<'_> {
    /// Calls whoever has to find a unit; `None` where no policy says who.
    fn raise_alarm_of_holes(&mut self, news: &[&(Spot, Found)]) -> Option<CalloutId> {
        let board = self.board;
        let area = board.jurisdiction()?;
        let set = board.callouts.policies()?;
        let policy = set.choose(CalloutKind::Alarm, None, None)?;
        let (spot, found) = news.first()?;
        let (what, place) = (&found.zh, board.areas.name(spot.area));
        let subject = match news.len() {
            1 => format_compact!("红色预警区缺{what}力量：{place}"),
            count => format_compact!("红色预警区缺{what}力量：{place}等 {count} 个乡镇"),
        };
        let named = news.iter().take(NAMED_MAX).map(|(spot, found)| found.told(board, spot));
        let id = self.take_callout();
        let opened = CalloutOpened {
            id,
            kind: CalloutKind::Alarm,
            subject,
            text: named.collect::<Vec<_>>().join("；"),
            severity: policy.severity.unwrap_or(Colour::Yellow),
            drill: spot.drill,
            extent: Extent { partly: [area].into(), ..Extent::default() },
            policy: policy.id.clone(),
            warning: None,
            parent: None,
        };
        self.open_callout(opened, Terms { set, policy });
        Some(id)
    }
}

impl Found {
    /// Words it for whoever is called: 青石镇 30 分钟内没有水域救援力量，最近的冲锋舟 3 需 42 分钟（…）.
    fn told(&self, board: &Board, spot: &Spot) -> String {
        let (place, what) = (board.areas.name(spot.area), &self.zh);
        let within = self.within_s.div_ceil(60);
        let nearest = match &self.nearest {
            Some(Nearest { unit, eta_s }) => {
                let known = board.units.get(unit).map(|unit| unit.name.clone());
                let name = known.unwrap_or_else(|| unit.as_str().into());
                format!("最近的{name}需 {} 分钟", eta_s.div_ceil(60))
            }
            None => "没有能到达的".to_owned(),
        };
        format!("{place} {within} 分钟内没有{what}力量，{nearest}（{}）", self.lacking.zh())
    }
}
