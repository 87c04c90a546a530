//! The coordinate systems that positions and maps come in, and the way from each to WGS-84 and back.
//!
//! WGS-84 is the one this program computes and stores in. A forgotten conversion moves a point some 430 m in
//! China, enough to send a boat to the wrong bank.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use super::area::LonLat;

/// The ellipsoid of Krasovsky 1940 that GCJ-02 reckons with: semi-major axis in metres, eccentricity squared.
const AXIS_M: f64 = 6_378_245.0;
const ECCENTRICITY: f64 = 0.006_693_421_622_965_823;
/// The box within which GCJ-02 moves points: west, south, east, north. Outside it is WGS-84.
const CHINA: [f64; 4] = [72.004, 0.8293, 137.8347, 55.8271];
/// More than any point is moved, in degrees.
const SHIFT_MAX: f64 = 0.02;
/// What BD-09 adds to GCJ-02 beside its ripple, in degrees.
const BAIDU_SHIFT: LonLat = [0.0065, 0.006];
/// Period of the ripple of BD-09.
const BAIDU_RIPPLE: f64 = PI * 3000.0 / 180.0;
/// Where a search for the original ends, in degrees: a thousandth of a millimetre.
const EXACT: f64 = 1e-11;
/// The shift changes by less than a twentieth of the way, so each step gains more than a digit.
const STEPS: usize = 12;

/// A coordinate reference system, as who reports a position names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crs {
    /// GPS devices, OSM, CAP; what everything here is kept in.
    #[default]
    Wgs84,
    /// Official data (天地图); within centimetres of WGS-84, and so taken for it.
    Cgcs2000,
    /// 高德, 腾讯 and the location services of phones sold in China.
    Gcj02,
    /// 百度.
    Bd09,
}

impl Crs {
    pub const ALL: [Crs; 4] = [Crs::Wgs84, Crs::Cgcs2000, Crs::Gcj02, Crs::Bd09];

    /// Returns the name used on the wire and in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Crs::Wgs84 => "wgs84",
            Crs::Cgcs2000 => "cgcs2000",
            Crs::Gcj02 => "gcj02",
            Crs::Bd09 => "bd09",
        }
    }

    /// Returns in WGS-84 what `at` is in this system, exact to far below a millimetre.
    pub fn to_wgs84(self, at: LonLat) -> LonLat {
        match self {
            Crs::Wgs84 | Crs::Cgcs2000 => at,
            Crs::Gcj02 => gcj02_to_wgs84(at),
            Crs::Bd09 => gcj02_to_wgs84(bd09_to_gcj02(at)),
        }
    }

    /// Returns in this system what `at` is in WGS-84.
    pub fn express(self, at: LonLat) -> LonLat {
        match self {
            Crs::Wgs84 | Crs::Cgcs2000 => at,
            Crs::Gcj02 => wgs84_to_gcj02(at),
            Crs::Bd09 => gcj02_to_bd09(wgs84_to_gcj02(at)),
        }
    }
}

fn wgs84_to_gcj02(at: LonLat) -> LonLat {
    if in_china(at, 0.0) { add(at, shift(at)) } else { at }
}

/// The box is asked of the original: close to its edge a moved point can lie outside.
fn gcj02_to_wgs84(at: LonLat) -> LonLat {
    if !in_china(at, SHIFT_MAX) {
        return at;
    }
    let original = search(at, |point| add(point, shift(point)));
    if in_china(original, 0.0) { original } else { at }
}

fn gcj02_to_bd09([x, y]: LonLat) -> LonLat {
    let radius = x.hypot(y) + 0.000_02 * (y * BAIDU_RIPPLE).sin();
    let angle = y.atan2(x) + 0.000_003 * (x * BAIDU_RIPPLE).cos();
    add([radius * angle.cos(), radius * angle.sin()], BAIDU_SHIFT)
}

fn bd09_to_gcj02(at: LonLat) -> LonLat {
    search(at, gcj02_to_bd09)
}

/// Finds the point that `forward` takes to `wanted`. What comes out is a place near `wanted` whatever the
/// numbers are, since the steps are counted.
fn search(wanted: LonLat, forward: impl Fn(LonLat) -> LonLat) -> LonLat {
    let mut found = wanted;
    for _ in 0..STEPS {
        let reached = forward(found);
        let off = [wanted[0] - reached[0], wanted[1] - reached[1]];
        found = add(found, off);
        if off[0].abs() < EXACT && off[1].abs() < EXACT {
            break;
        }
    }
    found
}

fn in_china([lon, lat]: LonLat, margin: f64) -> bool {
    let [west, south, east, north] = CHINA;
    (west - margin..=east + margin).contains(&lon)
        && (south - margin..=north + margin).contains(&lat)
}

/// Returns how far GCJ-02 moves a point, in degrees.
fn shift([lon, lat]: LonLat) -> LonLat {
    let (x, y) = (lon - 105.0, lat - 35.0);
    let sines = |at: f64, terms: [(f64, f64); 2]| -> f64 {
        terms.iter().map(|(height, period)| height * (at / period * PI).sin()).sum::<f64>() * 2.0
            / 3.0
    };
    let ripple = sines(x, [(20.0, 1.0 / 6.0), (20.0, 0.5)]);
    let east_m = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + ripple
        + sines(x, [(20.0, 1.0), (40.0, 3.0)])
        + sines(x, [(150.0, 12.0), (300.0, 30.0)]);
    let north_m = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + ripple
        + sines(y, [(20.0, 1.0), (40.0, 3.0)])
        + sines(y, [(160.0, 12.0), (320.0, 30.0)]);
    let sine = lat.to_radians().sin();
    let bulge = 1.0 - ECCENTRICITY * sine * sine;
    let east_radius = AXIS_M / bulge.sqrt() * lat.to_radians().cos();
    let north_radius = AXIS_M * (1.0 - ECCENTRICITY) / (bulge * bulge.sqrt());
    [(east_m / east_radius).to_degrees(), (north_m / north_radius).to_degrees()]
}

