//! Anything that anybody may try, in any order, against a book kept the simplest way: one entry for each single boat.

use std::collections::BTreeMap;

use jiaoying::domain::supply::{Destination, How, Stage};
use proptest::prelude::*;

use super::*;

/// Where one boat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Boat {
    In(usize),
    Held(usize, MovementId),
    Out(MovementId, Stage),
    Gone,
}

#[derive(Debug, Clone)]
enum Try {
    Hold { depot: usize, over: bool, quantity: u32 },
    Step { pick: usize, how: How, quantity: Option<u32> },
    Count { depot: usize, quantity: u32 },
    Pass { seconds: u64 },
}

const DEPOTS: [&str; 2] = ["d-1", "d-2"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_book_of_single_boats_agrees_whatever_is_tried(tries in prop::collection::vec(a_try(), 1..60)) {
        let mut county = county();
        count(&mut county, "d-2", vec![line("boat", 5)]);
        let mut book = Book::with([12, 5]);
        for tried in tries {
            book.attempt(&mut county, &tried)?;
            book.agrees(&county)?;
        }
    }
}

fn a_try() -> impl Strategy<Value = Try> {
    let stage = prop::option::of(prop::sample::select(Stage::ALL.to_vec()));
    let how = prop_oneof![
        4 => Just(How::Issue),
        4 => Just(How::Dispatch),
        4 => Just(How::Receive),
        2 => stage.clone().prop_map(How::Return),
        2 => stage.prop_map(How::WriteOff),
        1 => Just(How::Release),
    ];
    prop_oneof![
        4 => (0..2_usize, any::<bool>(), 0..9_u32)
            .prop_map(|(depot, over, quantity)| Try::Hold { depot, over, quantity }),
        12 => (any::<usize>(), how, prop::option::of(0..6_u32))
            .prop_map(|(pick, how, quantity)| Try::Step { pick, how, quantity }),
        1 => (0..2_usize, 0..20_u32).prop_map(|(depot, quantity)| Try::Count { depot, quantity }),
        1 => (1..20_000_u64).prop_map(|seconds| Try::Pass { seconds }),
    ]
}

/// What the movement of a book was about.
#[derive(Debug, Clone, Copy)]
struct Order {
    from: usize,
    /// The depot it goes to; to a place outside where none.
    to: Option<usize>,
    ends_s: u64,
}

/// Every single boat.
struct Book {
    boats: Vec<Boat>,
    /// Promised and not there, by a count; they are nowhere.
    owed: BTreeMap<MovementId, u32>,
    orders: BTreeMap<MovementId, Order>,
    clock_s: u64,
}

impl Book {
    fn with(lying: [usize; 2]) -> Self {
        let boats = (0..2).flat_map(|depot| vec![Boat::In(depot); lying[depot]]).collect();
        Self { boats, owed: BTreeMap::new(), orders: BTreeMap::new(), clock_s: 0 }
    }

    fn how_many(&self, at: Boat) -> u32 {
        u32::try_from(self.boats.iter().filter(|boat| **boat == at).count()).unwrap()
    }

    fn held(&self, id: MovementId) -> u32 {
        self.how_many(Boat::Held(self.orders[&id].from, id)) + self.owed.get(&id).unwrap_or(&0)
    }

    fn owed_at(&self, depot: usize) -> u32 {
        let owed = self.owed.iter().filter(|(id, _)| self.orders[id].from == depot);
        owed.map(|(_, owed)| owed).sum()
    }

    /// Turns `quantity` boats that are `from` into ones that are `to`.
    fn turn(&mut self, from: Boat, to: Boat, quantity: u32) {
        let found = self.boats.iter_mut().filter(|boat| **boat == from);
        let turned = found.take(quantity as usize).map(|boat| *boat = to).count();
        assert_eq!(turned, quantity as usize, "{from:?} to {to:?}");
    }

