//! The storm follows the real river, and its messages are CAP that refers rightly.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::{demo, domain::ids::Level};

#[test]
fn the_flood_warnings_follow_the_river() {
    use Colour::{Blue, Orange, Red, Yellow};
    let storm = storm();
    assert!((10..=14).contains(&storm.entries.len()));
    let flood: Vec<_> = storm
        .entries
        .iter()
        .filter(|entry| entry.event == "11A01")
        .map(|entry| (entry.at.to_string()[..16].to_owned(), entry.colour))
        .collect();
    let expected = [
        ("2021-07-21T18:00", Yellow),
        ("2021-07-22T07:00", Orange),
        ("2021-07-22T18:00", Red),
        ("2021-07-23T12:00", Orange),
        ("2021-07-27T06:00", Yellow),
    ];
    assert_eq!(flood, expected.map(|(at, colour)| (at.to_owned(), colour)));
    let rain = storm.entries.iter().filter(|entry| entry.event == "11B03");
    let rain: Vec<_> = rain.map(|entry| entry.colour).collect();
    assert_eq!(rain, [Blue, Yellow, Orange, Red, Orange, Orange]);
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
    // 33 hours after the first message, 33 minutes in the replay.
    let flood = messages.iter().find(|message| message.key == "flood-yellow").unwrap();
    assert_eq!(flood.due.since(start), Duration::from_secs(33 * 60));
    assert!(flood.xml.contains("8月22日10时33分"), "{}", flood.xml);
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
    let reference = "<references>99010133200000,99010133200000_20260822103300_0,\
                     2026-08-22T10:33:00+08:00</references>";
    let orange = messages.iter().find(|message| message.key == "flood-orange").unwrap();
    assert!(orange.xml.contains(reference), "{}", orange.xml);
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
        ("replaces = \"rain-blue\"", "replaces = \"flood-red\"", "rain-yellow: what it replaces"),
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
        ("event = \"11A51\"", "event = \"11A52\"", "torrent-orange: the event"),
        ("action = \"alert\"", "action = \"cancel\"", "rain-blue: an update or cancel"),
        ("valid_h = 12", "valid_h = 3", "rain-yellow: what it replaces is no longer"),
        ("code = \"9901014", "code = \"x901014", "source met"),
        ("colour = \"blue\"", "colour = \"green\"", "TOML"),
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
