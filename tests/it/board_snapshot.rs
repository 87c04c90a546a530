//! A snapshot gives back the very board it was made of, whatever has happened to its obligations.

use std::time::Duration;

use jiaoying::{
    dispatcher::{Snapshots, recover},
    domain::{
        board::Board,
        callout::{attempt::Outcome, obligation::StateName},
        command::{AnswerKind, Command, ImportTables, RosterStep},
        event::{DutyTableSet, Entry},
        person::Channel,
        roster::Shift,
        site::{EvacuationPlan, Facts, Hazard, RiskPoint, Shelter},
        unit::Unit,
        warning::{Colour, MessageKind},
    },
    journal::{Batch, Draft, Head, Journal, memory::MemoryJournal},
};

use crate::support::county::{COUNTY, County, about, alert, site, unit};

const POLICIES: &str = include_str!("../../config/policies.toml");

#[tokio::test]
async fn a_board_comes_back_from_its_snapshot_as_it_was() {
    let county = night();
    let (journal, head) = written(&county.journal).await;
    let dir = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::new(Some(dir.path().to_owned()));
    snapshots.save(&county.board, head);
    let recovered = recover(&*journal.reader(), &snapshots).await.unwrap();
    assert_eq!(recovered.replayed, 0, "the snapshot was passed over");
    assert!(recovered.board == county.board, "the snapshot holds another board");
    assert_eq!(recovered.head, head);
}

#[tokio::test]
async fn events_after_a_snapshot_are_read_on_top_of_it() {
    let county = night();
    let (journal, _) = written(&county.journal).await;
    let half = county.journal.len() / 2;
    let mut board = Board::default();
    county.journal[..half].iter().for_each(|entry| board.apply(entry));
    let page = journal.reader().read(0, half).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::new(Some(dir.path().to_owned()));
    snapshots.save(&board, page.last().unwrap().head());
    let recovered = recover(&*journal.reader(), &snapshots).await.unwrap();
    assert_eq!(recovered.replayed, (county.journal.len() - half) as u64);
    assert!(recovered.board == county.board, "the events did not add up to the same board");
}

/// A night with an obligation in every state, calls with every kind of end, and warnings that ended.
fn night() -> County {
    let mut county = County::found(POLICIES, 2, 3);
    county.lines(Channel::Voice, 2);
    let full =
        Unit { terminal: Some("866".into()), base: Some([114.5, 35.6]), ..unit("u-1", COUNTY) };
    county.must(Command::SaveUnits(vec![full, unit("u-2", COUNTY)]));
    let (from, to) = (county.now, county.now + Duration::from_secs(60));
    let people = vec!["001001-village_duty".parse().unwrap()];
    let post = "990101001001/village_duty".parse().unwrap();
    let table =
        DutyTableSet { post, from, to, shifts: vec![Shift { from, to, people }], import: None };
    let plan =
        EvacuationPlan { shelter: "s-1".parse().unwrap(), people: Some(40), text: "步行".into() };
    let (hazard, residents, repaired) = (Hazard::Landslide, 46, false);
    let point = RiskPoint {
        hazard,
        residents,
        repaired,
        plan: Some(plan),
        watchers: vec![],
        movers: vec![],
    };
    county.must(Command::SaveSites(vec![
        site("d-1", COUNTY, Facts::Depot),
        site("s-1", COUNTY, Facts::Shelter(Shelter { capacity: 800, night_capacity: Some(500) })),
        site("r-1", COUNTY, Facts::RiskPoint(point)),
    ]));
    county.must(Command::Roster(RosterStep::Import(ImportTables {
        file: "七月.xlsx".into(),
        posts: Vec::new(),
        sets: vec![table],
        seen: county.board.seq,
    })));
    county.red();
    let answered = county.at("990101001001/village_duty").id;
    county.answer_as("001001-village_duty", answered, AnswerKind::Acknowledged).unwrap();
    let answered = county.at("990101001002/village_duty").id;
    county.answer_for("王村长", answered, AnswerKind::Acknowledged).unwrap();
    let declined = county.at("990101001003/village_duty").id;
    county.answer_as("001003-village_duty", declined, AnswerKind::Declined).unwrap();
    let outcomes = [
        Outcome::HungUp { after_s: 4 },
        Outcome::KeyPressed { key: '1' },
        Outcome::Failed { reason: "no_route".into(), lasting: true },
        Outcome::Replied { text: "收到".into() },
    ];
    for outcome in outcomes {
        let calling = county.calling(Channel::Voice)[0].1;
        county.record(calling, outcome);
    }
    county.pass(1_000);
    assert!(county.board.callouts.obligations().any(|o| o.state.name() == StateName::Unreached));
    let orange = alert("n2", Colour::Orange, &["990101001000"]);
    county.warn(about("n1", MessageKind::Update, orange));
    county.warn(about("n2", MessageKind::Cancel, alert("n3", Colour::Orange, &["990101001000"])));
    county.now = county.now + Duration::from_secs(60);
    county.warn(alert("n4", Colour::Yellow, &["990101002000"]));
    county
}

/// Writes the entries as the dispatcher does.
async fn written(entries: &[Entry]) -> (MemoryJournal, Head) {
    let mut journal = MemoryJournal::default();
    let drafts = entries.iter().map(|entry| Draft {
        at: entry.at,
        actor: entry.actor.clone(),
        kind: entry.event.kind().into(),
        version: entry.event.version(),
        subject: entry.event.subject(),
        data: entry.event.encode(),
    });
    let batch = Batch { expected: Head::GENESIS, drafts: drafts.collect(), receipts: Vec::new() };
    let records = journal.append(batch).await.unwrap();
    let head = records.last().unwrap().head();
    (journal, head)
}
