//! The units that were sent (出动情况表): one row for each, with how long it was in each status.

use axum::{extract::State, response::Response};

use super::{
    page::{Cell, Headings, Sheet, download},
    words,
};
use crate::{
    domain::{
        assignment::{Assignment, Status},
        board::Board,
        capability::Catalogue,
        ids::AssignmentId,
        time::Timestamp,
    },
    http::{
        ApiError, Web,
        assignments::Filter,
        request::{Asked, Caller},
    },
    protocol::{AssignmentView, Viewer},
};

const HEADINGS: Headings = &[
    ("编号", 10),
    ("事件编号", 10),
    ("事件", 30),
    ("队伍编号", 16),
    ("队伍", 24),
    ("类型", 12),
    ("联系人", 10),
    ("联系电话", 14),
    ("指令", 40),
    ("需求", 16),
    ("状态", 10),
    ("下达", 20),
    ("接令", 20),
    ("出动", 20),
    ("预计到场", 20),
    ("到场", 20),
    ("完成或召回", 20),
    ("归队", 20),
    ("待接令（分）", 12),
    ("集结（分）", 11),
    ("途中（分）", 11),
    ("现场（分）", 11),
    ("返程（分）", 11),
    ("迟到（分）", 11),
    ("滞留催问次数", 13),
    ("说明", 30),
];

/// Returns the assignments that the list of the same questions shows, as a workbook; the newest 10,000 unless `limit`
/// says less. A status that still lasts is counted until now.
#[utoipa::path(get, path = "/api/v1/assignments.xlsx", params(Filter),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 400), (status = 401)))]
pub(in crate::http) async fn workbook(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Response, ApiError> {
    let page = filter.page();
    let (most, after) = (page.rows()?, page.after::<AssignmentId>()?);
    let (actor, now, advice) = (caller.actor, web.board.now(), web.advice.clone());
    let sheet = web.board.read(move |board| {
        let viewer = Viewer { actor: &actor, now };
        let rows = filter.choose(board, &viewer, after);
        let rows = rows.map(|assignment| row(board, assignment, &viewer, &advice.catalogue));
        Sheet::of("出动", HEADINGS, rows, most)
    });
    download(&web, vec![sheet.await?], "assignments.xlsx").await
}

fn row(
    board: &Board,
    assignment: &Assignment,
    viewer: &Viewer<'_>,
    abilities: &Catalogue,
) -> Vec<Cell> {
    let view = AssignmentView::of(board, assignment, viewer, abilities);
    let drill = board.incidents.get(assignment.incident).is_some_and(|incident| incident.drill);
    let reached = |status| assignment.reached(status);
    let over = reached(Status::Done).or(reached(Status::Recalled));
    let lasted = |statuses: &[Status]| lasted(assignment, statuses, viewer.now);
    let arrived = reached(Status::OnScene);
    let late = view.eta.zip(arrived).map(|(eta, arrived)| arrived.since(eta).as_secs());
    let note = assignment.course.iter().rev().find(|stop| !stop.note.is_empty());
    vec![
        Cell::text(view.id),
        Cell::text(view.incident),
        Cell::Text(words::marked(&view.incident_title, drill)),
        Cell::text(&view.unit),
        Cell::text(&view.unit_name),
        Cell::may(view.unit_kind.map(|kind| kind.zh())),
        Cell::may(view.contact.as_ref().map(|person| &person.name)),
        Cell::may(view.contact.as_ref().and_then(|person| person.phone.as_ref())),
        Cell::text(&view.order),
        Cell::text(&view.need_zh),
        Cell::text(words::assignment(view.status)),
        Cell::may_time(reached(Status::Ordered)),
        Cell::may_time(reached(Status::Accepted)),
        Cell::may_time(reached(Status::EnRoute)),
        Cell::may_time(view.eta),
        Cell::may_time(arrived),
        Cell::may_time(over),
        Cell::may_time(reached(Status::Returned)),
        lasted(&[Status::Ordered]),
        lasted(&[Status::Accepted]),
        lasted(&[Status::EnRoute]),
        lasted(&[Status::OnScene]),
        lasted(&[Status::Done, Status::Recalled]),
        late.map_or_else(Cell::empty, Cell::minutes),
        Cell::number(view.stalls),
        Cell::may(note.map(|stop| &stop.note)),
    ]
}

/// Returns how many minutes it was in one of `statuses`; empty where it never was.
fn lasted(assignment: &Assignment, statuses: &[Status], now: Timestamp) -> Cell {
    let course = &assignment.course;
    let ends = course.iter().skip(1).map(|stop| stop.at).chain([now]);
    let stops = course.iter().zip(ends).filter(|(stop, _)| statuses.contains(&stop.status));
    let seconds = stops.map(|(stop, end)| end.since(stop.at).as_secs()).reduce(|a, b| a + b);
    Cell::may_number(seconds.map(|seconds| seconds.div_ceil(60)))
}
