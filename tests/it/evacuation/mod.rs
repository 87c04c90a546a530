//! People who are brought to safety: orders, shelters that fill, those who will not go, and the way home.

mod oracle;
mod shelters;

use jiaoying::{
    config::POLICIES,
    domain::{
        actor::Role,
        callout::obligation::StateName,
        command::{Command, Reply},
        evacuation::{
            EvacuationFault, EvacuationStep, Headcount, Leg, Numbers, OrderEvacuation, Origin,
            PermitReturn, ReportHeadcount, ReportTransfer, Stage, Tally, Transfer, Whom, Why,
        },
        ids::{EvacuationId, TransferId},
        rejection::Rejection,
        site::{EvacuationPlan, Facts, Hazard, RiskPoint, Shelter, Site},
        task::{Form, Outcome, Stage as TaskStage, TaskReport, TaskStep},
    },
};

use crate::support::county::{COUNTY, County, actor, in_person, site};

const TOWNSHIP: &str = "990101001000";
const VILLAGE: &str = "990101001001";
const OTHER_VILLAGE: &str = "990101002001";
/// Who holds the duty of the first village.
const WARDEN: &str = "001001-village_duty";

#[test]
fn those_below_a_point_of_risk_are_moved_to_the_shelter_of_its_plan_by_its_village() {
    let mut county = county();
    let id = order(&mut county, to_legs(vec![point("r-1")])).unwrap();
    let transfer = only(&county, id);
    assert_eq!((transfer.to.as_str(), transfer.people), ("s-1", 60));
    assert_eq!(transfer.post.to_string(), format!("{VILLAGE}/village_duty"));
    let task = county.board.tasks.get(transfer.task).unwrap();
    assert_eq!(task.form, Form::Transfer { transfer: transfer.id, people: 60 });
    assert_eq!(task.title, "15:00前把地点r-160人转移到地点s-1");
    assert!(task.text.contains("沿村道步行"), "{}", task.text);
    assert_eq!(county.state(&format!("{VILLAGE}/village_duty")), StateName::Ringing);
    assert_eq!((people_at(&county, "s-1"), expected_at(&county, "s-1")), (0, 60));
}

#[test]
fn it_is_done_once_all_are_moved_and_the_places_are_taken_by_those_who_came() {
    let mut county = county();
    let id = order(&mut county, to_legs(vec![point("r-1")])).unwrap();
    let transfer = only(&county, id).id;
    report(&mut county, transfer, moved(25), "").unwrap();
    assert_eq!((people_at(&county, "s-1"), expected_at(&county, "s-1")), (25, 35));
    report(&mut county, transfer, moved(60), "").unwrap();
    assert_eq!((people_at(&county, "s-1"), expected_at(&county, "s-1")), (60, 0));
    let known = only(&county, id);
    assert_eq!(known.stage, Stage::Done);
    assert_eq!(county.board.tasks.get(known.task).unwrap().stage, TaskStage::Done);
    assert_eq!(county.state(&format!("{VILLAGE}/village_duty")), StateName::Withdrawn);
    let again = report(&mut county, transfer, moved(60), "").map_err(|refused| refused.code());
    assert_eq!(again, Ok(Reply::Done), "the same once more changes nothing");
    // What was reported too high is put right afterwards, with a reason.
    let silent = report(&mut county, transfer, moved(58), "").unwrap_err();
    assert_eq!((silent.code(), silent.field()), ("transfer.fewer", Some("note")));
    report(&mut county, transfer, moved(58), "重复登记 2 人").unwrap();
    assert_eq!(people_at(&county, "s-1"), 58);
}

#[test]
fn not_all_moved_is_done_only_with_a_word_on_the_others() {
    let mut county = county();
    let id = order(&mut county, to_legs(vec![point("r-1")])).unwrap();
    let transfer = only(&county, id).id;
    let done = |note: &str| {
        EvacuationStep::Report(ReportTransfer { done: true, ..said(transfer, moved(57), note) })
    };
    let silent = as_warden(&mut county, done("")).unwrap_err();
    assert_eq!((silent.code(), silent.field()), ("transfer.unexplained", Some("note")));
    as_warden(&mut county, done("3 人外出务工")).unwrap();
    assert_eq!(only(&county, id).stage, Stage::Done);
    assert_eq!((people_at(&county, "s-1"), expected_at(&county, "s-1")), (57, 0));
}

