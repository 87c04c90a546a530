//! A response as a workbook: its orders and lists, its tasks, and how it went by township and department.

use chrono_tz::Tz;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::views::{ItemView, ResponseView, SummaryView, TallyRow, TallyView, TaskRow};
use crate::domain::{
    response::{Grade, Light},
    task::Stage,
    time::Timestamp,
};
use crate::http::sheets::page::put_text;

/// Columns of the tasks, with their widths in characters.
const TASKS: [(&str, f64); 13] = [
    ("地区", 12.0),
    ("岗位", 24.0),
    ("任务", 28.0),
    ("要求", 48.0),
    ("下达", 17.0),
    ("时限", 17.0),
    ("状态", 8.0),
    ("提示", 8.0),
    ("签收", 17.0),
    ("签收人", 10.0),
    ("办结", 17.0),
    ("超时（分）", 10.0),
    ("反馈", 40.0),
];
const TALLIES: [(&str, f64); 10] = [
    ("单位", 24.0),
    ("任务", 8.0),
    ("签收", 8.0),
    ("办结", 8.0),
    ("逾期未办", 10.0),
    ("超时办结", 10.0),
    ("撤回", 8.0),
    ("无人应答", 10.0),
    ("签收中位（秒）", 14.0),
    ("办结中位（分）", 14.0),
];

/// A sheet that is filled from the top.
struct Filling<'s> {
    sheet: &'s mut Worksheet,
    row: u32,
}

impl Filling<'_> {
    fn line(&mut self, cells: &[String]) -> Result<(), XlsxError> {
        for (column, text) in (0..).zip(cells) {
            put_text(self.sheet, self.row, column, text)?;
        }
        self.row += 1;
        Ok(())
    }

    fn head(&mut self, columns: &[(&str, f64)]) -> Result<(), XlsxError> {
        let bold = Format::new().set_bold();
        for (column, (name, width)) in (0..).zip(columns) {
            self.sheet.set_column_width(column, *width)?;
            self.sheet.write_string_with_format(self.row, column, *name, &bold)?;
        }
        self.row += 1;
        self.sheet.set_freeze_panes(self.row, 0)?;
        Ok(())
    }
}

/// Writes the workbook; times are those of `zone`.
pub(super) fn write(
    response: &ResponseView,
    summary: &SummaryView,
    zone: Tz,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let drill = if response.row.drill { "演练" } else { "" };
    about(book.add_worksheet().set_name(format!("{drill}概况"))?, response, zone)?;
    let mut tasks =
        Filling { sheet: book.add_worksheet().set_name(format!("{drill}任务"))?, row: 0 };
    tasks.head(&TASKS)?;
    response.tasks.iter().try_for_each(|task| tasks.line(&task_cells(task, zone)))?;
    let mut tallies =
        Filling { sheet: book.add_worksheet().set_name(format!("{drill}汇总"))?, row: 0 };
    tallies.head(&TALLIES)?;
    tallies.line(&tally_cells("合计", &summary.row.tally))?;
    let rows = summary.departments.iter().chain(&summary.townships);
    for TallyRow { name, tally, .. } in rows {
        tallies.line(&tally_cells(name, tally))?;
    }
    book.save_to_buffer()
}

fn about(sheet: &mut Worksheet, response: &ResponseView, zone: Tz) -> Result<(), XlsxError> {
    for (column, width) in [(0, 12.0), (1, 20.0), (2, 24.0), (3, 14.0), (4, 60.0)] {
        sheet.set_column_width(column, width)?;
    }
    let mut filling = Filling { sheet, row: 0 };
    let drill = if response.row.drill { "【演练】" } else { "" };
    filling.line(&[format!("{drill}{}", response.row.title)])?;
    let scope: Vec<&str> = response.row.scope.iter().map(|place| place.name.as_str()).collect();
    filling.line(&["范围".into(), scope.join("、")])?;
    filling.line(&["报告".into(), response.rounds.join("、")])?;
    filling.row += 1;
    filling.line(&["动作", "时间", "文号", "批准", "会商依据"].map(str::to_owned))?;
    for act in &response.acts {
        let verb = verb(act.from, act.to);
        let basis = match act.reason.as_str() {
            "" => act.basis.clone(),
            reason => format!("{}（终止条件未全部满足：{reason}）", act.basis),
        };
        let (number, approver) = (act.number.to_string(), act.approver.to_string());
        filling.line(&[verb, clock(act.at, zone), number, approver, basis])?;
    }
    for (name, items) in [("指挥部事项", &response.checks), ("终止条件", &response.conditions)]
    {
        filling.row += 1;
        filling.line(&[name.to_owned()])?;
        for ItemView { n, text, ticked } in items {
            let (mark, by) = match ticked {
                Some(ticked) => ("✓", format!("{} {}", clock(ticked.at, zone), ticked.by)),
                None => ("", String::new()),
            };
            filling.line(&[format!("{n} {mark}"), by, text.to_string()])?;
        }
    }
    Ok(())
}

fn verb(from: Option<Grade>, to: Option<Grade>) -> String {
    match (from, to) {
        (None, Some(to)) => format!("启动{}", to.zh()),
        (Some(_), None) => "终止".to_owned(),
        (Some(from), Some(to)) if to.is_graver_than(from) => format!("提升为{}", to.zh()),
        (Some(from), Some(to)) if from.is_graver_than(to) => format!("降为{}", to.zh()),
        (Some(_), Some(_)) | (None, None) => "调整范围".to_owned(),
    }
}

fn task_cells(task: &TaskRow, zone: Tz) -> [String; 13] {
    let at = |at: Option<Timestamp>| at.map(|at| clock(at, zone)).unwrap_or_default();
    let stage = match task.stage {
        Stage::Given => "待签收",
        Stage::Signed => "已签收",
        Stage::Done => "已办结",
        Stage::Withdrawn => "已撤回",
    };
    let light = match task.light {
        Light::Red => "红",
        Light::Yellow => "黄",
        Light::Green => "绿",
        Light::Grey => "",
    };
    let late = if task.late_s == 0 { String::new() } else { task.late_s.div_ceil(60).to_string() };
    [
        task.area_name.to_string(),
        task.post_name.to_string(),
        task.title.to_string(),
        task.text.clone(),
        clock(task.given_at, zone),
        clock(task.due_at, zone),
        stage.to_owned(),
        light.to_owned(),
        at(task.signed_at),
        task.signed_by.as_ref().map(ToString::to_string).unwrap_or_default(),
        at(task.done_at),
        late,
        task.note.clone(),
    ]
}

fn tally_cells(name: &str, tally: &TallyView) -> [String; 10] {
    let seconds = tally.median_signed_s.map(|seconds| seconds.to_string());
    let minutes = tally.median_done_s.map(|seconds| (seconds / 60).to_string());
    [
        name.to_owned(),
        tally.total.to_string(),
        tally.signed.to_string(),
        tally.done.to_string(),
        tally.overdue.to_string(),
        tally.late.to_string(),
        tally.withdrawn.to_string(),
        tally.unanswered.to_string(),
        seconds.unwrap_or_default(),
        minutes.unwrap_or_default(),
    ]
}

fn clock(at: Timestamp, zone: Tz) -> String {
    at.local(zone).format("%Y-%m-%d %H:%M").to_string()
}
