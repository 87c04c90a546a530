//! Outlines of divisions: a GeoJSON FeatureCollection in WGS-84 whose features bear `code` and `name`.

use geo::{InteriorPoint, LineString, MultiPolygon, Polygon, Validation};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Context, areas,
    fault::{Faults, Place},
    fields,
    list::Seen,
    problem::{self, Problem},
    table::Cell,
    text_file,
};
use crate::domain::area::{Area, LonLat};

/// Most features of one file: every village of a city.
const MAX_FEATURES: usize = 20_000;

#[derive(Deserialize)]
struct Collection<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow)]
    features: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Feature {
    properties: Properties,
    geometry: Geometry,
}

#[derive(Deserialize)]
struct Properties {
    code: serde_json::Value,
    name: String,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
pub(super) enum Geometry {
    Point(Vec<f64>),
    Polygon(Vec<Vec<Vec<f64>>>),
    MultiPolygon(Vec<Vec<Vec<Vec<f64>>>>),
}

/// Tells whether a file is JSON rather than a table.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"{")
}

/// Reads every feature; places count features from 1.
pub(super) fn read(bytes: &[u8], context: &Context, faults: &mut Faults) -> Vec<Area> {
    let text = match text_file::decode(bytes) {
        Ok(text) => text,
        Err(problem) => {
            faults.note_file(problem);
            return Vec::new();
        }
    };
    let collection: Collection<'_> = match serde_json::from_str(&text) {
        Ok(collection) => collection,
        Err(error) => {
            faults.note_file(problem::not_geojson(error));
            return Vec::new();
        }
    };
    if collection.kind != "FeatureCollection" {
        faults.note_file(problem::not_geojson(&collection.kind));
    }
    if collection.features.len() > MAX_FEATURES {
        faults.note_file(problem::too_many_rows(MAX_FEATURES));
        return Vec::new();
    }
    let (mut areas, mut places) = (Vec::new(), Vec::new());
    let mut seen = Seen::new();
    for (number, feature) in (1..).zip(collection.features) {
        let place =
            |column: &str| Place { row: Some(number), column: column.into(), ..Place::default() };
        let Some(area) = area(feature.get(), place, faults) else { continue };
        if let Some(row) = seen.repeats(area.code, number) {
            faults.note(place("code"), problem::repeated(area.code, row));
        }
        areas.push(area);
        places.push(place("code"));
    }
    areas::check_parents(&areas, &places, context, faults);
    areas
}

fn area(json: &str, place: impl Fn(&str) -> Place, faults: &mut Faults) -> Option<Area> {
    let feature: Feature = serde_json::from_str(json)
        .map_err(|error| faults.note(place("feature"), problem::not_geojson(error)))
        .ok()?;
    let code = &feature.properties.code;
    let code = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
    let mut noted = |column: &str, problem| faults.note(place(column), problem);
    let code = fields::area_code(&Cell::of_text(&code)).map_err(|p| noted("code", p)).ok();
    let name =
        fields::name(&Cell::of_text(&feature.properties.name)).map_err(|p| noted("name", p)).ok();
    let placed = placed(feature.geometry).map_err(|p| noted("geometry", p)).ok();
    let (centroid, outline) = placed?;
    Some(Area { code: code?, name: name?, centroid, outline })
}

/// The centre and the rings of each polygon.
pub(super) type Placed = (Option<LonLat>, Vec<Vec<Vec<LonLat>>>);

/// Returns the centre and the rings; an outline's centre is a point that surely lies inside it.
pub(super) fn placed(geometry: Geometry) -> Result<Placed, Problem> {
    let polygons = match geometry {
        Geometry::Point(at) => return Ok((Some(position(&at)?), Vec::new())),
        Geometry::Polygon(rings) => vec![rings],
        Geometry::MultiPolygon(polygons) => polygons,
    };
    let outline: Vec<Vec<Vec<LonLat>>> = polygons
        .iter()
        .map(|rings| rings.iter().map(|ring| closed(ring)).collect())
        .collect::<Result<_, _>>()?;
    let shape = MultiPolygon(outline.iter().filter_map(|rings| polygon(rings)).collect());
    if let Err(error) = shape.check_validation() {
        return Err(problem::bad_outline(error));
    }
    Ok((shape.interior_point().map(|at| [at.x(), at.y()]), outline))
}

fn closed(ring: &[Vec<f64>]) -> Result<Vec<LonLat>, Problem> {
    let ring: Vec<LonLat> = ring.iter().map(|at| position(at)).collect::<Result<_, _>>()?;
    if ring.len() < 4 || ring.first() != ring.last() {
        return Err(problem::bad_outline(
            "a ring has four positions or more and ends where it began",
        ));
    }
    Ok(ring)
}

fn position(at: &[f64]) -> Result<LonLat, Problem> {
    match *at {
        [lon, lat, ..] if lon.abs() <= 180.0 => fields::point(lon, lat),
        _ => Err(problem::bad_outline(format!("{at:?}"))),
    }
}

fn polygon(rings: &[Vec<LonLat>]) -> Option<Polygon> {
    let line = |ring: &Vec<LonLat>| LineString::from_iter(ring.iter().copied());
    let (outer, holes) = rings.split_first()?;
    Some(Polygon::new(line(outer), holes.iter().map(line).collect()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::codes;
    use super::*;

    const SQUARE: &str = "[[114.0,35.0],[114.5,35.0],[114.5,35.5],[114.0,35.5],[114.0,35.0]]";

    #[test]
    fn an_outline_gets_a_centre_that_lies_in_it() {
        let text = collection(&[feature("\"990101\"", &format!("[{SQUARE}]"))]);
        let mut faults = Faults::default();
        let areas = read(text.as_bytes(), &Context::default(), &mut faults);
        assert!(faults.is_empty(), "{faults}");
        assert_eq!(areas[0].outline[0][0].len(), 5);
        assert_eq!(areas[0].centroid, Some([114.25, 35.25]));
    }

    #[test]
    fn a_wrong_feature_is_named_by_its_number() {
        let bowtie = "[[[114,35],[114.5,35.5],[114.5,35],[114,35.5],[114,35]]]";
        let open = "[[[114,35],[114.5,35],[114.5,35.5]]]";
        let swapped = "[[[35,114],[35,114.5],[35.5,114.5],[35,114]]]";
        let text = collection(&[
            feature("\"990101\"", &format!("[{SQUARE}]")),
            feature("\"990102\"", bowtie),
            feature("\"990103\"", open),
            feature("\"990104\"", swapped),
            feature("99", &format!("[{SQUARE}]")),
            feature("990101", &format!("[{SQUARE}]")),
            "{\"type\":\"Feature\",\"properties\":{},\"geometry\":null}".to_owned(),
        ]);
        let expected = [
            "2 geometry bad_outline",
            "3 geometry bad_outline",
            "4 geometry swapped",
            "6 code repeated",
            "7 feature not_geojson",
        ];
        assert_eq!(codes(super::super::Kind::Areas, &text), expected);
    }

    #[test]
    fn json_that_is_no_collection_is_refused() {
        assert_eq!(
            codes(super::super::Kind::Areas, "{\"type\":\"Topology\"}"),
            ["file not_geojson"]
        );
    }

    fn collection(features: &[String]) -> String {
        format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", features.join(","))
    }

    fn feature(code: &str, rings: &str) -> String {
        format!(
            "{{\"type\":\"Feature\",\"properties\":{{\"code\":{code},\"name\":\"某地\"}},\
             \"geometry\":{{\"type\":\"Polygon\",\"coordinates\":{rings}}}}}"
        )
    }
}
