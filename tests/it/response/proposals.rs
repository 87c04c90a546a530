//! What rules propose of warnings, gauges and incidents, and what a person makes of it.

use std::time::Duration;

use jiaoying::domain::{
    actor::{Actor, Role},
    command::{Command, DecideSuggestion, Reply},
    gauge::{Seen, Shown},
    ids::{ProposalId, WarningId},
    incident::{EditIncident, IncidentStep},
    response::{Prompt, Propose, ResponseStep, Take, Verdict},
    site::{Facts, Gauge, Measure, Thresholds},
    suggestion::{Part, Rules},
    time::Timestamp,
    warning::{Colour, MessageKind, Status},
};

use super::story::{FIRST, county, grade, starting, taking};
use crate::{
    dispatch::story::breach,
    support::county::{COUNTY, County, about, alert, area, site},
};

#[test]
fn a_warning_proposes_by_the_rule_that_suggests_it_and_lapses_with_it() {
    let mut county = suggesting();
    county.warn(alert("n1", Colour::Red, &["990101001001"]));
    let [proposal] = county.waiting()[..] else { panic!() };
    assert_eq!((proposal.level, &*proposal.plan), (grade(2), "flood"));
    assert_eq!(proposal.prompt, Prompt::Warning(WarningId(1)));
    assert_eq!(proposal.scope, [FIRST.parse().unwrap()].into(), "a township's, not a village's");
    assert!(proposal.why.contains("红色预警"));
    assert_eq!(county.board.responses.iter().count(), 0, "a proposal does nothing");
    county.warn(about("n1", MessageKind::Cancel, alert("n2", Colour::Red, &["990101001001"])));
    assert_eq!(county.waiting().len(), 0);
    let lapsed = county.board.responses.proposal(ProposalId(1)).unwrap();
    assert_eq!(lapsed.verdict, Some(Verdict::Lapsed { at: county.now }));
    assert_eq!(
        county.decides(ProposalId(1), None, "晚了").unwrap_err().code(),
        "response.proposal_decided"
    );
}

