//! A division tree of a country that does not exist: as many divisions of each level as China has, in a box of its
//! size, the same on every machine.
//!
//! Every division is a box in its parent's, cut at random, so some are crowded and some are wide; villages lie
//! around the hamlets of their township.

use compact_str::format_compact;
use jiaoying::domain::area::{Area, LonLat};

const SEED: u64 = 20_210_721;
/// Provinces, cities, counties, townships, villages.
const DIVISIONS: [usize; 5] = [31, 333, 2_850, 40_000, 700_000];
/// What a code is made of: digits of each level.
const UNITS: [u64; 5] = [10_000_000_000, 100_000_000, 1_000_000, 1_000, 1];
const COUNTRY: Ground = Ground { low: [73.5, 18.0], high: [135.0, 53.5] };

/// A box on the map.
#[derive(Clone, Copy)]
struct Ground {
    low: LonLat,
    high: LonLat,
}

/// Makes every division, in order of code.
pub fn areas() -> Vec<Area> {
    let mut chance = Chance(SEED);
    let mut areas = Vec::new();
    let mut parents = vec![(0, COUNTRY)];
    for (level, total) in DIVISIONS.into_iter().enumerate() {
        let mut divisions = Vec::with_capacity(total);
        for (place, (code, ground)) in parents.iter().enumerate() {
            let upto = |place: usize| total * place / parents.len();
            let count = upto(place + 1) - upto(place);
            let mut grounds = Vec::with_capacity(count);
            if level + 1 == DIVISIONS.len() {
                scatter(*ground, count, &mut chance, &mut grounds);
            } else {
                cut(*ground, count, &mut chance, &mut grounds);
            }
            // Provinces are numbered from 11, as they are.
            let first = if level == 0 { 11 } else { 1 };
            let codes = (first..).map(|number| code + number * UNITS[level]);
            divisions.extend(codes.zip(grounds));
        }
        areas.extend(divisions.iter().map(|(code, ground)| area(*code, ground.middle())));
        parents = divisions;
    }
    areas.sort_by_key(|area| area.code);
    areas
}

/// Returns the divisions of a county's level again with a boundary of `points` corners around each.
pub fn with_outlines(areas: &[Area], points: u32) -> Vec<Area> {
    let counties =
        areas.iter().filter(|area| area.code.level() == jiaoying::domain::ids::Level::County);
    counties
        .map(|area| {
            let center = area.centroid.unwrap();
            Area {
                outline: vec![vec![ring(center, 0.3, points, area.code.to_string().len())]],
                ..area.clone()
            }
        })
        .collect()
}

/// Draws a closed ring of `points` corners with bays, about `reach` degrees around a centre.
pub fn ring(center: LonLat, reach: f64, points: u32, seed: usize) -> Vec<LonLat> {
    let mut chance = Chance(SEED + seed as u64);
    let bays = [chance.share(), chance.share(), chance.share()];
    let corner = |n: u32| {
        let turn = f64::from(n) / f64::from(points) * std::f64::consts::TAU;
        let bay = |(k, phase): (f64, f64)| (k * turn + phase * std::f64::consts::TAU).sin();
        let waves: f64 = [3.0, 7.0, 23.0].into_iter().zip(bays).map(bay).sum();
        let reach = reach * (1.0 + 0.15 * waves);
        let [x, y] = [center[0] + reach * turn.cos() * 1.2, center[1] + reach * turn.sin()];
        // Seven digits, as every source writes: all see the same ring.
        [x, y].map(|degrees| (degrees * 1e7).round() / 1e7)
    };
    let mut ring: Vec<LonLat> = (0..points).map(corner).collect();
    ring.push(ring[0]);
    ring
}

fn area(code: u64, at: LonLat) -> Area {
    Area {
        code: format!("{code:012}").parse().unwrap(),
        name: format_compact!("地{code}"),
        centroid: Some(at.map(|degrees| (degrees * 1e7).round() / 1e7)),
        outline: Vec::new(),
    }
}

impl Ground {
    fn middle(self) -> LonLat {
        [0, 1].map(|axis| f64::midpoint(self.low[axis], self.high[axis]))
    }
}

/// Cuts a box into so many, across its longer side each time.
fn cut(ground: Ground, parts: usize, chance: &mut Chance, found: &mut Vec<Ground>) {
    if parts <= 1 {
        found.push(ground);
        return;
    }
    let Ground { low, high } = ground;
    let axis = usize::from(high[1] - low[1] > high[0] - low[0]);
    let at = low[axis] + (high[axis] - low[axis]) * (0.3 + 0.4 * chance.share());
    let (mut first, mut second) = (ground, ground);
    (first.high[axis], second.low[axis]) = (at, at);
    cut(first, parts / 2, chance, found);
    cut(second, parts - parts / 2, chance, found);
}

/// Puts villages around three hamlets of a township.
fn scatter(ground: Ground, count: usize, chance: &mut Chance, found: &mut Vec<Ground>) {
    let Ground { low, high } = ground;
    let size = [high[0] - low[0], high[1] - low[1]];
    let hamlets: [LonLat; 3] =
        std::array::from_fn(|_| [0, 1].map(|axis| low[axis] + size[axis] * chance.share()));
    found.extend((0..count).map(|village| {
        let hamlet = hamlets[village % hamlets.len()];
        let at = [0, 1].map(|axis| {
            // Three draws lie close to the middle of what one can reach.
            let off = (0..3).map(|_| chance.share() - 0.5).sum::<f64>() * 0.4;
            (hamlet[axis] + size[axis] * off).clamp(low[axis], high[axis])
        });
        Ground { low: at, high: at }
    }));
}

/// Steele's SplitMix64.
struct Chance(u64);

impl Chance {
    /// Returns a number from 0 to below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
