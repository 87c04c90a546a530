//! Reads polygons and circles, and makes sure that a polygon encloses one piece of ground.
//!
//! One bad point refuses the polygon: a boundary with a corner missing calls the wrong people.

use super::{
    alert::Circle,
    fault::{Problem, excerpt},
    note::Remark,
    rules::decimal,
};

/// Points that one message may have, over all its polygons.
pub(super) const MAX_POINTS: usize = 100_000;
/// Where a ring meets itself it nips a loop off. Loops of less than this share of its area, all
/// together, are slips of the hand or of rounding and change nothing about who is inside: a real
/// slip has 0.0001, a real fault 0.7.
const SLIVERS: f64 = 0.01;
/// Meetings to weigh; a ring with more is a tangle.
const MAX_MEETINGS: usize = 64;
/// Pairs of edges to compare for each edge. A coastline needs some dozens.
const PAIRS_PER_EDGE: usize = 512;

/// Reads `lat,lon` pairs into a closed ring of `[lon, lat]`, taking its points off `points_left`.
pub(super) fn polygon(
    text: &str,
    points_left: &mut usize,
) -> Result<(Vec<[f64; 2]>, Option<Remark>), Problem> {
    let mut ring = Vec::new();
    for point in text.split_ascii_whitespace() {
        if *points_left == 0 {
            return Err(Problem::TooLarge { what: "points", limit: MAX_POINTS });
        }
        *points_left -= 1;
        ring.push(pair(point)?);
    }
    if ring.len() < 4 {
        return Err(Problem::PolygonShort { points: ring.len() });
    }
    if ring.first() != ring.last() {
        return Err(Problem::PolygonOpen);
    }
    let meetings = match Outline::new(&ring).check() {
        Err(problem) if spans_the_antimeridian(&ring) => {
            Outline::new(&unwrapped(&ring)).check().map_err(|_| problem)?
        }
        checked => checked?,
    };
    Ok((ring, (meetings > 0).then_some(Remark::PolygonSliver)))
}

/// Reads `lat,lon radius`.
pub(super) fn circle(text: &str) -> Result<Circle, Problem> {
    let mut parts = text.split_ascii_whitespace();
    let numbers = match (parts.next(), parts.next(), parts.next()) {
        (Some(center), Some(radius), None) => numbers(center).zip(decimal(radius)),
        _ => None,
    };
    match numbers {
        Some((center, radius_km)) if radius_km >= 0.0 => {
            let [lon, lat] = on_earth(center, text)?;
            Ok(Circle { lon, lat, radius_km })
        }
        Some(_) | None => Err(Problem::Circle { text: excerpt(text) }),
    }
}

fn pair(text: &str) -> Result<[f64; 2], Problem> {
    on_earth(numbers(text).ok_or_else(|| Problem::Pair { text: excerpt(text) })?, text)
}

fn numbers(text: &str) -> Option<(f64, f64)> {
    let (lat, lon) = text.split_once(',')?;
    Some((decimal(lat)?, decimal(lon)?))
}

/// Turns a pair in the order of CAP into one in the order of maps.
fn on_earth((lat, lon): (f64, f64), text: &str) -> Result<[f64; 2], Problem> {
    if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
        return Err(Problem::Coordinates { text: excerpt(text) });
    }
    Ok([lon, lat])
}

/// A ring moved to its first point, so that small areas keep their digits.
struct Outline {
    points: Vec<[f64; 2]>,
    /// Twice the signed area swept from the first point up to each point.
    swept: Vec<f64>,
}

/// An edge by the index of its start, with its corners.
struct Edge {
    start: usize,
    low: [f64; 2],
    high: [f64; 2],
}

impl Edge {
    /// Tells whether two edges overlap from south to north.
    fn overlaps(&self, other: &Edge) -> bool {
        self.low[1] <= other.high[1] && other.low[1] <= self.high[1]
    }
}

impl Outline {
    fn new(ring: &[[f64; 2]]) -> Self {
        let [x0, y0] = ring[0];
        let points: Vec<[f64; 2]> = ring.iter().map(|[x, y]| [x - x0, y - y0]).collect();
        let mut swept = vec![0.0; points.len()];
        for end in 1..points.len() {
            swept[end] = swept[end - 1] + cross(points[end - 1], points[end]);
        }
        Outline { points, swept }
    }

    /// Counts how often the ring meets itself for a sliver, refusing one that does so for more or
    /// that encloses nothing.
    fn check(&self) -> Result<usize, Problem> {
        let meetings = self.meetings()?;
        if self.area().abs() <= extent(self.points.iter().copied()) * 1e-12 {
            return Err(Problem::PolygonEmpty);
        }
        Ok(meetings)
    }

