//! Hot spots: detections of one fire are put together, one village goes to look, and what it finds is on the record.

use std::time::Duration;

use jiaoying::{
    config::POLICIES,
    domain::{
        actor::Role,
        area::{Area, LonLat},
        callout::obligation::StateName,
        command::{Command, Reply},
        hotspot::{
            Confidence, Detection, Finding, HotSpot, HotSpotStep, ImportHotSpots, SettleHotSpot,
            Statistics, Taken,
        },
        ids::{AreaCode, HotSpotId},
        incident::Stage,
        rejection::Rejection,
        task::{Form, Outcome, Stage as TaskStage, TaskReport, TaskStep},
    },
};

use crate::support::county::{COUNTY, County, actor, in_person};

/// The first village lies here, the second eleven kilometres east of it.
const HERE: LonLat = [114.10, 35.10];
const THERE: LonLat = [114.22, 35.10];
const POST: &str = "990101001001/village_duty";
const WARDEN: &str = "001001-village_duty";

#[test]
fn neighbouring_detections_are_one_hot_spot_and_its_village_goes_to_look() {
    let mut county = county();
    let pixels = vec![
        seen("N20", [114.1000, 35.1000], 60, 4.0),
        // 900 m and three hours further on, by way of the one in between.
        seen("N20", [114.1050, 35.1050], 60, 21.0),
        seen("Terra", [114.1110, 35.1110], 200, 8.0),
        seen("N20", THERE, 60, 2.0),
    ];
    let taken = import(&mut county, pixels).unwrap();
    assert_eq!((taken.found.len(), taken.new, taken.outside), (2, 4, 0));
    let fire = hot_spot(&county, 1);
    assert_eq!((fire.area.to_string(), fire.detections.len()), ("990101001001".to_owned(), 3));
    assert_eq!((fire.point(), fire.frp_mw()), (Some([114.105, 35.105]), Some(21.0)));
    assert_eq!(hot_spot(&county, 2).area.to_string(), "990101001002");
    let task = county.board.tasks.get(fire.task).unwrap();
    assert_eq!(task.form, Form::Verification { hot_spot: fire.id });
    assert_eq!(task.due_at, county.now + Duration::from_secs(30 * 60));
    assert_eq!(county.state(POST), StateName::Ringing);
    assert_eq!(county.events("callout_opened").len(), 1, "one call for both");
}

#[test]
fn the_order_of_the_lines_changes_nothing() {
    let mut pixels = vec![
        seen("N20", [114.100, 35.100], 300, 1.0),
        seen("N21", [114.106, 35.100], 240, 2.0),
        seen("N20", [114.112, 35.100], 200, 3.0),
        seen("N20", THERE, 60, 2.0),
        seen("N20", [114.230, 35.100], 60, 2.0),
    ];
    let mut one = county();
    import(&mut one, pixels.clone()).unwrap();
    pixels.reverse();
    pixels.swap(0, 2);
    let mut other = county();
    import(&mut other, pixels).unwrap();
    assert!(one.board.hot_spots == other.board.hot_spots);
    assert_eq!(one.board.hot_spots.iter().count(), 2);
}

#[test]
fn a_detection_that_comes_again_sends_nobody_again() {
    let mut county = county();
    let pixel = seen("N20", HERE, 60, 4.0);
    import(&mut county, vec![pixel.clone(), pixel.clone()]).unwrap();
    let again = import(&mut county, vec![pixel.clone()]).unwrap();
    assert_eq!((again.known, again.new, again.found.len()), (1, 0, 0));
    // Another satellite over the same place at the same time is another detection of the same fire.
    let other = Detection { satellite: "N21".into(), ..pixel.clone() };
    let joined = import(&mut county, vec![other]).unwrap();
    assert_eq!((joined.joined, joined.found.len()), (1, 0));
    // A millimetre is the same place, four hours later is another fire.
    let beside = Detection { point: [114.100_000_001, 35.10], ..pixel.clone() };
    assert_eq!(import(&mut county, vec![beside]).unwrap().known, 1);
    county.pass(4 * 3_600);
    let later = seen("N20", HERE, 0, 4.0);
    assert_eq!(import(&mut county, vec![later]).unwrap().found.len(), 1);
}

