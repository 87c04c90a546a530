//! Spot checks looked back over: who was on post when asked, how soon, and who was not.

use jiaoying::domain::{
    actor::Role,
    callout::{obligation::StateName, policy::CalloutKind},
    command::{AnswerKind, Command, OpenCallout, Reply},
    ids::CalloutId,
    spot_check::{Statistics, Tally},
    time::Timestamp,
};

use crate::support::county::{COUNTY, County, area, by_hand};

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
    fn is_there(&mut self, who: &str, post: &str, check: CalloutId) {
        let callout = self.board.callouts.get(check).unwrap();
        let obligation = callout.by_post[&post.parse().unwrap()];
        self.answer_as(who, obligation, AnswerKind::Acknowledged).unwrap();
    }

    fn of_july(&self) -> Statistics {
        let (from, to) = july();
        self.board.spot_checks(area(), from, to)
    }
}
