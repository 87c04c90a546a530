//! Who would be called by a warning, before it is sent. A pure read of the board: nothing is recorded, nobody is told.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    Json,
    extract::{Request, State},
};
use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    dispatcher::SubmitError,
    domain::{
        board::Board,
        command::Command,
        event::{CalloutEvent, Event},
        ids::{AreaCode, Level},
        time::Timestamp,
        warning::{Colour, Message, Status},
    },
    http::{Web, error::ApiError, request::Caller, warnings},
    protocol::WarningInput,
};

/// What a warning would do.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Preview {
    /// `opens` a callout, `changes` or `ends` one, or does `nothing` that anybody is called for.
    effect: &'static str,
    /// How many posts would be called.
    posts: usize,
    /// How many people their first calls go to.
    people: usize,
    /// How many townships they are in.
    townships: usize,
    /// The posts by township; those of the jurisdiction itself under its own code.
    areas: Vec<AreaCount>,
    policies: Vec<PolicyCount>,
    /// Posts that are called now and would be let go, and those that would only be told.
    released: usize,
    told: usize,
    /// The warning as it would be.
    warning: Previewed,
}

#[derive(Debug, Serialize, ToSchema)]
struct AreaCount {
    #[schema(value_type = String)]
    area: AreaCode,
    #[schema(value_type = String)]
    name: CompactString,
    posts: usize,
}

#[derive(Debug, Serialize, ToSchema)]
struct PolicyCount {
    #[schema(value_type = String)]
    policy: CompactString,
    #[schema(value_type = String)]
    title: CompactString,
    posts: usize,
}

#[derive(Debug, Default, Serialize, ToSchema)]
struct Previewed {
    #[schema(value_type = String)]
    event: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    event_code: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    colour: Option<Colour>,
    headline: String,
    description: String,
    instruction: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    expires: Option<Timestamp>,
    /// None before it is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    status: Option<Status>,
    /// What a person should know about how it was read.
    notes: Vec<String>,
}

/// Says whom a warning would call, taking what `POST /warnings` takes.
#[utoipa::path(post, path = "/api/v1/warnings/preview", request_body = WarningInput,
    responses((status = 200, body = Preview), (status = 403), (status = 413), (status = 422)))]
pub(in crate::http) async fn preview(
    State(web): State<Web>,
    caller: Caller,
    request: Request,
) -> Result<Json<Preview>, ApiError> {
    let actor = caller.actor;
    let written = warnings::admitted(&actor, request).await?;
    let (message, original) = warnings::read(&web, &actor, &written).await?;
    let now = web.board.now();
    let seen = web.board.read(move |board| {
        let command = Command::AcceptWarning { message: Box::new(message), original };
        let decision = board.decide(&actor, &command, now)?;
        Ok(Preview::of(board, &decision.events))
    });
    Ok(Json(seen.await?.map_err(SubmitError::Rejected)?))
}

impl Preview {
    fn of(board: &Board, events: &[Event]) -> Self {
        let (mut areas, mut policies) = (BTreeMap::new(), BTreeMap::new());
        let (mut people, mut by_callout) = (BTreeSet::new(), BTreeMap::new());
        let (mut posts, mut released, mut told) = (0, 0, 0);
        let (mut effect, mut warning) = ("nothing", Previewed::default());
        for event in events {
            #[expect(clippy::wildcard_enum_match_arm, reason = "only these say who is called")]
            match event {
                Event::WarningAccepted(accepted) => {
                    warning = Previewed::of(&accepted.message);
                }
                Event::Callout(CalloutEvent::CalloutOpened(opened)) => {
                    effect = "opens";
                    by_callout.insert(opened.id, opened.policy.clone());
                }
                Event::Callout(CalloutEvent::CalloutRevised(revised)) => {
                    effect = "changes";
                    by_callout.insert(revised.id, revised.policy.clone());
                }
                Event::Callout(CalloutEvent::CalloutClosed(_)) if effect == "nothing" => {
                    effect = "ends"
                }
                Event::Callout(CalloutEvent::ObligationOpened(opened)) => {
                    posts += 1;
                    people.extend(&opened.step.people);
                    let area = opened.post.area;
                    let row = area.at(Level::Township).unwrap_or(area);
                    *areas.entry(row).or_insert(0) += 1;
                    let policy = by_callout.get(&opened.callout).cloned().unwrap_or_default();
                    *policies.entry(policy).or_insert(0) += 1;
                }
                Event::Callout(CalloutEvent::ObligationWithdrawn(withdrawn)) => {
                    released += 1;
                    told += usize::from(!withdrawn.notices.is_empty());
                }
                Event::Callout(CalloutEvent::ObligationTold(_)) => told += 1,
                _ => {}
            }
        }
        let set = board.callouts.policies();
        let title = |id: &CompactString| {
            let policy = set.and_then(|set| set.policies.iter().find(|policy| policy.id == *id));
            policy.map_or_else(|| id.clone(), |policy| policy.title.clone())
        };
        let townships = areas.keys().filter(|area: &&AreaCode| area.level() == Level::Township);
        Self {
            effect,
            posts,
            people: people.len(),
            townships: townships.count(),
            policies: policies
                .into_iter()
                .map(|(policy, posts)| PolicyCount { title: title(&policy), policy, posts })
                .collect(),
            areas: areas
                .into_iter()
                .map(|(area, posts)| AreaCount { area, name: board.areas.name(area), posts })
                .collect(),
            released,
            told,
            warning,
        }
    }
}

impl Previewed {
    fn of(message: &Message) -> Self {
        Self {
            event: message.event.clone(),
            event_code: message.event_code.clone(),
            colour: message.colour,
            headline: message.headline.clone(),
            description: message.description.clone(),
            instruction: message.instruction.clone(),
            expires: message.expires,
            status: Some(message.status),
            notes: message.notes.clone(),
        }
    }
}
