//! What a level asks of whom, and what raising, lowering and ending it changes.

use jiaoying::domain::{
    actor::Role,
    callout::policy::CalloutKind,
    command::Command,
    person::Channel,
    report::ReportStep,
    response::{Light, ResponseStep, SetLevel, StartResponse, Summary, light},
    round::{RoundStep, StartCadence},
    task::Stage,
    warning::Colour,
};

use super::story::{FIRST, SECOND, county, grade, order, plans, starting};
use crate::support::county::{COUNTY, County};

const LEAD: &str = "990101001000/lead_officer";
const CLERK: &str = "990101001000/duty_officer";

#[test]
fn a_start_gives_every_post_in_scope_its_tasks_and_one_call_to_sign_for_all_of_them() {
    let mut county = county();
    let id = county.responds(2);
    assert_eq!(
        county.open_tasks(id),
        [
            "000000/bureau_head 队伍待命",
            "001000/duty_officer 通知各村",
            "001000/lead_officer 巡查堤防",
            "001000/lead_officer 转移群众",
            "001000/township_head 到岗值守",
            "002000/duty_officer 通知各村",
            "002000/lead_officer 巡查堤防",
            "002000/lead_officer 转移群众",
            "002000/township_head 到岗值守",
        ]
    );
    let callouts: Vec<_> = county.board.callouts.open().collect();
    let [callout] = callouts[..] else { panic!("{} callouts", callouts.len()) };
    assert_eq!((callout.kind, callout.severity), (CalloutKind::Task, Colour::Orange));
    assert!(callout.subject.ends_with("启动Ⅱ级防汛应急响应"), "{}", callout.subject);
    assert_eq!(county.phones().len(), 7, "seven posts, one call each");
    assert_eq!(county.task_at(id, LEAD, "巡查堤防").text, "不间断");
    let due = county.task_at(id, LEAD, "转移群众").due_at;
    assert_eq!(due.since(county.now).as_secs(), 180 * 60);
    county.answer("001000-lead_officer", LEAD);
    assert_eq!(county.task_at(id, LEAD, "巡查堤防").stage, Stage::Signed);
    assert_eq!(county.task_at(id, LEAD, "转移群众").stage, Stage::Signed);
    assert_eq!(county.task_at(id, CLERK, "通知各村").stage, Stage::Given);
    assert!(county.replayed() == county.board, "the journal says as much");
}

#[test]
fn only_those_in_scope_and_the_county_above_them_are_given_tasks() {
    let mut county = county();
    let id = county.starts(starting(1, &["990101001001"], "1号")).unwrap();
    assert_eq!(
        county.open_tasks(id),
        [
            "000000/bureau_head 队伍待命",
            "001000/duty_officer 通知各村",
            "001000/lead_officer 巡查堤防",
            "001000/lead_officer 转移群众",
            "001000/township_head 到岗值守",
            "001001/village_duty 逐户清点",
        ]
    );
}

#[test]
fn what_the_plan_asks_of_a_post_that_the_county_does_not_have_is_said() {
    let mut county = county();
    let id = county.responds(2);
    let gaps = county.board.gaps(county.response(id));
    let said: Vec<_> = gaps.iter().map(|gap| format!("{} {}", gap.post, gap.title)).collect();
    assert_eq!(said, ["990101000000/met_desk 每小时报雨情"]);
}

#[test]
fn raising_gives_what_is_new_or_different_and_keeps_what_is_done_and_what_stands() {
    let mut county = county();
    let id = county.responds(4);
    county.does(id, "990101000000/bureau_head", "队伍待命");
    county.does(id, LEAD, "巡查堤防");
    county.does(id, CLERK, "通知各村");
    let before = county.board.tasks_of(id).count();
    county.pass(60);
    county.sets_level(id, 2).unwrap();
    assert_eq!(county.task_at(id, "990101000000/bureau_head", "队伍待命").stage, Stage::Done);
    let clerk = county.task_at(id, CLERK, "通知各村");
    assert_eq!(clerk.stage, Stage::Done, "done is done, whatever the deadline would be now");
    let lead = county.task_at(id, LEAD, "巡查堤防");
    assert_eq!((lead.stage, &*lead.text), (Stage::Given, "不间断"), "another task than before");
    // What is open and due sooner now is given anew: 30 minutes instead of 120.
    let other = county.task_at(id, "990101002000/duty_officer", "通知各村");
    assert_eq!(other.due_at.since(county.now).as_secs(), 30 * 60);
    // Twice patrolling, twice moving people, two heads on post, and one that is due sooner.
    assert_eq!(county.board.tasks_of(id).count(), before + 7);
    county.sets_level(id, 1).unwrap();
    assert_eq!(county.board.tasks_of(id).count(), before + 7 + 2, "only the villages are new");
}