#[test]
fn what_lies_outside_or_is_old_is_counted_and_sends_nobody() {
    let mut county = county();
    let taken = import(
        &mut county,
        vec![
            seen("N20", [114.6, 35.1], 60, 4.0),
            seen("N20", [113.9, 35.1], 60, 4.0),
            seen("N20", HERE, 24 * 60 + 1, 4.0),
            seen("N20", THERE, 24 * 60, 4.0),
        ],
    );
    let taken = taken.unwrap();
    assert_eq!((taken.outside, taken.old, taken.new), (2, 1, 1));
    assert_eq!(import(&mut county, Vec::new()).unwrap(), Taken::default());
    // Whoever keeps one township reports for that one.
    let mut gateway = actor("gateway", Role::Gateway);
    gateway.area = "990101002".parse().unwrap();
    let pixels = vec![seen("N21", HERE, 60, 4.0)];
    let command =
        Command::HotSpot(HotSpotStep::Import(ImportHotSpots { detections: pixels, drill: false }));
    let reply = county.submit(&gateway, command).unwrap();
    assert!(matches!(reply, Reply::HotSpots(Taken { outside: 1, new: 0, .. })), "{reply:?}");
}

#[test]
fn a_true_fire_is_an_incident_with_all_that_is_known() {
    let mut county = county();
    import(&mut county, vec![seen("N20", HERE, 60, 21.5)]).unwrap();
    county.pass(600);
    settle(&mut county, WARDEN, Finding::TrueFire, "").unwrap();
    let fire = hot_spot(&county, 1);
    let settled = fire.settled.as_ref().unwrap();
    assert_eq!((settled.finding, settled.late_s), (Finding::TrueFire, 0));
    let incident = county.board.incidents.get(settled.incident.unwrap()).unwrap();
    assert_eq!(incident.particulars.kind, "11G01");
    assert_eq!(incident.area().to_string(), "990101001001");
    assert_eq!(incident.particulars.place.point, Some(HERE));
    assert!(incident.particulars.occurred.about);
    assert_eq!(incident.particulars.occurred.at, fire.detections[0].at);
    assert!(incident.particulars.accounts.course.contains("21.5兆瓦"));
    assert_eq!(county.board.tasks.get(fire.task).unwrap().stage, TaskStage::Done);
    assert_eq!(county.state(POST), StateName::Withdrawn);
    // It burns on: what is seen of it hours later is no new fire, until the incident is closed.
    county.pass(5 * 3_600);
    let on = import(&mut county, vec![seen("N20", [114.104, 35.10], 10, 30.0)]).unwrap();
    assert_eq!((on.joined, on.found.len()), (1, 0));
    let burns = settle(&mut county, WARDEN, Finding::False, "看错了").unwrap_err();
    assert_eq!(burns.code(), "hot_spot.burns");
    let id = hot_spot(&county, 1).settled.as_ref().unwrap().incident.unwrap();
    let close = jiaoying::domain::incident::IncidentStep::Advance {
        incident: id,
        to: Stage::Closed,
        note: "已扑灭".into(),
    };
    county.submit(&desk(), Command::Incident(close)).unwrap();
    county.pass(4 * 3_600);
    let again = import(&mut county, vec![seen("N20", HERE, 10, 3.0)]).unwrap();
    assert_eq!(again.found, [HotSpotId(2)]);
}

#[test]
fn whoever_finds_no_fire_says_how_he_knows_and_only_the_desk_corrects_him() {
    let mut county = county();
    import(&mut county, vec![seen("N20", HERE, 60, 4.0)]).unwrap();
    let silent = settle(&mut county, WARDEN, Finding::ControlledBurn, " ").unwrap_err();
    assert_eq!((silent.code(), silent.field()), ("field.empty", Some("note")));
    settle(&mut county, WARDEN, Finding::NotFound, "沿山转了一圈").unwrap();
    settle(&mut county, WARDEN, Finding::NotFound, "还是没有").unwrap();
    assert_eq!(county.events("hot_spot_settled").len(), 1, "the first stands");
    let mut warden = in_person(WARDEN);
    warden.role = Role::Screen;
    let fire = Command::HotSpot(HotSpotStep::Settle(SettleHotSpot {
        hot_spot: HotSpotId(1),
        finding: Finding::TrueFire,
        note: "烟".to_owned(),
    }));
    let refused = county.submit(&warden, fire.clone()).unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("hot_spot.settled", Some("note")));
    county.submit(&desk(), fire).unwrap();
    assert!(hot_spot(&county, 1).settled.as_ref().unwrap().incident.is_some());
}

