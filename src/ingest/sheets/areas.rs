//! The list of divisions: code, name and centre.

use std::collections::BTreeSet;

use super::{
    Context,
    fault::{Faults, Place},
    fields,
    headers::Column,
    list::{Line, List, Seen},
    problem,
};
use crate::domain::{
    area::{Area, LonLat},
    ids::{AreaCode, Level},
};

pub(super) fn read(lists: &[List<'_>], context: &Context, faults: &mut Faults) -> Vec<Area> {
    let mut areas = Vec::new();
    let mut places = Vec::new();
    let mut seen = Seen::new();
    for line in lists.iter().flat_map(List::lines) {
        let code = line.need(Column::Code, fields::area_code, faults);
        let name = line.need(Column::Name, fields::name, faults);
        let centroid = centroid(line, faults);
        let Some(code) = code else { continue };
        if let Some(row) = seen.repeats(code, line.number()) {
            line.fault(Column::Code, problem::repeated(code, row), faults);
        }
        let name = name.unwrap_or_default();
        areas.push(Area { code, name, centroid, outline: Vec::new() });
        places.push(line.place(Column::Code));
    }
    check_parents(&areas, &places, context, faults);
    areas
}

fn centroid(line: Line<'_>, faults: &mut Faults) -> Option<LonLat> {
    let lon = line.may(Column::Lon, fields::longitude, faults);
    let lat = line.may(Column::Lat, fields::latitude, faults);
    if line.cell(Column::Lon).is_empty() != line.cell(Column::Lat).is_empty() {
        line.fault(Column::Lat, problem::half_a_point(), faults);
    }
    let point = fields::point(lon?, lat?);
    point.map_err(|problem| line.fault(Column::Lat, problem, faults)).ok()
}

/// Notes areas whose parent is neither in the file nor known. Where it is not told what is known, a
/// list of villages alone belongs to townships imported before, unless it lists any township.
pub(super) fn check_parents(
    areas: &[Area],
    places: &[Place],
    context: &Context,
    faults: &mut Faults,
) {
    let codes: BTreeSet<AreaCode> = areas.iter().map(|area| area.code).collect();
    let levels: BTreeSet<_> = codes.iter().map(|code| code.level()).collect();
    for (area, place) in areas.iter().zip(places) {
        let Some(parent) = area.code.parent() else { continue };
        let known = codes.contains(&parent) || context.known_areas.contains_key(&parent);
        // A county is the highest that must be there.
        let needed = context.known.is_some() && area.code.level() > Level::County;
        if !known && (needed || levels.contains(&parent.level())) {
            faults.note(place.clone(), problem::no_parent(parent));
        }
    }
}

/// Returns `areas` with the outlines of `outlines`, which may bring areas of their own.
pub fn with_outlines(mut areas: Vec<Area>, outlines: Vec<Area>) -> Vec<Area> {
    for outlined in outlines {
        match areas.iter_mut().find(|area| area.code == outlined.code) {
            Some(area) => {
                area.outline = outlined.outline;
                area.centroid = area.centroid.or(outlined.centroid);
            }
            None => areas.push(outlined),
        }
    }
    areas
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, read_ok};
    use crate::{
        domain::area::Area,
        ingest::sheets::{Kind, Rows},
    };

    #[test]
    fn a_list_of_divisions_is_read_with_centres() {
        let areas =
            areas("区划代码,名称,经度,纬度\n990101,示例县,114.45,35.6\n990101100000,青石镇,,\n");
        assert_eq!(areas[0].code.to_string(), "990101000000");
        assert_eq!(areas[0].centroid, Some([114.45, 35.6]));
        assert_eq!((areas[1].name.as_str(), areas[1].centroid), ("青石镇", None));
    }

    #[test]
    fn every_fault_is_named_with_its_cell() {
        let text = "code,name,lon,lat\n\
                    990101,示例县,35.6,114.45\n\
                    9901,,114,\n\
                    99010110,青石镇,,\n\
                    990101,示例县,x,35\n\
                    9.90101E+11,柳河镇,,\n";
        let expected = [
            "2 lat swapped",
            "3 name missing",
            "3 lat half_a_point",
            "4 code not_an_area_code",
            "5 lon not_a_longitude",
            "5 code repeated",
            "6 code digits_lost",
        ];
        assert_eq!(codes(Kind::Areas, text), expected);
    }

    #[test]
    fn a_village_whose_township_is_missing_from_the_file_is_noticed() {
        let text = "code,name\n990101,示例县\n990101100,青石镇\n990101100201,东街村\n990101101201,西街村\n";
        assert_eq!(codes(Kind::Areas, text), ["5 code no_parent"]);
        // Villages alone belong to townships that are there already.
        assert_eq!(areas("code,name\n990101100201,东街村\n").len(), 1);
    }

    fn areas(text: &str) -> Vec<Area> {
        let Rows::Areas(areas) = read_ok(Kind::Areas, text).rows else { panic!("another kind") };
        areas
    }
}
