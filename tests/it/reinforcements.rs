//! More people on duty than usual: asked for while a response is open or in the season, and there only once confirmed.

use jiaoying::domain::{
    actor::{Actor, Role},
    callout::policy::{CalloutKind, PolicySet},
    command::{Command, Reply, RosterStep},
    ids::{PersonId, ResponseId},
    reinforcement::{Need, ReinforceStep, Send},
    rejection::Rejection,
    response::ResponseStep,
    roster::Post,
};

use crate::{
    response::story::plans,
    support::county::{County, actor},
};

const SHIPPED: &str = include_str!("../../config/policies.toml");
const RULES: &str = r#"
[[reinforcement]]
id = "level_2"
title = "Ⅱ级以上响应增援"
response = 2
posts = [{ level = "county", duty = "duty_officer", add = 1 }, { level = "township", duty = "lead_officer", add = 1 }]
hours = 24

[[reinforcement]]
id = "season"
title = "汛期增援"
season = { from = "05-15", to = "09-30" }
posts = [{ level = "county", duty = "lead_officer", add = 1 }]
hours = 48
"#;
const DESK: &str = "990101000000/duty_officer";
const LEAD: &str = "990101000000/lead_officer";
const DEPUTY: &str = "000000-duty_officer-b";
const HOUR: u64 = 3_600;

#[test]
fn a_grave_response_asks_for_more_people_and_they_are_there_once_the_desk_has_confirmed() {
    let mut county = county();
    assert!(county.wanting("level_2").is_empty());
    let response = county.responds(3);
    assert!(county.wanting("level_2").is_empty(), "a level below asks for nothing");
    county.sets_level(response, 2).unwrap();
    let first = "990101001000/lead_officer";
    assert_eq!(county.wanting("level_2"), [DESK, first, "990101002000/lead_officer"]);
    assert_eq!(county.on_post(DESK), ["000000-duty_officer"], "nothing changes by itself");

    county.sends(DESK, Some(response), &[DEPUTY], None).unwrap();
    assert_eq!(county.on_post(DESK), ["000000-duty_officer", DEPUTY]);
    county.pass(60);
    assert_eq!(county.board.handovers.iter().count(), 0, "nobody has gone");
    assert_eq!(county.wanting("level_2"), [first, "990101002000/lead_officer"]);
    let told = county.board.callouts.iter().filter(|one| one.kind == CalloutKind::Notice);
    let told: Vec<&str> = told.map(|one| one.subject.as_str()).collect();
    assert_eq!(told, ["增援值守：000000-duty_officer，即刻至 7月22日 10:00"]);
    let again = county.sends(DESK, Some(response), &[DEPUTY], None).unwrap_err();
    assert_eq!(again.code(), "reinforcement.not_wanted");

    // A day later they go home, and while the response is open more are asked for again.
    county.pass(24 * HOUR);
    assert_eq!(county.on_post(DESK), ["000000-duty_officer"]);
    assert_eq!(county.board.handovers.iter().count(), 0, "who stays knows what is open");
    assert!(county.wanting("level_2").contains(&DESK.to_owned()));
    county.ends(response, "雨停").unwrap();
    assert!(county.wanting("level_2").is_empty());
    assert!(county.replayed() == county.board);
}

#[test]
fn in_the_season_they_are_asked_for_every_day_and_what_is_turned_down_rests_for_a_while() {
    let mut county = county();
    assert_eq!(county.wanting("season"), [LEAD], "it is July");
    let decline = |county: &mut County, reason: &str| {
        let step =
            ReinforceStep::Decline { need: need("season", LEAD, None), reason: reason.into() };
        county.submit(&desk(), Command::Reinforce(step))
    };
    assert_eq!(decline(&mut county, " ").unwrap_err().field(), Some("reason"));
    decline(&mut county, "人手不足，由值班室兼顾").unwrap();
    assert!(county.wanting("season").is_empty());
    county.pass(48 * HOUR - 1);
    assert!(county.wanting("season").is_empty());
    county.pass(1);
    assert_eq!(county.wanting("season"), [LEAD]);
    county.pass(75 * 24 * HOUR);
    assert!(county.wanting("season").is_empty(), "October has come");
    assert!(county.replayed() == county.board);
}

