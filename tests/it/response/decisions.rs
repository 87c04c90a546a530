//! Who decides, by what paper, on what he has seen; and what is kept of it.

use jiaoying::domain::{
    actor::{Actor, Role},
    command::Command,
    response::{Order, Plans, ResponseStep, SetLevel, StartResponse, Tick},
};

use super::story::{FIRST, SECOND, county, grade, order, plans, starting};
use crate::support::county::{COUNTY, County, actor};

#[test]
fn a_refused_start_says_why_and_changes_nothing() {
    let start = || starting(2, &[FIRST], "1号");
    let long = "长".repeat(61);
    let with = |number: &str| StartResponse { order: order(number), ..start() };
    let basis = |basis: &str| StartResponse {
        order: Order { basis: basis.into(), ..order("1号") },
        ..start()
    };
    let approver =
        StartResponse { order: Order { approver: " ".into(), ..order("1号") }, ..start() };
    let cases = [
        (StartResponse { plan: "quake".into(), ..start() }, "plan.unknown", "plan"),
        (starting(2, &[], "1号"), "field.empty", "scope"),
        (starting(2, &["990101009000"], "1号"), "area.unknown", "area"),
        (with(" "), "field.empty", "number"),
        (with(&long), "field.too_long", "number"),
        (basis(""), "field.empty", "basis"),
        (approver, "field.empty", "approver"),
    ];
    let mut county = county();
    for (start, code, field) in cases {
        refuses(&mut county, ResponseStep::Start(start), code, field);
    }
}

#[test]
fn one_response_of_a_family_is_open_over_any_area_and_drills_are_apart() {
    let mut county = county();
    county.starts(starting(4, &[FIRST], "1号")).unwrap();
    for (scope, number) in [(&[FIRST][..], "2号"), (&[COUNTY], "3号"), (&["990101001001"], "4号")]
    {
        let step = ResponseStep::Start(starting(2, scope, number));
        refuses(&mut county, step, "response.overlaps", "scope");
    }
    county.starts(starting(4, &[SECOND], "2号")).unwrap();
    let fire = StartResponse { plan: "fire".into(), ..starting(4, &[FIRST], "3号") };
    county.starts(fire).unwrap();
    let drill = StartResponse { drill: true, ..starting(1, &[COUNTY], "4号") };
    let id = county.starts(drill).unwrap();
    assert!(county.board.tasks_of(id).all(|task| task.drill));
    assert!(county.board.callouts.open().filter(|callout| callout.drill).count() == 1);
    let wider = SetLevel {
        response: county.board.responses.iter().next().unwrap().id,
        revision: 1,
        level: grade(4),
        scope: Some([COUNTY.parse().unwrap()].into()),
        order: order("5号"),
    };
    refuses(&mut county, ResponseStep::SetLevel(wider), "response.overlaps", "scope");
}

#[test]
fn a_number_is_that_of_one_paper_in_a_year() {
    let mut county = county();
    let id = county.starts(starting(4, &[FIRST], " 示汛指〔2026〕1号 ")).unwrap();
    let taken = "示汛指〔2026〕1号";
    let second = ResponseStep::Start(starting(4, &[SECOND], taken));
    refuses(&mut county, second.clone(), "response.number_taken", "number");
    let (level, scope) = (grade(3), None);
    let raise = SetLevel { response: id, revision: 1, level, scope, order: order(taken) };
    refuses(&mut county, ResponseStep::SetLevel(raise), "response.number_taken", "number");
    county.ends(id, "转为常态处置").unwrap();
    refuses(&mut county, second.clone(), "response.number_taken", "number");
    county.pass(200 * 86_400);
    county.commands(second).unwrap();
}

#[test]
fn whoever_has_not_seen_the_last_change_does_not_overwrite_it() {
    let mut county = county();
    let id = county.responds(4);
    county.sets_level(id, 3).unwrap();
    let (level, scope) = (grade(2), None);
    let late = SetLevel { response: id, revision: 1, level, scope, order: order("晚了") };
    let step = ResponseStep::SetLevel(late);
    let refused = refuses(&mut county, step, "response.changed_since", "revision");
    assert!(refused.contains("commander has changed response l-1 since"), "{refused}");
}

#[test]
fn the_desk_prepares_and_ticks_and_only_those_who_may_decide() {
    let mut county = county();
    let id = county.responds(4);
    let (level, scope) = (grade(2), None);
    let raise = SetLevel { response: id, revision: 1, level, scope, order: order("2号") };
    for role in [Role::Dispatcher, Role::Screen, Role::Gateway, Role::Admin] {
        let refused =
            county.as_role(role, Command::Response(ResponseStep::SetLevel(raise.clone())));
        assert_eq!(refused.unwrap_err().code(), "access.not_allowed", "{role}");
    }
    county.as_role(Role::Leader, Command::Response(ResponseStep::SetLevel(raise))).unwrap();
    let elsewhere = Actor { area: SECOND.parse().unwrap(), ..actor("x", Role::Dispatcher) };
    let tick = Tick { response: id, condition: false, n: 1, ticked: true, note: "".into() };
    let refused = county.submit(&elsewhere, Command::Response(ResponseStep::Tick(tick)));
    assert_eq!(refused.unwrap_err().code(), "access.outside_area");
}

#[test]
fn a_tick_says_who_and_when_and_the_first_stands() {
    let mut county = county();
    let id = county.responds(4);
    county.ticks(id, false, 1, true).unwrap();
    let seq = county.board.seq;
    county.ticks(id, false, 1, true).unwrap();
    assert_eq!(county.board.seq, seq, "the same again is no news");
    let ticked = county.response(id).ticks.values().next().unwrap();
    assert_eq!((&*ticked.by, ticked.at), ("dispatcher", county.now));
    for n in [0, 2] {
        assert_eq!(county.ticks(id, false, n, true).unwrap_err().code(), "response.no_item");
    }
    county.sets_level(id, 2).unwrap();
    county.ticks(id, false, 2, true).unwrap();
    assert_eq!(county.response(id).ticks.len(), 2, "what was ticked before the rise stays so");
}

#[test]
fn plans_are_adopted_whole_and_a_response_keeps_its_own() {
    let mut county = county();
    let seq = county.board.seq;
    county.must(Command::Response(ResponseStep::AdoptPlans(plans())));
    assert_eq!(county.board.seq, seq, "the same again is no news");
    let id = county.responds(4);
    let mut faulty = plans();
    faulty.plans[0].end.clear();
    let refused = county.try_must(Command::Response(ResponseStep::AdoptPlans(faulty))).unwrap_err();
    assert_eq!(refused.code(), "plan.faulty");
    assert!(refused.to_string().contains("flood: end: "), "{refused}");
    county.must(Command::Response(ResponseStep::AdoptPlans(Plans::default())));
    county.sets_level(id, 2).unwrap();
    assert_eq!(county.open_tasks(id).len(), 9, "by the plan that it was started with");
    let started = ResponseStep::Start(starting(4, &[FIRST], "9号"));
    refuses(&mut county, started, "plan.unknown", "plan");
}

/// Gives a step that is refused, and returns what is said to it.
#[track_caller]
fn refuses(county: &mut County, step: ResponseStep, code: &str, field: &str) -> String {
    let before = county.board.clone();
    let refused = county.commands(step).unwrap_err();
    assert_eq!((refused.code(), refused.field()), (code, Some(field)), "{refused}");
    assert!(county.board == before, "{refused}");
    refused.to_string()
}
