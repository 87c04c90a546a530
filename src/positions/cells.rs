//! The map as cells: which units have changed since when, and where. What is looked at by many is worked out
//! once for all of them, and a client gets what its own view holds and nothing else.
//!
//! Time goes in ticks. A client that took nothing for some ticks gets what changed since, each unit once and
//! as it is now: conflated to its own pace.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    ops::RangeInclusive,
};

use crate::domain::area::LonLat;

/// The finest level: cells of a 2^20th of the globe's girth, about 38 m.
const FINEST: u8 = 20;
/// Level of the index by place: cells of about 2.4 km.
const INDEX: u8 = 14;
/// Cells of the index looked at one by one; a larger view goes through all units.
const INDEX_CELLS_MAX: u64 = 4_096;
/// Ticks that are remembered. Who took nothing for longer gets everything in view again.
const REMEMBERED: usize = 64;
/// Cells across a view, at least: what lies outside is then at most an eighth of it away.
const CELLS_ACROSS: f64 = 8.0;

/// Number of a unit, small and without great gaps.
pub type Number = u32;
/// Counts ticks from 1.
pub type Tick = u64;

/// One square of a level; rows from the north, columns from 180° W.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    pub row: u32,
    pub column: u32,
}

impl Cell {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the grid before it is cast"
    )]
    fn of([lon, lat]: LonLat, level: u8) -> Self {
        let across = f64::from(1_u32 << level);
        let part = |part: f64| (part * across).clamp(0.0, across - 1.0) as u32;
        Self { row: part((90.0 - lat) / 180.0), column: part((lon + 180.0) / 360.0) }
    }

    /// Returns the cell of a coarser level that this one, of the finest, lies in.
    fn at(self, level: u8) -> Self {
        let steps = FINEST - level;
        Self { row: self.row >> steps, column: self.column >> steps }
    }
}

/// What part of the map is looked at, as cells of one level.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct View {
    pub level: u8,
    pub rows: RangeInclusive<u32>,
    pub columns: RangeInclusive<u32>,
}

impl View {
    /// The whole earth in one piece.
    pub const EVERYTHING: View = View { level: 0, rows: 0..=0, columns: 0..=0 };

    /// Returns the cells that `[west, south, east, north]` touches: at least eight across, so that little comes
    /// that is not in view. Nothing for a box that is none.
    pub fn of([west, south, east, north]: [f64; 4]) -> Option<Self> {
        let ordered = west < east && south < north;
        let on_earth = west >= -180.0 && east <= 180.0 && south >= -90.0 && north <= 90.0;
        if !ordered || !on_earth {
            return None;
        }
        let across = (east - west).max(north - south);
        let level =
            (0..FINEST).find(|level| across >= CELLS_ACROSS * 360.0 / f64::from(1_u32 << level));
        let level = level.unwrap_or(FINEST);
        let (first, last) = (Cell::of([west, north], level), Cell::of([east, south], level));
        Some(Self { level, rows: first.row..=last.row, columns: first.column..=last.column })
    }

    pub fn contains(&self, cell: Cell) -> bool {
        self.rows.contains(&cell.row) && self.columns.contains(&cell.column)
    }

    /// Returns the view's part of what is sorted by cell.
    pub fn part<'c, T>(&self, cells: &'c BTreeMap<Cell, T>) -> impl Iterator<Item = &'c T> {
        self.rows.clone().flat_map(move |row| {
            let from = Cell { row, column: *self.columns.start() };
            let to = Cell { row, column: *self.columns.end() };
            cells.range(from..=to).map(|(_, value)| value)
        })
    }

    fn cells(&self) -> u64 {
        let count = |range: &RangeInclusive<u32>| u64::from(range.end() - range.start()) + 1;
        count(&self.rows) * count(&self.columns)
    }

    /// Returns the same stretch in cells of the index, if those are not too many.
    fn indexed(&self) -> Option<Self> {
        let scale = |range: &RangeInclusive<u32>| {
            if self.level >= INDEX {
                let steps = self.level - INDEX;
                range.start() >> steps..=range.end() >> steps
            } else {
                let steps = INDEX - self.level;
                range.start() << steps..=((range.end() + 1) << steps) - 1
            }
        };
        let view = View { level: INDEX, rows: scale(&self.rows), columns: scale(&self.columns) };
        (view.cells() <= INDEX_CELLS_MAX).then_some(view)
    }
}