#[test]
fn whoever_cannot_come_or_is_too_many_is_refused_and_nothing_changes() {
    let mut county = county();
    let response = county.responds(1);
    let seq = county.board.seq;
    let refused = |county: &mut County, people: &[&str], hours| {
        county.sends(DESK, Some(response), people, hours).unwrap_err().code()
    };
    assert_eq!(refused(&mut county, &[], None), "roster.nobody");
    assert_eq!(
        refused(&mut county, &[DEPUTY, "000000-flood_chief-b"], None),
        "reinforcement.too_many"
    );
    assert_eq!(refused(&mut county, &["000000-duty_officer"], None), "swap.there_already");
    assert_eq!(refused(&mut county, &[DEPUTY], Some(25)), "reinforcement.hours");
    assert_eq!(refused(&mut county, &[DEPUTY], Some(0)), "reinforcement.hours");
    let elsewhere = Actor { area: "990101001000".parse().unwrap(), ..desk() };
    let send = Send {
        need: need("level_2", DESK, Some(response)),
        people: vec![DEPUTY.parse().unwrap()],
        hours: None,
    };
    let command = Command::Reinforce(ReinforceStep::Send(send));
    assert_eq!(
        county.submit(&elsewhere, command.clone()).unwrap_err().code(),
        "access.outside_area"
    );
    let leader = actor("leader", Role::Leader);
    assert_eq!(county.submit(&leader, command).unwrap_err().code(), "access.not_allowed");
    assert_eq!(county.board.seq, seq);
    county.must(Command::AdoptPolicies(seated(2)));
    let post = county.board.roster.get(&DESK.parse().unwrap()).unwrap().post.clone();
    let holders = ["000000-duty_officer", "000000-flood_chief"];
    let holders = holders.map(|person| person.parse().unwrap()).to_vec();
    county.must(Command::Roster(RosterStep::SavePosts(vec![Post { holders, ..post }])));
    assert_eq!(refused(&mut county, &[DEPUTY], None), "roster.seats");
}

#[test]
fn rules_that_cannot_be_are_refused_with_what_to_do() {
    for (from, to, says) in [
        ("response = 2", "", "name either response, a level, or season"),
        ("hours = 24", "hours = 169", "hours is 1 to 168"),
        ("add = 1", "add = 0", "each with add of 1 to 20"),
        (r#"duty = "duty_officer""#, r#"duty = "cook""#, "unknown duty cook"),
        (r#"id = "season""#, r#"id = "level_2""#, "needs an id of its own"),
    ] {
        let set: PolicySet =
            toml::from_str(&format!("{SHIPPED}{}", RULES.replacen(from, to, 1))).unwrap();
        let fault = set.check().unwrap_err().to_string();
        assert!(fault.starts_with("reinforcement ") && fault.contains(says), "{fault}");
    }
    let fault = seated(1).check().unwrap_err().to_string();
    assert!(fault.contains("adds 1 at duty_officer, which has no seats"), "{fault}");
}

/// Returns policies in which a desk has so many seats.
fn seated(seats: u8) -> PolicySet {
    let duty = r#"{ name = "duty_officer", zh = "值班员", en = "Duty officer""#;
    let set = SHIPPED.replace(&format!("{duty} }}"), &format!("{duty}, seats = {seats} }}"));
    toml::from_str(&format!("{set}{RULES}")).unwrap()
}

fn county() -> County {
    let mut county = County::found(&format!("{SHIPPED}{RULES}"), 2, 1);
    county.must(Command::Response(ResponseStep::AdoptPlans(plans())));
    county
}

fn desk() -> Actor {
    actor("dispatcher", Role::Dispatcher)
}

fn need(rule: &str, post: &str, response: Option<ResponseId>) -> Need {
    Need { post: post.parse().unwrap(), rule: rule.into(), response }
}

impl County {
    /// Returns the posts at which a rule misses people.
    fn wanting(&self, rule: &str) -> Vec<String> {
        let wanted = self.board.reinforcements_wanted(self.now).into_iter();
        let missing = wanted.filter(|one| one.need.rule == rule && one.missing() > 0);
        missing.map(|one| one.need.post.to_string()).collect()
    }

    fn sends(
        &mut self,
        post: &str,
        response: Option<ResponseId>,
        people: &[&str],
        hours: Option<u16>,
    ) -> Result<Reply, Rejection> {
        let people: Vec<PersonId> = people.iter().map(|id| id.parse().unwrap()).collect();
        let send = Send { need: need("level_2", post, response), people, hours };
        self.submit(&desk(), Command::Reinforce(ReinforceStep::Send(send)))
    }

    fn on_post(&self, post: &str) -> Vec<String> {
        let staffing = self.board.roster.get(&post.parse().unwrap()).unwrap();
        let duty = self.board.on_duty(staffing, self.now);
        duty.people.iter().map(|person| person.as_str().to_owned()).collect()
    }
}
