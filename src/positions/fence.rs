//! Which warned areas units enter and leave, seen from their fixes.
//!
//! Invariant: a unit that trembles on a border crosses nothing. A crossing is believed when a unit is clearly
//! on the other side twice, or once and then says nothing else for ten seconds.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use super::{report::Fix, units::UnitNumber};
use crate::domain::{
    area::{Areas, LonLat, Shape, distance_m, within_reason},
    ids::{AreaCode, WarningId},
    time::Timestamp,
    warning::Warning,
};

/// Fixes on the other side that make a crossing.
const FIXES: u32 = 2;
/// How long one fix on the other side must stand unanswered to be one too.
const ALONE: Duration = Duration::from_secs(10);
/// Closer to a border than this, or than the receiver is sure of, a unit is on neither side.
const BORDER_M: f64 = 20.0;
/// A receiver that is less sure than this is not waited for.
const UNSURE_M: f64 = 100.0;
/// Metres in a degree of latitude.
const DEGREE_M: f64 = 111_195.0;

/// A unit that is now on the other side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossed {
    pub warning: WarningId,
    /// The area by whose border it was seen; none for a drawn shape.
    pub area: Option<AreaCode>,
    pub entered: bool,
    /// The first fix on that side.
    pub fix: Fix,
}

/// The areas of the warnings in force, and who is in them.
#[derive(Debug, Default)]
pub struct Fences {
    /// Each stretch once, however many warnings are about it.
    zones: Vec<Zone>,
    warnings: BTreeMap<WarningId, Vec<usize>>,
    inside: BTreeSet<(UnitNumber, WarningId)>,
    doubts: HashMap<(UnitNumber, WarningId), Doubt>,
    /// By zone: whether the fix at hand is in it, so that warnings of one area ask once.
    hits: Vec<bool>,
}

/// A unit that seems to have crossed.
#[derive(Debug, Clone, Copy)]
struct Doubt {
    first: Fix,
    area: Option<AreaCode>,
    fixes: u32,
}

impl Fences {
    /// Makes `warnings` those in force, and `inside` who is known to be in their areas.
    pub fn draw<'w>(
        &mut self,
        areas: &Areas,
        warnings: impl Iterator<Item = &'w Warning>,
        inside: BTreeSet<(UnitNumber, WarningId)>,
    ) {
        let mut zones = Zones::default();
        let drawn = warnings.map(|warning| (warning.id, zones.of(areas, warning)));
        self.warnings = drawn.filter(|(_, zones)| !zones.is_empty()).collect();
        self.zones = zones.all;
        self.hits = vec![false; self.zones.len()];
        self.inside = inside;
        self.doubts.retain(|(_, warning), _| self.warnings.contains_key(warning));
    }

    /// Tells whether there is any border to cross.
    pub fn is_empty(&self) -> bool {
        self.zones.is_empty()
    }

    /// Takes a unit's next fix and adds what it crosses to `crossed`.
    pub fn on_fix(&mut self, fix: &Fix, crossed: &mut Vec<Crossed>) {
        if self.zones.is_empty() {
            return;
        }
        let before = crossed.len();
        for (hit, zone) in self.hits.iter_mut().zip(&self.zones) {
            *hit = zone.contains(fix.place());
        }
        for (warning, zones) in &self.warnings {
            let key = (fix.unit, *warning);
            let hit = zones.iter().copied().find(|zone| self.hits[*zone]);
            if hit.is_some() == self.inside.contains(&key) {
                self.doubts.remove(&key);
                continue;
            }
            let unsure_m = fix.motion.accuracy_m.map_or(0.0, f64::from).min(UNSURE_M);
            let near =
                |zone: &usize| self.zones[*zone].border_m(fix.place()) < BORDER_M.max(unsure_m);
            if hit.iter().chain(zones.iter().filter(|_| hit.is_none())).any(near) {
                continue;
            }
            let area = hit.or(zones.first().copied()).and_then(|zone| self.zones[zone].area);
            let doubt = self.doubts.entry(key).or_insert(Doubt { first: *fix, area, fixes: 0 });
            doubt.fixes += 1;
            if doubt.fixes >= FIXES {
                let entered = hit.is_some();
                crossed.push(Crossed {
                    warning: *warning,
                    area: doubt.area,
                    entered,
                    fix: doubt.first,
                });
            }
        }
        crossed[before..].iter().for_each(|crossed| self.settle(crossed));
    }

    /// Adds those to `crossed` who were seen once on the other side and have said nothing since.
    pub fn elapse(&mut self, now: Timestamp, crossed: &mut Vec<Crossed>) {
        let due = self.doubts.iter().filter(|(_, doubt)| doubt.first.received_at + ALONE <= now);
        let mut due: Vec<Crossed> = due
            .map(|(key, doubt)| {
                let entered = !self.inside.contains(key);
                Crossed { warning: key.1, area: doubt.area, entered, fix: doubt.first }
            })
            .collect();
        due.sort_by_key(|crossed| (crossed.fix.at, crossed.fix.unit));
        due.iter().for_each(|crossed| self.settle(crossed));
        crossed.append(&mut due);
    }

    /// Learns on which side the record has a unit.
    pub fn learn(&mut self, unit: UnitNumber, warning: WarningId, inside: bool) {
        let key = (unit, warning);
        if inside {
            self.inside.insert(key)
        } else {
            self.inside.remove(&key)
        };
    }

    fn settle(&mut self, crossed: &Crossed) {
        self.doubts.remove(&(crossed.fix.unit, crossed.warning));
        self.learn(crossed.fix.unit, crossed.warning, crossed.entered);
    }
}

