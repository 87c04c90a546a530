//! A month's duty table (值班表) as bureaus lay it out: days down, posts across, and who is on duty in the cells.
//!
//! Invariant: brought in again as a file, it says what it was made of, where whole shifts were held.

use std::collections::{BTreeMap, BTreeSet};

use axum::{extract::State, response::Response};
use chrono::{Datelike, Days, Months, NaiveDate, Timelike};
use compact_str::CompactString;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use serde::Deserialize;
use utoipa::IntoParams;

use super::page::attachment;
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::Actor,
        board::Board,
        ids::{AreaCode, PersonId, PostId},
        rejection::Rejection,
        roster::{DayType, Staffing},
        time::Timestamp,
    },
    http::{
        ApiError, Web,
        request::{Asked, Caller},
    },
    ingest::sheets::{Choices, Found, People, PersonRef, Place},
    protocol::DutyPlace,
};

/// Most columns of duties: what a file that is brought in may have, and those beside them.
const COLUMNS_MAX: usize = 120;
/// Minutes of a day.
const DAY: u32 = 24 * 60;
/// Where the first day stands: below the title and the headings.
const FIRST_ROW: u32 = 2;
/// Columns left of the duties: the date and the weekday.
const FIRST_COLUMN: u16 = 2;

#[derive(Deserialize, IntoParams)]
pub(in crate::http) struct Month {
    /// The posts of this area, not of what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    /// Such as 2026-11; this month when left out.
    month: Option<String>,
}

/// A month's table.
struct Sheet {
    title: String,
    columns: Vec<String>,
    days: Vec<Line>,
    /// Columns that do not fit.
    left_off: usize,
}

struct Line {
    date: NaiveDate,
    day_type: DayType,
    /// One for each column; `无` where nobody is meant.
    cells: Vec<String>,
}

/// One column: a post in its hours. Its place among others is that of its duty in the policies.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rank: usize,
    post: PostId,
    from_minute: u32,
    minutes: u32,
}

/// Returns who is on duty in a month, by day and post, as a workbook that can be printed, and brought in again.
#[utoipa::path(get, path = "/api/v1/roster.xlsx", params(Month),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 400), (status = 401), (status = 403), (status = 422)))]
pub(in crate::http) async fn workbook(
    State(web): State<Web>,
    caller: Caller,
    Asked(Month { area, month }): Asked<Month>,
) -> Result<Response, ApiError> {
    let first = match month {
        Some(month) => first_day(&month)?,
        None => {
            let zone = web.board.read(Board::timezone).await?;
            first_day(&web.board.now().local(zone).format("%Y-%m").to_string())?
        }
    };
    let actor = caller.actor;
    let sheet = web.board.read(move |board| sheet(board, &actor, area, first)).await?;
    let sheet = sheet.map_err(SubmitError::from)?;
    attachment(move || write(&sheet), "roster.xlsx").await
}

/// Reads 2026-11 as the first day of the month.
fn first_day(month: &str) -> Result<NaiveDate, ApiError> {
    let day = format!("{month}-01").parse::<NaiveDate>().ok();
    let day = day.filter(|day| day.format("%Y-%m").to_string() == month);
    let near = day.filter(|day| (2000..2100).contains(&day.year()));
    near.ok_or_else(|| ApiError::bad_query("month", "use a month such as 2026-11"))
}

fn sheet(
    board: &Board,
    actor: &Actor,
    area: Option<AreaCode>,
    first: NaiveDate,
) -> Result<Sheet, Rejection> {
    let area = area.unwrap_or(actor.area);
    if board.areas.get(area).is_none() {
        return Err(Rejection::UnknownArea(area));
    }
    if !actor.sees(area) {
        return Err(Rejection::OutsideArea(area));
    }
    let posts = board.roster.within(area).take_while(|staffing| staffing.post.id.area == area);
    let mut cells: BTreeMap<(Key, NaiveDate), Vec<PersonId>> = BTreeMap::new();
    for staffing in posts {
        gather(board, staffing, first, &mut cells);
    }
    let keys: BTreeSet<Key> = cells.keys().map(|(key, _)| key.clone()).collect();
    let people = People::new(board.people.iter());
    let until = first + Months::new(1);
    let days = first.iter_days().take_while(|date| *date < until).map(|date| Line {
        date,
        day_type: board.calendar.day_type(date),
        cells: keys
            .iter()
            .take(COLUMNS_MAX)
            .map(|key| {
                let on_duty = cells.get(&(key.clone(), date));
                let names = on_duty.into_iter().flatten().map(|id| name(board, &people, key, id));
                let names = names.collect::<Vec<_>>().join("、");
                if names.is_empty() { "无".to_owned() } else { names }
            })
            .collect(),
    });
    let (year, month) = (first.year(), first.month());
    Ok(Sheet {
        title: format!("{}{year}年{month}月值班表", board.areas.name(area)),
        days: days.collect(),
        columns: keys.iter().take(COLUMNS_MAX).map(|key| heading(board, key)).collect(),
        left_off: keys.len().saturating_sub(COLUMNS_MAX),
    })
}

