//! Where a line puts something on the map: two columns, whatever their coordinate system, one point.

use super::{
    Context,
    fault::Faults,
    fields,
    headers::Column,
    list::Line,
    problem::{self, Problem},
    table::Cell,
};
use crate::domain::{area::LonLat, coordinates::Crs};

/// How far beyond the county's outline a place may lie, in kilometres: outlines are drawn coarsely.
pub(super) const MARGIN_KM: f64 = 2.0;
/// The same for a gauge: those of the neighbours upstream count too.
pub(super) const UPSTREAM_KM: f64 = 60.0;

/// Reads the line's point in WGS-84; `None` if it has none, or once its fault is noted.
pub(super) fn may(
    line: Line<'_>,
    context: &Context,
    margin_km: f64,
    faults: &mut Faults,
) -> Option<LonLat> {
    let crs = line.may(Column::Crs, crs, faults);
    // Once its system is in doubt, so is where the point lies.
    let system_known = line.cell(Column::Crs).is_empty() || crs.is_some();
    let lon = line.may(Column::Lon, fields::longitude, faults);
    let lat = line.may(Column::Lat, fields::latitude, faults);
    if line.cell(Column::Lon).is_empty() != line.cell(Column::Lat).is_empty() {
        line.fault(Column::Lat, problem::half_a_point(), faults);
    }
    let (lon, lat) = (lon?, lat?);
    let point = fields::point(lon, lat);
    let point = point.map_err(|problem| line.fault(Column::Lat, problem, faults)).ok()?;
    let point = crs.unwrap_or_default().to_wgs84(point).map(to_the_centimetre);
    let county = context.known.as_ref().and_then(|known| known.county.as_ref());
    if system_known
        && let Some(county) = county
        && county.reaches(point, margin_km) == Some(false)
    {
        line.fault(Column::Lon, problem::outside_county(lon, lat, &county.name), faults);
    }
    Some(point)
}

/// Reads a point that must be there; a column that is missing has been told already.
pub(super) fn need(
    line: Line<'_>,
    context: &Context,
    margin_km: f64,
    faults: &mut Faults,
) -> Option<LonLat> {
    if line.cell(Column::Lon).is_empty() && line.cell(Column::Lat).is_empty() {
        return line.need(Column::Lon, |_| Ok([0.0; 2]), faults);
    }
    may(line, context, margin_km, faults)
}

/// Rounds degrees to seven digits. A longer fraction comes back from the journal with another last digit,
/// and the same list would be news again.
pub(super) fn to_the_centimetre(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

/// Reads in which system the line's coordinates are; WGS-84 where it does not say.
pub(super) fn system(line: Line<'_>, faults: &mut Faults) -> Crs {
    line.may(Column::Crs, crs, faults).unwrap_or_default()
}

fn crs(cell: &Cell) -> Result<Crs, Problem> {
    let text = fields::half_width(&cell.text()).to_lowercase();
    let plain: String = text.chars().filter(|c| !"-_ ".contains(*c)).collect();
    match plain.as_str() {
        "wgs84" | "84" | "gps" | "epsg:4326" => Ok(Crs::Wgs84),
        "cgcs2000" | "国家2000" | "2000" | "天地图" | "epsg:4490" => Ok(Crs::Cgcs2000),
        "gcj02" | "高德" | "腾讯" | "火星" | "火星坐标" => Ok(Crs::Gcj02),
        "bd09" | "bd09ll" | "百度" => Ok(Crs::Bd09),
        _ => Err(problem::not_a_crs(cell.text())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Context, Kind, Known, Rows, read, testing::codes_in};
    use crate::domain::area::Area;

    #[test]
    fn a_point_outside_the_county_is_told_and_one_beside_its_border_is_not() {
        let text = "id,name,area,lon,lat\n\
                    d-1,甲,990101,114.25,35.25\n\
                    d-2,乙,990101,35.25,114.25\n\
                    d-3,丙,990101,113.25,35.25\n\
                    d-4,丁,990101,113.99,35.25\n\
                    d-5,戊,990101,114.25,\n\
                    d-6,己,990101,,\n\
                    d-7,庚,990101,nan,35.25\n";
        let expected = [
            "3 lat swapped",
            "4 lon outside_county",
            "6 lat half_a_point",
            "7 lon missing",
            "8 lon not_a_longitude",
        ];
        assert_eq!(codes_in(Kind::Depots, text.as_bytes(), &context()), expected);
    }

    #[test]
    fn a_point_of_another_system_is_brought_to_wgs84_and_an_unknown_system_is_refused() {
        let text = "id,name,area,lon,lat,crs\nd-1,甲,990101,114.25,35.25,高德\n";
        let Rows::Sites(sites) = read(Kind::Depots, text.as_bytes(), &context()).unwrap().rows
        else {
            panic!()
        };
        let [lon, lat] = sites[0].at;
        let moved = (lon - 114.25).hypot(lat - 35.25);
        assert!((0.002..0.02).contains(&moved), "{lon} {lat}");
        let text = "id,name,area,lon,lat,crs\nd-1,甲,990101,500000,35.25,beijing54\n";
        let expected = ["2 crs not_a_crs", "2 lon not_a_longitude"];
        assert_eq!(codes_in(Kind::Depots, text.as_bytes(), &context()), expected);
    }

    fn context() -> Context {
        let square =
            vec![[114.0, 35.0], [114.5, 35.0], [114.5, 35.5], [114.0, 35.5], [114.0, 35.0]];
        let code = "990101".parse().unwrap();
        let county =
            Area { code, name: "示例县".into(), centroid: None, outline: vec![vec![square]] };
        let known = Known { county: Some(county), ..Known::nothing_of(code) };
        let known_areas = [(code, "示例县".into())].into();
        Context { known_areas, known: Some(known), ..Context::default() }
    }
}