#[test]
fn more_people_than_were_planned_for_are_explained_and_need_room_of_their_own() {
    let mut county = county();
    let id = order(&mut county, to_legs(vec![point("r-1")])).unwrap();
    let transfer = only(&county, id).id;
    let silent = report(&mut county, transfer, moved(70), "").unwrap_err();
    assert_eq!(silent.code(), "transfer.more_than_planned");
    let numbers = Numbers { refusing: 30, immobile: 31, ..Numbers::default() };
    assert_eq!(
        report(&mut county, transfer, numbers, "").unwrap_err().code(),
        "transfer.more_than_planned"
    );
    count(&mut county, "s-1", Headcount::Arrived(35)).unwrap();
    // 100 places: 35 taken and 60 kept leave five for guests.
    let full = report(&mut county, transfer, moved(66), "6 名游客").unwrap_err();
    assert_eq!(full.code(), "shelter.full");
    report(&mut county, transfer, moved(65), "5 名游客").unwrap();
    assert_eq!(people_at(&county, "s-1"), 100);
}

#[test]
fn two_orders_never_fill_one_shelter_twice() {
    let mut county = county();
    order(&mut county, to_legs(vec![from(VILLAGE, 60, "s-1")])).unwrap();
    let full = order(&mut county, to_legs(vec![from(OTHER_VILLAGE, 41, "s-1")])).unwrap_err();
    let Rejection::Evacuation(EvacuationFault::Full { free, wanted, elsewhere, .. }) = &full else {
        panic!("{full}")
    };
    assert_eq!((*free, *wanted), (40, 41));
    let named: Vec<(&str, u32)> =
        elsewhere.0.iter().map(|place| (place.shelter.as_str(), place.free)).collect();
    assert_eq!(named, [("s-2", 200), ("s-3", 30)], "the nearest first");
    assert!(full.to_string().contains("s-2 地点s-2 (200 places"), "{full}");
    // The same within one order.
    let twice = vec![from(OTHER_VILLAGE, 30, "s-1"), from(VILLAGE, 30, "s-1")];
    assert_eq!(order(&mut county, to_legs(twice)).unwrap_err().code(), "shelter.full");
    order(&mut county, to_legs(vec![from(OTHER_VILLAGE, 40, "s-1")])).unwrap();
    assert_eq!(expected_at(&county, "s-1"), 100);
    // People are not left in the rain.
    let mut crowded = to_legs(vec![from(OTHER_VILLAGE, 10, "s-1")]);
    crowded.over_capacity = Some("  ".into());
    assert_eq!(order(&mut county, crowded.clone()).unwrap_err().field(), Some("reason"));
    crowded.over_capacity = Some("道路中断，去不了别处".into());
    let id = order(&mut county, crowded).unwrap();
    let reason = &county.board.evacuations.get(id).unwrap().over_capacity;
    assert_eq!(reason, "道路中断，去不了别处");
    assert_eq!(expected_at(&county, "s-1"), 110);
}

#[test]
fn a_drill_takes_no_places_and_counts_nobody() {
    let mut county = county();
    let drill = OrderEvacuation { drill: true, ..to_legs(vec![point("r-1")]) };
    let id = order(&mut county, drill).unwrap();
    let transfer = only(&county, id).id;
    report(&mut county, transfer, moved(40), "").unwrap();
    assert_eq!((people_at(&county, "s-1"), expected_at(&county, "s-1")), (0, 0));
    let task = county.board.tasks.get(only(&county, id).task).unwrap();
    assert!(task.drill);
    order(&mut county, to_legs(vec![point("r-1")])).unwrap();
    let again = order(&mut county, to_legs(vec![point("r-1")])).unwrap_err();
    assert_eq!((again.code(), again.field()), ("transfer.running", Some("risk_point")));
}