fn add(one: LonLat, other: LonLat) -> LonLat {
    [one[0] + other[0], one[1] + other[1]]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// WGS-84, GCJ-02, BD-09 as gcoord 1.0.7 computes them.
    const GOLDEN: [(LonLat, LonLat, LonLat); 12] = [
        (
            [113.5972, 24.8104],
            [113.60238972089161, 24.80733932509497],
            [113.60889924717834, 24.813202862425022],
        ),
        (
            [114.3, 35.6],
            [114.30591700586665, 35.599864089193346],
            [114.3125022516088, 35.6055323684582],
        ),
        (
            [116.397428, 39.90923],
            [116.40367162595768, 39.91063350638631],
            [116.41004410170474, 39.916972856075134],
        ),
        (
            [121.4737, 31.2304],
            [121.47822305927693, 31.22845773757727],
            [121.484781468503, 31.234310593689997],
        ),
        (
            [87.6168, 43.8256],
            [87.61964994946926, 43.82680539311119],
            [87.62609977081571, 43.83294979479329],
        ),
        (
            [126.6424, 45.7567],
            [126.64836981630474, 45.75865110185797],
            [126.65499932897167, 45.76434556386758],
        ),
        (
            [109.5082, 18.2479],
            [109.51229465201837, 18.246207534442775],
            [109.51884473436448, 18.251945802876918],
        ),
        (
            [73.5, 39.5],
            [73.50335612775656, 39.500212224311575],
            [73.50998815710624, 39.50600336103083],
        ),
        (
            [134.7, 48.3],
            [134.70763762887626, 48.302338872227914],
            [134.71426880213465, 48.30796581066678],
        ),
        (
            [104.0668, 30.5728],
            [104.06930547724922, 30.570346141080414],
            [104.07578295683295, 30.576351856151092],
        ),
        (
            [91.1322, 29.6604],
            [91.1337433248789, 29.657679589949623],
            [91.14034276218612, 29.66342567402816],
        ),
        (
            [119.6776716, 31.27908],
            [119.68260713968748, 31.276972061328387],
            [119.68914965675569, 31.28274796708515],
        ),
    ];

    #[test]
    fn places_are_where_the_reference_puts_them() {
        for (wgs84, gcj02, bd09) in GOLDEN {
            for (crs, known) in [(Crs::Gcj02, gcj02), (Crs::Bd09, bd09), (Crs::Cgcs2000, wgs84)] {
                assert_near(crs.express(wgs84), known, 1e-10);
                assert_near(crs.to_wgs84(known), wgs84, 1e-10);
            }
        }
    }

    #[test]
    fn outside_china_gcj02_is_wgs84() {
        for at in [[2.3522, 48.8566], [151.2, -33.9], [-77.0, 38.9], [139.7, 35.7], [0.0, 90.0]] {
            assert_eq!(Crs::Gcj02.express(at), at);
            assert_eq!(Crs::Gcj02.to_wgs84(at), at);
        }
    }

    #[test]
    fn numbers_that_are_no_place_come_back_without_a_hang() {
        for at in [[f64::NAN, 30.0], [f64::INFINITY, 30.0], [1e300, -1e300], [110.0, f64::NAN]] {
            for crs in Crs::ALL {
                let _ = (crs.to_wgs84(at), crs.express(at));
            }
        }
    }

    #[test]
    fn a_system_is_read_by_the_name_it_is_written_with() {
        for crs in Crs::ALL {
            assert_eq!(serde_json::to_string(&crs).unwrap(), format!("\"{}\"", crs.as_str()));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn there_and_back_is_the_same_place(lon in 72.004..137.8347, lat in 0.8293..55.8271) {
            for crs in Crs::ALL {
                let back = crs.to_wgs84(crs.express([lon, lat]));
                prop_assert!(off(back, [lon, lat]) < 1e-10, "{crs:?} {back:?}");
            }
        }

        /// A board that is read back from the journal is the board that was told.
        #[test]
        fn a_place_is_read_as_it_was_written(lon in -180.0..180.0, lat in -90.0..90.0) {
            let place: LonLat = [lon, lat];
            let written = serde_json::to_string(&place).unwrap();
            prop_assert_eq!(serde_json::from_str::<LonLat>(&written).unwrap(), place);
        }

        #[test]
        fn gcj02_is_some_hundred_metres_off(lon in 75.0..135.0, lat in 18.0..54.0) {
            let moved = off(Crs::Gcj02.express([lon, lat]), [lon, lat]);
            prop_assert!((0.000_01..0.015).contains(&moved), "{moved}");
        }
    }

    #[track_caller]
    fn assert_near(found: LonLat, known: LonLat, degrees: f64) {
        assert!(off(found, known) <= degrees, "{found:?} is not {known:?}");
    }

    fn off(one: LonLat, other: LonLat) -> f64 {
        (one[0] - other[0]).abs().max((one[1] - other[1]).abs())
    }
}