/// Stretches in the making.
#[derive(Default)]
struct Zones {
    all: Vec<Zone>,
    by_area: BTreeMap<AreaCode, usize>,
}

impl Zones {
    /// Returns the stretches of one warning: areas that it names whole, by their outlines or those of what
    /// lies in them, and what it draws.
    fn of(&mut self, areas: &Areas, warning: &Warning) -> Vec<usize> {
        let mut found = BTreeSet::new();
        for whole in &warning.extent.whole {
            let mut covered: Option<AreaCode> = None;
            for area in areas.inside(*whole).filter(|area| !area.outline.is_empty()) {
                if covered.is_some_and(|above| above.contains(area.code)) {
                    continue;
                }
                covered = Some(area.code);
                let next = self.all.len();
                let place = *self.by_area.entry(area.code).or_insert(next);
                if place == next {
                    self.all.push(Zone::rings(area.outline.concat(), Some(area.code)));
                }
                found.insert(place);
            }
        }
        // A border that calls nobody is none: each fix would pay for every one of its points.
        let drawn = warning.message.areas.iter().flat_map(|area| &area.shapes).collect();
        for shape in within_reason(drawn).0 {
            found.insert(self.all.len());
            self.all.push(Zone::of(shape));
        }
        found.into_iter().collect()
    }
}

/// A stretch of the earth.
#[derive(Debug)]
struct Zone {
    /// West, south, east, north.
    bounds: [f64; 4],
    form: Form,
    area: Option<AreaCode>,
}

#[derive(Debug)]
enum Form {
    /// What an odd number of rings encloses.
    Rings(Vec<Vec<LonLat>>),
    Circle {
        center: LonLat,
        radius_m: f64,
    },
}

impl Zone {
    fn of(shape: &Shape) -> Self {
        match shape {
            Shape::Polygon(ring) => Self::rings(vec![ring.clone()], None),
            Shape::Circle { center, radius_km } => {
                let [x, y] = *center;
                let radius_m = radius_km * 1_000.0;
                let north = radius_m / DEGREE_M;
                let east = north / y.to_radians().cos().max(0.01);
                let bounds = [x - east, y - north, x + east, y + north];
                Self { bounds, form: Form::Circle { center: *center, radius_m }, area: None }
            }
        }
    }

    fn rings(rings: Vec<Vec<LonLat>>, area: Option<AreaCode>) -> Self {
        let nothing = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        let bounds = rings.iter().flatten().fold(nothing, |[west, south, east, north], [x, y]| {
            [west.min(*x), south.min(*y), east.max(*x), north.max(*y)]
        });
        Self { bounds, form: Form::Rings(rings), area }
    }