#[test]
fn whoever_will_not_go_is_talked_to_from_above_and_whoever_is_not_found_is_looked_for() {
    let mut county = county();
    let id = order(&mut county, to_legs(vec![point("r-1")])).unwrap();
    let transfer = only(&county, id).id;
    let numbers = Numbers { moved: 50, refusing: 3, immobile: 2, out_of_contact: 4 };
    report(&mut county, transfer, numbers, "").unwrap();
    let given = |county: &County| -> Vec<(String, String)> {
        let tasks = county.board.tasks.iter().filter(|task| task.form == Form::Plain);
        tasks.map(|task| (task.title.to_string(), task.post.to_string())).collect()
    };
    let expected = [
        ("劝离：地点r-13人拒绝转移".to_owned(), format!("{TOWNSHIP}/duty_officer")),
        ("上门核查：地点r-14人失联".to_owned(), format!("{VILLAGE}/village_duty")),
    ];
    assert_eq!(given(&county), expected);
    // The same numbers again send nobody again; one more does.
    report(&mut county, transfer, numbers, "").unwrap();
    assert_eq!(given(&county).len(), 2);
    report(&mut county, transfer, Numbers { refusing: 4, ..numbers }, "").unwrap();
    assert_eq!(given(&county)[2].0, "劝离：地点r-11人拒绝转移");
}

#[test]
fn everybody_who_is_threatened_in_a_township_is_moved_on_one_callout() {
    let mut county = county();
    let wanted = threatened(TOWNSHIP, Some(Hazard::FlashFlood));
    let plan = preview(&county, &wanted).unwrap();
    let legs: Vec<_> = plan
        .legs
        .iter()
        .map(|leg| {
            let id = |id: &Option<jiaoying::domain::ids::SiteId>| {
                id.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default()
            };
            (leg.name.to_string(), leg.people, id(&leg.to), id(&leg.instead_of), leg.fits())
        })
        .collect();
    let leg = |name: &str, people, to: &str, instead: &str| {
        (name.to_owned(), people, to.to_owned(), instead.to_owned(), true)
    };
    // The shelter of the plan holds 100: the second point's people find the nearest that takes them all.
    let expected = [leg("地点r-1", 60, "s-1", ""), leg("地点r-2", 70, "s-2", "s-1")];
    assert_eq!(legs, expected);
    let skipped: Vec<_> =
        plan.skipped.iter().map(|one| (one.risk_point.as_str(), one.why)).collect();
    assert_eq!(skipped, [("r-4", Why::Repaired)]);
    let callouts = county.board.callouts.iter().count();
    let id = order(&mut county, wanted.clone()).unwrap();
    assert_eq!(county.board.callouts.iter().count(), callouts + 1);
    let evacuation = county.board.evacuations.get(id).unwrap();
    assert_eq!(evacuation.title, format!("15:00前转移{TOWNSHIP}山洪威胁群众2处130人"));
    assert_eq!(evacuation.area.to_string(), TOWNSHIP);
    // Whoever is being moved is not moved again.
    let nobody = order(&mut county, wanted).unwrap_err();
    assert_eq!(nobody.code(), "evacuation.nobody_threatened");
}

#[test]
fn what_does_not_fit_is_shown_before_and_refused_unless_somebody_says_why() {
    let mut county = county();
    for shelter in ["s-1", "s-2", "s-3"] {
        let holds = county.board.shelter(&shelter.parse().unwrap()).unwrap().1.capacity;
        count(&mut county, shelter, Headcount::Counted(holds - 10)).unwrap();
    }
    let wanted = threatened(TOWNSHIP, None);
    let plan = preview(&county, &wanted).unwrap();
    assert!(plan.legs.iter().all(|leg| !leg.fits()), "{plan:?}");
    assert_eq!(plan.legs[0].to.as_ref().unwrap().as_str(), "s-1", "the way they know");
    assert_eq!(order(&mut county, wanted.clone()).unwrap_err().code(), "shelter.full");
    let reason = Some("水库随时溃坝".into());
    order(&mut county, OrderEvacuation { over_capacity: reason, ..wanted }).unwrap();
}

