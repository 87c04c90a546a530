//! One stretch of what a vehicle does: standing somewhere or driving a way, and where it is meanwhile.

use super::roads::{self, Node, Roads, Way};
use crate::{
    demo::generate::random::Random,
    domain::{area::LonLat, time::Timestamp},
};

/// Of so many crossings one is where a vehicle has to wait.
const CROSSINGS_PER_STOP: usize = 6;
/// Longest wait at a crossing, in seconds.
const STOP_S: f64 = 40.0;

/// A stretch of time.
#[derive(Debug, Clone)]
pub(super) struct Trip {
    pub from: Timestamp,
    pub until: Timestamp,
    /// Where it is when it is over.
    pub to: Node,
    /// Points and the seconds after the start at which they are reached; one point for standing.
    course: Vec<(LonLat, f64)>,
    /// Places in `course` where it may turn.
    crossings: Vec<usize>,
}

/// Where a vehicle is and how it moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Motion {
    pub place: LonLat,
    pub speed_kmh: f64,
    /// `None` while it stands.
    pub heading: Option<f64>,
}

impl Trip {
    pub fn standing(at: LonLat, node: Node, from: Timestamp, until: Timestamp) -> Self {
        Self { from, until, to: node, course: vec![(at, 0.0)], crossings: Vec::new() }
    }

    /// Drives a way at `pace` times the speed that the roads allow, waiting at crossings.
    pub fn driving(way: &Way, to: Node, from: Timestamp, pace: f64, random: &mut Random) -> Self {
        let mut course = Vec::with_capacity(way.points.len() + 8);
        let (mut waited, mut crossings) = (0.0, Vec::new());
        for (index, (at, seconds)) in way.points.iter().enumerate() {
            course.push((*at, seconds / pace + waited));
            let inner = index > 0 && index + 1 < way.points.len();
            let crosses = way.crossings.binary_search(&index).is_ok();
            if crosses {
                crossings.push(course.len() - 1);
            }
            if inner && crosses && random.below(CROSSINGS_PER_STOP) == 0 {
                waited += 5.0 + random.unit() * STOP_S;
                course.push((*at, seconds / pace + waited));
            }
        }
        let seconds = course.last().map_or(0.0, |(_, seconds)| *seconds);
        let until = from + std::time::Duration::from_secs_f64(seconds.max(1.0));
        Self { from, until, to, course, crossings }
    }

    pub fn is_standing(&self) -> bool {
        // A drive that was cut where it began is none.
        self.course.len() == 1
    }

    /// Ends it at `at` where the vehicle stands, else at the next crossing.
    pub fn cut(&mut self, at: Timestamp, roads: &Roads) {
        if self.is_standing() {
            self.until = self.until.min(at.max(self.from));
            return;
        }
        let passed = at.since(self.from).as_secs_f64();
        let next = self.crossings.iter().find(|index| self.course[**index].1 >= passed);
        let Some(&last) = next else { return };
        let (place, seconds) = self.course[last];
        let Some(node) = roads.nearest(place) else { return };
        self.course.truncate(last + 1);
        self.to = node;
        self.until = self.from + std::time::Duration::from_secs_f64(seconds);
    }

    /// Returns where the vehicle is at `at`; before the start and after the end it stands.
    pub fn motion(&self, at: Timestamp) -> Motion {
        let passed = at.since(self.from).as_secs_f64();
        let next = self.course.partition_point(|(_, seconds)| *seconds <= passed);
        let still = |place| Motion { place, speed_kmh: 0.0, heading: None };
        let (Some(before), Some(after)) =
            (self.course.get(next.wrapping_sub(1)), self.course.get(next))
        else {
            let end = if next == 0 { self.course.first() } else { self.course.last() };
            return still(end.map_or([0.0; 2], |(place, _)| *place));
        };
        let ((a, start), (b, end)) = (*before, *after);
        let metres = roads::metres(a, b);
        if metres < 0.5 {
            return still(a);
        }
        let share = (passed - start) / (end - start);
        Motion {
            place: [0, 1].map(|axis| a[axis] + share * (b[axis] - a[axis])),
            speed_kmh: metres / (end - start) * 3.6,
            heading: Some(roads::bearing(a, b)),
        }
    }
}