/// Where units are, and what has changed lately.
#[derive(Debug)]
pub struct Cells {
    now: Tick,
    /// By number.
    units: Vec<Unit>,
    index: HashMap<Cell, Vec<Number>>,
    /// What changed in each remembered tick, the one that runs last.
    recent: VecDeque<Vec<Change>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Unit {
    cell: Option<Cell>,
    changed: Tick,
}

#[derive(Debug, Clone, Copy)]
struct Change {
    unit: Number,
    /// Where it was when the tick began.
    from: Option<Cell>,
}

/// The units of each cell that have changed, each list in order and without repetition.
pub type Changed = BTreeMap<Cell, Vec<Number>>;

impl Default for Cells {
    fn default() -> Self {
        let recent = VecDeque::from([Vec::new()]);
        Self { now: 1, units: Vec::new(), index: HashMap::new(), recent }
    }
}

impl Cells {
    /// Returns the tick that runs.
    pub fn now(&self) -> Tick {
        self.now
    }

    /// Notes where a unit is now.
    pub fn put(&mut self, unit: Number, place: LonLat) {
        self.change(unit, Some(Cell::of(place, FINEST)));
    }

    /// Takes a unit off the map.
    pub fn remove(&mut self, unit: Number) {
        self.change(unit, None);
    }

    /// Notes that something else about a unit has changed.
    pub fn touch(&mut self, unit: Number) {
        if let Some(Unit { cell: cell @ Some(_), .. }) = self.units.get(unit as usize).copied() {
            self.change(unit, cell);
        }
    }

    fn change(&mut self, unit: Number, cell: Option<Cell>) {
        let position = unit as usize;
        if position >= self.units.len() {
            self.units.resize(position + 1, Unit::default());
        }
        let known = &mut self.units[position];
        let from = std::mem::replace(&mut known.cell, cell);
        if known.changed != self.now {
            known.changed = self.now;
            if let Some(running) = self.recent.back_mut() {
                running.push(Change { unit, from });
            }
        }
        let (old, new) = (from.map(|cell| cell.at(INDEX)), cell.map(|cell| cell.at(INDEX)));
        if old != new {
            self.index_moved(unit, old, new);
        }
    }

    fn index_moved(&mut self, unit: Number, old: Option<Cell>, new: Option<Cell>) {
        if let Some(units) = old.and_then(|cell| self.index.get_mut(&cell))
            && let Some(at) = units.iter().position(|of| *of == unit)
        {
            units.swap_remove(at);
        }
        if let Some(cell) = new {
            self.index.entry(cell).or_default().push(unit);
        }
    }

    /// Ends the tick that runs and returns its number: who is told now knows everything up to it.
    pub fn turn(&mut self) -> Tick {
        let ended = self.now;
        self.now += 1;
        self.recent.push_back(Vec::new());
        while self.recent.len() > REMEMBERED {
            self.recent.pop_front();
        }
        ended
    }

    /// Returns what changed after the tick `since` in the ticks that have ended, by cells of `level`. A unit that
    /// has left a cell is in its list too. Nothing when that is too long ago.
    pub fn since(&self, level: u8, since: Tick) -> Option<Changed> {
        let oldest = self.now + 1 - self.recent.len() as Tick;
        if since + 1 < oldest {
            return None;
        }
        let skipped = usize::try_from(since + 1 - oldest).unwrap_or(usize::MAX);
        let ended = self.recent.iter().take(self.recent.len() - 1).skip(skipped);
        let mut changed = Changed::new();
        for Change { unit, from } in ended.flatten() {
            let now = self.units[*unit as usize].cell.map(|cell| cell.at(level));
            let from = from.map(|cell| cell.at(level)).filter(|from| Some(*from) != now);
            for cell in now.into_iter().chain(from) {
                changed.entry(cell).or_default().push(*unit);
            }
        }
        for units in changed.values_mut() {
            units.sort_unstable();
            units.dedup();
        }
        Some(changed)
    }

    /// Returns the units in view, in order.
    pub fn within(&self, view: &View) -> Vec<Number> {
        let in_view = |unit: &Number| {
            let cell = self.units[*unit as usize].cell;
            cell.is_some_and(|cell| view.contains(cell.at(view.level)))
        };
        let mut units: Vec<Number> = match view.indexed() {
            Some(indexed) => {
                let rows = indexed.rows.clone();
                let cells = rows.flat_map(|row| {
                    indexed.columns.clone().map(move |column| Cell { row, column })
                });
                let units = cells.filter_map(|cell| self.index.get(&cell)).flatten();
                units.copied().filter(in_view).collect()
            }
            None => self.numbers().filter(in_view).collect(),
        };
        units.sort_unstable();
        units
    }

