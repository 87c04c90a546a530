//! The list of tasks (任务清单): who has to do what by when, and what was said of it.

use axum::{extract::State, response::Response};

use super::{
    page::{Cell, Headings, Sheet, download},
    words,
};
use crate::{
    domain::{
        board::Board,
        ids::TaskId,
        task::{Cause, Said, Stage, Task},
    },
    http::{
        ApiError, Web,
        request::{Asked, Caller},
        tasks::Filter,
    },
    protocol::{TaskView, Viewer},
};

const HEADINGS: Headings = &[
    ("编号", 10),
    ("任务", 28),
    ("要求", 40),
    ("起因", 16),
    ("承办", 24),
    ("区划代码", 16),
    ("区划", 16),
    ("下达时间", 20),
    ("下达人", 12),
    ("批示领导", 12),
    ("时限", 20),
    ("状态", 8),
    ("提示", 6),
    ("签收时间", 20),
    ("签收人", 10),
    ("反馈时间", 20),
    ("反馈人", 12),
    ("反馈", 40),
    ("数量", 8),
    ("办结时间", 20),
    ("超时（分）", 10),
    ("催办次数", 9),
    ("撤回原因", 24),
];

/// Returns the tasks that the list of the same questions shows, as a workbook; the newest 10,000 unless `limit` says
/// less.
#[utoipa::path(get, path = "/api/v1/tasks.xlsx", params(Filter),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 400), (status = 401)))]
pub(in crate::http) async fn workbook(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Response, ApiError> {
    let page = filter.page();
    let (most, after) = (page.rows()?, page.after::<TaskId>()?);
    let (actor, now) = (caller.actor, web.board.now());
    let sheet = web.board.read(move |board| {
        let viewer = Viewer { actor: &actor, now };
        let rows = filter.choose(board, &viewer, after);
        let rows = rows.map(|task| row(board, task, &viewer));
        Sheet::of("任务", HEADINGS, rows, most)
    });
    download(&web, vec![sheet.await?], "tasks.xlsx").await
}

fn row(board: &Board, task: &Task, viewer: &Viewer<'_>) -> Vec<Cell> {
    let view = TaskView::of(board, task, viewer);
    let signer = task.signed.as_ref().and_then(|(_, person)| person.as_ref());
    let signer = signer.and_then(|person| board.people.get(person));
    let last: Option<&Said> = task.said.last();
    let outcome = last.map(|said| &said.outcome);
    let done = last.filter(|_| task.stage == Stage::Done);
    let overdue =
        if task.is_open() { viewer.now.since(task.due_at).as_secs() } else { task.late_s };
    vec![
        Cell::text(view.id),
        Cell::Text(words::marked(&view.title, view.drill)),
        Cell::text(&view.text),
        Cell::may(view.cause.as_ref().map(cause)),
        Cell::text(&view.post_title),
        Cell::text(view.area),
        Cell::text(&view.area_name),
        Cell::Time(view.given_at),
        Cell::text(&view.given_by),
        Cell::text(&view.on_word_of),
        Cell::Time(view.due_at),
        Cell::text(words::task(view.stage)),
        Cell::text(light(view.light)),
        Cell::may_time(view.signed_at),
        Cell::may(signer.map(|person| &person.name)),
        Cell::may_time(last.map(|said| said.at)),
        Cell::may(last.map(|said| &said.by)),
        Cell::may(
            outcome.map(|outcome| [&*outcome.finding, &*outcome.note].join(" ").trim().to_owned()),
        ),
        Cell::may_number(outcome.and_then(|outcome| outcome.count)),
        Cell::may_time(done.map(|said| said.at)),
        Cell::minutes(overdue),
        Cell::number(view.reminders),
        Cell::text(&view.withdrawn),
    ]
}

fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Incident(id) => format!("事件 {id}"),
        Cause::Response(id) => format!("响应 {id}"),
        Cause::Evacuation(id) => format!("转移 {id}"),
        Cause::HotSpot(id) => format!("热点 {id}"),
        Cause::Reports(id) => format!("信息报送 {id}"),
        Cause::Round(id) => format!("调度 {id}"),
    }
}

fn light(light: &str) -> &'static str {
    match light {
        "red" => "红",
        "yellow" => "黄",
        "green" => "绿",
        _ => "",
    }
}
