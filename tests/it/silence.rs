//! Who should be heard and is not: an alarm of its own, raised once and called off when it is over.

use std::time::Duration;

use jiaoying::domain::{
    actor::Actor,
    callout::{callouts::Callout, obligation::StateName, policy::CalloutKind},
    command::Command,
    ids::SiteId,
    silence::{LastHeard, Voice},
    site::{Facts, Gauge, Measure, Thresholds},
    time::Timestamp,
};

use crate::support::{
    county::{COUNTY, County, area, site},
    story::{policies, policy},
};

const DESK: &str = "990101000000/duty_officer";

#[test]
fn a_source_that_falls_silent_is_an_alarm_that_somebody_has_to_answer() {
    let mut county = watched();
    let since = county.now;
    begin(&mut county, &[heard(&source("省台"), since)]);
    assert_eq!(county.state(DESK), StateName::Ringing);
    let alarm = alarms(&county)[0];
    assert_eq!((&*alarm.subject, alarm.drill), ("预警信息源中断：省台", false));
    assert!(alarm.text.contains("07-21 10:00"), "{}", alarm.text);
    let silence = county.board.silences.get(&source("省台")).unwrap();
    assert_eq!((silence.heard_at, silence.callout), (since, Some(alarm.id)));
    assert_eq!(county.board, county.replayed());
}

#[test]
fn what_is_silent_is_told_once_and_others_join_while_somebody_is_looking_into_it() {
    let mut county = watched();
    let since = county.now;
    begin(&mut county, &[heard(&gauge(1), since), heard(&gauge(2), since)]);
    assert_eq!(alarms(&county)[0].subject, "监测站失联：地点g-1等 2 个");
    let seq = county.board.seq;
    begin(&mut county, &[heard(&gauge(1), since)]);
    assert_eq!(county.board.seq, seq, "it is known");
    begin(&mut county, &[heard(&gauge(3), since)]);
    assert_eq!((alarms(&county).len(), county.board.silences.gauges().count()), (1, 3));
    // A source is another matter, and somebody else may be at it.
    begin(&mut county, &[heard(&source("省台"), since)]);
    assert_eq!(alarms(&county).len(), 2);
}

#[test]
fn an_alarm_is_called_off_when_the_last_of_its_voices_is_heard_again() {
    let mut county = watched();
    let since = county.now;
    begin(&mut county, &[heard(&gauge(1), since), heard(&gauge(2), since)]);
    let later = since + Duration::from_secs(60);
    end(&mut county, &[heard(&gauge(1), later)]);
    assert!(alarms(&county)[0].is_open());
    // What was said before it fell silent does not end it.
    end(&mut county, &[heard(&gauge(2), since)]);
    assert!(alarms(&county)[0].is_open());
    end(&mut county, &[heard(&gauge(2), later)]);
    assert!(!alarms(&county)[0].is_open());
    assert_eq!(county.board.silences.gauges().count(), 0);
    begin(&mut county, &[heard(&gauge(2), later)]);
    assert_eq!(alarms(&county).len(), 2, "a new silence is a new alarm");
}

#[test]
fn a_gauge_that_is_no_more_is_not_missed() {
    let mut county = watched();
    let since = county.now;
    begin(&mut county, &[heard(&gauge(9), since)]);
    assert!(alarms(&county).is_empty());
    begin(&mut county, &[heard(&gauge(1), since)]);
    county.must(Command::RemoveSite("g-1".parse().unwrap()));
    assert!(county.board.silences.get(&gauge(1)).is_none());
}

#[test]
fn without_a_policy_for_alarms_the_silence_is_on_record_all_the_same() {
    let mut county = County::small(1);
    let since = county.now;
    begin(&mut county, &[heard(&source("省台"), since)]);
    assert!(alarms(&county).is_empty());
    assert_eq!(county.board.silences.get(&source("省台")).unwrap().callout, None);
}

#[test]
fn the_shipped_policies_say_who_looks_into_a_silence() {
    let set: jiaoying::domain::callout::policy::PolicySet =
        toml::from_str(include_str!("../../config/policies.toml")).unwrap();
    assert_eq!(set.choose(CalloutKind::Alarm, None, None).unwrap().id, "alarm");
}

/// Founds a county with three gauges whose desk is told of silences.
fn watched() -> County {
    let mut set = policies();
    policy(&mut set, "desk").applies.kinds.insert(CalloutKind::Alarm);
    let mut county = County::under(set, 1);
    let gauges = (1..=3).map(|number| {
        let thresholds = Thresholds::default();
        let facts = Gauge {
            measures: Measure::River,
            water: None,
            datum: None,
            thresholds,
            later: Vec::new(),
            guards: Vec::new(),
            station: None,
            reports_every_s: Some(300),
        };
        site(&format!("g-{number}"), COUNTY, Facts::Gauge(Box::new(facts)))
    });
    county.must(Command::SaveSites(gauges.collect()));
    county
}

fn begin(county: &mut County, silent: &[LastHeard]) {
    let command = Command::NoteSilence(silent.to_vec());
    county.submit(&Actor::node(area()), command).unwrap();
}

fn end(county: &mut County, heard: &[LastHeard]) {
    county.submit(&Actor::node(area()), Command::NoteHeard(heard.to_vec())).unwrap();
}

fn alarms(county: &County) -> Vec<&Callout> {
    let callouts = county.board.callouts.iter();
    callouts.filter(|callout| callout.kind == CalloutKind::Alarm).collect()
}

fn heard(voice: &Voice, at: Timestamp) -> LastHeard {
    LastHeard { voice: voice.clone(), at }
}

fn gauge(number: u32) -> Voice {
    let id: SiteId = format!("g-{number}").parse().unwrap();
    Voice::Gauge(id)
}

fn source(name: &str) -> Voice {
    Voice::Source(name.into())
}
