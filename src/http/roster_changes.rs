//! Who changed what of the roster, newest first, as the record has it.
//!
//! Invariant: the record is read in whole pages, each checked against the chain, so nothing is shown that was not
//! written. There is no index by post: a look goes back a bounded way, and says how far it came.

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    ahead::NamedPerson,
    error::ApiError,
    logins::Logins,
    request::{Asked, Caller, Page, allow},
};
use crate::{
    domain::{
        actor::{Actor, Capability},
        board::Board,
        event::{
            DutyTableSet, Event, FromImport, HandoverEvent, LeaveEvent, OverrideAdded, SwapEvent,
        },
        handover::Side,
        ids::{AreaCode, PersonId, PostId},
        swap::SwapEnd,
        time::Timestamp,
    },
    journal::Record,
    protocol::post_title,
};

/// Records that are read at a time, and at most for one answer: some tenths of a second.
const PAGE: usize = 4_096;
const PAGES_MAX: usize = 24;
/// Changes that are listed unless told otherwise.
const LISTED: usize = 50;

#[derive(Deserialize, IntoParams)]
pub(super) struct Wanted {
    /// This area and what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    /// Only what is of that area itself, not of what lies in it.
    #[serde(default)]
    own: bool,
    /// Only of this post.
    #[param(value_type = Option<String>)]
    post: Option<PostId>,
    /// Only what came before this number of the record.
    before: Option<u64>,
    /// 1 to 10,000; 50 when left out.
    limit: Option<usize>,
}

/// Changes of the roster, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct ChangesView {
    items: Vec<ChangeView>,
    /// Where to go on, where the record goes back further.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// How far back the record has been looked through.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    looked_to: Option<Timestamp>,
}

/// One change, and whose it was.
#[derive(Serialize, ToSchema)]
pub(super) struct ChangeView {
    seq: u64,
    #[schema(value_type = String)]
    at: Timestamp,
    login: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    name: Option<CompactString>,
    /// As the record calls it, such as `override_added`.
    kind: String,
    #[serde(flatten)]
    what: What,
}

/// What was changed. Of the fields those are there that the kind has.
#[derive(Serialize, ToSchema)]
struct What {
    #[schema(value_type = String)]
    area: AreaCode,
    #[schema(value_type = String)]
    area_name: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    post: Option<PostId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    post_title: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    from: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    to: Option<Timestamp>,
    /// Who was put there, whose leave it is, or between whom a duty changed hands.
    people: Vec<NamedPerson>,
    /// Lines of a duty table.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<usize>,
    #[serde(skip_serializing_if = "str::is_empty")]
    #[schema(value_type = String)]
    reason: CompactString,
    /// The substitute, leave or swap that it is about, or the import that it came with.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    import: Option<String>,
    /// The import was taken back with it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    undone: bool,
    /// How a swap ended: `approved`, `refused`, `nobody`, `withdrawn`, `lapsed`; `incoming` or `outgoing` of a signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
}

/// Lists who changed what of the roster, newest first.
#[utoipa::path(get, path = "/api/v1/roster/changes", params(Wanted),
    responses((status = 200, body = ChangesView), (status = 400), (status = 401), (status = 403)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(asked): Asked<Wanted>,
) -> Result<Json<ChangesView>, ApiError> {
    // Why somebody is on leave is for those who keep the roster.
    allow(&caller.actor, Capability::OverrideRoster)?;
    let limit = Page { limit: Some(asked.limit.unwrap_or(LISTED)), after: None }.limit()?;
    let logins = Logins::known(&web).await;
    let head = web.board.journal().head().await.map_err(unreadable)?.seq;
    let area = asked.area.unwrap_or(caller.actor.area);
    let look = Look { actor: caller.actor, area, own: asked.own, post: asked.post };
    let (mut before, mut looked_to, mut items) =
        (asked.before.unwrap_or(u64::MAX).min(head + 1), None, Vec::new());
    for _ in 0..PAGES_MAX {
        if before <= 1 || items.len() > limit {
            break;
        }
        let first = before.saturating_sub(PAGE as u64 + 1);
        let records = records(&web, first, before).await?;
        looked_to = records.first().map(|record| record.at).or(looked_to);
        before = first + 1;
        let changes = records.into_iter().rev().filter_map(change).collect::<Vec<_>>();
        let (look, logins) = (look.clone(), logins.clone());
        let shown = web.board.read(move |board| {
            let shown = changes.into_iter().filter_map(|change| look.shown(board, &logins, change));
            shown.collect::<Vec<ChangeView>>()
        });
        items.extend(shown.await?);
    }
    if items.len() > limit {
        items.truncate(limit);
        before = items.last().map_or(before, |last| last.seq);
        looked_to = items.last().map(|last| last.at);
    }
    let next = (before > 1).then(|| before.to_string());
    Ok(Json(ChangesView { items, next, looked_to }))
}