#[test]
fn lowering_takes_back_what_the_lower_level_does_not_ask_and_tells_those_who_had_signed() {
    let mut county = county();
    let id = county.responds(2);
    county.answer("001000-township_head", "990101001000/township_head");
    county.answer("001000-lead_officer", LEAD);
    county.sets_level(id, 3).unwrap();
    assert_eq!(
        county.open_tasks(id),
        [
            "000000/bureau_head 队伍待命",
            "001000/duty_officer 通知各村",
            "001000/lead_officer 巡查堤防",
            "002000/duty_officer 通知各村",
            "002000/lead_officer 巡查堤防",
        ]
    );
    let taken_back = county.task_at(id, LEAD, "转移群众");
    assert_eq!(taken_back.stage, Stage::Withdrawn);
    assert!(taken_back.withdrawn.contains("降为Ⅲ级防汛应急响应"), "{}", taken_back.withdrawn);
    assert!(county.notices("001000-township_head") > 0, "he is on his way to the post");
    assert_eq!(county.notices("001000-duty_officer"), 0, "nothing has changed for him");
    assert_eq!(county.calls("002000-township_head", Channel::Sms), 0);
}

#[test]
fn another_scope_moves_the_tasks_with_it() {
    let mut county = county();
    let id = county.starts(starting(3, &[FIRST], "1号")).unwrap();
    let level = SetLevel {
        response: id,
        revision: 1,
        level: grade(3),
        scope: Some([SECOND.parse().unwrap()].into()),
        order: order("2号"),
    };
    county.commands(ResponseStep::SetLevel(level.clone())).unwrap();
    assert_eq!(
        county.open_tasks(id),
        [
            "000000/bureau_head 队伍待命",
            "002000/duty_officer 通知各村",
            "002000/lead_officer 巡查堤防",
        ]
    );
    let again = SetLevel { revision: 2, order: order("3号"), ..level };
    let refused = county.commands(ResponseStep::SetLevel(again)).unwrap_err();
    assert_eq!(refused.code(), "response.same");
}

#[test]
fn the_end_asks_for_its_conditions_or_a_reason_and_leaves_nothing_open() {
    let mut county = county();
    let id = county.responds(2);
    county.answer("001000-township_head", "990101001000/township_head");
    let refused = county.ends(id, " ").unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("response.conditions_open", Some("reason")));
    assert!(refused.to_string().starts_with("2 conditions"), "{refused}");
    county.ticks(id, true, 1, true).unwrap();
    county.ticks(id, true, 2, true).unwrap();
    county.ticks(id, true, 1, false).unwrap();
    assert_eq!(county.ends(id, "").unwrap_err().code(), "response.conditions_open");
    county.ticks(id, true, 1, true).unwrap();
    county.ends(id, "").unwrap();
    assert_eq!(county.open_tasks(id), [""; 0]);
    assert!(county.board.callouts.open().next().is_none(), "nobody is called any more");
    assert!(county.notices("001000-township_head") > 0);
    let ended = county.response(id);
    assert_eq!((ended.ended_at, ended.revision), (Some(county.now), 2));
    assert_eq!(county.ticks(id, true, 1, false).unwrap_err().code(), "response.over");
    assert_eq!(county.sets_level(id, 1).unwrap_err().code(), "response.over");
    county.pass(86_400);
    assert!(county.board.tasks_of(id).all(|task| task.reminders == 0));
}

#[test]
fn a_reason_ends_it_too_and_is_kept() {
    let mut county = county();
    let id = county.responds(4);
    county.ends(id, "转为常态处置").unwrap();
    assert_eq!(county.response(id).acts.last().unwrap().reason, "转为常态处置");
}

#[test]
fn a_list_turns_yellow_with_a_quarter_of_the_time_left_and_red_when_it_is_over() {
    let mut county = county();
    let id = county.starts(starting(4, &[FIRST], "1号")).unwrap();
    let post = "990101000000/bureau_head";
    let look = |county: &crate::support::county::County| {
        light(county.task_at(id, post, "队伍待命"), county.now)
    };
    assert_eq!(look(&county), Light::Grey);
    county.pass(45 * 60 - 1);
    assert_eq!(look(&county), Light::Grey);
    county.pass(1);
    assert_eq!(look(&county), Light::Yellow);
    county.pass(15 * 60);
    assert_eq!(look(&county), Light::Red);
    let summary = Summary::of(county.board.tasks_of(id), county.now);
    let department = &summary.departments[&"bureau_head".parse().unwrap()];
    assert_eq!((department.total, department.overdue), (1, 1));
    assert_eq!(department.light(), Light::Red);
    county.pass(60);
    county.does(id, post, "队伍待命");
    assert_eq!(look(&county), Light::Green);
    let summary = Summary::of(county.board.tasks_of(id), county.now);
    let department = &summary.departments[&"bureau_head".parse().unwrap()];
    assert_eq!((department.done, department.late, department.overdue), (1, 1, 0));
    assert_eq!(department.median_done_s(), Some(61 * 60));
    let township = &summary.townships[&FIRST.parse().unwrap()];
    assert_eq!((township.total, township.done, township.unanswered), (2, 0, 2));
    assert_eq!(township.light(), Light::Grey, "two hours are left");
}

