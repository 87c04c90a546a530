//! What somebody found who went to look. A true fire is an incident from that moment on.

use compact_str::{CompactString, format_compact};

use super::{Finding, HotSpot, HotSpotFault};
use crate::domain::{
    actor::{Actor, Capability},
    board::Board,
    decision::Draft,
    event::{HotSpotSettled, IncidentReceived},
    ids::{HotSpotId, IncidentId},
    incident::{Accounts, Casualties, Occurred, Particulars, Place, Source, Way},
    rejection::Rejection,
    task::{Outcome, reporter_of},
};

/// Longest note, in characters.
const NOTE_LIMIT: usize = 1_000;
/// 境内森林火灾, by the national list of kinds of incident.
const FOREST_FIRE: &str = "11G01";

/// Says what a hot spot was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettleHotSpot {
    pub hot_spot: HotSpotId,
    pub finding: Finding,
    pub note: String,
}

pub(in crate::domain) fn settle(
    board: &Board,
    actor: &Actor,
    found: &SettleHotSpot,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    let unknown = HotSpotFault::Unknown(found.hot_spot);
    let hot_spot = board.hot_spots.get(found.hot_spot).ok_or(unknown)?;
    let task = reporter_of(board, actor, hot_spot.task, Capability::Dispatch, draft)?;
    if found.note.chars().count() > NOTE_LIMIT {
        return Err(Rejection::TooLong { field: "note", limit: NOTE_LIMIT });
    }
    // Of anything but a fire somebody may ask later how he knew.
    if found.finding != Finding::TrueFire && found.note.trim().is_empty() {
        return Err(Rejection::Empty { field: "note" });
    }
    if let Some(settled) = &hot_spot.settled {
        if settled.finding == found.finding {
            return Ok(());
        }
        if let Some(incident) = settled.incident {
            return Err(HotSpotFault::Burns { id: hot_spot.id, incident }.into());
        }
        if !actor.role.may(Capability::Dispatch) || found.note.trim().is_empty() {
            let (id, finding) = (hot_spot.id, settled.finding);
            return Err(HotSpotFault::Settled { id, finding }.into());
        }
    }
    let incident =
        (found.finding == Finding::TrueFire).then(|| take_down(board, hot_spot, found, draft));
    draft.push(HotSpotSettled {
        id: hot_spot.id,
        area: hot_spot.area,
        finding: found.finding,
        note: found.note.clone(),
        incident,
        late_s: draft.now.since(hot_spot.due_at).as_secs(),
    });
    if task.is_open() {
        let finding: CompactString = found.finding.as_str().into();
        draft.complete(task, Outcome { note: found.note.clone(), finding, count: None });
    }
    Ok(())
}

/// Takes down the fire as an incident, with all that is known of it.
fn take_down(
    board: &Board,
    hot_spot: &HotSpot,
    found: &SettleHotSpot,
    draft: &mut Draft<'_>,
) -> IncidentId {
    let id = draft.take_incident();
    let village = board.areas.name(hot_spot.area);
    let seen = hot_spot.seen().map_or(draft.now, |(first, _)| first);
    let power = hot_spot.frp_mw().map(|mw| format!("，辐射功率{mw:.1}兆瓦")).unwrap_or_default();
    let pixels = hot_spot.detections.len();
    let course = format!(
        "卫星监测到热点{}（{pixels}个像元{power}），经现场核查为真火。{}",
        hot_spot.id, found.note
    );
    let particulars = Particulars {
        kind: FOREST_FIRE.into(),
        level: None,
        sensitive: false,
        received_at: draft.now,
        // A satellite passes some time after it begins.
        occurred: Occurred { at: seen.min(draft.now), about: true },
        place: Place {
            area: hot_spot.area,
            address: format_compact!("{village}（卫星热点{}）", hot_spot.id),
            point: hot_spot.point(),
        },
        source: Source { way: Way::Api, unit: "卫星监测".into(), ..Source::default() },
        casualties: Casualties::default(),
        accounts: Accounts { course, ..Accounts::default() },
    };
    draft.push(IncidentReceived { id, particulars: Box::new(particulars), drill: hot_spot.drill });
    id
}
