//! Lists and duty tables as bureaus keep them (CSV, xlsx, xls, GeoJSON), read into domain values.
//!
//! Invariant: a file is read whole or not at all, and every fault names its sheet, row and column.
//! Reading is pure: what exists elsewhere is told by the [`Context`], and `decide` has the last word.

mod areas;
mod closures;
mod columns;
mod context;
mod dates;
mod directory;
mod duties;
mod fault;
mod features;
mod fields;
mod gauges;
mod geojson;
mod headers;
mod hours;
mod known;
mod layouts;
mod list;
mod means;
mod names;
mod people;
mod phones;
mod point;
mod posts;
mod problem;
mod roster;
mod rotations;
mod sites;
mod stock;
mod table;
mod text_file;
mod understood;
mod units;
mod workbook;

use std::str::FromStr;

pub use self::{
    areas::with_outlines,
    context::Context,
    directory::{Choices, Found, People, Suggestion, Why, resolve},
    duties::Duties,
    fault::{Fault, Faults, MAX_KEPT, Place},
    known::{Known, site_names},
    posts::attach,
    problem::{Problem, Wording},
    roster::{Guessing, PersonRef, Reading, RosterLine, look, tables},
    table::{MAX_BYTES, MAX_COLUMNS, MAX_ROWS},
    understood::{Layout, Meaning, TakenColumn, Understood},
};
use crate::domain::{
    area::Area,
    closure::CloseRoad,
    ids::PostId,
    person::Person,
    roster::{Post, Rotation},
    site::{Site, SiteKind},
    supply::Count,
    unit::Unit,
};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A list, or outlines as GeoJSON.
    Areas,
    People,
    Posts,
    Rotations,
    /// A month's duty table, in its long form or as bureaus lay it out.
    Roster,
    Units,
    Bases,
    Depots,
    Shelters,
    Gauges,
    RiskPoints,
    /// Roads and pieces of ground that cannot be passed.
    Closures,
    /// What lies in the depots, one line for each item.
    Stock,
}

/// A file that was read whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    pub rows: Rows,
    /// Visible sheets that are something else, such as a telephone list; whoever imports is told.
    pub skipped_sheets: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Rows {
    Areas(Vec<Area>),
    People(Vec<Person>),
    Posts(Vec<Post>),
    Rotations(Vec<(PostId, Rotation)>),
    /// Call [`resolve`] to turn names into people.
    Roster(Vec<RosterLine>),
    Units(Vec<Unit>),
    Sites(Vec<Site>),
    Closures(Vec<CloseRoad>),
    Stock(Vec<Count>),
}

/// Reads a file, whatever its name: by content it is a workbook, JSON or text.
pub fn read(kind: Kind, bytes: &[u8], context: &Context) -> Result<Import, Faults> {
    if kind == Kind::Roster {
        let Reading { lines, skipped_sheets, faults, .. } = look(bytes, context, Guessing::Never);
        return faults.or(Import { rows: Rows::Roster(lines), skipped_sheets });
    }
    let mut faults = Faults::default();
    if kind == Kind::Areas && bytes.len() <= MAX_BYTES && geojson::is_json(bytes) {
        let rows = Rows::Areas(geojson::read(bytes, context, &mut faults));
        return faults.or(Import { rows, skipped_sheets: Vec::new() });
    }
    let placed = matches!(kind, Kind::Units | Kind::Closures) || kind.site().is_some();
    let tables = if placed && geojson::is_json(bytes) {
        features::read(bytes, kind.headers(), &mut faults).map(|table| vec![table])
    } else {
        table::read(bytes, &mut faults)
    };
    let Some(tables) = tables else { return Err(faults) };
    let (lists, skipped_sheets) = list::of(&tables, kind.headers(), &mut faults);
    let rows = match kind {
        Kind::Areas => Rows::Areas(areas::read(&lists, context, &mut faults)),
        Kind::People => Rows::People(people::read(&lists, context, &mut faults)),
        Kind::Posts => Rows::Posts(posts::read(&lists, context, &mut faults)),
        Kind::Rotations | Kind::Roster => {
            Rows::Rotations(rotations::read(&lists, context, &mut faults))
        }
        Kind::Units => Rows::Units(units::read(&lists, context, &mut faults)),
        Kind::Bases | Kind::Depots | Kind::Shelters | Kind::Gauges | Kind::RiskPoints => {
            let kind = kind.site().unwrap_or(SiteKind::Base);
            Rows::Sites(sites::read(kind, &lists, context, &mut faults))
        }
        Kind::Closures => Rows::Closures(closures::read(&lists, context, &mut faults)),
        Kind::Stock => Rows::Stock(stock::read(&lists, context, &mut faults)),
    };
    if rows.is_empty() && faults.is_empty() {
        faults.note_file(problem::empty());
    }
    faults.or(Import { rows, skipped_sheets })
}

