//! Roads that cannot be passed: closed by somebody, until somebody says that they are open again.
//!
//! When a road is expected to be open is told to people and does nothing: water does not keep appointments.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    actor::{Actor, Capability},
    area::Shape,
    board::{Board, require},
    command::Reply,
    decision::{Decision, Draft},
    event::{Entry, RoadClosed, RoadEvent, RoadOpened},
    ids::{AreaCode, ClosureId},
    rejection::Rejection,
    road::Closure,
    roster::change::known_area,
    time::Timestamp,
    unit::on_earth,
};

/// Longest reason, in characters.
const REASON_LIMIT: usize = 200;
/// Widest circle and most corners of what is closed at once.
const RADIUS_MAX_KM: f64 = 50.0;
const CORNERS_MAX: usize = 200;
/// Closures at one time.
const OPEN_MAX: u64 = 1_000;

/// A road or a piece of ground that is closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    pub id: ClosureId,
    pub what: Closure,
    pub area: AreaCode,
    pub reason: CompactString,
    pub expected_until: Option<Timestamp>,
    pub by: CompactString,
    pub at: Timestamp,
}

impl Closed {
    /// Tells whether `close` says the same, whoever said it.
    fn is(&self, close: &CloseRoad) -> bool {
        let CloseRoad { what, area, reason, expected_until } = close;
        (&self.what, &self.area, &self.reason, &self.expected_until)
            == (what, area, reason, expected_until)
    }
}

/// What is closed now.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Closures {
    by_id: BTreeMap<ClosureId, Closed>,
    last: u64,
}

impl Closures {
    pub fn get(&self, id: ClosureId) -> Option<&Closed> {
        self.by_id.get(&id)
    }

    /// Returns what is closed, in the order in which it was.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Closed> {
        self.by_id.values()
    }

    pub(super) fn apply(&mut self, event: &RoadEvent, entry: &Entry) {
        match event {
            RoadEvent::RoadClosed(closed) => {
                self.last = closed.id.0;
                let closed = Closed {
                    id: closed.id,
                    what: closed.what.clone(),
                    area: closed.area,
                    reason: closed.reason.clone(),
                    expected_until: closed.expected_until,
                    by: entry.actor.clone(),
                    at: entry.at,
                };
                self.by_id.insert(closed.id, closed);
            }
            RoadEvent::RoadOpened(opened) => drop(self.by_id.remove(&opened.id)),
        }
    }
}

/// What somebody does about roads.
#[derive(Debug, Clone, PartialEq)]
pub enum RoadStep {
    Close(CloseRoad),
    Open(ClosureId),
    /// A list of what is closed; what it leaves out stays as it is, until somebody says that it is open.
    Import(Vec<CloseRoad>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct CloseRoad {
    pub what: Closure,
    pub area: AreaCode,
    pub reason: CompactString,
    pub expected_until: Option<Timestamp>,
}

/// Why a step with roads is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClosureFault {
    #[error("no closure {0}; see GET /api/v1/closures")]
    Unknown(ClosureId),
    #[error("what is closed is a circle of up to 50 km or a polygon of 3 to 200 corners, WGS-84")]
    Shape,
    #[error("a thousand closures stand; open those that are passable again")]
    TooMany,
}

impl ClosureFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            ClosureFault::Unknown(_) => "closure.unknown",
            ClosureFault::Shape => "closure.shape",
            ClosureFault::TooMany => "closure.too_many",
        }
    }

    /// Returns the field of the request that is at fault, where one is.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            ClosureFault::Shape => Some("what"),
            ClosureFault::Unknown(_) | ClosureFault::TooMany => None,
        }
    }
}

/// Decides that a road is closed or open again.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    step: &RoadStep,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    match step {
        RoadStep::Close(close) => {
            require(actor, Capability::Dispatch)?;
            let id = close_as(board, actor, close, 1, &mut draft)?;
            Ok(draft.finish(Reply::Closure { id }))
        }
        RoadStep::Import(list) => {
            require(actor, Capability::EditResources)?;
            let known = |close: &&CloseRoad| !board.closures.iter().any(|known| known.is(close));
            for (nth, close) in (1..).zip(list.iter().filter(known)) {
                close_as(board, actor, close, nth, &mut draft)?;
            }
            Ok(draft.finish(Reply::Done))
        }
        RoadStep::Open(id) => {
            require(actor, Capability::Dispatch)?;
            let closed = board.closures.get(*id).ok_or(ClosureFault::Unknown(*id))?;
            known_area(board, actor, closed.area)?;
            draft.push(RoadOpened { id: *id, area: closed.area });
            Ok(draft.finish(Reply::Done))
        }
    }
}

/// Closes something as the `nth` of one step.
fn close_as(
    board: &Board,
    actor: &Actor,
    close: &CloseRoad,
    nth: u64,
    draft: &mut Draft<'_>,
) -> Result<ClosureId, Rejection> {
    known_area(board, actor, close.area)?;
    check(close)?;
    if board.closures.by_id.len() as u64 + nth > OPEN_MAX {
        return Err(ClosureFault::TooMany.into());
    }
    let id = ClosureId(board.closures.last + nth);
    draft.push(RoadClosed {
        id,
        what: close.what.clone(),
        area: close.area,
        reason: close.reason.clone(),
        expected_until: close.expected_until,
    });
    Ok(id)
}

fn check(close: &CloseRoad) -> Result<(), Rejection> {
    if close.reason.trim().is_empty() {
        return Err(Rejection::Empty { field: "reason" });
    }
    if close.reason.chars().count() > REASON_LIMIT {
        return Err(Rejection::TooLong { field: "reason", limit: REASON_LIMIT });
    }
    let sound = match &close.what {
        Closure::Road(road) => !road.trim().is_empty() && road.chars().count() <= REASON_LIMIT,
        Closure::Within(Shape::Circle { center, radius_km }) => {
            on_earth(*center) && *radius_km > 0.0 && *radius_km <= RADIUS_MAX_KM
        }
        Closure::Within(Shape::Polygon(ring)) => {
            (4..=CORNERS_MAX + 1).contains(&ring.len()) && ring.iter().all(|at| on_earth(*at))
        }
    };
    if sound { Ok(()) } else { Err(ClosureFault::Shape.into()) }
}
