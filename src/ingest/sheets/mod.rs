//! Lists and duty tables as bureaus keep them (CSV, xlsx, xls, GeoJSON), read into domain values.
//!
//! Invariant: a file is read whole or not at all, and every fault names its sheet, row and column.
//! Reading is pure: what exists elsewhere is told by the [`Context`], and `decide` has the last word.

mod areas;
mod dates;
mod duties;
mod fault;
mod fields;
mod geojson;
mod headers;
mod hours;
mod known;
mod layouts;
mod list;
mod names;
mod people;
mod phones;
mod posts;
mod problem;
mod roster;
mod rotations;
mod table;
mod text_file;
mod workbook;

use std::{collections::BTreeMap, str::FromStr};

use chrono_tz::Tz;
use compact_str::CompactString;

pub use self::{
    areas::with_outlines,
    duties::Duties,
    fault::{Fault, Faults, MAX_KEPT, Place},
    known::Known,
    posts::attach,
    problem::{Problem, Wording},
    roster::{PersonRef, RosterLine, resolve},
    table::{MAX_BYTES, MAX_COLUMNS, MAX_ROWS},
};
use crate::domain::{
    area::Area,
    ids::{AreaCode, PostId},
    person::Person,
    roster::{Post, Rotation},
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
}

/// What a file does not say itself.
#[derive(Debug, Clone)]
pub struct Context {
    /// Whose clock the hours of a duty table are.
    pub zone: Tz,
    /// Whose duty table it is, where its lines and title do not say.
    pub area: Option<AreaCode>,
    /// The year of dates that have none; outweighs the title's.
    pub year: Option<i32>,
    pub duties: Duties,
    /// Areas imported before: parents that a file may leave out, names that a title may bear.
    pub known_areas: BTreeMap<AreaCode, CompactString>,
    /// What rows may refer to; without it references are not looked at.
    pub known: Option<Known>,
}

impl Default for Context {
    fn default() -> Self {
        Self {
            zone: chrono_tz::Asia::Shanghai,
            area: None,
            year: None,
            duties: Duties::default(),
            known_areas: BTreeMap::new(),
            known: None,
        }
    }
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
}

/// Reads a file, whatever its name: by content it is a workbook, JSON or text.
pub fn read(kind: Kind, bytes: &[u8], context: &Context) -> Result<Import, Faults> {
    let mut faults = Faults::default();
    if kind == Kind::Areas && bytes.len() <= MAX_BYTES && geojson::is_json(bytes) {
        let rows = Rows::Areas(geojson::read(bytes, context, &mut faults));
        return faults.or(Import { rows, skipped_sheets: Vec::new() });
    }
    let Some(tables) = table::read(bytes, &mut faults) else { return Err(faults) };
    if kind == Kind::Roster {
        let (lines, skipped_sheets) = roster::read(&tables, context, &mut faults);
        return faults.or(Import { rows: Rows::Roster(lines), skipped_sheets });
    }
    let (lists, skipped_sheets) = list::of(&tables, kind.headers(), &mut faults);
    let rows = match kind {
        Kind::Areas => Rows::Areas(areas::read(&lists, context, &mut faults)),
        Kind::People => Rows::People(people::read(&lists, context, &mut faults)),
        Kind::Posts => Rows::Posts(posts::read(&lists, context, &mut faults)),
        Kind::Rotations | Kind::Roster => {
            Rows::Rotations(rotations::read(&lists, context, &mut faults))
        }
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
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Kind {
    pub const ALL: [Kind; 5] =
        [Kind::Areas, Kind::People, Kind::Posts, Kind::Rotations, Kind::Roster];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Areas => "areas",
            Kind::People => "people",
            Kind::Posts => "posts",
            Kind::Rotations => "rotations",
            Kind::Roster => "roster",
        }
    }

    fn headers(self) -> &'static [headers::Header] {
        match self {
            Kind::Areas => headers::AREAS,
            Kind::People => headers::PERSONS,
            Kind::Posts => headers::POSTS,
            Kind::Rotations => headers::ROTATIONS,
            Kind::Roster => headers::ROSTER,
        }
    }
}

/// Why a text is no [`Kind`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not one of areas, people, posts, rotations, roster")]
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
