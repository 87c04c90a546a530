//! The demonstration county, 示例县: real in size, invented in every name, number and border.

pub mod generate;
pub mod storm;

use crate::{
    domain::{area::Area, person::Person, roster::Post},
    ingest::sheets::{self, Context, Faults, Kind, Rows},
};

/// Its division code, which no real place has.
pub const COUNTY: &str = "990101000000";

/// The county as the command plane takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoCounty {
    /// The county, its townships and its villages, with outlines down to townships.
    pub areas: Vec<Area>,
    pub people: Vec<Person>,
    /// With their rotations.
    pub posts: Vec<Post>,
}

/// The storm to replay.
pub const STORM: &str = include_str!("../../config/demo/storm.toml");

/// Returns the embedded files by name.
pub fn files() -> [(&'static str, &'static str); 6] {
    [
        ("areas.csv", include_str!("../../config/demo/areas.csv")),
        ("outlines.geojson", include_str!("../../config/demo/outlines.geojson")),
        ("people.csv", include_str!("../../config/demo/people.csv")),
        ("posts.csv", include_str!("../../config/demo/posts.csv")),
        ("rotations.csv", include_str!("../../config/demo/rotations.csv")),
        ("storm.toml", STORM),
    ]
}

/// Reads the embedded files by the same readers as any bureau's.
pub fn county() -> Result<DemoCounty, Faults> {
    let [areas, outlines, people, posts, rotations, _] = files().map(|(_, text)| text);
    let areas = areas_of(read(Kind::Areas, areas)?);
    let outlines = areas_of(read(Kind::Areas, outlines)?);
    let mut county = DemoCounty {
        areas: sheets::with_outlines(areas, outlines),
        people: Vec::new(),
        posts: Vec::new(),
    };
    if let Rows::People(people) = read(Kind::People, people)? {
        county.people = people;
    }
    if let Rows::Posts(posts) = read(Kind::Posts, posts)? {
        county.posts = posts;
    }
    if let Rows::Rotations(rotations) = read(Kind::Rotations, rotations)? {
        let homeless = sheets::attach(&mut county.posts, rotations);
        debug_assert!(homeless.is_empty(), "a rotation of no post: {homeless:?}");
    }
    Ok(county)
}

fn read(kind: Kind, text: &str) -> Result<Rows, Faults> {
    sheets::read(kind, text.as_bytes(), &Context::default()).map(|import| import.rows)
}

fn areas_of(rows: Rows) -> Vec<Area> {
    if let Rows::Areas(areas) = rows { areas } else { Vec::new() }
}

#[cfg(test)]
mod tests;
