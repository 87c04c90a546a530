//! Incidents: taken down, changed by two at once, linked, closed.

use std::time::Duration;

use compact_str::CompactString;
use jiaoying::domain::{
    actor::Role,
    command::Command,
    incident::{EditIncident, IncidentStep, Stage},
    rejection::Rejection,
    task::{self, Cause, GiveTasks, Given, TaskStep},
};

use super::story::{BOAT, breach, county, elsewhere};
use crate::support::county::County;

#[test]
fn an_incident_is_known_as_it_was_taken_down() {
    let mut county = county();
    let particulars = breach(&county);
    let id = county.taken(particulars.clone());
    let incident = county.board.incidents.get(id).unwrap();
    assert_eq!((incident.stage, incident.revision), (Stage::Received, 1));
    assert_eq!(incident.particulars, particulars);
    assert_eq!(incident.title(), "柳河左堤 3 号桩");
    assert_eq!(county.replayed(), county.board);
}

#[test]
fn two_who_change_one_incident_never_overwrite_each_other_silently() {
    let mut county = county();
    let id = county.breached();
    let mut mine = breach(&county);
    mine.casualties.trapped = Some(15);
    let mut yours = breach(&county);
    yours.casualties.injured = Some(1);
    edit(&mut county, id, 1, mine.clone()).unwrap();
    let refused = edit(&mut county, id, 1, yours.clone()).unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("incident.changed_since", Some("revision")));
    assert!(refused.to_string().contains("dispatcher"), "{refused}");
    assert_eq!(county.board.incidents.get(id).unwrap().particulars, mine);
    edit(&mut county, id, 2, yours).unwrap();
    assert_eq!(county.board.incidents.get(id).unwrap().revision, 3);
    let seq = county.board.seq;
    let same = county.board.incidents.get(id).unwrap().particulars.clone();
    edit(&mut county, id, 3, same).unwrap();
    assert_eq!(county.board.seq, seq, "the same again is no news");
}

#[test]
fn times_that_cannot_be_are_refused_with_the_field() {
    let mut county = county();
    let mut early = breach(&county);
    early.occurred.at = county.now + Duration::from_secs(1);
    assert_eq!(refused(&mut county, early), ("incident.time", Some("occurred.at")));
    let mut late = breach(&county);
    late.received_at = county.now + Duration::from_secs(60);
    assert_eq!(refused(&mut county, late), ("incident.time", Some("received_at")));
    let mut level = breach(&county);
    level.level = Some(5);
    assert_eq!(refused(&mut county, level), ("incident.level", Some("level")));
    let mut place = breach(&county);
    place.place.point = Some([35.6, 114.5]);
    assert_eq!(refused(&mut county, place), ("field.not_a_point", Some("lon")));
}

#[test]
fn a_second_report_of_the_same_is_found_and_linked() {
    let mut county = county();
    let first = county.breached();
    county.pass(600);
    let mut second = breach(&county);
    second.place.point = Some([114.505, 35.601]);
    second.occurred.at = county.now - Duration::from_secs(20 * 60);
    let similar = county.board.incidents.similar(&second);
    assert_eq!(similar.iter().map(|known| known.id).collect::<Vec<_>>(), [first]);
    let mut fire = second.clone();
    fire.kind = "11G01".into();
    assert!(county.board.incidents.similar(&fire).is_empty());
    let mut far = second.clone();
    far.place.point = Some([114.9, 35.6]);
    assert!(county.board.incidents.similar(&far).is_empty());
    let mut yesterday = second.clone();
    yesterday.occurred.at = county.now - Duration::from_secs(86_400);
    assert!(county.board.incidents.similar(&yesterday).is_empty());

    let id = county.taken(second);
    link(&mut county, id, first).unwrap();
    assert_eq!(county.board.incidents.linked_to(first).count(), 1);
    assert!(!county.board.incidents.get(id).unwrap().is_open(), "the work is on the main one");
    assert_eq!(county.send(BOAT, id).unwrap_err().code(), "incident.over");
    let third = county.breached();
    assert_eq!(link(&mut county, third, id).unwrap_err().code(), "incident.link");
    assert_eq!(link(&mut county, first, third).unwrap_err().code(), "incident.link");
}

