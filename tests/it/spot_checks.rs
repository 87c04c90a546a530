//! Spot checks looked back over: who was on post when asked, how soon, and who was not.

use jiaoying::domain::{
    actor::Role,
    area::Area,
    callout::{attempt::Outcome, obligation::StateName, policy::CalloutKind},
    command::{AnswerKind, Command, GiveAnswer, OpenCallout, Reply, RosterStep},
    ids::{AreaCode, AttemptId, CalloutId, ObligationId, PostId},
    person::Channel,
    roster::Post,
    spot_check::{Here, Statistics, Tally, Why},
    time::Timestamp,
};

use crate::support::county::{COUNTY, County, area, by_hand, in_person};

const SHIPPED: &str = include_str!("../../config/policies.toml");
const DESK: &str = "990101000000/duty_officer";
const FIRST: &str = "990101001000/duty_officer";
const SECOND: &str = "990101002000/duty_officer";

#[test]
fn whoever_answers_in_time_is_on_post_and_who_does_not_is_absent_with_the_evidence() {
    let mut county = County::found(SHIPPED, 2, 1);
    let check = county.spot_check(false);
    county.pass(20);
    county.is_there("000000-duty_officer", DESK, check);
    county.pass(31);
    county.is_there("001000-duty_officer", FIRST, check);
    assert_eq!(
        county.of_july().total,
        Tally { asked: 2, on_post: 2, absent: 0, median_s: Some(35) }
    );
    county.pass(600);
    assert_eq!(county.state(SECOND), StateName::Unreached);
    let found = county.of_july();
    assert_eq!((found.checks, found.total.asked, found.total.absent), (1, 3, 1));
    let unit = |code: &str| found.units[&code.parse().unwrap()];
    assert_eq!(unit(COUNTY), Tally { asked: 1, on_post: 1, absent: 0, median_s: Some(20) });
    assert_eq!(unit("990101002000"), Tally { asked: 1, on_post: 0, absent: 1, median_s: None });
    let [absence] = &found.absences[..] else { panic!("{found:?}") };
    assert_eq!(
        (absence.post.to_string().as_str(), absence.people[0].as_str()),
        (SECOND, "002000-duty_officer")
    );
    assert!(absence.calls >= 2 && absence.answered_at.is_none(), "{absence:?}");
    // Found later, he was not there when he was asked.
    county.is_there("002000-duty_officer", SECOND, check);
    let found = county.of_july();
    assert_eq!((found.total.on_post, found.total.absent), (2, 1));
    assert_eq!(found.absences[0].answered_at, Some(county.now));
}

#[test]
fn drills_other_months_other_areas_and_what_was_taken_back_are_not_counted() {
    let mut county = County::found(SHIPPED, 1, 1);
    county.spot_check(true);
    let taken_back = county.spot_check(false);
    let withdraw = Command::WithdrawCallout { callout: taken_back, note: "误开".into() };
    county.as_role(Role::Commander, withdraw).unwrap();
    assert_eq!(county.of_july(), Statistics::default());
    let check = county.spot_check(false);
    county.is_there("000000-duty_officer", DESK, check);
    let (from, to) = july();
    let township = "990101001000".parse().unwrap();
    assert_eq!(county.board.spot_checks(township, from, to), Statistics::default());
    assert_eq!(county.board.spot_checks(area(), to, to), Statistics::default());
    assert_eq!(county.of_july().total.asked, 1);
    county.open_by_hand(by_hand("请到指挥中心", None)).unwrap();
    county.pass(3_600);
    assert_eq!(county.of_july().checks, 1, "a callout is no check");
}

#[test]
fn five_rings_that_nobody_takes_are_off_post_whatever_is_said_later() {
    let mut county = County::found(SHIPPED, 2, 1);
    let check = county.spot_check(false);
    let calls = ["000000", "001000", "002000"];
    let calls = calls.map(|area| county.last_call_to(&format!("{area}-duty_officer")));
    calls.iter().for_each(|call| county.record(*call, Outcome::Delivered));
    county.pass(24);
    county.record(calls[1], Outcome::NoAnswer);
    county.pass(2);
    county.record(calls[0], Outcome::NoAnswer);
    county.record(calls[2], Outcome::Rejected);
    for (who, post) in [("000000-duty_officer", DESK), ("001000-duty_officer", FIRST)] {
        county.is_there(who, post, check);
    }
    county.is_there("002000-duty_officer", SECOND, check);
    let found = county.of_july();
    assert_eq!((found.total.on_post, found.total.absent), (2, 1), "{found:?}");
    assert_eq!(
        (found.absences[0].post.to_string().as_str(), found.absences[0].why),
        (DESK, Why::OffPost { rings: 5 })
    );
    assert_eq!(found.absences[0].answered_at, Some(county.now));
}

