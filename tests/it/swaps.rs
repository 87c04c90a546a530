//! Duty that changes hands among colleagues: asked for, taken, approved, and what stands in the way.

use std::time::Duration;

use jiaoying::domain::{
    actor::{Actor, Role},
    callout::{
        obligation::{Obligation, StateName},
        policy::CalloutKind,
    },
    command::{
        AnswerKind::{self, *},
        Command, Reply, RosterStep,
    },
    event::DutyTableSet,
    ids::{ObligationId, PersonId, PostId, SwapId},
    leave::{LeaveStep, TakeLeave},
    rejection::Rejection,
    roster::Shift,
    swap::{AskSwap, Swap, SwapEnd, SwapStep, Turn},
    time::Timestamp,
};

use crate::support::county::{COUNTY, County, actor, in_person, person};

const SHIPPED: &str = include_str!("../../config/policies.toml");
/// The desk's post, those who hold it in turn, and whoever approves.
const DESK: &str = "990101000000/duty_officer";
const OTHER_POST: &str = "990101000000/flood_chief";
const OFFICERS: [&str; 3] = ["zhang", "li", "wang"];
const LEADER: &str = "000000-lead_officer";
const DAY: Duration = Duration::from_secs(24 * 3_600);

#[test]
fn who_cannot_come_asks_a_colleague_and_is_on_duty_until_it_is_approved() {
    let mut county = county();
    let swap = county.ask("zhang", day(1), &["li"], None).unwrap();
    assert_eq!(county.on_duty(day(1)), ["zhang"], "asking changes nothing");
    assert_eq!(county.asked(), ["li"]);
    county.says("li", Acknowledged).unwrap();
    assert_eq!(county.on_duty(day(1)), ["zhang"], "nor does taking it, before it is approved");
    assert_eq!(county.asked(), [LEADER]);
    county.says(LEADER, Acknowledged).unwrap();
    assert_eq!(county.on_duty(day(1)), ["li"]);
    assert_eq!(county.on_duty(day(2)), ["li"], "the other days stay as they were");
    assert_eq!(county.end(swap), SwapEnd::Approved);
    assert_eq!(county.told(), ["li", "zhang"], "both have to know");
    county.says("zhang", Acknowledged).unwrap();
    county.says("li", Acknowledged).unwrap();
    assert!(county.asked().is_empty() && county.told().is_empty(), "and nothing is left open");
    assert!(county.replayed() == county.board);
}

#[test]
fn an_exchange_changes_both_duties_or_neither() {
    let mut county = county();
    let swap = county.ask("zhang", day(1), &["li"], Some(day(2))).unwrap();
    county.says("li", Acknowledged).unwrap();
    county.says(LEADER, Acknowledged).unwrap();
    assert_eq!(
        (county.on_duty(day(1)), county.on_duty(day(2))),
        (names(&["li"]), names(&["zhang"]))
    );
    assert_eq!(county.end(swap), SwapEnd::Approved);

    // What was given in return has gone to somebody else meanwhile: nothing of it is done.
    let swap = county.ask("wang", day(3), &["li"], Some(day(5))).unwrap();
    county.says("li", Acknowledged).unwrap();
    county.stand_in(DESK, "zhang", 5 * 86_400 - 7_200, 6 * 86_400 - 7_200);
    let refused = county.says(LEADER, Acknowledged).unwrap_err();
    assert_eq!(refused.code(), "swap.not_on_duty");
    assert_eq!(
        (county.on_duty(day(3)), county.on_duty(day(5))),
        (names(&["wang"]), names(&["zhang"]))
    );
    assert!(county.swap(swap).is_open());
}

#[test]
fn who_was_on_duty_until_it_was_approved_stays_on_record() {
    let mut county = county();
    let asked_at = county.now;
    county.ask("wang", day(0), &["li"], None).unwrap();
    county.pass(600);
    county.says("li", Acknowledged).unwrap();
    county.says(LEADER, Acknowledged).unwrap();
    let before = Turn { from: asked_at, to: county.now, ..day(0) };
    let after = Turn { from: county.now, ..day(0) };
    assert_eq!((county.on_duty(before), county.on_duty(after)), (names(&["wang"]), names(&["li"])));
}

