//! A point on the ground that can be compared and kept exactly.

use serde::{Deserialize, Serialize};

use super::area::LonLat;

/// A point, WGS-84, to a millionth of a degree: about a decimetre. On the wire `[lon, lat]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "LonLat", into = "LonLat")]
pub struct Point {
    lon_e6: i32,
    lat_e6: i32,
}

/// Not a point on the earth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("give WGS-84 degrees: longitude -180 to 180, then latitude -90 to 90")]
pub struct NotOnEarth;

impl TryFrom<LonLat> for Point {
    type Error = NotOnEarth;

    fn try_from([lon, lat]: LonLat) -> Result<Self, NotOnEarth> {
        let on_earth = (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat);
        #[expect(clippy::cast_possible_truncation, reason = "180 million fit")]
        let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
        on_earth
            .then(|| Self { lon_e6: millionths(lon), lat_e6: millionths(lat) })
            .ok_or(NotOnEarth)
    }
}

impl From<Point> for LonLat {
    fn from(point: Point) -> Self {
        [f64::from(point.lon_e6) / 1e6, f64::from(point.lat_e6) / 1e6]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_goes_out_as_it_came_in_and_what_is_none_is_refused() {
        let point: Point = serde_json::from_str("[114.503126, -35.6]").unwrap();
        assert_eq!(serde_json::to_string(&point).unwrap(), "[114.503126,-35.6]");
        for text in ["[181, 0]", "[0, 91]", "[35.6, 114.5]", "[1e999, 0]", "[1]"] {
            assert!(serde_json::from_str::<Point>(text).is_err(), "{text}");
        }
        assert_eq!(Point::try_from([f64::NAN, 0.0]), Err(NotOnEarth));
    }
}
