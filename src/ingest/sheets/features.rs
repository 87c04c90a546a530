//! Units and sites as GeoJSON points: each feature is a line, its properties are the columns.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{
    fault::{Faults, Place},
    headers::{self, Column, Header},
    problem,
    table::{Cell, MAX_COLUMNS, MAX_ROWS, Row, Table},
    text_file,
};

#[derive(Deserialize)]
struct Collection {
    #[serde(rename = "type")]
    kind: String,
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    properties: BTreeMap<String, Value>,
    geometry: Option<Geometry>,
}

#[derive(Deserialize)]
struct Geometry {
    #[serde(rename = "type")]
    kind: String,
    coordinates: Value,
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
    if columns.len() + 2 > MAX_COLUMNS {
        faults.note_file(problem::too_wide(MAX_COLUMNS));
        return None;
    }
    let heading = columns.iter().map(String::as_str).chain(["lon", "lat"]);
    let mut rows = vec![Row { number: 0, cells: heading.map(Cell::of_text).collect() }];
    for (number, feature) in (1..).zip(&collection.features) {
        let mut cells: Vec<Cell> =
            columns.iter().map(|name| cell(feature.properties.get(name))).collect();
        cells.extend(point(feature.geometry.as_ref(), number, faults));
        rows.push(Row { number, cells });
    }
    Some(Table { name: "".into(), rows })
}

/// Returns the properties' names, those of position apart: the geometry says where a feature lies.
fn columns(features: &[Feature], headers: &[Header]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for name in features.iter().flat_map(|feature| feature.properties.keys()) {
        let position = matches!(headers::find(headers, name), Some(Column::Lon | Column::Lat));
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

/// Returns longitude and latitude; a feature without a geometry has no place.
fn point(geometry: Option<&Geometry>, number: u32, faults: &mut Faults) -> [Cell; 2] {
    let none = [Cell::Empty, Cell::Empty];
    let Some(geometry) = geometry else { return none };
    let at = |index| geometry.coordinates.get(index).and_then(Value::as_f64).map(Cell::Number);
    match (geometry.kind.as_str(), at(0), at(1)) {
        ("Point", Some(lon), Some(lat)) => [lon, lat],
        _ => {
            let place = Place { row: Some(number), column: "geometry".into(), ..Place::default() };
            faults.note(place, problem::not_geojson("Point [lon, lat]"));
            none
        }
    }
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
