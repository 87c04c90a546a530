//! Every reason to say no: with its code, its field and its remedy, and with nothing changed.

use std::{collections::BTreeSet, time::Duration};

use chrono::Weekday;
use chrono_tz::Asia::{Shanghai, Urumqi};
use compact_str::CompactString;
use jiaoying::domain::{
    actor::{Actor, Role},
    area::Area,
    callout::{attempt::Outcome, policy::CalloutKind},
    command::{
        AddOverride, AnswerKind, Command, GiveAnswer, ImportTables, OpenCallout, PlanRotation,
        RosterStep,
    },
    event::{AccessChanged, DutyTableSet, LinesSet, RotationSet},
    ids::{AttemptId, CalloutId, ImportId, ObligationId, OverrideId, PostId},
    person::Channel,
    rejection::Rejection,
    roster::{Calendar, DayPlan, DayType, Post, Rotation, Shift, ShiftTime, Year},
    site::{EvacuationPlan, Facts, Hazard, RiskPoint, Shelter, Site},
    supply::{Count, StockLine, SupplyStep},
    time::Timestamp,
    unit::{Equipment, Unit},
    warning::{Colour, Message, Original},
};

use crate::support::{
    county::{COUNTY, County, actor, alert, by_hand, given, person, site, unit},
    story::{DEPUTY, HOLDER, VILLAGE, policies},
};

const NOBODY: &str = "p-unknown";

#[test]
fn every_refusal_says_what_to_do_and_changes_nothing() {
    let mut codes = BTreeSet::new();
    for case in cases() {
        let mut county = case.county;
        let before = county.board.clone();
        let refused = county.submit(&case.actor, case.command.clone());
        let Err(rejection) = refused else { panic!("{}: not refused", case.code) };
        assert_eq!((rejection.code(), rejection.field()), (case.code, case.field), "{rejection}");
        let text = rejection.to_string();
        assert!(text.contains(case.says), "{text:?} does not say {:?}", case.says);
        assert!(!text.ends_with('.') && !text.starts_with(char::is_uppercase), "{text:?}");
        assert!(county.board == before, "{text}");
        codes.insert(rejection.code());
    }
    let all = [
        "access.not_allowed",
        "access.outside_area",
        "area.orphan",
        "area.unknown",
        "attempt.unknown",
        "callout.closed",
        "callout.kind",
        "callout.nobody_obliged",
        "callout.unknown",
        "duty.unknown",
        "field.empty",
        "field.not_a_point",
        "field.too_long",
        "import.changed_since",
        "import.taken_back",
        "import.unknown",
        "jurisdiction.fixed",
        "obligation.already_answered",
        "obligation.nobodys_login",
        "obligation.not_yours",
        "obligation.unknown",
        "obligation.withdrawn",
        "override.unknown",
        "person.ambiguous",
        "person.unknown",
        "policy.faulty",
        "policy.none_applies",
        "policy.unknown",
        "post.unknown",
        "roster.begins_in_the_past",
        "roster.changed_since",
        "roster.ends_before_start",
        "roster.far_off",
        "roster.nobody",
        "roster.outside_table",
        "roster.overlap",
        "roster.rotation",
        "roster.seats",
        "roster.too_long",
        "roster.year",
        "site.facts",
        "site.in_use",
        "site.not_a_depot",
        "site.not_a_shelter",
        "site.other_kind",
        "site.unknown",
        "unit.capacity",
        "unit.equipment",
        "unit.members",
        "unit.reporting_period",
        "unit.terminal_taken",
        "unit.unknown",
        "warning.conflict",
    ];
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), all, "every code is reached");
}

