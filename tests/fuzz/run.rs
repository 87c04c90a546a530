//! Input after input until the time is over: each is made from the seed and its number alone, so that what
//! fails is found again.

use std::{
    io::Write,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::mutate::mutated;
use crate::sim::dice::Dice;

/// Slowest that one input may be, on a busy machine and without optimisation.
const SLOW: Duration = Duration::from_secs(5);
/// After this long an input is taken to hang; the process ends, since a thread cannot be stopped.
const HANGS: Duration = Duration::from_secs(60);
/// Failures after which a target is broken enough.
const ENOUGH: usize = 3;

/// Feeds one input to the parser; tells whether it was taken.
pub type Check = dyn FnMut(&[u8], &mut Dice) -> bool;

/// One parser.
pub struct Target {
    pub samples: Vec<Vec<u8>>,
    /// Panics where something is wrong; tells whether the input was taken for something.
    pub check: Box<Check>,
}

pub struct Limits {
    pub time: Duration,
    pub inputs: u64,
    /// Only this one, to see it fail again.
    pub only: Option<u64>,
}

#[derive(Default)]
pub struct Found {
    pub inputs: u64,
    pub taken: u64,
    pub slowest: Duration,
    pub failures: Vec<Failure>,
}

pub struct Failure {
    pub number: u64,
    pub input: Vec<u8>,
    pub said: String,
}

pub fn run(name: &str, mut target: Target, seed: u64, limits: &Limits) -> Found {
    let (began, mut found) = (Instant::now(), Found::default());
    let watch = Watch::over(name, seed);
    let numbers = limits.only.map_or(0..limits.inputs, |only| only..only + 1);
    for number in numbers {
        if began.elapsed() >= limits.time || found.failures.len() >= ENOUGH {
            break;
        }
        let mut dice = Dice::about(&[seed, number]);
        // The first are the samples as they are.
        let place = usize::try_from(number).unwrap();
        let input = target.samples.get(place).cloned();
        let input = input.unwrap_or_else(|| mutated(&target.samples, &mut dice));
        watch.begins(number);
        let mut attempt = || {
            let (since, mut dice) = (Instant::now(), dice.clone());
            let checked = catch_unwind(AssertUnwindSafe(|| (target.check)(&input, &mut dice)));
            (checked, since.elapsed())
        };
        let (mut checked, mut took) = attempt();
        // On a busy machine anything is slow once.
        if took > SLOW && checked.is_ok() {
            (checked, took) = attempt();
        }
        found.inputs += 1;
        found.slowest = found.slowest.max(took);
        let said = match checked {
            Ok(taken) => {
                found.taken += u64::from(taken);
                (took > SLOW).then(|| format!("took {took:?}"))
            }
            Err(panic) => Some(words(&*panic)),
        };
        found.failures.extend(said.map(|said| Failure { number, input, said }));
    }
    found
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("panicked").to_owned()
}

/// Ends the process with a word when one input takes too long.
struct Watch {
    current: Arc<Mutex<Option<(u64, Instant)>>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    fn over(name: &str, seed: u64) -> Self {
        let current = Arc::new(Mutex::new(Some((0, Instant::now()))));
        let (seen, name) = (Arc::clone(&current), name.to_owned());
        let look = move || {
            loop {
                let Some((number, since)) = *seen.lock().unwrap() else { return };
                if since.elapsed() > HANGS {
                    let told = format!("{name} hangs: FUZZ_SEED={seed} FUZZ_NUMBER={number}\n");
                    let _ = std::io::stderr().write_all(told.as_bytes());
                    std::process::abort();
                }
                std::thread::park_timeout(Duration::from_secs(1));
            }
        };
        Self { current, thread: Some(std::thread::spawn(look)) }
    }

    fn begins(&self, number: u64) {
        *self.current.lock().unwrap() = Some((number, Instant::now()));
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        *self.current.lock().unwrap() = None;
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}
