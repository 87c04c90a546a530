//! Duty tables in the layouts of real bureaus, and the example files.

use std::{collections::BTreeSet, fs, path::Path};

use chrono_tz::Asia::Shanghai;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};

use super::{
    Context, Import, Kind, Rows, read,
    testing::{codes_in, shown},
};
use crate::domain::site::{Site, SiteKind};

#[test]
fn a_line_for_each_day_with_merged_leaders_and_padded_names_is_read() {
    let book = sheet(|sheet| {
        title(sheet, "示例县防汛办2026年7月份值班表", 6);
        sheet.write(1, 0, "填报时间：2026年6月28日  值班电话：0980-5551234").unwrap();
        row(sheet, 2, &["日期", "星期", "带班领导", "联系电话", "值班人员", "联系电话", "备注"]);
        row(sheet, 3, &["7月3日", "五", "曹明永", "", "褚敏新、魏春国", "", ""]);
        sheet.write(3, 3, 19_400_000_001.0).unwrap();
        row(sheet, 4, &["7月4日", "六", "", "", "沈娟永\n孔\u{3000}宏", "", "周末"]);
        row(sheet, 5, &["7月5日", "日", "", "", "同上", "", "周末"]);
        sheet.merge_range(4, 2, 5, 2, "陈\u{3000}明", &Format::new()).unwrap();
        sheet.write(4, 5, "19400000002/19400000003").unwrap();
        sheet.write(6, 0, "注：1.值班时间为当日8:00至次日8:00；2.保持24小时畅通。").unwrap();
    });
    let lines = lines(&read(Kind::Roster, &book, &county()).unwrap());
    let expected = [
        "990101000000/duty_officer 2026-07-03T08:00 +1440 褚敏新 魏春国",
        "990101000000/duty_officer 2026-07-04T08:00 +1440 沈娟永 孔宏",
        "990101000000/duty_officer 2026-07-05T08:00 +1440 沈娟永 孔宏",
        "990101000000/lead_officer 2026-07-03T08:00 +1440 曹明永",
        "990101000000/lead_officer 2026-07-04T08:00 +1440 陈明",
        "990101000000/lead_officer 2026-07-05T08:00 +1440 陈明",
    ];
    assert_eq!(shown(&lines), expected);
    let phones: Vec<_> = lines[1].people.iter().map(|p| p.phone.as_deref().unwrap()).collect();
    assert_eq!(phones, ["19400000002", "19400000003"]);
    assert_eq!(lines[3].people[0].phone.as_deref(), Some("19400000001"));
}

#[test]
fn dates_may_be_serial_numbers_and_other_sheets_are_named_as_skipped() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("10月").unwrap();
    title(sheet, "示例县值班表", 2);
    row(sheet, 1, &["日期", "带班领导", "值班人员"]);
    let date = Format::new().set_num_format("yyyy/m/d");
    for day in 1..=2 {
        let at = ExcelDateTime::from_ymd(2026, 10, day).unwrap();
        sheet.write_with_format(1 + u32::from(day), 0, at, &date).unwrap();
        row_from(sheet, 1 + u32::from(day), 1, &["姜兰庆", "冯图伟"]);
    }
    row(book.add_worksheet().set_name("通讯录").unwrap(), 0, &["序号", "姓名", "手机"]);
    let import = read(Kind::Roster, &book.save_to_buffer().unwrap(), &county()).unwrap();
    assert_eq!(import.skipped_sheets, ["通讯录"]);
    let lines = lines(&import);
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[3].from.local(Shanghai).to_string(), "2026-10-02 08:00:00");
}

#[test]
fn a_line_for_each_week_puts_one_person_on_each_day() {
    let book = sheet(|sheet| {
        title(sheet, "××镇2026年汛期值班安排", 4);
        let headings = ["时间", "带班领导", "电话", "值班人员（按周一至周日顺序）", "驻村干部"];
        row(sheet, 1, &headings);
        let names = "冯图伟 陈国静 蒋玉 严伟 褚敏新 魏春国 沈娟永";
        row(sheet, 2, &["7月27日—8月2日", "姜兰庆", "", names, "孔图宏"]);
    });
    let context = Context { area: Some("990101100".parse().unwrap()), ..Context::default() };
    let lines = shown(&lines(&read(Kind::Roster, &book, &context).unwrap()));
    assert_eq!(lines.len(), 14);
    assert_eq!(lines[0], "990101100000/duty_officer 2026-07-27T08:00 +1440 冯图伟");
    assert_eq!(lines[6], "990101100000/duty_officer 2026-08-02T08:00 +1440 沈娟永");
    assert_eq!(lines[13], "990101100000/lead_officer 2026-08-02T08:00 +1440 姜兰庆");
}

