//! The divisions of 示例县: its townships, their villages, and where they lie.

use std::collections::BTreeSet;

use super::{
    names,
    plane::{self, Point, Tiling},
    random::Random,
};

/// Where the invented plane is put on the earth. No border or village here is a real one.
const CENTER: [f64; 2] = [114.45, 35.62];
/// Degrees of longitude and latitude in one unit of the plane: about 18 km each.
const UNIT: [f64; 2] = [0.2, 0.162];

/// The county's corners, counterclockwise; each bay lies within one township.
const OUTLINE: [Point; 20] = [
    [-1.06, 0.02],
    [-0.80, -0.20],
    [-0.92, -0.56],
    [-0.60, -0.70],
    [-0.44, -1.04],
    [-0.02, -0.92],
    [0.30, -1.10],
    [0.74, -0.94],
    [0.80, -0.58],
    [1.12, -0.38],
    [0.94, -0.04],
    [1.06, 0.32],
    [0.76, 0.54],
    [0.84, 0.90],
    [0.42, 0.82],
    [0.10, 1.10],
    [-0.30, 0.92],
    [-0.72, 1.04],
    [-0.80, 0.64],
    [-1.10, 0.44],
];

/// Digits after the county's six, name, seat, villages. Hills lie in the north-west and north-east,
/// the low land by the rivers in the south. The villages are 478 in all.
const TOWNSHIPS: [(&str, &str, Point, usize); 11] = [
    ("001", "城关街道", [-0.05, 0.05], 24),
    ("002", "河东街道", [0.30, 0.06], 22),
    ("100", "青石镇", [-0.45, 0.60], 58),
    ("101", "柳河镇", [-0.42, -0.42], 56),
    ("102", "双堤镇", [0.14, -0.38], 50),
    ("103", "马渡镇", [0.66, -0.22], 49),
    ("104", "古槐镇", [0.12, 0.56], 53),
    ("105", "长陂镇", [0.48, -0.66], 46),
    ("200", "白杨乡", [-0.66, 0.08], 41),
    ("201", "石岭乡", [0.62, 0.46], 38),
    ("202", "苇塘乡", [-0.10, -0.76], 41),
];

/// What kind of township it is; it decides what its head and its villages are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Subdistrict,
    Town,
    Township,
}

#[derive(Debug)]
pub(super) struct Township {
    pub code: String,
    pub name: &'static str,
    pub kind: Kind,
    pub seat: [f64; 2],
    /// Closed, counterclockwise.
    pub outline: Vec<[f64; 2]>,
}

#[derive(Debug)]
pub(super) struct Village {
    pub code: String,
    pub name: String,
    /// Index of its township.
    pub township: usize,
    pub site: [f64; 2],
}

#[derive(Debug)]
pub(super) struct County {
    pub code: &'static str,
    pub name: &'static str,
    pub seat: [f64; 2],
    pub outline: Vec<[f64; 2]>,
    pub townships: Vec<Township>,
    /// In order of code.
    pub villages: Vec<Village>,
}

pub(super) fn generate(random: &Random) -> County {
    let seats = TOWNSHIPS.map(|(_, _, seat, _)| seat);
    let Tiling { cells, outline } = plane::tile(&OUTLINE, &seats, &random.part("borders"));
    let mut county = County {
        code: "990101000000",
        name: "示例县",
        seat: on_earth(seats[0]),
        outline: outline.into_iter().map(on_earth).collect(),
        townships: Vec::new(),
        villages: Vec::new(),
    };
    for (index, ((digits, name, seat, count), cell)) in TOWNSHIPS.iter().zip(cells).enumerate() {
        let kind = kind(name);
        let mut random = random.part(name);
        let mut taken = BTreeSet::new();
        let sites = plane::scatter(&cell, *count, &mut random);
        // Communities are numbered from 001, villages from 201.
        let first = if kind == Kind::Subdistrict { 1 } else { 201 };
        for (number, site) in (first..).zip(sites) {
            county.villages.push(Village {
                code: format!("990101{digits}{number}", number = format_args!("{number:03}")),
                name: names::village(kind, &mut taken, &mut random),
                township: index,
                site: on_earth(site),
            });
        }
        county.townships.push(Township {
            code: format!("990101{digits}000"),
            name,
            kind,
            seat: on_earth(*seat),
            outline: cell.into_iter().map(on_earth).collect(),
        });
    }
    county
}

fn kind(name: &str) -> Kind {
    if name.ends_with("街道") {
        Kind::Subdistrict
    } else if name.ends_with('镇') {
        Kind::Town
    } else {
        Kind::Township
    }
}

/// Returns where a place on the earth lies on the plane.
pub(super) fn on_plane(at: [f64; 2]) -> Point {
    [0, 1].map(|axis| (at[axis] - CENTER[axis]) / UNIT[axis])
}

/// Places a point of the plane, to about a metre.
pub(super) fn on_earth(point: Point) -> [f64; 2] {
    [0, 1].map(|axis| ((CENTER[axis] + point[axis] * UNIT[axis]) * 1e5).round() / 1e5)
}
