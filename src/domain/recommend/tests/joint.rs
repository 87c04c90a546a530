//! Several incidents at once.

use proptest::prelude::*;

use super::*;

#[test]
fn both_calls_are_reached_sooner_than_by_sending_the_nearest_to_each_in_turn() {
    // The first call takes the boat that the second would need: the classic trap of first come, nearest.
    let mut world = World::new();
    world.boat("west", -6.0);
    world.boat("middle", 5.0);
    let demands = [demand("first", 0.0, 2), demand("second", 9.0, 2)];
    let proposal = world.ask(|scene| propose(scene, &demands));
    assert_eq!(postings(&proposal), [("first", "west"), ("second", "middle")]);
    assert!(proposal.joint.total_eta_s < proposal.greedy.total_eta_s, "{proposal:?}");
    assert!(proposal.joint.worst_eta_s < proposal.greedy.worst_eta_s, "{proposal:?}");
    assert_eq!((proposal.joint.met, proposal.greedy.met), (2, 2));
}

#[test]
fn a_graver_incident_is_never_left_out_for_a_saving() {
    let mut world = World::new();
    world.boat("only", 0.1);
    let demands = [demand("cat-in-tree", 0.0, 4), demand("levee", 40.0, 1)];
    let proposal = world.ask(|scene| propose(scene, &demands));
    assert_eq!(postings(&proposal), [("levee", "only")]);
    let [unmet] = proposal.unmet.as_slice() else { panic!("{proposal:?}") };
    assert_eq!(unmet.incident, "cat-in-tree");
    assert_eq!(unmet.shortfall.reason, ShortfallReason::TakenByOthers);
    assert_eq!((proposal.joint.met, proposal.joint.unmet), (1, 1));
}

#[test]
fn a_unit_under_way_is_turned_around_only_where_it_saves_more_than_that_costs() {
    let mut world = World::new();
    let state = world.boat("under-way", 5.0);
    (state.standing, state.seen) =
        (Standing::UnderWay { incident: "first".into() }, Some((east(5.0), 10)));
    world.boat("back-home", 1.0);
    let turned = |world: &World, second_km: f64| {
        let demands = [demand("first", 0.0, 2), demand("second", second_km, 2)];
        let proposal = world.ask(|scene| propose(scene, &demands));
        proposal
            .postings
            .iter()
            .any(|posting| posting.under_way_to.as_deref().is_some_and(|to| to != posting.incident))
    };
    assert!(turned(&world, 9.0));
    assert!(!turned(&world, 1.0));
    world.settings.divert_s = 86_400;
    assert!(!turned(&world, 9.0));
    // One incident alone may not take it away from another.
    assert_eq!(units(&world.recommend("boat_rescue:2").items), ["back-home"]);
}

#[test]
fn an_amount_gets_as_many_slots_as_it_takes_and_nobody_who_is_not_wanted() {
    let mut world = World::new();
    world.pump("large", 30.0, 600);
    for number in 0..6 {
        world.pump(&format!("small-{number}"), 1.0 + f64::from(number), 200);
    }
    let needs = catalogue().needs("pump:1000").unwrap();
    let demands = [Demand { needs, ..demand("flooded", 0.0, 1) }];
    let proposal = world.ask(|scene| propose(scene, &demands));
    let sent: u32 = proposal.postings.iter().map(|posting| posting.contributes).sum();
    assert!(sent >= 1_000, "{proposal:?}");
    let needless = |posting: &Posting| sent - posting.contributes >= 1_000;
    assert!(!proposal.postings.iter().any(needless), "{proposal:?}");
    assert_eq!(proposal.unmet, []);
}