#[test]
fn a_grid_of_people_by_days_takes_its_hours_from_the_legend() {
    let book = sheet(|sheet| {
        title(sheet, "应急指挥中心2026年7月排班表", 7);
        row(sheet, 1, &["姓名", "电话"]);
        for day in 0..5_u16 {
            sheet.write(1, 2 + day, day + 1).unwrap();
        }
        row_from(sheet, 2, 2, &["三", "四", "五", "六", "日"]);
        row(sheet, 3, &["冯图伟", "19400000001", "夜班", "休", "", "白", "夜"]);
        row(sheet, 4, &["蒋\u{3000}玉", "19400000002", "白", "白", "休", "", ""]);
        row(sheet, 5, &["孔图宏", "", "", "", "", "", "备"]);
        sheet.write(7, 0, "白：8:30-17:30  夜：17:30-次日8:30  备：备勤").unwrap();
    });
    let expected = [
        "990101000000/duty_officer 2026-07-01T08:30 +540 蒋玉",
        "990101000000/duty_officer 2026-07-01T17:30 +900 冯图伟",
        "990101000000/duty_officer 2026-07-02T08:30 +540 蒋玉",
        "990101000000/duty_officer 2026-07-04T08:30 +540 冯图伟",
        "990101000000/duty_officer 2026-07-05T17:30 +900 冯图伟",
        "990101000000/standby 2026-07-05T08:30 +1440 孔图宏",
    ];
    assert_eq!(shown(&lines(&read(Kind::Roster, &book, &county()).unwrap())), expected);
}

#[test]
fn a_heading_may_span_two_columns_and_two_rows() {
    let book = sheet(|sheet| {
        title(sheet, "2026年7月值班表", 5);
        sheet.merge_range(1, 0, 2, 0, "日期", &Format::new()).unwrap();
        sheet.merge_range(1, 1, 1, 2, "带班领导", &Format::new()).unwrap();
        sheet.merge_range(1, 3, 1, 4, "值班人员", &Format::new()).unwrap();
        sheet.write(1, 5, "白班（8:00-18:00）").unwrap();
        row_from(sheet, 2, 1, &["姓名", "电话", "姓名", "姓名"]);
        row(sheet, 3, &["7月1日", "姜兰庆", "19400000001", "冯图伟", "陈国静", "蒋玉"]);
    });
    let expected = [
        "990101000000/duty_officer 2026-07-01T08:00 +600 蒋玉",
        "990101000000/duty_officer 2026-07-01T08:00 +1440 冯图伟 陈国静",
        "990101000000/lead_officer 2026-07-01T08:00 +1440 姜兰庆",
    ];
    assert_eq!(shown(&lines(&read(Kind::Roster, &book, &county()).unwrap())), expected);
}

#[test]
fn faults_of_a_day_table_are_all_reported() {
    let text = "2026年7月值班表,,,,\n\
                日期,星期,带班领导,值班人员,接线员\n\
                7月1日,二,姜兰庆,冯图伟,李\n\
                7月32日,三,,严 冯图伟,\n\
                7月3日—7月9日,,蒋军娟,冯图伟,\n\
                7月10日,五,无,〃,\n\
                ,,,冯图伟,\n";
    let expected = [
        "2 接线员 unknown_column",
        "3 星期 wrong_weekday",
        "4 日期 not_a_date",
        "4 带班领导 nobody",
        "4 值班人员 names_run_together",
        "7 日期 missing",
        "7 带班领导 nobody",
    ];
    assert_eq!(codes_in(Kind::Roster, text.as_bytes(), &county()), expected);
}

#[test]
fn faults_of_a_week_and_of_a_grid_are_all_reported() {
    let week = "日期,值班员（按顺序）\n7月6日—7月12日,冯图伟、陈国静\n";
    let year = Context { year: Some(2026), ..county() };
    let expected = ["2 值班员（按顺序） names_do_not_fit_days"];
    assert_eq!(codes_in(Kind::Roster, week.as_bytes(), &year), expected);

    let grid = "2026年2月排班表,,,,,,\n姓名,27,28,29,30,31,1\n,五,五,,,,\n冯图伟,白,值,值,,,\n,值,,,,,\n蒋玉,嗯,,,,,\n";
    let expected = [
        "2 29 not_a_date",
        "3 28 wrong_weekday",
        "4 27 no_hours",
        "5 姓名 nobody",
        "6 27 unknown_mark",
    ];
    assert_eq!(codes_in(Kind::Roster, grid.as_bytes(), &county()), expected);
}

