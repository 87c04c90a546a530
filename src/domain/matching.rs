//! Who goes where, all at once: the rectangular assignment of least cost, found by shortest augmenting paths.
//!
//! Invariant: the result is a best one, not a good one. A row may stay without a column at a price of its own, so there
//! is always a solution. The same costs give the same result.

/// The cost of a pair that cannot be.
pub const NEVER: i64 = i64::MAX;
/// Largest cost and price. A way through the pairs adds up a few of them.
pub const COST_MAX: i64 = i64::MAX / 16;

/// What each pair of a row and a column costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costs {
    rows: usize,
    columns: usize,
    costs: Vec<i64>,
    /// For each row, the price of leaving it without a column.
    leave_out: Vec<i64>,
}

impl Costs {
    /// Returns costs by which no pair can be; `leave_out` has a price for each row.
    pub fn new(columns: usize, leave_out: Vec<i64>) -> Self {
        let rows = leave_out.len();
        let leave_out = leave_out.into_iter().map(|price| price.clamp(0, COST_MAX)).collect();
        Self { rows, columns, costs: vec![NEVER; rows * columns], leave_out }
    }

    /// Sets what a pair costs, 0 to [`COST_MAX`].
    pub fn set(&mut self, row: usize, column: usize, cost: i64) {
        self.costs[row * self.columns + column] = cost.clamp(0, COST_MAX);
    }

    pub fn get(&self, row: usize, column: usize) -> i64 {
        self.costs[row * self.columns + column]
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn columns(&self) -> usize {
        self.columns
    }

    fn row(&self, row: usize) -> &[i64] {
        &self.costs[row * self.columns..(row + 1) * self.columns]
    }

    /// Returns what an assignment costs, with the price of every row that it leaves out.
    pub fn total(&self, assigned: &[Option<usize>]) -> i128 {
        let cost = |(row, column): (usize, &Option<usize>)| {
            i128::from(column.map_or(self.leave_out[row], |column| self.get(row, column)))
        };
        assigned.iter().enumerate().map(cost).sum()
    }
}

/// Returns the column of each row, so that the total is the least there is.
///
/// One row after the other is taken in by the shortest path that ends at a free column, or at a row that is cheaper to
/// leave out: at most rows² × columns steps.
pub fn assign(costs: &Costs) -> Vec<Option<usize>> {
    let mut search = Search::new(costs);
    for row in 0..costs.rows {
        search.take_in(row);
    }
    search.column_of
}

/// Where a path ends.
enum End {
    Column(usize),
    LeftOut(usize),
}

struct Search<'a> {
    costs: &'a Costs,
    /// Prices of rows and of columns by which every pair costs at least 0, and every pair that is taken 0.
    row_price: Vec<i64>,
    column_price: Vec<i64>,
    column_of: Vec<Option<usize>>,
    row_of: Vec<Option<usize>>,
    // Of one path, kept to spare the allocation.
    distance: Vec<i64>,
    from: Vec<usize>,
    open: Vec<usize>,
    closed: Vec<usize>,
    entered: Vec<(usize, i64)>,
}

impl<'a> Search<'a> {
    fn new(costs: &'a Costs) -> Self {
        let (rows, columns) = (costs.rows, costs.columns);
        Self {
            costs,
            row_price: vec![0; rows],
            column_price: vec![0; columns],
            column_of: vec![None; rows],
            row_of: vec![None; columns],
            distance: vec![NEVER; columns],
            from: vec![0; columns],
            open: Vec::with_capacity(columns),
            closed: Vec::with_capacity(columns),
            entered: Vec::with_capacity(rows),
        }
    }

    fn take_in(&mut self, row: usize) {
        let (end, length) = self.shortest(row);
        for (row, distance) in &self.entered {
            self.row_price[*row] += length - distance;
        }
        for column in &self.closed {
            self.column_price[*column] -= length - self.distance[*column];
        }
        let freed = match end {
            End::Column(column) => Some(column),
            End::LeftOut(out) => self.column_of[out].take(),
        };
        let Some(mut column) = freed else { return };
        loop {
            let giver = self.from[column];
            self.row_of[column] = Some(giver);
            let Some(next) = self.column_of[giver].replace(column) else { return };
            column = next;
        }
    }

