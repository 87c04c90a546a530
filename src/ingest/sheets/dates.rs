//! Dates and spans of days as people write them in duty tables.

use chrono::{Datelike, NaiveDate};

use super::{
    fields,
    problem::{self, Problem},
    table::{Cell, serial_date},
};

/// Longest span of one line of a table, in days.
const LONGEST_SPAN: i64 = 62;
/// Between the two ends of a span.
const SPAN_SIGNS: [char; 8] = ['—', '–', '-', '~', '至', '到', '―', '－'];

/// What the sheet's title, or the person who imports it, says about its dates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Hint {
    pub year: Option<i32>,
    pub month: Option<u32>,
}

impl Hint {
    /// Reads the year and month of a title such as 2026年7月份值班表.
    pub fn of_title(title: &str) -> Hint {
        let title = fields::half_width(title);
        let number_before = |sign: char, digits: usize| {
            let (before, _) = title.split_once(sign)?;
            let before = before.trim_end();
            let start = before.len() - before.bytes().rev().take_while(u8::is_ascii_digit).count();
            let number = &before[start..];
            (number.len() <= digits).then(|| number.parse().ok())?
        };
        let year = number_before('年', 4).filter(|year| (2000..2100).contains(year));
        let month = number_before('月', 2).filter(|month| (1..=12).contains(month));
        Hint { year: year.and_then(|year: u32| i32::try_from(year).ok()), month }
    }

    /// Returns this hint with what it lacks taken from `other`.
    pub fn or(self, other: Hint) -> Hint {
        Hint { year: self.year.or(other.year), month: self.month.or(other.month) }
    }
}

/// Reads a day: a serial number, `2026-07-21`, `2026/7/21`, `7月21日`, `20260721`, or a bare day of the
/// month where the title names the month; a weekday beside it must be the right one.
pub(super) fn date(cell: &Cell, hint: Hint) -> Result<NaiveDate, Problem> {
    match cell {
        Cell::Serial(serial) => {
            serial_date(*serial).ok_or_else(|| problem::not_a_date(cell.text()))
        }
        Cell::Number(number) => {
            // Above any day of a month and below any date written as eight digits.
            serial_date(*number).map_or_else(|| written(&number.to_string(), hint), Ok)
        }
        Cell::Text(text) | Cell::Broken(text) => written(text, hint),
        Cell::Empty => Err(problem::missing()),
    }
}

/// Reads a span such as `7月6日—7月12日` or a single day; both ends lie in it.
pub(super) fn span(cell: &Cell, hint: Hint) -> Result<(NaiveDate, NaiveDate), Problem> {
    let single = date(cell, hint);
    let Cell::Text(text) = cell else { return single.map(|day| (day, day)) };
    if let Ok(day) = single {
        return Ok((day, day));
    }
    for (at, sign) in text.char_indices().filter(|(_, c)| SPAN_SIGNS.contains(c)) {
        let Ok(first) = written(&text[..at], hint) else { continue };
        let near = Hint { year: Some(first.year()), month: Some(first.month()) };
        let rest = text[at + sign.len_utf8()..].trim_start_matches(SPAN_SIGNS);
        let Ok(last) = written(rest, near) else { continue };
        // 12月29日—1月4日 ends in the next year.
        let last = if last < first { last.with_year(first.year() + 1) } else { Some(last) };
        if let Some(last) = last.filter(|last| (*last - first).num_days() <= LONGEST_SPAN) {
            return Ok((first, last));
        }
    }
    single.map(|day| (day, day))
}

fn written(text: &str, hint: Hint) -> Result<NaiveDate, Problem> {
    let narrow = fields::half_width(text);
    let (day, weekday) = split_weekday(narrow.trim());
    let date = calendar_day(day, hint, text)?;
    match weekday {
        Some(claimed) => check_weekday(date, claimed).map(|()| date),
        None => Ok(date),
    }
}

fn calendar_day(text: &str, hint: Hint, quoted: &str) -> Result<NaiveDate, Problem> {
    let bad = || problem::not_a_date(quoted);
    // 2026-07-21 00:00:00
    let day = text.split_once([' ', 'T']).filter(|(_, time)| time.contains(':'));
    let day: String = day.map_or(text, |(day, _)| day).split_whitespace().collect();
    let shaped = day.chars().all(|c| c.is_ascii_digit() || "年月日号-/.".contains(c));
    let numbers: Option<Vec<u32>> = day
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect();
    let numbers = numbers.filter(|_| shaped).ok_or_else(bad)?;
    let year = || hint.year.ok_or_else(|| problem::no_year(quoted));
    let (year, month, day) = match numbers[..] {
        [eight] if (19_000_101..=21_001_231).contains(&eight) => {
            (i32::try_from(eight / 10_000).map_err(|_| bad())?, eight / 100 % 100, eight % 100)
        }
        [day] => (year()?, hint.month.ok_or_else(bad)?, day),
        [month, day] => (year()?, month, day),
        [year, month, day] if (2000..2100).contains(&year) => {
            (i32::try_from(year).map_err(|_| bad())?, month, day)
        }
        _ => return Err(bad()),
    };
    NaiveDate::from_ymd_opt(year, month, day).ok_or_else(bad)
}