#[test]
fn an_incident_is_not_closed_over_the_heads_of_those_at_work() {
    let mut county = county();
    let id = county.breached();
    county.send(BOAT, id).unwrap();
    let stage = county.board.incidents.get(id).unwrap().stage;
    assert_eq!(stage, Stage::Handling, "whoever sends somebody is dealing with it");
    assert_eq!(county.bring(id, Stage::Closed, "完毕").unwrap_err().code(), "incident.units_out");
    assert_eq!(county.bring(id, Stage::Received, "").unwrap_err().code(), "incident.step");
}

#[test]
fn closing_needs_a_word_and_can_be_undone() {
    let mut county = county();
    let id = county.breached();
    assert_eq!(county.bring(id, Stage::Closed, " ").unwrap_err().code(), "field.empty");
    county.bring(id, Stage::Closed, "险情排除").unwrap();
    county.bring(id, Stage::Handling, "再次出险").unwrap();
    assert!(county.board.incidents.get(id).unwrap().is_open());
}

#[test]
fn what_an_incident_still_asked_for_is_taken_back_when_it_is_over_and_those_who_had_signed_are_told()
 {
    let mut county = county();
    let id = county.breached();
    let posts = ["990101001001/village_duty", "990101001002/village_duty"];
    let given = GiveTasks {
        incident: Some(id),
        title: "转移低洼处群众".into(),
        text: String::new(),
        on_word_of: CompactString::default(),
        to: posts.iter().map(|post| Given::Post(post.parse().unwrap())).collect(),
        due_at: county.now + Duration::from_secs(3_600),
        severity: None,
        drill: false,
    };
    county.dispatch(Command::Task(TaskStep::Give(given))).unwrap();
    county.press("001001-village_duty", '1');
    county.bring(id, Stage::Closed, "险情排除").unwrap();
    let cause = Cause::Incident(id);
    let stages: Vec<_> = county.board.tasks.of(&cause).map(|task| task.stage).collect();
    assert_eq!(stages, [task::Stage::Withdrawn; 2]);
    assert!(county.notices("001001-village_duty") > 0, "he had signed and may be out there");
    county.pass(3_600);
    assert!(county.phones().is_empty() && county.board.callouts.open().next().is_none());
}

#[test]
fn whoever_may_not_see_the_area_learns_nothing_of_it() {
    let mut county = county();
    let id = county.breached();
    let step = IncidentStep::Note { incident: id, text: "看到了".into() };
    let command = Command::Incident(step);
    let other = county.submit(&elsewhere(Role::Dispatcher), command.clone()).unwrap_err();
    assert_eq!(other.code(), "incident.unknown");
    let leader = county.as_role(Role::Leader, command).unwrap_err();
    assert_eq!(leader.code(), "access.not_allowed");
}

fn edit(
    county: &mut County,
    incident: jiaoying::domain::ids::IncidentId,
    revision: u32,
    particulars: jiaoying::domain::incident::Particulars,
) -> Result<(), Rejection> {
    let edit = EditIncident { incident, revision, particulars: Box::new(particulars) };
    county.dispatch(Command::Incident(IncidentStep::Edit(edit))).map(drop)
}

fn link(
    county: &mut County,
    incident: jiaoying::domain::ids::IncidentId,
    to: jiaoying::domain::ids::IncidentId,
) -> Result<(), Rejection> {
    county.dispatch(Command::Incident(IncidentStep::Link { incident, to })).map(drop)
}

fn refused(
    county: &mut County,
    particulars: jiaoying::domain::incident::Particulars,
) -> (&'static str, Option<&'static str>) {
    let step = IncidentStep::Receive { particulars: Box::new(particulars), drill: false };
    let refused = county.dispatch(Command::Incident(step)).unwrap_err();
    (refused.code(), refused.field())
}
