//! The county has the size and the staff that the design promises.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Asia::Shanghai;

use super::{COUNTY, county, files};
use crate::{
    domain::{
        ids::{AreaCode, Level, PersonId},
        person::{Channel, Person},
        roster::{Calendar, Post},
        site::{Facts, SiteKind},
        time::Timestamp,
        unit::{Unit, UnitKind},
    },
    ingest::{
        calendar,
        sheets::{self, Context, Kind, Known},
    },
};

#[test]
fn the_county_has_the_size_of_a_real_one() {
    let county = county().unwrap();
    let at = |level| county.areas.iter().filter(|area| area.code.level() == level).count();
    assert_eq!((at(Level::County), at(Level::Township), at(Level::Village)), (1, 11, 478));
    assert_eq!(county.people.len(), 478 * 4 + 11 * 12 + 40);
    assert_eq!(county.posts.len(), 478 * 3 + 11 * 3 + 12);
    let outlined = county.areas.iter().filter(|area| !area.outline.is_empty());
    assert!(
        outlined
            .map(|area| area.code.level())
            .eq([vec![Level::County], vec![Level::Township; 11]].concat())
    );
    assert!(county.areas.iter().all(|area| area.centroid.is_some()));
}

#[test]
fn the_county_has_the_teams_and_vehicles_of_a_real_one() {
    let county = county().unwrap();
    let (teams, vehicles): (Vec<&Unit>, Vec<&Unit>) =
        county.units.iter().partition(|unit| unit.kind == UnitKind::Team);
    let at = |level| {
        let teams = teams.iter().filter(move |unit| unit.area.level() == level);
        let people: u32 = teams.clone().filter_map(|unit| unit.strength).sum();
        (teams.count(), people)
    };
    assert_eq!(at(Level::County), (26, 1_322));
    assert_eq!(at(Level::Township), (11, 587));
    assert_eq!(at(Level::Village), (478, 12_338));
    assert_eq!(vehicles.len(), 577);
    let kinds: BTreeSet<UnitKind> = vehicles.iter().map(|unit| unit.kind).collect();
    assert_eq!(kinds.len(), 26);
    assert!(vehicles.iter().all(|unit| unit.terminal.is_some() && unit.base.is_some()));
    assert!(vehicles.iter().all(|unit| (10..=60).contains(&unit.reports_every_s)));
}

#[test]
fn the_county_has_the_places_of_a_real_one() {
    let county = county().unwrap();
    let count = |kind| county.sites.iter().filter(|site| site.kind() == kind).count();
    assert_eq!((count(SiteKind::Base), count(SiteKind::Shelter)), (12, 15));
    assert_eq!((count(SiteKind::Gauge), count(SiteKind::RiskPoint)), (17, 39));
    assert_eq!(count(SiteKind::Depot), county.stock.len(), "every depot has stock");
    let points = county.sites.iter().filter_map(|site| {
        if let Facts::RiskPoint(point) = &site.facts { Some(point) } else { None }
    });
    let unrepaired = points.filter(|point| !point.repaired).map(|point| point.plan.is_some());
    assert_eq!(unrepaired.collect::<Vec<_>>(), [true, true]);
    let basemap = super::basemap().unwrap();
    assert_eq!(basemap.rivers.len(), 2);
}

/// Read again as a bureau's own lists would be: with what is known, so that every reference and every point
/// is looked at.
#[test]
fn every_unit_and_site_lies_in_the_county_and_names_people_who_exist() {
    let county = county().unwrap();
    let sites = county.sites.iter().map(|site| (site.id.clone(), site.kind())).collect();
    let known = Known {
        people: county.people.iter().map(|person| person.id.clone()).collect(),
        sites,
        county: Some(county.areas[0].clone()),
        ..Known::nothing_of(COUNTY.parse().unwrap())
    };
    let known_areas = county.areas.iter().map(|area| (area.code, area.name.clone())).collect();
    let context = Context { known_areas, known: Some(known), ..Context::default() };
    // All roads are open before the storm.
    let lists = Kind::ALL.into_iter().skip(5).filter(|kind| *kind != Kind::Closures);
    for kind in lists {
        let name = format!("{}.csv", kind.as_str());
        let (_, text) = files().into_iter().find(|(file, _)| *file == name).unwrap();
        let read = sheets::read(kind, text.as_bytes(), &context);
        assert!(read.is_ok(), "{name}: {}", read.unwrap_err());
    }
}