    /// Returns where the shortest path from `row` ends, and how long it is.
    fn shortest(&mut self, row: usize) -> (End, i64) {
        self.distance.fill(NEVER);
        self.open.clear();
        self.open.extend(0..self.costs.columns);
        self.closed.clear();
        self.entered.clear();
        let (mut at, mut travelled) = (row, 0);
        let mut out = (NEVER, row);
        loop {
            self.entered.push((at, travelled));
            let leaving = travelled + self.costs.leave_out[at] - self.row_price[at];
            out = out.min((leaving, at));
            let mut nearest = (NEVER, 0);
            let costs = self.costs.row(at);
            let base = travelled - self.row_price[at];
            for (place, column) in self.open.iter().enumerate() {
                let column = *column;
                if costs[column] != NEVER {
                    let distance = base + costs[column] - self.column_price[column];
                    if distance < self.distance[column] {
                        self.distance[column] = distance;
                        self.from[column] = at;
                    }
                }
                if self.distance[column] < nearest.0 {
                    nearest = (self.distance[column], place);
                }
            }
            if nearest.0 >= out.0 {
                return (End::LeftOut(out.1), out.0);
            }
            let column = self.open.swap_remove(nearest.1);
            let Some(taken_by) = self.row_of[column] else {
                return (End::Column(column), nearest.0);
            };
            self.closed.push(column);
            (at, travelled) = (taken_by, nearest.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_nearest_is_given_up_where_all_together_arrive_sooner() {
        // The first call is a little nearer to unit 0, the second can be reached by unit 0 only in time.
        let costs = of(&[&[10, 12], &[15, 90]], 1_000);
        assert_eq!(assign(&costs), [Some(1), Some(0)]);
    }

    #[test]
    fn the_row_that_is_cheapest_to_leave_out_is_left_out() {
        let mut costs = Costs::new(1, vec![500, 10_000, 400]);
        for (row, cost) in [(0, 1), (1, 300), (2, 2)] {
            costs.set(row, 0, cost);
        }
        assert_eq!(assign(&costs), [None, Some(0), None]);
    }

    #[test]
    fn nothing_is_forced_where_no_pair_can_be() {
        assert_eq!(assign(&Costs::new(3, vec![7, 7])), [None, None]);
        assert_eq!(assign(&Costs::new(0, vec![7])), [None]);
        assert_eq!(assign(&Costs::new(3, Vec::new())), []);
        // Leaving out is cheaper than the only pair.
        assert_eq!(assign(&of(&[&[90]], 50)), [None]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn no_other_assignment_costs_less(costs in small()) {
            let found = assign(&costs);
            let mut taken: Vec<_> = found.iter().flatten().collect();
            taken.sort_unstable();
            prop_assert!(taken.windows(2).all(|two| two[0] != two[1]), "{:?}", found);
            let real = |(row, column): (usize, &Option<usize>)| {
                column.is_none_or(|column| costs.get(row, column) != NEVER)
            };
            prop_assert!(found.iter().enumerate().all(real), "{:?}", found);
            prop_assert_eq!(costs.total(&found), by_trying_all(&costs, 0, &mut vec![]));
        }

        #[test]
        fn the_order_of_rows_does_not_matter_to_the_total(costs in small()) {
            let rows = costs.rows();
            let turned_prices = (0..rows).rev().map(|row| costs.leave_out[row]).collect();
            let mut turned = Costs::new(costs.columns(), turned_prices);
            for row in 0..rows {
                for column in 0..costs.columns() {
                    if costs.get(row, column) != NEVER {
                        turned.set(rows - 1 - row, column, costs.get(row, column));
                    }
                }
            }
            prop_assert_eq!(turned.total(&assign(&turned)), costs.total(&assign(&costs)));
        }
    }

    fn small() -> impl Strategy<Value = Costs> {
        (0_usize..6, 0_usize..6).prop_flat_map(|(rows, columns)| {
            // Few different costs, so that there are ties; prices from next to nothing to beyond every cost.
            let cost = prop_oneof![4 => (0_i64..12).prop_map(Some), 1 => Just(None)];
            let costs = proptest::collection::vec(cost, rows * columns);
            let prices = proptest::collection::vec(prop_oneof![0_i64..15, 100_i64..10_000], rows);
            (costs, prices).prop_map(move |(cells, prices)| {
                let mut costs = Costs::new(columns, prices);
                for (cell, cost) in cells.into_iter().enumerate() {
                    if let Some(cost) = cost {
                        costs.set(cell / columns, cell % columns, cost);
                    }
                }
                costs
            })
        })
    }

    fn by_trying_all(costs: &Costs, row: usize, taken: &mut Vec<usize>) -> i128 {
        if row == costs.rows() {
            return 0;
        }
        let mut best = i128::from(costs.leave_out[row]) + by_trying_all(costs, row + 1, taken);
        for column in 0..costs.columns() {
            if taken.contains(&column) || costs.get(row, column) == NEVER {
                continue;
            }
            taken.push(column);
            let rest = by_trying_all(costs, row + 1, taken);
            best = best.min(i128::from(costs.get(row, column)) + rest);
            taken.pop();
        }
        best
    }

    fn of(rows: &[&[i64]], price: i64) -> Costs {
        let mut costs = Costs::new(rows[0].len(), vec![price; rows.len()]);
        for (row, cells) in rows.iter().enumerate() {
            for (column, cost) in cells.iter().enumerate() {
                costs.set(row, column, *cost);
            }
        }
        costs
    }
}
