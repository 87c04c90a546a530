//! What is short: against the least that must lie there, against what was promised, against the calendar, and
//! against what a response of some level would take.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use compact_str::CompactString;

use super::stock::StockLine;
use crate::domain::{
    area::{LonLat, distance_m},
    board::Board,
    ids::{AreaCode, Level, SiteId},
    site::{Site, SiteKind},
};

/// Depots that are named for an item, the nearest first.
const NEAREST_MAX: usize = 5;

/// An item of which less is free in a depot than must lie there, or than has been promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    pub depot: SiteId,
    pub area: AreaCode,
    pub item: CompactString,
    pub least: u32,
    pub free: u64,
    /// Promised, and not there: a count has found it missing, or it has expired.
    pub missing: u64,
}

/// A lot that expires soon, or has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiring {
    pub depot: SiteId,
    pub area: AreaCode,
    pub line: StockLine,
    pub expires: NaiveDate,
    pub expired: bool,
}

/// One item of what a response would take.
#[derive(Debug, Clone, PartialEq)]
pub struct Readiness {
    pub item: CompactString,
    pub needed: u64,
    pub free: u64,
    pub missing: u64,
    pub nearest: Vec<Near>,
}

/// A depot that has some of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    pub depot: SiteId,
    pub name: CompactString,
    pub free: u64,
    /// As the crow flies; none where it is not known where they are needed.
    pub distance_m: Option<f64>,
}

impl Board {
    /// Returns the depots in `within`, in order of id.
    pub fn depots(&self, within: AreaCode) -> impl Iterator<Item = &Site> {
        let depots = self.sites.iter().filter(|site| site.kind() == SiteKind::Depot);
        depots.filter(move |site| within.contains(site.area))
    }

    /// Returns what is short in the depots of `within` on `day`, by depot and item.
    pub fn supply_shortages(&self, within: AreaCode, day: NaiveDate) -> Vec<Shortage> {
        let (supplies, rules) = (&self.supplies, self.supplies.rules());
        let mut found = Vec::new();
        for site in self.depots(within) {
            let held = supplies.held_at(&site.id).map(|(item, _)| item.clone());
            let items = rules.items.iter().map(|item| item.id.clone());
            let items: BTreeSet<CompactString> = items.chain(held).collect();
            for item in items {
                let least = rules.least(&site.id, site.area, &item).unwrap_or(0);
                let free = supplies.free(&site.id, &item, day);
                let missing = supplies.short(&site.id, &item, day);
                if free < u64::from(least) || missing > 0 {
                    let (depot, area) = (site.id.clone(), site.area);
                    found.push(Shortage { depot, area, item, least, free, missing });
                }
            }
        }
        found
    }

    /// Returns the lots in the depots of `within` that expire within `days` of `day` or have, the first first.
    pub fn supplies_expiring(&self, within: AreaCode, day: NaiveDate, days: u16) -> Vec<Expiring> {
        let until = day.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX);
        let lots = self.depots(within).flat_map(|site| {
            let lines = self.supplies.stocks.of(&site.id).iter().filter(|line| line.quantity > 0);
            lines.filter_map(move |line| Some((site, line, line.expires?)))
        });
        let soon = lots.filter(|(_, _, expires)| *expires <= until);
        let mut found: Vec<Expiring> = soon
            .map(|(site, line, expires)| Expiring {
                depot: site.id.clone(),
                area: site.area,
                line: line.clone(),
                expires,
                expired: expires < day,
            })
            .collect();
        found.sort_by_key(|lot| lot.expires);
        found
    }

    /// Says for each item whether a response of `level` in `areas` can be supplied from the depots of `within`. What
    /// is promised to somebody counts as gone.
    pub fn supply_readiness(
        &self,
        level: u8,
        areas: &[AreaCode],
        within: AreaCode,
        day: NaiveDate,
    ) -> Vec<Readiness> {
        let townships = self.townships(areas);
        let count = townships.len() as u64;
        let near = middle(
            townships
                .iter()
                .chain(areas)
                .filter_map(|code| self.areas.get(*code).and_then(|area| area.centroid)),
        );
        let needs = self.supplies.rules().needs.iter().filter(|need| need.level == level);
        let ready = needs.map(|need| {
            let needed = u64::from(need.county) + u64::from(need.township) * count;
            let depots = nearest_with(self, &need.item, near, within, day);
            let free: u64 = depots.iter().map(|depot| depot.free).sum();
            let nearest = depots.into_iter().take(NEAREST_MAX).collect();
            let missing = needed.saturating_sub(free);
            Readiness { item: need.item.clone(), needed, free, missing, nearest }
        });
        ready.collect()
    }

    /// Returns the townships that `areas` are, lie in or hold.
    pub fn townships(&self, areas: &[AreaCode]) -> BTreeSet<AreaCode> {
        let mut found = BTreeSet::new();
        for area in areas {
            match area.at(Level::Township) {
                Some(township) => drop(found.insert(township)),
                None => {
                    let inside = self.areas.inside(*area).map(|area| area.code);
                    found.extend(inside.filter(|code| code.level() == Level::Township));
                }
            }
        }
        found
    }
}

/// Returns the depots of `within` that have any of `item` free, the nearest to `near` first, else the fullest.
pub(super) fn nearest_with(
    board: &Board,
    item: &str,
    near: Option<LonLat>,
    within: AreaCode,
    day: NaiveDate,
) -> Vec<Near> {
    let depots = board.depots(within).map(|site| {
        let distance_m = near.map(|near| distance_m(near, site.at));
        let free = board.supplies.free(&site.id, item, day);
        Near { depot: site.id.clone(), name: site.name.clone(), free, distance_m }
    });
    let mut depots: Vec<Near> = depots.filter(|depot| depot.free > 0).collect();
    depots.sort_by(|one, other| {
        let (a, b) = (one.distance_m.unwrap_or(0.0), other.distance_m.unwrap_or(0.0));
        a.total_cmp(&b).then(other.free.cmp(&one.free))
    });
    depots
}

fn middle(points: impl Iterator<Item = LonLat>) -> Option<LonLat> {
    let (sum, count) = points
        .fold(([0.0, 0.0], 0.0), |([x, y], count), [lon, lat]| ([x + lon, y + lat], count + 1.0));
    (count > 0.0).then(|| [sum[0] / count, sum[1] / count])
}