    /// Returns twice the signed area.
    fn area(&self) -> f64 {
        self.swept.last().copied().unwrap_or_default()
    }

    fn meetings(&self) -> Result<usize, Problem> {
        let (mut meetings, mut nipped_off) = (0, 0.0);
        self.for_each_overlap(|first, second| {
            let Some(at) = self.meeting(first, second) else { return Ok(()) };
            meetings += 1;
            nipped_off += self.nipped_off(first, second, at);
            if nipped_off > SLIVERS * self.area().abs() {
                return Err(self.named(first, second));
            }
            if meetings > MAX_MEETINGS {
                return Err(Problem::PolygonEntangled);
            }
            Ok(())
        })?;
        Ok(meetings)
    }

    /// Visits each pair of edges that may meet where they should not, by the index of their start.
    fn for_each_overlap(
        &self,
        mut visit: impl FnMut(usize, usize) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let mut edges: Vec<Edge> = (1..self.points.len()).map(|end| self.edge(end - 1)).collect();
        edges.sort_unstable_by(|a, b| a.low[0].total_cmp(&b.low[0]));
        let mut pairs_left = edges.len() * PAIRS_PER_EDGE + PAIRS_PER_EDGE * PAIRS_PER_EDGE;
        for (index, edge) in edges.iter().enumerate() {
            let beside = edges[index + 1..].iter().take_while(|other| other.low[0] <= edge.high[0]);
            for other in beside {
                pairs_left = pairs_left.checked_sub(1).ok_or(Problem::PolygonEntangled)?;
                let (first, second) = (edge.start.min(other.start), edge.start.max(other.start));
                if edge.overlaps(other) && !self.follow_each_other(first, second) {
                    visit(first, second)?;
                }
            }
        }
        Ok(())
    }

    fn edge(&self, start: usize) -> Edge {
        let ([ax, ay], [bx, by]) = (self.points[start], self.points[start + 1]);
        Edge { start, low: [ax.min(bx), ay.min(by)], high: [ax.max(bx), ay.max(by)] }
    }

    /// Tells whether two edges meet where they should.
    fn follow_each_other(&self, first: usize, second: usize) -> bool {
        second - first <= 1 || second - first == self.points.len() - 2
    }

    /// Returns twice the area of the smaller of the two loops that a meeting makes. By extent, since
    /// lobes of opposite turn can cancel out in an area.
    fn nipped_off(&self, first: usize, second: usize, at: [f64; 2]) -> f64 {
        let inside = &self.points[first + 1..=second];
        let outside = self.points[second + 1..].iter().chain(&self.points[..=first]);
        let area = cross(at, self.points[first + 1]) + self.swept[second] - self.swept[first + 1]
            + cross(self.points[second], at);
        if extent(inside.iter().copied().chain([at])) <= extent(outside.copied().chain([at])) {
            area.abs()
        } else {
            (self.area() - area).abs()
        }
    }

    /// Says what is wrong where two edges meet: a point named twice, or a crossing.
    fn named(&self, first: usize, second: usize) -> Problem {
        let last = self.points.len() - 1;
        for (a, b) in
            [(first, second), (first, second + 1), (first + 1, second), (first + 1, second + 1)]
        {
            if self.points[a] == self.points[b] {
                return Problem::PolygonDuplicate { first: a + 1, second: b % last + 1 };
            }
        }
        Problem::PolygonCrossing { first: first + 1, second: second + 1 }
    }

    /// Returns a point that two edges share.
    fn meeting(&self, first: usize, second: usize) -> Option<[f64; 2]> {
        let [a, b, c, d] = [first, first + 1, second, second + 1].map(|index| self.points[index]);
        let (along, across) = (minus(b, a), minus(d, c));
        let (of_c, of_d) = (cross(along, minus(c, a)), cross(along, minus(d, a)));
        let (of_a, of_b) = (cross(across, minus(a, c)), cross(across, minus(b, c)));
        for (side, point, from, to) in
            [(of_c, c, a, b), (of_d, d, a, b), (of_a, a, c, d), (of_b, b, c, d)]
        {
            if side == 0.0 && between(point, from, to) {
                return Some(point);
            }
        }
        if (of_c > 0.0) == (of_d > 0.0) || (of_a > 0.0) == (of_b > 0.0) {
            return None;
        }
        let part = of_a / (of_a - of_b);
        Some([a[0] + along[0] * part, a[1] + along[1] * part])
    }
}