    fn attempt(&mut self, county: &mut County, tried: &Try) -> Result<(), TestCaseError> {
        match *tried {
            Try::Hold { depot, over, quantity } => self.hold(county, depot, over, quantity),
            Try::Step { pick, how, quantity } => self.step(county, pick, how, quantity),
            Try::Count { depot, quantity } => {
                count(county, DEPOTS[depot], vec![line("boat", quantity)]);
                self.count(depot, quantity);
                Ok(())
            }
            Try::Pass { seconds } => {
                county.pass(seconds);
                self.clock_s += seconds;
                let late = self.orders.iter().filter(|(_, order)| order.ends_s <= self.clock_s);
                for id in late.map(|(id, _)| *id).collect::<Vec<_>>() {
                    self.let_go(id, self.held(id));
                }
                Ok(())
            }
        }
    }

    fn hold(
        &mut self,
        county: &mut County,
        from: usize,
        over: bool,
        quantity: u32,
    ) -> Result<(), TestCaseError> {
        let mut order = wanted(DEPOTS[from], "boat", quantity);
        let to = over.then_some(1 - from);
        if let Some(to) = to {
            order.to = Destination::Depot(depot(DEPOTS[to]));
        }
        let free = self.how_many(Boat::In(from));
        let held = super::hold(county, order);
        prop_assert_eq!(held.is_ok(), quantity > 0 && quantity <= free, "{} of {}", quantity, free);
        if let Ok(id) = held {
            let order = Order { from, to, ends_s: self.clock_s + 14_400 };
            self.orders.insert(id, order);
            self.turn(Boat::In(from), Boat::Held(from, id), quantity);
        }
        Ok(())
    }

    fn step(
        &mut self,
        county: &mut County,
        pick: usize,
        how: How,
        quantity: Option<u32>,
    ) -> Result<(), TestCaseError> {
        if self.orders.is_empty() {
            return Ok(());
        }
        let id = *self.orders.keys().nth(pick % self.orders.len()).unwrap();
        let order = self.orders[&id];
        let parts: Vec<(&str, u32)> = quantity.map(|q| ("boat", q)).into_iter().collect();
        let done = carry(county, id, how, &parts);
        let out = |stage| Boat::Out(id, stage);
        let from = match how {
            How::Issue | How::Release => None,
            How::Dispatch => Some(Stage::Issued),
            How::Receive => Some(Stage::Transit),
            How::Return(from) | How::WriteOff(from) => {
                let stages = [Stage::Received, Stage::Transit, Stage::Issued];
                let furthest = stages.into_iter().find(|stage| self.how_many(out(*stage)) > 0);
                Some(from.or(furthest).unwrap_or(Stage::Received))
            }
        };
        let known = from
            .is_none_or(|from| [Stage::Issued, Stage::Transit, Stage::Received].contains(&from));
        let there = from.map_or_else(|| self.held(id), |from| self.how_many(out(from)));
        // What a count has not found cannot be handed out.
        let handed = if how == How::Issue { self.fetchable(id, order.from) } else { there };
        let moves = quantity.unwrap_or(there);
        let fits = known && moves > 0 && moves <= there && moves <= handed;
        prop_assert_eq!(done.is_ok(), fits, "{:?} {:?} of {}: {:?}", how, quantity, there, done);
        if !fits {
            return Ok(());
        }
        match (how, from) {
            (How::Release, _) => self.let_go(id, moves),
            (How::Issue, _) => self.issue(id, order.from, moves),
            (How::Dispatch, _) => self.turn(out(Stage::Issued), out(Stage::Transit), moves),
            (How::Receive, _) => {
                let arrived = order.to.map_or(out(Stage::Received), Boat::In);
                self.turn(out(Stage::Transit), arrived, moves);
                order.to.into_iter().for_each(|depot| self.settle(depot));
            }
            (How::Return(_), Some(from)) => {
                self.turn(out(from), Boat::In(order.from), moves);
                self.settle(order.from);
            }
            (How::WriteOff(_), Some(from)) => self.turn(out(from), Boat::Gone, moves),
            (How::Return(_) | How::WriteOff(_), None) => unreachable!(),
        }
        Ok(())
    }

