//! A month's duty table: its long form, its layouts, and the people its names stand for.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use compact_str::CompactString;

use super::{
    Context,
    dates::{self, Hint},
    fault::{Faults, Place},
    fields,
    headers::{self, Column},
    layouts,
    list::{Line, List},
    names::{self, Named},
    problem, rotations,
    table::{self, Table},
    understood::Understood,
};
use crate::domain::{
    event::DutyTableSet,
    ids::{Duty, PostId},
    roster::{Shift, ShiftTime},
    time::Timestamp,
};

/// One line of the table: a shift of a post, its people as the sheet calls them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterLine {
    pub post: PostId,
    pub from: Timestamp,
    pub to: Timestamp,
    pub people: Vec<PersonRef>,
}

/// Somebody as a sheet calls them, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRef {
    /// An id or a name.
    pub text: CompactString,
    /// The number beside the name, which tells namesakes apart.
    pub phone: Option<CompactString>,
    pub place: Place,
}

/// What could be read of a file of duty tables.
#[derive(Debug, Default)]
pub struct Reading {
    /// By post and time; those with faults are left out.
    pub lines: Vec<RosterLine>,
    pub sheets: Vec<Understood>,
    /// Visible sheets that are something else.
    pub skipped_sheets: Vec<String>,
    pub faults: Faults,
}

/// Whether a sheet in no known layout is read by what its headings and cells look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guessing {
    Never,
    WhereUnknown,
}

/// Gathers lines, so that people who share a shift stand in one.
pub(super) struct Gathered<'a> {
    context: &'a Context,
    lines: BTreeMap<(PostId, Timestamp, Timestamp), Vec<PersonRef>>,
}

impl<'a> Gathered<'a> {
    fn new(context: &'a Context) -> Self {
        Self { context, lines: BTreeMap::new() }
    }

    pub fn context(&self) -> &'a Context {
        self.context
    }

    /// Returns another that gathers lines for the same table.
    pub fn empty(&self) -> Self {
        Self::new(self.context)
    }

    /// Takes in what was gathered elsewhere, each name at the place that `place` makes of its own.
    pub fn take_in(&mut self, other: Self, place: impl Fn(Place) -> Place) {
        for (key, people) in other.lines {
            let people = people
                .into_iter()
                .map(|person| PersonRef { place: place(person.place.clone()), ..person });
            self.lines.entry(key).or_default().extend(people);
        }
    }

    /// Adds people to a shift; who is in it already is not added twice.
    pub fn add(&mut self, post: PostId, date: NaiveDate, hours: ShiftTime, people: Vec<PersonRef>) {
        let zone = self.context.zone;
        let from = Timestamp::from_local(zone, date, hours.from_minute);
        let to = Timestamp::from_local(zone, date, hours.from_minute + hours.minutes);
        let there = self.lines.entry((post, from, to)).or_default();
        for person in people {
            if !there.iter().any(|other| other.text == person.text && other.phone == person.phone) {
                there.push(person);
            }
        }
    }
}

/// Reads what can be read of a file, and says what each sheet was taken for and all that is wrong with it.
pub fn look(bytes: &[u8], context: &Context, guessing: Guessing) -> Reading {
    let mut reading = Reading::default();
    let mut gathered = Gathered::new(context);
    let tables = table::read(bytes, &mut reading.faults).unwrap_or_default();
    for table in tables.iter().filter(|table| !table.rows.is_empty()) {
        let understood = read_sheet(table, &mut gathered, guessing, &mut reading.faults);
        match understood {
            Some(understood) => reading.sheets.push(understood),
            None => reading.skipped_sheets.push(table.name.to_string()),
        }
    }
    if reading.sheets.is_empty() && reading.faults.is_empty() {
        let expected = format!("{}；{}", headers::known(headers::ROSTER), layouts::EXPECTED);
        reading.faults.note_file(problem::no_header(expected));
    } else if gathered.lines.is_empty() && reading.faults.is_empty() {
        reading.faults.note_file(problem::empty());
    }
    let lines = gathered.lines.into_iter();
    let lines = lines.map(|((post, from, to), people)| RosterLine { post, from, to, people });
    reading.lines = lines.collect();
    reading
}