#[test]
fn an_answer_to_the_task_is_a_report_on_the_transfer() {
    let mut county = county();
    let id = order(&mut county, to_legs(vec![point("r-1")])).unwrap();
    let task = only(&county, id).task;
    let tell = |county: &mut County, step: fn(TaskReport) -> TaskStep, count, note: &str| {
        let outcome = Outcome { note: note.to_owned(), count, ..Outcome::default() };
        county.submit(&in_person(WARDEN), Command::Task(step(TaskReport { task, outcome })))
    };
    tell(&mut county, TaskStep::Progress, Some(20), "").unwrap();
    assert_eq!(only(&county, id).numbers.moved, 20);
    assert_eq!(people_at(&county, "s-1"), 20);
    let silent = tell(&mut county, TaskStep::Complete, Some(50), "").unwrap_err();
    assert_eq!(silent.code(), "transfer.unexplained");
    tell(&mut county, TaskStep::Complete, Some(50), "10 人投亲靠友").unwrap();
    assert_eq!(only(&county, id).stage, Stage::Done);
    assert_eq!((people_at(&county, "s-1"), expected_at(&county, "s-1")), (50, 0));
}

#[test]
fn a_withdrawn_task_calls_its_transfer_off() {
    let mut county = county();
    let id = order(&mut county, to_legs(vec![point("r-1")])).unwrap();
    let task = only(&county, id).task;
    let step = TaskStep::Withdraw { task, reason: "雨停".into() };
    as_desk(&mut county, Command::Task(step)).unwrap();
    assert_eq!(only(&county, id).stage, Stage::CalledOff);
    assert_eq!(expected_at(&county, "s-1"), 0);
}

#[test]
fn people_go_home_with_permission_and_their_places_are_free_when_they_have_left() {
    let mut county = county();
    let legs = vec![point("r-1"), from(OTHER_VILLAGE, 20, "s-1")];
    let id = order(&mut county, to_legs(legs)).unwrap();
    let [first, second] = transfers(&county, id)[..] else { panic!() };
    report(&mut county, first, moved(60), "").unwrap();
    let permit = |by: &str| PermitReturn {
        evacuation: id,
        permitted_by: by.into(),
        note: "隐患已排除".to_owned(),
    };
    let home = |permit| Command::Evacuation(EvacuationStep::PermitReturn(permit));
    let nobody = as_desk(&mut county, home(permit(" "))).unwrap_err();
    assert_eq!(nobody.field(), Some("permitted_by"));
    as_desk(&mut county, home(permit("县长"))).unwrap();
    // Whoever has not left yet stays, whoever has is still in the shelter.
    let stage = |county: &County, id| county.board.evacuations.transfer(id).unwrap().stage;
    assert_eq!(stage(&county, first), Stage::Returning);
    assert_eq!(stage(&county, second), Stage::CalledOff);
    assert_eq!((people_at(&county, "s-1"), expected_at(&county, "s-1")), (60, 0));
    let task = county.board.evacuations.transfer(first).unwrap().returning.unwrap();
    let said = |people: Option<u32>| {
        let outcome = Outcome { count: people, ..Outcome::default() };
        Command::Task(TaskStep::Complete(TaskReport { task, outcome }))
    };
    let warden = in_person(WARDEN);
    assert_eq!(
        county.submit(&warden, said(Some(61))).unwrap_err().code(),
        "transfer.more_than_planned"
    );
    assert_eq!(county.submit(&warden, said(Some(50))).unwrap_err().code(), "transfer.unexplained");
    county.submit(&warden, said(None)).unwrap();
    assert_eq!(stage(&county, first), Stage::Returned);
    assert_eq!(people_at(&county, "s-1"), 0);
    assert_eq!(as_desk(&mut county, home(permit("县长"))).unwrap_err().code(), "evacuation.over");
    assert_eq!(county.board.evacuations.current_in(COUNTY.parse().unwrap()).count(), 0);
}

#[test]
fn a_transfer_that_is_overdue_calls_its_village_again() {
    let mut county = county();
    let id = order(&mut county, to_legs(vec![point("r-1")])).unwrap();
    county.pass(6 * 3_600);
    let task = county.board.tasks.get(only(&county, id).task).unwrap();
    assert!(task.reminders > 0);
    let all = county.board.evacuations.current_in(COUNTY.parse().unwrap());
    let (whole, _) = Tally::of(all, COUNTY.parse().unwrap(), county.now);
    assert_eq!((whole.open, whole.overdue), (1, 1));
}

