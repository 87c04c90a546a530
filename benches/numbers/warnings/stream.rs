//! W1: every county of a real stream lives through forty-one days of it, and what its policies would have rung.

use std::time::{Duration, Instant};

use jiaoying::domain::ids::AreaCode;

use crate::{
    report::{Line, Report},
    stream::{
        self, Row,
        counties::{counties, messages},
        fatigue::{Calls, NIGHT_HOURS, SCHEMES, Scheme, hours, live_through},
    },
};

const LIMIT: Duration = Duration::from_secs(30);
const DAYS: f64 = 41.0;

/// Prints how long the replay takes, whether it is right at every hour, and how many calls each policy makes.
pub fn forty_one_days(report: &mut Report) {
    let Some(rows) = stream::real() else {
        report.note("W1: skipped, ../shared/data/warnings is absent");
        return;
    };
    let began = Instant::now();
    let plain = all(&rows, &SCHEMES[0], false);
    let took = began.elapsed();
    report.line(Line {
        id: "W1",
        what: "41 days of real changes told to every county, one core",
        value: format!(
            "{:.1} s for {} rows, {} messages to {} counties",
            took.as_secs_f64(),
            rows.len(),
            plain.rows,
            plain.counties
        ),
        target: "≤ 30 s",
        limit: "",
        pass: took <= LIMIT,
    });
    let compared = all(&rows, &SCHEMES[0], true);
    report.line(Line {
        id: "W1",
        what: "warnings in force at every hour, against a plain reading of the rows",
        value: format!("{} of {} county hours differ", compared.differ, compared.hours_compared),
        target: "0",
        limit: "",
        pass: compared.differ == 0 && compared.hours_compared > 1_000_000,
    });
    if let Some(first) = compared.first {
        report.note(&first);
    }
    report.note(
        "W1: calls by policy | calls | per county and day | at night per county and night hour | \
         nights with a call | worst county | without repeats | with downgrades",
    );
    for scheme in SCHEMES {
        let calls = all(&rows, scheme, false);
        report.note(&fatigue(scheme, &calls));
    }
}

fn all(rows: &[Row], scheme: &Scheme, compare: bool) -> Calls {
    let messages = messages(rows);
    let hours = if compare { hours(rows) } else { Vec::new() };
    let mut calls = Calls::default();
    for (code, concerned) in &counties(rows) {
        calls.add(live_through(*code, scheme, rows, &messages, concerned, &hours));
    }
    calls
}

fn fatigue(scheme: &Scheme, calls: &Calls) -> String {
    let counties = f64::from(u32::try_from(calls.counties).unwrap());
    let total = f64::from(calls.total());
    let woken = calls.nights_woken.values().map(std::collections::BTreeSet::len).sum::<usize>();
    let woken = f64::from(u32::try_from(woken).unwrap());
    let worst: Option<(&AreaCode, &u32)> = calls.by_county.iter().max_by_key(|(_, calls)| **calls);
    let (worst, most) = worst.map_or_else(Default::default, |(code, n)| (code.to_string(), *n));
    format!(
        "W1: {:<15} | {:>6} | {:.2} | {:.3} | {:>4.1} % | {most} in {worst} | {} | {}",
        scheme.name,
        calls.total(),
        total / counties / DAYS,
        f64::from(calls.night) / counties / DAYS / f64::from(NIGHT_HOURS),
        woken / counties / DAYS * 100.0,
        calls.total() - calls.repeats,
        calls.total() + calls.quiet,
    )
}