#[test]
fn each_command_is_refused_to_a_role_that_may_not_give_it() {
    let county = warned();
    let may_not: Vec<(Role, Command)> = vec![
        (Role::Dispatcher, Command::SetJurisdiction { area: area(COUNTY), timezone: Shanghai }),
        (Role::Dispatcher, Command::AdoptPolicies(policies())),
        (Role::Commander, Command::Roster(RosterStep::AdoptCalendar(Calendar::default()))),
        (Role::Commander, lines()),
        (Role::Dispatcher, Command::SaveAreas(Vec::new())),
        (Role::Dispatcher, Command::Roster(RosterStep::SavePeople(Vec::new()))),
        (Role::Commander, Command::Roster(RosterStep::SavePosts(Vec::new()))),
        (Role::Commander, Command::Roster(RosterStep::SetRotations(Vec::new()))),
        (Role::Commander, plan_from("2026-07-21")),
        (
            Role::Commander,
            Command::Roster(RosterStep::SetYear { number: 2026, year: Year::default() }),
        ),
        (Role::Commander, Command::Roster(RosterStep::SetDutyTable(Vec::new()))),
        (Role::Commander, Command::Roster(RosterStep::TakeBackImport(ImportId(1)))),
        (Role::Commander, Command::SaveUnits(Vec::new())),
        (Role::Dispatcher, Command::RemoveUnit("u-1".parse().unwrap())),
        (Role::Commander, Command::SaveSites(Vec::new())),
        (Role::Dispatcher, Command::RemoveSite("d-1".parse().unwrap())),
        (Role::Dispatcher, Command::Supply(SupplyStep::Count(Vec::new()))),
        (Role::Leader, Command::Roster(RosterStep::AddOverride(change()))),
        (Role::Gateway, Command::Roster(RosterStep::RemoveOverride(OverrideId(1)))),
        (Role::Leader, accept(alert("n9", Colour::Red, &[COUNTY]))),
        (Role::Admin, Command::OpenCallout(by_hand("会商", None))),
        (Role::Screen, Command::WithdrawCallout { callout: CalloutId(1), note: "误".into() }),
        (Role::Gateway, given(ObligationId(1), AnswerKind::Acknowledged, Some(HOLDER))),
        (Role::Dispatcher, report(1)),
        (Role::Dispatcher, Command::RepeatAttempt(attempt(1))),
    ];
    for (role, command) in may_not {
        let refused = county.board.decide(&actor("x", role), &command, county.now);
        assert!(
            matches!(refused, Err(Rejection::NotAllowed(_))),
            "{role} {command:?}: {refused:?}"
        );
    }
}

#[test]
fn each_command_about_an_area_is_refused_to_somebody_from_another() {
    let mut county = warned();
    county.must(Command::SaveUnits(vec![unit("u-1", "990101001")]));
    county.must(Command::SaveSites(vec![depot("d-1", "990101001")]));
    let elsewhere = |role| Actor { area: area("990101002"), ..actor("x", role) };
    let outside: Vec<(Role, Command)> = vec![
        (Role::Admin, Command::Roster(RosterStep::SavePeople(vec![person("p9", "990101001")]))),
        (Role::Admin, Command::Roster(RosterStep::SavePosts(vec![post(VILLAGE)]))),
        (Role::Admin, Command::Roster(RosterStep::SetRotations(vec![rotation_of(VILLAGE, None)]))),
        (
            Role::Admin,
            Command::Roster(RosterStep::SetDutyTable(vec![table(
                VILLAGE,
                0,
                10,
                0,
                10,
                &[HOLDER],
            )])),
        ),
        (Role::Admin, Command::SaveUnits(vec![unit("u-9", "990101001")])),
        (Role::Admin, Command::SaveUnits(vec![unit("u-1", "990101002")])),
        (Role::Admin, Command::RemoveUnit("u-1".parse().unwrap())),
        (Role::Admin, Command::SaveSites(vec![depot("d-9", "990101001")])),
        (Role::Admin, Command::SaveSites(vec![depot("d-1", "990101002")])),
        (Role::Admin, Command::RemoveSite("d-1".parse().unwrap())),
        (Role::Admin, Command::Supply(SupplyStep::Count(vec![counted("d-1", &[])]))),
        (Role::Admin, Command::Roster(RosterStep::AddOverride(change()))),
        (Role::Dispatcher, Command::OpenCallout(by_hand("会商", None))),
        (Role::Dispatcher, Command::WithdrawCallout { callout: CalloutId(1), note: "误".into() }),
        (Role::Dispatcher, given(ObligationId(1), AnswerKind::Acknowledged, Some(HOLDER))),
    ];
    for (role, command) in outside {
        let refused = county.board.decide(&elsewhere(role), &command, county.now);
        assert!(matches!(refused, Err(Rejection::OutsideArea(_))), "{command:?}: {refused:?}");
    }
}

