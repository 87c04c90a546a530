//! Random counties: few areas, people who hold several posts or lack a telephone, and rosters that change
//! while somebody is being called.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, Weekday};
use compact_str::{CompactString, format_compact};
use jiaoying::domain::{
    area::Area,
    event::DutyTableSet,
    ids::{AreaCode, PersonId, PostId},
    person::{Channel, Contact, Person},
    roster::{Calendar, DayPlan, DayType, Post, Rotation, Rotations, Shift, ShiftTime, Year},
    time::Timestamp,
};

use crate::sim::{
    dice::Dice,
    plan::{Change, County, HOME, moved},
};

const NAMES: [&str; 6] = ["王伟", "李娜", "张敏", "刘洋", "陈静", "赵磊"];

/// Founds the county of a scenario that begins at `start`.
pub fn found(dice: &mut Dice, start: Timestamp) -> County {
    let codes = codes(dice);
    let people = people(dice, &codes);
    let mut posts = Vec::new();
    let mut tables = Vec::new();
    let mut overrides = Vec::new();
    for code in &codes {
        for duty in duties(code) {
            // A county that lacks a post is told so by a skipped rung.
            if dice.chance(18) {
                continue;
            }
            let id: PostId = format!("{code}/{duty}").parse().expect("a post");
            let crew = Crew { all: &people, code };
            posts.push(post(dice, id.clone(), &crew, start));
            if dice.chance(30) {
                tables.push(table(dice, id.clone(), &crew, start));
            }
            if dice.chance(10) {
                overrides.push(change(dice, id, &crew));
            }
        }
    }
    let areas = codes.iter().map(|code| area(code)).collect();
    let lines = lines(dice);
    County {
        areas,
        people,
        posts,
        tables,
        overrides,
        calendar: calendar(dice),
        lines,
        units: Vec::new(),
    }
}

/// Returns the duties that an area of this level can have posts for.
pub fn duties(code: &str) -> &'static [&'static str] {
    if code.ends_with("000000") {
        &["lead_officer", "duty_officer", "flood_chief", "bureau_head"]
    } else if code.ends_with("000") {
        &["lead_officer", "duty_officer", "township_head"]
    } else {
        &["village_duty", "flood_warden", "grid_person"]
    }
}

/// Those who can be put on a post of an area.
struct Crew<'a> {
    all: &'a [Person],
    code: &'a str,
}

impl Crew<'_> {
    /// Names `count` people, mostly of the area itself.
    fn draw(&self, dice: &mut Dice, count: u64) -> Vec<PersonId> {
        let own: Vec<&Person> =
            self.all.iter().filter(|person| person.area.to_string() == self.code).collect();
        let mut drawn: Vec<PersonId> = Vec::new();
        for _ in 0..count {
            let person = if own.is_empty() || dice.chance(15) {
                dice.pick(self.all)
            } else {
                dice.pick(&own)
            };
            if !drawn.contains(&person.id) {
                drawn.push(person.id.clone());
            }
        }
        drawn
    }
}

fn codes(dice: &mut Dice) -> Vec<String> {
    let townships = 1 + dice.weighted(&[55, 28, 11, 6]);
    let mut codes = vec![HOME.to_owned()];
    for township in 1..=townships {
        codes.push(format!("990101{township:03}000"));
        let villages = dice.weighted(&[30, 38, 18, 8, 4, 2]);
        codes.extend((1..=villages).map(|village| format!("990101{township:03}{village:03}")));
    }
    codes
}

fn area(code: &str) -> Area {
    Area {
        name: code.into(),
        code: code.parse().expect("a code"),
        centroid: None,
        outline: Vec::new(),
    }
}

fn people(dice: &mut Dice, codes: &[String]) -> Vec<Person> {
    let mut people = Vec::new();
    for code in codes {
        for _ in 0..dice.within(1, 4) {
            let number = people.len() + 1;
            people.push(person(dice, number, code.parse().expect("a code")));
        }
    }
    people
}

fn person(dice: &mut Dice, number: usize, area: AreaCode) -> Person {
    let mut contacts = Vec::new();
    for (channel, percent) in [(Channel::App, 45), (Channel::Sms, 60), (Channel::Voice, 82)] {
        if dice.chance(percent) {
            contacts.push(Contact { channel, address: "13900000000".into() });
        }
    }
    let name = if dice.chance(20) {
        CompactString::from(*dice.pick(&NAMES))
    } else {
        format_compact!("{}{number}", dice.pick(&NAMES))
    };
    let id = format!("p{number:02}").parse().expect("an id");
    Person { id, name, area, title: CompactString::default(), contacts }
}

fn post(dice: &mut Dice, id: PostId, crew: &Crew<'_>, start: Timestamp) -> Post {
    let holders = dice.weighted(&[18, 62, 20]) as u64;
    let deputies = dice.weighted(&[40, 45, 15]) as u64;
    let mut rotations = Rotations::default();
    if dice.chance(20) {
        rotations.put(Some(rotation(dice, crew, start)));
        if dice.chance(30) {
            // Often after the first, so that one follows the other.
            rotations.put(Some(rotation(dice, crew, start)));
        }
    }
    Post {
        id,
        title: CompactString::default(),
        holders: crew.draw(dice, holders),
        deputies: crew.draw(dice, deputies),
        rotations,
    }
}