#[test]
fn what_cannot_be_is_refused_with_the_field_and_changes_nothing() {
    let mut county = county();
    let leg = |change: fn(&mut Leg)| {
        let mut leg = from(VILLAGE, 60, "s-1");
        change(&mut leg);
        to_legs(vec![leg])
    };
    let cases: Vec<(OrderEvacuation, &str, Option<&str>)> = vec![
        (
            OrderEvacuation { due_at: county.now, ..leg(|_| {}) },
            "evacuation.due_in_the_past",
            Some("due_at"),
        ),
        (to_legs(Vec::new()), "field.empty", Some("legs")),
        (leg(|leg| leg.people = Some(0)), "transfer.people", Some("people")),
        (leg(|leg| leg.people = None), "transfer.people", Some("people")),
        (leg(|leg| leg.people = Some(1_000_001)), "transfer.people", Some("people")),
        (leg(|leg| leg.to = "r-1".parse().ok()), "shelter.unknown", Some("to")),
        (
            leg(|leg| leg.from.risk_point = "s-1".parse().ok()),
            "risk_point.unknown",
            Some("risk_point"),
        ),
        (
            leg(|leg| leg.from.risk_point = "r-3".parse().ok()),
            "risk_point.unknown",
            Some("risk_point"),
        ),
        (leg(|leg| leg.from.area = "990102".parse().unwrap()), "area.unknown", Some("area")),
        (leg(|leg| leg.from.place = "长".repeat(61).into()), "field.too_long", Some("place")),
        (threatened("990101002002", None), "evacuation.nobody_threatened", Some("area")),
        (
            OrderEvacuation { text: "字".repeat(1_001), ..leg(|_| {}) },
            "field.too_long",
            Some("text"),
        ),
    ];
    let before = county.board.clone();
    for (wanted, code, field) in cases {
        let refused = order(&mut county, wanted).unwrap_err();
        assert_eq!((refused.code(), refused.field()), (code, field), "{refused}");
    }
    let order_of = |wanted| Command::Evacuation(EvacuationStep::Order(wanted));
    let screen = actor("screen", Role::Screen);
    let refused = county.submit(&screen, order_of(leg(|_| {}))).unwrap_err();
    assert_eq!(refused.code(), "access.not_allowed");
    let mut neighbour = actor("leader", Role::Leader);
    neighbour.area = "990101002".parse().unwrap();
    let refused = county.submit(&neighbour, order_of(leg(|_| {}))).unwrap_err();
    assert_eq!(refused.code(), "access.outside_area");
    assert!(county.board == before);
    // Somebody else's transfer is nobody's to report on.
    let id = order(&mut county, to_legs(vec![point("r-1")])).unwrap();
    let step = EvacuationStep::Report(said(only(&county, id).id, moved(5), ""));
    let stranger = in_person("002001-village_duty");
    let mut stranger = stranger;
    stranger.role = Role::Screen;
    let refused = county.submit(&stranger, Command::Evacuation(step)).unwrap_err();
    assert_eq!(refused.code(), "task.not_yours");
    let unknown = EvacuationStep::Report(said(TransferId(9), moved(5), ""));
    assert_eq!(as_warden(&mut county, unknown).unwrap_err().code(), "transfer.unknown");
}

#[test]
fn a_replay_of_the_journal_is_the_same_board() {
    let mut county = county();
    let id = order(&mut county, threatened(TOWNSHIP, None)).unwrap();
    let first = transfers(&county, id)[0];
    report(&mut county, first, Numbers { moved: 40, refusing: 2, ..Numbers::default() }, "")
        .unwrap();
    count(&mut county, "s-1", Headcount::Counted(38)).unwrap();
    assert!(county.replayed() == county.board);
}

/// Two townships of three villages, three shelters and four points of risk.
pub fn county() -> County {
    let mut county = County::found(POLICIES, 2, 3);
    let shelter = |id: &str, at: [f64; 2], capacity| Site {
        at,
        ..site(id, COUNTY, Facts::Shelter(Shelter { capacity, night_capacity: None }))
    };
    let risk = |id: &str, area: &str, hazard, residents, repaired, plan: Option<&str>| {
        let plan = plan.map(|shelter| EvacuationPlan {
            shelter: shelter.parse().unwrap(),
            people: None,
            text: "沿村道步行".into(),
        });
        site(
            id,
            area,
            Facts::RiskPoint(RiskPoint {
                hazard,
                residents,
                repaired,
                plan,
                watchers: vec![],
                movers: vec![],
            }),
        )
    };
    let flood = Hazard::FlashFlood;
    county.must(Command::SaveSites(vec![
        shelter("s-1", [114.50, 35.60], 100),
        shelter("s-2", [114.51, 35.60], 200),
        shelter("s-3", [114.55, 35.60], 30),
        risk("r-1", VILLAGE, flood, 60, false, Some("s-1")),
        risk("r-2", "990101001002", flood, 70, false, Some("s-1")),
        risk("r-3", OTHER_VILLAGE, Hazard::Landslide, 25, false, None),
        risk("r-4", "990101001003", flood, 80, true, None),
    ]));
    county
}