impl Rows {
    pub fn len(&self) -> usize {
        match self {
            Rows::Areas(rows) => rows.len(),
            Rows::People(rows) => rows.len(),
            Rows::Posts(rows) => rows.len(),
            Rows::Rotations(rows) => rows.len(),
            Rows::Roster(rows) => rows.len(),
            Rows::Units(rows) => rows.len(),
            Rows::Sites(rows) => rows.len(),
            Rows::Closures(rows) => rows.len(),
            Rows::Stock(rows) => rows.iter().map(|count| count.lines.len()).sum(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Kind {
    pub const ALL: [Kind; 13] = [
        Kind::Areas,
        Kind::People,
        Kind::Posts,
        Kind::Rotations,
        Kind::Roster,
        Kind::Units,
        Kind::Bases,
        Kind::Depots,
        Kind::Shelters,
        Kind::Gauges,
        Kind::RiskPoints,
        Kind::Closures,
        Kind::Stock,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Areas => "areas",
            Kind::People => "people",
            Kind::Posts => "posts",
            Kind::Rotations => "rotations",
            Kind::Roster => "roster",
            Kind::Units => "units",
            Kind::Bases => "bases",
            Kind::Depots => "depots",
            Kind::Shelters => "shelters",
            Kind::Gauges => "gauges",
            Kind::RiskPoints => "risk_points",
            Kind::Closures => "closures",
            Kind::Stock => "stock",
        }
    }

    fn headers(self) -> &'static [headers::Header] {
        match self {
            Kind::Areas => headers::AREAS,
            Kind::People => headers::PERSONS,
            Kind::Posts => headers::POSTS,
            Kind::Rotations => headers::ROTATIONS,
            Kind::Roster => headers::ROSTER,
            Kind::Units => headers::UNITS,
            Kind::Bases | Kind::Depots => headers::PLACES,
            Kind::Shelters => headers::SHELTERS,
            Kind::Gauges => headers::GAUGES,
            Kind::RiskPoints => headers::RISK_POINTS,
            Kind::Closures => headers::CLOSURES,
            Kind::Stock => headers::STOCK,
        }
    }

    /// Returns the kind of site that the list is of, where it is one of sites.
    fn site(self) -> Option<SiteKind> {
        match self {
            Kind::Bases => Some(SiteKind::Base),
            Kind::Depots => Some(SiteKind::Depot),
            Kind::Shelters => Some(SiteKind::Shelter),
            Kind::Gauges => Some(SiteKind::Gauge),
            Kind::RiskPoints => Some(SiteKind::RiskPoint),
            Kind::Areas
            | Kind::People
            | Kind::Posts
            | Kind::Rotations
            | Kind::Roster
            | Kind::Units
            | Kind::Closures
            | Kind::Stock => None,
        }
    }
}

/// Why a text is no [`Kind`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not one of areas, people, posts, rotations, roster, units, bases, depots, shelters, gauges, risk_points, closures, stock"
)]
pub struct UnknownKind;

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
