//! One warning from several sources: told once, its witnesses kept, and what they contradict each other about shown.
//! And messages that name no other, where the same office's word on the same hazard is meant.

use std::time::Duration;

use jiaoying::domain::{
    actor::Role,
    callout::{callouts::Callout, obligation::StateName, policy::CalloutKind},
    command::{Command, Reply},
    rejection::Rejection,
    warning::{
        Colour, Difference, Life, Message, MessageKind, Original, Reference, Status, Warning,
    },
};

use crate::support::{
    county::{COUNTY, County, actor, alert},
    story::{VILLAGE, policies, policy},
};

/// 示例县气象局 in the national form of identifiers.
const OFFICE: &str = "99010141600000";
const FIRST: &str = "99010141600000_20260721095900";
const SECOND: &str = "99010141600000_20260721105900";
const THIRD: &str = "99010141600000_20260721115900";

#[test]
fn the_same_warning_from_another_source_calls_nobody_and_is_kept_as_a_witness() {
    let mut county = watched();
    let callout = county.called_out(national(FIRST, Colour::Orange));
    let relayed = Message { sender: "cma@relay".into(), ..national(FIRST, Colour::Orange) };
    let reply = told(&mut county, "relay", relayed.clone()).unwrap();
    let id = warning(&county, FIRST).id;
    assert_eq!(reply, Reply::Warning { id, callouts: vec![callout], repeated: true });
    let sources: Vec<_> = warning(&county, FIRST).witnesses.iter().map(|w| &*w.source).collect();
    assert_eq!((&*warning(&county, FIRST).source, sources), ("gateway", vec!["relay"]));
    assert_eq!(county.events("callout_opened").len(), 1);
    let seq = county.board.seq;
    told(&mut county, "relay", relayed).unwrap();
    county.warn(national(FIRST, Colour::Orange));
    assert_eq!(county.board.seq, seq, "each source is heard once");
    assert_eq!(county.board, county.replayed());
}

#[test]
fn a_witness_that_says_another_colour_calls_somebody_to_look_and_the_first_stands() {
    let mut county = watched();
    county.called_out(national(FIRST, Colour::Orange));
    told(&mut county, "relay", national(FIRST, Colour::Red)).unwrap();
    assert_eq!(warning(&county, FIRST).message.colour, Some(Colour::Orange));
    let (first, also) = (Some(Colour::Orange), Some(Colour::Red));
    assert_eq!(warning(&county, FIRST).witnesses[0].differs, [Difference::Colour { first, also }]);
    let alarm = alarms(&county)[0];
    assert_eq!(alarm.subject, "预警来源不一致：暴雨");
    assert!(alarm.text.contains("先收到橙色，后收到红色（gateway、relay）"), "{}", alarm.text);
}

#[test]
fn what_a_poorer_source_leaves_out_alarms_nobody() {
    let mut county = watched();
    county.called_out(national(FIRST, Colour::Orange));
    let poorer = Message { colour: None, expires: None, ..national(FIRST, Colour::Orange) };
    told(&mut county, "relay", poorer).unwrap();
    assert_eq!(warning(&county, FIRST).witnesses[0].differs.len(), 2);
    assert!(alarms(&county).is_empty());
}

#[test]
fn a_source_that_changes_its_own_word_under_one_name_is_refused() {
    let mut county = watched();
    county.called_out(national(FIRST, Colour::Orange));
    told(&mut county, "relay", national(FIRST, Colour::Orange)).unwrap();
    for source in ["gateway", "relay"] {
        let refused = told(&mut county, source, national(FIRST, Colour::Red));
        assert!(matches!(refused, Err(Rejection::WarningConflict { .. })), "{refused:?}");
    }
}

#[test]
fn a_name_of_the_senders_own_is_no_other_senders() {
    let mut county = watched();
    county.called_out(alert("n1", Colour::Orange, &[COUNTY]));
    let other = Message { sender: "elsewhere".into(), ..alert("n1", Colour::Orange, &[COUNTY]) };
    told(&mut county, "relay", other).unwrap();
    assert_eq!(county.board.active_warnings().count(), 2);
}

