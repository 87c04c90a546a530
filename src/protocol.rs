//! The wire: what pages and integrators see of the board. Times are RFC 3339, ids are texts.
//!
//! Views are made for one [`Viewer`]: somebody who may not see telephone numbers gets them masked.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{
    actor::{Actor, PhoneNumbers},
    board::Board,
    callout::{
        attempt::{Attempt, Outcome, Progress},
        callouts::{Callout, Callouts},
        lines,
        obligation::{Obligation, Skipped, State, Via, WithdrawReason},
        policy::CalloutKind,
        rollup::Tally,
    },
    ids::{AreaCode, CalloutId, Level, ObligationId, PersonId, PostId, WarningId},
    person::{Channel, mask},
    roster::{Source, Staffing},
    time::Timestamp,
    warning::{Colour, Life, Status, Warning},
};

/// For whom a view is made, and when.
pub struct Viewer<'a> {
    pub actor: &'a Actor,
    pub now: Timestamp,
}

impl Viewer<'_> {
    /// Returns a number as this viewer may see it.
    fn number(&self, board: &Board, person: &PersonId, on_duty: bool) -> Option<CompactString> {
        let person = board.people.get(person)?;
        let number = person.phone()?;
        let clear = self.actor.sees(person.area)
            && match self.actor.phone_numbers() {
                PhoneNumbers::OfEverybody => true,
                PhoneNumbers::OfPeopleOnDuty => on_duty,
                PhoneNumbers::Hidden => false,
            };
        Some(if clear { number.into() } else { mask(number) })
    }

    fn person(&self, board: &Board, id: &PersonId) -> PersonView {
        let known = board.people.get(id);
        PersonView {
            id: id.clone(),
            name: known.map(|person| person.name.clone()).unwrap_or_default(),
            title: known.map(|person| person.title.clone()).unwrap_or_default(),
            // Whoever is being called out is on duty for it.
            phone: self.number(board, id, true),
        }
    }
}

/// Somebody, as a screen names them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonView {
    #[schema(value_type = String)]
    pub id: PersonId,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    #[schema(value_type = String)]
    pub title: CompactString,
    /// Masked where the viewer need not dial it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub phone: Option<CompactString>,
}

/// A warning.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WarningView {
    #[schema(value_type = String)]
    pub id: WarningId,
    #[schema(value_type = String)]
    pub identifier: CompactString,
    #[schema(value_type = String)]
    pub sender: CompactString,
    #[schema(value_type = String)]
    pub event: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub event_code: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub colour: Option<Colour>,
    pub headline: String,
    pub description: String,
    pub instruction: String,
    #[schema(value_type = String, format = DateTime)]
    pub sent: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub effective: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub expires: Option<Timestamp>,
    #[schema(value_type = String)]
    pub status: Status,
    pub state: &'static str,
    #[schema(value_type = Vec<String>)]
    pub areas: Vec<AreaCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub callout: Option<CalloutId>,
    /// What a person should know about how the message was read.
    pub notes: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    pub accepted_at: Timestamp,
}

impl WarningView {
    pub fn of(warning: &Warning) -> Self {
        let message = &warning.message;
        Self {
            id: warning.id,
            identifier: message.identifier.clone(),
            sender: message.sender.clone(),
            event: message.event.clone(),
            event_code: message.event_code.clone(),
            colour: message.colour,
            headline: message.headline.clone(),
            description: message.description.clone(),
            instruction: message.instruction.clone(),
            sent: message.sent,
            effective: message.effective,
            expires: message.expires,
            status: message.status,
            state: life(warning.life),
            areas: warning.extent.named().collect(),
            callout: warning.callout,
            notes: message.notes.clone(),
            accepted_at: warning.accepted_at,
        }
    }
}

fn life(life: Life) -> &'static str {
    match life {
        Life::Active => "active",
        Life::Superseded { .. } => "superseded",
        Life::Cancelled { .. } => "cancelled",
        Life::Expired => "expired",
        Life::Inert => "inert",
    }
}

/// One line of a roll-up.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RollupRow {
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[serde(flatten)]
    pub counts: Counts,
    /// Whether enough posts of the area itself have answered; absent where the policy asks none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manned: Option<bool>,
}

/// Obligations by state; `total` is their sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    pub total: u32,
    pub answered: u32,
    pub ringing: u32,
    pub unreached: u32,
    pub withdrawn: u32,
}

impl From<Tally> for Counts {
    fn from(tally: Tally) -> Self {
        Self {
            total: tally.total(),
            answered: tally.answered,
            ringing: tally.ringing,
            unreached: tally.unreached,
            withdrawn: tally.withdrawn,
        }
    }
}

impl Counts {
    fn minus(self, other: Counts) -> Self {
        Self {
            total: self.total.saturating_sub(other.total),
            answered: self.answered.saturating_sub(other.answered),
            ringing: self.ringing.saturating_sub(other.ringing),
            unreached: self.unreached.saturating_sub(other.unreached),
            withdrawn: self.withdrawn.saturating_sub(other.withdrawn),
        }
    }
}

