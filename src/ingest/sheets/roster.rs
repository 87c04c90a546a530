//! A month's duty table: its long form, its layouts, and the people its names stand for.

use std::collections::BTreeMap;

use chrono::NaiveDate;
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
    table::Table,
};
use crate::domain::{
    ids::{Duty, PersonId, PostId},
    person::Person,
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

/// Reads every sheet that is a duty table; returns the lines by post and time, and the names of the
/// other sheets.
pub(super) fn read(
    tables: &[Table],
    context: &Context,
    faults: &mut Faults,
) -> (Vec<RosterLine>, Vec<String>) {
    let mut gathered = Gathered::new(context);
    let mut skipped = Vec::new();
    let mut found = false;
    for table in tables.iter().filter(|table| !table.rows.is_empty()) {
        let long = List::find(table, headers::ROSTER).filter(List::is_whole);
        if let Some(list) = long.filter(|list| has_duty_cells(list, context)) {
            list.check(faults);
            read_long(&list, &mut gathered, faults);
        } else if !layouts::read(table, &mut gathered, faults) {
            skipped.push(table.name.to_string());
            continue;
        }
        found = true;
    }
    if !found {
        let expected = format!("{}；{}", headers::known(headers::ROSTER), layouts::EXPECTED);
        faults.note_file(problem::no_header(expected));
    } else if gathered.lines.is_empty() && faults.is_empty() {
        faults.note_file(problem::empty());
    }
    let lines = gathered.lines.into_iter();
    let lines = lines.map(|((post, from, to), people)| RosterLine { post, from, to, people });
    (lines.collect(), skipped)
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

/// Finds the people that the lines name among `people`: by id, by name and number, or by a name
/// that one person bears in the post's area, below it, or anywhere, in that order.
pub fn resolve<'a>(
    lines: Vec<RosterLine>,
    people: impl Iterator<Item = &'a Person>,
) -> Result<Vec<(PostId, Shift)>, Faults> {
    let directory = Directory::new(people);
    let mut faults = Faults::default();
    let mut shifts = Vec::new();
    for line in lines {
        let mut ids: Vec<PersonId> = Vec::new();
        for person in &line.people {
            match directory.find(person, &line.post) {
                Ok(id) if ids.contains(id) => {}
                Ok(id) => ids.push(id.clone()),
                Err(problem) => faults.note(person.place.clone(), problem),
            }
        }
        shifts.push((line.post, Shift { from: line.from, to: line.to, people: ids }));
    }
    faults.or(shifts)
}

struct Directory<'a> {
    by_id: BTreeMap<&'a str, &'a Person>,
    by_name: BTreeMap<CompactString, Vec<&'a Person>>,
}

impl<'a> Directory<'a> {
    fn new(people: impl Iterator<Item = &'a Person>) -> Self {
        let mut directory = Directory { by_id: BTreeMap::new(), by_name: BTreeMap::new() };
        for person in people {
            directory.by_id.insert(person.id.as_str(), person);
            let name = super::people::without_padding(&person.name);
            directory.by_name.entry(name).or_default().push(person);
        }
        directory
    }

    fn find(&self, wanted: &PersonRef, post: &PostId) -> Result<&'a PersonId, problem::Problem> {
        if let Some(person) = self.by_id.get(wanted.text.as_str()) {
            return Ok(&person.id);
        }
        let Some(namesakes) = self.by_name.get(&wanted.text) else {
            return Err(problem::unknown_person(&wanted.text));
        };
        let has_phone = |person: &Person| {
            let phone = wanted.phone.as_ref();
            phone.is_some_and(|phone| person.contacts.iter().any(|c| c.address == *phone))
        };
        let nearness = |person: &Person| {
            (has_phone(person), person.area == post.area, post.area.contains(person.area))
        };
        let nearest = namesakes.iter().map(|person| nearness(person)).max();
        let nearest: Vec<&&Person> =
            namesakes.iter().filter(|person| Some(nearness(person)) == nearest).collect();
        match nearest[..] {
            [person] => Ok(&person.id),
            _ => {
                let shown = nearest.iter().map(|p| format!("{} {}", p.id, p.title));
                let shown = shown.collect::<Vec<_>>().join("、");
                Err(problem::namesakes(&wanted.text, shown))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Kind, Rows,
        testing::{codes, read_ok, shown},
    };
    use super::*;

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

    #[test]
    fn a_name_is_sought_in_the_posts_area_first() {
        let people = [
            person("c1", "王福来", "990101", "19400000001"),
            person("v1", "王福来", "990101100201", "19400000002"),
            person("v2", "王福来", "990101100201", "19400000003"),
            person("t1", "马存善", "990101100", "19400000004"),
        ];
        let find = |post: &str, text: &str, phone: Option<&str>| {
            let line = RosterLine {
                post: post.parse().unwrap(),
                from: Timestamp::from_millis(0),
                to: Timestamp::from_millis(1),
                people: vec![PersonRef {
                    text: text.into(),
                    phone: phone.map(Into::into),
                    place: Place::default(),
                }],
            };
            match resolve(vec![line], people.iter()) {
                Ok(shifts) => shifts[0].1.people[0].to_string(),
                Err(faults) => faults.iter().next().unwrap().to_string(),
            }
        };
        assert_eq!(find("990101000000/duty_officer", "王福来", None), "c1");
        assert_eq!(find("990101100000/duty_officer", "马存善", None), "t1");
        assert_eq!(find("990101101000/duty_officer", "马存善", None), "t1");
        assert_eq!(find("990101100201/grid_person", "王福来", Some("19400000003")), "v2");
        assert_eq!(find("990101100201/grid_person", "v1", None), "v1");
        let several = find("990101100201/grid_person", "王福来", None);
        assert!(several.contains("v1 某职务、v2 某职务"), "{several}");
        assert!(find("990101000000/duty_officer", "赵无极", None).contains("nobody known"));
    }

    fn person(id: &str, name: &str, area: &str, phone: &str) -> Person {
        use crate::domain::person::{Channel, Contact};
        Person {
            id: id.parse().unwrap(),
            name: name.into(),
            area: area.parse().unwrap(),
            title: "某职务".into(),
            contacts: vec![Contact { channel: Channel::Voice, address: phone.into() }],
        }
    }

    fn lines(text: &str) -> Vec<RosterLine> {
        let Rows::Roster(lines) = read_ok(Kind::Roster, text).rows else { panic!("another kind") };
        lines
    }
}
