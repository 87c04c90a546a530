//! Warnings from alert to end, whatever order their messages come in, and the areas they touch.

use jiaoying::domain::{
    area::{Area, Extent, LonLat, Shape},
    callout::obligation::StateName,
    command::{Command, Reply},
    rejection::Rejection,
    time::Timestamp,
    warning::{Colour, Life, Message, MessageKind, Status, WarnedArea, Warning},
};

use crate::support::{
    county::{COUNTY, County, about, alert},
    story::{HOLDER, VILLAGE, policies, policy},
};

const SHIPPED: &str = include_str!("../../config/policies.toml");

#[test]
fn a_warning_is_in_force_until_it_expires_to_the_second() {
    let mut county = County::small(1);
    county.orange();
    let expires = warning(&county, "n1").message.expires.unwrap();
    county.pass(expires.since(county.now).as_secs() - 1);
    assert_eq!(life(&county, "n1"), Life::Active);
    county.pass(1);
    assert_eq!(life(&county, "n1"), Life::Expired);
}

#[test]
fn a_warning_without_an_end_lasts_until_somebody_ends_it() {
    let mut county = County::small(1);
    let endless = Message { expires: None, ..alert("n1", Colour::Orange, &[COUNTY]) };
    county.called_out(endless);
    county.answer(HOLDER, VILLAGE);
    county.pass(30 * 24 * 3_600);
    assert_eq!(life(&county, "n1"), Life::Active);
}

#[test]
fn the_same_message_again_is_told_the_same_and_changes_nothing() {
    let mut county = County::small(1);
    let callout = county.orange();
    let seq = county.board.seq;
    let noted = vec!["read by a newer program".to_owned()];
    let again = Message { notes: noted, ..alert("n1", Colour::Orange, &[COUNTY]) };
    let reply = county.warn(again);
    let id = warning(&county, "n1").id;
    assert_eq!(reply, Reply::Warning { id, callouts: vec![callout], repeated: true });
    assert_eq!(county.board.seq, seq);
}

#[test]
fn other_content_under_a_name_that_is_taken_is_refused() {
    let mut county = County::small(1);
    county.orange();
    let refused = county.try_warn(alert("n1", Colour::Red, &[COUNTY]));
    assert!(matches!(refused, Err(Rejection::WarningConflict { .. })), "{refused:?}");
    let other_sender =
        Message { sender: "water-bureau".into(), ..alert("n1", Colour::Red, &[COUNTY]) };
    county.called_out(other_sender);
    assert_eq!(county.board.active_warnings().count(), 2, "names are the sender's own");
}

#[test]
fn an_update_takes_the_place_of_what_it_names_and_a_cancel_ends_it() {
    let mut county = County::small(1);
    county.orange();
    county.called_out(update("n1", "n2"));
    let by = warning(&county, "n2").id;
    assert_eq!(life(&county, "n1"), Life::Superseded { by });
    county.warn(cancel("n2", "n3"));
    let by = warning(&county, "n3").id;
    assert_eq!(life(&county, "n2"), Life::Cancelled { by });
    assert_eq!(life(&county, "n3"), Life::Inert, "a cancel is no warning");
}

#[test]
fn a_reference_is_found_by_sender_and_name_though_its_time_is_wrong_and_that_is_noted() {
    let mut county = County::small(1);
    county.orange();
    let mut message = update("n1", "n2");
    message.references[0].sent = county.now;
    county.called_out(message);
    assert!(matches!(life(&county, "n1"), Life::Superseded { .. }));
    assert!(notes(&county, "n2").contains("gives sent"), "{}", notes(&county, "n2"));
}

#[test]
fn an_update_of_something_that_never_came_calls_out_like_an_alert() {
    let mut county = County::small(1);
    county.called_out(update("lost", "n2"));
    assert_eq!(county.state(VILLAGE), StateName::Ringing);
    assert!(notes(&county, "n2").contains("refers to lost, which has not come"));
}

#[test]
fn an_alert_that_comes_after_its_own_cancel_calls_nobody() {
    let mut county = County::small(1);
    county.warn(cancel("n1", "n2"));
    county.warn(alert("n1", Colour::Red, &[COUNTY]));
    assert!(matches!(life(&county, "n1"), Life::Cancelled { .. }));
    assert!(county.events("callout_opened").is_empty());
}