/// Returns the area of the box around points.
fn extent(points: impl Iterator<Item = [f64; 2]>) -> f64 {
    let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
    for point in points {
        for axis in 0..2 {
            low[axis] = low[axis].min(point[axis]);
            high[axis] = high[axis].max(point[axis]);
        }
    }
    (high[0] - low[0]) * (high[1] - low[1])
}

fn minus(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] - b[0], a[1] - b[1]]
}

fn cross(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}

/// Tells whether a point of a line lies within a part of it.
fn between(point: [f64; 2], from: [f64; 2], to: [f64; 2]) -> bool {
    (0..2).all(|axis| (from[axis].min(to[axis])..=from[axis].max(to[axis])).contains(&point[axis]))
}

fn spans_the_antimeridian(ring: &[[f64; 2]]) -> bool {
    ring.array_windows().any(|[a, b]| (a[0] - b[0]).abs() > 180.0)
}

/// Follows the ring the short way round the earth, past 180°.
fn unwrapped(ring: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut last = ring[0][0];
    let follow = |[lon, lat]: &[f64; 2]| {
        last = lon + 360.0 * ((last - lon) / 360.0).round();
        [last, *lat]
    };
    ring.iter().map(follow).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_ring_is_read_with_longitude_first() {
        let (ring, remark) = read(" 35.6,114.5\n35.7,114.5\t35.7,114.6  +35.60,114.50 ").unwrap();
        assert_eq!(ring, [[114.5, 35.6], [114.5, 35.7], [114.6, 35.7], [114.5, 35.6]]);
        assert_eq!(remark, None);
    }

    #[test]
    fn one_bad_point_refuses_the_polygon() {
        for (text, code) in [
            ("1,2 3,4 5,2 1,2 1", "cap.pair"),
            ("1,2 3,4 5,2, 1,2", "cap.pair"),
            ("1,2 3, 4 5,2 1,2", "cap.pair"),
            ("1,2 3,x 5,2 1,2", "cap.pair"),
            ("1,2 3,1e1 5,2 1,2", "cap.pair"),
            ("1,2 3,nan 5,2 1,2", "cap.pair"),
            ("1,2,3 3,4,5 5,2,1 1,2,3", "cap.pair"),
            ("90.1,2 3,4 5,2 90.1,2", "cap.coordinates"),
            ("1,2 3,-180.5 5,2 1,2", "cap.coordinates"),
            ("114.5,35.6 114.5,35.7 114.6,35.7 114.5,35.6", "cap.coordinates"),
            ("1,2 3,4 1,2", "cap.polygon_short"),
            ("1,2 3,4 5,2 7,8", "cap.polygon_open"),
            ("1,2 3,4 5,6 1,2", "cap.polygon_empty"),
            ("1,2 1,2 1,2 1,2", "cap.polygon_empty"),
        ] {
            assert_eq!(refused(text), code, "{text}");
        }
    }

    #[test]
    fn a_ring_that_meets_itself_is_refused() {
        for (text, code) in [
            // A bow tie, even and uneven.
            ("0,0 2,2 0,2 2,0 0,0", "cap.polygon_crossing"),
            ("0,0 2,3 0,3 2,0 0,0", "cap.polygon_crossing"),
            // A corner on another edge, and one on another corner.
            ("0,0 0,4 4,4 0,2 4,0 0,0", "cap.polygon_crossing"),
            ("0,0 0,4 2,2 4,4 4,0 2,2 0,0", "cap.polygon_duplicate"),
            ("2,2 0,4 4,4 2,2 4,0 0,0 2,2", "cap.polygon_duplicate"),
            // Edges along each other.
            ("0,0 0,4 4,4 4,0 0,0 0,2 -2,1 0,0", "cap.polygon_duplicate"),
            // Loops of opposite turn, whose areas cancel out.
            ("0,0 2,2 0,4 2,6 0,6 2,4 0,2 2,0 0,0", "cap.polygon_crossing"),
        ] {
            assert_eq!(refused(text), code, "{text}");
        }
    }

    #[test]
    fn a_sliver_is_let_through_with_a_note() {
        for text in [
            // A real coast of Sahana's: the last edge passes just outside the second point.
            "21.28,92.208 20.752,92.399 18.855,94.892 15.855,95.677 18.039,93.393 21.280,92.208",
            // A point named twice in a row, as rounding makes it.
            "0,0 0,4 0,4 4,4 4,0 0,0",
            // A spike that goes out and back.
            "0,0 0,4 4,4 4,0 2,0 2,-1 2,0 0,0",
            // A tip that touches the opposite side.
            "0,0 0,4 4,4 4,3.9 0.01,3.9 4,3.9 4,0 0,0",
        ] {
            assert_eq!(read(text).unwrap().1, Some(Remark::PolygonSliver), "{text}");
        }
    }

    #[test]
    fn a_fault_names_the_points() {
        let duplicate = Problem::PolygonDuplicate { first: 3, second: 6 };
        assert_eq!(read("0,0 0,4 2,2 4,4 4,0 2,2 0,0"), Err(duplicate));
        let crossing = Problem::PolygonCrossing { first: 1, second: 3 };
        assert_eq!(read("0,0 2,3 0,3 2,0 0,0"), Err(crossing));
    }

    #[test]
    fn a_ring_may_reach_over_the_antimeridian() {
        let fiji = "-16,179 -16,-179 -17,-179.5 -18,-179 -18,179 -16.5,179.5 -16,179";
        assert!(read(fiji).is_ok());
        let world = "90,-180 90,180 -90,180 -90,-180 90,-180";
        assert!(read(world).is_ok());
        assert_eq!(refused("-16,179 -18,-179 -16,-179 -18,179 -16,179"), "cap.polygon_crossing");
    }

    proptest! {
        #[test]
        fn a_ring_around_a_point_is_plain_from_any_start_and_in_either_turn(
            radii in prop::collection::vec(1.0..10.0_f64, 3..40),
            start in any::<prop::sample::Index>(),
            backward in any::<bool>(),
        ) {
            let turn = std::f64::consts::TAU / radii.len() as f64;
            let point = |(n, r): (usize, &f64)| {
                let (sin, cos) = (n as f64 * turn).sin_cos();
                format!("{},{}", 35.0 + r * sin, 114.0 + r * cos)
            };
            let mut points: Vec<String> = radii.iter().enumerate().map(point).collect();
            points.rotate_left(start.index(radii.len()));
            if backward {
                points.reverse();
            }
            points.push(points[0].clone());
            prop_assert_eq!(read(&points.join(" ")).map(|(_, remark)| remark), Ok(None));
        }
    }

    #[test]
    fn points_are_counted_over_all_polygons_of_a_message() {
        let mut left = 7;
        assert!(polygon("0,0 0,1 1,1 0,0", &mut left).is_ok());
        let problem = polygon("0,0 0,1 1,1 0,0", &mut left).unwrap_err();
        assert_eq!(problem, Problem::TooLarge { what: "points", limit: MAX_POINTS });
    }

    #[test]
    fn a_large_outline_is_read_and_a_large_tangle_refused() {
        let at = |n: u32, r: f64| {
            let turn = f64::from(n) * std::f64::consts::TAU / 20_000.0;
            format!("{:.9},{:.9} ", r * turn.sin(), r * turn.cos())
        };
        let star: String = (0..20_000).map(|n| at(n, 40.0 + f64::from(n % 2) / 10.0)).collect();
        assert_eq!(read(&format!("{star}{}", at(0, 40.0))).unwrap().1, None);
        // Long edges side by side: all overlap, none cross.
        let comb: String =
            (0..20_000).map(|n| format!("{},{} ", f64::from(n) / 1e3, n % 2 * 100)).collect();
        assert_eq!(refused(&format!("{comb}30,-1 -1,-1 0,0")), "cap.polygon_entangled");
    }

    #[test]
    fn a_circle_is_a_place_and_a_distance() {
        let expected = Circle { lon: -115.5527, lat: 32.9525, radius_km: 0.0 };
        assert_eq!(circle("\n32.9525,-115.5527  0 "), Ok(expected));
        for (text, code) in [
            ("", "cap.circle"),
            ("invalid", "cap.circle"),
            ("1,2", "cap.circle"),
            ("1,2 -3", "cap.circle"),
            ("1,2 3 4", "cap.circle"),
            ("1 2 3", "cap.circle"),
            ("1,2,3", "cap.circle"),
            ("1,2 3km", "cap.circle"),
            ("1,2 inf", "cap.circle"),
            ("91,2 3", "cap.coordinates"),
            ("1,181 3", "cap.coordinates"),
        ] {
            assert_eq!(circle(text).map_err(code_of), Err(code), "{text}");
        }
    }

    fn read(text: &str) -> Result<(Vec<[f64; 2]>, Option<Remark>), Problem> {
        polygon(text, &mut MAX_POINTS.clone())
    }

    #[track_caller]
    fn refused(text: &str) -> &'static str {
        code_of(read(text).unwrap_err())
    }

    fn code_of(problem: Problem) -> &'static str {
        crate::ingest::cap::Fault { element: "/".into(), problem }.code()
    }
}