fn read_sheet(
    table: &Table,
    gathered: &mut Gathered<'_>,
    guessing: Guessing,
    faults: &mut Faults,
) -> Option<Understood> {
    let long = List::find(table, headers::ROSTER).filter(List::is_whole);
    if let Some(list) = long.filter(|list| has_duty_cells(list, gathered.context)) {
        list.check(faults);
        read_long(&list, gathered, faults);
        return Some(list.understood());
    }
    layouts::read(table, gathered, guessing, faults)
}

/// Tells the long form from a table with a column called 值班类别 that holds something else.
fn has_duty_cells(list: &List<'_>, context: &Context) -> bool {
    list.lines().any(|line| context.duties.read(line.cell(Column::Duty)).is_ok())
}

fn read_long(list: &List<'_>, gathered: &mut Gathered<'_>, faults: &mut Faults) {
    let context = gathered.context;
    let hint = Hint { year: context.year, month: None }.or(Hint::of_title(&list.title()));
    for line in list.lines() {
        let date = line.need(Column::Date, |cell| dates::date(cell, hint), faults);
        let post = post(line, context, faults);
        let hours = rotations::shift(line, faults);
        let named = line.need(Column::People, |cell| names::split(&cell.text()), faults);
        let place = line.place(Column::People);
        let people = match named {
            Some(Named::People(names)) => refs(names, &[], &place),
            Some(Named::Ditto) => {
                faults.note(place, problem::nobody());
                continue;
            }
            Some(Named::Nobody) | None => continue,
        };
        if let (Some(date), Some(post), Some(hours)) = (date, post, hours) {
            gathered.add(post, date, hours, people);
        }
    }
}

fn post(line: Line<'_>, context: &Context, faults: &mut Faults) -> Option<PostId> {
    let duty = line.need(Column::Duty, |cell| context.duties.read(cell), faults);
    let area = if line.cell(Column::Area).is_empty() {
        if context.area.is_none() {
            line.fault(Column::Area, problem::missing(), faults);
        }
        context.area
    } else {
        line.may(Column::Area, fields::area_code, faults)
    };
    Some(PostId { area: area?, duty: duty? })
}

/// Returns names as references, each with its number where there are as many numbers as names.
pub(super) fn refs(names: Vec<String>, phones: &[CompactString], place: &Place) -> Vec<PersonRef> {
    let phone = |index: usize| phones.get(index).filter(|_| phones.len() == names.len()).cloned();
    let with_phones: Vec<_> = (0..names.len()).map(phone).collect();
    let pairs = names.into_iter().zip(with_phones);
    pairs
        .map(|(text, phone)| PersonRef { text: text.into(), phone, place: place.clone() })
        .collect()
}

/// Returns the post of `duty` in the area whose roster this is; `None` where no area is known.
pub(super) fn post_of(context: &Context, title: &str, duty: &Duty) -> Option<PostId> {
    let area = context.area.or_else(|| {
        let named = context.known_areas.iter().filter(|(_, name)| title.contains(name.as_str()));
        // 示例县青石镇值班表 is the township's.
        named.max_by_key(|(code, name)| (code.level(), name.len())).map(|(code, _)| *code)
    })?;
    Some(PostId { area, duty: duty.clone() })
}

/// Returns the stretches of tables that the shifts replace: of each post from its first day to its last, cut at the
/// ends of months.
pub fn tables(shifts: Vec<(PostId, Shift)>, zone: Tz) -> Vec<DutyTableSet> {
    let day = |at: Timestamp| at.local(zone).date();
    let midnight = |date| Timestamp::from_local(zone, date, 0);
    let mut by_post: BTreeMap<PostId, Vec<Shift>> = BTreeMap::new();
    for (post, shift) in shifts {
        by_post.entry(post).or_default().push(shift);
    }
    let mut sets = Vec::new();
    for (post, mut shifts) in by_post {
        shifts.sort_by_key(|shift| shift.from);
        let days = shifts.first().zip(shifts.last());
        let Some((mut from, last)) = days.map(|(first, last)| (day(first.from), day(last.from)))
        else {
            continue;
        };
        while from <= last {
            let until = next_month(from).min(last.succ_opt().unwrap_or(last));
            let (start, end) = (midnight(from), midnight(until));
            let within = shifts.iter().filter(|shift| (start..end).contains(&shift.from));
            let shifts = within.cloned().collect();
            let post = post.clone();
            sets.push(DutyTableSet { post, from: start, to: end, shifts, import: None });
            from = until;
        }
    }
    sets
}