#[test]
fn an_alert_that_comes_after_its_own_update_calls_nobody_twice() {
    let mut county = County::small(1);
    county.called_out(update("n1", "n2"));
    county.warn(alert("n1", Colour::Orange, &[COUNTY]));
    assert!(matches!(life(&county, "n1"), Life::Superseded { .. }));
    assert_eq!(county.events("callout_opened").len(), 1);
}

#[test]
fn messages_that_name_each_other_in_a_ring_end_nothing_that_still_warns() {
    let mut county = County::small(1);
    county.called_out(update("n2", "n1"));
    county.warn(update("n1", "n2"));
    assert_eq!(life(&county, "n1"), Life::Active);
    county.warn(update("n2", "n3"));
    assert_eq!(county.board.active_warnings().count(), 1);
}

#[test]
fn a_warning_that_had_run_out_before_it_came_calls_nobody() {
    let mut county = County::small(1);
    let late = alert("n1", Colour::Red, &[COUNTY]);
    let expires = Some(late.effective + std::time::Duration::from_secs(30));
    county.warn(Message { expires, ..late });
    assert_eq!(life(&county, "n1"), Life::Expired);
    assert!(county.events("callout_opened").is_empty());
}

#[test]
fn a_warning_that_ends_before_it_begins_calls_nobody() {
    let mut county = County::small(1);
    let message = alert("n1", Colour::Red, &[COUNTY]);
    let effective = county.now + std::time::Duration::from_secs(3_600);
    county.warn(Message { effective, expires: Some(effective), ..message });
    assert_eq!(life(&county, "n1"), Life::Expired);
    assert!(county.events("callout_opened").is_empty());
}

#[test]
fn a_code_that_is_not_in_the_list_is_taken_for_what_it_lies_in_and_noted() {
    let mut county = County::small(1);
    county.called_out(alert("n1", Colour::Red, &["990101999999"]));
    assert_eq!(county.state(VILLAGE), StateName::Ringing);
    let warning = county.board.warnings.iter().next().unwrap();
    assert!(warning.message.notes[0].contains("990101999999"), "{:?}", warning.message.notes);
}

#[test]
fn of_an_endless_text_those_who_are_called_are_told_the_beginning() {
    let mut county = County::small(1);
    let message = alert("n1", Colour::Red, &[COUNTY]);
    let callout = county.called_out(Message { description: "雨".repeat(100_000), ..message });
    let text = &county.board.callouts.get(callout).unwrap().text;
    assert_eq!(text.chars().count(), 4_001);
    let warning = county.board.warnings.iter().next().unwrap();
    assert_eq!(warning.message.description.chars().count(), 100_000);
}

#[test]
fn acknowledgements_and_errors_are_kept_and_change_nothing() {
    let mut county = County::small(1);
    county.orange();
    for (kind, identifier) in [(MessageKind::Ack, "n2"), (MessageKind::Error, "n3")] {
        county.warn(about("n1", kind, alert(identifier, Colour::Orange, &[COUNTY])));
        assert_eq!(life(&county, identifier), Life::Inert);
    }
    assert_eq!(life(&county, "n1"), Life::Active);
}

// Drills and tests never touch the real thing.

#[test]
fn an_exercise_neither_ends_nor_changes_an_actual_warning_that_it_names() {
    for kind in [MessageKind::Cancel, MessageKind::Update] {
        let mut county = County::small(1);
        let real = county.orange();
        let drill = about("n1", kind, alert("n2", Colour::Blue, &[COUNTY]));
        county.warn(Message { status: Status::Exercise, ..drill });
        assert_eq!(life(&county, "n1"), Life::Active, "{kind:?}");
        let callout = county.board.callouts.get(real).unwrap();
        assert_eq!((callout.is_open(), callout.severity), (true, Colour::Orange));
        assert!(notes(&county, "n2").contains("n1"), "a person should know");
    }
}