#[test]
fn who_answers_before_the_telephone_has_rung_out_is_on_post_and_each_absence_says_why() {
    let mut county = County::found(SHIPPED, 2, 1);
    let check = county.spot_check(false);
    let call = county.last_call_to("000000-duty_officer");
    county.record(call, Outcome::Delivered);
    county.pass(20);
    county.is_there("000000-duty_officer", DESK, check);
    county.pass(10);
    county.record(call, Outcome::NoAnswer);
    let obligation = county.obligation_of(check, FIRST);
    county.answer_as("001000-duty_officer", obligation, AnswerKind::Declined).unwrap();
    county.pass(600);
    let found = county.of_july();
    let why: Vec<(String, Why)> =
        found.absences.iter().map(|one| (one.post.to_string(), one.why)).collect();
    assert_eq!(why, [(FIRST.to_owned(), Why::Declined), (SECOND.to_owned(), Why::Silent)]);
    county.is_there("002000-duty_officer", SECOND, check);
    assert_eq!(county.of_july().absences[1].why, Why::Late);
    assert_eq!(county.of_july().total.on_post, 1);
}

#[test]
fn where_rings_do_not_count_and_where_two_are_on_duty_and_one_answers_nobody_is_off_post() {
    let mut county = County::found(&SHIPPED.replace("off_post_rings = 5", ""), 1, 1);
    let check = county.spot_check(false);
    county.rings_out("000000-duty_officer", 60);
    county.is_there("000000-duty_officer", DESK, check);
    assert_eq!(county.of_july().total.on_post, 1);

    let mut county = County::found(SHIPPED, 1, 1);
    county.holders(DESK, &["000000-duty_officer", "000000-duty_officer-b"]);
    let check = county.spot_check(false);
    county.rings_out("000000-duty_officer", 30);
    county.is_there("000000-duty_officer-b", DESK, check);
    assert_eq!(county.of_july().total.on_post, 1, "the other one's telephone was not let ring");
}

#[test]
fn whoever_answers_a_check_from_far_away_is_not_at_his_post() {
    let mut county = located();
    let check = county.spot_check(false);
    // The duty room; 290 m north of it, with a doubt of 20 m; 400 m north.
    let room = [114.5, 35.6];
    let north = |metres: f64| [room[0], room[1] + metres / 111_195.0];
    for (post, at, accuracy_m, away_m, elsewhere) in [
        (DESK, north(290.0), 20, Some(290), false),
        // The township's outline, 2 km across, and nobody knows how the telephone would know.
        (FIRST, [115.0, 36.0], 9_000, None, false),
        (SECOND, [115.0, 36.0], 15, None, false),
    ] {
        let holder = county.holder_of(post);
        county.is_at(&holder, post, check, at, accuracy_m);
        let answer = county.at(post).answer.as_ref().unwrap().whereabouts.unwrap();
        assert_eq!((answer.away_m, answer.elsewhere), (away_m, elsewhere), "{post} {answer:?}");
    }
    assert_eq!(county.of_july().total.absent, 0);

    let check = county.spot_check(false);
    county.is_at("000000-duty_officer", DESK, check, north(400.0), 20);
    county.is_at("001000-duty_officer", FIRST, check, [114.505, 35.605], 10);
    let inside = county.at(FIRST).answer.as_ref().unwrap().whereabouts.unwrap();
    assert_eq!((inside.away_m, inside.elsewhere), (Some(0), false));
    let found = county.of_july();
    assert_eq!((found.total.absent, found.absences[0].why), (1, Why::Elsewhere { away_m: 400 }));

    let check = county.spot_check(false);
    county.is_at("001000-duty_officer", FIRST, check, [114.52, 35.6], 10);
    let found = county.of_july();
    let Why::Elsewhere { away_m } = found.absences[1].why else { panic!("{found:?}") };
    assert!(
        (900..=910).contains(&away_m),
        "a hundredth of a degree east of the boundary: {away_m}"
    );
    assert!(county.replayed() == county.board);
}

