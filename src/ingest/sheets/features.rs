//! Units, sites and closures as GeoJSON: each feature is a line, its properties are the columns, and its geometry says
//! where it lies. Of an area, a point that surely lies in it stands for what has only a place.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{
    fault::{Faults, Place},
    geojson,
    headers::{self, Column, Header},
    problem,
    table::{Cell, MAX_COLUMNS, MAX_ROWS, Row, Table},
    text_file,
};
use crate::domain::area::LonLat;

#[derive(Deserialize)]
struct Collection {
    #[serde(rename = "type")]
    kind: String,
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    properties: BTreeMap<String, Value>,
    geometry: Option<Value>,
}

/// Returns the features as a table without a name; its rows count features from 1.
pub(super) fn read(bytes: &[u8], headers: &[Header], faults: &mut Faults) -> Option<Table> {
    let text = text_file::decode(bytes).map_err(|problem| faults.note_file(problem)).ok()?;
    let collection: Collection = serde_json::from_str(&text)
        .map_err(|error| faults.note_file(problem::not_geojson(error)))
        .ok()?;
    if collection.kind != "FeatureCollection" {
        faults.note_file(problem::not_geojson(&collection.kind));
    }
    if collection.features.len() > MAX_ROWS {
        faults.note_file(problem::too_many_rows(MAX_ROWS));
        return None;
    }
    let columns = columns(&collection.features, headers);
    // What lists take as a place alone have no column for an outline.
    let ring = headers.iter().find(|header| header.column == Column::Ring);
    let ring = ring.map(|header| header.names[0]);
    if columns.len() + 3 > MAX_COLUMNS {
        faults.note_file(problem::too_wide(MAX_COLUMNS));
        return None;
    }
    let heading = columns.iter().map(String::as_str).chain(["lon", "lat"]).chain(ring);
    let mut rows = vec![Row { number: 0, cells: heading.map(Cell::of_text).collect() }];
    for (number, feature) in (1..).zip(&collection.features) {
        let mut cells: Vec<Cell> =
            columns.iter().map(|name| cell(feature.properties.get(name))).collect();
        let located = located(feature.geometry.as_ref(), ring.is_some(), number, faults);
        cells.extend(located.into_iter().take(2 + usize::from(ring.is_some())));
        rows.push(Row { number, cells });
    }
    Some(Table { name: "".into(), rows })
}