#[test]
fn an_exercise_cancels_its_own_exercise() {
    let mut county = County::small(1);
    let exercise = |message| Message { status: Status::Exercise, ..message };
    let drill = county.called_out(exercise(alert("n1", Colour::Orange, &[COUNTY])));
    county.warn(exercise(cancel("n1", "n2")));
    assert!(!county.board.callouts.get(drill).unwrap().is_open());
}

#[test]
fn a_test_or_exercise_that_cancels_an_alert_before_it_comes_does_not_silence_it() {
    for status in [Status::Test, Status::System, Status::Draft, Status::Exercise] {
        for kind in [MessageKind::Cancel, MessageKind::Update] {
            let mut county = County::small(1);
            let early = about("n1", kind, alert("n2", Colour::Orange, &[COUNTY]));
            county.warn(Message { status, ..early });
            let before = county.events("callout_opened").len();
            county.called_out(alert("n1", Colour::Orange, &[COUNTY]));
            assert_eq!(life(&county, "n1"), Life::Active, "{status:?} {kind:?}");
            assert_eq!(county.events("callout_opened").len(), before + 1);
        }
    }
}

#[test]
fn a_test_that_names_an_actual_warning_changes_nothing() {
    for status in [Status::Test, Status::System, Status::Draft] {
        let mut county = County::small(1);
        county.orange();
        county.warn(Message { status, ..cancel("n1", "n2") });
        assert_eq!((life(&county, "n1"), life(&county, "n2")), (Life::Active, Life::Inert));
    }
}

// Which policy, and what is said.

#[test]
fn a_warning_without_a_colour_takes_the_policy_for_that_and_its_severity() {
    let mut county = County::found(SHIPPED, 1, 1);
    let uncoloured = Message { colour: None, ..alert("n1", Colour::Red, &[COUNTY]) };
    let id = county.called_out(uncoloured);
    let callout = county.board.callouts.get(id).unwrap();
    assert_eq!((callout.policy.as_str(), callout.severity), ("warning_uncoloured", Colour::Orange));
    assert_eq!(callout.subject, "暴雨预警（未标颜色）");
}

#[test]
fn the_first_policy_whose_event_and_colour_fit_is_taken() {
    let mut set = policies();
    let mut floods = policy(&mut set, "red").clone();
    floods.id = "floods".into();
    floods.applies.events = vec!["11A".into()];
    set.policies.insert(0, floods);
    let mut county = County::under(set, 1);
    for (code, expected) in [(Some("11A51"), "floods"), (Some("11B03"), "red"), (None, "red")] {
        let name = format!("of {code:?}");
        let event_code = code.map(Into::into);
        let message = Message { event_code, ..alert(&name, Colour::Red, &[COUNTY]) };
        let id = county.called_out(message);
        assert_eq!(county.board.callouts.get(id).unwrap().policy, expected, "{code:?}");
    }
}

#[test]
fn those_who_are_called_are_told_the_sources_own_words() {
    let mut county = County::small(1);
    let message = Message {
        headline: " 示例县气象台发布暴雨橙色预警 ".into(),
        description: String::new(),
        instruction: "转移低洼处群众".into(),
        ..alert("n1", Colour::Orange, &[COUNTY])
    };
    let id = county.called_out(message);
    let callout = county.board.callouts.get(id).unwrap();
    assert_eq!(callout.subject, "暴雨橙色预警");
    assert_eq!(callout.text, "示例县气象台发布暴雨橙色预警\n转移低洼处群众");
}

// Areas.

#[test]
fn a_code_names_its_area_and_what_lies_in_it_and_those_above_are_obliged_too() {
    for (code, township, villages) in [
        ("990101", true, 2),
        ("990101001", true, 2),
        ("990101001001", true, 1),
        // The city and the province that the county lies in are all of the county.
        ("9901", true, 2),
        ("99", true, 2),
        // A village and a township that the county's list does not know: called too wide, not missed.
        ("990101001999", true, 2),
        ("990101999", true, 2),
        ("990102", false, 0),
        ("9902", false, 0),
    ] {
        let mut county = County::small(2);
        county.warn(alert("n1", Colour::Red, &[code]));
        let obliged: Vec<String> =
            county.board.callouts.obligations().map(|o| o.post.to_string()).collect();
        let own = obliged.iter().filter(|post| post.ends_with("village_duty")).count();
        assert_eq!(own, villages, "{code}: {obliged:?}");
        assert_eq!(obliged.iter().any(|post| post.ends_with("lead_officer")), township, "{code}");
    }
}

