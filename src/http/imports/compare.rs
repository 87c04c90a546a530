//! A file held against the board: whom its names mean, and which posts it would change or create.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use compact_str::{CompactString, format_compact};

use super::input::Upload;
use crate::{
    domain::{
        actor::Actor,
        board::Board,
        command::ImportTables,
        event::DutyTableSet,
        ids::{PersonId, PostId},
        rejection::Rejection,
        roster::{Post, Shift},
        time::Timestamp,
    },
    http::error::{ApiError, Details},
    ingest::sheets::{self, Choices, Found, People, PersonRef, Reading},
    protocol::DutyPlace,
};

/// A line's post and hours.
pub(super) type LineKey = (PostId, Timestamp, Timestamp);

/// What a reading means on this board.
pub(super) struct Weighed {
    /// Whom the names of each line mean, in the order of the reading; `None` where that is not clear.
    pub people: Vec<Vec<Option<PersonId>>>,
    /// The tables as far as names are clear; they replace whole days.
    pub sets: Vec<DutyTableSet>,
    /// Names that are not clear, by their lines.
    pub unclear: BTreeMap<LineKey, Vec<CompactString>>,
    /// Posts that nobody has created yet.
    pub new: BTreeSet<PostId>,
    /// The last change of any of the posts.
    pub seen: u64,
}

impl Weighed {
    /// Refused where a post lies in an area that is not known, or not the actor's.
    pub fn of(
        board: &Board,
        actor: &Actor,
        reading: &Reading,
        choices: &Choices,
    ) -> Result<Self, Rejection> {
        if let Some(person) = choices.values().find(|id| board.people.get(id).is_none()) {
            return Err(Rejection::UnknownPerson { person: person.clone() });
        }
        let directory = People::new(board.people.iter());
        let mut people = Vec::with_capacity(reading.lines.len());
        let mut shifts = Vec::with_capacity(reading.lines.len());
        let mut unclear: BTreeMap<LineKey, Vec<CompactString>> = BTreeMap::new();
        for line in &reading.lines {
            let find = |wanted: &PersonRef| match directory.find(wanted, &line.post, choices) {
                Found::One(person) => Some(person.id.clone()),
                Found::Several(_) | Found::Nobody => None,
            };
            let found: Vec<Option<PersonId>> = line.people.iter().map(find).collect();
            let mut ids: Vec<PersonId> = Vec::new();
            for (wanted, found) in line.people.iter().zip(&found) {
                match found {
                    Some(id) if ids.contains(id) => {}
                    Some(id) => ids.push(id.clone()),
                    None => {
                        let key = (line.post.clone(), line.from, line.to);
                        unclear.entry(key).or_default().push(wanted.text.clone());
                    }
                }
            }
            people.push(found);
            shifts.push((line.post.clone(), Shift { from: line.from, to: line.to, people: ids }));
        }
        let posts: BTreeSet<&PostId> = reading.lines.iter().map(|line| &line.post).collect();
        if let Some(post) = posts.iter().find(|post| board.areas.get(post.area).is_none()) {
            return Err(Rejection::UnknownArea(post.area));
        }
        if let Some(post) = posts.iter().find(|post| !actor.sees(post.area)) {
            return Err(Rejection::OutsideArea(post.area));
        }
        let known = |post: &&PostId| board.roster.get(post);
        let new = posts.iter().filter(|post| known(post).is_none()).map(|post| (*post).clone());
        let new = new.collect();
        let changes = posts.iter().filter_map(known).map(|staffing| staffing.changed);
        let seen = changes.max().unwrap_or(0);
        let sets = sheets::tables(shifts, board.timezone());
        Ok(Self { people, sets, unclear, new, seen })
    }

    /// Returns what is to be put in force, if nothing about it is unclear.
    pub fn tables(
        self,
        board: &Board,
        reading: Reading,
        upload: &Upload,
        seen: u64,
    ) -> Result<ImportTables, ApiError> {
        let Reading { lines, sheets, faults, .. } = reading;
        if !faults.is_empty() {
            return Err(faulty(faults));
        }
        if sheets.iter().any(|sheet| sheet.guessed) && !upload.accept_guess {
            let message = "the file is in no layout that is known, and was read by what it looks like; look at \
                           the preview, and send accept_guess if it is right";
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Err(ApiError::new(status, "roster.guessed", message).field("accept_guess"));
        }
        if !self.new.is_empty() && !upload.create_posts {
            let named: Vec<String> = self.new.iter().map(ToString::to_string).collect();
            let message = format!(
                "no post {}; send create_posts if they are to be created, or correct the headings",
                named.join(", ")
            );
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Err(ApiError::new(status, "post.unknown", message).field("create_posts"));
        }
        if !self.unclear.is_empty() {
            sheets::resolve(lines, board.people.iter(), &upload.choices).map_err(faulty)?;
        }
        let posts = self.new.into_iter().map(|id| Post {
            title: title(board, &id),
            id,
            holders: Vec::new(),
            deputies: Vec::new(),
            rotations: Default::default(),
        });
        let file = upload.file_name.clone();
        Ok(ImportTables { file, posts: posts.collect(), sets: self.sets, seen })
    }
}

/// Returns what a post is called that is created by a file: 示例县备勤.
pub(super) fn title(board: &Board, post: &PostId) -> CompactString {
    let DutyPlace { area_name, duty_name, .. } = DutyPlace::of(board, post);
    format_compact!("{area_name}{duty_name}")
}

/// Refuses a file with everything that is wrong with it, each fault with its sheet, row and column.
fn faulty(faults: sheets::Faults) -> ApiError {
    let first = faults.iter().next().map(ToString::to_string).unwrap_or_default();
    let message = match faults.total() {
        1 => first,
        total => format!("{total} faults, nothing was imported; the first: {first}"),
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let mut refusal = ApiError::new(status, "file.faulty", message).field("file");
    refusal.body.error.details = Some(Box::new(Details::file(&faults)));
    refusal
}
