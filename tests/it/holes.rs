//! A warned area without a unit near: an alarm of its own, raised once and called off when it is over.

use jiaoying::domain::{
    actor::{Actor, Role},
    callout::{callouts::Callout, obligation::StateName, policy::CalloutKind},
    command::Command,
    hole::{CoverageStep, Filled, Found, Nearest, Spot},
    recommend::Lacking,
};

use crate::support::{
    county::{County, actor, area, unit},
    story::{policies, policy},
};

const DESK: &str = "990101000000/duty_officer";
const FIRST: &str = "990101001000";
const SECOND: &str = "990101001001";

#[test]
fn a_hole_is_an_alarm_that_says_what_is_missing_where_and_why() {
    let mut county = watched();
    bare(&mut county, &[hole(FIRST, false)]);
    assert_eq!(county.state(DESK), StateName::Ringing);
    let alarm = alarms(&county)[0];
    assert_eq!((&*alarm.subject, alarm.drill), ("红色预警区缺水域救援力量：990101001000", false));
    assert_eq!(
        alarm.text,
        "990101001000 30 分钟内没有水域救援力量，最近的冲锋舟u-1需 42 分钟（全县 3 支：2 支在执行任务、1 支太远）"
    );
    let known = county.board.holes.get(&spot(FIRST, false)).unwrap();
    assert_eq!((known.callout, known.found.within_s), (Some(alarm.id), 1_800));
    assert_eq!(county.board, county.replayed());
}

#[test]
fn a_hole_is_told_once_and_others_join_while_somebody_is_looking_into_it() {
    let mut county = watched();
    bare(&mut county, &[hole(FIRST, false)]);
    let seq = county.board.seq;
    bare(&mut county, &[hole(FIRST, false)]);
    assert_eq!(county.board.seq, seq, "it is known, also to a node that starts anew");
    bare(&mut county, &[hole(SECOND, false)]);
    assert_eq!((alarms(&county).len(), county.board.holes.iter().count()), (1, 2));
    // A drill calls by itself, and says that it is one.
    bare(&mut county, &[hole(FIRST, true)]);
    assert_eq!(alarms(&county).iter().filter(|alarm| alarm.drill).count(), 1);
}

#[test]
fn an_alarm_ends_by_itself_with_the_last_of_its_holes() {
    let mut county = watched();
    bare(&mut county, &[hole(FIRST, false), hole(SECOND, false)]);
    let nearest = Some(Nearest { unit: "u-1".parse().unwrap(), eta_s: 900 });
    fill(&mut county, &[(spot(FIRST, false), Filled::Covered, nearest)]);
    assert!(alarms(&county)[0].is_open());
    fill(&mut county, &[(spot(SECOND, false), Filled::WarningOver, None)]);
    assert!(!alarms(&county)[0].is_open());
    assert_eq!(county.board.holes.iter().count(), 0);
    let seq = county.board.seq;
    fill(&mut county, &[(spot(SECOND, false), Filled::WarningOver, None)]);
    assert_eq!(county.board.seq, seq, "what is over cannot end again");
    bare(&mut county, &[hole(SECOND, false)]);
    assert_eq!(alarms(&county).len(), 2, "a new hole is a new alarm");
}

#[test]
fn without_a_policy_for_alarms_the_hole_is_on_record_all_the_same() {
    let mut county = County::small(1);
    bare(&mut county, &[hole(FIRST, false)]);
    assert!(alarms(&county).is_empty());
    assert_eq!(county.board.holes.get(&spot(FIRST, false)).unwrap().callout, None);
}

#[test]
fn nobody_but_the_node_says_what_is_covered() {
    let mut county = watched();
    let step = Command::NoteCoverage(CoverageStep::Bare(vec![hole(FIRST, false)]));
    let refused = county.submit(&actor("dispatcher", Role::Dispatcher), step).unwrap_err();
    assert_eq!(refused.code(), "access.not_allowed");
}

/// Founds a county with a boat whose desk is told of holes.
fn watched() -> County {
    let mut set = policies();
    policy(&mut set, "desk").applies.kinds.insert(CalloutKind::Alarm);
    let mut county = County::under(set, 1);
    county.must(Command::SaveUnits(vec![unit("u-1", FIRST)]));
    county
}

fn spot(area: &str, drill: bool) -> Spot {
    Spot { area: area.parse().unwrap(), ability: "boat_rescue".into(), drill }
}

fn hole(area: &str, drill: bool) -> (Spot, Found) {
    let found = Found {
        zh: "水域救援".into(),
        en: "water rescue".into(),
        within_s: 1_800,
        nearest: Some(Nearest { unit: "u-1".parse().unwrap(), eta_s: 2_500 }),
        lacking: Lacking { capable: 3, busy: 2, far: 1, ..Lacking::default() },
        since: "2026-07-21T09:58:00+08:00".parse().unwrap(),
    };
    (spot(area, drill), found)
}

fn bare(county: &mut County, found: &[(Spot, Found)]) {
    let command = Command::NoteCoverage(CoverageStep::Bare(found.to_vec()));
    county.submit(&Actor::node(area()), command).unwrap();
}

fn fill(county: &mut County, filled: &[(Spot, Filled, Option<Nearest>)]) {
    let command = Command::NoteCoverage(CoverageStep::Filled(filled.to_vec()));
    county.submit(&Actor::node(area()), command).unwrap();
}

fn alarms(county: &County) -> Vec<&Callout> {
    let callouts = county.board.callouts.iter();
    callouts.filter(|callout| callout.kind == CalloutKind::Alarm).collect()
}