#[test]
fn a_warning_for_elsewhere_is_kept_and_calls_nobody() {
    let mut county = County::small(1);
    county.warn(alert("n1", Colour::Red, &["990102"]));
    assert_eq!(life(&county, "n1"), Life::Active);
    assert!(warning(&county, "n1").extent.is_empty());
}

#[test]
fn several_codes_are_one_extent_in_which_nothing_is_named_twice() {
    let mut county = County::small(2);
    let codes = ["990101001001", "990101001", "990101001002", "990102"];
    county.called_out(alert("n1", Colour::Red, &codes));
    assert_eq!(warning(&county, "n1").extent, Extent::of("990101001".parse().unwrap()));
    assert_eq!(county.board.callouts.obligations().count(), 3);
}

#[test]
fn a_polygon_calls_the_villages_whose_centres_it_covers_and_those_above_them() {
    let mut county = placed();
    let first = Shape::Polygon(square(114.05, 35.05, 0.1));
    county.called_out(drawn("n1", vec![first]));
    assert_eq!(extent(&county), (vec!["990101001001".to_owned()], vec![]));
    let posts: Vec<String> =
        county.board.callouts.obligations().map(|o| o.post.to_string()).collect();
    let villages = posts.iter().filter(|post| post.ends_with("village_duty")).count();
    assert_eq!((villages, posts.len()), (1, 4 + 1 + 1), "{posts:?}");
}

#[test]
fn a_circle_calls_the_villages_whose_centres_it_covers() {
    let mut county = placed();
    let circle = Shape::Circle { center: [114.3, 35.3], radius_km: 12.0 };
    county.called_out(drawn("n1", vec![circle]));
    assert_eq!(extent(&county), (vec!["990101001002".to_owned()], vec![]));
}

#[test]
fn a_shape_that_touches_the_county_and_none_of_its_villages_calls_the_countys_own_posts() {
    let mut county = placed();
    let corner = Shape::Polygon(square(114.49, 35.49, 0.2));
    let id = county.called_out(drawn("n1", vec![corner]));
    assert_eq!(extent(&county), (vec![], vec!["990101000000".to_owned()]));
    let callout = county.board.callouts.get(id).unwrap();
    assert_eq!(callout.obligations.len(), 4, "nobody in the townships is woken");
}

#[test]
fn a_shape_elsewhere_calls_nobody() {
    let mut county = placed();
    county.warn(drawn("n1", vec![Shape::Polygon(square(120.0, 30.0, 1.0))]));
    assert!(warning(&county, "n1").extent.is_empty());
}

#[test]
fn codes_and_shapes_add_up() {
    let mut county = placed();
    let mut message = drawn("n1", vec![Shape::Polygon(square(114.05, 35.05, 0.1))]);
    message.areas[0].codes.push("990101001002".parse().unwrap());
    county.called_out(message);
    let both = vec!["990101001001".to_owned(), "990101001002".to_owned()];
    assert_eq!(extent(&county), (both, vec![]));
}

#[test]
fn a_warning_that_cannot_be_placed_calls_the_countys_own_posts_to_look() {
    let words_only = drawn("n1", Vec::new());
    let nothing = Message { areas: Vec::new(), ..drawn("n1", Vec::new()) };
    // This county has neither outlines nor centres to hold a shape against.
    let shape = drawn("n1", vec![Shape::Polygon(square(114.0, 35.0, 0.5))]);
    for message in [words_only, nothing, shape] {
        let mut county = County::found(SHIPPED, 1, 2);
        let id = county.called_out(message);
        assert_eq!(extent(&county), (vec![], vec!["990101000000".to_owned()]));
        assert_eq!(county.board.callouts.get(id).unwrap().obligations.len(), 4);
        assert!(notes(&county, "n1").contains("cannot be placed"), "{}", notes(&county, "n1"));
    }
}