    /// Returns every unit on the map by its cell of `level`.
    pub fn grouped(&self, level: u8) -> Changed {
        let mut groups = Changed::new();
        for unit in self.numbers() {
            if let Some(cell) = self.units[unit as usize].cell {
                groups.entry(cell.at(level)).or_default().push(unit);
            }
        }
        groups
    }

    fn numbers(&self) -> impl Iterator<Item = Number> + use<'_> {
        let placed = self.units.iter().zip(0..).filter(|(unit, _)| unit.cell.is_some());
        placed.map(|(_, number)| number)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    const COUNTY: [f64; 4] = [114.2, 35.4, 114.7, 35.8];

    #[test]
    fn a_view_is_at_least_eight_cells_across_and_no_more_than_forty() {
        for half in [0.000_2, 0.01, 0.3, 5.0, 40.0] {
            let view = View::of([114.0 - half, 35.0 - half, 114.0 + half, 35.0 + half]).unwrap();
            let across = view.columns.end() - view.columns.start() + 1;
            assert!(across <= 18 && (across >= 8 || view.level == FINEST), "{half}: {across}");
        }
    }

    #[test]
    fn a_box_that_is_none_is_no_view() {
        for wrong in [
            [115.0, 35.0, 114.0, 36.0],
            [114.0, 36.0, 115.0, 35.0],
            [f64::NAN, 35.0, 115.0, 36.0],
            [114.0, 35.0, f64::INFINITY, 36.0],
            [-190.0, 0.0, 0.0, 1.0],
        ] {
            assert_eq!(View::of(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn who_leaves_the_view_is_told_of_once_more() {
        let mut cells = Cells::default();
        let view = View::of(COUNTY).unwrap();
        cells.put(7, [114.5, 35.6]);
        let first = cells.turn();
        cells.put(7, [120.0, 30.0]);
        let second = cells.turn();
        assert_eq!(seen(&cells, &view, 0), [7]);
        assert_eq!(seen(&cells, &view, first), [7]);
        assert!(cells.within(&view).is_empty());
        cells.put(7, [120.1, 30.0]);
        cells.turn();
        assert!(seen(&cells, &view, second).is_empty());
    }

    #[test]
    fn who_is_far_behind_starts_over() {
        let mut cells = Cells::default();
        for _ in 0..REMEMBERED + 8 {
            cells.put(1, [114.5, 35.6]);
            cells.turn();
        }
        assert!(cells.since(5, 0).is_none());
        let newest = cells.now() - 1;
        assert!(cells.since(5, newest).unwrap().is_empty());
        assert!(cells.since(5, newest - 40).is_some());
    }

    proptest! {
        /// A client that is told at a pace of its own holds exactly what is in its view, as a list that is
        /// gone through from the start says.
        #[test]
        fn whoever_is_told_what_changed_sees_what_is_there(
            moves in proptest::collection::vec((0u32..12, 0usize..6, 0usize..6, any::<bool>()), 1..120),
            pace in 1u64..9,
            (west, south) in (0usize..4, 0usize..4),
        ) {
            let place = |x: usize, y: usize| [114.0 + 0.1 * x as f64, 35.0 + 0.1 * y as f64];
            let [w, s] = place(west, south);
            let view = View::of([w - 0.01, s - 0.01, w + 0.21, s + 0.21]).unwrap();
            let mut cells = Cells::default();
            let mut truth = BTreeMap::new();
            let mut client = BTreeMap::new();
            let mut since = 0;
            for (index, (unit, x, y, gone)) in moves.into_iter().enumerate() {
                if gone && index % 5 == 0 {
                    cells.remove(unit);
                    truth.remove(&unit);
                } else {
                    cells.put(unit, place(x, y));
                    truth.insert(unit, place(x, y));
                }
                let tick = cells.turn();
                if tick % pace == 0 {
                    for unit in seen(&cells, &view, since) {
                        match truth.get(&unit) {
                            Some(place) => client.insert(unit, *place),
                            None => client.remove(&unit),
                        };
                    }
                    since = tick;
                    let inside = |place: &LonLat| view.contains(Cell::of(*place, view.level));
                    client.retain(|_, place| inside(place));
                    let expected: BTreeMap<_, _> =
                        truth.iter().filter(|(_, place)| inside(place)).map(|(u, p)| (*u, *p)).collect();
                    prop_assert_eq!(&client, &expected);
                    prop_assert_eq!(cells.within(&view), expected.into_keys().collect::<Vec<_>>());
                }
            }
        }
    }

    fn seen(cells: &Cells, view: &View, since: Tick) -> Vec<Number> {
        let changed = cells.since(view.level, since).unwrap();
        view.part(&changed).flatten().copied().collect::<BTreeSet<_>>().into_iter().collect()
    }
}