#[test]
fn nobodys_place_is_kept_where_nobody_asks_for_it() {
    let mut county = County::found(SHIPPED, 1, 1);
    let check = county.spot_check(false);
    county.is_at("000000-duty_officer", DESK, check, [114.5, 35.6], 10);
    assert_eq!(county.at(DESK).answer.as_ref().unwrap().whereabouts, None, "no rule asks");
    let mut county = located();
    county.red();
    let obligation = county.at(DESK).id;
    let answer = answer_from(obligation, [114.5, 35.6], 10);
    county.submit(&in_person("000000-duty_officer"), answer).unwrap();
    assert_eq!(county.at(DESK).answer.as_ref().unwrap().whereabouts, None, "a warning asks nobody");
}

/// A county with a duty room, and a township whose boundary is known.
fn located() -> County {
    let presence =
        "off_post_rings = 5\nwithin_m = 300\nrooms = { \"990101000000\" = [114.5, 35.6] }";
    let mut county = County::found(&SHIPPED.replace("off_post_rings = 5", presence), 2, 1);
    let first: AreaCode = "990101001000".parse().unwrap();
    let area = county.board.areas.get(first).unwrap().clone();
    let square = vec![[114.49, 35.59], [114.51, 35.59], [114.51, 35.61], [114.49, 35.61]];
    county.must(Command::SaveAreas(vec![Area { outline: vec![vec![square]], ..area }]));
    county
}

fn answer_from(obligation: ObligationId, at: [f64; 2], accuracy_m: u32) -> Command {
    let at = at.try_into().unwrap();
    Command::Answer(GiveAnswer {
        obligation,
        answer: AnswerKind::Acknowledged,
        note: String::new(),
        on_behalf_of: None,
        via: None,
        here: Some(Here { at, accuracy_m }),
    })
}

fn july() -> (Timestamp, Timestamp) {
    let at = |text: &str| text.parse().unwrap();
    (at("2026-07-01T00:00:00+08:00"), at("2026-08-01T00:00:00+08:00"))
}

impl County {
    fn spot_check(&mut self, drill: bool) -> CalloutId {
        let kind = CalloutKind::SpotCheck;
        let open = OpenCallout { kind, drill, ..by_hand("值班抽查", Some("spot_check")) };
        let reply = self.open_by_hand(open).unwrap();
        let Reply::Callout { id } = reply else { panic!("{reply:?}") };
        id
    }

    #[track_caller]
    fn last_call_to(&self, who: &str) -> AttemptId {
        let calls = self.tried(who, Channel::Voice);
        calls.last().expect("they are called").id
    }

    /// Lets a telephone ring so long.
    #[track_caller]
    fn rings_out(&mut self, who: &str, seconds: u64) {
        let call = self.last_call_to(who);
        self.record(call, Outcome::Delivered);
        self.pass(seconds);
        self.record(call, Outcome::NoAnswer);
    }

    fn holders(&mut self, post: &str, people: &[&str]) {
        let id: PostId = post.parse().unwrap();
        let post = self.board.roster.get(&id).unwrap().post.clone();
        let holders = people.iter().map(|person| person.parse().unwrap()).collect();
        self.must(Command::Roster(RosterStep::SavePosts(vec![Post { holders, ..post }])));
    }

    fn holder_of(&self, post: &str) -> String {
        let staffing = self.board.roster.get(&post.parse().unwrap()).unwrap();
        staffing.post.holders[0].to_string()
    }

    fn obligation_of(&self, check: CalloutId, post: &str) -> ObligationId {
        self.board.callouts.get(check).unwrap().by_post[&post.parse().unwrap()]
    }

    #[track_caller]
    fn is_at(&mut self, who: &str, post: &str, check: CalloutId, at: [f64; 2], accuracy_m: u32) {
        let answer = answer_from(self.obligation_of(check, post), at, accuracy_m);
        self.submit(&in_person(who), answer).unwrap();
    }

    #[track_caller]
    fn is_there(&mut self, who: &str, post: &str, check: CalloutId) {
        let obligation = self.obligation_of(check, post);
        self.answer_as(who, obligation, AnswerKind::Acknowledged).unwrap();
    }

    fn of_july(&self) -> Statistics {
        let (from, to) = july();
        self.board.spot_checks(area(), from, to)
    }
}
