//! The invented geometry: an outline cut into the cells nearest to each seat, and every border bent
//! the same way for both sides, so that the cells tile the outline without a gap.
//!
//! Works on a plane of about -1 to 1 and without trigonometry, whose last digit differs between machines.

use std::collections::BTreeMap;

use super::random::Random;

pub(super) type Point = [f64; 2];

/// A border is bent until its pieces are shorter than this: about 350 m.
const PIECE: f64 = 0.02;
/// How far the middle of a piece is moved sideways, as a share of its length.
const BEND: f64 = 0.13;
/// Points this close are one: both sides of a border compute its ends with different roundings.
const GRID: f64 = 1e7;

type Key = (i64, i64);

/// The cells and the outline, as closed rings that run counterclockwise.
#[derive(Debug)]
pub(super) struct Tiling {
    pub cells: Vec<Vec<Point>>,
    pub outline: Vec<Point>,
}

/// Cuts `outline` into one cell for each of `seats`.
pub(super) fn tile(outline: &[Point], seats: &[Point], random: &Random) -> Tiling {
    let corners: Vec<Vec<Point>> = seats.iter().map(|seat| cell(outline, seats, *seat)).collect();
    let mut borders = BTreeMap::new();
    for edge in corners.iter().flat_map(|corners| edges(corners)) {
        let (name, _) = named(edge);
        let border = borders.entry(name).or_insert_with(|| (bent(name, random), 0));
        border.1 += 1;
    }
    let path = |edge: (Point, Point)| {
        let (name, forward) = named(edge);
        let mut path = borders[&name].0.clone();
        if !forward {
            path.reverse();
        }
        path
    };
    let ring = |edges: Vec<(Point, Point)>| {
        let mut ring: Vec<Point> = Vec::new();
        for edge in edges {
            ring.pop();
            ring.extend(path(edge));
        }
        ring
    };
    let outer = corners.iter().flat_map(|corners| edges(corners));
    let outer = outer.filter(|edge| borders[&named(*edge).0].1 == 1).collect();
    Tiling {
        cells: corners.iter().map(|corners| ring(edges(corners).collect())).collect(),
        outline: ring(chained(outer)),
    }
}

/// Returns the part of `outline` that is nearer to `seat` than to any other seat.
fn cell(outline: &[Point], seats: &[Point], seat: Point) -> Vec<Point> {
    let mut cell = outline.to_vec();
    for other in seats.iter().filter(|other| **other != seat) {
        cell = nearer(&cell, seat, *other);
    }
    cell.iter_mut().for_each(|point| *point = unkey(key(*point)));
    cell.dedup();
    cell
}

/// Cuts a polygon along the line halfway between `a` and `b` and keeps the side of `a`.
fn nearer(polygon: &[Point], a: Point, b: Point) -> Vec<Point> {
    let towards_b = |p: Point| {
        (p[0] - (a[0] + b[0]) / 2.0) * (b[0] - a[0]) + (p[1] - (a[1] + b[1]) / 2.0) * (b[1] - a[1])
    };
    let mut kept = Vec::new();
    for (from, to) in edges(polygon) {
        let (f, t) = (towards_b(from), towards_b(to));
        if f <= 0.0 {
            kept.push(from);
        }
        if (f < 0.0 && t > 0.0) || (f > 0.0 && t < 0.0) {
            let share = f / (f - t);
            kept.push([0, 1].map(|axis| from[axis] + share * (to[axis] - from[axis])));
        }
    }
    kept
}

/// Returns the edges of a polygon, the last one back to its first corner.
fn edges(corners: &[Point]) -> impl Iterator<Item = (Point, Point)> {
    let next = corners.iter().cycle().skip(1);
    corners.iter().copied().zip(next.copied())
}

