//! What a file was taken for, and what has been brought in.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::compare::{self, LineKey, Weighed};
use crate::{
    domain::{
        board::Board,
        event::DutyTableSet,
        ids::{AreaCode, ImportId, PersonId, PostId},
        roster::{Import, LineChange, line_changes},
        time::Timestamp,
    },
    http::{ahead::NamedPerson, rotations::named},
    ingest::sheets::{Fault, Found, People, PersonRef, Place, Reading, Suggestion, Understood},
    protocol::{DutyPlace, duty_is_known},
};

/// Most lines that are listed; the differences count them all.
const LISTED_MAX: usize = 5_000;
/// Most names for which people are suggested.
const NAMES_MAX: usize = 100;

/// What a file was taken for and what it would change. Nothing has changed.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PreviewView {
    /// Each sheet that is a duty table: `{sheet, layout, header_row, columns: [{column, heading, means, duty?}], guessed}`.
    #[schema(value_type = Vec<Object>)]
    sheets: Vec<Understood>,
    /// Visible sheets that are something else.
    skipped_sheets: Vec<String>,
    /// A sheet is in no layout that is known: it counts only where `accept_guess` is sent.
    guessed: bool,
    /// When the first and the last line begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    from: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    last: Option<Timestamp>,
    /// By post and time; at most 5,000.
    lines: Vec<LineView>,
    lines_left_off: usize,
    /// Names that match nobody or several: somebody has to be chosen for each.
    names: Vec<NameView>,
    names_left_off: usize,
    /// What is wrong, each `{sheet?, row?, column?, value?, code, problem, remedy}`; it has to be put right in the file.
    #[schema(value_type = Vec<Object>)]
    faults: Vec<Fault>,
    faults_left_off: usize,
    posts: Vec<PostView>,
    /// Nothing is wrong and every name is clear.
    ready: bool,
    /// To be sent back with the import.
    seen: u64,
}

#[derive(Serialize, ToSchema)]
struct LineView {
    #[schema(value_type = String)]
    post: PostId,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    people: Vec<PersonRefView>,
}

/// Somebody as the file calls them, and who that is.
#[derive(Serialize, ToSchema)]
struct PersonRefView {
    #[schema(value_type = String)]
    text: CompactString,
    /// Left out where the name matches nobody or several.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<NamedPerson>,
    place: PlaceView,
}

#[derive(Serialize, ToSchema)]
struct PlaceView {
    /// Left out in a file of text.
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    #[schema(value_type = Option<String>)]
    sheet: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u32>,
    /// The column's heading.
    #[schema(value_type = String)]
    column: CompactString,
}

/// A name that is not clear.
#[derive(Serialize, ToSchema)]
struct NameView {
    #[schema(value_type = String)]
    text: CompactString,
    /// `nobody` or `several`.
    matches: &'static str,
    places: Vec<PlaceView>,
    /// Who may be meant, the likeliest first.
    suggestions: Vec<SuggestionView>,
}

#[derive(Serialize, ToSchema)]
struct SuggestionView {
    #[serde(flatten)]
    person: NamedPerson,
    #[schema(value_type = String)]
    title: CompactString,
    #[schema(value_type = String)]
    area: AreaCode,
    #[schema(value_type = String)]
    area_name: CompactString,
    /// `same_name`, `spacing`, `same_number`, `surname_and_number` or `one_letter`.
    why: &'static str,
}

/// What becomes of the table of one post.
#[derive(Serialize, ToSchema)]
struct PostView {
    #[serde(flatten)]
    place: DutyPlace,
    /// Otherwise it is created, where `create_posts` is sent.
    known: bool,
    /// Whether the policies know its duty, so that it can be created.
    duty_known: bool,
    /// Lines that begin within these days are replaced.
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    added: Vec<ChangeView>,
    changed: Vec<ChangeView>,
    taken_away: Vec<ChangeView>,
    /// Lines that stay as they are.
    same: usize,
}

/// A line of a table before and after.
#[derive(Serialize, ToSchema)]
struct ChangeView {
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    before: Vec<NamedPerson>,
    after: Vec<NamedPerson>,
    /// Names after it that are not clear yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    unclear: Vec<CompactString>,
}

/// A file has been put in force.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct BroughtIn {
    /// What it is taken back by; left out where nothing changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub id: Option<ImportId>,
    pub seq: u64,
    /// Stretches of tables that it changed, one for each post and month.
    pub tables: usize,
}

/// A file that was brought in.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ImportView {
    #[schema(value_type = String)]
    id: ImportId,
    #[schema(value_type = String)]
    file_name: CompactString,
    #[schema(value_type = String)]
    at: Timestamp,
    /// The login of whoever brought it in.
    #[schema(value_type = String)]
    by: CompactString,
    lines: usize,
    posts: Vec<DutyPlace>,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_back: Option<TakenBack>,
    /// Posts whose tables have been changed since: it cannot be taken back.
    #[schema(value_type = Vec<String>)]
    changed_since: Vec<PostId>,
}

#[derive(Serialize, ToSchema)]
struct TakenBack {
    #[schema(value_type = String)]
    at: Timestamp,
    #[schema(value_type = String)]
    by: CompactString,
}

