//! How timely reports to the levels above were (信息报送时效表): every clock by telephone and on paper, by how much it was
//! late; and the reports themselves with who drafted, checked, signed and sent them.

use axum::{extract::State, response::Response};
use compact_str::CompactString;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    page::{Cell, Headings, ROWS_MAX, Sheet, download},
    words,
};
use crate::{
    domain::{
        actor::Actor,
        board::Board,
        bulletin::IssueNumber,
        deadline::{medium_zh, rank_zh, stage_zh},
        ids::{AreaCode, IncidentId},
        incident::{Changed, Incident},
        report::{ClockState, Mark, Report, Running},
        time::Timestamp,
    },
    http::{
        ApiError, Web,
        request::{Asked, Caller},
    },
};

const CLOCKS: Headings = &[
    ("事件编号", 10),
    ("事件", 30),
    ("区划", 16),
    ("等级", 10),
    ("报告", 14),
    ("方式", 8),
    ("报往", 10),
    ("起算时间", 20),
    ("时限", 20),
    ("完成时间", 20),
    ("状态", 12),
    ("超时（分）", 10),
    ("可不报", 8),
    ("免报原因", 24),
    ("规则", 20),
    ("规则出处", 40),
    ("规则待确认", 11),
];
const REPORTS: Headings = &[
    ("编号", 10),
    ("事件编号", 10),
    ("事件", 30),
    ("报告", 14),
    ("第几次", 8),
    ("报往", 14),
    ("标题", 36),
    ("期号", 16),
    ("状态", 10),
    ("拟稿", 20),
    ("拟稿人", 12),
    ("审核", 20),
    ("审核人", 12),
    ("签发", 20),
    ("签发人", 12),
    ("报送", 20),
    ("报送人", 12),
    ("超时（分）", 10),
    ("作废原因", 24),
];

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// Only clocks that run, and reports that have not been sent or dropped.
    #[serde(default)]
    open: bool,
    #[param(value_type = Option<String>)]
    incident: Option<IncidentId>,
    /// Only of incidents in this area and in what lies in it.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
}

impl Filter {
    /// Returns the incidents that are asked for and that `actor` sees, the newest first.
    fn choose<'b>(&self, board: &'b Board, actor: &Actor) -> impl Iterator<Item = &'b Incident> {
        let all = board.incidents.iter().rev();
        all.filter(|incident| self.incident.is_none_or(|id| incident.id == id))
            .filter(|incident| self.area.is_none_or(|area| area.contains(incident.area())))
            .filter(|incident| actor.sees(incident.area()))
    }
}

/// Returns every clock of the incidents that the caller sees, and the reports about them, as a workbook: up to 50,000 of
/// each, those of the newest incidents first.
#[utoipa::path(get, path = "/api/v1/reports.xlsx", params(Filter),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 400), (status = 401)))]
pub(in crate::http) async fn workbook(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Response, ApiError> {
    let (actor, now) = (caller.actor, web.board.now());
    let sheets = web.board.read(move |board| {
        let clocks = filter.choose(board, &actor).flat_map(|incident| {
            let clocks = board.reports.dossier(incident.id).map(|dossier| &dossier.clocks);
            clocks.into_iter().flatten().map(move |running| (incident, running))
        });
        let clocks = clocks.filter(|(_, running)| !filter.open || running.is_running());
        let clocks = clocks.map(|(incident, running)| clock(board, incident, running, now));
        let reports = filter.choose(board, &actor).flat_map(|incident| {
            board.reports.about(incident.id).map(move |report| (incident, report))
        });
        let reports = reports.filter(|(_, report)| !filter.open || report.is_open());
        let reports = reports.map(|(incident, known)| report(board, incident, known));
        vec![
            Sheet::of("报送时效", CLOCKS, clocks, ROWS_MAX),
            Sheet::of("报告", REPORTS, reports, ROWS_MAX),
        ]
    });
    download(&web, sheets.await?, "reports.xlsx").await
}

fn clock(board: &Board, incident: &Incident, running: &Running, now: Timestamp) -> Vec<Cell> {
    let clock = &running.clock;
    let rule = board.reports.rules().rule(&clock.rule);
    // What may be reported and need not be is never late.
    let late_s = if clock.optional { 0 } else { running.late_s(now) };
    let (state, met, reason) = match running.state {
        ClockState::Running if late_s > 0 => ("超时未报", None, None),
        ClockState::Running => ("计时中", None, None),
        ClockState::Met { at, .. } if late_s > 0 => ("迟报", Some(at), None),
        ClockState::Met { at, .. } => ("按时", Some(at), None),
        ClockState::Dropped { reason, .. } => ("免报", None, Some(reason.zh())),
    };
    vec![
        Cell::text(incident.id),
        Cell::Text(words::marked(&incident.title(), incident.drill)),
        Cell::text(board.areas.name(incident.area())),
        Cell::may(incident.particulars.level.map(words::level)),
        Cell::Text(stage_zh(clock.series, clock.stage)),
        Cell::text(medium_zh(clock.medium)),
        Cell::text(rank_zh(clock.hop.to())),
        Cell::Time(clock.starts),
        Cell::Time(clock.due_at),
        Cell::may_time(met),
        Cell::text(state),
        Cell::minutes(late_s),
        Cell::yes(clock.optional),
        Cell::may(reason),
        Cell::text(&clock.rule),
        Cell::may(rule.map(|rule| &rule.source)),
        Cell::yes(!clock.confirmed),
    ]
}

fn report(board: &Board, incident: &Incident, report: &Report) -> Vec<Cell> {
    let at = |mark: Option<&Mark>| Cell::may_time(mark.map(|mark| mark.at));
    let by = |mark: Option<&Mark>| Cell::may(mark.map(|mark| name(board, mark)));
    let sent: Option<&Changed> = report.sent.as_ref();
    let to: Vec<&str> = report.to.iter().map(|rank| rank_zh(*rank)).collect();
    vec![
        Cell::text(report.id),
        Cell::text(incident.id),
        Cell::Text(words::marked(&incident.title(), incident.drill)),
        Cell::Text(stage_zh(report.series, report.stage)),
        Cell::number(report.ordinal),
        Cell::text(to.join("、")),
        Cell::text(&report.title),
        Cell::may(report.number.map(IssueNumber::zh)),
        Cell::text(words::progress(report.progress())),
        at(Some(&report.drafted)),
        by(Some(&report.drafted)),
        at(report.checked.as_ref()),
        by(report.checked.as_ref()),
        at(report.signed.as_ref()),
        by(report.signed.as_ref()),
        Cell::may_time(sent.map(|sent| sent.at)),
        Cell::may(sent.map(|sent| &sent.by)),
        Cell::minutes(report.late_s),
        Cell::may(report.dropped.as_ref().map(|(_, reason)| reason)),
    ]
}

/// Returns the name of who did it, or his login where it is nobody's.
fn name(board: &Board, mark: &Mark) -> CompactString {
    let person = mark.person.as_ref().and_then(|person| board.people.get(person));
    person.map_or_else(|| mark.by.clone(), |person| person.name.clone())
}
