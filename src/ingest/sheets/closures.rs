//! Roads and pieces of ground that cannot be passed: one line for each.

use chrono_tz::Tz;

use super::{
    Context,
    dates::{self, Hint},
    fault::Faults,
    fields,
    headers::Column,
    hours,
    list::{Line, List, Seen},
    point::{self, MARGIN_KM, to_the_centimetre},
    problem::{self, Problem},
    table::Cell,
};
use crate::domain::{
    area::{LonLat, Shape},
    closure::CloseRoad,
    coordinates::Crs,
    road::Closure,
    time::Timestamp,
};

/// Widest circle, in kilometres.
const RADIUS_MAX_KM: f64 = 50.0;
/// Fewest and most corners of a polygon.
const CORNERS: std::ops::RangeInclusive<usize> = 3..=200;
/// Longest reason, in characters.
const MAX_REASON: usize = 200;
/// Minutes of a day.
const DAY: u32 = 1_440;

pub(super) fn read(lists: &[List<'_>], context: &Context, faults: &mut Faults) -> Vec<CloseRoad> {
    let mut closures = Vec::new();
    let mut seen = Seen::new();
    for line in lists.iter().flat_map(List::lines) {
        let area = line.need(Column::Area, fields::area_code, faults);
        if let Some(area) = area {
            context.check_area(line, area, faults);
        }
        let reason = line.need(Column::Reason, reason, faults);
        let until = |cell: &Cell| until(cell, context.zone);
        let expected_until = line.may(Column::Until, until, faults);
        let what = what(line, context, faults);
        let (Some(area), Some(reason), Some(what)) = (area, reason, what) else { continue };
        if let Some(row) = seen.repeats(format!("{area} {what:?}"), line.number()) {
            line.fault(Column::Reason, problem::repeated(&reason, row), faults);
        }
        closures.push(CloseRoad { what, area, reason, expected_until });
    }
    closures
}

fn what(line: Line<'_>, context: &Context, faults: &mut Faults) -> Option<Closure> {
    let given = |column| !line.cell(column).is_empty();
    match (given(Column::Road), given(Column::Radius), given(Column::Ring)) {
        (true, false, false) => line.may(Column::Road, fields::code, faults).map(Closure::Road),
        (false, true, false) => {
            let center = point::need(line, context, MARGIN_KM, faults);
            let radius_km = line.may(Column::Radius, radius, faults);
            let (center, radius_km) = (center?, radius_km?);
            Some(Closure::Within(Shape::Circle { center, radius_km }))
        }
        (false, false, true) => {
            let crs = point::system(line, faults);
            let ring = |cell: &Cell| ring(cell, crs);
            let ring = line.may(Column::Ring, ring, faults)?;
            Some(Closure::Within(Shape::Polygon(ring)))
        }
        _ => {
            line.fault(Column::Road, problem::nothing_closed(), faults);
            None
        }
    }
}

fn reason(cell: &Cell) -> Result<compact_str::CompactString, Problem> {
    let text = cell.text();
    if text.chars().count() > MAX_REASON {
        return Err(problem::too_long(MAX_REASON));
    }
    Ok(text.into())
}

fn radius(cell: &Cell) -> Result<f64, Problem> {
    let radius = fields::number(cell)?;
    let fits = radius > 0.0 && radius <= RADIUS_MAX_KM;
    fits.then_some(radius).ok_or_else(|| problem::not_between(0, RADIUS_MAX_KM))
}

/// Reads corners such as `114.10 35.20；114.12 35.20；114.12 35.22`; the last may repeat the first.
fn ring(cell: &Cell, crs: Crs) -> Result<Vec<LonLat>, Problem> {
    let bad = || problem::not_a_ring(cell.text());
    let text = fields::half_width(&cell.text());
    let corners = text.split([';', '\n']).map(str::trim).filter(|corner| !corner.is_empty());
    let corner = |corner: &str| -> Result<LonLat, Problem> {
        let numbers: Vec<f64> = corner
            .split([' ', ','])
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().map_err(|_| bad()))
            .collect::<Result<_, _>>()?;
        let [lon, lat] = numbers[..] else { return Err(bad()) };
        if !(-180.0..=180.0).contains(&lon) || !lat.is_finite() {
            return Err(bad());
        }
        Ok(crs.to_wgs84(fields::point(lon, lat)?).map(to_the_centimetre))
    };
    let mut ring: Vec<LonLat> = corners.map(corner).collect::<Result<_, _>>()?;
    if ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    if !CORNERS.contains(&ring.len()) {
        return Err(bad());
    }
    ring.extend(ring.first().copied());
    Ok(ring)
}

