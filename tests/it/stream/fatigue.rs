//! How many calls a policy would have made: alarm fatigue is a number.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Timelike;
use compact_str::CompactString;
use jiaoying::domain::{
    callout::policy::PolicySet,
    event::{CalloutEvent, Event},
    ids::AreaCode,
    time::Timestamp,
    warning::{Colour, Message},
};

use super::{
    Row, What,
    counties::{County, OFFICER, level},
    naive,
};

/// What is raised again so soon after it was over, in no worse colour, is counted as a repeat.
const AGAIN: std::time::Duration = std::time::Duration::from_secs(3 * 3_600);
/// The hours of the night, from 22 to 6 in Beijing.
pub const NIGHT_HOURS: u32 = 8;

/// Which colours ring a telephone; the others go to the page of whoever keeps watch.
#[derive(Clone, Copy)]
pub struct Scheme {
    pub name: &'static str,
    pub telephones: &'static [Colour],
}

pub const SCHEMES: &[Scheme] = &[
    Scheme { name: "every colour", telephones: &Colour::ALL },
    Scheme { name: "from yellow", telephones: &[Colour::Red, Colour::Orange, Colour::Yellow] },
    Scheme { name: "orange and red", telephones: &[Colour::Red, Colour::Orange] },
    Scheme { name: "red only", telephones: &[Colour::Red] },
];

impl Scheme {
    /// Writes the policies: each colour asks something else of the officer, so that an upgrade calls.
    pub fn policies(&self, county: AreaCode) -> PolicySet {
        let level = level(county);
        let mut text = String::from(
            r#"
duty = [{ name = "duty_officer", zh = "值班员", en = "Duty officer" }, { name = "watch", zh = "值守", en = "Watch" }]
last_resort = [{ duty = "duty_officer" }]

[[ladder]]
name = "call"
[[ladder.rung]]
who = [{}]
reach = [{ channel = "voice" }]
wait_s = 300

[[ladder]]
name = "errand"
then = "repeat"
[[ladder.rung]]
who = [{}]
reach = [{ channel = "voice" }]
wait_s = 300

[[ladder]]
name = "page"
[[ladder.rung]]
who = [{}]
reach = [{ channel = "app" }]
wait_s = 31536000
"#,
        );
        for colour in Colour::ALL {
            let (duty, ladder) = if self.telephones.contains(&colour) {
                (OFFICER, "call")
            } else {
                ("watch", "page")
            };
            let id = serde_json::to_value(colour).unwrap();
            let uncoloured = colour == Colour::Blue;
            text.push_str(&format!(
                r#"
[[policy]]
id = {id}
title = {id}
title_en = {id}
applies = {{ kinds = ["warning"], colours = [{id}], uncoloured = {uncoloured} }}
oblige = [{{ level = "{level}", duty = "{duty}", ladder = "{ladder}", task = {id} }}]
hand_over = {{ who = [{{ duty = "{OFFICER}" }}], ladder = "errand", within_s = 600 }}
"#
            ));
        }
        toml::from_str(&text).unwrap()
    }
}

/// What became of the rows in one county or in all of them.
#[derive(Default, Clone)]
pub struct Calls {
    pub counties: usize,
    pub rows: usize,
    pub hours_compared: usize,
    /// Hours at which the board said something else than the oracle, and what was first.
    pub differ: usize,
    pub first: Option<String>,
    /// Calls by telephone, by county.
    pub by_county: BTreeMap<AreaCode, u32>,
    /// Those of them that repeat what was over not long ago.
    pub repeats: u32,
    /// Updates that the program tells quietly: they would ring where a downgrade or a repeated update calls.
    pub quiet: u32,
    /// Calls between 22 and 6, and how many counties and nights had one.
    pub night: u32,
    pub nights_woken: BTreeMap<AreaCode, BTreeSet<i64>>,
}

impl Calls {
    pub fn add(&mut self, other: Self) {
        self.counties += other.counties;
        self.rows += other.rows;
        self.hours_compared += other.hours_compared;
        self.differ += other.differ;
        self.first = self.first.take().or(other.first);
        self.by_county.extend(other.by_county);
        self.repeats += other.repeats;
        self.quiet += other.quiet;
        self.night += other.night;
        self.nights_woken.extend(other.nights_woken);
    }

