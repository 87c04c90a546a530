//! Duty tables brought in from files: all of a file at once, kept in mind for a while, and taken back as one.
//!
//! Invariant: what an import replaced is read off the roster as its events are applied, so that it is the same after
//! every restart and taking it back is exact.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    Roster, RosterFault, Shift,
    change::{in_table_order, known_area, known_duty, known_people, known_post, sound},
};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::{ImportTables, Reply},
    decision::{Decision, Draft},
    event::{DutyTableSet, Entry, Event, FromImport, PostSaved},
    ids::{ImportId, PostId},
    rejection::Rejection,
    time::Timestamp,
};

/// Imports that can be taken back: every township's of two months.
const KEPT_MAX: usize = 50;
/// Lines of tables kept for that, what stood there before and after; the oldest import goes first.
const LINES_MAX: usize = 50_000;
/// Longest name of a file, in characters.
const NAME_LIMIT: usize = 200;

/// A file of duty tables that was put in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    pub id: ImportId,
    pub file: CompactString,
    pub at: Timestamp,
    /// The login of whoever brought it in.
    pub by: CompactString,
    pub tables: Vec<Replaced>,
    /// When it was taken back and by whom.
    pub taken_back: Option<(Timestamp, CompactString)>,
}

/// A stretch of a post's table, as it was before an import and as that left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    pub post: PostId,
    pub from: Timestamp,
    pub to: Timestamp,
    pub before: Vec<Shift>,
    pub after: Vec<Shift>,
}

/// The last imports.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Imports {
    kept: BTreeMap<ImportId, Import>,
}

impl Import {
    /// Returns how many lines it put in force.
    pub fn lines(&self) -> usize {
        self.tables.iter().map(|table| table.after.len()).sum()
    }

    /// Returns the posts whose tables are no longer as it left them.
    pub fn changed(&self, board: &Board) -> Vec<PostId> {
        let stands = |table: &&Replaced| {
            let staffing = board.roster.get(&table.post);
            let lines = staffing.map(|staffing| staffing.table_between(table.from, table.to));
            lines.into_iter().flatten().eq(&table.after)
        };
        let changed = self.tables.iter().filter(|table| !stands(table));
        let changed: BTreeSet<&PostId> = changed.map(|table| &table.post).collect();
        changed.into_iter().cloned().collect()
    }

    fn weight(&self) -> usize {
        self.lines() + self.tables.iter().map(|table| table.before.len()).sum::<usize>()
    }
}

impl Imports {
    pub fn get(&self, id: ImportId) -> Option<&Import> {
        self.kept.get(&id)
    }

    /// Returns the imports that can be told of, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Import> {
        self.kept.values()
    }

    /// Notes what `set`, about to be applied to `roster`, has to do with an import.
    pub(in crate::domain) fn note(&mut self, set: &DutyTableSet, roster: &Roster, entry: &Entry) {
        let (id, name) = match &set.import {
            Some(FromImport::File { id, name }) => (*id, name),
            Some(FromImport::TakenBack(id)) => {
                if let Some(import) = self.kept.get_mut(id) {
                    import.taken_back = Some((entry.at, entry.actor.clone()));
                }
                return;
            }
            None => return,
        };
        let DutyTableSet { post, from, to, shifts, .. } = set.clone();
        let before = roster.get(&post).map(|staffing| staffing.table_between(from, to));
        let before = before.into_iter().flatten().cloned().collect();
        let after = in_table_order(&shifts).into_iter().cloned().collect();
        let import = self.kept.entry(id).or_insert_with(|| Import {
            id,
            file: name.clone(),
            at: entry.at,
            by: entry.actor.clone(),
            tables: Vec::new(),
            taken_back: None,
        });
        import.tables.push(Replaced { post, from, to, before, after });
        self.forget();
    }

    /// Drops the oldest imports until the rest is few enough; the latest always stays.
    fn forget(&mut self) {
        let mut lines: usize = self.kept.values().map(Import::weight).sum();
        while self.kept.len() > 1 && (self.kept.len() > KEPT_MAX || lines > LINES_MAX) {
            let Some((_, oldest)) = self.kept.pop_first() else { return };
            lines -= oldest.weight();
        }
    }
}

/// Decides what a file's tables change. A file that says what stands there already changes nothing.
pub(super) fn bring_in(
    board: &Board,
    actor: &Actor,
    tables: &ImportTables,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::EditRoster)?;
    if tables.file.chars().count() > NAME_LIMIT {
        return Err(Rejection::TooLong { field: "file_name", limit: NAME_LIMIT });
    }
    let id = ImportId(draft.next_seq());
    let mut created = BTreeSet::new();
    for post in &tables.posts {
        known_area(board, actor, post.id.area)?;
        known_duty(board, &post.id.duty)?;
        known_people(board, post.holders.iter().chain(&post.deputies))?;
        unchanged(board, &post.id, tables.seen)?;
        if board.roster.get(&post.id).is_none() && created.insert(&post.id) {
            draft.push(Event::PostSaved(PostSaved { post: post.clone() }));
        }
    }
    let mut changed = 0;
    for set in &tables.sets {
        if !created.contains(&set.post) {
            known_post(board, actor, &set.post)?;
            unchanged(board, &set.post, tables.seen)?;
        }
        sound(board, set)?;
        if !stands(board, set) {
            changed += 1;
            let import = Some(FromImport::File { id, name: tables.file.clone() });
            draft.push(Event::DutyTableSet(DutyTableSet { import, ..set.clone() }));
        }
    }
    let reply = if changed == 0 { Reply::Done } else { Reply::Import { id, tables: changed } };
    Ok(draft.finish(reply))
}

fn unchanged(board: &Board, post: &PostId, seen: u64) -> Result<(), Rejection> {
    let changed = board.roster.get(post).map(|staffing| staffing.changed);
    match changed.filter(|changed| *changed > seen) {
        Some(seq) => Err(RosterFault::ChangedSince { post: post.clone(), seq }.into()),
        None => Ok(()),
    }
}

fn stands(board: &Board, set: &DutyTableSet) -> bool {
    let staffing = board.roster.get(&set.post);
    let lines = staffing.map(|staffing| staffing.table_between(set.from, set.to));
    lines.into_iter().flatten().eq(in_table_order(&set.shifts))
}

/// Puts back what stood in the tables before an import, unless somebody has changed one of them since.
pub(super) fn take_back(
    board: &Board,
    actor: &Actor,
    id: ImportId,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::EditRoster)?;
    let import = board.imports.get(id).ok_or(RosterFault::UnknownImport(id))?;
    for table in &import.tables {
        known_area(board, actor, table.post.area)?;
    }
    if import.taken_back.is_some() {
        return Err(RosterFault::ImportTakenBack(id).into());
    }
    if let Some(post) = import.changed(board).into_iter().next() {
        return Err(RosterFault::ChangedAfterImport { post }.into());
    }
    for Replaced { post, from, to, before, .. } in &import.tables {
        draft.push(Event::DutyTableSet(DutyTableSet {
            post: post.clone(),
            from: *from,
            to: *to,
            shifts: before.clone(),
            import: Some(FromImport::TakenBack(id)),
        }));
    }
    Ok(())
}
