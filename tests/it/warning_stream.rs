//! Forty-one days of the country's real warnings, told to every county as they were seen: at every hour
//! what is in force is what a plain reading of the rows says.

use std::io::Write;

use jiaoying::domain::{ids::AreaCode, time::Timestamp, warning::Colour};

use crate::stream::{
    self, Row,
    counties::{counties, messages},
    fatigue::{Calls, SCHEMES, hours, live_through},
    naive,
};

/// In a debug build every so many counties live through all of it; the benchmark takes all of them.
const EVERY: usize = 10;

/// The county 990101, its city 9901 and a neighbour: rows at one instant, one that is ended twice, an end
/// and a change without a beginning, ends that pass before they are seen, and one that comes when it is over.
const MADE: &str = "\
seen_utc,adcode,name,type,change,old_colour,new_colour,issued_utc,expires_utc
2026-07-13T17:34:33Z,990101,甲县,暴雨,raise,,黄色,,2026-07-13T21:00:00Z
2026-07-13T17:34:33Z,990100,甲市,暴雨,raise,,蓝色,,
2026-07-13T17:34:33Z,990101,甲县,暴雨,change,黄色,橙色,,2026-07-13T20:00:00Z
2026-07-13T17:34:33Z,990102,乙县,雷电,raise,,,,
2026-07-13T17:34:33Z,990102,乙县,雷电,end,,,,
2026-07-13T18:00:00Z,990101,甲县,雷电,end,黄色,,,
2026-07-13T18:00:00Z,990102,乙县,大风,change,蓝色,黄色,,2026-07-13T19:00:00Z
2026-07-13T18:30:00Z,990102,乙县,大风,change,黄色,,,2026-07-13T19:30:00Z
2026-07-13T20:40:00Z,990101,甲县,暴雨,end,橙色,,,2026-07-13T20:00:00Z
2026-07-13T20:41:00Z,990101,甲县,暴雨,end,橙色,,,2026-07-13T20:00:00Z
2026-07-13T20:42:00Z,990101,甲县,暴雨,change,橙色,红色,,2026-07-13T23:00:00Z
2026-07-13T20:50:00Z,990101,甲县,暴雨,raise,,黄色,,2026-07-13T20:50:00Z
2026-07-13T21:30:00Z,990101,甲县,暴雨,raise,,橙色,,2026-07-13T23:30:00Z
2026-07-13T22:10:00Z,990101,甲县,暴雨,change,橙色,黄色,,2026-07-13T22:05:00Z
2026-07-13T23:10:00Z,990102,乙县,冰雹,raise,,红色,,2026-07-14T03:00:00Z
2026-07-13T23:20:00Z,990100,甲市,暴雨,end,蓝色,,,
2026-07-14T01:00:00Z,990102,乙县,冰雹,end,红色,,,2026-07-14T03:00:00Z
";

#[test]
fn a_made_stream_leaves_in_force_at_every_minute_what_its_rows_say() {
    let rows = stream::read(MADE);
    let minutes: Vec<Timestamp> = {
        let (first, last) = (rows[0].seen.millis(), rows[rows.len() - 1].seen.millis());
        (first..last + 4 * 3_600_000).step_by(60_000).map(Timestamp::from_millis).collect()
    };
    let calls = all(&rows, 1, &minutes);
    assert_eq!(calls.differ, 0, "{}", calls.first.unwrap());
    assert_eq!((calls.counties, calls.hours_compared), (2, 2 * minutes.len()));
}

#[test]
fn the_oracle_says_of_the_made_stream_what_is_plain_to_see() {
    let rows = stream::read(MADE);
    let at = |time: &str| -> Vec<(String, Option<Colour>)> {
        let at = format!("2026-07-13T{time}Z").parse().unwrap();
        let said = naive::in_force(rows.iter(), at);
        said.into_iter().map(|((area, hazard), c)| (format!("{area} {hazard}"), c)).collect()
    };
    let (county, city) = ("990101000000 暴雨".to_owned(), "990100000000 暴雨".to_owned());
    let wind = "990102000000 大风".to_owned();
    let blue = (city, Some(Colour::Blue));
    assert_eq!(at("17:34:33"), [blue.clone(), (county.clone(), Some(Colour::Orange))]);
    let yellow = (wind.clone(), Some(Colour::Yellow));
    assert_eq!(at("18:00:00"), [blue.clone(), (county.clone(), Some(Colour::Orange)), yellow]);
    assert_eq!(
        at("19:15:00"),
        [blue.clone(), (county.clone(), Some(Colour::Orange)), (wind, None)]
    );
    assert_eq!(at("20:00:00"), std::slice::from_ref(&blue));
    assert_eq!(at("20:50:00"), [blue.clone(), (county.clone(), Some(Colour::Red))]);
    assert_eq!(at("21:30:00"), [blue.clone(), (county, Some(Colour::Orange))]);
    assert_eq!(at("22:10:00"), [blue]);
}

#[test]
fn of_forty_one_days_of_real_changes_every_hour_is_as_the_rows_say() {
    let Some(rows) = stream::real() else {
        let told = "skipped: ../shared/data/warnings is absent: real changes are not replayed\n";
        let _ = std::io::stderr().write_all(told.as_bytes());
        return;
    };
    assert_eq!(rows.len(), 86_451);
    let hours = hours(&rows);
    let calls = all(&rows, EVERY, &hours);
    assert_eq!(calls.differ, 0, "{}", calls.first.unwrap());
    assert!(calls.counties > 50 && calls.hours_compared == calls.counties * hours.len());
    assert!(calls.total() > 1_000, "and somebody was called: {}", calls.total());
}

#[test]
fn an_officer_who_answers_is_called_once_for_each_rise_and_told_of_the_rest() {
    let rows = stream::read(MADE);
    let calls = all(&rows, 1, &[]);
    let of = |code: &str| calls.by_county[&code.parse::<AreaCode>().unwrap()];
    // His own: yellow, orange, red; the city's blue. What falls to orange and yellow is told, an hour's end too.
    assert_eq!(of("990101"), 4);
    // Thunder without a colour, wind, its end in no colour, hail, and the city's blue.
    assert_eq!(of("990102"), 4);
}

/// Tells every so many counties their rows.
fn all(rows: &[Row], every: usize, hours: &[Timestamp]) -> Calls {
    let messages = messages(rows);
    let mut calls = Calls::default();
    for (code, concerned) in counties(rows).iter().step_by(every) {
        calls.add(live_through(*code, &SCHEMES[0], rows, &messages, concerned, hours));
    }
    calls
}