/// Splits `7月1日(周三)` or `7月1日 星期三` into the day and the weekday.
fn split_weekday(text: &str) -> (&str, Option<u32>) {
    let cut = text.find(['(', '周', '星', '礼']);
    let Some((day, rest)) = cut.map(|at| text.split_at(at)) else { return (text, None) };
    match weekday(rest.trim_matches(['(', ')'])) {
        Some(number) => (day.trim_end(), Some(number)),
        None => (text, None),
    }
}

/// Reads `三`, `周三` or `星期三` as 3; Sunday is 7.
pub(super) fn weekday(text: &str) -> Option<u32> {
    let name = text.trim().trim_start_matches(['星', '期', '周', '礼', '拜']);
    let mut letters = name.chars();
    let number = match letters.next()? {
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '日' | '天' | '七' => 7,
        _ => return None,
    };
    letters.next().is_none().then_some(number)
}

/// Checks a claimed weekday: a wrong year or a slipped row shows in it.
pub(super) fn check_weekday(date: NaiveDate, claimed: u32) -> Result<(), Problem> {
    const NAMES: [char; 7] = ['一', '二', '三', '四', '五', '六', '日'];
    let name = |number: u32| NAMES[(number.max(1) as usize - 1) % 7];
    let actual = date.weekday().number_from_monday();
    if actual == claimed {
        return Ok(());
    }
    Err(problem::wrong_weekday(date, name(actual), name(claimed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const JULY: Hint = Hint { year: Some(2026), month: Some(7) };

    #[test]
    fn a_day_is_read_in_every_form_that_tables_use() {
        let expected = day(2026, 7, 21);
        let forms = [
            "2026-07-21",
            "2026/7/21",
            "2026.7.21",
            "2026年7月21日",
            "2026年7月21号",
            "20260721",
            "7月21日",
            "７月２１日",
            "7 月 21 日",
            "7/21",
            "7.21",
            "21日",
            "21",
            "2026-07-21 00:00:00",
            "7月21日（周二）",
            "7月21日 星期二",
        ];
        for form in forms {
            assert_eq!(date(&Cell::of_text(form), JULY), Ok(expected), "{form}");
        }
        for number in [46_224.0, 20_260_721.0, 21.0] {
            assert_eq!(date(&Cell::Number(number), JULY), Ok(expected), "{number}");
        }
        assert_eq!(date(&Cell::Serial(46_224.0), Hint::default()), Ok(expected));
    }

    #[test]
    fn a_day_that_is_none_or_has_no_year_is_refused() {
        let code = |text: &str, hint| date(&Cell::of_text(text), hint).unwrap_err().code;
        for text in ["7月32日", "2026-02-29", "合计", "26/7/21", "2026-13-01", "7.5.3.1"] {
            assert_eq!(code(text, JULY), "not_a_date", "{text}");
        }
        assert_eq!(code("7月21日", Hint::default()), "no_year");
        assert_eq!(code("7月21日（周三）", JULY), "wrong_weekday");
    }

    #[test]
    fn a_span_is_read_with_any_dash_and_across_the_new_year() {
        let week = (day(2026, 7, 6), day(2026, 7, 12));
        let forms = [
            "7月6日—7月12日",
            "7月6日——7月12日",
            "7月6日-7月12日",
            "7月6日至12日",
            "7.6-7.12",
            "2026-07-06至2026-07-12",
            "2026/7/6~2026/7/12",
            "2026-7-6-2026-7-12",
        ];
        for form in forms {
            assert_eq!(span(&Cell::of_text(form), JULY), Ok(week), "{form}");
        }
        let new_year = span(&Cell::of_text("12月29日—1月4日"), JULY);
        assert_eq!(new_year, Ok((day(2026, 12, 29), day(2027, 1, 4))));
        let single = span(&Cell::of_text("2026-07-06"), JULY);
        assert_eq!(single, Ok((day(2026, 7, 6), day(2026, 7, 6))));
        assert!(span(&Cell::of_text("7月6日—12月31日"), JULY).is_err());
    }

    #[test]
    fn a_title_gives_its_year_and_month() {
        let cases = [
            ("示例县防汛抗旱指挥部办公室2026年7月份值班表", Some(2026), Some(7)),
            ("××镇2026年汛期值班安排", Some(2026), None),
            ("二〇二六年值班表", None, None),
            ("7月", None, Some(7)),
        ];
        for (title, year, month) in cases {
            assert_eq!(Hint::of_title(title), Hint { year, month }, "{title}");
        }
    }

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }
}