    fn contains(&self, [x, y]: LonLat) -> bool {
        let [west, south, east, north] = self.bounds;
        if x < west || x > east || y < south || y > north {
            return false;
        }
        match &self.form {
            Form::Circle { center, radius_m } => distance_m(*center, [x, y]) <= *radius_m,
            Form::Rings(rings) => {
                let crossings = rings.iter().flat_map(|ring| ring.windows(2)).filter(|edge| {
                    let ([ax, ay], [bx, by]) = (edge[0], edge[1]);
                    (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
                });
                crossings.count() % 2 == 1
            }
        }
    }

    /// Returns how far a place is from the border, in metres.
    fn border_m(&self, place: LonLat) -> f64 {
        match &self.form {
            Form::Circle { center, radius_m } => (distance_m(*center, place) - radius_m).abs(),
            Form::Rings(rings) => {
                let edges = rings.iter().flat_map(|ring| ring.windows(2));
                edges.map(|edge| edge_m(place, edge[0], edge[1])).fold(f64::INFINITY, f64::min)
            }
        }
    }
}

/// Returns how far a place is from an edge, on the plane that touches the earth there: over a border's width
/// there is no difference.
fn edge_m(place: LonLat, from: LonLat, to: LonLat) -> f64 {
    let shrink = place[1].to_radians().cos();
    let flat = |at: LonLat| ((at[0] - place[0]) * shrink * DEGREE_M, (at[1] - place[1]) * DEGREE_M);
    let ((fx, fy), (tx, ty)) = (flat(from), flat(to));
    let (dx, dy) = (tx - fx, ty - fy);
    let length = dx * dx + dy * dy;
    let along = if length == 0.0 { 0.0 } else { (-(fx * dx + fy * dy) / length).clamp(0.0, 1.0) };
    (fx + along * dx).hypot(fy + along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            area::Extent,
            warning::{Life, Message, MessageKind, Status, WarnedArea},
        },
        positions::testing::{NOW, fix},
    };

    /// A square kilometre, more or less, and a metre of longitude and latitude there.
    const WEST: f64 = 114.5;
    const EAST: f64 = 114.511;
    const METRE_EAST: f64 = 1.0 / (DEGREE_M * 0.813);

    #[test]
    fn a_unit_crosses_once_each_way_with_the_time_of_its_first_fix_there() {
        let mut fences = square();
        let path =
            [WEST - 0.002, WEST + 0.002, WEST + 0.003, WEST + 0.004, WEST - 0.002, WEST - 0.003];
        let crossed = drive(&mut fences, &path);
        let seen: Vec<_> =
            crossed.iter().map(|c| (c.entered, c.fix.at.millis() - NOW.millis())).collect();
        assert_eq!(seen, [(true, 1_000), (false, 4_000)]);
        assert!(crossed.iter().all(|c| c.warning == WarningId(1)));
    }

    #[test]
    fn trembling_on_the_border_crosses_nothing() {
        let mut fences = square();
        let tremble: Vec<f64> = (0..2_000_u32)
            .map(|step| {
                // Up to 19 m to either side, in no order.
                let metres = f64::from(step.wrapping_mul(2_654_435_761) % 39) - 19.0;
                WEST + metres * METRE_EAST
            })
            .collect();
        assert_eq!(drive(&mut fences, &tremble), []);
    }

    #[test]
    fn a_single_fix_on_the_other_side_is_forgotten_when_the_next_is_back() {
        let mut fences = square();
        let path: Vec<f64> =
            (0..100).map(|step| if step % 2 == 0 { WEST - 0.002 } else { WEST + 0.002 }).collect();
        assert_eq!(drive(&mut fences, &path), []);
    }

    #[test]
    fn a_unit_that_falls_silent_inside_has_entered_after_ten_seconds() {
        let mut fences = square();
        let mut crossed = Vec::new();
        fences.on_fix(&fix(0, WEST + 0.002, 35.605, 0), &mut crossed);
        fences.elapse(NOW + Duration::from_millis(9_999), &mut crossed);
        assert_eq!(crossed, []);
        fences.elapse(NOW + Duration::from_secs(10), &mut crossed);
        assert!(crossed.len() == 1 && crossed[0].entered);
        fences.elapse(NOW + Duration::from_secs(100), &mut crossed);
        assert_eq!(crossed.len(), 1);
    }

    #[test]
    fn an_unsure_receiver_decides_nothing_near_a_border() {
        let mut fences = square();
        let unsure = |second| {
            let mut fix = fix(0, WEST + 50.0 * METRE_EAST, 35.605, second);
            fix.motion.accuracy_m = Some(60.0);
            fix
        };
        let mut crossed = Vec::new();
        (0..10).for_each(|second| fences.on_fix(&unsure(second), &mut crossed));
        assert_eq!(crossed, []);
        let sure = |second| fix(0, WEST + 50.0 * METRE_EAST, 35.605, second);
        (10..12).for_each(|second| fences.on_fix(&sure(second), &mut crossed));
        assert_eq!(crossed.len(), 1);
    }