#[test]
fn every_person_lives_in_the_county_and_every_post_names_people_who_exist() {
    let county = county().unwrap();
    let codes: BTreeSet<AreaCode> = county.areas.iter().map(|area| area.code).collect();
    let ids: BTreeSet<&PersonId> = county.people.iter().map(|person| &person.id).collect();
    assert!(county.people.iter().all(|person| codes.contains(&person.area)));
    for post in &county.posts {
        assert!(codes.contains(&post.id.area), "{}", post.id);
        let rotating = post.rotations.people();
        let mut named = post.holders.iter().chain(&post.deputies).chain(rotating);
        assert!(named.all(|id| ids.contains(id)), "{}", post.id);
        assert_eq!(post.rotations.fault(), None);
    }
}

#[test]
fn nobody_holds_two_posts_of_one_area() {
    let county = county().unwrap();
    let mut held: BTreeMap<(&PersonId, AreaCode), &Post> = BTreeMap::new();
    for post in &county.posts {
        let rotating = post.rotations.people();
        for id in post.holders.iter().chain(rotating) {
            let other = held.insert((id, post.id.area), post);
            assert!(other.is_none(), "{id} holds {} and {:?}", post.id, other.map(|p| &p.id));
        }
    }
}

#[test]
fn the_contacts_have_just_the_defects_that_are_listed() {
    let county = county().unwrap();
    let having =
        |test: &dyn Fn(&Person) -> bool| county.people.iter().filter(|person| test(person)).count();
    assert_eq!(having(&|person| person.contacts.is_empty()), 2);
    assert_eq!(having(&|person| !person.has(Channel::Sms) && person.has(Channel::Voice)), 6);
    let texts: Vec<&str> = county.people.iter().flat_map(|p| p.addresses(Channel::Sms)).collect();
    let distinct: BTreeSet<&str> = texts.iter().copied().collect();
    assert_eq!(texts.len() - distinct.len(), 1);
    assert!(texts.iter().all(|number| number.starts_with("1940000")));
    let voice = county.people.iter().flat_map(|person| person.addresses(Channel::Voice));
    assert!(voice.into_iter().all(|n| n.starts_with("1940000") || n.starts_with("0980555")));
}

#[test]
fn somebody_is_on_duty_at_every_minute_of_a_month_with_a_holiday() {
    let county = county().unwrap();
    let calendar = calendar::load(include_str!("../../config/calendar.toml")).unwrap();
    for post in &county.posts {
        if post.id.area.level() == Level::Village {
            assert!(!post.holders.is_empty(), "{}", post.id);
        } else {
            check_staffed(post, &calendar);
        }
    }
}

/// Asks every ten minutes from 1 February 2026, which has the spring festival and two make-up days.
fn check_staffed(post: &Post, calendar: &Calendar) {
    let first = NaiveDate::from_ymd_opt(2026, 2, 1).unwrap();
    let days = 31;
    let at = |minute| Timestamp::from_local(Shanghai, first, minute);
    let (from, to) = (at(0), at(days * 24 * 60));
    let turns = post.rotations.turns(calendar, Shanghai, from, to);
    for minute in (0..days * 24 * 60).step_by(10) {
        let running = turns.iter().filter(|turn| turn.from <= at(minute) && at(minute) < turn.to);
        let crews: Vec<usize> = running.map(|turn| turn.crew.len()).collect();
        let size = if post.id.area.to_string() == COUNTY && post.id.duty.as_str() != "lead_officer"
        {
            2
        } else {
            1
        };
        if post.rotations.is_empty() {
            assert!(!post.holders.is_empty(), "{}", post.id);
        } else {
            assert_eq!(crews, [size], "{} at minute {minute}", post.id);
        }
    }
}