#[test]
fn a_roster_of_nowhere_or_of_no_month_is_refused() {
    let text = "2026年7月,\n日期,带班领导\n1日,姜兰庆\n";
    assert_eq!(codes_in(Kind::Roster, text.as_bytes(), &Context::default()), ["2 no_area"]);
    let grid = "姓名,1,2,3,4,5\n冯图伟,值,值,值,值,值\n";
    assert_eq!(codes_in(Kind::Roster, grid.as_bytes(), &county()), ["1 no_month"]);
    let other = "品名,数量\n帐篷,20\n";
    assert_eq!(codes_in(Kind::Roster, other.as_bytes(), &county()), ["file no_header"]);
}

#[test]
fn the_title_names_the_area_where_nobody_else_does() {
    let known = [("990101", "示例县"), ("990101100", "青石镇")];
    let known_areas =
        known.into_iter().map(|(code, name)| (code.parse().unwrap(), name.into())).collect();
    let context = Context { known_areas, ..Context::default() };
    let text = "示例县青石镇2026年7月值班表,\n日期,带班领导\n1日,姜兰庆\n";
    let lines = lines(&read(Kind::Roster, text.as_bytes(), &context).unwrap());
    assert_eq!(lines[0].post.to_string(), "990101100000/lead_officer");
}

/// A file of before 2007, as township computers still write it: text and number cells, a merged
/// title and a merged leader.
#[test]
fn an_old_workbook_is_read_like_a_new_one() {
    let bytes = include_bytes!("../../../tests/fixtures/week-roster.xls");
    let lines = shown(&lines(&read(Kind::Roster, bytes, &county()).unwrap()));
    let expected = [
        "990101000000/duty_officer 2026-07-06T08:00 +1440 谢怀远 严守田",
        "990101000000/duty_officer 2026-07-07T08:00 +1440 马存善",
        "990101000000/lead_officer 2026-07-06T08:00 +1440 陈明",
        "990101000000/lead_officer 2026-07-07T08:00 +1440 陈明",
    ];
    assert_eq!(lines, expected);
}

/// A file that arrives damaged costs its import and nothing else, whichever byte is wrong.
#[test]
fn a_damaged_file_is_refused_or_read_but_never_stops_the_reader() {
    let xls = include_bytes!("../../../tests/fixtures/week-roster.xls");
    let xlsx = sheet(|sheet| row(sheet, 0, &["日期", "带班领导"]));
    let csv = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("config/examples/roster.csv"));
    for whole in [xls.to_vec(), xlsx, csv.unwrap()] {
        for step in 0..200 {
            let mut bytes = whole.clone();
            let at = step * 7_919 % bytes.len();
            bytes[at] = bytes[at].wrapping_add(1 + u8::try_from(step % 255).unwrap());
            for kind in [Kind::Roster, Kind::People] {
                let _ = read(kind, &bytes, &county());
            }
        }
    }
}

/// Real layouts; absent outside the workshop, where the tests above cover each of them.
#[test]
fn the_rosters_of_real_bureaus_say_who_is_on_when() {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let folder = above.map(|folder| folder.join("shared/data/roster")).find(|f| f.is_dir());
    let Some(folder) = folder else {
        skip("shared/data/roster is absent");
        return;
    };
    let expected = fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&expected).unwrap();
    for (file, entries) in expected.as_object().unwrap() {
        let bytes = fs::read(folder.join(file)).unwrap();
        let import = read(Kind::Roster, &bytes, &county());
        let import = import.unwrap_or_else(|faults| panic!("{file}: {faults}"));
        let wanted: BTreeSet<String> = entries.as_array().unwrap().iter().map(wanted).collect();
        assert!(!wanted.is_empty());
        assert_eq!(on_duty(&import), wanted, "{file}");
    }
}

