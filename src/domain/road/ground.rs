//! The ground of a county as a plane.

use crate::domain::area::LonLat;

/// Metres in a degree of latitude.
const DEGREE_M: f64 = 111_195.0;

/// The plane that touches the earth near a place, with that place in its middle, in metres. Over the few kilometres
/// that it is used for its error is below the precision of drawn roads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane {
    middle: LonLat,
    lon_m: f64,
}

impl Plane {
    pub fn at(middle: LonLat) -> Self {
        Self { middle, lon_m: middle[1].to_radians().cos() * DEGREE_M }
    }

    pub fn flat(&self, at: LonLat) -> [f64; 2] {
        [(at[0] - self.middle[0]) * self.lon_m, (at[1] - self.middle[1]) * DEGREE_M]
    }
}
