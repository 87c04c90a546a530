//! The demonstration county, 示例县: real in size, invented in every name, number and border.

pub mod cast;
pub mod fleet;
pub mod generate;
pub mod storm;

use crate::{
    domain::{area::Area, person::Person, roster::Post, site::Site, supply::Count, unit::Unit},
    ingest::{
        basemap::{self, Basemap, BasemapFault},
        sheets::{self, Context, Faults, Kind, Rows},
    },
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
    pub units: Vec<Unit>,
    pub sites: Vec<Site>,
    pub stock: Vec<Count>,
}

/// The storm to replay.
pub const STORM: &str = include_str!("../../config/demo/storm.toml");

const UNITS: &str = include_str!("../../config/demo/units.csv");
const STOCK: &str = include_str!("../../config/demo/stock.csv");
const RIVERS: &str = include_str!("../../config/demo/rivers.geojson");
const ROADS: &str = include_str!("../../config/demo/roads.geojson");

/// Returns the embedded files by name.
pub fn files() -> [(&'static str, &'static str); 15] {
    [
        ("areas.csv", include_str!("../../config/demo/areas.csv")),
        ("outlines.geojson", include_str!("../../config/demo/outlines.geojson")),
        ("people.csv", include_str!("../../config/demo/people.csv")),
        ("posts.csv", include_str!("../../config/demo/posts.csv")),
        ("rotations.csv", include_str!("../../config/demo/rotations.csv")),
        ("storm.toml", STORM),
        ("units.csv", UNITS),
        ("bases.csv", include_str!("../../config/demo/bases.csv")),
        ("depots.csv", include_str!("../../config/demo/depots.csv")),
        ("stock.csv", STOCK),
        ("shelters.csv", include_str!("../../config/demo/shelters.csv")),
        ("gauges.csv", include_str!("../../config/demo/gauges.csv")),
        ("risk_points.csv", include_str!("../../config/demo/risk_points.csv")),
        ("rivers.geojson", RIVERS),
        ("roads.geojson", ROADS),
    ]
}

/// Reads the embedded files by the same readers as any bureau's.
pub fn county() -> Result<DemoCounty, Faults> {
    let [areas, outlines, people, posts, rotations, ..] = files().map(|(_, text)| text);
    let areas = areas_of(read(Kind::Areas, areas)?);
    let outlines = areas_of(read(Kind::Areas, outlines)?);
    let mut county = DemoCounty {
        areas: sheets::with_outlines(areas, outlines),
        people: Vec::new(),
        posts: Vec::new(),
        units: Vec::new(),
        sites: Vec::new(),
        stock: Vec::new(),
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
    resources(&mut county)?;
    Ok(county)
}

/// Reads what stands and moves in the county.
fn resources(county: &mut DemoCounty) -> Result<(), Faults> {
    if let Rows::Units(units) = read(Kind::Units, UNITS)? {
        county.units = units;
    }
    for kind in [Kind::Bases, Kind::Depots, Kind::Shelters, Kind::Gauges, Kind::RiskPoints] {
        let name = format!("{}.csv", kind.as_str());
        let text = files().into_iter().find(|(file, _)| *file == name);
        if let Rows::Sites(sites) = read(kind, text.map_or("", |(_, text)| text))? {
            county.sites.extend(sites);
        }
    }
    if let Rows::Stock(stock) = read(Kind::Stock, STOCK)? {
        county.stock = stock;
    }
    Ok(())
}

/// Reads the county's rivers and roads.
pub fn basemap() -> Result<Basemap, BasemapFault> {
    let rivers = basemap::lines("rivers.geojson", RIVERS)?;
    Ok(Basemap { rivers, roads: basemap::lines("roads.geojson", ROADS)? })
}

fn read(kind: Kind, text: &str) -> Result<Rows, Faults> {
    sheets::read(kind, text.as_bytes(), &Context::default()).map(|import| import.rows)
}

fn areas_of(rows: Rows) -> Vec<Area> {
    if let Rows::Areas(areas) = rows { areas } else { Vec::new() }
}

#[cfg(test)]
mod tests;
