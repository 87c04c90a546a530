//! Files of duty tables on the board: one command, told by the journal, kept in mind for a while, and taken back.

use std::time::Duration;

use jiaoying::domain::{
    board::Board,
    command::{Command, ImportTables, RosterStep},
    event::{DutyTableSet, Entry, Event},
    ids::ImportId,
    roster::Shift,
    time::Timestamp,
};

use crate::support::{
    county::County,
    story::{HOLDER, VILLAGE},
};

#[test]
fn what_an_import_replaced_comes_back_and_the_journal_tells_all_of_it() {
    let mut county = County::small(1);
    let stood = set(&county, &[(0, 20), (30, 40)]);
    county.must(Command::Roster(RosterStep::SetDutyTable(vec![stood.clone()])));
    let id = import(&mut county, &[(0, 50), (60, 70)]);
    assert_eq!(lines(&county.board, &stood).len(), 2);
    let kept = county.board.imports.get(id).unwrap();
    assert_eq!(
        (kept.file.as_str(), kept.lines(), kept.changed(&county.board)),
        ("七月.xlsx", 2, vec![])
    );
    county.must(Command::Roster(RosterStep::TakeBackImport(id)));
    assert_eq!(lines(&county.board, &stood), stood.shifts);
    assert!(county.board.imports.get(id).unwrap().taken_back.is_some());
    // Read back from what was written, the board is the same.
    let mut again = Board::default();
    for entry in &county.journal {
        let (kind, version) = (entry.event.kind(), entry.event.version());
        let event = Event::decode(kind, version, &entry.event.encode()).unwrap();
        again.apply(&Entry { event, ..entry.clone() });
    }
    assert!(again == county.board);
}

#[test]
fn only_the_last_imports_are_kept_in_mind() {
    let mut county = County::small(1);
    let first = import(&mut county, &[(0, 1)]);
    for end in 2..=51 {
        import(&mut county, &[(0, end)]);
    }
    assert_eq!(county.board.imports.iter().count(), 50);
    assert!(county.board.imports.get(first).is_none());
}

#[test]
fn a_file_that_says_what_stands_there_is_no_import() {
    let mut county = County::small(1);
    import(&mut county, &[(0, 50)]);
    let seq = county.board.seq;
    import(&mut county, &[(0, 50)]);
    assert_eq!(county.board.seq, seq);
}

/// Brings in lines of the village's post, and returns the last import.
fn import(county: &mut County, lines: &[(u64, u64)]) -> ImportId {
    let tables = ImportTables {
        file: "七月.xlsx".into(),
        posts: Vec::new(),
        sets: vec![set(county, lines)],
        seen: county.board.seq,
    };
    county.must(Command::Roster(RosterStep::Import(tables)));
    county.board.imports.iter().next_back().unwrap().id
}

/// Makes a table of the minutes to come, with a line from and to each of these.
fn set(county: &County, lines: &[(u64, u64)]) -> DutyTableSet {
    let at = |minute: u64| -> Timestamp { county.now + Duration::from_secs(60 * minute) };
    let people = vec![HOLDER.parse().unwrap()];
    let shift =
        |(from, to): &(u64, u64)| Shift { from: at(*from), to: at(*to), people: people.clone() };
    let shifts = lines.iter().map(shift).collect();
    DutyTableSet { post: VILLAGE.parse().unwrap(), from: at(0), to: at(100), shifts, import: None }
}

fn lines(board: &Board, set: &DutyTableSet) -> Vec<Shift> {
    let staffing = board.roster.get(&set.post).unwrap();
    staffing.table_between(set.from, set.to).cloned().collect()
}