#[test]
fn a_drill_under_the_name_of_the_real_thing_keeps_nobody_from_being_called() {
    let mut county = watched();
    let drill = Message { status: Status::Exercise, ..national(FIRST, Colour::Orange) };
    told(&mut county, "relay", drill.clone()).unwrap();
    county.warn(national(FIRST, Colour::Orange));
    let drills: Vec<_> = county.board.callouts.open().map(|callout| callout.drill).collect();
    assert_eq!(drills, [true, false]);
    let seq = county.board.seq;
    told(&mut county, "relay", drill).unwrap();
    assert_eq!(county.board.seq, seq, "each is known again");
}

#[test]
fn a_reference_finds_a_warning_that_came_from_another_source_under_another_sender() {
    let mut county = watched();
    county.called_out(national(FIRST, Colour::Yellow));
    let mut update = Message { sender: "cma@relay".into(), ..national(SECOND, Colour::Orange) };
    update.kind = MessageKind::Update;
    let sender = "cma@relay".into();
    update.references = vec![Reference { sender, identifier: FIRST.into(), sent: update.sent }];
    told(&mut county, "relay", update).unwrap();
    assert!(matches!(warning(&county, FIRST).life, Life::Superseded { .. }));
    assert_eq!(county.events("callout_opened").len(), 1, "the callout is revised");
}

#[test]
fn a_witness_that_names_what_the_first_left_out_ends_it() {
    let mut county = watched();
    let elsewhere = Message {
        event: "大风".into(),
        event_code: Some("11B06".into()),
        ..national(FIRST, Colour::Yellow)
    };
    county.called_out(elsewhere);
    county.called_out(national(SECOND, Colour::Orange));
    assert_eq!(county.board.active_warnings().count(), 2);
    let mut update = national(SECOND, Colour::Orange);
    update.kind = MessageKind::Update;
    update.references =
        vec![Reference { sender: OFFICE.into(), identifier: FIRST.into(), sent: update.sent }];
    told(&mut county, "relay", update).unwrap();
    let by = warning(&county, SECOND).id;
    assert_eq!(warning(&county, FIRST).life, Life::Superseded { by });
    assert_eq!(county.board.callouts.open().count(), 1);
    assert!(alarms(&county).is_empty());
    assert_eq!(county.board, county.replayed());
}

#[test]
fn an_offices_newer_alert_of_the_same_hazard_takes_the_place_of_the_older_where_it_covers_it() {
    let mut county = watched();
    let village = national_at(FIRST, Colour::Yellow, "990101001001");
    let callout = county.called_out(village);
    county.warn(later(national(SECOND, Colour::Red)));
    assert!(matches!(warning(&county, FIRST).life, Life::Superseded { .. }));
    assert_eq!(county.events("callout_opened").len(), 1, "the callout is revised");
    let open: Vec<_> = county.board.callouts.open().map(|c| (c.id, c.severity)).collect();
    assert_eq!(open, [(callout, Colour::Red)]);
    // The village alone does not take the place of the whole county.
    county.warn(Message {
        sent: later(alert("", Colour::Red, &[])).sent + Duration::from_secs(60),
        ..national_at(THIRD, Colour::Red, "990101001001")
    });
    assert_eq!(warning(&county, SECOND).life, Life::Active);
}

#[test]
fn an_offices_alert_of_tomorrow_leaves_todays_as_it_is() {
    let mut county = watched();
    county.called_out(national(FIRST, Colour::Orange));
    let day = Duration::from_secs(86_400);
    let tomorrow = later(national(SECOND, Colour::Orange));
    county.warn(Message {
        effective: tomorrow.effective + day,
        expires: Some(tomorrow.effective + day * 2),
        ..tomorrow
    });
    assert_eq!(warning(&county, FIRST).life, Life::Active);
}