#[test]
fn a_duty_that_was_swapped_is_swapped_again_and_the_rest_of_the_older_change_stays() {
    let mut county = county();
    county.stand_in(DESK, "wang", 86_400 - 7_200, 3 * 86_400 - 7_200);
    let half = Turn { to: day(1).from + DAY / 2, ..day(1) };
    county.ask("wang", half.clone(), &["zhang"], None).unwrap();
    county.says("zhang", Acknowledged).unwrap();
    county.says(LEADER, Acknowledged).unwrap();
    let after = Turn { from: half.to, to: day(1).to, ..half.clone() };
    assert_eq!(county.on_duty(half), ["zhang"]);
    assert_eq!(county.on_duty(after), ["wang"]);
    assert_eq!(county.on_duty(day(2)), ["wang"]);
    assert!(county.replayed() == county.board);
}

#[test]
fn of_all_colleagues_the_first_to_say_yes_has_it_and_the_others_are_let_go() {
    let mut county = county();
    let swap = county.ask("zhang", day(1), &[], None).unwrap();
    assert_eq!(county.asked(), ["000000-duty_officer", "000000-duty_officer-b", "li", "wang"]);
    county.says("li", Declined).unwrap();
    county.says("wang", Acknowledged).unwrap();
    assert_eq!(county.asked(), [LEADER], "nobody else is asked any more");
    let late = county.swap(swap).asks.iter().find(|ask| ask.person.as_str() == "li").unwrap();
    assert!(late.declined);
    county.says(LEADER, Acknowledged).unwrap();
    assert_eq!(county.on_duty(day(1)), ["wang"]);
}

#[test]
fn when_everybody_says_no_the_asker_is_told_that_he_is_still_on_duty() {
    let mut county = county();
    let swap = county.ask("zhang", day(1), &["li", "wang"], None).unwrap();
    county.says("li", Declined).unwrap();
    assert!(county.swap(swap).is_open());
    county.says("wang", Declined).unwrap();
    assert_eq!(county.end(swap), SwapEnd::Nobody);
    assert_eq!((county.told(), county.on_duty(day(1))), (names(&["zhang"]), names(&["zhang"])));
}

#[test]
fn what_nobody_answers_lapses_before_the_duty_begins_and_the_desk_is_not_sent_after_anybody() {
    let mut county = county();
    let swap = county.ask("zhang", day(1), &["li", "wang"], None).unwrap();
    assert_eq!(county.swap(swap).lapses_at, day(1).from);
    county.pass(22 * 3_600);
    assert_eq!(county.end(swap), SwapEnd::Lapsed);
    assert_eq!((county.told(), county.asked()), (names(&["zhang"]), names(&[])));
    let asks = &county.swap(swap).asks;
    let state = |id| county.board.callouts.obligation(id).unwrap().state.name();
    assert!(asks.iter().all(|ask| state(ask.obligation) == StateName::Withdrawn));
    let late = asks[0].obligation;
    assert!(
        county.answer_as("li", late, Acknowledged).is_err(),
        "a yes that comes too late is refused"
    );

    // Of a duty that is far off nobody is asked for longer than two days.
    let swap = county.ask("zhang", day(10), &["li"], None).unwrap();
    assert_eq!(county.swap(swap).lapses_at, county.now + 2 * DAY);
    county.says("li", Acknowledged).unwrap();
    county.pass(2 * 86_400);
    assert_eq!(county.end(swap), SwapEnd::Lapsed, "nobody approved it in time");
    assert_eq!(county.told(), ["li", "zhang"]);
    // Of one that runs already there is half an hour.
    let rest = Turn { from: county.now, ..day(3) };
    let on_duty = county.on_duty(rest.clone())[0].clone();
    let swap = county.ask(&on_duty, day(3), &["li"], None).unwrap();
    assert_eq!(county.swap(swap).lapses_at, county.now + DAY / 48);
}