/// A callout with its roll-up by the child areas of the viewer's area.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CalloutView {
    #[schema(value_type = String)]
    pub id: CalloutId,
    #[schema(value_type = String)]
    pub kind: CalloutKind,
    #[schema(value_type = String)]
    pub subject: CompactString,
    pub text: String,
    #[schema(value_type = String)]
    pub severity: Colour,
    pub drill: bool,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub closed_at: Option<Timestamp>,
    pub state: &'static str,
    #[schema(value_type = String)]
    pub policy: CompactString,
    #[schema(value_type = String)]
    pub policy_title: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub warning: Option<WarningId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub parent: Option<CalloutId>,
    #[schema(value_type = Vec<String>)]
    pub areas: Vec<AreaCode>,
    #[serde(flatten)]
    pub counts: Counts,
    pub rollup: Vec<RollupRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Forecast>,
}

/// When the last first call will have been made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Forecast {
    /// First calls of this callout, and of those that go before it, that wait for a line.
    pub queued: usize,
    pub calling: u32,
    pub lines: u32,
    /// Nobody's telephone really rings.
    pub simulated: bool,
    #[schema(value_type = String, format = DateTime)]
    pub finish_at: Timestamp,
    /// By when the policy wants every first call to have begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub target_at: Option<Timestamp>,
}

impl CalloutView {
    pub fn of(board: &Board, callout: &Callout, viewer: &Viewer<'_>) -> Self {
        let set = board.callouts.frozen(callout);
        let title = set.map(|(_, policy)| policy.title.clone()).unwrap_or_default();
        Self {
            id: callout.id,
            kind: callout.kind,
            subject: callout.subject.clone(),
            text: callout.text.clone(),
            severity: callout.severity,
            drill: callout.drill,
            opened_at: callout.opened_at,
            closed_at: callout.closed.map(|closed| closed.at),
            state: if callout.is_open() { "open" } else { "closed" },
            policy: callout.policy.clone(),
            policy_title: title,
            warning: callout.warning,
            parent: callout.parent,
            areas: callout.extent.named().collect(),
            counts: callout.rollup.of(viewer.actor.area).into(),
            rollup: rollup(board, callout, viewer.actor.area),
            forecast: forecast(board, callout, viewer.now),
        }
    }
}

/// One row a child area that has obligations, after one for the area's own posts.
fn rollup(board: &Board, callout: &Callout, area: AreaCode) -> Vec<RollupRow> {
    let quorum = board.callouts.frozen(callout).map(|(_, policy)| &policy.quorum);
    let asks = |level: Level| quorum.is_some_and(|quorum| quorum.iter().any(|q| q.level == level));
    let row = |area: AreaCode, counts: Counts| RollupRow {
        area,
        name: board.areas.name(area),
        counts,
        manned: asks(area.level()).then(|| callout.manned.contains(&area)),
    };
    let children: Vec<RollupRow> = board
        .areas
        .children(area)
        .map(|child| row(child.code, callout.rollup.of(child.code).into()))
        .filter(|row| row.counts.total > 0)
        .collect();
    let below = children.iter().map(|row| row.counts);
    let own = below.fold(Counts::from(callout.rollup.of(area)), Counts::minus);
    let own = (own.total > 0).then(|| row(area, own));
    own.into_iter().chain(children).collect()
}

fn forecast(board: &Board, callout: &Callout, now: Timestamp) -> Option<Forecast> {
    if !callout.is_open() {
        return None;
    }
    let found = board.callouts.lines(Channel::Voice)?;
    let class = Callouts::class(callout, 0, false);
    let queued = board.callouts.queue().ahead(Channel::Voice, class);
    let calling = board.callouts.queue().calling(Channel::Voice);
    let within = board.callouts.frozen(callout).and_then(|(_, policy)| policy.first_call_within_s);
    Some(Forecast {
        queued,
        calling,
        lines: found.lines,
        simulated: found.simulated,
        finish_at: lines::finish_at(found, calling, queued, now)?,
        target_at: lines::target_at(callout.opened_at, within),
    })
}

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
            post_title: post_title(board, &obligation.post),
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
            }),
            handed_to,
            about: about(board, obligation, viewer),
            withdrawn,
            replaces: obligation.replaces,
        })
    }
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
        post_title: post_title(board, &obligation.post),
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
        outcome: attempt.outcome.clone(),
        repeats: attempt.repeats,
    }
}

/// Returns the post's title, or its duty's name where the county gave it none.
pub fn post_title(board: &Board, post: &PostId) -> CompactString {
    let title = board.roster.get(post).map(|staffing| staffing.post.title.clone());
    title.filter(|title| !title.is_empty()).unwrap_or_else(|| duty_name(board, post))
}

fn duty_name(board: &Board, post: &PostId) -> CompactString {
    let set = board.callouts.policies();
    let name = set.and_then(|set| set.duties.iter().find(|duty| duty.name == post.duty));
    name.map_or_else(|| post.duty.as_str().into(), |name| name.zh.clone())
}

