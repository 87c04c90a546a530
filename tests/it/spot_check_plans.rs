//! Spot checks that come by themselves: drawn while their window is open, held at the time drawn, of the posts drawn.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use jiaoying::domain::{
    actor::{Actor, Role},
    callout::{
        callouts::Callout,
        policy::{CalloutKind, PolicySet},
    },
    command::Command,
    ids::PostId,
    spot_check::DrawLot,
    time::Timestamp,
};

use crate::support::county::{County, actor, area};

const SHIPPED: &str = include_str!("../../config/policies.toml");
const NIGHTS: &str = r#"
[[spot_check]]
id = "nights"
title = "夜间值班抽查"
from = "22:00"
to = "06:00"
chance_percent = 40
posts = 2
"#;
const MORNINGS: &str = r#"
[[spot_check]]
id = "mornings"
title = "早点名"
from = "08:40"
"#;
const TWO_HOURS: u64 = 2 * 3_600;

#[test]
fn a_check_is_drawn_while_its_window_is_open_and_held_at_the_time_drawn_also_after_midnight() {
    let mut county = county(NIGHTS);
    assert!(county.board.undrawn(county.now).is_empty(), "it is ten in the morning");
    county.until_night("21T22:00:00");
    assert_eq!(county.board.undrawn(county.now), [("nights".into(), day(21))]);
    // Half of eight hours: two in the morning of the next day.
    county.draw("nights", 21, 39, 1 << 31);
    assert!(county.board.undrawn(county.now).is_empty());
    assert!(county.checks().is_empty(), "nobody is called before its time");
    county.until_night("22T01:59:59");
    assert!(county.checks().is_empty());
    assert!(county.board.undrawn(county.now).is_empty(), "it is the same window after midnight");
    county.until_night("22T02:00:00");
    let checks = county.checks();
    assert_eq!(checks.len(), 1);
    assert_eq!((&*checks[0].subject, checks[0].drill), ("夜间值班抽查", false));
    assert_eq!(checks[0].obligations.len(), 2);
    let held = county.board.spot_checks.last_held("nights").unwrap();
    assert_eq!((held.at, held.callout), (county.now, Some(checks[0].id)));
    county.pass(TWO_HOURS);
    assert_eq!(county.checks().len(), 1);
    assert!(county.replayed() == county.board);
}

#[test]
fn in_most_windows_there_is_none_and_nobody_draws_twice() {
    let mut county = county(NIGHTS);
    county.until_night("21T23:00:00");
    county.draw("nights", 21, 40, 0);
    county.draw("nights", 21, 0, 0);
    county.until_night("22T06:00:00");
    assert!(county.checks().is_empty(), "the second lot was not drawn");
    county.until_night("22T22:00:00");
    let seq = county.board.seq;
    county.draw("nights", 21, 0, 0);
    county.draw("days", 22, 0, 0);
    assert_eq!(county.board.seq, seq, "neither a window that is over nor an unknown plan");
    county.draw("nights", 22, 0, 0);
    assert_eq!(county.checks().len(), 1, "the first instant is one of the window's");
    assert_eq!(county.events("spot_check_drawn").len(), 2);
}

#[test]
fn a_check_at_a_set_time_calls_everybody_whom_the_policy_obliges() {
    let mut county = county(MORNINGS);
    county.until_night("22T08:40:00");
    county.draw("mornings", 22, 99, u32::MAX);
    let posts: BTreeSet<&PostId> = county.checks()[0].by_post.keys().collect();
    let posts: Vec<String> = posts.into_iter().map(|post| post.to_string()).collect();
    assert_eq!(posts.len(), 4, "{posts:?}");
    assert!(posts.iter().all(|post| post.ends_with("/duty_officer")), "{posts:?}");
}

#[test]
fn posts_are_drawn_anew_each_time() {
    let mut county = county(&NIGHTS.replace("chance_percent = 40\n", ""));
    let mut seen = BTreeSet::new();
    for n in 21..31 {
        county.until_night(&format!("{n}T22:00:00"));
        let lot = DrawLot {
            plan: "nights".into(),
            day: day(n),
            whether: 99,
            when: 0,
            seed: u64::from(n),
        };
        county.draws(lot);
    }
    for check in county.checks() {
        assert_eq!(check.by_post.len(), 2);
        seen.extend(check.by_post.keys().cloned());
    }
    assert_eq!((county.checks().len(), seen.len()), (10, 4), "sooner or later everybody is asked");
}

#[test]
fn a_time_that_passed_while_no_node_ran_is_on_record_and_calls_nobody() {
    let mut county = county(NIGHTS);
    county.until_night("21T22:00:00");
    county.draw("nights", 21, 0, 1 << 30);
    county.now = "2026-07-22T00:30:00+08:00".parse().unwrap();
    county.must(Command::Elapse);
    assert!(county.checks().is_empty(), "half an hour late is not what was drawn");
    assert_eq!(county.board.spot_checks.last_held("nights").unwrap().callout, None);
}

#[test]
fn plans_that_cannot_be_are_refused_and_only_the_node_draws() {
    for (from, to, says) in [
        ("chance_percent = 40", "chance_percent = 101", "chance_percent is 1 to 100"),
        ("posts = 2", "posts = 0", "posts is at least 1"),
        (r#"title = "夜间值班抽查""#, r#"title = " ""#, "needs an id and a title"),
    ] {
        let fault = set(&NIGHTS.replace(from, to)).check().unwrap_err().to_string();
        assert!(fault.starts_with("spot_check nights: ") && fault.contains(says), "{fault}");
    }
    let twice = set(&format!("{NIGHTS}{NIGHTS}")).check().unwrap_err().to_string();
    assert!(twice.contains("needs an id of its own"), "{twice}");
    let unknown: Result<PolicySet, _> =
        toml::from_str(&format!("{SHIPPED}{}", NIGHTS.replace("22:00", "24:00")));
    assert!(unknown.unwrap_err().to_string().contains("not a time of the day"));
    let mut county = county(NIGHTS);
    let lot = DrawLot { plan: "nights".into(), day: day(21), whether: 0, when: 0, seed: 0 };
    let refused = county.submit(&actor("dispatcher", Role::Dispatcher), Command::DrawLot(lot));
    assert_eq!(refused.unwrap_err().code(), "access.not_allowed");
}

fn set(plans: &str) -> PolicySet {
    toml::from_str(&format!("{SHIPPED}{plans}")).unwrap()
}

/// A county of three townships with plans beside the shipped policies; it is the 21st, ten o'clock.
fn county(plans: &str) -> County {
    County::found(&format!("{SHIPPED}{plans}"), 3, 1)
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 7, day).unwrap()
}

impl County {
    /// Lets time pass until an instant of this July, such as `22T08:00:00`.
    fn until_night(&mut self, text: &str) {
        let at: Timestamp = format!("2026-07-{text}+08:00").parse().unwrap();
        self.pass(at.since(self.now).as_secs());
    }

    fn draw(&mut self, plan: &str, of: u32, whether: u8, when: u32) {
        self.draws(DrawLot { plan: plan.into(), day: day(of), whether, when, seed: 7 });
    }

    fn draws(&mut self, lot: DrawLot) {
        self.submit(&Actor::node(area()), Command::DrawLot(lot)).unwrap();
        self.pass(0);
    }

    fn checks(&self) -> Vec<&Callout> {
        let callouts = self.board.callouts.iter();
        callouts.filter(|callout| callout.kind == CalloutKind::SpotCheck).collect()
    }
}
