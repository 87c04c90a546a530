//! The index over the division tree: which areas a shape touches, without looking at each.
//!
//! Invariant: it finds what a look at each area would find. It holds nothing that the areas do not say; whoever
//! changes them drops it.

use std::{collections::BTreeMap, fmt, ops::Range};

use super::{
    Area, LonLat, Shape,
    circle::{Circle, OnThePlane},
    packed::{Bounds, Packed, Probe, Verdict, in_order},
    ring::Ring,
};
use crate::domain::ids::{AreaCode, Level};

/// Areas by number: those that a shape can touch, in order of code.
pub(super) struct Index {
    codes: Vec<AreaCode>,
    /// Those without a boundary, by their centres.
    centres: Row<LonLat>,
    outlines: Row<Bounds>,
}

/// Things that stand on the map, in the order of their tree.
struct Row<T> {
    tree: Packed,
    things: Vec<T>,
    numbers: Vec<u32>,
}

impl<T: Copy> Row<T> {
    fn new(things: Vec<(T, u32)>, bounds: fn(&T) -> Bounds) -> Self {
        let (things, numbers): (Vec<T>, Vec<u32>) =
            in_order(things, |(thing, _)| bounds(thing)).into_iter().unzip();
        Self { tree: Packed::over(&things, bounds), things, numbers }
    }

    /// Adds what `probe` touches to `touched`, asking `touches` where no box decides.
    fn search<P: Probe>(
        &self,
        mut probe: P,
        touched: &mut Numbers,
        touches: impl Fn(&mut P, &T, u32) -> bool,
    ) {
        self.tree.search(&mut probe, &mut |probe: &mut P, range: Range<usize>, verdict| {
            for place in range {
                let number = self.numbers[place];
                if verdict == Verdict::Inside || touches(probe, &self.things[place], number) {
                    touched.add(number);
                }
            }
        });
    }
}

impl Index {
    pub fn of(areas: &BTreeMap<AreaCode, Area>) -> Self {
        let (mut codes, mut centres, mut outlines) = (Vec::new(), Vec::new(), Vec::new());
        for area in areas.values() {
            let number = u32::try_from(codes.len()).expect("there are fewer divisions than that");
            let bounds = Bounds::around(area.outline.iter().flatten().flatten().copied());
            // Anything wider than a township without a boundary is touched through what lies in it, not by
            // a point in its middle.
            let is_point = area.outline.is_empty() && area.code.level() >= Level::Township;
            match area.centroid {
                _ if bounds != Bounds::NOTHING => outlines.push((bounds, number)),
                Some(at) if is_point => centres.push((at, number)),
                Some(_) | None => continue,
            }
            codes.push(area.code);
        }
        let centres = Row::new(centres, |at| Bounds::point(*at));
        Self { codes, centres, outlines: Row::new(outlines, |bounds| *bounds) }
    }

    /// Returns the areas that `shape` touches, in order of code.
    pub fn touched(&self, shape: &Shape, areas: &BTreeMap<AreaCode, Area>) -> Vec<AreaCode> {
        let mut touched = Numbers::up_to(self.codes.len());
        let area = |number: u32| areas.get(&self.codes[number as usize]);
        match shape {
            Shape::Polygon(ring) => {
                self.centres.search(Ring::new(ring), &mut touched, |ring, at, _| ring.covers(*at));
                self.outlines.search(Ring::new(ring), &mut touched, |ring, bounds, number| {
                    match ring.enter(bounds) {
                        Verdict::Outside => false,
                        Verdict::Inside => true,
                        Verdict::Mixed => {
                            let meets = area(number).is_some_and(|area| ring.meets_outline(area));
                            ring.leave();
                            meets
                        }
                    }
                });
            }
            Shape::Circle { center, radius_km } => {
                let circle = Circle::new(*center, *radius_km);
                self.centres.search(circle, &mut touched, |circle, at, _| circle.covers(*at));
                self.outlines.search(OnThePlane(circle), &mut touched, |plane, bounds, number| {
                    plane.enter(bounds) != Verdict::Outside
                        && area(number).is_some_and(|area| circle.meets_outline(area))
                });
            }
        }
        touched.iter().map(|number| self.codes[number]).collect()
    }
}

/// Says how much there is, not what.
impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Index({})", self.codes.len())
    }
}

/// A set of small numbers: thousands are put in order faster by this than by sorting.
struct Numbers(Vec<u64>);

impl Numbers {
    fn up_to(end: usize) -> Self {
        Self(vec![0; end.div_ceil(64)])
    }

    fn add(&mut self, number: u32) {
        self.0[number as usize / 64] |= 1 << (number % 64);
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(place, bits)| {
            let lowest_left = |bits: &u64| Some(bits & (bits - 1)).filter(|left| *left != 0);
            let rests = std::iter::successors(Some(*bits).filter(|bits| *bits != 0), lowest_left);
            rests.map(move |rest| place * 64 + rest.trailing_zeros() as usize)
        })
    }
}