#[test]
fn nobody_is_asked_who_cannot_and_nobody_takes_what_he_cannot_any_more() {
    let mut county = county();
    county.leave("wang", day(1));
    county.shift(OTHER_POST, "li", day(4));
    for (who, turn, ask, code) in [
        ("zhang", day(1), "wang", "swap.on_leave"),
        ("zhang", day(4), "li", "swap.at_other_post"),
        ("zhang", day(1), "zhang", "swap.there_already"),
        ("zhang", day(2), "wang", "swap.not_on_duty"),
        ("zhang", day(1), "mute", "swap.unreachable"),
    ] {
        let refused = county.ask(who, turn, &[ask], None).unwrap_err();
        assert_eq!(refused.code(), code, "{ask}");
    }
    assert!(county.board.swaps.iter().next().is_none(), "nothing was half asked");

    county.ask("zhang", day(1), &["li"], None).unwrap();
    county.leave("li", day(1));
    assert_eq!(county.says("li", Acknowledged).unwrap_err().code(), "swap.on_leave");
    assert_eq!(county.on_duty(day(1)), ["zhang"]);
}

#[test]
fn whoever_takes_part_does_not_approve_and_the_desk_can() {
    let mut county = county();
    county.shift(DESK, LEADER, day(6));
    let swap = county.ask(LEADER, day(6), &["li"], None).unwrap();
    county.says("li", Acknowledged).unwrap();
    assert!(county.asked().is_empty(), "the only one who may approve asked himself");
    let own = Actor { person: Some(LEADER.parse().unwrap()), ..actor("boss", Role::Commander) };
    let step = |step| Command::Swap(step);
    let refused = county.submit(&own, step(SwapStep::Approve(swap))).unwrap_err();
    assert_eq!(refused.code(), "swap.own");
    let elsewhere = Actor { area: "990101001000".parse().unwrap(), ..desk() };
    let refused = county.submit(&elsewhere, step(SwapStep::Approve(swap))).unwrap_err();
    assert!(matches!(refused, Rejection::OutsideArea(_)));
    county.submit(&desk(), step(SwapStep::Approve(swap))).unwrap();
    assert_eq!(county.on_duty(day(6)), ["li"]);
    let again = county.submit(&desk(), step(SwapStep::Approve(swap))).unwrap_err();
    assert_eq!(again.code(), "swap.over");
}

#[test]
fn a_refusal_leaves_the_roster_alone_and_both_are_told() {
    let mut county = county();
    let swap = county.ask("zhang", day(1), &["li"], None).unwrap();
    let early = SwapStep::Refuse { swap, note: "".into() };
    let refused = county.submit(&desk(), Command::Swap(early)).unwrap_err();
    assert_eq!(refused.code(), "swap.not_taken");
    county.says("li", Acknowledged).unwrap();
    county.says(LEADER, Declined).unwrap();
    assert_eq!(county.end(swap), SwapEnd::Refused);
    assert_eq!(
        (county.told(), county.on_duty(day(1))),
        (names(&["li", "zhang"]), names(&["zhang"]))
    );
}

#[test]
fn who_had_taken_it_and_cannot_leaves_the_asker_on_duty_and_told() {
    let mut county = county();
    let swap = county.ask("zhang", day(1), &["li"], None).unwrap();
    county.says("li", Acknowledged).unwrap();
    county.says("li", Declined).unwrap();
    assert_eq!(county.end(swap), SwapEnd::Nobody);
    assert_eq!(county.told(), ["zhang"]);
    assert!(county.asked().is_empty(), "and nobody has to approve anything");
}