#[test]
fn more_than_can_be_planned_at_once_waits_from_the_least_grave_on() {
    let mut world = World::new();
    for number in 0..3 {
        world.boat(&format!("b-{number}"), f64::from(number));
    }
    let needs = catalogue().needs("boat_rescue:3").unwrap();
    let demands: Vec<Demand> = (0..170)
        .map(|number| {
            let grade = if number == 169 { 1 } else { 3 };
            Demand { needs: needs.clone(), ..demand(&format!("i-{number}"), 0.0, grade) }
        })
        .collect();
    let proposal = world.ask(|scene| propose(scene, &demands));
    let served: Vec<_> = proposal.postings.iter().map(|p| p.incident.as_str()).collect();
    assert_eq!(served, ["i-169"; 3]);
    let waits = |unmet: &&Unmet| unmet.shortfall.reason == ShortfallReason::NotPlanned;
    assert_eq!(proposal.unmet.iter().filter(waits).count(), 170 - SLOTS_MAX / 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_other_way_of_sending_serves_the_graver_better_or_all_sooner(
        boats in proptest::collection::vec(-20.0_f64..20.0, 0..5),
        calls in proptest::collection::vec((-20.0_f64..20.0, 1_u8..5, 1_u32..3), 0..4),
    ) {
        let mut world = World::new();
        for (number, km) in boats.iter().enumerate() {
            world.boat(&format!("b-{number}"), *km);
        }
        let demands: Vec<Demand> = calls
            .iter()
            .enumerate()
            .map(|(number, (km, grade, count))| {
                let needs = catalogue().needs(&format!("boat_rescue:{count}")).unwrap();
                Demand { needs, ..demand(&format!("i-{number}"), *km, *grade) }
            })
            .collect();
        let proposal = world.ask(|scene| propose(scene, &demands));
        let weights = world.settings.weights;
        let cost = |grade: u8, eta_s: u32| {
            u64::from(eta_s + world.settings.base_only_s) * u64::from(weights[usize::from(grade) - 1])
        };
        let grade_of = |posting: &Posting| {
            demands.iter().find(|demand| demand.incident == posting.incident).unwrap().grade
        };
        let mut found = Served::default();
        for posting in &proposal.postings {
            found.add(grade_of(posting), cost(grade_of(posting), posting.eta_s));
        }
        // One slot after the other, each with every boat that is left, or none.
        let eta = |boat: f64, call: f64| {
            world.ask(|scene| {
                let travel = scene.travel;
                let trip = travel.to(&travel.spot(east(call))).from(&travel.spot(east(boat)));
                trip.trip().unwrap().seconds + world.settings.turnout_s
            })
        };
        let slots: Vec<(f64, u8)> = calls
            .iter()
            .flat_map(|(km, grade, count)| std::iter::repeat_n((*km, *grade), *count as usize))
            .collect();
        let costs: Vec<Vec<u64>> = slots
            .iter()
            .map(|(km, grade)| boats.iter().map(|boat| cost(*grade, eta(*boat, *km))).collect())
            .collect();
        let best = try_all(&slots, &costs, 0, &mut Vec::new());
        prop_assert_eq!(found, best);
    }
}

/// Slots served by grade, gravest first, and what that costs: more served is better, then less cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Served {
    by_grade: [u32; 4],
    cost: u64,
}

impl Served {
    fn add(&mut self, grade: u8, cost: u64) {
        self.by_grade[usize::from(grade) - 1] += 1;
        self.cost += cost;
    }

    fn better(self, other: Served) -> bool {
        (other.by_grade, self.cost) < (self.by_grade, other.cost)
            && (self.by_grade > other.by_grade || self.cost < other.cost)
    }
}

fn try_all(slots: &[(f64, u8)], costs: &[Vec<u64>], slot: usize, taken: &mut Vec<usize>) -> Served {
    let Some((_, grade)) = slots.get(slot) else { return Served::default() };
    let mut best = try_all(slots, costs, slot + 1, taken);
    for (boat, cost) in costs[slot].iter().enumerate() {
        if taken.contains(&boat) {
            continue;
        }
        taken.push(boat);
        let mut with = try_all(slots, costs, slot + 1, taken);
        taken.pop();
        with.add(*grade, *cost);
        if with.better(best) {
            best = with;
        }
    }
    best
}

fn demand(incident: &str, km: f64, grade: u8) -> Demand {
    let needs = catalogue().needs("boat_rescue:1").unwrap();
    Demand { incident: incident.into(), at: east(km), grade, needs }
}

fn postings(proposal: &Proposal) -> Vec<(&str, &str)> {
    proposal.postings.iter().map(|p| (p.incident.as_str(), p.unit.as_str())).collect()
}