#[test]
fn a_shape_around_the_whole_country_or_of_countless_points_wakes_no_village_and_is_told() {
    let country = Shape::Polygon(square(80.0, 20.0, 30.0));
    let circle = Shape::Circle { center: [114.1, 35.1], radius_km: 3_000.0 };
    let round = |n: u32| {
        let turn = f64::from(n) / 30_000.0 * std::f64::consts::TAU;
        [114.2 + 0.2 * turn.cos(), 35.2 + 0.2 * turn.sin()]
    };
    let fine = Shape::Polygon((0..30_000).chain([0]).map(round).collect());
    // What else the message draws still counts, unless all of it together is too much.
    let (village, own) = ("990101001001".to_owned(), "990101000000".to_owned());
    for (shape, reason, whole) in [
        (country, "million km²", vec![village.clone()]),
        (circle, "million km²", vec![village]),
        (fine, "points", vec![]),
    ] {
        let mut county = placed();
        let id = county.called_out(drawn("n1", vec![shape.clone()]));
        assert_eq!(extent(&county), (vec![], vec!["990101000000".to_owned()]));
        assert_eq!(county.board.callouts.get(id).unwrap().obligations.len(), 4);
        assert!(notes(&county, "n1").contains(reason), "{}", notes(&county, "n1"));
        assert!(!notes(&county, "n1").contains("cannot be placed"));

        let mut county = placed();
        county.called_out(drawn("n1", vec![shape, Shape::Polygon(square(114.05, 35.05, 0.1))]));
        assert_eq!(extent(&county), (whole, vec![own.clone()]));
    }
}

/// A county whose boundary is a square of half a degree, with a village towards each end of its
/// diagonal.
fn placed() -> County {
    let mut county = County::found(SHIPPED, 1, 2);
    let area = |code: &str, centroid: Option<LonLat>, outline| Area {
        code: code.parse().unwrap(),
        name: code.into(),
        centroid,
        outline,
    };
    county.must(Command::SaveAreas(vec![
        area("990101", None, vec![vec![square(114.0, 35.0, 0.5)]]),
        area("990101001001", Some([114.1, 35.1]), Vec::new()),
        area("990101001002", Some([114.3, 35.3]), Vec::new()),
    ]));
    county
}

/// Writes a red warning that names its area by shapes only.
fn drawn(identifier: &str, shapes: Vec<Shape>) -> Message {
    let area = WarnedArea { description: "城关镇一带".into(), codes: Vec::new(), shapes };
    Message { areas: vec![area], ..alert(identifier, Colour::Red, &[]) }
}

fn square(west: f64, south: f64, size: f64) -> Vec<LonLat> {
    let (east, north) = (west + size, south + size);
    vec![[west, south], [east, south], [east, north], [west, north], [west, south]]
}

fn update(earlier: &str, identifier: &str) -> Message {
    about(earlier, MessageKind::Update, alert(identifier, Colour::Orange, &[COUNTY]))
}

fn cancel(earlier: &str, identifier: &str) -> Message {
    about(earlier, MessageKind::Cancel, alert(identifier, Colour::Orange, &[COUNTY]))
}

fn warning<'c>(county: &'c County, identifier: &str) -> &'c Warning {
    county.board.warnings.iter().find(|w| w.message.identifier == identifier).unwrap()
}

fn life(county: &County, identifier: &str) -> Life {
    warning(county, identifier).life
}

fn notes(county: &County, identifier: &str) -> String {
    warning(county, identifier).message.notes.join("\n")
}

fn extent(county: &County) -> (Vec<String>, Vec<String>) {
    let extent = &warning(county, "n1").extent;
    let text = |codes: &std::collections::BTreeSet<jiaoying::domain::ids::AreaCode>| {
        codes.iter().map(|code| code.to_string()).collect()
    };
    (text(&extent.whole), text(&extent.partly))
}

#[test]
fn a_deadline_in_the_past_is_met_at_once_when_the_clock_has_jumped() {
    let mut county = County::small(1);
    county.orange();
    county.now = county.now + std::time::Duration::from_secs(100_000);
    county.must(Command::Elapse);
    assert_eq!(life(&county, "n1"), Life::Expired);
    let due: Option<Timestamp> = county.board.next_deadline();
    assert!(due.is_none_or(|due| due > county.now));
}
