//! Rivers and roads: two rivers from the hills to the low land, and a road network in which every village
//! can be reached from every other.

use super::{
    county::{County, on_earth, on_plane},
    plane::{self, Point},
    random::Random,
};

/// A road or a river, as a line on the earth.
#[derive(Debug)]
pub(super) struct Line {
    pub id: String,
    pub name: String,
    /// `county`, `township` or `river`.
    pub class: &'static str,
    pub points: Vec<[f64; 2]>,
}

/// Each river's name and the places it passes, upstream first. The first runs by 柳河镇, the second between
/// the two subdistricts.
const RIVERS: [(&str, &[Point]); 2] = [
    (
        "柳河",
        &[
            [-0.55, 0.88],
            [-0.32, 0.42],
            [-0.27, 0.05],
            [-0.36, -0.34],
            [-0.24, -0.62],
            [-0.2, -0.95],
        ],
    ),
    (
        "双堤河",
        &[[0.42, 0.76], [0.36, 0.42], [0.13, 0.1], [0.1, -0.26], [0.3, -0.56], [0.28, -1.04]],
    ),
];
/// Pieces and bends of a river and of a road, in units of the plane.
const RIVER: (f64, f64) = (0.03, 0.16);
const ROAD: (f64, f64) = (0.04, 0.08);

pub(super) fn rivers(random: &Random) -> Vec<Line> {
    let line = |(number, (name, course)): (usize, &(&str, &[Point]))| {
        let mut random = random.part(name);
        let mut points: Vec<Point> = Vec::new();
        for reach in course.windows(2) {
            points.pop();
            points.extend(plane::winding(reach[0], reach[1], RIVER, &mut random));
        }
        Line {
            id: format!("river-{number}"),
            name: (*name).to_owned(),
            class: "river",
            points: points.into_iter().map(on_earth).collect(),
        }
    };
    (1..).zip(&RIVERS).map(line).collect()
}

pub(super) fn roads(divisions: &County, random: &Random) -> Vec<Line> {
    let mut random = random.part("roads");
    let seats: Vec<[f64; 2]> = divisions.townships.iter().map(|township| township.seat).collect();
    let sites = divisions.villages.iter().map(|village| village.site);
    let places: Vec<[f64; 2]> = seats.iter().copied().chain(sites).collect();
    let mut name = |class, places: &[[f64; 2]], first: usize, stands_between: Between| {
        let edges = edges(places, stands_between);
        let line = |(number, (from, to)): (usize, (usize, usize))| Line {
            id: format!("road-{number}"),
            name: if class == "county" { format!("县道X{number:03}") } else { String::new() },
            class,
            points: winding(places[from], places[to], &mut random),
        };
        (first..).zip(edges).map(line).collect::<Vec<_>>()
    };
    // Roads between the seats go straight there; the others lead from village to village.
    let mut roads = name("county", &seats, 1, in_circle);
    roads.extend(name("township", &places, roads.len() + 1, in_lune));
    roads
}

fn winding(from: [f64; 2], to: [f64; 2], random: &mut Random) -> Vec<[f64; 2]> {
    let path = plane::winding(on_plane(from), on_plane(to), ROAD, random);
    let mut path: Vec<[f64; 2]> = path.into_iter().map(on_earth).collect();
    // The ends are the very points of the places: roads meet in them.
    let last = path.len() - 1;
    (path[0], path[last]) = (from, to);
    path
}

/// Tells whether a third place makes a road between two others needless.
type Between = fn(f64, f64, f64) -> bool;

/// The third lies in the circle over the two (Gabriel graph). Takes the distances of the two from each
/// other and of the third from each.
fn in_circle(apart: f64, a: f64, b: f64) -> bool {
    a * a + b * b < apart * apart
}

/// The third is nearer to both than they are to each other (relative neighbourhood graph). What is left
/// holds the shortest tree, so every place is reached.
fn in_lune(apart: f64, a: f64, b: f64) -> bool {
    a.max(b) < apart
}

fn edges(places: &[[f64; 2]], stands_between: Between) -> Vec<(usize, usize)> {
    let places: Vec<Point> = places.iter().map(|place| on_plane(*place)).collect();
    let mut edges = Vec::new();
    for (from, a) in places.iter().enumerate() {
        for (to, b) in places.iter().enumerate().skip(from + 1) {
            let apart = plane::length(*a, *b);
            // Farther than any two neighbours are; the others need not be looked through.
            let far = apart > 1.2;
            let needless = |other: &Point| {
                stands_between(apart, plane::length(*a, *other), plane::length(*b, *other))
            };
            if !far && apart > 0.0 && !places.iter().any(needless) {
                edges.push((from, to));
            }
        }
    }
    edges
}