pub fn to_legs(legs: Vec<Leg>) -> OrderEvacuation {
    OrderEvacuation {
        whom: Whom::Legs(legs),
        due_at: "2026-07-21T15:00:00+08:00".parse().unwrap(),
        text: String::new(),
        on_word_of: String::new().into(),
        incident: None,
        over_capacity: None,
        drill: false,
    }
}

fn threatened(area: &str, hazard: Option<Hazard>) -> OrderEvacuation {
    let area = area.parse().unwrap();
    OrderEvacuation { whom: Whom::Threatened { area, hazard }, ..to_legs(Vec::new()) }
}

fn point(id: &str) -> Leg {
    let area = if id == "r-1" { VILLAGE } else { "990101001002" };
    let from = Origin {
        area: area.parse().unwrap(),
        risk_point: id.parse().ok(),
        place: String::new().into(),
    };
    Leg { from, people: None, to: None }
}

pub fn from(area: &str, people: u32, to: &str) -> Leg {
    let from =
        Origin { area: area.parse().unwrap(), risk_point: None, place: String::new().into() };
    Leg { from, people: Some(people), to: to.parse().ok() }
}

pub fn moved(moved: u32) -> Numbers {
    Numbers { moved, ..Numbers::default() }
}

pub fn said(transfer: TransferId, numbers: Numbers, note: &str) -> ReportTransfer {
    ReportTransfer { transfer, numbers, note: note.to_owned(), done: false, over_capacity: None }
}

pub fn order(county: &mut County, wanted: OrderEvacuation) -> Result<EvacuationId, Rejection> {
    match as_desk(county, Command::Evacuation(EvacuationStep::Order(wanted)))? {
        Reply::Evacuation { id } => Ok(id),
        reply => panic!("{reply:?}"),
    }
}

fn preview(
    county: &County,
    wanted: &OrderEvacuation,
) -> Result<jiaoying::domain::evacuation::Plan, Rejection> {
    county.board.plan_evacuation(&actor("dispatcher", Role::Dispatcher), wanted, county.now)
}

fn report(
    county: &mut County,
    transfer: TransferId,
    numbers: Numbers,
    note: &str,
) -> Result<Reply, Rejection> {
    as_warden(county, EvacuationStep::Report(said(transfer, numbers, note)))
}

pub fn count(county: &mut County, shelter: &str, said: Headcount) -> Result<Reply, Rejection> {
    let report = ReportHeadcount {
        shelter: shelter.parse().unwrap(),
        said,
        note: String::new(),
        over_capacity: None,
    };
    as_desk(county, Command::Evacuation(EvacuationStep::Count(report)))
}

pub fn as_desk(county: &mut County, command: Command) -> Result<Reply, Rejection> {
    county.submit(&actor("dispatcher", Role::Dispatcher), command)
}

fn as_warden(county: &mut County, step: EvacuationStep) -> Result<Reply, Rejection> {
    county.submit(&in_person(WARDEN), Command::Evacuation(step))
}

pub fn transfers(county: &County, id: EvacuationId) -> Vec<TransferId> {
    county.board.evacuations.get(id).unwrap().transfers.clone()
}

#[track_caller]
fn only(county: &County, id: EvacuationId) -> &Transfer {
    let [one] = transfers(county, id)[..] else { panic!("not one transfer") };
    county.board.evacuations.transfer(one).unwrap()
}

pub fn people_at(county: &County, shelter: &str) -> u32 {
    let known = county.board.evacuations.occupancy(&shelter.parse().unwrap());
    known.map_or(0, |known| known.people)
}

pub fn expected_at(county: &County, shelter: &str) -> u32 {
    county.board.evacuations.expected_at(&shelter.parse().unwrap())
}