/// Reads the records after `first` and before `end`.
async fn records(web: &Web, first: u64, end: u64) -> Result<Vec<Record>, ApiError> {
    let (mut after, mut all) = (first, Vec::new());
    // A page may end early where its records are large.
    while after + 1 < end {
        let wanted = usize::try_from(end - 1 - after).unwrap_or(PAGE);
        let page = web.board.journal().read(after, wanted).await.map_err(unreadable)?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        all.extend(page.into_iter().filter(|record| is_about_roster(&record.kind)));
    }
    Ok(all)
}

fn unreadable(error: crate::journal::ReadError) -> ApiError {
    tracing::error!(%error, "the journal cannot be read");
    let message = "the journal cannot be read just now";
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "journal.unavailable", message)
}

/// Tells whether records of a kind are worth reading: most of a journal is calls.
fn is_about_roster(kind: &str) -> bool {
    matches!(
        kind,
        "person_saved"
            | "post_saved"
            | "rotation_set"
            | "duty_table_set"
            | "override_added"
            | "override_removed"
            | "calendar_adopted"
            | "leave_taken"
            | "leave_ended"
            | "swap_asked"
            | "swap_ended"
            | "handover_signed"
    )
}

/// A record that can be read.
struct Change {
    record: Record,
    event: Event,
}

fn change(record: Record) -> Option<Change> {
    match Event::decode(&record.kind, record.version, &record.data) {
        Ok(event) => Some(Change { record, event }),
        Err(error) => {
            // The board could not have been built over it.
            tracing::error!(seq = record.seq, %error, "a record of the roster cannot be read");
            None
        }
    }
}

/// What somebody looks for.
#[derive(Clone)]
struct Look {
    actor: Actor,
    area: AreaCode,
    own: bool,
    post: Option<PostId>,
}

impl Look {
    fn shown(&self, board: &Board, logins: &Logins, change: Change) -> Option<ChangeView> {
        let what = What::of(board, &change.event)?;
        let within = if self.own { self.area == what.area } else { self.area.contains(what.area) };
        let seen = self.actor.sees(what.area) && within;
        let meant = self.post.is_none() || self.post == what.post;
        let Record { seq, at, actor, kind, .. } = change.record;
        (seen && meant).then(|| ChangeView {
            seq,
            at,
            name: logins.name(board, &actor),
            login: actor.into(),
            kind: kind.into(),
            what,
        })
    }
}

impl What {
    #[expect(clippy::wildcard_enum_match_arm, reason = "all else is no change of the roster")]
    fn of(board: &Board, event: &Event) -> Option<Self> {
        Some(match event {
            Event::PersonSaved(saved) => {
                let area = Self::at(board, saved.person.area, None);
                area.naming(board, [&saved.person.id])
            }
            Event::PostSaved(saved) => {
                Self::of_post(board, &saved.post.id).naming(board, &saved.post.holders)
            }
            Event::RotationSet(set) => Self::of_post(board, &set.post),
            Event::DutyTableSet(set) => Self::of_post(board, &set.post).table(set),
            Event::OverrideAdded(OverrideAdded { change }) => Self {
                reason: change.reason.clone(),
                id: Some(change.id.to_string()),
                ..Self::of_post(board, &change.post)
                    .naming(board, &change.people)
                    .during(change.from, change.to)
            },
            Event::OverrideRemoved(removed) => {
                Self { id: Some(removed.id.to_string()), ..Self::of_post(board, &removed.post) }
            }
            Event::CalendarAdopted(_) => Self::at(board, board.jurisdiction()?, None),
            Event::Leave(event) => Self::of_leave(board, event),
            Event::Swap(event) => return Self::of_swap(board, event),
            Event::Handover(HandoverEvent::HandoverSigned(signed)) => Self {
                id: Some(signed.id.to_string()),
                outcome: Some(match signed.side {
                    Side::Outgoing => "outgoing",
                    Side::Incoming => "incoming",
                }),
                ..Self::of_post(board, &signed.post).naming(board, &signed.person)
            },
            _ => return None,
        })
    }