#[test]
fn another_offices_alert_of_the_same_hazard_stands_beside_it() {
    let mut county = watched();
    county.called_out(national(FIRST, Colour::Orange));
    county.warn(later(national("99010033200000_20260721105900", Colour::Red)));
    assert_eq!(county.board.active_warnings().count(), 2);
}

#[test]
fn a_cancel_that_names_nothing_ends_what_its_office_has_in_force_of_that_hazard() {
    let mut county = watched();
    county.called_out(national(FIRST, Colour::Orange));
    let wind = Message {
        event: "大风".into(),
        event_code: Some("11B06".into()),
        ..national(SECOND, Colour::Yellow)
    };
    county.called_out(wind);
    county.warn(later(lifting(THIRD)));
    let by = warning(&county, THIRD).id;
    assert_eq!(warning(&county, FIRST).life, Life::Cancelled { by });
    assert_eq!(warning(&county, SECOND).life, Life::Active, "the wind still blows");
    assert!(warning(&county, THIRD).message.notes[0].contains(FIRST));
    assert_eq!(county.state(VILLAGE), StateName::Withdrawn);
}

#[test]
fn an_alert_that_comes_after_the_cancel_that_named_nothing_calls_nobody() {
    let mut county = watched();
    county.pass(3_600);
    county.warn(later(lifting(SECOND)));
    county.warn(national(FIRST, Colour::Red));
    assert!(matches!(warning(&county, FIRST).life, Life::Cancelled { .. }));
    assert!(county.events("callout_opened").is_empty());
    // The next one is news.
    let next = later(national(THIRD, Colour::Red));
    county.called_out(Message { sent: next.sent + Duration::from_secs(1), ..next });
}

#[test]
fn an_alert_that_comes_after_its_offices_newer_one_calls_nobody() {
    let mut county = watched();
    county.pass(3_600);
    county.called_out(later(national(SECOND, Colour::Red)));
    county.warn(national(FIRST, Colour::Yellow));
    let by = warning(&county, SECOND).id;
    assert_eq!(warning(&county, FIRST).life, Life::Superseded { by });
    assert_eq!(county.events("callout_opened").len(), 1);
}

#[test]
fn a_cancel_from_a_clock_far_ahead_keeps_no_later_alert_from_calling() {
    let mut county = watched();
    let year = Duration::from_secs(365 * 86_400);
    let ahead = lifting(SECOND);
    county.warn(Message { sent: ahead.sent + year, ..ahead });
    county.called_out(later(national(FIRST, Colour::Red)));
    county.called_out(Message { sent: county.now, ..national(THIRD, Colour::Orange) });
    assert!(matches!(warning(&county, FIRST).life, Life::Superseded { .. }));
}

fn watched() -> County {
    let mut set = policies();
    policy(&mut set, "desk").applies.kinds.insert(CalloutKind::Alarm);
    County::under(set, 1)
}

fn told(county: &mut County, source: &str, message: Message) -> Result<Reply, Rejection> {
    let original = Original { media_type: "test".into(), body: String::new(), base64: false };
    let command = Command::AcceptWarning { message: Box::new(message), original };
    county.submit(&actor(source, Role::Gateway), command)
}

fn national(identifier: &str, colour: Colour) -> Message {
    national_at(identifier, colour, COUNTY)
}

fn national_at(identifier: &str, colour: Colour, area: &str) -> Message {
    Message { sender: OFFICE.into(), ..alert(identifier, colour, &[area]) }
}

fn lifting(identifier: &str) -> Message {
    Message { kind: MessageKind::Cancel, ..national(identifier, Colour::Orange) }
}

fn later(message: Message) -> Message {
    Message { sent: message.sent + Duration::from_secs(3_600), ..message }
}

fn warning<'c>(county: &'c County, identifier: &str) -> &'c Warning {
    county.board.warnings.iter().find(|w| w.message.identifier == identifier).unwrap()
}

fn alarms(county: &County) -> Vec<&Callout> {
    county.board.callouts.open().filter(|callout| callout.kind == CalloutKind::Alarm).collect()
}