fn rotation(dice: &mut Dice, crew: &Crew<'_>, start: Timestamp) -> Rotation {
    let local = start.local(chrono_tz::Asia::Shanghai);
    let back = Days::new(dice.below(12));
    let starts_on = local.date().checked_sub_days(back).expect("a recent day");
    // The change of shift falls into the scenario.
    let minute = minute_of(start) + u32::try_from(dice.within(1, 50)).expect("small");
    let from_minute = minute % (24 * 60);
    let mut days = BTreeMap::new();
    for (kind, percent) in [
        (DayType::Workday, 95),
        (DayType::Weekend, 90),
        (DayType::Holiday, 40),
        (DayType::MakeupWorkday, 30),
        (DayType::Special, 20),
        (DayType::Every, 20),
    ] {
        if dice.chance(percent) {
            days.insert(kind, day_plan(dice, crew, from_minute));
        }
    }
    if days.is_empty() {
        days.insert(DayType::Workday, day_plan(dice, crew, from_minute));
    }
    let with_weekend = dice.chance(25) && days.contains_key(&DayType::Weekend);
    let with_weekend = if with_weekend { vec![Weekday::Fri] } else { Vec::new() };
    Rotation { starts_on, days, with_weekend }
}

fn day_plan(dice: &mut Dice, crew: &Crew<'_>, from_minute: u32) -> DayPlan {
    let half = (from_minute + 12 * 60) % (24 * 60);
    let shifts = match dice.below(4) {
        0 => vec![shift_time(from_minute, 12 * 60), shift_time(half, 12 * 60)],
        1 => vec![shift_time(from_minute, 24 * 60 + 15)],
        2 => vec![shift_time(from_minute, 23 * 60 + 50)],
        _ => vec![shift_time(from_minute, 24 * 60)],
    };
    let crews = (0..dice.within(1, 3)).map(|_| {
        let count = dice.within(1, 2);
        crew.draw(dice, count)
    });
    let crews: Vec<_> = crews.collect();
    let first = dice.below(crews.len() as u64);
    let first = u16::try_from(first).expect("few");
    DayPlan { shifts, crews, first, together: dice.chance(25) }
}

fn shift_time(from_minute: u32, minutes: u32) -> ShiftTime {
    ShiftTime { from_minute, minutes }
}

fn minute_of(at: Timestamp) -> u32 {
    let minutes = (at.millis() / 60_000 + 8 * 60).rem_euclid(24 * 60);
    u32::try_from(minutes).expect("below a day")
}

/// A table whose shifts change while the scenario runs, with gaps and double bookings.
fn table(dice: &mut Dice, post: PostId, crew: &Crew<'_>, start: Timestamp) -> DutyTableSet {
    let from = moved(start, -7_200);
    let to = moved(start, 7_200);
    let mut shifts = Vec::new();
    let mut at = dice.signed(-7_200, 0);
    while at < 3_600 {
        let seconds = i64::try_from(dice.within(120, 2_400)).expect("small");
        let count = dice.within(1, 2);
        let people = crew.draw(dice, count);
        if !dice.chance(15) {
            shifts.push(Shift { from: moved(start, at), to: moved(start, at + seconds), people });
        }
        at += seconds - if dice.chance(12) { 60 } else { 0 };
    }
    DutyTableSet { post, from, to, shifts, import: None }
}

fn change(dice: &mut Dice, post: PostId, crew: &Crew<'_>) -> Change {
    let from_s = dice.signed(-600, 1_800);
    let to_s = from_s + dice.signed(60, 1_800);
    let count = dice.within(1, 2);
    Change { post, from_s, to_s, people: crew.draw(dice, count) }
}

fn lines(dice: &mut Dice) -> Vec<(Channel, u32)> {
    let mut lines = Vec::new();
    for (channel, dead, few) in
        [(Channel::App, 4, 15), (Channel::Sms, 6, 20), (Channel::Voice, 5, 60)]
    {
        let count = match dice.below(100) {
            roll if roll < dead => 0,
            roll if roll < dead + few => dice.within(1, 3),
            _ => 50,
        };
        // A channel that was never set up does not exist here.
        if !dice.chance(2) {
            lines.push((channel, u32::try_from(count).expect("few")));
        }
    }
    lines
}

fn calendar(dice: &mut Dice) -> Calendar {
    if dice.chance(30) { Calendar::default() } else { holidays() }
}

/// Returns the year's holiday notice, as far as scenarios reach.
pub fn holidays() -> Calendar {
    let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).expect("a day of the year");
    let off = (1..=7).map(|number| day(10, number)).collect();
    let worked = [day(9, 27), day(10, 10)].into_iter().collect();
    let special = [day(7, 17), day(7, 20), day(9, 30), day(10, 3)].into_iter().collect();
    Calendar { years: BTreeMap::from([(2026, Year { off, worked, special })]) }
}