    /// Returns how many boats could be handed out for `id`: those in the depot, whosever they are.
    fn fetchable(&self, id: MovementId, depot: usize) -> u32 {
        let lying = self.lying(depot);
        self.held(id).min(lying)
    }

    fn lying(&self, depot: usize) -> u32 {
        let here = |boat: &&Boat| matches!(boat, Boat::In(at) | Boat::Held(at, _) if *at == depot);
        u32::try_from(self.boats.iter().filter(here).count()).unwrap()
    }

    /// Hands out boats: a movement's own first, and where a count has found too few, first come, first served.
    fn issue(&mut self, id: MovementId, depot: usize, quantity: u32) {
        let own = self.how_many(Boat::Held(depot, id)).min(quantity);
        self.turn(Boat::Held(depot, id), Boat::Out(id, Stage::Issued), own);
        for _ in own..quantity {
            *self.owed.get_mut(&id).unwrap() -= 1;
            let others = |boat: &&mut Boat| matches!(boat, Boat::Held(at, _) if *at == depot);
            let boat = self.boats.iter_mut().find(others).unwrap();
            let Boat::Held(_, robbed) = *boat else { unreachable!() };
            *boat = Boat::Out(id, Stage::Issued);
            *self.owed.entry(robbed).or_default() += 1;
        }
    }

    fn let_go(&mut self, id: MovementId, quantity: u32) {
        let depot = self.orders[&id].from;
        let owed = self.owed.get(&id).copied().unwrap_or(0).min(quantity);
        if owed > 0 {
            *self.owed.get_mut(&id).unwrap() -= owed;
        }
        self.turn(Boat::Held(depot, id), Boat::In(depot), quantity - owed);
        self.settle(depot);
    }

    /// Gives what is free to those who were promised what was not there.
    fn settle(&mut self, depot: usize) {
        let free = self.how_many(Boat::In(depot));
        for _ in 0..free.min(self.owed_at(depot)) {
            let owed = self.owed.iter_mut();
            let orders = &self.orders;
            let (id, owed) =
                owed.into_iter().find(|(id, owed)| **owed > 0 && orders[id].from == depot).unwrap();
            *owed -= 1;
            let id = *id;
            self.turn(Boat::In(depot), Boat::Held(depot, id), 1);
        }
    }

    /// Somebody has counted: boats appear, or are no longer there.
    fn count(&mut self, depot: usize, quantity: u32) {
        while self.lying(depot) > quantity {
            let spare = self.boats.iter_mut().position(|boat| *boat == Boat::In(depot));
            let held = |boat: &Boat| matches!(boat, Boat::Held(at, _) if *at == depot);
            let lost = spare.or_else(|| self.boats.iter().position(held)).unwrap();
            if let Boat::Held(_, id) = self.boats.swap_remove(lost) {
                *self.owed.entry(id).or_default() += 1;
            }
        }
        for _ in self.lying(depot)..quantity {
            self.boats.push(Boat::In(depot));
        }
        self.settle(depot);
    }

    fn agrees(&self, county: &County) -> Result<(), TestCaseError> {
        for (number, name) in DEPOTS.into_iter().enumerate() {
            prop_assert_eq!(lying(county, name, "boat"), u64::from(self.lying(number)));
            let free = u64::from(self.how_many(Boat::In(number)));
            prop_assert_eq!(super::free(county, name, "boat"), free);
        }
        for id in self.orders.keys() {
            let movement = county.board.supplies.movement(*id).unwrap();
            let line = &movement.lines[0];
            prop_assert_eq!(line.held, self.held(*id));
            for stage in [Stage::Issued, Stage::Transit, Stage::Received] {
                prop_assert_eq!(line.at(stage), self.how_many(Boat::Out(*id, stage)));
            }
        }
        Ok(())
    }
}
