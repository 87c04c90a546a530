//! Weeks of random edits of one county's roster, some of them bad, against an oracle that was written from the rules.

mod clocks;
mod compare;
mod duties;
mod edits;
mod layers;
mod oracle;
mod order;
mod steps;
mod week;

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use self::week::{Counts, Week};

/// Weeks of an ordinary test run; `JIAOYING_WEEKS` asks for another number.
const WEEKS: u64 = 16;
const THREADS: u64 = 2;
/// Edits of one week.
const EDITS: usize = 70;

#[test]
fn weeks_of_random_edits_leave_the_roster_as_the_rules_have_it() {
    let (base, weeks) = (number("JIAOYING_SEED", 20_260_721), number("JIAOYING_WEEKS", WEEKS));
    let next = AtomicU64::new(0);
    let found = Mutex::new((Counts::default(), Vec::new()));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let seed = base + next.fetch_add(1, Ordering::Relaxed);
                    if seed >= base + weeks || !found.lock().unwrap().1.is_empty() {
                        break;
                    }
                    let played = play(seed);
                    let mut found = found.lock().unwrap();
                    match played {
                        Ok(counts) => found.0.add(counts),
                        Err(fault) => found.1.push(fault),
                    }
                }
            });
        }
    });
    let (counts, faults) = found.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults[0]);
    let Counts { refused, imports_back, approved, ended_otherwise, lapsed, signed, .. } = counts;
    let all = [refused, imports_back, approved, ended_otherwise, lapsed, signed];
    assert!(weeks < WEEKS || all.iter().all(|count| *count > 0), "{counts:?}");
}

/// Plays the week of a seed; of a fault it tells the story and the seed.
fn play(seed: u64) -> Result<Counts, String> {
    let mut week = Week::found(seed)?;
    for _ in 0..EDITS {
        if let Err(fault) = week.edit() {
            let story = week.story.join("\n");
            return Err(format!("{story}\n{fault}\nJIAOYING_SEED={seed} JIAOYING_WEEKS=1"));
        }
    }
    Ok(week.counts)
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

impl Counts {
    fn add(&mut self, other: Counts) {
        self.taken += other.taken;
        self.refused += other.refused;
        self.events += other.events;
        self.imports_back += other.imports_back;
        self.asked += other.asked;
        self.approved += other.approved;
        self.ended_otherwise += other.ended_otherwise;
        self.lapsed += other.lapsed;
        self.signed += other.signed;
    }
}
