//! Which rule counts, against a naive search; what the shipped rules make due.

use std::sync::LazyLock;

use chrono_tz::Asia::Shanghai;
use compact_str::CompactString;
use proptest::prelude::*;

use super::*;
use crate::domain::{roster::Calendar, time::Timestamp};

static SHIPPED: LazyLock<Rules> =
    LazyLock::new(|| toml::from_str(include_str!("../../../config/deadlines.toml")).unwrap());
const OCCURRED: &str = "2021-07-21T18:00:00+08:00";
const RECEIVED: &str = "2021-07-21T18:20:00+08:00";

#[test]
fn the_preset_nobody_has_confirmed_says_so() {
    check(
        county("990101", Some(Grade::Three)),
        Stage::First,
        &[
            "首报（电话）：7月21日18:50前报市级（待确认）",
            "首报（书面）：7月21日19:20前报市级（待确认）",
            "灾情统计初报（书面）：7月21日20:00前报市级",
        ],
    );
}

#[test]
fn henan_counts_from_the_occurrence_and_straight_to_the_province() {
    check(
        county("410621", Some(Grade::Two)),
        Stage::First,
        &[
            "首报（电话）：7月21日18:50前报市级（待确认）",
            "首报（书面）：7月21日19:20前报市级（待确认）",
            "首报（电话）：7月21日18:15前报省级",
            "首报（书面）：7月21日18:35前报省级",
            "灾情统计初报（书面）：7月21日20:00前报市级",
        ],
    );
    check(
        county("410621", Some(Grade::Four)),
        Stage::First,
        &["首报（书面）：7月21日24:00前报省级", "灾情统计初报（书面）：7月21日20:00前报市级"],
    );
    check(
        county("410621", Some(Grade::Three)),
        Stage::FollowUp,
        &["续报（书面）：7月22日08:00前报省级"],
    );
}

#[test]
fn the_nearer_jurisdiction_counts_for_each_medium_apart() {
    check(
        county("350526", Some(Grade::One)),
        Stage::First,
        &[
            "首报（电话）：7月21日18:30前报市级（待确认）",
            "首报（书面）：7月21日19:20前报市级（待确认）",
            "灾情统计初报（书面）：7月21日20:00前报市级",
        ],
    );
}

#[test]
fn a_sensitive_incident_is_reported_whatever_its_level() {
    let case = Case { sensitive: true, event: Some("41A01"), ..county("990101", None) };
    check(
        case,
        Stage::First,
        &[
            "首报（电话）：7月21日18:50前报市级（待确认）",
            "首报（书面）：7月21日19:20前报市级（待确认）",
        ],
    );
    check(Case { sensitive: false, ..case }, Stage::First, &[]);
}

#[test]
fn ten_dead_may_be_told_to_the_province_directly() {
    let clocks = clocks(Case { deaths: 10, ..county("990101", None) }, Stage::First);
    let told = clocks.iter().find(|clock| clock.hop.to() == Rank::Province).unwrap();
    assert_eq!(due_zh(told, Shanghai), "灾情统计初报（书面）：7月21日20:00前可报省级");
    assert_eq!(
        due_en(told, Shanghai),
        "First report of disaster statistics on paper to the province, allowed until 2021-07-21 20:00"
    );
}

#[test]
fn the_verified_report_waits_until_things_are_stable() {
    let case = county("990101", Some(Grade::Two));
    check(case, Stage::Verified, &[]);
    let stable = Case { stable_at: Some("2021-07-23T09:00:00+08:00".parse().unwrap()), ..case };
    check(
        stable,
        Stage::Verified,
        &["灾情统计核报（书面）：7月28日24:00前报市级（2021年节假日安排未录入）"],
    );
}

#[test]
fn every_township_reports_until_things_are_stable() {
    let case = Case { from: Rank::Township, ..county("990101001", Some(Grade::Three)) };
    check(case, Stage::Zero, &["灾情统计零报告（书面）：7月22日08:00前报县级"]);
    let calendar = Calendar::default();
    let reckoning = Reckoning { zone: Shanghai, calendar: &calendar };
    let after = "2021-07-22T08:00:00+08:00".parse().unwrap();
    let next = SHIPPED.next_time("statistics_zero_township", Medium::Written, after, reckoning);
    assert_eq!(next, Some("2021-07-23T08:00:00+08:00".parse().unwrap()));
    assert_eq!(SHIPPED.next_time("national_first", Medium::Phone, after, reckoning), None);
}

#[test]
fn an_occurrence_nobody_knows_counts_from_receipt() {
    let case = Case { occurred_at: None, ..county("410621", Some(Grade::Two)) };
    let phone = clocks(case, Stage::First).into_iter().find(|clock| clock.confirmed).unwrap();
    assert_eq!(phone.starts, RECEIVED.parse().unwrap());
}