impl PreviewView {
    pub(super) fn of(board: &Board, reading: &Reading, weighed: &Weighed) -> Self {
        let kept: Vec<Fault> = reading.faults.iter().cloned().collect();
        let lines = reading.lines.iter().zip(&weighed.people).take(LISTED_MAX);
        let lines = lines.map(|(line, found)| LineView {
            post: line.post.clone(),
            from: line.from,
            to: line.to,
            people: line
                .people
                .iter()
                .zip(found)
                .map(|(wanted, found)| PersonRefView {
                    text: wanted.text.clone(),
                    person: found.as_ref().map(|id| NamedPerson::of(board, id)),
                    place: (&wanted.place).into(),
                })
                .collect(),
        });
        let (names, names_left_off) = names(board, reading, weighed);
        let begins = || reading.lines.iter().map(|line| line.from);
        Self {
            sheets: reading.sheets.clone(),
            skipped_sheets: reading.skipped_sheets.clone(),
            guessed: reading.sheets.iter().any(|sheet| sheet.guessed),
            from: begins().min(),
            last: begins().max(),
            lines: lines.collect(),
            lines_left_off: reading.lines.len().saturating_sub(LISTED_MAX),
            ready: names.is_empty() && reading.faults.is_empty(),
            names,
            names_left_off,
            faults_left_off: reading.faults.total() - kept.len(),
            faults: kept,
            posts: posts(board, weighed),
            seen: weighed.seen,
        }
    }
}

/// Returns the names that are not clear, each once with all its places, and how many more there are.
fn names(board: &Board, reading: &Reading, weighed: &Weighed) -> (Vec<NameView>, usize) {
    let mut unclear: BTreeMap<&str, (&PostId, Vec<&PersonRef>)> = BTreeMap::new();
    for (line, found) in reading.lines.iter().zip(&weighed.people) {
        let missing = line.people.iter().zip(found).filter(|(_, found)| found.is_none());
        for (wanted, _) in missing {
            let (_, places) =
                unclear.entry(&wanted.text).or_insert_with(|| (&line.post, Vec::new()));
            places.push(wanted);
        }
    }
    let left_off = unclear.len().saturating_sub(NAMES_MAX);
    let people = People::new(board.people.iter());
    let name = |(text, (post, wanted)): (&str, (&PostId, Vec<&PersonRef>))| {
        let first = wanted.first()?;
        let several = matches!(people.find(first, post, &Default::default()), Found::Several(_));
        let suggested = people.suggest(first, post).into_iter();
        Some(NameView {
            text: text.into(),
            matches: if several { "several" } else { "nobody" },
            places: wanted.iter().map(|wanted| (&wanted.place).into()).collect(),
            suggestions: suggested.map(|one| SuggestionView::of(board, &one)).collect(),
        })
    };
    (unclear.into_iter().take(NAMES_MAX).filter_map(name).collect(), left_off)
}

fn posts(board: &Board, weighed: &Weighed) -> Vec<PostView> {
    let mut by_post: BTreeMap<&PostId, Vec<&DutyTableSet>> = BTreeMap::new();
    for set in &weighed.sets {
        by_post.entry(&set.post).or_default().push(set);
    }
    let post = |(post, sets): (&PostId, Vec<&DutyTableSet>)| {
        let known = board.roster.get(post);
        let before = sets.iter().flat_map(|set| {
            known.into_iter().flat_map(|staffing| staffing.table_between(set.from, set.to))
        });
        let after = sets.iter().flat_map(|set| &set.shifts);
        let mut place = DutyPlace::of(board, post);
        if known.is_none() {
            place.post_title = compare::title(board, post);
        }
        let mut view = PostView {
            place,
            known: known.is_some(),
            duty_known: duty_is_known(board, post),
            from: sets.iter().map(|set| set.from).min().unwrap_or_default(),
            to: sets.iter().map(|set| set.to).max().unwrap_or_default(),
            added: Vec::new(),
            changed: Vec::new(),
            taken_away: Vec::new(),
            same: 0,
        };
        for change in line_changes(before, after) {
            view.add(board, change, &weighed.unclear);
        }
        view
    };
    by_post.into_iter().map(post).collect()
}

impl PostView {
    fn add(
        &mut self,
        board: &Board,
        change: LineChange,
        unclear: &BTreeMap<LineKey, Vec<CompactString>>,
    ) {
        let LineChange { from, to, before, after } = change;
        let unclear =
            unclear.get(&(self.place.post.clone(), from, to)).cloned().unwrap_or_default();
        let list = match (before.is_empty(), after.is_empty() && unclear.is_empty()) {
            (false, false) if before == after && unclear.is_empty() => {
                self.same += 1;
                return;
            }
            (true, _) => &mut self.added,
            (false, true) => &mut self.taken_away,
            (false, false) => &mut self.changed,
        };
        let show = |people: &[PersonId]| named(board, people);
        list.push(ChangeView { from, to, before: show(&before), after: show(&after), unclear });
    }
}

impl SuggestionView {
    fn of(board: &Board, suggestion: &Suggestion<'_>) -> Self {
        let Suggestion { person, why } = suggestion;
        Self {
            person: NamedPerson::of(board, &person.id),
            title: person.title.clone(),
            area: person.area,
            area_name: board.areas.name(person.area),
            why: why.as_str(),
        }
    }
}

impl From<&Place> for PlaceView {
    fn from(place: &Place) -> Self {
        let Place { sheet, row, column } = place.clone();
        Self { sheet, row, column }
    }
}

impl ImportView {
    pub(super) fn of(board: &Board, import: &Import) -> Self {
        let posts: BTreeSet<&PostId> = import.tables.iter().map(|table| &table.post).collect();
        let changed = if import.taken_back.is_some() { Vec::new() } else { import.changed(board) };
        Self {
            id: import.id,
            file_name: import.file.clone(),
            at: import.at,
            by: import.by.clone(),
            lines: import.lines(),
            posts: posts.into_iter().map(|post| DutyPlace::of(board, post)).collect(),
            from: import.tables.iter().map(|table| table.from).min().unwrap_or_default(),
            to: import.tables.iter().map(|table| table.to).max().unwrap_or_default(),
            taken_back: import
                .taken_back
                .as_ref()
                .map(|(at, by)| TakenBack { at: *at, by: by.clone() }),
            changed_since: changed,
        }
    }
}
