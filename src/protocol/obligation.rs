//! Obligations with everybody who was rung, every attempt and its outcome.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::{PersonView, Viewer, post_title};
use crate::domain::{
    board::Board,
    callout::{
        attempt::{Attempt, Outcome, Progress},
        obligation::{Obligation, Skipped, State, Via, Who, WithdrawReason},
        policy::CalloutKind,
    },
    ids::{AreaCode, CalloutId, ObligationId, PersonId, PostId},
    person::Channel,
    spot_check::Whereabouts,
    time::Timestamp,
    warning::Colour,
};

/// One obligation with all that is known of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ObligationView {
    #[schema(value_type = String)]
    pub id: ObligationId,
    #[schema(value_type = String)]
    pub callout: CalloutId,
    #[schema(value_type = String)]
    pub subject: CompactString,
    pub text: String,
    #[schema(value_type = String)]
    pub kind: CalloutKind,
    #[schema(value_type = String)]
    pub severity: Colour,
    pub drill: bool,
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub area_name: CompactString,
    #[schema(value_type = String)]
    pub post: PostId,
    #[schema(value_type = String)]
    pub post_title: CompactString,
    #[schema(value_type = String)]
    pub task: CompactString,
    /// `ringing`, `answered`, `unreached` or `withdrawn`.
    pub state: &'static str,
    /// The rung being rung, from 0, of `rungs`.
    pub rung: u8,
    pub rungs: usize,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// When the engine acts next: escalates, or hands on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub answered_at: Option<Timestamp>,
    pub asked: Vec<AskedView>,
    pub attempts: Vec<AttemptView>,
    #[schema(value_type = Vec<Object>)]
    pub skipped: Vec<Skipped>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_to: Option<HandedView>,
    /// Of an errand: whose door.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<AboutView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub withdrawn: Option<WithdrawReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub replaces: Option<ObligationId>,
}

/// Somebody who has been rung.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AskedView {
    pub person: PersonView,
    pub rung: u8,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub declined: bool,
}

/// One try.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttemptView {
    pub id: String,
    #[schema(value_type = String)]
    pub person: PersonId,
    #[schema(value_type = String)]
    pub channel: Channel,
    pub rung: u8,
    /// From 1.
    pub r#try: u32,
    pub notice: bool,
    #[schema(value_type = String)]
    pub state: Progress,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub started_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub ended_at: Option<Timestamp>,
    /// When a telephone began to ring.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub rang_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub outcome: Option<Outcome>,
    /// Times it may have rung twice after a crash.
    pub repeats: u32,
}

/// An answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AnswerView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonView>,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    #[schema(value_type = String)]
    pub name: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub entered_by: Option<CompactString>,
    #[schema(value_type = Object)]
    pub via: Via,
    pub late: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Where they were, where a check asks: `{at: [lon, lat], accuracy_m, away_m?, elsewhere?}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub whereabouts: Option<Whereabouts>,
}

/// In whose hands an unreached obligation is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HandedView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonView>,
    #[schema(value_type = String, format = DateTime)]
    pub by: Timestamp,
}

/// The obligation that an errand is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AboutView {
    #[schema(value_type = String)]
    pub obligation: ObligationId,
    #[schema(value_type = String)]
    pub post: PostId,
    #[schema(value_type = String)]
    pub post_title: CompactString,
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub area_name: CompactString,
    pub people: Vec<PersonView>,
}

impl ObligationView {
    pub fn of(board: &Board, obligation: &Obligation, viewer: &Viewer<'_>) -> Option<Self> {
        let callout = board.callouts.get(obligation.callout)?;
        let person = |id: &PersonId| viewer.person(board, id);
        let handed_to = match &obligation.state {
            State::Unreached { handed, .. } => {
                Some(HandedView { person: handed.to.as_ref().map(person), by: handed.by })
            }
            State::Ringing { .. } | State::Answered | State::Withdrawn { .. } => None,
        };
        let withdrawn = match obligation.state {
            State::Withdrawn { reason } => Some(reason),
            State::Ringing { .. } | State::Answered | State::Unreached { .. } => None,
        };
        let asked = obligation.asked.iter().map(|asked| AskedView {
            person: person(&asked.person),
            rung: asked.rung,
            at: asked.at,
            declined: asked.declined,
        });
        Some(Self {
            id: obligation.id,
            callout: callout.id,
            subject: callout.subject.clone(),
            text: callout.text.clone(),
            kind: callout.kind,
            severity: callout.severity,
            drill: callout.drill,
            area: obligation.post.area,
            area_name: board.areas.name(obligation.post.area),
            post: obligation.post.clone(),
            post_title: bearer_title(board, obligation),
            task: obligation.task.clone(),
            state: state(&obligation.state),
            rung: obligation.rung,
            rungs: board.callouts.ladder(obligation).map_or(0, |ladder| ladder.rungs.len()),
            opened_at: obligation.opened_at,
            due_at: obligation.state.deadline(),
            answered_at: obligation.answered_at,
            asked: asked.collect(),
            attempts: obligation.attempts.iter().map(attempt).collect(),
            skipped: obligation.skipped.clone(),
            answer: obligation.answer.as_ref().map(|answer| AnswerView {
                person: answer.person.as_ref().map(person),
                name: answer.name.clone(),
                entered_by: answer.entered_by.clone(),
                via: answer.via.clone(),
                late: answer.late,
                note: answer.note.clone(),
                whereabouts: answer.whereabouts,
            }),
            handed_to,
            about: about(board, obligation, viewer),
            withdrawn,
            replaces: obligation.replaces,
        })
    }
}

/// Returns the name of the unit or person who has to answer, else the post's title.
fn bearer_title(board: &Board, obligation: &Obligation) -> CompactString {
    let name = match obligation.bearer().who {
        Who::Unit(unit) => board.units.get(unit).map(|unit| unit.name.clone()),
        Who::Person(person) => board.people.get(person).map(|person| person.name.clone()),
        Who::Holder => None,
    };
    name.unwrap_or_else(|| post_title(board, &obligation.post))
}

fn about(board: &Board, errand: &Obligation, viewer: &Viewer<'_>) -> Option<AboutView> {
    let obligation = board.callouts.obligation(errand.about?)?;
    let mut people: Vec<&PersonId> = Vec::new();
    for asked in &obligation.asked {
        if !people.contains(&&asked.person) {
            people.push(&asked.person);
        }
    }
    Some(AboutView {
        obligation: obligation.id,
        post: obligation.post.clone(),
        post_title: bearer_title(board, obligation),
        area: obligation.post.area,
        area_name: board.areas.name(obligation.post.area),
        people: people.into_iter().map(|id| viewer.person(board, id)).collect(),
    })
}

fn state(state: &State) -> &'static str {
    match state {
        State::Ringing { .. } => "ringing",
        State::Answered => "answered",
        State::Unreached { .. } => "unreached",
        State::Withdrawn { .. } => "withdrawn",
    }
}

fn attempt(attempt: &Attempt) -> AttemptView {
    AttemptView {
        id: attempt.id.to_string(),
        person: attempt.person.clone(),
        channel: attempt.channel,
        rung: attempt.rung,
        r#try: attempt.ordinal + 1,
        notice: attempt.notice,
        state: attempt.progress,
        started_at: attempt.started_at,
        ended_at: attempt.ended_at,
        rang_at: attempt.rang_at,
        outcome: attempt.outcome.clone(),
        repeats: attempt.repeats,
    }
}