#[test]
fn a_round_says_which_numbers_it_asks_for() {
    let due = "2021-07-22T08:00:00+08:00".parse().unwrap();
    let round = |id: &str| SHIPPED.rounds.iter().find(|round| round.id == id).unwrap();
    assert_eq!(
        round_zh(round("zero_report"), due, Shanghai),
        "零报告：7月22日08:00前报县级，数据截至前一日24:00"
    );
    assert_eq!(
        round_en(round("three_a_day"), due, Shanghai),
        "Three reports a day to the county, due 2021-07-22 08:00 (to be confirmed)"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn the_chosen_rule_is_the_one_a_naive_search_finds(
        rules in prop::collection::vec(any_rule(), 0..12),
        area in prop::sample::select(vec!["410621", "410602", "410000", "360000", "990101"]),
        event in prop::option::of(prop::sample::select(vec!["11A01", "11B03", "21A00", "41A01"])),
        grade in prop::option::of(1_u8..=4),
        sensitive: bool,
        deaths in 0_u32..12,
    ) {
        let mut kept = Rules::default();
        for (number, mut rule) in rules.into_iter().enumerate() {
            rule.id = format!("r{number}").into();
            kept.rules.push(rule);
            if kept.fault().is_some() {
                kept.rules.pop();
            }
        }
        let grade = grade.map(|number| Grade::try_from(number).unwrap());
        let case = Case { event, sensitive, deaths, ..county(area, grade) };
        let found = clocks_of(&kept, case, Stage::First);
        let found: Vec<_> = found.iter().map(|clock| (clock.medium, clock.rule.clone())).collect();
        // The same whatever the order of the file.
        kept.rules.reverse();
        let reversed = clocks_of(&kept, case, Stage::First);
        let reversed: Vec<_> = reversed.iter().map(|c| (c.medium, c.rule.clone())).collect();
        prop_assert_eq!(&found, &reversed);
        let naive = Medium::ALL.into_iter().filter_map(|medium| {
            Some((medium, naive(&kept, &case, area, medium)?))
        });
        prop_assert_eq!(found, naive.collect::<Vec<_>>());
    }
}

/// A way in which a rule can be specific.
#[derive(Clone, Copy)]
struct Way<'w> {
    area: Option<&'w str>,
    event: Option<&'w str>,
    gravity: Option<Gravity>,
    deaths: Option<u32>,
}

/// Tries every way, nearest first, and returns the first rule there is.
fn naive(rules: &Rules, case: &Case<'_>, area: &str, medium: Medium) -> Option<CompactString> {
    let areas = [6, 4, 2].map(|digits| Some(&area[..digits]));
    let code = case.event.unwrap_or_default();
    let grade = if case.sensitive { Some(Grade::One) } else { case.grade };
    let sensitive = case.sensitive.then_some(Gravity::Sensitive);
    let gravities = sensitive.into_iter().chain(grade.map(Gravity::Grade));
    let gravities: Vec<_> = gravities.map(Some).chain([None]).collect();
    let mut ways = Vec::new();
    for area in areas.into_iter().chain([None]) {
        for event in (1..=code.len()).rev().map(|digits| Some(&code[..digits])).chain([None]) {
            for gravity in &gravities {
                let deaths = (0..=case.deaths).rev().map(Some).chain([None]);
                ways.extend(deaths.map(|deaths| Way { area, event, gravity: *gravity, deaths }));
            }
        }
    }
    let said = rules.rules.iter().filter(|rule| rule.due(medium).is_some());
    let said: Vec<_> = said.collect();
    let mut found = ways.iter().flat_map(|way| said.iter().filter(|rule| way.is_of(rule)));
    found.next().map(|rule| rule.id.clone())
}

impl Way<'_> {
    fn is_of(&self, rule: &Rule) -> bool {
        let event = match self.event {
            Some(event) => rule.events.iter().any(|code| code == event),
            None => rule.events.is_empty(),
        };
        let gravity = match self.gravity {
            Some(gravity) => rule.levels.contains(&gravity),
            None => rule.levels.is_empty(),
        };
        let area = self.area.map(|digits| digits.parse().unwrap());
        rule.area == area && event && gravity && rule.deaths_from == self.deaths
    }
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let areas = prop::sample::select(vec!["41", "4106", "410621", "36"]);
    let events = prop::collection::btree_set(
        prop::sample::select(vec!["1", "11", "11A", "11A01", "11B", "2"]),
        0..3,
    );
    let graded = prop::collection::btree_set(1_u8..=4, 0..3).prop_map(|numbers| {
        let grades = numbers.into_iter().map(|n| Gravity::Grade(Grade::try_from(n).unwrap()));
        grades.collect::<Vec<_>>()
    });
    let levels = prop_oneof![3 => graded, 1 => Just(vec![Gravity::Sensitive])];
    let deaths = prop::option::of(1_u32..12);
    (prop::option::of(areas), events, levels, deaths, 1_u32..4).prop_map(
        |(area, events, levels, deaths_from, media)| Rule {
            id: "r".into(),
            series: Series::Incident,
            area: area.map(|area| area.parse().unwrap()),
            events: events.into_iter().map(Into::into).collect(),
            levels,
            deaths_from,
            hop: "county_to_city".parse().unwrap(),
            stage: Stage::First,
            from: Start::Receipt,
            phone: (media & 1 != 0).then_some(Due::Minutes(10)),
            written: (media & 2 != 0).then_some(Due::Minutes(20)),
            optional: false,
            source: "x".into(),
            confirmed: true,
        },
    )
}

#[track_caller]
fn check(case: Case<'_>, stage: Stage, told: &[&str]) {
    let clocks = clocks(case, stage);
    let found: Vec<_> = clocks.iter().map(|clock| due_zh(clock, Shanghai)).collect();
    assert_eq!(found, told);
}

fn clocks(case: Case<'_>, stage: Stage) -> Vec<Clock> {
    clocks_of(&SHIPPED, case, stage)
}

fn clocks_of(rules: &Rules, case: Case<'_>, stage: Stage) -> Vec<Clock> {
    let calendar = Calendar::default();
    rules.clocks(&case, stage, Reckoning { zone: Shanghai, calendar: &calendar })
}

/// A flood that occurred at 18:00 and was heard of at 18:20.
fn county(area: &str, grade: Option<Grade>) -> Case<'static> {
    Case {
        area: area.parse().unwrap(),
        from: Rank::County,
        event: Some("11A01"),
        grade,
        sensitive: false,
        deaths: 0,
        occurred_at: Some(OCCURRED.parse().unwrap()),
        received_at: RECEIVED.parse().unwrap(),
        stable_at: None::<Timestamp>,
    }
}
