//! Random policies that a county could adopt: every rung names somebody, every colour calls somebody.

use std::collections::BTreeSet;

use compact_str::{CompactString, format_compact};
use jiaoying::domain::{
    callout::{
        attempt::Sign,
        policy::{
            Applies, At, CalloutKind, DutyName, HandOver, Ladder, Need, Oblige, Policy, PolicySet,
            Quorum, Reach, Rung, Target, Then,
        },
    },
    ids::{Duty, Level},
    person::Channel,
    time::Seconds,
    warning::Colour,
};

use super::duties;
use crate::sim::{dice::Dice, plan::HOME};

const WAITS_S: [u32; 7] = [20, 30, 45, 60, 90, 150, 300];
const LEVELS: [(Level, &str); 3] =
    [(Level::County, HOME), (Level::Township, "990101001000"), (Level::Village, "990101001001")];

/// Makes the set that is the county's `number`-th; ladders and policies of different sets may bear the
/// same name and say something else.
pub fn set(dice: &mut Dice, number: usize) -> PolicySet {
    let prefix = if dice.chance(50) { String::new() } else { format!("s{number}_") };
    let mut ladders: Vec<Ladder> = (0..dice.within(2, 4))
        .map(|index| ladder(dice, &format!("{prefix}l{index}"), Then::HandOver))
        .collect();
    let names: Vec<CompactString> = ladders.iter().map(|ladder| ladder.name.clone()).collect();
    let errand = ladder(dice, &format!("{prefix}errand"), Then::Repeat);
    let errand_name = errand.name.clone();
    ladders.push(errand);
    let policies = applies(dice).into_iter().enumerate().map(|(index, applies)| {
        let id = format_compact!("{prefix}p{index}");
        policy(dice, id, applies, &ladders, &names, &errand_name)
    });
    let policies = policies.collect();
    let last_resort = (0..dice.within(1, 2)).map(|_| Target {
        at: At::County,
        duty: Some(a_duty(dice, HOME)),
        deputies: dice.chance(10),
    });
    PolicySet {
        duties: duty_names(),
        ladders,
        policies,
        last_resort: last_resort.collect(),
        assignments: Default::default(),
        handover: None,
        roster: None,
        spot_checks: Vec::new(),
        presence: None,
        reinforcements: Vec::new(),
    }
}

fn duty(name: &str) -> Duty {
    name.parse().expect("a duty")
}

fn a_duty(dice: &mut Dice, code: &str) -> Duty {
    let names: &[&str] = duties(code);
    duty(dice.pick::<&str>(names))
}

fn duty_names() -> Vec<DutyName> {
    let mut names = BTreeSet::new();
    for (_, code) in LEVELS {
        names.extend(duties(code));
    }
    let name = |name: &&str| DutyName {
        name: duty(name),
        zh: (*name).into(),
        en: (*name).into(),
        seats: None,
    };
    names.iter().map(name).collect()
}

/// Says when each policy of a set is taken: together they cover every colour and none.
fn applies(dice: &mut Dice) -> Vec<Applies> {
    let warning = BTreeSet::from([CalloutKind::Warning]);
    let coloured = |colours: &[Colour]| Applies {
        kinds: warning.clone(),
        colours: colours.iter().copied().collect(),
        ..Applies::default()
    };
    let mut all = Vec::new();
    if dice.chance(30) {
        all.push(Applies { events: vec!["11B".into()], ..coloured(&[Colour::Red]) });
    }
    all.push(coloured(&[Colour::Red]));
    if dice.chance(60) {
        all.push(coloured(&[Colour::Orange]));
    }
    all.push(Applies { uncoloured: true, ..coloured(&[]) });
    let kinds = BTreeSet::from([CalloutKind::Manual, CalloutKind::SpotCheck]);
    all.push(Applies { kinds, ..Applies::default() });
    // Taken only when named.
    all.push(Applies::default());
    all
}

fn policy(
    dice: &mut Dice,
    id: CompactString,
    applies: Applies,
    ladders: &[Ladder],
    names: &[CompactString],
    errand: &CompactString,
) -> Policy {
    let oblige = obliges(dice, names);
    let quorum = quorum(dice, &oblige);
    let counts = counts(dice, ladders, &oblige);
    let severity = dice.chance(50).then(|| *dice.pick(&Colour::ALL));
    let who = (0..dice.within(1, 3)).map(|_| superior(dice)).collect();
    let within_s = Seconds(*dice.pick(&[40, 60, 120, 300, 900]));
    let hand_over = HandOver { who, ladder: errand.clone(), within_s };
    Policy {
        ladder: None,
        id,
        title: CompactString::default(),
        title_en: CompactString::default(),
        applies,
        severity,
        counts,
        first_call_within_s: None,
        oblige,
        quorum,
        hand_over,
    }
}