#[test]
fn who_asked_takes_it_back_and_nobody_else_does() {
    let mut county = county();
    let swap = county.ask("zhang", day(1), &["li"], None).unwrap();
    assert_eq!(county.ask("zhang", day(1), &["wang"], None).unwrap_err().code(), "swap.already");
    let step = |note: &str| Command::Swap(SwapStep::Withdraw { swap, note: note.into() });
    let refused = county.submit(&in_person("wang"), step("")).unwrap_err();
    assert_eq!(refused.code(), "swap.not_yours");
    county.submit(&in_person("zhang"), step("又能来了")).unwrap();
    assert_eq!(county.end(swap), SwapEnd::Withdrawn);
    assert!(county.asked().is_empty());
    county.ask("zhang", day(1), &["wang"], None).unwrap();
}

#[test]
fn what_cannot_be_asked_is_refused_with_its_field() {
    let mut county = county();
    let backwards = Turn { from: day(1).to, to: day(1).from, ..day(1) };
    let past = Turn { from: day(0).from - 2 * DAY, to: day(0).from - DAY, ..day(0) };
    let endless = Turn { to: day(1).from + 63 * DAY, ..day(1) };
    let nowhere = Turn { post: "990101000000/nobody".parse().unwrap(), ..day(1) };
    let refused = |county: &mut County, turn, ask: &[&str], in_return| {
        let refused = county.ask("zhang", turn, ask, in_return).unwrap_err();
        (refused.code(), refused.field())
    };
    for (turn, code, field) in [
        (backwards, "swap.ends_before_start", "to"),
        (past, "swap.past", "to"),
        (endless, "swap.too_long", "to"),
        (nowhere, "post.unknown", "post"),
    ] {
        assert_eq!(refused(&mut county, turn, &["li"], None), (code, Some(field)));
    }
    for (ask, in_return, code, field) in [
        (&["li", "wang"][..], Some(day(2)), "swap.one_for_one", "in_return"),
        (&["li"], Some(day(1)), "swap.overlapping", "in_return"),
        (&["nobody"], None, "swap.unknown_person", "ask"),
    ] {
        assert_eq!(refused(&mut county, day(1), ask, in_return), (code, Some(field)));
    }
    let for_another = AskSwap { person: Some("zhang".parse().unwrap()), ..asking(day(1), &["li"]) };
    let command = Command::Swap(SwapStep::Ask(for_another));
    let refused = county.submit(&in_person("wang"), command.clone()).unwrap_err();
    assert!(matches!(refused, Rejection::NotAllowed(_)));
    county.submit(&desk(), command).unwrap();
}

/// A county whose desk is held by three officers in turn, from 08:00 to 08:00, as the day begins at ten.
fn county() -> County {
    let mut county = County::found(SHIPPED, 1, 1);
    let mut people: Vec<_> = OFFICERS.iter().map(|id| person(id, COUNTY)).collect();
    let mut mute = person("mute", COUNTY);
    mute.contacts.clear();
    people.push(mute);
    county.must(Command::Roster(RosterStep::SavePeople(people)));
    // zhang has day 1, li day 2, wang day 3, …
    let turns = (0..30).map(|n| (day(n), OFFICERS[(n as usize + 2) % 3]));
    let shifts: Vec<Shift> = turns
        .map(|(turn, person)| Shift {
            from: turn.from,
            to: turn.to,
            people: vec![person.parse().unwrap()],
        })
        .collect();
    let (from, to) = (shifts[0].from, shifts[29].to);
    let set = DutyTableSet { post: DESK.parse().unwrap(), from, to, shifts, import: None };
    county.must(Command::Roster(RosterStep::SetDutyTable(vec![set])));
    county
}

