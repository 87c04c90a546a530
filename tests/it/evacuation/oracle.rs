//! Orders, reports and headcounts at random beside a model that keeps plain lists: shelters are never promised twice,
//! nobody is fewer than nobody, and the numbers add up the tree of areas.

use proptest::prelude::*;

use super::*;

const VILLAGES: [&str; 4] = ["990101001001", "990101001002", "990101002001", "990101002003"];
const SHELTERS: [(&str, u32); 3] = [("s-1", 100), ("s-2", 200), ("s-3", 30)];

#[derive(Debug, Clone)]
enum Act {
    Order {
        village: usize,
        to: Option<usize>,
        people: u32,
        crowded: bool,
    },
    Report {
        transfer: usize,
        numbers: [u32; 2],
        explained: bool,
        done: bool,
        crowded: bool,
    },
    CallOff(usize),
    Count {
        shelter: usize,
        said: Headcount,
        crowded: bool,
    },
    Permit(usize),
    /// All of them, or none of them without a word why.
    Return {
        transfer: usize,
        silent: bool,
    },
}

fn act() -> impl Strategy<Value = Act> {
    let shelter = 0..SHELTERS.len();
    let said = prop_oneof![
        (0u32..220).prop_map(Headcount::Counted),
        (0u32..60).prop_map(Headcount::Arrived),
        (0u32..60).prop_map(Headcount::Departed),
    ];
    prop_oneof![
        4 => (0..VILLAGES.len(), proptest::option::of(shelter.clone()), 1u32..90, any::<bool>())
            .prop_map(|(village, to, people, crowded)| Act::Order { village, to, people, crowded }),
        6 => (0usize..12, [0u32..100, 0u32..9], any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
            |(transfer, numbers, explained, done, crowded)| Act::Report {
                transfer, numbers, explained, done, crowded
            }
        ),
        1 => (0usize..12).prop_map(Act::CallOff),
        3 => (shelter, said, any::<bool>())
            .prop_map(|(shelter, said, crowded)| Act::Count { shelter, said, crowded }),
        1 => (0usize..12).prop_map(Act::Permit),
        2 => (0usize..12, any::<bool>())
            .prop_map(|(transfer, silent)| Act::Return { transfer, silent }),
    ]
}

/// One transfer as somebody would keep it on paper; each order has exactly one.
struct Line {
    village: usize,
    to: usize,
    people: u32,
    moved: u32,
    refusing: u32,
    stage: Stage,
    over: bool,
}

#[derive(Default)]
struct Paper {
    lines: Vec<Line>,
    inside: [u32; 3],
}

impl Paper {
    fn expected(&self, shelter: usize) -> u32 {
        let coming = self.lines.iter().filter(|l| l.to == shelter && l.stage == Stage::Running);
        coming.map(|line| line.people.saturating_sub(line.moved)).sum()
    }

    fn free(&self, shelter: usize) -> u32 {
        let taken = self.inside[shelter] + self.expected(shelter);
        SHELTERS[shelter].1.saturating_sub(taken)
    }

    /// Does it on paper, or says that it cannot be.
    fn act(&mut self, act: &Act) -> bool {
        match *act {
            Act::Order { village, to, people, crowded } => {
                // No village has a place on the map, so shelters are tried in order of id.
                let free: Vec<usize> = (0..3).filter(|shelter| self.free(*shelter) > 0).collect();
                let roomy = free.iter().copied().find(|shelter| self.free(*shelter) >= people);
                let to = to.or(roomy).or(free.first().copied()).unwrap_or(0);
                if self.free(to) < people && !crowded {
                    return false;
                }
                let (moved, refusing, stage) = (0, 0, Stage::Running);
                self.lines.push(Line { village, to, people, moved, refusing, stage, over: false });
                true
            }
            Act::Report { .. } => self.report(act),
            Act::CallOff(transfer) => {
                let running = self.lines.get_mut(transfer).filter(|l| l.stage == Stage::Running);
                running.map(|line| line.stage = Stage::CalledOff).is_some()
            }
            Act::Count { shelter, said, crowded } => {
                let (people, fits) = match said {
                    Headcount::Counted(people) => (people, people <= SHELTERS[shelter].1),
                    Headcount::Arrived(more) => {
                        (self.inside[shelter] + more, more <= self.free(shelter))
                    }
                    Headcount::Departed(gone) if gone > self.inside[shelter] => return false,
                    Headcount::Departed(gone) => (self.inside[shelter] - gone, true),
                };
                if !fits && !crowded {
                    return false;
                }
                self.inside[shelter] = people;
                true
            }
            Act::Permit(transfer) => {
                let Some(line) = self.lines.get_mut(transfer).filter(|line| !line.over) else {
                    return false;
                };
                line.over = true;
                line.stage = match line.stage {
                    _ if line.moved > 0 => Stage::Returning,
                    Stage::Running => Stage::CalledOff,
                    other => other,
                };
                true
            }
            Act::Return { transfer, silent } => {
                let Some(line) = self.lines.get_mut(transfer) else { return false };
                if line.stage != Stage::Returning || silent {
                    return false;
                }
                line.stage = Stage::Returned;
                let inside = &mut self.inside[line.to];
                *inside = inside.saturating_sub(line.moved);
                true
            }
        }
    }

