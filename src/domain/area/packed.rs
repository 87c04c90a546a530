//! A tree of boxes over things that stand still: packed full, in the order of a Hilbert curve, without pointers.
//!
//! Invariant: every node is the smallest box around a contiguous range of the things, so that what lies wholly in a
//! shape is one range and nobody looks at its members.

use std::ops::Range;

use super::LonLat;

/// Things in a node, and nodes in the node above.
const WIDTH: usize = 16;
/// Steps of the curve along each axis.
const GRID: f64 = 65_535.0;

/// A box, its sides included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    pub low: LonLat,
    pub high: LonLat,
}

impl Bounds {
    /// Lies around nothing.
    pub const NOTHING: Bounds = Bounds { low: [f64::INFINITY; 2], high: [f64::NEG_INFINITY; 2] };

    pub fn point(at: LonLat) -> Self {
        Self { low: at, high: at }
    }

    pub fn around(points: impl IntoIterator<Item = LonLat>) -> Self {
        points.into_iter().fold(Self::NOTHING, |all, at| all.join(Self::point(at)))
    }

    pub fn join(self, other: Self) -> Self {
        let (a, b) = (self, other);
        Self {
            low: [a.low[0].min(b.low[0]), a.low[1].min(b.low[1])],
            high: [a.high[0].max(b.high[0]), a.high[1].max(b.high[1])],
        }
    }

    pub fn contains(&self, [x, y]: LonLat) -> bool {
        self.low[0] <= x && x <= self.high[0] && self.low[1] <= y && y <= self.high[1]
    }

    pub fn meets(&self, other: &Bounds) -> bool {
        self.low[0] <= other.high[0]
            && other.low[0] <= self.high[0]
            && self.low[1] <= other.high[1]
            && other.low[1] <= self.high[1]
    }

    pub fn corners(&self) -> [LonLat; 4] {
        let ([west, south], [east, north]) = (self.low, self.high);
        [[west, south], [east, south], [east, north], [west, north]]
    }

    /// Returns where the middle lies in `self`, in steps of the curve.
    fn step(&self, middle_of: &Bounds) -> [u32; 2] {
        [0, 1].map(|axis| {
            let middle = f64::midpoint(middle_of.low[axis], middle_of.high[axis]);
            let width = self.high[axis] - self.low[axis];
            let share = if width > 0.0 { (middle - self.low[axis]) / width } else { 0.0 };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a step of the grid; where a thing lies in the order changes no answer"
            )]
            let step = (share * GRID) as u32;
            step
        })
    }
}

/// What a shape makes of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing in the box is touched.
    Outside,
    /// All that lies in the box is touched.
    Inside,
    /// Each thing in the box has to be asked about.
    Mixed,
}

/// A shape that is held against box after box, each in the one before.
pub(super) trait Probe {
    /// Steps into a box. Whoever hears [`Verdict::Mixed`] calls [`Probe::leave`] afterwards.
    fn enter(&mut self, bounds: &Bounds) -> Verdict;

    /// Steps back out of the box entered last.
    fn leave(&mut self);
}

/// The boxes above a row of things that lies in the order [`in_order`] gave it.
#[derive(Debug)]
pub(super) struct Packed {
    things: usize,
    /// Narrowest first; the last has one box around everything.
    levels: Vec<Vec<Bounds>>,
}

impl Packed {
    pub fn over<T>(things: &[T], bounds: impl Fn(&T) -> Bounds) -> Self {
        let join = |boxes: &[Bounds]| boxes.iter().copied().fold(Bounds::NOTHING, Bounds::join);
        let of_things =
            |things: &[T]| things.iter().map(&bounds).fold(Bounds::NOTHING, Bounds::join);
        let mut levels = Vec::new();
        let mut level: Vec<Bounds> = things.chunks(WIDTH).map(of_things).collect();
        while level.len() > 1 {
            let above = level.chunks(WIDTH).map(join).collect();
            levels.push(std::mem::replace(&mut level, above));
        }
        levels.push(level);
        Self { things: things.len(), levels }
    }