#[test]
fn an_update_of_a_warning_proposes_anew_and_a_test_message_nothing() {
    let mut county = suggesting();
    county.warn(alert("n1", Colour::Orange, &[COUNTY]));
    county.warn(about("n1", MessageKind::Update, alert("n2", Colour::Orange, &[COUNTY])));
    let [proposal] = county.waiting()[..] else { panic!() };
    assert_eq!(proposal.prompt, Prompt::Warning(WarningId(2)));
    let mut test = alert("n3", Colour::Red, &[COUNTY]);
    test.status = Status::Test;
    let _ = county.try_warn(test);
    let mut fog = alert("n4", Colour::Red, &[COUNTY]);
    (fog.event_code, fog.event) = (Some("11B17".into()), "大雾".into());
    county.warn(fog);
    assert_eq!(county.waiting().len(), 1);
    let mut exercise = alert("n5", Colour::Red, &[COUNTY]);
    exercise.status = Status::Exercise;
    county.warn(exercise);
    assert_eq!(county.waiting().iter().map(|p| p.drill).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn what_is_taken_up_starts_with_its_paper_and_is_decided_once() {
    let mut county = suggesting();
    county.warn(alert("n1", Colour::Red, &[FIRST]));
    let reply = county.decides(ProposalId(1), Some(taking("1号")), "").unwrap();
    let Reply::Proposal { response: Some(id), .. } = reply else { panic!("{reply:?}") };
    assert_eq!((county.response(id).level, county.response(id).drill), (grade(2), false));
    assert!(!county.open_tasks(id).is_empty());
    let again = county.decides(ProposalId(1), Some(taking("2号")), "").unwrap_err();
    assert_eq!(again.code(), "response.proposal_decided");
    // What is responded to already is not proposed again, in the same place at the same or a lesser level.
    county.warn(alert("n2", Colour::Orange, &["990101001001"]));
    assert_eq!(county.waiting().len(), 0);
}

#[test]
fn a_person_may_take_up_less_than_is_proposed_or_nothing_with_a_reason() {
    let mut county = suggesting();
    county.warn(alert("n1", Colour::Red, &[FIRST]));
    assert_eq!(county.decides(ProposalId(1), None, " ").unwrap_err().field(), Some("reason"));
    let less = Take { level: Some(grade(3)), ..taking("1号") };
    let reply = county.decides(ProposalId(1), Some(less), "").unwrap();
    let Reply::Proposal { response: Some(id), .. } = reply else { panic!("{reply:?}") };
    assert_eq!(county.response(id).level, grade(3));
    assert_eq!(county.waiting().len(), 0);
    county.warn(alert("n2", Colour::Red, &["990101002000"]));
    county.decides(ProposalId(2), None, "雨区已移出").unwrap();
    let refused = county.board.responses.proposal(ProposalId(2)).unwrap();
    let Some(Verdict::Refused { reason, by, .. }) = &refused.verdict else { panic!() };
    assert_eq!((&**reason, &**by), ("雨区已移出", "commander"));
}

#[test]
fn taking_up_a_warning_s_suggestion_starts_the_response_in_the_same_decision() {
    let mut county = suggesting();
    county.warn(alert("n1", Colour::Red, &[FIRST]));
    let (warning, note) = (WarningId(1), "会商决定".into());
    let decide = DecideSuggestion {
        warning,
        taken: vec![Part::Response],
        note,
        response: Some(taking("1号")),
    };
    county.as_role(Role::Leader, Command::DecideSuggestion(decide)).unwrap();
    let started = county.board.responses.open().next().unwrap();
    assert_eq!(started.level, grade(2));
    let proposal = county.board.responses.proposal(ProposalId(1)).unwrap();
    let Some(Verdict::Taken { response, .. }) = &proposal.verdict else { panic!() };
    assert_eq!(*response, started.id);
    // Without a paper the proposal waits; what is not taken up is turned down with it.
    county.warn(alert("n2", Colour::Red, &["990101002000"]));
    let later = DecideSuggestion {
        warning: WarningId(2),
        taken: vec![Part::Response, Part::Posts],
        note: "".into(),
        response: None,
    };
    county.as_role(Role::Commander, Command::DecideSuggestion(later)).unwrap();
    assert_eq!(county.waiting().len(), 1);
    county.warn(alert("n3", Colour::Orange, &[COUNTY]));
    let not = DecideSuggestion {
        warning: WarningId(3),
        taken: vec![Part::Teams],
        note: "".into(),
        response: None,
    };
    county.as_role(Role::Commander, Command::DecideSuggestion(not)).unwrap();
    let refused = county.board.responses.proposal(ProposalId(3)).unwrap();
    assert!(matches!(refused.verdict, Some(Verdict::Refused { .. })), "{refused:?}");
}

#[test]
fn a_gauge_proposes_at_each_mark_it_rises_to_and_the_graver_stands_for_the_lesser() {
    let mut county = county();
    gauge(&mut county);
    shows(&mut county, 64.5, 1);
    let [yellow] = county.waiting()[..] else { panic!() };
    assert_eq!((yellow.level, &yellow.prompt), (grade(4), &Prompt::Gauge("g-1".parse().unwrap())));
    assert!(yellow.why.contains("达到警戒水位：堤防上人"), "{}", yellow.why);
    let first = yellow.id;
    shows(&mut county, 66.5, 2);
    let [orange] = county.waiting()[..] else { panic!() };
    assert_eq!(orange.level, grade(2));
    let replaced = county.board.responses.proposal(first).unwrap();
    assert_eq!(replaced.verdict, Some(Verdict::Replaced { by: orange.id }));
    county.pass(7_200);
    shows(&mut county, 63.0, 7_300);
    assert_eq!(county.waiting().len(), 1, "falling proposes nothing");
}

#[test]
fn an_incident_proposes_by_its_level_and_is_not_asked_about_twice() {
    let mut county = county();
    let known = breach(&county);
    let incident = county.taken(known.clone());
    let [proposal] = county.waiting()[..] else { panic!() };
    assert_eq!((proposal.level, &proposal.prompt), (grade(2), &Prompt::Incident(incident)));
    let id = proposal.id;
    county.decides(id, None, "险情可控").unwrap();
    let edit = |revision, level| {
        let particulars = Box::new(jiaoying::domain::incident::Particulars {
            level: Some(level),
            ..known.clone()
        });
        Command::Incident(IncidentStep::Edit(EditIncident { incident, revision, particulars }))
    };
    county.dispatch(edit(1, 3)).unwrap();
    assert_eq!(county.waiting().len(), 0, "less than what was decided");
    county.dispatch(edit(2, 1)).unwrap();
    assert_eq!(county.waiting().len(), 0, "the plan has no rule beyond what was turned down");
    let mut ungraded = breach(&county);
    ungraded.level = None;
    county.taken(ungraded);
    let mut unknown = breach(&county);
    unknown.kind = "13000".into();
    county.taken(unknown);
    assert_eq!(county.waiting().len(), 0);
}

#[test]
fn a_proposal_where_a_response_is_open_raises_it_for_one_who_has_seen_it() {
    let mut county = suggesting();
    let id = county.starts(starting(4, &[FIRST], "1号")).unwrap();
    county.warn(alert("n1", Colour::Red, &[COUNTY]));
    let [proposal] = county.waiting()[..] else { panic!() };
    let (proposal, raised) = (proposal.id, county.board.responses.changed_by(proposal));
    assert_eq!(raised.map(|response| response.id), Some(id));
    let unseen = county.decides(proposal, Some(taking("2号")), "").unwrap_err();
    assert_eq!(unseen.code(), "response.changed_since");
    let seen = Take { revision: Some(1), ..taking("2号") };
    county.decides(proposal, Some(seen), "").unwrap();
    let response = county.response(id);
    assert_eq!((response.level, response.revision), (grade(2), 2));
    assert_eq!(response.scope, [area()].into(), "where it was and where it is proposed");
    assert_eq!(county.board.responses.iter().count(), 1);
}

#[test]
fn the_desk_prepares_a_response_by_hand() {
    let mut county = county();
    let propose = |why: &str| Propose {
        plan: "flood".into(),
        level: grade(3),
        scope: [area()].into(),
        why: why.into(),
        drill: false,
    };
    let refused =
        county.dispatch(Command::Response(ResponseStep::Propose(propose(" ")))).unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("field.empty", Some("why")));
    county.dispatch(Command::Response(ResponseStep::Propose(propose("上游水库泄洪")))).unwrap();
    let [proposal] = county.waiting()[..] else { panic!() };
    assert_eq!((&proposal.prompt, &*proposal.by), (&Prompt::ByHand, "dispatcher"));
    // Whoever starts as much without it has met it.
    county.responds(2);
    assert_eq!(county.waiting().len(), 0);
    assert!(county.replayed() == county.board);
}

/// Founds a county with plans whose warnings suggest as shipped.
fn suggesting() -> County {
    let mut county = county();
    let rules: Rules = toml::from_str(jiaoying::config::SUGGESTIONS).unwrap();
    county.as_role(Role::Admin, Command::AdoptRules(rules)).unwrap();
    county
}

fn gauge(county: &mut County) {
    let thresholds =
        Thresholds { warning_m: Some(64.1), guarantee_m: Some(66.1), ..Thresholds::default() };
    let gauge = Gauge {
        measures: Measure::River,
        water: None,
        datum: None,
        thresholds,
        later: Vec::new(),
        guards: Vec::new(),
        station: None,
        reports_every_s: None,
    };
    county.must(Command::SaveSites(vec![site("g-1", COUNTY, Facts::Gauge(Box::new(gauge)))]));
}

fn shows(county: &mut County, metres: f64, second: u64) {
    let start: Timestamp = "2026-07-21T10:00:00+08:00".parse().unwrap();
    let shown = Shown::Level { metres, highest_m: Some(metres), trend: None };
    let at = start + Duration::from_secs(second);
    let seen = Seen { gauge: "g-1".parse().unwrap(), at, shown, exercise: false };
    county.submit(&Actor::node(area()), Command::NoteGauge(seen)).unwrap();
}
