//! The storm follows the real river, and its messages are CAP that refers rightly.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::{
    demo,
    domain::{
        gauge::{Mark, Point, Seen, Series, Standing, Taken, Value, stands_otherwise},
        ids::{Level, SiteId},
        site::Facts,
    },
};

use Colour::{Orange, Red, Yellow};

#[test]
fn the_gauges_of_the_county_warn_by_their_own_readings_at_the_hours_of_the_flood() {
    let storm = storm();
    let rain = storm.entries.iter().filter(|entry| entry.event == "11B03");
    let rain: Vec<_> = rain.map(|entry| entry.colour).collect();
    assert_eq!(rain, [Colour::Blue, Yellow, Orange, Red, Orange, Orange]);
    assert!(storm.entries.iter().all(|entry| entry.event != "11A01"), "floods are the gauges'");

    let county = demo::county().unwrap();
    let mut crossed: Vec<(String, String, Option<Mark>)> = Vec::new();
    for gauge in &storm.gauges {
        let id: SiteId = gauge.id.parse().unwrap();
        let site = county.sites.iter().find(|site| site.id == id).expect("a gauge of the county");
        let Facts::Gauge(facts) = &site.facts else { panic!("{id} is no gauge") };
        let (mut series, mut standing) = (Series::default(), Standing::default());
        for moment in storm.reports() {
            let readings = storm.readings(moment, Duration::ZERO);
            let reading = readings.iter().find(|reading| reading.gauge == gauge.id).unwrap();
            let value = match (reading.level_m, reading.rain_mm, reading.over_s) {
                (Some(metres), None, None) => Value::Level { metres },
                (None, Some(mm), Some(over_s)) => Value::Rain { mm, over_s },
                other => panic!("{other:?}"),
            };
            let point = Point { at: reading.at, value };
            assert_eq!(series.take(facts.measures, point, None), Ok(Taken::New), "{reading:?}");
            let shown = series.shown().unwrap();
            let seen = Seen { gauge: id.clone(), at: reading.at, shown, exercise: true };
            if let Some(now) = stands_otherwise(facts, standing, &seen) {
                standing = now;
                let at = reading.at.to_string()[5..16].to_owned();
                crossed.push((at, gauge.id.clone(), now.mark));
            }
        }
    }
    crossed.sort();
    let of = |gauge: &str| -> Vec<_> {
        let own = crossed.iter().filter(|(_, id, _)| id == gauge);
        own.map(|(at, _, mark)| (at.as_str(), *mark)).collect()
    };
    let river = [
        ("07-21T18:00", Some(Mark::Warning)),
        ("07-22T07:00", Some(Mark::Guarantee)),
        ("07-22T18:00", Some(Mark::Historic)),
        ("07-23T10:50", Some(Mark::Guarantee)),
        ("07-26T22:20", Some(Mark::Warning)),
    ];
    assert_eq!(of("990101-g1"), river);
    // In the hills it rains first; no other river is over its level before this one.
    let first = |mark| crossed.iter().find(|(.., found)| *found == Some(mark)).unwrap();
    assert_eq!(first(Mark::Prepare).0, "07-21T02:20");
    assert_eq!(first(Mark::Warning).1, "990101-g1");
    assert!(crossed.iter().all(|(.., mark)| *mark != Some(Mark::Leave)));
}

#[test]
fn a_drill_keeps_the_hours_of_the_storm_on_days_that_no_drill_has_had() {
    let storm = storm();
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    let first = |now, last: Option<&str>| {
        let later = storm.later_by(at(now), last.map(at));
        storm.readings(storm.reports().next().unwrap(), later)[0].at.to_string()
    };
    let now = "2026-11-22T23:30:00+08:00";
    assert_eq!(first(now, None), "2026-11-22T09:00:00.000+08:00");
    assert_eq!(first(now, Some("2025-01-01T09:00:00+08:00")), "2026-11-22T09:00:00.000+08:00");
    let before = Some("2026-11-29T09:00:00+08:00");
    assert_eq!(first(now, before), "2026-11-30T09:00:00.000+08:00");
}

#[test]
fn every_area_of_the_storm_is_in_the_county() {
    let county = demo::county().unwrap();
    let codes: BTreeMap<_, _> = county.areas.iter().map(|area| (area.code, &area.name)).collect();
    for entry in storm().entries {
        for code in &entry.areas {
            let name = codes.get(code).unwrap_or_else(|| panic!("{}: {code}", entry.key));
            // Hill townships have torrents, river townships floods; the text must name neither wrongly.
            let torrent = entry.event == "11A51" && code.level() == Level::Township;
            assert!(!torrent || entry.description_zh.contains(name.as_str()), "{}", entry.key);
        }
    }
}

#[test]
fn a_replay_starts_when_told_and_runs_as_fast_as_told() {
    let messages = replay(60);
    let start = messages[0].due;
    assert_eq!(start.to_string(), "2026-08-22T10:00:00.000+08:00");
    // 20 hours after the first message, 20 minutes in the replay.
    let red = messages.iter().find(|message| message.key == "rain-red").unwrap();
    assert_eq!(red.due.since(start), Duration::from_secs(20 * 60));
    assert!(red.xml.contains("8月22日10时20分"), "{}", red.xml);
    assert!(messages.iter().all(|message| !message.xml.contains("{at}")));
}

