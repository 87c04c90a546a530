//! Movements as a list, one by one, and as a workbook.

use axum::{Json, extract::State, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    ApiError, Asked, Caller, Cell, Headings, List, Named, ROWS_MAX, Sheet, Web, allow, download,
    request::Page,
    views::{MovementView, concerns},
};
use crate::domain::{
    actor::{Actor, Capability},
    board::Board,
    ids::{IncidentId, MovementId, SiteId},
    supply::{Movement, Party},
};

/// Most movements in a workbook, the newest.
const MOST: usize = 10_000;

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// Only those of which something is held, on its way or in use.
    #[serde(default)]
    open: bool,
    /// Only those whose written order is late.
    #[serde(default)]
    overdue: bool,
    /// From or to this depot.
    #[param(value_type = Option<String>)]
    depot: Option<SiteId>,
    #[param(value_type = Option<String>)]
    incident: Option<IncidentId>,
    limit: Option<usize>,
    after: Option<String>,
}

impl Filter {
    fn wants(&self, movement: &Movement, actor: &Actor) -> bool {
        let depot = self.depot.as_ref();
        concerns(movement, actor)
            && (!self.open || movement.is_open())
            && (!self.overdue || (movement.overdue && movement.paper.is_none()))
            && depot.is_none_or(|depot| movement.touches(depot))
            && self.incident.is_none_or(|incident| movement.incident == Some(incident))
    }

    fn find(
        &self,
        board: &Board,
        actor: &Actor,
        most: usize,
        after: Option<MovementId>,
    ) -> Vec<MovementView> {
        let all = board.supplies.movements().rev();
        let wanted = all
            .filter(|movement| after.is_none_or(|after| movement.id < after))
            .filter(|movement| self.wants(movement, actor));
        wanted.take(most).map(|movement| MovementView::of(board, movement, actor)).collect()
    }
}

/// Lists movements, the newest first.
#[utoipa::path(get, path = "/api/v1/supplies/movements", params(Filter),
    responses((status = 200, body = Vec<MovementView>)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<MovementView>>, ApiError> {
    let page = Page { limit: filter.limit, after: filter.after.clone() };
    let (limit, after) = (page.limit()?, page.after::<MovementId>()?);
    let items =
        web.board.read(move |board| filter.find(board, &caller.actor, limit + 1, after)).await?;
    Ok(Json(List::cut(items, limit, |view| view.id.to_string())))
}

/// Returns one movement.
#[utoipa::path(get, path = "/api/v1/supplies/movements/{id}", params(("id" = String, Path)),
    responses((status = 200, body = MovementView), (status = 404)))]
pub(super) async fn one(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<MovementId>,
) -> Result<Json<MovementView>, ApiError> {
    found(&web, caller.actor, id).await.map(Json)
}

/// Returns a movement that `actor` sees.
pub(super) async fn found(
    web: &Web,
    actor: Actor,
    id: MovementId,
) -> Result<MovementView, ApiError> {
    let found = web.board.read(move |board| {
        let movement = board.supplies.movement(id).filter(|known| concerns(known, &actor))?;
        Some(MovementView::of(board, movement, &actor))
    });
    let unknown = || ApiError::not_found("supply.unknown", format!("no movement {id}"));
    found.await?.ok_or_else(unknown)
}

/// Returns movements as a workbook, one row for each item, the newest first.
#[utoipa::path(get, path = "/api/v1/supplies/movements.xlsx", params(Filter),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 403)))]
pub(super) async fn workbook(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Response, ApiError> {
    allow(&caller.actor, Capability::SeePhoneNumbers)?;
    let found = web.board.read(move |board| filter.find(board, &caller.actor, MOST, None)).await?;
    let rows = found.iter().flat_map(|view| view.lines.iter().map(move |line| (view, line)));
    let rows = rows.map(|(view, line)| {
        vec![
            Cell::text(view.id),
            Cell::Time(view.held_at),
            Cell::text(&view.from.name),
            Cell::text(&view.to.name),
            Cell::may(view.incident),
            Cell::text(&line.item),
            Cell::text(&line.name),
            Cell::text(&line.spec),
            Cell::text(&line.unit),
            Cell::Number(u64::from(line.wanted)),
            Cell::Number(u64::from(line.held)),
            Cell::Number(u64::from(line.issued)),
            Cell::Number(u64::from(line.transit)),
            Cell::Number(u64::from(line.received)),
            Cell::Number(u64::from(line.delivered)),
            Cell::Number(u64::from(line.returned)),
            Cell::Number(u64::from(line.written_off)),
            Cell::Number(u64::from(line.released)),
            Cell::text(&view.ordered_by),
            Cell::may(view.paper.as_ref()),
            Cell::may_time(view.paper_due),
            Cell::text(view.sender.as_ref().map(contact).unwrap_or_default()),
            Cell::text(contact(&view.receiver)),
        ]
    });
    let sheet = Sheet::of("调拨", HEADINGS, rows, ROWS_MAX);
    download(&web, vec![sheet], "movements.xlsx").await
}

const HEADINGS: Headings = &[
    ("调拨单", 10),
    ("预占时间", 28),
    ("调出", 26),
    ("调入", 26),
    ("事件", 8),
    ("物资编码", 14),
    ("名称", 14),
    ("规格", 20),
    ("单位", 6),
    ("申请数量", 10),
    ("预占", 8),
    ("出库", 8),
    ("在途", 8),
    ("签收使用", 10),
    ("移库入库", 10),
    ("归还", 8),
    ("核销", 8),
    ("释放", 8),
    ("下达人", 12),
    ("书面文号", 18),
    ("书面时限", 28),
    ("移交人", 30),
    ("接收人", 30),
];

fn contact(party: &Party) -> String {
    let Party { unit, person, phone } = party;
    let texts = [unit, person, phone].into_iter().filter(|text| !text.is_empty());
    texts.map(|text| text.as_str()).collect::<Vec<_>>().join(" ")
}