/// Returns the properties' names, those of position apart: the geometry says where a feature lies.
fn columns(features: &[Feature], headers: &[Header]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for name in features.iter().flat_map(|feature| feature.properties.keys()) {
        let position =
            matches!(headers::find(headers, name), Some(Column::Lon | Column::Lat | Column::Ring));
        if !position && !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    columns
}

fn cell(value: Option<&Value>) -> Cell {
    match value {
        None | Some(Value::Null) => Cell::Empty,
        Some(Value::String(text)) => Cell::of_text(text),
        Some(Value::Number(number)) => number.as_f64().map_or(Cell::Empty, Cell::Number),
        Some(Value::Bool(yes)) => Cell::of_text(if *yes { "yes" } else { "no" }),
        Some(Value::Array(items)) => {
            let items = items.iter().map(|item| cell(Some(item)).text());
            Cell::of_text(&items.collect::<Vec<_>>().join(";"))
        }
        Some(object @ Value::Object(_)) => Cell::of_text(&object.to_string()),
    }
}

/// Returns longitude and latitude, and the outline where that is asked for, or they are empty; a feature without a
/// geometry has no place.
fn located(
    geometry: Option<&Value>,
    outlined: bool,
    number: u32,
    faults: &mut Faults,
) -> [Cell; 3] {
    let none = || [Cell::Empty, Cell::Empty, Cell::Empty];
    let Some(geometry) = geometry else { return none() };
    let is_point = geometry.get("type").and_then(Value::as_str) == Some("Point");
    let coordinate = |index| geometry.get("coordinates")?.get(index)?.as_f64().map(Cell::Number);
    if let (true, Some(lon), Some(lat)) = (is_point, coordinate(0), coordinate(1)) {
        // As it is written: whether the two are exchanged is told where they are read.
        return [lon, lat, Cell::Empty];
    }
    let place = Place { row: Some(number), column: "geometry".into(), ..Place::default() };
    let placed = geojson::Geometry::deserialize(geometry)
        .map_err(|_| problem::not_geojson("Point [lon, lat], Polygon or MultiPolygon"))
        .and_then(geojson::placed);
    match placed {
        Ok((_, polygons)) if outlined => match &polygons[..] {
            [rings] if rings.len() == 1 => {
                [Cell::Empty, Cell::Empty, Cell::of_text(&ring(&rings[0]))]
            }
            _ => {
                faults.note(place, problem::several_rings());
                none()
            }
        },
        Ok((Some([lon, lat]), _)) => [Cell::Number(lon), Cell::Number(lat), Cell::Empty],
        Ok((None, _)) => none(),
        Err(problem) => {
            faults.note(place, problem);
            none()
        }
    }
}

fn ring(ring: &[LonLat]) -> String {
    let corners: Vec<String> = ring.iter().map(|[lon, lat]| format!("{lon} {lat}")).collect();
    corners.join(";")
}

#[cfg(test)]
mod tests {
    use super::super::{
        Kind, Rows,
        testing::{codes, read_ok},
    };

    #[test]
    fn a_feature_is_a_line_whose_properties_are_its_columns() {
        let text = collection(&[
            r#"{"id":"s-1","name":"一中","area":990101,"capacity":800}"#,
            r#"{"编号":"s-2"}"#,
        ]);
        let text = text.replace(
            r#""编号":"s-2""#,
            r#""id":"s-2","name":"二中","area":"990101","capacity":60"#,
        );
        let Rows::Sites(sites) = read_ok(Kind::Shelters, &text).rows else { panic!() };
        assert_eq!(sites.len(), 2);
        assert_eq!(
            (sites[0].at, sites[0].area.to_string()),
            ([114.25, 35.25], "990101000000".into())
        );
    }

    #[test]
    fn of_an_area_a_point_inside_is_taken() {
        let text = collection(&[r#"{"id":"s-1","name":"广场","area":990101,"capacity":800}"#]);
        let square = "\"Polygon\",\"coordinates\":[[[114.0,35.0],[114.2,35.0],[114.2,35.2],\
                      [114.0,35.2],[114.0,35.0]]]";
        let text = text.replace("\"Point\",\"coordinates\":[114.25,35.25]", square);
        let Rows::Sites(sites) = read_ok(Kind::Shelters, &text).rows else { panic!() };
        let [lon, lat] = sites[0].at;
        assert!((114.0..114.2).contains(&lon) && (35.0..35.2).contains(&lat), "{lon} {lat}");
        let open = text.replace(",[114.0,35.0]]]", "]]");
        assert_eq!(codes(Kind::Shelters, &open)[0], "1 geometry bad_outline");
    }

    #[test]
    fn a_wrong_feature_is_named_by_its_number() {
        let text = collection(&[
            r#"{"id":"s-1","name":"一中","area":990101,"capacity":800}"#,
            r#"{"id":"s-2","name":"二中","area":990101,"capacity":"很多"}"#,
        ]);
        assert_eq!(codes(Kind::Shelters, &text), ["2 capacity not_a_count"]);
        let line = text.replace("\"Point\"", "\"LineString\"");
        assert!(codes(Kind::Shelters, &line).contains(&"1 geometry not_geojson".to_owned()));
        assert_eq!(codes(Kind::Shelters, "{\"type\":\"Topology\"}"), ["file not_geojson"]);
    }

    fn collection(properties: &[&str]) -> String {
        let feature = |properties: &&str| {
            format!(
                "{{\"type\":\"Feature\",\"properties\":{properties},\"geometry\":\
                 {{\"type\":\"Point\",\"coordinates\":[114.25,35.25]}}}}"
            )
        };
        let features: Vec<String> = properties.iter().map(feature).collect();
        format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", features.join(","))
    }
}