#[test]
fn identifiers_have_the_national_form_and_never_repeat() {
    for speed in [1, 60, 36_000] {
        let messages = replay(speed);
        let distinct: BTreeSet<&str> = messages.iter().map(|m| m.identifier.as_str()).collect();
        assert_eq!(distinct.len(), messages.len());
        for identifier in distinct {
            let shape: String =
                identifier.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
            assert_eq!(shape, "99999999999999_99999999999999_9");
        }
    }
}

#[test]
fn an_update_refers_to_what_it_replaces_as_that_was_sent() {
    let messages = replay(60);
    let reference = "<references>99010141600000,99010141600000_20260822101200_0,\
                     2026-08-22T10:12:00+08:00</references>";
    let red = messages.iter().find(|message| message.key == "rain-red").unwrap();
    assert!(red.xml.contains(reference), "{}", red.xml);
}

#[test]
fn a_message_is_written_in_the_order_that_cap_demands() {
    let messages = replay(60);
    let end = messages.iter().find(|message| message.key == "torrent-end").unwrap();
    insta::assert_snapshot!(end.xml, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
      <identifier>99010133200000_20260822104900_0</identifier>
      <sender>99010133200000</sender>
      <sent>2026-08-22T10:49:00+08:00</sent>
      <status>Exercise</status>
      <msgType>Cancel</msgType>
      <scope>Public</scope>
      <references>99010133200000,99010133200000_20260822102310_0,2026-08-22T10:23:10+08:00</references>
      <info>
        <language>zh-CN</language>
        <category>Met</category>
        <event>山洪灾害</event>
        <urgency>Past</urgency>
        <severity>Extreme</severity>
        <certainty>Observed</certainty>
        <eventCode>
          <valueName>GB/T 35561</valueName>
          <value>11A51</value>
        </eventCode>
        <effective>2026-08-22T10:49:00+08:00</effective>
        <expires>2026-08-22T10:50:00+08:00</expires>
        <senderName>示例县水利局</senderName>
        <headline>示例县水利局、示例县气象台联合解除山洪灾害红色预警</headline>
        <description>示例县水利局、示例县气象台8月22日10时49分解除山洪灾害红色预警：青石镇、石岭乡、古槐镇山丘区降雨基本停止，沟道水位回落。</description>
        <instruction>转移群众经乡镇排查、确认安全后方可返回。</instruction>
        <area>
          <areaDesc>青石镇</areaDesc>
          <geocode>
            <valueName>CPEAS Geographic Code</valueName>
            <value>990101100000</value>
          </geocode>
        </area>
        <area>
          <areaDesc>石岭乡</areaDesc>
          <geocode>
            <valueName>CPEAS Geographic Code</valueName>
            <value>990101201000</value>
          </geocode>
        </area>
        <area>
          <areaDesc>古槐镇</areaDesc>
          <geocode>
            <valueName>CPEAS Geographic Code</valueName>
            <value>990101104000</value>
          </geocode>
        </area>
      </info>
    </alert>
    "#);
}

#[test]
fn a_storm_that_contradicts_itself_is_refused_by_name() {
    let good = include_str!("../../../config/demo/storm.toml");
    let cases = [
        ("replaces = \"rain-blue\"", "replaces = \"rain-red\"", "rain-yellow: what it replaces"),
        (
            "replaces = \"rain-orange\"",
            "replaces = \"rain-blue\"",
            "rain-red: what it replaces is no",
        ),
        (
            "replaces = \"torrent-red\"",
            "replaces = \"rain-down\"",
            "torrent-end: what it replaces is another",
        ),
        ("2021-07-20T15:00", "2021-07-20T08:00", "rain-yellow: it is not later"),
        ("event = \"11A51\"", "event = \"11A52\"", "torrent-red: the event"),
        ("action = \"alert\"", "action = \"cancel\"", "rain-blue: an update or cancel"),
        ("valid_h = 12", "valid_h = 3", "rain-yellow: what it replaces is no longer"),
        ("code = \"9901014", "code = \"x901014", "source met"),
        ("colour = \"blue\"", "colour = \"green\"", "TOML"),
        ("level_m = [[0, 61.30]", "level_m = [[1, 61.30]", "gauge 990101-g1: its hours"),
        ("level_m = [[0, 61.30], [12,", "level_m = [[0, 61.30], [0,", "gauge 990101-g1: its hours"),
        ("rain_mm_h = [[0, 0], [1,", "level_m = [[0, 0], [0,", "gauge 990101100-g: its hours"),
    ];
    for (from, to, message) in cases {
        let fault = Storm::load(&good.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(fault.starts_with(message), "{from} -> {to}: {fault}");
    }
}

fn replay(speed: u32) -> Vec<Message> {
    let start = "2026-08-22T10:00:00+08:00".parse().unwrap();
    let speed = NonZeroU32::new(speed).unwrap();
    let county = demo::county().unwrap();
    let name = |code| county.areas.iter().find(|area| area.code == code).unwrap().name.clone();
    storm().messages(Pace { start, speed }, name)
}

fn storm() -> Storm {
    let files = demo::files();
    let (_, text) = files.iter().find(|(name, _)| *name == "storm.toml").unwrap();
    Storm::load(text).unwrap()
}