    fn of_leave(board: &Board, event: &LeaveEvent) -> Self {
        match event {
            LeaveEvent::LeaveTaken(taken) => Self {
                reason: taken.reason.clone(),
                id: Some(taken.id.to_string()),
                ..Self::at(board, taken.area, None)
                    .naming(board, [&taken.person])
                    .during(taken.from, taken.to)
            },
            LeaveEvent::LeaveEnded(ended) => Self {
                id: Some(ended.id.to_string()),
                ..Self::at(board, ended.area, None).naming(board, [&ended.person])
            },
        }
    }

    fn of_swap(board: &Board, event: &SwapEvent) -> Option<Self> {
        match event {
            SwapEvent::SwapAsked(asked) => Some(Self {
                reason: asked.reason.clone(),
                id: Some(asked.id.to_string()),
                ..Self::of_post(board, &asked.turn.post)
                    .naming(board, [&asked.asker])
                    .during(asked.turn.from, asked.turn.to)
            }),
            SwapEvent::SwapEnded(ended) => {
                let swap = board.swaps.get(ended.id)?;
                let taker = swap.taken.iter().map(|taken| &taken.person);
                Some(Self {
                    reason: ended.note.clone(),
                    id: Some(ended.id.to_string()),
                    outcome: Some(outcome(ended.end)),
                    ..Self::of_post(board, &swap.turn.post)
                        .naming(board, std::iter::once(&swap.asker).chain(taker))
                        .during(swap.turn.from, swap.turn.to)
                })
            }
            // Who says no to a colleague is between the two of them.
            SwapEvent::SwapDeclined(_) | SwapEvent::SwapTaken(_) => None,
        }
    }

    fn of_post(board: &Board, post: &PostId) -> Self {
        Self::at(board, post.area, Some(post))
    }

    fn naming<'p>(self, board: &Board, people: impl IntoIterator<Item = &'p PersonId>) -> Self {
        let people = people.into_iter().map(|person| NamedPerson::of(board, person)).collect();
        Self { people, ..self }
    }

    fn during(self, from: Timestamp, to: Timestamp) -> Self {
        Self { from: Some(from), to: Some(to), ..self }
    }

    fn at(board: &Board, area: AreaCode, post: Option<&PostId>) -> Self {
        Self {
            area,
            area_name: board.areas.name(area),
            post: post.cloned(),
            post_title: post.map(|post| post_title(board, post)),
            from: None,
            to: None,
            people: Vec::new(),
            lines: None,
            reason: CompactString::default(),
            id: None,
            import: None,
            undone: false,
            outcome: None,
        }
    }

    fn table(self, set: &DutyTableSet) -> Self {
        let (import, undone) = match &set.import {
            None => (None, false),
            Some(FromImport::File { id, .. }) => (Some(id.to_string()), false),
            Some(FromImport::TakenBack(id)) => (Some(id.to_string()), true),
        };
        Self { lines: Some(set.shifts.len()), import, undone, ..self.during(set.from, set.to) }
    }
}

fn outcome(end: SwapEnd) -> &'static str {
    match end {
        SwapEnd::Approved => "approved",
        SwapEnd::Refused => "refused",
        SwapEnd::Nobody => "nobody",
        SwapEnd::Withdrawn => "withdrawn",
        SwapEnd::Lapsed => "lapsed",
    }
}