    pub fn total(&self) -> u32 {
        self.by_county.values().sum()
    }
}

/// Tells one county its rows, and compares what is in force at each of `hours` with the oracle.
pub fn live_through(
    code: AreaCode,
    scheme: &Scheme,
    rows: &[Row],
    messages: &[Message],
    concerned: &[usize],
    hours: &[Timestamp],
) -> Calls {
    let mut calls = Calls { counties: 1, rows: concerned.len(), ..Calls::default() };
    let mut county = County::found(code, &scheme.policies(code), rows[concerned[0]].seen);
    let mut over: BTreeMap<(AreaCode, CompactString), (Timestamp, Option<Colour>)> =
        BTreeMap::new();
    let mut hours = hours.iter().copied().peekable();
    let own = || concerned.iter().map(|number| &rows[*number]);
    for number in concerned {
        let row = &rows[*number];
        while let Some(hour) = hours.next_if(|hour| *hour < row.seen) {
            compare(&mut county, own(), hour, &mut calls);
        }
        county.pass(row.seen);
        let events = county.warn(&messages[*number]);
        let key = (row.area, row.hazard.clone());
        let rung = rings(&events);
        if rung > 0 {
            *calls.by_county.entry(code).or_default() += rung;
            let known = over.get(&key);
            let repeated =
                known.is_some_and(|(at, was)| row.seen <= *at + AGAIN && row.colour >= *was);
            calls.repeats += if repeated && row.what == What::Raise { rung } else { 0 };
            if let Some(night) = night_of(row.seen) {
                calls.night += rung;
                calls.nights_woken.entry(code).or_default().insert(night);
            }
        } else if row.what == What::Change && revises(&events) {
            let was = over.get(&key).and_then(|(_, was)| *was);
            let had_rung = was.is_some_and(|was| scheme.telephones.contains(&was));
            calls.quiet += u32::from(had_rung);
        }
        match (row.what, row.expires) {
            (What::End, _) => {
                let was = over.get(&key).and_then(|(_, was)| *was);
                let at = over.get(&key).map_or(row.seen, |(at, _)| row.seen.min(*at));
                over.insert(key, (at, was));
            }
            (What::Raise | What::Change, expires) => {
                over.insert(
                    key,
                    (expires.unwrap_or(Timestamp::from_millis(i64::MAX / 2)), row.colour),
                );
            }
        }
    }
    for hour in hours {
        compare(&mut county, own(), hour, &mut calls);
    }
    calls
}

fn compare<'r>(
    county: &mut County,
    rows: impl Iterator<Item = &'r Row>,
    hour: Timestamp,
    calls: &mut Calls,
) {
    county.pass(hour);
    let (board, naive) = (county.in_force(), naive::in_force(rows, hour));
    calls.hours_compared += 1;
    if board != naive {
        calls.differ += 1;
        calls.first.get_or_insert_with(|| format!("{hour}:\n board {board:?}\n rows  {naive:?}"));
    }
}

fn rings(events: &[Event]) -> u32 {
    let opened = events.iter().filter(|event| {
        matches!(event, Event::Callout(CalloutEvent::ObligationOpened(opened)) if opened.post.duty.as_str() == OFFICER)
    });
    u32::try_from(opened.count()).unwrap()
}

fn revises(events: &[Event]) -> bool {
    events.iter().any(|event| matches!(event, Event::Callout(CalloutEvent::CalloutRevised(_))))
}

/// Returns the night that an instant lies in, counted in days since 1970, in Beijing.
fn night_of(at: Timestamp) -> Option<i64> {
    let local = at.local(chrono_tz::Asia::Shanghai);
    let day = local.and_utc().timestamp().div_euclid(86_400);
    match local.hour() {
        22.. => Some(day),
        ..6 => Some(day - 1),
        _ => None,
    }
}

/// Returns every whole hour from the first row to after the last.
pub fn hours(rows: &[Row]) -> Vec<Timestamp> {
    let (first, last) = (rows[0].seen.millis(), rows[rows.len() - 1].seen.millis());
    let hour = 3_600_000;
    let first = first.div_euclid(hour) * hour + hour;
    (0..)
        .map(|n| Timestamp::from_millis(first + n * hour))
        .take_while(|at| at.millis() <= last + hour)
        .collect()
}