/// Returns the first day of the month after that of `date`.
fn next_month(date: NaiveDate) -> NaiveDate {
    let (year, month) = (date.year(), date.month());
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    NaiveDate::from_ymd_opt(next.0, next.1, 1).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::{
        Kind, Rows,
        testing::{codes, read_ok, shown},
    };
    use super::*;

    #[test]
    fn a_season_replaces_whole_days_month_by_month() {
        let text = format!(
            "{LONG}2026-06-29,990101,值班员,20:00,次日8:00,a\n2026-07-01,990101,值班员,,,b\n2026-09-02,990101,值班员,,,c\n"
        );
        let people = ["a", "b", "c"].map(|id| crate::domain::person::Person {
            id: id.parse().unwrap(),
            name: id.into(),
            area: "990101".parse().unwrap(),
            title: "".into(),
            contacts: Vec::new(),
        });
        let zone = chrono_tz::Asia::Shanghai;
        let shifts = super::super::resolve(lines(&text), people.iter(), &Default::default());
        let sets = tables(shifts.unwrap(), zone);
        let day = |at: Timestamp| at.local(zone).format("%m-%d %H:%M").to_string();
        let shown: Vec<_> =
            sets.iter().map(|set| (day(set.from), day(set.to), set.shifts.len())).collect();
        let expected = [
            ("06-29 00:00", "07-01 00:00", 1),
            ("07-01 00:00", "08-01 00:00", 1),
            ("08-01 00:00", "09-01 00:00", 0),
            ("09-01 00:00", "09-03 00:00", 1),
        ];
        let expected: Vec<_> = expected.map(|(a, b, n)| (a.to_owned(), b.to_owned(), n)).into();
        assert_eq!(shown, expected);
    }

    const LONG: &str = "日期,区划代码,岗位,开始时间,结束时间,值班人员\n";

    #[test]
    fn the_long_form_has_one_line_for_each_shift() {
        let text = format!(
            "{LONG}2026-07-01,990101,带班领导,,,谢怀远\n\
             2026/7/1,990101,值班员,08:00,20:00,严守田、d2\n\
             2026-07-01,990101,值班员,20:00,次日8:00,陈\u{3000}明\n\
             2026-07-01,990101,备勤,,,无\n"
        );
        let expected = [
            "990101000000/duty_officer 2026-07-01T08:00 +720 严守田 d2",
            "990101000000/duty_officer 2026-07-01T20:00 +720 陈明",
            "990101000000/lead_officer 2026-07-01T08:00 +1440 谢怀远",
        ];
        assert_eq!(shown(&lines(&text)), expected);
    }

    #[test]
    fn two_lines_for_one_shift_become_one_with_both_people() {
        let text = format!("{LONG}2026-07-01,990101,值班员,,,a1\n2026-07-01,990101,值班员,,,a2\n");
        assert_eq!(
            shown(&lines(&text)),
            ["990101000000/duty_officer 2026-07-01T08:00 +1440 a1 a2"]
        );
    }

    #[test]
    fn faults_of_the_long_form_name_their_cells() {
        let text = format!(
            "{LONG}7月1日,990101,带班领导,,,谢怀远\n\
             2026-07-01,999,大厨,8,20:00,严\n\
             2026-07-02,,值班员,,,同上\n\
             2026-07-03,990101,值班员,,,\n"
        );
        let expected = [
            "2 日期 no_year",
            "3 岗位 unknown_duty",
            "3 区划代码 not_an_area_code",
            "3 开始时间 not_a_time",
            "3 值班人员 names_run_together",
            "4 区划代码 missing",
            "4 值班人员 nobody",
            "5 值班人员 missing",
        ];
        assert_eq!(codes(Kind::Roster, &text), expected);
    }

    fn lines(text: &str) -> Vec<RosterLine> {
        let Rows::Roster(lines) = read_ok(Kind::Roster, text).rows else { panic!("another kind") };
        lines
    }
}
