//! R4: 64 dispatchers after the same boats, each step durable, and never a boat promised twice.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use jiaoying::{
    config::SUPPLIES,
    dispatcher::SubmitError,
    domain::{
        actor::Role,
        command::{Command, Reply},
        event::{Event, SupplyEvent},
        ids::{MovementId, SiteId},
        supply::{
            Destination, HoldSupplies, How, MoveSupplies, Part, Party, Place, SupplyRules,
            SupplyStep, Wanted,
        },
    },
};
use tokio::task::JoinSet;

use crate::{
    county::{self, Lines},
    dice::Dice,
    report::{Line, Report, Times, ms},
    rig::{Rig, by, folder, runtime},
};

const DISPATCHERS: u64 = 64;
/// Steps of each, those included that are refused.
const STEPS: u64 = 1_000;
/// Two depots with boats enough for a third of those who want some.
const DEPOTS: [&str; 2] = ["990101-d", "990101001-d"];
const SEED: u64 = 20_260_721;

/// What was measured.
struct Measured {
    took: Duration,
    times: Times,
    done: u64,
    refused: u64,
    /// Moments at which more was promised than lay there, or less than nothing lay there.
    oversold: usize,
}

/// R4: steps per second, and whether anything was ever promised twice.
pub fn sixty_four_dispatchers(report: &mut Report) {
    let measured = runtime().block_on(measure());
    let per_second = measured.done as f64 / measured.took.as_secs_f64();
    report.line(Line {
        id: "R4",
        what: "64 dispatchers hold, issue and return the same boats, each step durable",
        value: format!(
            "{per_second:.0} steps/s, p99 {}; {} oversold of {} steps",
            ms(measured.times.at(0.99)),
            measured.oversold,
            measured.done
        ),
        target: "none oversold, none below zero",
        limit: "single durable commits ≈ 5,000/s",
        pass: measured.oversold == 0 && measured.done > 0,
    });
    report.note(&format!(
        "… {} more were refused, because somebody else had the boats or it was not their turn",
        measured.refused
    ));
}

async fn measure() -> Measured {
    let dir = folder();
    let rig = Rig::open(dir.path()).await;
    rig.found(county::demonstration(Lines::DEFAULT)).await;
    let rules: SupplyRules = toml::from_str(SUPPLIES).unwrap();
    rig.must(Command::Supply(SupplyStep::AdoptRules(rules))).await;
    let (head, stock) = rig.board.read(|board| (board.seq, lying(board))).await.unwrap();
    let rig = Arc::new(rig);
    let began = Instant::now();
    let mut work = JoinSet::new();
    for number in 0..DISPATCHERS {
        work.spawn(dispatch(Arc::clone(&rig), Dice(SEED ^ (number << 32))));
    }
    let (mut times, mut done, mut refused) = (Times::default(), 0, 0);
    while let Some(one) = work.join_next().await {
        let (took, turned_away) = one.unwrap();
        done += took.len() as u64;
        refused += turned_away;
        times.extend(took);
    }
    let took = began.elapsed();
    let oversold = oversold(&rig, head, stock).await;
    Arc::into_inner(rig).unwrap().close().await;
    Measured { took, times, done, refused, oversold }
}

