//! The situation list (突发事件情况表): one row for each incident.

use axum::{extract::State, response::Response};

use super::{
    page::{Cell, Headings, Sheet, download},
    words,
};
use crate::{
    domain::{
        board::Board,
        ids::IncidentId,
        incident::{Incident, Source},
    },
    http::{
        ApiError, Web,
        incidents::Filter,
        request::{Asked, Caller},
    },
    protocol::{IncidentView, Viewer},
};

const HEADINGS: Headings = &[
    ("编号", 10),
    ("事件", 30),
    ("类别编码", 10),
    ("类别", 18),
    ("等级", 10),
    ("敏感", 6),
    ("状态", 8),
    ("接报时间", 20),
    ("发生时间", 20),
    ("时间不准", 9),
    ("区划代码", 16),
    ("区划", 16),
    ("地址", 30),
    ("经度", 11),
    ("纬度", 11),
    ("死亡", 7),
    ("受伤", 7),
    ("失踪", 7),
    ("被困", 7),
    ("来源", 9),
    ("报送单位", 20),
    ("报告人", 10),
    ("报告电话", 14),
    ("起因", 24),
    ("经过", 40),
    ("发展趋势", 24),
    ("影响范围", 24),
    ("财产损失", 20),
    ("已采取措施", 30),
    ("请求事项", 24),
    ("在途在场队伍", 12),
    ("到场队伍", 10),
    ("未完成任务", 10),
    ("超期任务", 10),
    ("关联到", 10),
    ("最近更新", 20),
    ("更新人", 12),
];

/// Returns the incidents that the list of the same questions shows, as a workbook; the newest 10,000 unless `limit` says
/// less.
#[utoipa::path(get, path = "/api/v1/incidents.xlsx", params(Filter),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 400), (status = 401)))]
pub(in crate::http) async fn workbook(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Response, ApiError> {
    let page = filter.page();
    let (most, after) = (page.rows()?, page.after::<IncidentId>()?);
    let (actor, now) = (caller.actor, web.board.now());
    let sheet = web.board.read(move |board| {
        let viewer = Viewer { actor: &actor, now };
        let rows = filter.choose(board, &actor, after);
        let rows = rows.map(|incident| row(board, incident, &viewer));
        Sheet::of("突发事件", HEADINGS, rows, most)
    });
    download(&web, vec![sheet.await?], "incidents.xlsx").await
}

fn row(board: &Board, incident: &Incident, viewer: &Viewer<'_>) -> Vec<Cell> {
    let view = IncidentView::of(board, incident, viewer);
    let known = &incident.particulars;
    let (told, hurt) = (&known.accounts, known.casualties);
    // Whoever may not dial somebody who reported is not told who it was either.
    let Source { way, unit, name, phone } = &known.source;
    let clear = viewer.sees_phones();
    vec![
        Cell::text(view.id),
        Cell::Text(words::marked(&view.title, view.drill)),
        Cell::text(&view.kind),
        Cell::text(view.kind_name),
        Cell::may(view.level.map(words::level)),
        Cell::yes(view.sensitive),
        Cell::text(words::incident(view.stage)),
        Cell::Time(view.received_at),
        Cell::Time(view.occurred.at),
        Cell::yes(view.occurred.about),
        Cell::text(view.area),
        Cell::text(&view.area_name),
        Cell::text(&view.address),
        Cell::may_decimal(view.point.map(|[lon, _]| lon)),
        Cell::may_decimal(view.point.map(|[_, lat]| lat)),
        Cell::may_number(hurt.dead),
        Cell::may_number(hurt.injured),
        Cell::may_number(hurt.missing),
        Cell::may_number(hurt.trapped),
        Cell::text(words::way(*way)),
        Cell::text(unit),
        Cell::may(clear.then_some(name)),
        Cell::may(clear.then_some(phone)),
        Cell::text(&told.cause),
        Cell::text(&told.course),
        Cell::text(&told.trend),
        Cell::text(&told.extent),
        Cell::text(&told.loss),
        Cell::text(&told.measures),
        Cell::text(&told.requests),
        Cell::Number(view.units as u64),
        Cell::Number(view.on_scene as u64),
        Cell::Number(view.tasks as u64),
        Cell::Number(view.overdue as u64),
        Cell::may(view.main),
        Cell::Time(view.changed_at),
        Cell::text(&view.changed_by),
    ]
}