    #[test]
    fn who_is_known_to_be_inside_does_not_enter_again() {
        let mut fences = square();
        let inside = BTreeSet::from([(UnitNumber(0), WarningId(1))]);
        fences.draw(&Areas::default(), [warning(1, vec![drawn()])].iter(), inside);
        assert_eq!(drive(&mut fences, &[WEST + 0.002, WEST + 0.003]), []);
        assert_eq!(drive(&mut fences, &[WEST - 0.002, WEST - 0.003]).len(), 1);
    }

    #[test]
    fn the_border_between_two_parts_of_one_warned_area_is_none() {
        let mut fences = Fences::default();
        let beside = Shape::Polygon(ring(EAST, EAST + 0.011));
        fences.draw(&Areas::default(), [warning(1, vec![drawn(), beside])].iter(), BTreeSet::new());
        let path: Vec<f64> = (1..21_u32).map(|step| WEST + 0.001 * f64::from(step)).collect();
        let crossed = drive(&mut fences, &path);
        assert!(crossed.len() == 1 && crossed[0].entered, "{crossed:?}");
    }

    #[test]
    fn a_shape_around_the_country_is_no_border() {
        let mut fences = Fences::default();
        let country = Shape::Circle { center: [104.0, 35.0], radius_km: 2_500.0 };
        fences.draw(&Areas::default(), [warning(1, vec![country])].iter(), BTreeSet::new());
        assert_eq!(drive(&mut fences, &[WEST + 0.002, WEST + 0.003]), []);
    }

    #[test]
    fn a_circle_is_a_border_too_and_an_ended_warning_is_none() {
        let mut fences = Fences::default();
        let circle = Shape::Circle { center: [114.5, 35.605], radius_km: 1.0 };
        fences.draw(&Areas::default(), [warning(1, vec![circle])].iter(), BTreeSet::new());
        let out = 114.5 + 1_030.0 * METRE_EAST;
        let inside = 114.5 + 970.0 * METRE_EAST;
        assert_eq!(drive(&mut fences, &[out, out, inside, inside, out, out]).len(), 2);
        fences.draw(&Areas::default(), std::iter::empty(), BTreeSet::new());
        assert!(fences.is_empty());
        assert_eq!(drive(&mut fences, &[inside, inside]), []);
    }

    #[test]
    fn a_crossing_that_was_not_written_is_seen_again() {
        let mut fences = square();
        assert_eq!(drive(&mut fences, &[WEST + 0.002, WEST + 0.003]).len(), 1);
        fences.learn(UnitNumber(0), WarningId(1), false);
        assert_eq!(drive(&mut fences, &[WEST + 0.002, WEST + 0.003]).len(), 1);
    }

    fn drive(fences: &mut Fences, path: &[f64]) -> Vec<Crossed> {
        let mut crossed = Vec::new();
        for (second, lon) in (0_i64..).zip(path) {
            let mut now = Vec::new();
            fences.on_fix(&fix(0, *lon, 35.605, second), &mut now);
            crossed.append(&mut now);
        }
        crossed
    }

    fn square() -> Fences {
        let mut fences = Fences::default();
        fences.draw(&Areas::default(), [warning(1, vec![drawn()])].iter(), BTreeSet::new());
        fences
    }

    fn drawn() -> Shape {
        Shape::Polygon(ring(WEST, EAST))
    }

    fn ring(west: f64, east: f64) -> Vec<LonLat> {
        vec![[west, 35.6], [east, 35.6], [east, 35.61], [west, 35.61], [west, 35.6]]
    }

    fn warning(id: u64, shapes: Vec<Shape>) -> Warning {
        let area = WarnedArea { description: "河滩".into(), codes: Vec::new(), shapes };
        let message = Message {
            identifier: "n1".into(),
            sender: "县气象台".into(),
            sent: NOW,
            status: Status::Actual,
            kind: MessageKind::Alert,
            references: Vec::new(),
            event: "暴雨".into(),
            event_code: None,
            colour: None,
            headline: String::new(),
            description: String::new(),
            instruction: String::new(),
            effective: NOW,
            onset: None,
            expires: None,
            areas: vec![area],
            notes: Vec::new(),
        };
        Warning {
            id: WarningId(id),
            message,
            life: Life::Active,
            extent: Extent::default(),
            callout: None,
            accepted_at: NOW,
            source: "gateway".into(),
            witnesses: Vec::new(),
            changed_at: NOW,
            seq: 1,
        }
    }
}