fn obliges(dice: &mut Dice, ladders: &[CompactString]) -> Vec<Oblige> {
    let mut obliges: Vec<Oblige> = Vec::new();
    for _ in 0..dice.within(1, 4) {
        let (level, code) = *dice.pick(&LEVELS);
        let duty = a_duty(dice, code);
        if obliges.iter().any(|other| other.level == level && other.duty == duty) {
            continue;
        }
        let task = if dice.chance(70) { "" } else { "到岗" };
        let ladder = dice.pick(ladders).clone();
        obliges.push(Oblige { level, duty, ladder, task: task.into() });
    }
    obliges
}

fn quorum(dice: &mut Dice, obliges: &[Oblige]) -> Vec<Quorum> {
    let mut quorum = Vec::new();
    for (level, _) in LEVELS {
        let own = obliges.iter().filter(|oblige| oblige.level == level);
        let needs: Vec<Need> =
            own.map(|oblige| Need { duty: oblige.duty.clone(), answered: 1 }).take(2).collect();
        if !needs.is_empty() && dice.chance(60) {
            quorum.push(Quorum { level, needs });
        }
    }
    quorum
}

/// Some of the signs that the ladders' channels can give.
fn counts(dice: &mut Dice, ladders: &[Ladder], obliges: &[Oblige]) -> BTreeSet<Sign> {
    let used = ladders.iter().filter(|l| obliges.iter().any(|oblige| oblige.ladder == l.name));
    let reaches: Vec<&Reach> = used.flat_map(|l| &l.rungs).flat_map(|rung| &rung.reach).collect();
    let by = |channel| reaches.iter().any(|reach| reach.channel == channel);
    let mut counts = BTreeSet::new();
    for (sign, possible, percent) in [
        (Sign::KeyPressed, by(Channel::Voice), 85),
        (Sign::HeardInFull, by(Channel::Voice), 45),
        (Sign::Replied, by(Channel::Sms), 70),
        (Sign::Read, by(Channel::App) || by(Channel::Sms), 20),
    ] {
        if possible && dice.chance(percent) {
            counts.insert(sign);
        }
    }
    counts
}

fn ladder(dice: &mut Dice, name: &str, then: Then) -> Ladder {
    let rungs = 1 + dice.weighted(&[30, 40, 20, 10]);
    let rungs = (0..rungs).map(|number| rung(dice, number)).collect();
    Ladder { name: name.into(), rungs, then }
}

fn rung(dice: &mut Dice, number: usize) -> Rung {
    let wait_s = *dice.pick(&WAITS_S);
    let own = Target { duty: None, at: At::Own, deputies: number > 0 };
    let mut who = if dice.chance(if number == 0 { 90 } else { 50 }) { vec![own] } else { vec![] };
    while who.is_empty() || (who.len() < 3 && dice.chance(25)) {
        who.push(superior(dice));
    }
    let mut reach = Vec::new();
    for (channel, percent) in [(Channel::App, 45), (Channel::Sms, 45), (Channel::Voice, 80)] {
        if dice.chance(percent) {
            reach.push(one_reach(dice, channel, wait_s));
        }
    }
    if reach.is_empty() {
        reach.push(one_reach(dice, Channel::Voice, wait_s));
    }
    Rung { who, reach, wait_s: Seconds(wait_s) }
}

fn one_reach(dice: &mut Dice, channel: Channel, wait_s: u32) -> Reach {
    let after_s = if dice.chance(75) { 0 } else { wait_s / 3 };
    let tries = u32::try_from(1 + dice.weighted(&[50, 25, 25])).expect("few");
    let every_s = *dice.pick(&[0, 10, 20, 30, 60]);
    Reach { channel, after_s: Seconds(after_s), tries, every_s: Seconds(every_s) }
}

/// A post above, beside or below: not every county has it, which is the point.
fn superior(dice: &mut Dice) -> Target {
    let at = *dice.pick(&[At::Own, At::Parent, At::Township, At::County, At::County, At::City]);
    let code = match at {
        At::Own => dice.pick(&LEVELS).1,
        At::Parent | At::Township => "990101001000",
        At::County | At::City => HOME,
    };
    let duty = Some(a_duty(dice, code));
    Target { duty, at, deputies: dice.chance(15) }
}