#[test]
fn rounds_of_reports_follow_the_level() {
    let mut county = county();
    let held = |county: &crate::support::county::County| {
        let rounds = county.board.responses.rounds();
        rounds.map(|(response, name)| format!("{} {name}", response.id)).collect::<Vec<_>>()
    };
    let id = county.responds(3);
    assert_eq!(held(&county), [format!("{id} 零报告")]);
    county.sets_level(id, 2).unwrap();
    assert_eq!(held(&county), [format!("{id} 一日三报")]);
    county.ends(id, "雨过天晴").unwrap();
    assert_eq!(held(&county), [""; 0]);
    assert_eq!(county.board.responses.iter().count(), 1);
}

/// Founds the small county with the rounds that come with the program.
fn with_rounds() -> County {
    let mut county = county();
    let rules = toml::from_str(jiaoying::config::DEADLINES).unwrap();
    county.must(Command::Report(ReportStep::Adopt(rules)));
    county
}

/// Returns the rounds that are on, as what holds them, their rule and the areas they ask.
fn on(county: &County) -> Vec<String> {
    let on = county.board.rounds.cadences().filter(|cadence| cadence.is_on());
    let said = on.map(|cadence| {
        let by = cadence.response.map_or("by hand".to_owned(), |id| id.to_string());
        let areas: Vec<String> = cadence.areas.iter().map(ToString::to_string).collect();
        format!("{by} {} {}", cadence.rule.id, areas.join(" "))
    });
    said.collect()
}

#[test]
fn a_level_holds_its_rounds_another_level_its_own_and_the_end_none() {
    let mut county = with_rounds();
    let id = county.responds(3);
    assert_eq!(on(&county), [format!("{id} zero_report {COUNTY}")]);
    county.sets_level(id, 2).unwrap();
    assert_eq!(on(&county), [format!("{id} three_a_day {COUNTY}")]);
    // An hour before 14:00 each township has its task.
    county.pass(3 * 3_600);
    let asked = county.board.tasks.open().filter(|task| task.title.contains("一日三报"));
    let asked: Vec<_> = asked.map(|task| task.post.to_string()).collect();
    assert_eq!(asked, [CLERK, "990101002000/duty_officer"]);
    county.sets_level(id, 1).unwrap();
    assert_eq!(county.events("cadence_started").len(), 2, "the same rounds go on");
    county.ends(id, "雨过天晴").unwrap();
    assert_eq!(on(&county), [""; 0]);
    assert!(county.board.tasks.open().next().is_none(), "nobody has to answer any more");
    assert!(county.replayed() == county.board);
}

#[test]
fn rounds_ask_only_townships_in_scope_and_follow_it() {
    let mut county = with_rounds();
    let id = county.starts(starting(3, &["990101001001"], "1号")).unwrap();
    assert_eq!(on(&county), [format!("{id} zero_report {FIRST}")]);
    let level = SetLevel {
        response: id,
        revision: 1,
        level: grade(4),
        scope: Some([SECOND.parse().unwrap()].into()),
        order: order("2号"),
    };
    county.commands(ResponseStep::SetLevel(level)).unwrap();
    assert_eq!(on(&county), [format!("{id} zero_report {SECOND}")]);
}

#[test]
fn whom_somebody_asks_already_is_not_asked_twice_and_no_end_leaves_one_out() {
    let mut county = with_rounds();
    let (rule, areas) = ("zero_report".into(), vec![FIRST.parse().unwrap()]);
    let by_hand = StartCadence { rule, areas, reason: "汛期".into(), drill: false };
    county.as_role(Role::Dispatcher, Command::Round(RoundStep::Start(by_hand))).unwrap();
    let flood = county.responds(3);
    let second = format!("{flood} zero_report {SECOND}");
    assert_eq!(on(&county), [format!("by hand zero_report {FIRST}"), second.clone()]);
    let mut plans = plans();
    plans.plans[1].rounds = plans.plans[0].rounds.clone();
    county.must(Command::Response(ResponseStep::AdoptPlans(plans)));
    let fire = StartResponse { plan: "fire".into(), ..starting(3, &[COUNTY], "9号") };
    let fire = county.starts(fire).unwrap();
    assert_eq!(on(&county).len(), 2, "both are asked already");
    county.ends(flood, "雨过天晴").unwrap();
    let taken_over = format!("{fire} zero_report {SECOND}");
    assert_eq!(on(&county), [format!("by hand zero_report {FIRST}"), taken_over]);
    let drill = StartResponse { drill: true, ..starting(3, &[COUNTY], "10号") };
    county.starts(drill).unwrap();
    assert_eq!(on(&county).len(), 3, "a drill asks for itself");
}