#[test]
fn an_answer_to_the_task_says_what_it_was() {
    let mut county = county();
    import(&mut county, vec![seen("N20", HERE, 60, 4.0)]).unwrap();
    let task = hot_spot(&county, 1).task;
    let tell = |county: &mut County, finding: &str| {
        let outcome =
            Outcome { note: "烧秸秆".to_owned(), finding: finding.into(), count: None };
        let step = TaskStep::Complete(TaskReport { task, outcome });
        county.submit(&in_person(WARDEN), Command::Task(step))
    };
    let refused = tell(&mut county, "smoke").unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("hot_spot.finding", Some("finding")));
    tell(&mut county, "controlled_burn").unwrap();
    let settled = hot_spot(&county, 1).settled.clone().unwrap();
    assert_eq!((settled.finding, settled.note.as_str()), (Finding::ControlledBurn, "烧秸秆"));
}

#[test]
fn a_village_that_has_not_looked_is_called_again_and_the_statistics_say_so() {
    let mut county = county();
    import(&mut county, vec![seen("N20", HERE, 60, 4.0), seen("N20", THERE, 60, 4.0)]).unwrap();
    let drill =
        ImportHotSpots { detections: vec![seen("N1", [114.3, 35.1], 60, 1.0)], drill: true };
    county.submit(&desk(), Command::HotSpot(HotSpotStep::Import(drill))).unwrap();
    county.pass(31 * 60);
    let task = county.board.tasks.get(hot_spot(&county, 1).task).unwrap();
    assert!(task.reminders > 0);
    settle(&mut county, WARDEN, Finding::False, "彩钢瓦反光").unwrap();
    let all = Statistics::of(county.board.hot_spots.iter(), county.now);
    let expected =
        Statistics { total: 2, open: 1, overdue: 1, r#false: 1, late: 1, ..Statistics::default() };
    assert_eq!(all, expected);
}

#[test]
fn where_no_outline_is_known_the_nearest_village_goes() {
    let mut county = County::found(POLICIES, 1, 2);
    county.must(Command::SaveAreas(vec![
        area("990101001001", Some(HERE), Vec::new()),
        area("990101001002", Some(THERE), Vec::new()),
    ]));
    let pixels = vec![seen("N20", [114.13, 35.11], 60, 4.0), seen("N20", [114.9, 35.1], 60, 4.0)];
    let taken = import(&mut county, pixels).unwrap();
    assert_eq!((taken.new, taken.outside), (1, 1));
    assert_eq!(hot_spot(&county, 1).area.to_string(), "990101001001");
}

#[test]
fn what_cannot_be_is_refused_whole_and_named() {
    let mut county = county();
    let good = seen("N20", HERE, 60, 4.0);
    let later = county.now + Duration::from_secs(301);
    for (bad, field) in [
        (Detection { point: [200.0, 35.0], ..good.clone() }, "point"),
        (Detection { point: [f64::NAN, 35.0], ..good.clone() }, "point"),
        (Detection { satellite: "".into(), ..good.clone() }, "satellite"),
        (Detection { at: later, ..good.clone() }, "at"),
        (Detection { frp_mw: Some(f64::INFINITY), ..good.clone() }, "frp_mw"),
    ] {
        let seq = county.board.seq;
        let refused = import(&mut county, vec![good.clone(), bad]).unwrap_err();
        assert_eq!((refused.code(), refused.field()), ("hot_spot.detection", Some(field)));
        assert!(refused.to_string().starts_with("detection 1:"), "{refused}");
        assert_eq!(county.board.seq, seq, "half of it was taken");
    }
    let many = import(&mut county, vec![good; 10_001]).unwrap_err();
    assert_eq!(many.code(), "hot_spot.count");
    let leader = actor("leader", Role::Leader);
    let command = Command::HotSpot(HotSpotStep::Import(ImportHotSpots {
        detections: Vec::new(),
        drill: false,
    }));
    assert_eq!(county.submit(&leader, command).unwrap_err().code(), "access.not_allowed");
}

#[test]
#[expect(clippy::print_stderr, reason = "the numbers are for people")]
fn detections_are_put_together_as_comparing_each_with_each_would() {
    let mut county = county();
    county.prompt = false;
    // A lattice of 600 m by 30 minutes with holes in it: clusters of every size.
    let mut dice = 20_260_405_u64;
    let mut pixels = Vec::new();
    for number in 0..1_500_u32 {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (x, y) = ((dice >> 33) % 60, (dice >> 43) % 30);
        let at = [114.01 + x as f64 * 0.0066, 35.01 + y as f64 * 0.0054];
        pixels.push(seen(&format!("S{}", number % 3), at, ((dice >> 53) % 40) as i64 * 30, 1.0));
    }
    let mut alone: Vec<&Detection> = Vec::new();
    for pixel in &pixels {
        let known = alone.iter().any(|one| {
            (&one.satellite, one.at, one.point) == (&pixel.satellite, pixel.at, pixel.point)
        });
        if !known {
            alone.push(pixel);
        }
    }
    let begun = std::time::Instant::now();
    let taken = import(&mut county, pixels.clone()).unwrap();
    eprintln!(
        "{} detections, {} hot spots: {:?}",
        pixels.len(),
        taken.found.len(),
        begun.elapsed()
    );
    let mut groups: Vec<usize> = naive(&alone);
    let mut found: Vec<usize> =
        county.board.hot_spots.iter().map(|one| one.detections.len()).collect();
    groups.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, groups);
}

