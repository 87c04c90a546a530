//! The demonstration county in its flood: units at work, stale terminals, closed roads.

use std::time::Duration;

use jiaoying::{
    demo,
    domain::{
        area::{LonLat, Shape},
        ids::SiteId,
        recommend::{Candidate, Cover, Depot, Scene, Seen, Settings, Standing},
        road::{Closure, Cuts, Network, Road, Speeds, Travel},
        time::Timestamp,
        unit::{Unit, UnitKind},
    },
    ingest::capabilities,
};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// A depot: its site, where it is, and what is free by item.
type Stocked = (SiteId, LonLat, Vec<(String, u32)>);

/// Units and depots of the county.
pub struct Force {
    units: Vec<Unit>,
    depots: Vec<Stocked>,
    covers: Vec<Cover>,
}

impl Force {
    /// Boats and pumps first, then squadrons and teams, to so many.
    pub fn new(units: usize, depots: usize) -> Self {
        let county = demo::county().unwrap();
        let mut all = county.units;
        all.sort_by_key(|unit| match unit.kind {
            UnitKind::Boat | UnitKind::RubberBoat | UnitKind::PumpTruck | UnitKind::Ambulance => 0,
            UnitKind::Team => 1,
            _ => 2,
        });
        all.truncate(units);
        assert_eq!(all.len(), units);
        let sites = county.sites.iter().cycle().take(depots).enumerate();
        let depots = sites
            .map(|(number, site)| {
                let count = &county.stock[number % county.stock.len()];
                let free = count.lines.iter().map(|line| (line.item.to_string(), line.quantity));
                (format!("d-{number}").parse().unwrap(), site.at, free.collect())
            })
            .collect();
        let townships = county
            .areas
            .iter()
            .filter(|area| area.code.level() == jiaoying::domain::ids::Level::Township);
        let cover = |area: &jiaoying::domain::area::Area| Cover {
            area: area.code,
            at: area.centroid.unwrap(),
            ability: "boat_rescue".into(),
            within_s: 1_800,
        };
        Self { units: all, depots, covers: townships.map(cover).collect() }
    }

    /// Asks something of the scene: each fifth unit is busy, each third was seen on the road.
    pub fn ask<T>(&self, ask: impl FnOnce(&Scene<'_>) -> T) -> T {
        let mut next = dice(1);
        let candidates: Vec<Candidate<'_>> = self
            .units
            .iter()
            .enumerate()
            .map(|(number, unit)| {
                let offset =
                    |dice: i64| f64::from(i32::try_from(dice % 2_000).unwrap() - 1_000) / 2e4;
                let away = unit.base.map(|[lon, lat]| [lon + offset(next()), lat + offset(next())]);
                let age = Duration::from_secs(u64::try_from(next() % 900).unwrap());
                let seen = |at| Seen { at, when: NOW - age, stale: age.as_secs() > 60 };
                let busy = Standing::Busy { incident: "i-0".into(), back: Some(NOW + age) };
                Candidate {
                    unit,
                    seen: away.map(seen).filter(|_| number % 3 == 0),
                    strength: unit.strength,
                    standing: if number % 5 == 0 { busy } else { Standing::Free },
                    at_work_since: Some(NOW - age * 50),
                }
            })
            .collect();
        let depots: Vec<Depot<'_>> = self
            .depots
            .iter()
            .map(|(site, at, free)| {
                let free = free.iter().map(|(item, count)| (item.as_str(), *count)).collect();
                Depot { site, at: *at, free }
            })
            .collect();
        let map = demo::basemap().unwrap();
        let roads = map.roads.iter();
        let roads = roads.map(|r| Road { id: &r.id, class: &r.class, parts: &r.parts });
        let speeds = Speeds::default();
        let network = Network::new(roads, &speeds);
        let closures = [
            Closure::Road("road-3".into()),
            Closure::Within(Shape::Circle { center: [114.42, 35.61], radius_km: 1.5 }),
            Closure::Within(Shape::Circle { center: [114.5, 35.68], radius_km: 0.8 }),
        ];
        let cuts = Cuts::new(&network, &closures);
        let (catalogue, settings) = (capabilities::built_in(), Settings::default());
        ask(&Scene {
            candidates: &candidates,
            depots: &depots,
            covers: &self.covers,
            catalogue: &catalogue,
            travel: Travel { network: Some(&network), cuts: &cuts, speeds: &speeds },
            settings: &settings,
            now: NOW,
        })
    }
}

/// Numbers that look random and are the same each time (splitmix).
pub fn dice(seed: u64) -> impl FnMut() -> i64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((mixed ^ (mixed >> 31)) >> 2).unwrap()
    }
}