/// Who is on duty at an instant, and where nobody is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DutyView {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub items: Vec<DutyItem>,
    pub gaps: Vec<DutyGap>,
    /// The holiday notice of this year has not been entered, so rotations by day type may be wrong.
    pub calendar_missing: bool,
}

/// Somebody on duty.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DutyItem {
    #[serde(flatten)]
    pub place: DutyPlace,
    #[schema(value_type = String)]
    pub person: PersonId,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[schema(value_type = Option<String>)]
    pub phone: Option<CompactString>,
    #[schema(value_type = Option<String>)]
    pub from: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub to: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub source: Option<Source>,
}

/// A post that nobody holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DutyGap {
    #[serde(flatten)]
    pub place: DutyPlace,
    #[schema(value_type = Option<String>)]
    pub from: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub to: Option<Timestamp>,
}

/// A post as lists of duty name it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DutyPlace {
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub area_name: CompactString,
    #[schema(value_type = String)]
    pub post: PostId,
    #[schema(value_type = String)]
    pub post_title: CompactString,
    #[schema(value_type = String)]
    pub duty: crate::domain::ids::Duty,
    #[schema(value_type = String)]
    pub duty_name: CompactString,
}

impl DutyView {
    /// Lists the posts in `area` that `wanted` picks.
    pub fn of(
        board: &Board,
        area: AreaCode,
        at: Timestamp,
        viewer: &Viewer<'_>,
        wanted: impl Fn(&PostId) -> bool,
    ) -> Self {
        let date = at.local(board.timezone()).date();
        let calendar_missing = !board.calendar.knows(date);
        let mut view = Self { at, items: Vec::new(), gaps: Vec::new(), calendar_missing };
        let posts = board.roster.within(area).filter(|staffing| wanted(&staffing.post.id));
        posts.for_each(|staffing| view.add(board, staffing, viewer));
        view
    }

    fn add(&mut self, board: &Board, staffing: &Staffing, viewer: &Viewer<'_>) {
        let duty = board.on_duty(staffing, self.at);
        let post = &staffing.post.id;
        let place = DutyPlace {
            area: post.area,
            area_name: board.areas.name(post.area),
            post: post.clone(),
            post_title: post_title(board, post),
            duty: post.duty.clone(),
            duty_name: duty_name(board, post),
        };
        let (from, to) = (duty.from, duty.to);
        if duty.people.is_empty() {
            self.gaps.push(DutyGap { place: place.clone(), from, to });
        }
        for person in duty.people {
            let known = board.people.get(person);
            self.items.push(DutyItem {
                place: place.clone(),
                person: person.clone(),
                name: known.map(|person| person.name.clone()).unwrap_or_default(),
                phone: viewer.number(board, person, true),
                from,
                to,
                source: duty.source,
            });
        }
    }
}

/// The lines of one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineView {
    #[schema(value_type = String)]
    pub channel: Channel,
    pub simulated: bool,
    pub lines: u32,
    pub busy: u32,
    pub queued: usize,
}

impl LineView {
    pub fn all(board: &Board) -> Vec<Self> {
        let known = Channel::ALL.into_iter().filter_map(|channel| {
            let found = board.callouts.lines(channel)?;
            let queue = board.callouts.queue();
            Some(LineView {
                channel,
                simulated: found.simulated,
                lines: found.lines,
                busy: queue.calling(channel),
                queued: queue.waiting(channel),
            })
        });
        known.collect()
    }
}

/// What somebody sent as a warning in JSON.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WarningInput {
    #[schema(value_type = Option<String>)]
    pub identifier: Option<CompactString>,
    #[schema(value_type = Option<String>)]
    pub sender: Option<CompactString>,
    #[schema(value_type = Option<String>)]
    pub sent: Option<Timestamp>,
    /// `actual` (default) or `exercise`, `test`, `system`, `draft`.
    #[schema(value_type = Option<String>)]
    pub status: Option<Status>,
    /// `alert` (default), `update` or `cancel`.
    #[schema(value_type = Option<String>)]
    pub kind: Option<crate::domain::warning::MessageKind>,
    /// Ids (`w-1`) or identifiers of the warnings that this one updates or cancels.
    #[serde(default)]
    pub references: Vec<String>,
    /// The hazard, such as 暴雨.
    #[schema(value_type = String)]
    pub event: CompactString,
    #[schema(value_type = Option<String>)]
    pub event_code: Option<CompactString>,
    #[schema(value_type = Option<String>)]
    pub colour: Option<Colour>,
    pub headline: Option<String>,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub instruction: String,
    #[schema(value_type = Option<String>)]
    pub effective: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub onset: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub expires: Option<Timestamp>,
    /// 12-digit codes.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub areas: Vec<AreaCode>,
    /// Rings of `[lon, lat]`, first point repeated at the end.
    #[serde(default)]
    pub polygons: Vec<Vec<[f64; 2]>>,
}