    /// Tells `found` each range of things that `probe` may touch, with the probe in the box around it: all are
    /// touched where the verdict is [`Verdict::Inside`].
    pub fn search<P: Probe>(
        &self,
        probe: &mut P,
        found: &mut impl FnMut(&mut P, Range<usize>, Verdict),
    ) {
        if self.things > 0 {
            self.descend(self.levels.len() - 1, 0, probe, found);
        }
    }

    fn descend<P: Probe>(
        &self,
        level: usize,
        node: usize,
        probe: &mut P,
        found: &mut impl FnMut(&mut P, Range<usize>, Verdict),
    ) {
        match probe.enter(&self.levels[level][node]) {
            Verdict::Outside => {}
            Verdict::Inside => found(probe, self.range(level, node), Verdict::Inside),
            Verdict::Mixed => {
                if level == 0 {
                    found(probe, self.range(level, node), Verdict::Mixed);
                } else {
                    let end = ((node + 1) * WIDTH).min(self.levels[level - 1].len());
                    (node * WIDTH..end).for_each(|n| self.descend(level - 1, n, probe, found));
                }
                probe.leave();
            }
        }
    }

    /// Returns the things below a node.
    fn range(&self, level: usize, node: usize) -> Range<usize> {
        let each = (0..=level).fold(1, |each, _| each * WIDTH);
        (node * each).min(self.things)..((node + 1) * each).min(self.things)
    }
}

/// Puts things in the order in which neighbours on the map are neighbours in the row.
pub(super) fn in_order<T>(things: Vec<T>, bounds: impl Fn(&T) -> Bounds) -> Vec<T> {
    let all = things.iter().map(&bounds).fold(Bounds::NOTHING, Bounds::join);
    let mut keyed: Vec<(u32, T)> =
        things.into_iter().map(|thing| (hilbert(all.step(&bounds(&thing))), thing)).collect();
    // Stable: things of one step keep their order, so the tree is the same on every machine.
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, thing)| thing).collect()
}

/// Returns how far along the curve through a square of 65,536 steps a step lies.
fn hilbert([mut x, mut y]: [u32; 2]) -> u32 {
    let mut along = 0;
    for bit in (0..16).rev() {
        let side = 1 << bit;
        let (right, up) = (u32::from(x & side > 0), u32::from(y & side > 0));
        along += side * side * ((3 * right) ^ up);
        if up == 0 {
            if right == 1 {
                (x, y) = (0xffff - x, 0xffff - y);
            }
            (x, y) = (y, x);
        }
    }
    along
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_takes_one_step_at_a_time_and_visits_every_step_once() {
        let mut all: Vec<(u32, [u32; 2])> =
            (0..64 * 64).map(|n| [n % 64, n / 64]).map(|step| (hilbert(step), step)).collect();
        all.sort_unstable();
        for pair in all.windows(2) {
            let ([ax, ay], [bx, by]) = (pair[0].1, pair[1].1);
            assert_eq!(ax.abs_diff(bx) + ay.abs_diff(by), 1, "{pair:?}");
            assert_eq!(pair[0].0 + 1, pair[1].0);
        }
    }

    #[test]
    fn every_box_is_around_its_own_range_and_the_ranges_are_all_there_is() {
        for count in [0, 1, 15, 16, 17, 255, 256, 257, 5_000] {
            let points: Vec<LonLat> =
                (0..count).map(|n| [f64::from(n * 37 % 101), f64::from(n * 53 % 97)]).collect();
            let points = in_order(points, |at| Bounds::point(*at));
            let tree = Packed::over(&points, |at| Bounds::point(*at));
            let mut next = 0;
            tree.search(&mut Everywhere, &mut |_, range, verdict| {
                assert_eq!((range.start, verdict), (next, Verdict::Mixed));
                next = range.end;
            });
            assert_eq!(next, points.len());
            for (level, boxes) in tree.levels.iter().enumerate() {
                for (node, bounds) in boxes.iter().enumerate() {
                    let own = points[tree.range(level, node)].iter().copied();
                    assert_eq!(*bounds, Bounds::around(own), "{count}: {level} {node}");
                }
            }
        }
    }

    struct Everywhere;

    impl Probe for Everywhere {
        fn enter(&mut self, _: &Bounds) -> Verdict {
            Verdict::Mixed
        }

        fn leave(&mut self) {}
    }
}
