//! Rivers and roads: GeoJSON lines that every node reads from its own folder when it starts.
//!
//! They are no facts that anybody answers for, so they are files beside the journal and not entries of it.

use std::{fs, io, path::Path};

use serde::Deserialize;

use crate::domain::{area::LonLat, unit::on_earth};

/// Largest file read.
const MAX_BYTES: u64 = 64 << 20;
/// Most positions of one file: the roads of a city.
const MAX_POSITIONS: usize = 2_000_000;

/// One river or road, in one or several parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Polyline {
    pub id: String,
    pub name: String,
    /// What it is, in the words of the file: `county`, `township` …
    pub class: String,
    pub parts: Vec<Vec<LonLat>>,
}

/// The lines under the map.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Basemap {
    pub rivers: Vec<Polyline>,
    pub roads: Vec<Polyline>,
}

/// What is wrong with a file of lines.
#[derive(Debug, thiserror::Error)]
pub enum BasemapFault {
    #[error("{file} cannot be read: {error}")]
    Io { file: String, error: io::Error },
    #[error("{file} is larger than 64 MiB; simplify its lines or cut it to the county")]
    TooLarge { file: String },
    #[error("{file} is no GeoJSON feature collection of lines: {detail}")]
    Syntax { file: String, detail: String },
    #[error("{file}, feature {number}: {problem}")]
    Feature { file: String, number: usize, problem: &'static str },
}

#[derive(Deserialize)]
struct Collection {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    #[serde(default)]
    properties: Properties,
    geometry: Geometry,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Properties {
    id: String,
    name: String,
    class: String,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    LineString(Vec<Vec<f64>>),
    MultiLineString(Vec<Vec<Vec<f64>>>),
}

impl Basemap {
    /// Reads `rivers.geojson` and `roads.geojson` of `folder`; one that is not there is an empty layer.
    pub fn open(folder: &Path) -> Result<Basemap, BasemapFault> {
        let layer = |name: &str| {
            let path = folder.join(name);
            let fault = |error| BasemapFault::Io { file: path.display().to_string(), error };
            match fs::metadata(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && folder.is_dir() => {
                    return Ok(Vec::new());
                }
                Err(error) => return Err(fault(error)),
                Ok(found) if found.len() > MAX_BYTES => {
                    return Err(BasemapFault::TooLarge { file: path.display().to_string() });
                }
                Ok(_) => {}
            }
            lines(name, &fs::read_to_string(&path).map_err(fault)?)
        };
        Ok(Basemap { rivers: layer("rivers.geojson")?, roads: layer("roads.geojson")? })
    }
}

/// Reads a feature collection of lines in WGS-84; `file` is its name, for faults.
pub fn lines(file: &str, text: &str) -> Result<Vec<Polyline>, BasemapFault> {
    let collection: Collection = serde_json::from_str(text).map_err(|error| {
        BasemapFault::Syntax { file: file.to_owned(), detail: error.to_string() }
    })?;
    let mut positions = 0;
    let mut lines = Vec::new();
    for (number, Feature { properties, geometry }) in (1..).zip(collection.features) {
        let fault = |problem| BasemapFault::Feature { file: file.to_owned(), number, problem };
        let parts = match geometry {
            Geometry::LineString(line) => vec![line],
            Geometry::MultiLineString(parts) => parts,
        };
        let parts: Vec<Vec<LonLat>> =
            parts.iter().map(|part| line(part)).collect::<Result<_, _>>().map_err(fault)?;
        positions += parts.iter().map(Vec::len).sum::<usize>();
        if positions > MAX_POSITIONS {
            return Err(fault("more than 2000000 positions; simplify the lines"));
        }
        let Properties { id, name, class } = properties;
        let id = if id.is_empty() { number.to_string() } else { id };
        lines.push(Polyline { id, name, class, parts });
    }
    Ok(lines)
}

fn line(positions: &[Vec<f64>]) -> Result<Vec<LonLat>, &'static str> {
    if positions.len() < 2 {
        return Err("a line has two positions or more");
    }
    let point = |at: &Vec<f64>| match *at.as_slice() {
        [lon, lat, ..] if on_earth([lon, lat]) => Ok([lon, lat]),
        [lon, lat, ..] if on_earth([lat, lon]) => Err("longitude comes first; exchange the two"),
        _ => Err("a position is a longitude and a latitude in WGS-84 degrees"),
    };
    positions.iter().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_in_one_or_several_parts() {
        let text = r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{"id":"r-1","name":"柳河","class":"river"},
             "geometry":{"type":"LineString","coordinates":[[114.1,35.1],[114.2,35.2,60.5]]}},
            {"type":"Feature","geometry":{"type":"MultiLineString",
             "coordinates":[[[114.1,35.1],[114.2,35.2]],[[114.3,35.1],[114.4,35.2]]]}}]}"#;
        let lines = lines("rivers.geojson", text).unwrap();
        assert_eq!((lines[0].id.as_str(), lines[0].parts[0][1]), ("r-1", [114.2, 35.2]));
        assert_eq!((lines[1].id.as_str(), lines[1].parts.len()), ("2", 2));
    }

    #[test]
    fn a_wrong_file_is_refused_with_the_feature_at_fault() {
        let with = |geometry: &str| {
            let text = format!("{{\"features\":[{{\"geometry\":{geometry}}}]}}");
            lines("roads.geojson", &text).unwrap_err().to_string()
        };
        let point = with(r#"{"type":"Point","coordinates":[114.1,35.1]}"#);
        assert!(point.contains("roads.geojson") && point.contains("Point"), "{point}");
        let cases = [
            ("[[114.1,35.1]]", "feature 1: a line has two positions"),
            ("[[35.1,114.1],[35.2,114.2]]", "feature 1: longitude comes first"),
            ("[[114.1],[114.2]]", "feature 1: a position is a longitude and a latitude"),
        ];
        for (line, says) in cases {
            let refused = with(&format!(r#"{{"type":"LineString","coordinates":{line}}}"#));
            assert!(refused.contains(says), "{refused}");
        }
    }

    #[test]
    fn a_folder_without_a_file_has_an_empty_layer_and_no_folder_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Basemap::open(folder.path()).unwrap(), Basemap::default());
        let nowhere = folder.path().join("nowhere");
        assert!(Basemap::open(&nowhere).unwrap_err().to_string().contains("nowhere"));
    }
}