#[test]
fn an_import_is_refused_whole() {
    let mut county = County::small(1);
    let before = county.board.clone();
    let people = vec![person("p1", COUNTY), person("p2", "990101009")];
    assert!(county.try_must(Command::Roster(RosterStep::SavePeople(people))).is_err());
    let posts = vec![post("990101000000/bureau_head"), post("990101009000/duty_officer")];
    assert!(county.try_must(Command::Roster(RosterStep::SavePosts(posts))).is_err());
    assert!(county.board == before, "the first line was good and is not half-imported");
}

#[test]
fn the_same_roster_again_is_no_news() {
    let mut county = County::small(1);
    county.must(Command::Roster(RosterStep::SetRotations(vec![rotation_of(
        VILLAGE,
        Some(rotation()),
    )])));
    let seq = county.board.seq;
    let person = county.board.people.get(&HOLDER.parse().unwrap()).unwrap().clone();
    let post = county.board.roster.get(&VILLAGE.parse().unwrap()).unwrap().post.clone();
    let areas: Vec<Area> = county.board.areas.inside(area(COUNTY)).cloned().collect();
    county.must(Command::Roster(RosterStep::SavePeople(vec![person])));
    county.must(Command::Roster(RosterStep::SavePosts(vec![post])));
    county.must(Command::SaveAreas(areas));
    county.must(Command::Roster(RosterStep::SetRotations(vec![rotation_of(
        VILLAGE,
        Some(rotation()),
    )])));
    county.must(Command::Roster(RosterStep::AdoptCalendar(Calendar::default())));
    county.must(Command::SetJurisdiction { area: area(COUNTY), timezone: Shanghai });
    assert_eq!(county.board.seq, seq);
    county.must(Command::SetJurisdiction { area: area(COUNTY), timezone: Urumqi });
    assert_eq!(county.board.seq, seq + 1, "another clock is");
}

#[test]
fn facts_about_access_and_loss_are_kept_and_change_no_callout() {
    let mut county = warned();
    let before = county.board.callouts.clone();
    let fact = AccessChanged { login: "zhang".into(), what: "created".into(), detail: "".into() };
    county.must(Command::NoteAccess(fact));
    assert_eq!(county.events("access_changed").len(), 1);
    assert!(county.board.callouts == before);
}

/// A command that is refused, by whom it is given, and what is said to it.
struct Case {
    county: County,
    actor: Actor,
    command: Command,
    code: &'static str,
    field: Option<&'static str>,
    says: &'static str,
}