/// Puts edges in order, each beginning where the one before ends.
fn chained(mut edges: Vec<(Point, Point)>) -> Vec<(Point, Point)> {
    let mut chain: Vec<(Point, Point)> = Vec::new();
    while let Some(at) = match chain.last() {
        None if edges.is_empty() => None,
        None => Some(0),
        Some((_, end)) => edges.iter().position(|(start, _)| key(*start) == key(*end)),
    } {
        chain.push(edges.swap_remove(at));
    }
    chain
}

/// Bends the border between two corners: its middle moves sideways, then the middle of each half.
fn bent((from, to): (Key, Key), random: &Random) -> Vec<Point> {
    let mut random = random.part(&format!("{from:?}{to:?}"));
    winding(unkey(from), unkey(to), (PIECE, BEND), &mut random)
}

/// Returns a way between two points that is bent until its pieces are shorter than `piece`.
pub(super) fn winding(
    from: Point,
    to: Point,
    (piece, bend): (f64, f64),
    random: &mut Random,
) -> Vec<Point> {
    let mut path = vec![from, to];
    while length(path[0], path[1]) > piece {
        let mut finer = vec![path[0]];
        for pair in path.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let aside = bend * (random.unit() * 2.0 - 1.0);
            let middle = [
                (a[0] + b[0]) / 2.0 - aside * (b[1] - a[1]),
                (a[1] + b[1]) / 2.0 + aside * (b[0] - a[0]),
            ];
            finer.extend([middle, b]);
        }
        path = finer;
    }
    path
}

pub(super) fn length(a: Point, b: Point) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    (dx * dx + dy * dy).sqrt()
}

/// Returns an edge's name, the same from both sides, and whether it runs as named.
fn named((from, to): (Point, Point)) -> ((Key, Key), bool) {
    let (from, to) = (key(from), key(to));
    if from < to { ((from, to), true) } else { ((to, from), false) }
}

#[expect(clippy::cast_possible_truncation, reason = "points lie within -2 to 2")]
fn key(point: Point) -> Key {
    ((point[0] * GRID).round() as i64, (point[1] * GRID).round() as i64)
}

#[expect(clippy::cast_precision_loss, reason = "keys are far below 2^53")]
fn unkey((x, y): Key) -> Point {
    [x as f64 / GRID, y as f64 / GRID]
}

/// Tells whether `point` lies in a closed ring.
pub(super) fn holds(ring: &[Point], point: Point) -> bool {
    let crosses = |pair: &&[Point]| {
        let (a, b) = (pair[0], pair[1]);
        let spans = (a[1] > point[1]) != (b[1] > point[1]);
        spans && point[0] < (b[0] - a[0]) * (point[1] - a[1]) / (b[1] - a[1]) + a[0]
    };
    ring.windows(2).filter(crosses).count() % 2 == 1
}

/// Returns `count` points in a ring, each the loneliest of a few tries, so that they spread evenly.
pub(super) fn scatter(ring: &[Point], count: usize, random: &mut Random) -> Vec<Point> {
    const TRIES: usize = 12;
    let bound = |axis: usize, pick: fn(f64, f64) -> f64| {
        ring.iter().map(|point| point[axis]).reduce(pick).unwrap_or_default()
    };
    let low = [bound(0, f64::min), bound(1, f64::min)];
    let high = [bound(0, f64::max), bound(1, f64::max)];
    let mut points: Vec<Point> = Vec::new();
    while points.len() < count {
        let mut best: Option<(f64, Point)> = None;
        for _ in 0..TRIES {
            let at = [0, 1].map(|axis| low[axis] + random.unit() * (high[axis] - low[axis]));
            // Keeps away from the border too.
            let alone = points.iter().chain(ring).map(|other| length(at, *other)).reduce(f64::min);
            let alone = alone.unwrap_or(f64::MAX);
            if holds(ring, at) && best.is_none_or(|(distance, _)| alone > distance) {
                best = Some((alone, at));
            }
        }
        points.extend(best.map(|(_, at)| at));
    }
    points
}
