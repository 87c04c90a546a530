//! Recommendations and proposals, as a dispatcher would check them by hand.

mod covering;
mod joint;
mod single;

use std::time::Duration;

use super::*;
use crate::domain::{
    capability::{Ability, Counting, Wanted},
    ids::SiteId,
    road::{Closure, Cuts, Network, Road, Speeds},
    unit::UnitKind,
};

/// What a scene is made of, so that a test changes one thing of it.
struct World {
    units: Vec<Unit>,
    /// Beside each unit: what it is doing, where it was seen how many seconds ago, its people, hours at work.
    states: Vec<State>,
    sites: Vec<SiteId>,
    stocks: Vec<(LonLat, Vec<(&'static str, u32)>)>,
    covers: Vec<Cover>,
    roads: Vec<(&'static str, Vec<Vec<LonLat>>)>,
    closures: Vec<Closure>,
    settings: Settings,
}

#[derive(Clone)]
struct State {
    standing: Standing,
    seen: Option<(LonLat, u64)>,
    strength: Option<u32>,
    hours: Option<u64>,
}

impl World {
    fn new() -> Self {
        Self {
            units: Vec::new(),
            states: Vec::new(),
            sites: Vec::new(),
            stocks: Vec::new(),
            covers: Vec::new(),
            roads: Vec::new(),
            closures: Vec::new(),
            settings: Settings::default(),
        }
    }

    /// Adds a boat, `km` east of [`HERE`] at its base.
    fn boat(&mut self, id: &str, km: f64) -> &mut State {
        self.unit(Unit { base: Some(east(km)), ..Unit::sample(id, UnitKind::Boat) })
    }

    fn pump(&mut self, id: &str, km: f64, amount: u32) -> &mut State {
        let capacity = [("pump".into(), amount)].into();
        let truck = Unit::sample(id, UnitKind::PumpTruck);
        self.unit(Unit { base: Some(east(km)), capacity, ..truck })
    }

    fn unit(&mut self, unit: Unit) -> &mut State {
        self.units.push(unit);
        let state = State { standing: Standing::Free, seen: None, strength: None, hours: None };
        self.states.push(state);
        self.states.last_mut().unwrap()
    }

    fn depot(&mut self, id: &str, km: f64, free: &[(&'static str, u32)]) {
        self.sites.push(id.parse().unwrap());
        self.stocks.push((east(km), free.to_vec()));
    }

    fn cover(&mut self, area: &str, km: f64, minutes: u32) {
        let (area, ability) = (area.parse().unwrap(), "boat_rescue".into());
        self.covers.push(Cover { area, at: east(km), ability, within_s: minutes * 60 });
    }

    fn ask<T>(&self, ask: impl FnOnce(&Scene<'_>) -> T) -> T {
        let seen = |(at, age): (LonLat, u64)| {
            let when = NOW - Duration::from_secs(age);
            Seen { at, when, stale: age > 60 }
        };
        let candidate = |(unit, state): (_, &State)| Candidate {
            unit,
            seen: state.seen.map(seen),
            strength: state.strength,
            standing: state.standing.clone(),
            at_work_since: state.hours.map(|hours| NOW - Duration::from_secs(hours * 3_600)),
        };
        let candidates: Vec<_> = self.units.iter().zip(&self.states).map(candidate).collect();
        let depots = self.sites.iter().zip(&self.stocks);
        let depots: Vec<_> =
            depots.map(|(site, (at, free))| Depot { site, at: *at, free: free.clone() }).collect();
        let speeds = Speeds { detour: 1.0, ..Speeds::default() };
        let roads = self.roads.iter();
        let roads = roads.map(|(id, parts)| Road { id, class: "township", parts });
        let network = Network::new(roads, &speeds);
        let cuts = Cuts::new(&network, &self.closures);
        let network = (!self.roads.is_empty()).then_some(&network);
        let catalogue = catalogue();
        ask(&Scene {
            candidates: &candidates,
            depots: &depots,
            covers: &self.covers,
            catalogue: &catalogue,
            travel: Travel { network, cuts: &cuts, speeds: &speeds },
            settings: &self.settings,
            now: NOW,
        })
    }

    /// Asks what to send to [`HERE`].
    fn recommend(&self, needs: &str) -> Recommendation {
        let needs = catalogue().needs(needs).unwrap();
        self.ask(|scene| recommend(scene, HERE, &needs))
    }
}

const HERE: LonLat = [114.0, 35.0];
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// Returns the place so many kilometres east: at 36 km/h without a detour 100 s each.
fn east(km: f64) -> LonLat {
    [114.0 + km / 91.087, 35.0]
}

fn units(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item.unit.as_str()).collect()
}

fn catalogue() -> Catalogue {
    let ability = |code: &str, zh: &str, counted, kinds: &[UnitKind]| Ability {
        code: code.into(),
        zh: zh.into(),
        en: format!("en {code}").into(),
        words: Vec::new(),
        kinds: kinds.to_vec(),
        counted,
        counted_in: (counted == Counting::Amount).then(|| "m³/h".into()),
        typical: None,
        items: [].into(),
    };
    let boats = ability("boat_rescue", "水域救援", Counting::Units, &[UnitKind::Boat]);
    let pumps = ability("pump", "排涝", Counting::Amount, &[UnitKind::PumpTruck]);
    let pumps = Ability { items: [("pump".into(), 100)].into(), ..pumps };
    let people = ability("evacuation", "转移安置", Counting::People, &[UnitKind::Team]);
    let medics = ability("medical", "医疗救护", Counting::Units, &[]);
    vec![boats, pumps, people, medics].try_into().unwrap()
}