/// Notes the shifts of a post that begin in the month; a shift of several days stands on each of them.
fn gather(
    board: &Board,
    staffing: &Staffing,
    first: NaiveDate,
    cells: &mut BTreeMap<(Key, NaiveDate), Vec<PersonId>>,
) {
    let zone = board.timezone();
    let midnight = |date| Timestamp::from_local(zone, date, 0);
    let post = &staffing.post.id;
    let duties = board.callouts.policies().map(|set| &set.duties);
    let rank = duties.and_then(|duties| duties.iter().position(|duty| duty.name == post.duty));
    let until = first + Months::new(1);
    let (from, to) = (midnight(first), midnight(until));
    for held in staffing.shifts(&board.calendar, zone, from, to) {
        let start = held.from.local(zone);
        let mut date = start.date();
        let from_minute = start.hour() * 60 + start.minute();
        let mut left = minute_of(held.to.since(held.from));
        while left > 0 && date < until {
            // As far as the same hour of the next day: more cannot be written into a heading.
            let minutes = left.min(DAY);
            let rank = rank.unwrap_or(usize::MAX);
            let key = Key { rank, post: post.clone(), from_minute, minutes };
            let people = cells.entry((key, date)).or_default();
            let new = held.people.iter().filter(|id| !people.contains(id)).cloned();
            let new: Vec<PersonId> = new.collect();
            people.extend(new);
            left -= minutes;
            date = date + Days::new(1);
        }
    }
}

fn minute_of(time: std::time::Duration) -> u32 {
    u32::try_from(time.as_secs() / 60).unwrap_or(u32::MAX)
}

/// Returns 值班员（08:00-次日08:00）.
fn heading(board: &Board, key: &Key) -> String {
    let clock = |minute: u32| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
    let end = key.from_minute + key.minutes;
    let next_day = if end >= DAY { "次日" } else { "" };
    let duty: CompactString = DutyPlace::of(board, &key.post).duty_name;
    format!("{duty}（{}-{next_day}{}）", clock(key.from_minute), clock(end))
}

/// Returns what somebody is called at a post, or their id where that would mean somebody else or nobody.
fn name(board: &Board, people: &People<'_>, key: &Key, id: &PersonId) -> String {
    let Some(person) = board.people.get(id) else { return id.to_string() };
    let called = PersonRef { text: person.name.clone(), phone: None, place: Place::default() };
    let found = people.find(&called, &key.post, &Choices::new());
    let alone = matches!(found, Found::One(one) if one.id == *id);
    let whole = person.name.chars().count() > 1 && !person.name.contains(char::is_whitespace);
    if alone && whole { person.name.to_string() } else { id.to_string() }
}

fn write(sheet: &Sheet) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name("值班表")?;
    let cell = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::Center);
    let cell = cell.set_align(FormatAlign::VerticalCenter).set_text_wrap();
    let bold = cell.clone().set_bold();
    let title = Format::new().set_bold().set_font_size(16.0).set_align(FormatAlign::Center);
    let shaded = cell.clone().set_background_color(Color::RGB(0x00E7_E6E6));
    let width = u16::try_from(sheet.columns.len()).unwrap_or(u16::MAX);
    let remark = FIRST_COLUMN + width;
    page.merge_range(0, 0, 0, remark, &sheet.title, &title)?;
    for (column, heading) in ["日期", "星期"].into_iter().enumerate() {
        put(page, 1, column.try_into().unwrap_or(0), heading, &bold)?;
    }
    for (column, heading) in (FIRST_COLUMN..).zip(&sheet.columns) {
        put(page, 1, column, heading, &bold)?;
        page.set_column_width(column, 18)?;
    }
    put(page, 1, remark, "备注", &bold)?;
    page.set_column_width(0, 10)?;
    for (row, line) in (FIRST_ROW..).zip(&sheet.days) {
        let format = if line.day_type == DayType::Workday { &cell } else { &shaded };
        put(page, row, 0, &format!("{}月{}日", line.date.month(), line.date.day()), format)?;
        put(page, row, 1, weekday(line.date), format)?;
        for (column, names) in (FIRST_COLUMN..).zip(&line.cells) {
            put(page, row, column, names, format)?;
        }
        put(page, row, remark, day_type(line.day_type), format)?;
    }
    if sheet.left_off > 0 {
        let below = FIRST_ROW + u32::try_from(sheet.days.len()).unwrap_or(0);
        page.write_string(below, 0, format!("注：另有 {} 列未列出", sheet.left_off))?;
    }
    page.set_landscape().set_print_fit_to_pages(1, 1);
    page.set_freeze_panes(FIRST_ROW, FIRST_COLUMN)?;
    book.save_to_buffer()
}

/// Writes a text as a text, whatever it begins with.
fn put(
    page: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    if text.starts_with(['=', '+', '-', '@']) {
        page.write_string_with_format(row, column, text, &format.clone().set_quote_prefix())?;
    } else {
        page.write_string_with_format(row, column, text, format)?;
    }
    Ok(())
}

fn weekday(date: NaiveDate) -> &'static str {
    const NAMES: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
    NAMES[date.weekday().num_days_from_monday() as usize]
}

fn day_type(day_type: DayType) -> &'static str {
    match day_type {
        DayType::Workday | DayType::Every => "",
        DayType::Weekend => "周末",
        DayType::Holiday => "节假日",
        DayType::MakeupWorkday => "调休上班",
        DayType::Special => "特殊时期",
    }
}