fn cases() -> Vec<Case> {
    [
        setup_cases(),
        roster_cases(),
        unit_cases(),
        site_cases(),
        warning_cases(),
        callout_cases(),
        answer_cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn setup_cases() -> Vec<Case> {
    let orphan = Area {
        code: area("990101009001"),
        name: "孤村".into(),
        centroid: None,
        outline: Vec::new(),
    };
    let other = Command::SetJurisdiction { area: area("990102"), timezone: Shanghai };
    let mut faulty = policies();
    faulty.last_resort.clear();
    vec![
        admin(other, "jurisdiction.fixed", Some("area"), "another data folder"),
        admin(
            Command::SaveAreas(vec![orphan]),
            "area.orphan",
            Some("area"),
            "its parent 990101009",
        ),
        admin(Command::AdoptPolicies(faulty), "policy.faulty", Some("policy"), "at least one post"),
        Case {
            actor: actor("x", Role::Leader),
            ..admin(lines(), "access.not_allowed", None, "may not keep accounts")
        },
    ]
}

fn roster_cases() -> Vec<Case> {
    let save = |post| Command::Roster(RosterStep::SavePosts(vec![post]));
    let stranger = Post { holders: vec![NOBODY.parse().unwrap()], ..post(VILLAGE) };
    let cook = post("990101000000/cook");
    let no_post = rotation_of("990101000000/standby", None);
    let tables = |table| Command::Roster(RosterStep::SetDutyTable(vec![table]));
    let lasts = |days: i64| table(VILLAGE, 0, days * 86_400, 0, 10, &[HOLDER]);
    let over = |change: AddOverride| Command::Roster(RosterStep::AddOverride(change));
    let nobody = AddOverride { people: Vec::new(), ..change() };
    let unknown = AddOverride { people: vec![NOBODY.parse().unwrap()], ..change() };
    let backwards = AddOverride { to: change().from, ..change() };
    let set = table(VILLAGE, 0, 100, 0, 50, &[HOLDER]);
    let unseen = Command::Roster(RosterStep::FillTable { set, seen: 1 });
    let past = plan_from("2026-07-20");
    let odd = RosterStep::SetYear { number: 1_999, year: Year::default() };
    let (from, to) = ("1999-01-01T00:00:00Z", "1999-01-02T00:00:00Z");
    let ago = AddOverride { from: from.parse().unwrap(), to: to.parse().unwrap(), ..change() };
    let people = Some("people");
    let two = tables(table(VILLAGE, 0, 100, 0, 50, &[HOLDER, DEPUTY]));
    let mut seated = admin(two, "roster.seats", people, "name fewer");
    let mut set = policies();
    set.duties.iter_mut().for_each(|duty| duty.seats = Some(1));
    seated.county.must(Command::AdoptPolicies(set));
    let mut cases = vec![
        seated,
        admin(save(stranger), "person.unknown", people, "import people before posts"),
        admin(save(cook), "duty.unknown", Some("duty"), "add it there or correct the spelling"),
        admin(
            Command::Roster(RosterStep::SavePeople(vec![person("p9", "990102")])),
            "area.unknown",
            Some("area"),
            "use a code from the area list",
        ),
        admin(
            Command::Roster(RosterStep::SetRotations(vec![no_post])),
            "post.unknown",
            Some("post"),
            "import posts",
        ),
        admin(unseen, "roster.changed_since", Some("seen"), "look again"),
        admin(past, "roster.begins_in_the_past", Some("starts_on"), "begin on 2026-07-21 or later"),
        admin(Command::Roster(odd), "roster.year", Some("year"), "not a year from 2000"),
        admin(tables(lasts(63)), "roster.too_long", Some("to"), "change the permanent holders"),
        admin(
            tables(table(VILLAGE, 0, 100, 200, 300, &[HOLDER])),
            "roster.outside_table",
            Some("from"),
            "widen the table",
        ),
        admin(tables(table(VILLAGE, 0, 100, 0, 50, &[])), "roster.nobody", people, "name at least"),
        admin(over(nobody), "roster.nobody", people, "name at least one person"),
        admin(over(unknown), "person.unknown", people, "import people"),
        admin(over(backwards), "roster.ends_before_start", Some("to"), "correct the times"),
        admin(over(ago), "roster.far_off", Some("from"), "correct the year"),
        admin(
            Command::Roster(RosterStep::RemoveOverride(OverrideId(9))),
            "override.unknown",
            Some("id"),
            "removed already",
        ),
    ];
    let mut overlapping = admin(over(change()), "roster.overlap", Some("to"), "removed first");
    overlapping.county.must(over(change()));
    cases.push(overlapping);
    cases.extend(rotation_cases());
    cases.extend(import_cases());
    cases
}

fn import_cases() -> Vec<Case> {
    let set = |until| table(VILLAGE, 0, 100, 0, until, &[HOLDER]);
    let bring_in = |seen| Command::Roster(RosterStep::Import(import_of(set(50), seen)));
    let back = |id| Command::Roster(RosterStep::TakeBackImport(ImportId(id)));
    let mut unseen = admin(bring_in(0), "roster.changed_since", Some("seen"), "look again");
    unseen.county.must(Command::Roster(RosterStep::SetDutyTable(vec![set(20)])));
    let unknown = admin(back(9_999), "import.unknown", Some("id"), "by hand");
    let mut changed = admin(back(0), "import.changed_since", Some("post"), VILLAGE);
    let id = imported(&mut changed.county, bring_in(u64::MAX));
    changed.county.must(Command::Roster(RosterStep::SetDutyTable(vec![set(30)])));
    changed.command = back(id);
    let mut twice = admin(back(0), "import.taken_back", Some("id"), "bring the file in again");
    let id = imported(&mut twice.county, bring_in(u64::MAX));
    twice.county.must(back(id));
    twice.command = back(id);
    let mut long = import_of(set(50), u64::MAX);
    long.file = "表".repeat(201).into();
    let long = Command::Roster(RosterStep::Import(long));
    let mut cook = import_of(set(50), u64::MAX);
    cook.posts.push(post("990101000000/cook"));
    let cook = Command::Roster(RosterStep::Import(cook));
    vec![
        unseen,
        unknown,
        changed,
        twice,
        admin(long, "field.too_long", Some("file_name"), "200 characters"),
        admin(cook, "duty.unknown", Some("duty"), "correct the spelling"),
    ]
}

fn import_of(set: DutyTableSet, seen: u64) -> ImportTables {
    ImportTables { file: "七月.xlsx".into(), posts: Vec::new(), sets: vec![set], seen }
}

/// Brings tables in and returns the number of the import.
fn imported(county: &mut County, command: Command) -> u64 {
    county.must(command);
    county.board.imports.iter().next_back().unwrap().id.0
}

fn rotation_cases() -> Vec<Case> {
    type Damage = fn(&mut Rotation);
    let faulty: [(Damage, &str, &str); 9] = [
        (|rotation| rotation.days.clear(), "days", "give at least one day type"),
        (|rotation| plan(rotation).crews.clear(), "crews", "give at least one crew"),
        (|rotation| plan(rotation).crews.push(Vec::new()), "crews", "at least one person"),
        (|rotation| plan(rotation).shifts.clear(), "shifts", "at least one shift a day"),
        (|rotation| plan(rotation).shifts[0].from_minute = 1_440, "shifts", "before 24:00"),
        (|rotation| plan(rotation).shifts[0].minutes = 4_321, "shifts", "at most 72 hours"),
        (|rotation| plan(rotation).first = 1, "first", "counted from 0"),
        (|rotation| rotation.with_weekend.push(Weekday::Sat), "with_weekend", "workdays only"),
        (
            |rotation| {
                rotation.days.remove(&DayType::Weekend);
                rotation.with_weekend.push(Weekday::Fri);
            },
            "with_weekend",
            "give a plan for weekends",
        ),
    ];
    let case = |(change, field, says): (fn(&mut Rotation), &'static str, &'static str)| {
        let mut rotation = rotation();
        change(&mut rotation);
        let set =
            Command::Roster(RosterStep::SetRotations(vec![rotation_of(VILLAGE, Some(rotation))]));
        admin(set, "roster.rotation", Some(field), says)
    };
    faulty.into_iter().map(case).collect()
}

fn unit_cases() -> Vec<Case> {
    let save = |unit| Command::SaveUnits(vec![unit]);
    let plain = || unit("u-1", COUNTY);
    let slow = Unit { reports_every_s: 0, ..plain() };
    let nowhere = Unit { base: Some([f64::NAN, 35.6]), ..plain() };
    let swapped = Unit { base: Some([35.6, 114.5]), ..plain() };
    let stranger = Unit { contact: Some(NOBODY.parse().unwrap()), ..plain() };
    let nameless = Unit { name: " ".into(), ..plain() };
    let wordy = Unit { capabilities: vec!["x".into(); 17], ..plain() };
    let thing = |name: &str, count| Equipment { name: name.into(), count };
    let still = Unit { capacity: [("pump".into(), 0)].into(), ..plain() };
    let unnamed = Unit { capacity: [(" ".into(), 5)].into(), ..plain() };
    let none_of_it = Unit { equipment: vec![thing("泵", 0)], ..plain() };
    let listed_twice = Unit { equipment: vec![thing("泵", 1), thing("泵", 2)], ..plain() };
    let packed = Unit { equipment: vec![thing("泵", 1); 201], ..plain() };
    let twins = Unit { members: vec!["000000-bureau_head".parse().unwrap(); 2], ..plain() };
    let strange_member = Unit { members: vec![NOBODY.parse().unwrap()], ..plain() };
    let strange_deputy = Unit { deputy: Some(NOBODY.parse().unwrap()), ..plain() };
    let same = |id| Unit { terminal: Some("866".into()), ..unit(id, COUNTY) };
    let twice = Command::SaveUnits(vec![same("u-1"), same("u-2")]);
    let mut known = admin(save(same("u-2")), "unit.terminal_taken", Some("terminal"), "unit u-1");
    known.county.must(save(same("u-1")));
    vec![
        known,
        admin(twice, "unit.terminal_taken", Some("terminal"), "a terminal of its own"),
        admin(save(slow), "unit.reporting_period", Some("reports_every_s"), "1 to 3600 seconds"),
        admin(save(nowhere), "field.not_a_point", Some("lon"), "WGS-84"),
        admin(save(swapped), "field.not_a_point", Some("lon"), "u-1"),
        admin(save(stranger), "person.unknown", Some("people"), "import people"),
        admin(save(nameless), "field.empty", Some("name"), "must not be empty"),
        admin(save(still), "unit.capacity", Some("capacity"), "1 to 10000000"),
        admin(save(unnamed), "field.empty", Some("capacity"), "must not be empty"),
        admin(save(none_of_it), "unit.equipment", Some("equipment"), "1 to 1000000 pieces"),
        admin(save(listed_twice), "unit.equipment", Some("equipment"), "twice"),
        admin(save(packed), "field.too_long", Some("equipment"), "shorten it"),
        admin(save(twins), "unit.members", Some("members"), "twice"),
        admin(save(strange_member), "person.unknown", Some("people"), "import people"),
        admin(save(strange_deputy), "person.unknown", Some("people"), "import people"),
        admin(save(wordy), "field.too_long", Some("capabilities"), "shorten it"),
        admin(save(unit("u-1", "990102")), "area.unknown", Some("area"), "area list"),
        admin(Command::RemoveUnit("u-9".parse().unwrap()), "unit.unknown", Some("unit"), "GET"),
    ]
}

fn site_cases() -> Vec<Case> {
    let save = |site| Command::SaveSites(vec![site]);
    let shelter =
        |id, capacity| site(id, COUNTY, Facts::Shelter(Shelter { capacity, night_capacity: None }));
    let leads_to = |shelter: &str| {
        let plan = EvacuationPlan {
            shelter: shelter.parse().unwrap(),
            people: None,
            text: CompactString::default(),
        };
        let (hazard, residents, repaired) = (Hazard::FlashFlood, 30, false);
        let point = RiskPoint {
            hazard,
            residents,
            repaired,
            plan: Some(plan),
            watchers: vec![],
            movers: vec![],
        };
        site("r-1", COUNTY, Facts::RiskPoint(point))
    };
    let nowhere = Site { at: [114.5, f64::INFINITY], ..depot("d-1", COUNTY) };
    let stranger = Site { contact: Some(NOBODY.parse().unwrap()), ..depot("d-1", COUNTY) };
    let remove = |id: &str| Command::RemoveSite(id.parse().unwrap());
    let count = |id, items: &[&str]| Command::Supply(SupplyStep::Count(vec![counted(id, items)]));
    let with = |mut case: Case, sites: Vec<Site>| {
        case.county.must(Command::SaveSites(sites));
        case
    };
    let both = vec![shelter("s-1", 90), leads_to("s-1")];
    vec![
        admin(save(shelter("s-1", 0)), "site.facts", Some("capacity"), "1 to 1000000 people"),
        admin(save(leads_to("s-1")), "site.not_a_shelter", Some("plan"), "import shelters first"),
        admin(save(nowhere), "field.not_a_point", Some("lon"), "WGS-84"),
        admin(save(stranger), "person.unknown", Some("people"), "import people"),
        admin(save(depot("d-1", "990102")), "area.unknown", Some("area"), "area list"),
        admin(remove("d-9"), "site.unknown", Some("site"), "GET"),
        admin(count("d-9", &[]), "site.not_a_depot", Some("depot"), "import depots first"),
        with(
            admin(save(shelter("d-1", 90)), "site.other_kind", Some("id"), "an id of its own"),
            vec![depot("d-1", COUNTY)],
        ),
        with(admin(remove("s-1"), "site.in_use", Some("site"), "change the plan first"), both),
        with(
            admin(count("d-1", &["a", "a"]), "site.facts", Some("item"), "add the two lines up"),
            vec![depot("d-1", COUNTY)],
        ),
        with(
            admin(count("d-1", &[""]), "field.empty", Some("item"), "must not be empty"),
            vec![depot("d-1", COUNTY)],
        ),
    ]
}

fn depot(id: &str, area: &str) -> Site {
    site(id, area, Facts::Depot)
}

fn counted(depot: &str, items: &[&str]) -> Count {
    let line = |item: &&str| StockLine {
        item: (*item).into(),
        name: "帐篷".into(),
        unit: "顶".into(),
        quantity: 1,
        ..StockLine::default()
    };
    Count { depot: depot.parse().unwrap(), lines: items.iter().map(line).collect() }
}

fn warning_cases() -> Vec<Case> {
    let gateway = |command, code, field, says| Case {
        actor: actor("gateway", Role::Gateway),
        ..admin(command, code, field, says)
    };
    let mut conflict = gateway(
        accept(alert("n1", Colour::Red, &[COUNTY])),
        "warning.conflict",
        Some("identifier"),
        "an identifier of its own",
    );
    conflict.county = warned();
    vec![conflict]
}

fn callout_cases() -> Vec<Case> {
    let open = |open: OpenCallout, code, field, says| Case {
        actor: actor("x", Role::Commander),
        ..admin(Command::OpenCallout(open), code, field, says)
    };
    let long = |length: usize| "长".repeat(length);
    let withdraw = |id, note: String, code, field, says| Case {
        actor: actor("x", Role::Commander),
        county: warned(),
        ..admin(
            Command::WithdrawCallout { callout: CalloutId(id), note: note.into() },
            code,
            field,
            says,
        )
    };
    let hand = || by_hand("会商", None);
    let mut closed = withdraw(1, "误发".into(), "callout.closed", None, "open a new one");
    closed.county.submit(&closed.actor, closed.command.clone()).unwrap();
    let mut unadopted = open(hand(), "policy.none_applies", Some("policy"), "name one or add one");
    unadopted.county = County::bare();
    let kind = CalloutKind::Warning;
    let village = area("990101001001");
    let outside = Actor { area: village, ..actor("x", Role::Commander) };
    let no_area = OpenCallout { area: area("990101009"), ..hand() };
    let orange = Some("orange");
    let partly = OpenCallout { area: area(COUNTY), policy: orange.map(Into::into), ..hand() };
    let mut nobody = open(partly, "callout.nobody_obliged", Some("area"), "another area or policy");
    nobody.county = County::small(0);
    vec![
        closed,
        unadopted,
        nobody,
        open(
            OpenCallout { kind, ..hand() },
            "callout.kind",
            Some("kind"),
            "use manual or spot_check",
        ),
        open(by_hand("会商", Some("x")), "policy.unknown", Some("policy"), "GET /api/v1/policies"),
        open(no_area, "area.unknown", Some("area"), "the area list"),
        open(by_hand(" ", None), "field.empty", Some("subject"), "must not be empty"),
        open(by_hand(&long(121), None), "field.too_long", Some("subject"), "longer than 120"),
        open(
            OpenCallout { text: long(1_001), ..hand() },
            "field.too_long",
            Some("text"),
            "longer than 1000",
        ),
        Case {
            actor: outside,
            ..open(hand(), "access.outside_area", Some("area"), "lies in your own")
        },
        withdraw(9, "误发".into(), "callout.unknown", None, "GET /api/v1/callouts"),
        withdraw(1, " ".into(), "field.empty", Some("reason"), "must not be empty"),
        withdraw(1, long(1_001), "field.too_long", Some("reason"), "longer than 1000"),
    ]
}

fn answer_cases() -> Vec<Case> {
    let answered = || {
        let mut county = warned();
        county.answer(HOLDER, VILLAGE);
        county
    };
    let withdrawn = || {
        let mut county = warned();
        let note = "误发".into();
        county
            .as_role(Role::Commander, Command::WithdrawCallout { callout: CalloutId(1), note })
            .unwrap();
        county
    };
    let mut namesakes = warned();
    for person in ["001001-flood_warden", "001001-grid_person"] {
        namesakes.change_person(person, |person| person.name = "王伟".into());
    }
    let desk = |county: County, command, code, field, says| Case {
        county,
        actor: actor("desk", Role::Dispatcher),
        ..admin(command, code, field, says)
    };
    let whom = |name: &str| given(ObligationId(1), AnswerKind::Acknowledged, Some(name));
    let own = |id| given(ObligationId(id), AnswerKind::Acknowledged, None);
    let holder = |command, code, field, says| {
        let person = Some("001001-flood_warden".parse().unwrap());
        let actor = Actor { person, ..actor("x", Role::Leader) };
        Case { actor, ..desk(warned(), command, code, field, says) }
    };
    let mut gateway = desk(warned(), report(9), "attempt.unknown", None, "were handed over");
    gateway.actor = actor("gateway", Role::Gateway);
    let decline = given(ObligationId(1), AnswerKind::Declined, Some("老李"));
    vec![
        gateway,
        holder(own(1), "obligation.not_yours", None, "give on_behalf_of"),
        desk(warned(), own(1), "obligation.nobodys_login", Some("on_behalf_of"), "on_behalf_of"),
        desk(warned(), own(9), "obligation.unknown", None, "GET /api/v1/obligations"),
        desk(
            answered(),
            whom("老李"),
            "obligation.already_answered",
            None,
            "the first answer stands",
        ),
        desk(withdrawn(), whom(HOLDER), "obligation.withdrawn", None, "nothing is left to answer"),
        desk(
            namesakes,
            whom("王伟"),
            "person.ambiguous",
            Some("on_behalf_of"),
            "give the person's id",
        ),
        desk(warned(), decline, "person.unknown", Some("on_behalf_of"), "give the id"),
        desk(warned(), whom(" "), "field.empty", Some("on_behalf_of"), "must not be empty"),
        desk(warned(), long_answer(1_001, 1, 1), "field.too_long", Some("note"), "than 1000"),
        desk(warned(), long_answer(1, 65, 1), "field.too_long", Some("on_behalf_of"), "than 64"),
        desk(warned(), long_answer(1, 1, 65), "field.too_long", Some("via"), "than 64"),
    ]
}

/// A case of a command that the console gives to a county in peace.
fn admin(
    command: Command,
    code: &'static str,
    field: Option<&'static str>,
    says: &'static str,
) -> Case {
    let actor = Actor::console(area(COUNTY));
    Case { county: County::small(1), actor, command, code, field, says }
}

/// A county with one village that is being rung.
fn warned() -> County {
    let mut county = County::small(1);
    county.orange();
    county
}

fn long_answer(note: usize, whom: usize, via: usize) -> Command {
    let text = |length: usize| "长".repeat(length);
    Command::Answer(GiveAnswer {
        obligation: ObligationId(1),
        answer: AnswerKind::Acknowledged,
        note: text(note),
        on_behalf_of: Some(text(whom).into()),
        via: Some(text(via).into()),
        here: None,
    })
}

fn accept(message: Message) -> Command {
    let original = Original { media_type: "test".into(), body: String::new(), base64: false };
    Command::AcceptWarning { message: Box::new(message), original }
}

fn lines() -> Command {
    let channel = Channel::Voice;
    Command::SetLines(LinesSet { channel, lines: 7, hold_ms: 35_000, simulated: true })
}

fn report(obligation: u64) -> Command {
    Command::RecordAttempt { attempt: attempt(obligation), outcome: Outcome::Busy }
}

fn attempt(obligation: u64) -> AttemptId {
    AttemptId { obligation: ObligationId(obligation), number: 0 }
}

fn post(id: &str) -> Post {
    Post {
        id: id.parse().unwrap(),
        title: CompactString::default(),
        holders: Vec::new(),
        deputies: Vec::new(),
        rotations: Default::default(),
    }
}

fn rotation_of(post: &str, rotation: Option<Rotation>) -> RotationSet {
    RotationSet { post: post.parse().unwrap(), rotation }
}

fn plan_from(day: &str) -> Command {
    let rotation = Rotation { starts_on: day.parse().unwrap(), ..rotation() };
    let plan = PlanRotation { post: VILLAGE.parse().unwrap(), rotation, goes_on: true };
    Command::Roster(RosterStep::PlanRotation(plan))
}

fn rotation() -> Rotation {
    let shift = ShiftTime { from_minute: 480, minutes: 1_440 };
    let plan = DayPlan::new(vec![shift], vec![vec![HOLDER.parse().unwrap()]]);
    let days = [(DayType::Workday, plan.clone()), (DayType::Weekend, plan)];
    Rotation::new("2026-07-01".parse().unwrap(), days)
}

fn plan(rotation: &mut Rotation) -> &mut DayPlan {
    rotation.days.get_mut(&DayType::Workday).unwrap()
}

fn change() -> AddOverride {
    AddOverride {
        post: VILLAGE.parse().unwrap(),
        from: at(0),
        to: at(3_600),
        people: vec![HOLDER.parse().unwrap()],
        reason: "代班".into(),
    }
}

/// Writes a table of `post` for some seconds that holds one shift.
fn table(post: &str, from: i64, to: i64, shift: i64, until: i64, people: &[&str]) -> DutyTableSet {
    let post: PostId = post.parse().unwrap();
    let people = people.iter().map(|person| person.parse().unwrap()).collect();
    let shifts = vec![Shift { from: at(shift), to: at(until), people }];
    DutyTableSet { post, from: at(from), to: at(to), shifts, import: None }
}

fn at(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-07-21T10:00:00+08:00".parse().unwrap();
    start + Duration::from_secs(u64::try_from(seconds).unwrap())
}

fn area(code: &str) -> jiaoying::domain::ids::AreaCode {
    code.parse().unwrap()
}
