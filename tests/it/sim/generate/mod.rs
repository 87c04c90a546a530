//! Plans from seeds: a county, its policies, and what happens there.

mod county;
mod dispatch;
mod rules;
mod steps;

use jiaoying::domain::{callout::policy::PolicySet, time::Timestamp};

use super::{dice::Dice, plan::Plan};

pub use self::county::{duties, found, holidays};

/// Days on which scenarios begin: a workday, a Friday, a Saturday, the eve of a holiday, a holiday, and
/// a weekend day worked to make up for it.
const DAYS: [&str; 6] =
    ["2026-07-21", "2026-07-17", "2026-07-18", "2026-09-30", "2026-10-01", "2026-10-10"];

/// Scenarios in a hundred in which units are sent and tasks given.
const DISPATCHING: u64 = 33;

/// Makes the plan of `seed`; `shipped` are the policies that come with the program, used by some.
pub fn plan(seed: u64, shipped: &PolicySet) -> Plan {
    let mut dice = Dice::about(&[seed, 1]);
    let start = start(&mut dice);
    let county = found(&mut dice, start);
    let policies = if dice.chance(12) {
        vec![shipped.clone(), rules::set(&mut dice, 1)]
    } else {
        let sets = 1 + dice.weighted(&[70, 30]);
        (0..sets).map(|number| rules::set(&mut dice, number)).collect()
    };
    let steps = steps::steps(&mut dice, start, &county, &policies);
    let mut plan = Plan { seed, start, county, policies, steps };
    // Dice of its own: what else happens in a scenario does not depend on it.
    let mut dice = Dice::about(&[seed, 2]);
    if dice.chance(DISPATCHING) {
        dispatch::add(&mut dice, &mut plan);
    }
    plan
}

fn start(dice: &mut Dice) -> Timestamp {
    let day = dice.pick(&DAYS);
    let hour = if dice.chance(60) { 7 } else { dice.below(24) };
    let minute = dice.below(60);
    let text = format!("{day}T{hour:02}:{minute:02}:00+08:00");
    text.parse().expect("a date and a time of day")
}