/// One dispatcher: takes what there is and brings it back; returns how long each step took, and how many were refused.
async fn dispatch(rig: Arc<Rig>, mut dice: Dice) -> (Vec<Duration>, u64) {
    let desk = by("dispatcher", Role::Dispatcher);
    let (mut mine, mut took, mut refused) = (None::<(MovementId, usize)>, Vec::new(), 0);
    for _ in 0..STEPS {
        let ways = [How::Issue, How::Dispatch, How::Receive, How::Return(None)];
        let (step, next) = match mine {
            Some((movement, at)) => {
                let how = if dice.below(8) == 0 { How::Return(None) } else { ways[at] };
                let next = if how == How::Return(None) { None } else { Some((movement, at + 1)) };
                let (parts, party, note, revision) = (Vec::<Part>::new(), None, "".into(), None);
                let step = MoveSupplies { movement, how, parts, party, note, revision };
                (SupplyStep::Move(step), next)
            }
            None => (SupplyStep::Hold(Box::new(wanted(&mut dice))), None),
        };
        let began = Instant::now();
        match rig.board.submit(desk.clone(), Command::Supply(step)).await {
            Ok(committed) => {
                took.push(began.elapsed());
                mine = match (mine, committed.reply) {
                    (None, Reply::Movement { id }) => Some((id, 0)),
                    _ => next,
                };
            }
            Err(SubmitError::Rejected(_)) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    (took, refused)
}

fn wanted(dice: &mut Dice) -> HoldSupplies {
    let depot = DEPOTS[usize::try_from(dice.below(2)).unwrap()];
    let quantity = 1 + u32::try_from(dice.below(2)).unwrap();
    HoldSupplies {
        depot: depot.parse().unwrap(),
        lines: vec![Wanted { item: "boat".into(), quantity, spec: "".into() }],
        incident: None,
        to: Destination::Place(Place { name: "柳河堤".into(), at: None, area: None }),
        receiver: Party { person: "罗守堤".into(), ..Party::default() },
        sender: None,
        ordered_by: "罗麦祥".into(),
        paper: Some("调〔2026〕1号".into()),
        hold_s: None,
        note: "".into(),
    }
}

fn lying(board: &jiaoying::domain::board::Board) -> BTreeMap<SiteId, i64> {
    let depots = DEPOTS.map(|depot| depot.parse::<SiteId>().unwrap());
    let boats = |depot: &SiteId| {
        let lines = board.supplies.stocks.of(depot).iter().filter(|line| line.item == "boat");
        lines.map(|line| i64::from(line.quantity)).sum()
    };
    depots.into_iter().map(|depot| (depot.clone(), boats(&depot))).collect()
}

/// Reads the journal from `head` on as an auditor would, and counts the moments that must not be.
async fn oversold(rig: &Rig, head: u64, mut lying: BTreeMap<SiteId, i64>) -> usize {
    let (mut held, mut of) =
        (BTreeMap::<SiteId, i64>::new(), BTreeMap::<MovementId, SiteId>::new());
    let (mut bad, mut after) = (0, head);
    loop {
        let records = rig.board.journal().read(after, 10_000).await.unwrap();
        let Some(last) = records.last() else { return bad };
        after = last.seq;
        for record in &records {
            let event = Event::decode(&record.kind, record.version, &record.data).unwrap();
            let Event::Supply(event) = event else { continue };
            let (id, held_by, lying_by) = match &event {
                SupplyEvent::SupplyHeld(new) => {
                    of.insert(new.0.id, new.0.depot.clone());
                    (new.0.id, new.0.lines.iter().map(|line| i64::from(line.quantity)).sum(), 0)
                }
                SupplyEvent::SupplyIssued(step) => {
                    let sum: i64 = step.0.moved.iter().map(|moved| i64::from(moved.quantity)).sum();
                    (step.0.id, -sum, -sum)
                }
                SupplyEvent::SupplyReturned(step) => {
                    (step.0.id, 0, step.0.moved.iter().map(|m| i64::from(m.quantity)).sum())
                }
                SupplyEvent::SupplyReleased(released) => {
                    let parts = released.released.iter();
                    (released.id, -parts.map(|part| i64::from(part.quantity)).sum::<i64>(), 0)
                }
                _ => continue,
            };
            let depot = &of[&id];
            let (lies, holds) =
                (lying.get_mut(depot).unwrap(), held.entry(depot.clone()).or_default());
            *lies += lying_by;
            *holds += held_by;
            bad += usize::from(*lies < 0 || *holds < 0 || *holds > *lies);
        }
    }
}