/// Reads a day with its hour; a day alone is over when it ends.
fn until(cell: &Cell, zone: Tz) -> Result<Timestamp, Problem> {
    let day = dates::date(cell, Hint::default())?;
    let hour = match cell {
        Cell::Serial(serial) if serial.fract() > 0.0 => Some(Cell::Serial(serial.fract())),
        Cell::Text(text) => {
            let text = text.split_once([' ', 'T']).filter(|(_, hour)| hour.contains([':', '：']));
            text.map(|(_, hour)| Cell::of_text(hour))
        }
        Cell::Serial(_) | Cell::Empty | Cell::Number(_) | Cell::Broken(_) => None,
    };
    let minute = hour.map(|hour| hours::clock(&hour)).transpose()?;
    let minute = minute.map_or(DAY, hours::Clock::minutes);
    Ok(Timestamp::from_local(zone, day, minute))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Kind, Rows,
            testing::{codes, read_ok},
        },
        *,
    };

    #[test]
    fn a_road_a_circle_and_a_polygon_are_closed() {
        let text = "区划代码,原因,道路编号,经度,纬度,半径（公里）,范围,预计恢复时间\n\
                    990101001,路面过水,r-7,,,,,2026-07-22 18:30\n\
                    990101001,塌方,,114.25,35.25,0.5,,2026/7/23\n\
                    990101001,桥断,,,,,114.1 35.2；114.2 35.2；114.2 35.3,\n";
        let list = closures(text);
        assert_eq!(list[0].what, Closure::Road("r-7".into()));
        assert_eq!(list[0].expected_until, "2026-07-22T18:30:00+08:00".parse().ok());
        assert_eq!(list[1].expected_until, "2026-07-24T00:00:00+08:00".parse().ok());
        let circle = Shape::Circle { center: [114.25, 35.25], radius_km: 0.5 };
        assert_eq!(list[1].what, Closure::Within(circle));
        let ring = vec![[114.1, 35.2], [114.2, 35.2], [114.2, 35.3], [114.1, 35.2]];
        assert_eq!(list[2].what, Closure::Within(Shape::Polygon(ring)));
    }

    #[test]
    fn what_is_closed_is_said_once_and_can_be() {
        let text = "area,reason,road,lon,lat,radius_km,polygon,expected_until\n\
                    990101,水淹,,,,,,\n\
                    990101,水淹,r-1,,,2,,\n\
                    990101,,r-1,,,,,明天\n\
                    990101,水淹,,35.2,114.2,2,,\n\
                    990101,水淹,,114.2,35.2,51,,\n\
                    990101,水淹,,,,,114 35;115 35,\n\
                    990101,水淹,r-2,,,,,\n\
                    990101,塌方,r-2,,,,,\n\
                    990101,水淹,r-3,,,,,2026-07-22 25:30\n";
        let expected = [
            "2 road nothing_closed",
            "3 road nothing_closed",
            "4 reason missing",
            "4 expected_until not_a_date",
            "5 lat swapped",
            "6 radius_km not_between",
            "7 polygon not_a_ring",
            "9 reason repeated",
            "10 expected_until not_a_time",
        ];
        assert_eq!(codes(Kind::Closures, text), expected);
    }

    #[test]
    fn a_polygon_of_geojson_is_closed_and_one_with_a_hole_is_refused() {
        let square = "[[114.1,35.1],[114.4,35.1],[114.4,35.4],[114.1,35.4],[114.1,35.1]]";
        let file = |rings: &str| {
            format!(
                "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":\
                 {{\"area\":990101,\"reason\":\"水淹\"}},\"geometry\":{{\"type\":\"Polygon\",\
                 \"coordinates\":[{rings}]}}}}]}}"
            )
        };
        let [one] = &closures(&file(square))[..] else { panic!() };
        let Closure::Within(Shape::Polygon(ring)) = &one.what else { panic!("{one:?}") };
        assert_eq!((ring.len(), ring[0]), (5, [114.1, 35.1]));
        let hole = "[[114.2,35.2],[114.3,35.2],[114.3,35.3],[114.2,35.2]]";
        let holed = codes(Kind::Closures, &file(&format!("{square},{hole}")));
        assert_eq!(holed[0], "1 geometry several_rings");
    }

    fn closures(text: &str) -> Vec<CloseRoad> {
        let Rows::Closures(list) = read_ok(Kind::Closures, text).rows else { panic!() };
        list
    }
}