/// The duty of the `n`th day: from 08:00 to 08:00.
fn day(n: u32) -> Turn {
    let first: Timestamp = "2026-07-21T08:00:00+08:00".parse().unwrap();
    let from = first + DAY * n;
    Turn { post: DESK.parse().unwrap(), from, to: from + DAY }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn desk() -> Actor {
    actor("dispatcher", Role::Dispatcher)
}

fn asking(turn: Turn, ask: &[&str]) -> AskSwap {
    let ask = ask.iter().map(|id| id.parse().unwrap()).collect();
    AskSwap { person: None, turn, ask, in_return: None, reason: "家中有事".into() }
}

impl County {
    fn ask(
        &mut self,
        who: &str,
        turn: Turn,
        ask: &[&str],
        in_return: Option<Turn>,
    ) -> Result<SwapId, Rejection> {
        let step = SwapStep::Ask(AskSwap { in_return, ..asking(turn, ask) });
        let reply = self.submit(&in_person(who), Command::Swap(step))?;
        let Reply::Swap { id } = reply else { panic!("{reply:?}") };
        Ok(id)
    }

    fn swap(&self, id: SwapId) -> &Swap {
        self.board.swaps.get(id).unwrap()
    }

    fn end(&self, id: SwapId) -> SwapEnd {
        self.swap(id).ended.as_ref().expect("it is over").end
    }

    /// Returns who holds the post through the whole of a turn.
    fn on_duty(&self, turn: Turn) -> Vec<String> {
        let staffing = self.board.roster.get(&turn.post).unwrap();
        let at = |at| self.board.on_duty(staffing, at).people.into_iter().cloned().collect();
        let (first, last): (Vec<PersonId>, Vec<PersonId>) =
            (at(turn.from), at(turn.to - Duration::from_millis(1)));
        assert_eq!(first, last);
        first.iter().map(|person| person.as_str().to_owned()).collect()
    }

    /// Returns who is being asked about changes of duty, by name.
    fn asked(&self) -> Vec<String> {
        self.names_of(CalloutKind::Swap)
    }

    /// Returns who has not said yet that he knows what came of it.
    fn told(&self) -> Vec<String> {
        self.names_of(CalloutKind::Notice)
    }

    fn names_of(&self, kind: CalloutKind) -> Vec<String> {
        let mut names: Vec<String> = self.ringing(&[kind]).map(|(_, person)| person).collect();
        names.sort();
        names
    }

    fn ringing(&self, kinds: &[CalloutKind]) -> impl Iterator<Item = (ObligationId, String)> {
        let about = |callout| kinds.contains(&self.board.callouts.get(callout).unwrap().kind);
        let all = self.board.callouts.obligations().filter(move |o| about(o.callout));
        let ringing = all.filter(|o| o.state.name() == StateName::Ringing);
        ringing.flat_map(|o| o.asked_now().iter().map(|a| (o.id, a.person.as_str().to_owned())))
    }

    /// Answers what somebody was asked last.
    fn says(&mut self, who: &str, answer: AnswerKind) -> Result<Reply, Rejection> {
        let ringing = self.ringing(&[CalloutKind::Swap, CalloutKind::Notice]);
        let ringing = ringing.filter(|(_, person)| person == who).last();
        let ringing = ringing.map(|(id, _)| id);
        let id = ringing.or_else(|| self.answered(who)).expect("he was asked");
        self.answer_as(who, id, answer)
    }

    /// Returns what somebody answered last.
    fn answered(&self, who: &str) -> Option<ObligationId> {
        let own = |o: &&Obligation| {
            let by = o.answer.as_ref().and_then(|answer| answer.person.as_ref());
            by.is_some_and(|person| person.as_str() == who)
        };
        self.board.callouts.obligations().filter(own).map(|o| o.id).max()
    }

    fn leave(&mut self, who: &str, turn: Turn) {
        let (person, from, to) = (who.parse().unwrap(), turn.from, turn.to);
        let take = TakeLeave { person, from, to, reason: "".into() };
        self.must(Command::Leave(LeaveStep::Take(take)));
    }

    fn shift(&mut self, post: &str, who: &str, turn: Turn) {
        let post: PostId = post.parse().unwrap();
        let (from, to, people) = (turn.from, turn.to, vec![who.parse().unwrap()]);
        let set =
            DutyTableSet { post, from, to, shifts: vec![Shift { from, to, people }], import: None };
        self.must(Command::Roster(RosterStep::SetDutyTable(vec![set])));
    }
}
