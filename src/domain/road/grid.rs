//! The pieces of all roads by where they lie, so that the nearest ones are found without looking at the others.

use super::network::Network;
use crate::domain::area::LonLat;

/// Width of a cell, in degrees: some 400 m, about as far as places are from a road.
const CELL: f64 = 0.004;
/// Most cells of a side: beyond, cells are wider.
const SIDE_MAX: f64 = 1_000.0;
/// Metres in a degree of latitude.
const DEGREE_M: f64 = 111_195.0;

/// Cells over the extent of the roads, each with its pieces.
#[derive(Debug, Default)]
pub(super) struct Grid {
    low: LonLat,
    cell: [f64; 2],
    /// Columns and rows.
    size: [i64; 2],
    /// The least width of a cell, in metres.
    narrow_m: f64,
    /// Where the pieces of each cell begin in `pieces`; one more than there are cells.
    first: Vec<u32>,
    /// Edge, and number of the piece.
    pieces: Vec<(u32, u32)>,
}

impl Grid {
    pub fn of(network: &Network) -> Self {
        let bounds = || network.numbered_pieces().flat_map(|(_, piece)| network.piece(piece).0);
        let low = bounds().fold([f64::MAX; 2], |low, at| [low[0].min(at[0]), low[1].min(at[1])]);
        let high =
            bounds().fold([f64::MIN; 2], |high, at| [high[0].max(at[0]), high[1].max(at[1])]);
        if low[0] > high[0] {
            return Self::default();
        }
        let cell = [0, 1].map(|axis| CELL.max((high[axis] - low[axis]) / SIDE_MAX));
        let size = [0, 1].map(|axis| whole((high[axis] - low[axis]) / cell[axis]) + 1);
        let shrink = low[1].abs().max(high[1].abs()).to_radians().cos();
        let narrow_m = (cell[0] * shrink).min(cell[1]) * DEGREE_M;
        let mut grid = Self { low, cell, size, narrow_m, first: Vec::new(), pieces: Vec::new() };
        let mut listed: Vec<(u32, (u32, u32))> = Vec::new();
        for (edge, piece) in network.numbered_pieces() {
            let [a, b] = network.piece(piece).0.map(|at| grid.cell_of(at));
            for y in a[1].min(b[1])..=a[1].max(b[1]) {
                for x in a[0].min(b[0])..=a[0].max(b[0]) {
                    listed.extend(grid.number([x, y]).map(|cell| (cell, (edge, piece))));
                }
            }
        }
        listed.sort_unstable();
        let cells = u32::try_from(size[0] * size[1]).unwrap_or(u32::MAX);
        let start = |cell| listed.partition_point(|(other, _)| *other < cell);
        grid.first =
            (0..=cells).map(|cell| u32::try_from(start(cell)).unwrap_or(u32::MAX)).collect();
        grid.pieces = listed.into_iter().map(|(_, piece)| piece).collect();
        grid
    }

    fn cell_of(&self, at: LonLat) -> [i64; 2] {
        [0, 1].map(|axis| whole((at[axis] - self.low[axis]) / self.cell[axis]))
    }

    fn number(&self, [x, y]: [i64; 2]) -> Option<u32> {
        let inside = (0..self.size[0]).contains(&x) && (0..self.size[1]).contains(&y);
        inside.then(|| u32::try_from(y * self.size[0] + x).ok()).flatten()
    }

    fn of_cell(&self, cell: [i64; 2]) -> &[(u32, u32)] {
        let Some(number) = self.number(cell) else { return &[] };
        let [from, to] = [number, number + 1].map(|number| self.first[number as usize] as usize);
        &self.pieces[from..to]
    }

    /// Visits pieces around a place, ring of cells by ring. `visit` returns how far in metres something may be and
    /// still matter; what lies beyond is not visited.
    pub fn around(&self, at: LonLat, limit_m: f64, mut visit: impl FnMut(u32, u32) -> f64) {
        if self.first.is_empty() {
            return;
        }
        let [x, y] = self.cell_of(at);
        let mut matters_m = limit_m;
        let mut ring = 0_i64;
        // A place in the next ring is at least `ring` whole cells away.
        while f64::from(i32::try_from(ring - 1).unwrap_or(i32::MAX)) * self.narrow_m <= matters_m {
            for row in -ring..=ring {
                let step = if row.abs() == ring { 1 } else { (2 * ring).max(1) };
                let mut column = -ring;
                while column <= ring {
                    for (edge, piece) in self.of_cell([x + column, y + row]) {
                        matters_m = visit(*edge, *piece).min(limit_m);
                    }
                    column += step;
                }
            }
            ring += 1;
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "cells of a county, or far from any")]
fn whole(cells: f64) -> i64 {
    cells.floor() as i64
}
