//! Hot spots (卫星热点核查表): where satellites saw heat, who went to look, and what it was.

use axum::{extract::State, response::Response};

use super::{
    page::{Cell, Headings, Sheet, download},
    words,
};
use crate::{
    domain::{board::Board, hotspot::HotSpot, ids::HotSpotId, time::Timestamp},
    http::{
        ApiError, Web,
        hotspots::Filter,
        request::{Asked, Caller},
    },
    protocol::HotSpotView,
};

const HEADINGS: Headings = &[
    ("编号", 10),
    ("区划代码", 16),
    ("区划", 20),
    ("经度", 11),
    ("纬度", 11),
    ("卫星", 16),
    ("首次观测", 20),
    ("最近观测", 20),
    ("像元数", 8),
    ("置信度", 8),
    ("辐射功率（兆瓦）", 15),
    ("下达核查", 20),
    ("核查岗位", 24),
    ("时限", 20),
    ("核查结果", 20),
    ("核查时间", 20),
    ("核查人", 12),
    ("说明", 36),
    ("超时（分）", 10),
    ("转为事件", 10),
];

/// Returns the hot spots that the list of the same questions shows, with what was found, as a workbook; the newest
/// 10,000 unless `limit` says less.
#[utoipa::path(get, path = "/api/v1/hotspots.xlsx", params(Filter),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 400), (status = 401), (status = 422)))]
pub(in crate::http) async fn workbook(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Response, ApiError> {
    let page = filter.page();
    let (most, after) = (page.rows()?, page.after::<HotSpotId>()?);
    let (area, now) = (filter.within(&caller.actor)?, web.board.now());
    let sheet = web.board.read(move |board| {
        let rows = filter.choose(board, area, after).map(|known| row(board, known, now));
        Sheet::of("卫星热点", HEADINGS, rows, most)
    });
    download(&web, vec![sheet.await?], "hotspots.xlsx").await
}

fn row(board: &Board, known: &HotSpot, now: Timestamp) -> Vec<Cell> {
    let view = HotSpotView::of(board, known, now);
    let seen = known.seen();
    let settled = known.settled.as_ref();
    let mut satellites: Vec<&str> = known.detections.iter().map(|d| d.satellite.as_str()).collect();
    satellites.sort_unstable();
    satellites.dedup();
    let waiting = if known.is_overdue(now) { "超时未核查" } else { "待核查" };
    let late = settled.map_or_else(|| now.since(known.due_at).as_secs(), |settled| settled.late_s);
    vec![
        Cell::text(view.id),
        Cell::text(view.area),
        Cell::Text(words::marked(&view.area_name, known.drill)),
        Cell::may_decimal(view.point.map(|[lon, _]| lon)),
        Cell::may_decimal(view.point.map(|[_, lat]| lat)),
        Cell::text(satellites.join("、")),
        Cell::may_time(seen.map(|(first, _)| first)),
        Cell::may_time(seen.map(|(_, last)| last)),
        Cell::Number(view.facts.pixels as u64),
        Cell::may(view.facts.confidence.map(words::confidence)),
        Cell::may_decimal(view.facts.frp_mw),
        Cell::Time(view.found_at),
        Cell::text(&view.post_title),
        Cell::Time(view.facts.due_at),
        Cell::text(settled.map_or(waiting, |settled| words::finding(settled.finding))),
        Cell::may_time(settled.map(|settled| settled.at)),
        Cell::may(settled.map(|settled| &settled.by)),
        Cell::may(settled.map(|settled| &settled.note)),
        Cell::minutes(late),
        Cell::may(settled.and_then(|settled| settled.incident)),
    ]
}