    fn report(&mut self, act: &Act) -> bool {
        let Act::Report { transfer, numbers: [moved, refusing], explained, done, crowded } = *act
        else {
            return false;
        };
        let Some(line) = self.lines.get(transfer) else { return false };
        let corrects = line.stage == Stage::Done && !done;
        if line.stage != Stage::Running && !corrects {
            return false;
        }
        let same = (line.moved, line.refusing) == (moved, refusing);
        let fewer = moved < line.moved;
        let more = moved + refusing > line.people && !same;
        let short = done && moved < line.people;
        if !explained && (fewer || more || short) {
            return false;
        }
        let kept = if line.stage == Stage::Running { line.people } else { 0 };
        let unexpected = moved.saturating_sub(kept.max(line.moved));
        if unexpected > self.free(line.to) && !crowded {
            return false;
        }
        let line = &mut self.lines[transfer];
        let inside = &mut self.inside[line.to];
        *inside = (*inside + moved).saturating_sub(line.moved);
        (line.moved, line.refusing) = (moved, refusing);
        if !corrects && (done || moved >= line.people) {
            line.stage = Stage::Done;
        }
        true
    }
}

fn command(act: &Act) -> Command {
    let id = |transfer: usize| TransferId(transfer as u64 + 1);
    let reason = |crowded: bool| crowded.then(|| "桥断了".into());
    Command::Evacuation(match *act {
        Act::Order { village, to, people, crowded } => {
            let to = to.map_or("", |to| SHELTERS[to].0);
            let legs = vec![from(VILLAGES[village], people, to)];
            EvacuationStep::Order(OrderEvacuation {
                over_capacity: reason(crowded),
                ..to_legs(legs)
            })
        }
        Act::Report { transfer, numbers: [moved, refusing], explained, done, crowded } => {
            let numbers = Numbers { moved, refusing, ..Numbers::default() };
            let note = if explained { "已核实" } else { "" };
            EvacuationStep::Report(ReportTransfer {
                done,
                over_capacity: reason(crowded),
                ..said(id(transfer), numbers, note)
            })
        }
        Act::CallOff(transfer) => {
            EvacuationStep::CallOff { transfer: id(transfer), reason: "雨停".to_owned() }
        }
        Act::Count { shelter, said, crowded } => EvacuationStep::Count(ReportHeadcount {
            shelter: SHELTERS[shelter].0.parse().unwrap(),
            said,
            note: String::new(),
            over_capacity: reason(crowded),
        }),
        Act::Permit(transfer) => EvacuationStep::PermitReturn(PermitReturn {
            evacuation: EvacuationId(transfer as u64 + 1),
            permitted_by: "县长".into(),
            note: String::new(),
        }),
        Act::Return { transfer, silent } => EvacuationStep::Returned {
            transfer: id(transfer),
            people: silent.then_some(0),
            note: String::new(),
        },
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn shelters_and_sums_are_those_of_a_list_on_paper(acts in prop::collection::vec(act(), 1..30)) {
        let mut county = county();
        let mut paper = Paper::default();
        for act in &acts {
            let said = as_desk(&mut county, command(act));
            let expected = paper.act(act);
            prop_assert_eq!(said.is_ok(), expected, "{:?}: {:?}", act, said);
            check(&county, &paper);
        }
    }
}

fn check(county: &County, paper: &Paper) {
    for (number, (shelter, _)) in SHELTERS.iter().enumerate() {
        assert_eq!(people_at(county, shelter), paper.inside[number], "{shelter}");
        assert_eq!(expected_at(county, shelter), paper.expected(number), "{shelter}");
    }
    for area in [COUNTY, TOWNSHIP, "990101002000"].into_iter().chain(VILLAGES) {
        let area = area.parse().unwrap();
        let all = county.board.evacuations.iter();
        let all = all.flat_map(|one| county.board.evacuations.transfers_of(one));
        let (whole, below) = Tally::of(all, area, county.now);
        let lines = paper.lines.iter().filter(|line| {
            VILLAGES[line.village].starts_with(area.to_string().trim_end_matches("000"))
        });
        let (mut planned, mut moved, mut open) = (0, 0, 0);
        for line in lines {
            let called_off = line.stage == Stage::CalledOff;
            planned += u64::from(if called_off { line.moved } else { line.people });
            moved += u64::from(line.moved);
            open += u32::from(line.stage == Stage::Running);
        }
        assert_eq!((whole.planned, whole.moved, whole.open), (planned, moved, open), "{area}");
        let sum = |of: fn(&Tally) -> u64| below.iter().map(|row| of(&row.tally)).sum::<u64>();
        assert_eq!(sum(|tally| tally.planned), planned, "{area}");
        assert_eq!(sum(|tally| tally.moved), moved, "{area}");
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "the numbers are for people")]
fn two_thousand_orders_are_added_up_at_once() {
    let mut county = county();
    county.prompt = false;
    let facts = Facts::Shelter(Shelter { capacity: 100_000, night_capacity: None });
    county.must(Command::SaveSites(vec![site("s-9", COUNTY, facts)]));
    let legs = (0..2_000).map(|n| from(VILLAGES[n % 4], 10, "s-9")).collect();
    let begun = std::time::Instant::now();
    let id = order(&mut county, to_legs(legs)).unwrap();
    let ordered = begun.elapsed();
    assert_eq!((transfers(&county, id).len(), expected_at(&county, "s-9")), (2_000, 20_000));
    let begun = std::time::Instant::now();
    let area = COUNTY.parse().unwrap();
    let (whole, below) = Tally::of(county.board.evacuations.current_in(area), area, county.now);
    let added = begun.elapsed();
    assert_eq!((whole.planned, below.len()), (20_000, 2));
    eprintln!("2,000 transfers: ordered in {ordered:?}, added up in {added:?}");
}
