//! Runs scenarios by the thousand, and makes a failing one small enough to read.

use std::{
    fmt, fs,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use jiaoying::domain::callout::policy::PolicySet;

use super::{
    check::{self, Breach},
    generate,
    mian::{self, Night},
    plan::{Plan, Recovery},
    world::{Counts, World},
};

const SHIPPED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/policies.toml"));
/// A sweep stops looking after so many failures: the first says most.
const FAILURES_KEPT: usize = 20;

/// A scenario in which something was not as it must be.
#[derive(Debug, Clone)]
pub struct Failure {
    pub seed: u64,
    /// Which step of the plan, from 0; the plan's length when it happened at the end.
    pub step: usize,
    pub breach: Breach,
    /// What had happened by then.
    pub log: String,
}

/// `{:#}` tells the journal first.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { seed, step, breach, log } = self;
        if f.alternate() {
            f.write_str(log)?;
        }
        write!(f, "seed {seed}, step {step}: {}\n{}", breach.rule, breach.detail)
    }
}

/// What a sweep over many seeds found.
#[derive(Debug, Default)]
pub struct Sweep<T> {
    pub scenarios: u64,
    pub failures: Vec<Failure>,
    /// What the scenarios did that did not fail.
    pub did: T,
}

impl<T> Sweep<T> {
    /// Says which seeds failed by which rule, if any did.
    pub fn faults(&self) -> Option<String> {
        let line = |failure: &Failure| format!("{} {}", failure.seed, failure.breach.rule);
        let lines: Vec<String> = self.failures.iter().map(line).collect();
        let (failed, all) = (lines.len(), self.scenarios);
        (failed > 0).then(|| format!("{failed} of {all} failed: {lines:#?}"))
    }
}

/// Returns the policies that come with the program, without what the oracle does not know: handovers.
pub fn shipped() -> PolicySet {
    let set: PolicySet = toml::from_str(SHIPPED).expect("the shipped policies can be read");
    PolicySet { handover: None, ..set }
}

/// Runs the scenario of a plan to its end.
pub fn run(plan: &Arc<Plan>) -> Result<World, Failure> {
    let failed = |step, breach, log| Failure { seed: plan.seed, step, breach, log };
    let founded = World::found(plan.clone());
    let mut world = founded.map_err(|breach| failed(0, breach, String::new()))?;
    world.take_snapshot();
    for (number, planned) in plan.steps.iter().enumerate() {
        let done = world.step(planned);
        done.map_err(|breach| failed(number, breach, world.log()))?;
    }
    let end = finish(&mut world);
    end.map_err(|breach| failed(plan.steps.len(), breach, world.log()))?;
    Ok(world)
}

/// What must hold at the end: everybody is found, and the journal says it all.
fn finish(world: &mut World) -> Result<(), Breach> {
    world.wake(0)?;
    check::duty(&world.oracle, &world.board, world.now)?;
    match world.plan.seed % 24 {
        0 => world.crash(Recovery::Journal),
        1..8 => world.crash(Recovery::Snapshot),
        _ => Ok(()),
    }
}

/// Runs `count` scenarios from `base` on, on `threads` threads.
pub fn scenarios(base: u64, count: u64, threads: usize) -> Sweep<Counts> {
    let shipped = shipped();
    let scenario = |seed| {
        let world = run(&Arc::new(generate::plan(seed, &shipped)))?;
        Ok(world.counts)
    };
    sweep(base, count, threads, scenario, Counts::add)
}

/// Runs `count` nights under the rule of 勉县.
pub fn nights(base: u64, count: u64, threads: usize) -> Sweep<Night> {
    let shipped = shipped();
    sweep(base, count, threads, |seed| mian::night(seed, &shipped), Night::add)
}

fn sweep<T: Default + Send>(
    base: u64,
    count: u64,
    threads: usize,
    scenario: impl Fn(u64) -> Result<T, Failure> + Sync,
    add: fn(&mut T, &T),
) -> Sweep<T> {
    let next = AtomicU64::new(0);
    let found = Mutex::new(Sweep::default());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut own = Sweep::default();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count || own.failures.len() >= FAILURES_KEPT {
                        break;
                    }
                    own.scenarios += 1;
                    match scenario(base.wrapping_add(number)) {
                        Ok(did) => add(&mut own.did, &did),
                        Err(failure) => own.failures.push(failure),
                    }
                }
                let mut found = found.lock().expect("no thread panics while it holds it");
                found.scenarios += own.scenarios;
                found.failures.extend(own.failures);
                add(&mut found.did, &own.did);
            });
        }
    });
    let mut found = found.into_inner().expect("every thread has ended");
    found.failures.sort_by_key(|failure| failure.seed);
    found
}

/// Drops steps of a failing plan while it goes on failing by the same rule.
pub fn shrink(plan: &Plan, rule: &'static str) -> Plan {
    let fails = |plan: &Plan| run(&Arc::new(plan.clone())).is_err_and(|f| f.breach.rule == rule);
    let mut small = plan.clone();
    let mut chunk = small.steps.len().div_ceil(2).max(1);
    loop {
        let mut from = 0;
        while from < small.steps.len() {
            let mut fewer = small.clone();
            fewer.steps.drain(from..(from + chunk).min(small.steps.len()));
            if fails(&fewer) {
                small = fewer;
            } else {
                from += chunk;
            }
        }
        if chunk == 1 {
            return small;
        }
        chunk = chunk.div_ceil(2);
    }
}

/// Shrinks a failure and saves its plan; returns what to print.
pub fn report(failure: &Failure) -> String {
    let plan = generate::plan(failure.seed, &shipped());
    let small = shrink(&plan, failure.breach.rule);
    let again = run(&Arc::new(small.clone())).err();
    let shown = again.as_ref().unwrap_or(failure);
    let path = save(&small, failure.breach.rule);
    format!(
        "{shown}\nthe plan, {} steps of {}, is in {}; run it again with JIAOYING_PLAN=that file",
        small.steps.len(),
        plan.steps.len(),
        path.display()
    )
}

fn save(plan: &Plan, rule: &str) -> PathBuf {
    let folder = option_env!("CARGO_TARGET_TMPDIR").unwrap_or("target/tmp");
    let path = PathBuf::from(folder).join(format!("plan-{}-{rule}.json", plan.seed));
    let text = serde_json::to_string_pretty(plan).expect("a plan can be written");
    // Where it cannot be saved, the seed makes it again.
    let _ = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
    path
}

impl Counts {
    pub fn add(&mut self, other: &Counts) {
        self.commands += other.commands;
        self.events += other.events;
        self.refused += other.refused;
        self.crashes += other.crashes;
        self.repeats += other.repeats;
        self.answered += other.answered;
        self.unreached += other.unreached;
        self.escalated += other.escalated;
        self.moved += other.moved;
        self.started += other.started;
        self.orders += other.orders;
        self.declined += other.declined;
        self.taken += other.taken;
        self.stalls += other.stalls;
        self.tasks += other.tasks;
        self.signed += other.signed;
        self.reminders += other.reminders;
        self.late += other.late;
    }
}