/// Puts together by comparing each with each, until nothing changes; returns how many are in each group.
fn naive(pixels: &[&Detection]) -> Vec<usize> {
    use geo::{Distance, Haversine, Point};
    let mut group: Vec<usize> = (0..pixels.len()).collect();
    loop {
        let mut changed = false;
        for a in 0..pixels.len() {
            for b in a + 1..pixels.len() {
                let (one, two) = (pixels[a], pixels[b]);
                let apart = one.at.millis().abs_diff(two.at.millis());
                if group[a] == group[b] || apart > 3 * 3_600_000 {
                    continue;
                }
                let metres = Haversine.distance(Point::from(one.point), Point::from(two.point));
                if metres <= 1_000.0 {
                    let low = group[a].min(group[b]);
                    (group[a], group[b], changed) = (low, low, true);
                }
            }
        }
        if !changed {
            let mut sizes = std::collections::BTreeMap::new();
            group.iter().for_each(|number| *sizes.entry(number).or_insert(0) += 1);
            return sizes.into_values().collect();
        }
    }
}

/// A county of a square with two townships in it, the villages of the first known by their centres.
fn county() -> County {
    let mut county = County::found(POLICIES, 2, 2);
    let square = |west: f64, east: f64| {
        vec![vec![vec![[west, 35.0], [east, 35.0], [east, 35.2], [west, 35.2], [west, 35.0]]]]
    };
    county.must(Command::SaveAreas(vec![
        area(COUNTY, None, square(114.0, 114.5)),
        area("990101001000", None, square(114.0, 114.25)),
        area("990101002000", None, square(114.25, 114.5)),
        area("990101001001", Some(HERE), Vec::new()),
        area("990101001002", Some(THERE), Vec::new()),
        area("990101002001", Some([114.3, 35.1]), Vec::new()),
    ]));
    county
}

fn area(code: &str, centroid: Option<LonLat>, outline: Vec<Vec<Vec<LonLat>>>) -> Area {
    let code: AreaCode = code.parse().unwrap();
    Area { code, name: code.to_string().into(), centroid, outline }
}

/// A detection so many minutes before the story begins.
fn seen(satellite: &str, point: LonLat, minutes_ago: i64, frp_mw: f64) -> Detection {
    let begins: jiaoying::domain::time::Timestamp = "2026-07-21T10:00:00+08:00".parse().unwrap();
    Detection {
        satellite: satellite.into(),
        instrument: "VIIRS".into(),
        at: begins - Duration::from_secs(minutes_ago as u64 * 60),
        point,
        confidence: Confidence::Nominal,
        brightness_k: Some(330.0),
        frp_mw: Some(frp_mw),
        pixel_km: None,
        night: false,
    }
}

fn import(county: &mut County, mut detections: Vec<Detection>) -> Result<Taken, Rejection> {
    let begins: jiaoying::domain::time::Timestamp = "2026-07-21T10:00:00+08:00".parse().unwrap();
    let passed = county.now.since(begins);
    for detection in &mut detections {
        detection.at = if detection.at > county.now { detection.at } else { detection.at + passed };
    }
    let step = HotSpotStep::Import(ImportHotSpots { detections, drill: false });
    match county.submit(&actor("gateway", Role::Gateway), Command::HotSpot(step))? {
        Reply::HotSpots(taken) => Ok(taken),
        reply => panic!("{reply:?}"),
    }
}

fn settle(
    county: &mut County,
    person: &str,
    finding: Finding,
    note: &str,
) -> Result<Reply, Rejection> {
    let (hot_spot, note) = (HotSpotId(1), note.to_owned());
    let step = HotSpotStep::Settle(SettleHotSpot { hot_spot, finding, note });
    county.submit(&in_person(person), Command::HotSpot(step))
}

fn hot_spot(county: &County, number: u64) -> &HotSpot {
    county.board.hot_spots.get(HotSpotId(number)).unwrap()
}

fn desk() -> jiaoying::domain::actor::Actor {
    actor("dispatcher", Role::Dispatcher)
}
