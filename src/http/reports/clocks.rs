//! Clocks of all incidents in one question: what has to be told or written by when, the soonest first.

use std::{fmt, str::FromStr};

use axum::{Json, extract::State};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    ApiError, Asked, Caller, List, Page, Web, sees,
    views::{ReportClockView, kind_name},
};
use crate::domain::{
    board::Board,
    ids::{AreaCode, IncidentId},
    incident::Incident,
    report::{Dossier, Running},
    time::Timestamp,
};

#[derive(Deserialize, IntoParams)]
pub(in crate::http) struct ClockFilter {
    /// Only those that have neither been met nor dropped.
    #[serde(default)]
    open: bool,
    limit: Option<usize>,
    after: Option<String>,
}

/// A clock with the incident that is to be reported.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct IncidentClockView {
    #[schema(value_type = String)]
    incident: IncidentId,
    #[schema(value_type = String)]
    incident_title: CompactString,
    incident_kind: &'static str,
    #[schema(value_type = String)]
    area: AreaCode,
    #[schema(value_type = String)]
    area_name: CompactString,
    drill: bool,
    #[serde(flatten)]
    clock: ReportClockView,
    /// The clock of the other medium that was started with it, where it runs no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    beside: Option<ReportClockView>,
}

/// Where a page ends: a clock that is met meanwhile moves none of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    due_at: Timestamp,
    incident: IncidentId,
    number: u32,
}

impl Place {
    fn of(incident: &Incident, running: &Running) -> Self {
        Self { due_at: running.clock.due_at, incident: incident.id, number: running.number }
    }
}

/// Writes `1784628000000.i-3.2`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.due_at.millis(), self.incident, self.number)
    }
}

/// A text that names no place in the list.
struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().ok_or(NoPlace);
        let due_at = Timestamp::from_millis(part()?.parse().map_err(|_| NoPlace)?);
        let incident = part()?.parse().map_err(|_| NoPlace)?;
        let number = part()?.parse().map_err(|_| NoPlace)?;
        Ok(Self { due_at, incident, number })
    }
}

/// Lists the clocks by which incidents are to be reported, the soonest first.
#[utoipa::path(get, path = "/api/v1/report-clocks", params(ClockFilter),
    responses((status = 200, body = Vec<IncidentClockView>), (status = 400), (status = 401)))]
pub(in crate::http) async fn clocks(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<ClockFilter>,
) -> Result<Json<List<IncidentClockView>>, ApiError> {
    let page = Page { limit: filter.limit, after: filter.after };
    let (limit, after) = (page.limit()?, page.after::<Place>()?);
    let now = web.board.now();
    let found = web.board.read(move |board| {
        let incidents = board.incidents.iter().filter(|incident| sees(&caller.actor, incident));
        let dossiers =
            incidents.filter_map(|known| Some((known, board.reports.dossier(known.id)?)));
        let all = dossiers.flat_map(|(incident, dossier)| {
            dossier.clocks.iter().map(move |running| (incident, dossier, running))
        });
        let mut wanted: Vec<_> = all
            .filter(|(.., running)| !filter.open || running.is_running())
            .map(|(incident, dossier, running)| {
                (Place::of(incident, running), incident, dossier, running)
            })
            .filter(|(place, ..)| after.is_none_or(|after| *place > after))
            .collect();
        wanted.sort_unstable_by_key(|(place, ..)| *place);
        let views =
            wanted.into_iter().take(limit + 1).map(|(place, incident, dossier, running)| {
                (place, view(board, incident, (dossier, running), now))
            });
        views.collect::<Vec<_>>()
    });
    let page = List::cut(found.await?, limit, |(place, _)| place.to_string());
    let items = page.items.into_iter().map(|(_, view)| view).collect();
    Ok(Json(List { items, next: page.next }))
}

fn view(
    board: &Board,
    incident: &Incident,
    (dossier, running): (&Dossier, &Running),
    now: Timestamp,
) -> IncidentClockView {
    let together = |other: &&Running| {
        (other.clock.series, other.clock.stage, other.clock.hop, other.clock.starts)
            == (running.clock.series, running.clock.stage, running.clock.hop, running.clock.starts)
    };
    let beside = dossier.clocks.iter().filter(together);
    let mut beside = beside.filter(|other| other.clock.medium != running.clock.medium);
    let ended = beside.rfind(|other| !other.is_running());
    let area = incident.area();
    IncidentClockView {
        incident: incident.id,
        incident_title: incident.title(),
        incident_kind: kind_name(incident),
        area,
        area_name: board.areas.name(area),
        drill: incident.drill,
        clock: ReportClockView::of(board, incident.id, running, now),
        beside: ended.map(|other| ReportClockView::of(board, incident.id, other, now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_list_is_read_as_it_was_written_and_nothing_else_is() {
        let place = Place {
            due_at: Timestamp::from_millis(1_784_628_000_000),
            incident: IncidentId(3),
            number: 2,
        };
        assert_eq!(place.to_string(), "1784628000000.i-3.2");
        assert_eq!(place.to_string().parse::<Place>().ok(), Some(place));
        for text in ["", "i-3", "x.i-3.2", "1.r-3.2", "1.i-3.x", "1.i-3.2.4"] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
    }
}