#[test]
fn the_example_files_read_without_fault_and_fit_together() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/examples");
    let load = |kind: Kind| {
        let bytes = fs::read(folder.join(format!("{}.csv", kind.as_str()))).unwrap();
        read(kind, &bytes, &Context::default()).unwrap_or_else(|faults| panic!("{faults}")).rows
    };
    let [areas, people, posts, rotations, roster, units, sites @ ..] = Kind::ALL.map(load);
    let (Rows::Areas(areas), Rows::People(people)) = (areas, people) else { panic!() };
    let (Rows::Posts(mut posts), Rows::Rotations(rotations)) = (posts, rotations) else { panic!() };
    let Rows::Roster(lines) = roster else { panic!() };
    let ids: BTreeSet<&str> = people.iter().map(|person| person.id.as_str()).collect();
    let codes: BTreeSet<_> = areas.iter().map(|area| area.code).collect();
    assert!(people.iter().all(|person| codes.contains(&person.area)));
    assert!(posts.iter().all(|post| codes.contains(&post.id.area)));
    let named = rotations.iter().flat_map(|(_, rotation)| rotation.people());
    let named =
        named.chain(posts.iter().flat_map(|post| post.holders.iter().chain(&post.deputies)));
    assert!(named.into_iter().all(|id| ids.contains(id.as_str())));
    assert!(rotations.iter().all(|(_, rotation)| rotation.fault().is_none()));
    assert_eq!(super::attach(&mut posts, rotations), []);
    let shifts = super::resolve(lines, people.iter(), &super::Choices::new()).unwrap();
    assert!(shifts.iter().all(|(id, _)| posts.iter().any(|post| post.id == *id)));
    let Rows::Units(units) = units else { panic!() };
    assert!(units.iter().all(|unit| codes.contains(&unit.area)));
    let [all_sites @ .., Rows::Closures(closures), Rows::Stock(counts)] = &sites else { panic!() };
    assert!(closures.len() > 1 && closures.iter().all(|close| codes.contains(&close.area)));
    let all_sites: Vec<&Site> = all_sites
        .iter()
        .flat_map(|rows| if let Rows::Sites(sites) = rows { sites.as_slice() } else { panic!() })
        .collect();
    assert!(all_sites.iter().all(|site| codes.contains(&site.area)));
    let contacts = units.iter().filter_map(|unit| unit.contact.as_ref());
    let mut contacts = contacts.chain(all_sites.iter().filter_map(|site| site.contact.as_ref()));
    assert!(contacts.all(|id| ids.contains(id.as_str())));
    for count in counts {
        let depot = all_sites.iter().find(|site| site.id == count.depot).unwrap();
        assert_eq!(depot.kind(), SiteKind::Depot);
    }
}

/// Returns `date duty person` of an import, by the hours where the duty officers have shifts.
fn on_duty(import: &Import) -> BTreeSet<String> {
    let lines = lines(import);
    let entries = lines.iter().flat_map(|line| {
        let from = line.from.local(Shanghai);
        let minutes = line.to.since(line.from).as_secs() / 60;
        let duty = match (from.format("%H:%M").to_string().as_str(), minutes) {
            ("08:30", 540) => "day",
            ("17:30", 900) => "night",
            ("08:30" | "08:00", 1440) => line.post.duty.as_str(),
            other => panic!("{other:?}"),
        };
        let show = move |name: &str| format!("{} {duty} {name}", from.date());
        line.people.iter().map(move |person| show(&person.text))
    });
    entries.collect()
}

fn wanted(entry: &serde_json::Value) -> String {
    let field = |name: &str| entry[name].as_str().unwrap();
    format!("{} {} {}", field("date"), field("duty"), field("person"))
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn skip(why: &str) {
    eprintln!("SKIPPED: {why}");
}

fn lines(import: &Import) -> Vec<super::RosterLine> {
    let Rows::Roster(lines) = &import.rows else { panic!("another kind") };
    lines.clone()
}

fn county() -> Context {
    Context { area: Some("990101".parse().unwrap()), ..Context::default() }
}

fn sheet(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().unwrap()
}

fn title(sheet: &mut Worksheet, text: &str, last_column: u16) {
    sheet.merge_range(0, 0, 0, last_column, text, &Format::new()).unwrap();
}

fn row(sheet: &mut Worksheet, number: u32, texts: &[&str]) {
    row_from(sheet, number, 0, texts);
}

fn row_from(sheet: &mut Worksheet, number: u32, first: u16, texts: &[&str]) {
    for (column, text) in (first..).zip(texts).filter(|(_, text)| !text.is_empty()) {
        sheet.write(number, column, *text).unwrap();
    }
}
