//! Whose telephones have been shown to work, and tests of them.

use std::collections::BTreeSet;

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, Page, Written, allow},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::{Actor, Capability},
        board::Board,
        command::{Command, Reply},
        ids::{AreaCode, PersonId, PostId},
        person::{Channel, Person},
        rejection::Rejection,
        time::Timestamp,
        verification::{Doubt, TestContacts},
    },
    protocol::{Viewer, post_title},
};

#[derive(Deserialize, IntoParams)]
pub(super) struct Wanted {
    /// Who stands on the roster of this area and of what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    /// Only those whose telephone cannot be relied on.
    #[serde(default)]
    doubtful: bool,
    /// 1 to 10,000; 100 when left out.
    limit: Option<usize>,
    /// The id of the last person of the page before.
    #[param(value_type = Option<String>)]
    after: Option<PersonId>,
}

/// How well those who stand on a roster can be reached.
#[derive(Serialize, ToSchema)]
pub(super) struct ContactsView {
    items: Vec<ContactView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// Of everybody asked for, not only of this page.
    total: usize,
    /// Somebody has answered on it recently enough.
    verified: usize,
    unverified: usize,
    /// There is no such number, said the carrier.
    dead: usize,
    no_telephone: usize,
    /// Since when a number has to have been shown to work; left out where the policies do not ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    needed_since: Option<Timestamp>,
    /// The yearly re-filing that is going on.
    #[serde(skip_serializing_if = "Option::is_none")]
    refiling: Option<RefilingView>,
    /// Nobody's telephone rings: an answer shows nothing.
    simulated: bool,
}

#[derive(Serialize, ToSchema)]
struct RefilingView {
    #[schema(value_type = String)]
    from: Timestamp,
    /// By when it has to be done.
    #[schema(value_type = String)]
    by: Timestamp,
    /// Who has been shown to be reached within it.
    done: usize,
}

#[derive(Serialize, ToSchema)]
struct ContactView {
    #[schema(value_type = String)]
    person: PersonId,
    #[schema(value_type = String)]
    name: CompactString,
    #[schema(value_type = String)]
    title: CompactString,
    /// One of the posts that they stand for.
    #[schema(value_type = String)]
    post: PostId,
    #[schema(value_type = String)]
    post_title: CompactString,
    /// Masked for whoever may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    phone: Option<CompactString>,
    /// `verified`, `unverified`, `dead` or `no_telephone`.
    standing: &'static str,
    ways: Vec<WayView>,
}

#[derive(Serialize, ToSchema)]
struct WayView {
    #[schema(value_type = String)]
    channel: Channel,
    /// When they last answered on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    works_at: Option<Timestamp>,
    /// When the carrier last said that there is no such number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    dead_at: Option<Timestamp>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TestInput {
    /// The caller's own when left out.
    #[schema(value_type = Option<String>)]
    area: Option<AreaCode>,
    /// Only these people; everybody whose telephone cannot be relied on when empty.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    people: BTreeSet<PersonId>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Tested {
    /// The callout by which they are asked.
    callout: String,
}

/// Lists who stands on a roster, and whether their telephones have been shown to work.
#[utoipa::path(get, path = "/api/v1/contacts", params(Wanted),
    responses((status = 200, body = ContactsView), (status = 401), (status = 403), (status = 422)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<ContactsView>, ApiError> {
    let actor = caller.actor;
    allow(&actor, Capability::OverrideRoster)?;
    let limit = Page { limit: wanted.limit, after: None }.limit()?;
    let now = web.board.now();
    let view = web.board.read(move |board| {
        let area = wanted.area.unwrap_or(actor.area);
        if board.areas.get(area).is_none() {
            return Err(Rejection::UnknownArea(area));
        }
        if !actor.sees(area) {
            return Err(Rejection::OutsideArea(area));
        }
        Ok(ContactsView::of(board, &actor, now, (area, &wanted, limit)))
    });
    Ok(Json(view.await?.map_err(SubmitError::from)?))
}

/// Asks people to show that their telephones work.
#[utoipa::path(post, path = "/api/v1/contacts/tests", request_body = TestInput,
    responses((status = 201, body = Tested), (status = 401), (status = 403), (status = 422)))]
pub(super) async fn test(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<(StatusCode, Json<Tested>), ApiError> {
    let TestInput { area, people } = written.json()?;
    let area = area.unwrap_or(caller.actor.area);
    let named = written.command_id(&caller.actor);
    let command = Command::TestContacts(TestContacts { area, people });
    let committed = web.board.submit_as(caller.actor, command, named).await?;
    let Reply::Callout { id } = committed.reply else {
        return Err(ApiError::key_reused());
    };
    Ok((StatusCode::CREATED, Json(Tested { callout: id.to_string() })))
}

impl ContactsView {
    fn of(
        board: &Board,
        actor: &Actor,
        now: Timestamp,
        (area, wanted, limit): (AreaCode, &Wanted, usize),
    ) -> Self {
        let needed_since = board.verification_needed_since(now);
        // Without a rule, whoever has ever answered counts.
        let since = needed_since.unwrap_or(Timestamp::from_millis(i64::MIN));
        let refiling = board.freshness().and_then(|rule| rule.refiling(board.timezone(), now));
        let mut refiling =
            refiling.map(|filing| RefilingView { from: filing.from, by: filing.by, done: 0 });
        let mut view = Self {
            items: Vec::new(),
            next: None,
            total: 0,
            verified: 0,
            unverified: 0,
            dead: 0,
            no_telephone: 0,
            needed_since,
            refiling: None,
            simulated: board.callouts.lines(Channel::Voice).is_some_and(|found| found.simulated),
        };
        let viewer = Viewer { actor, now };
        let later = |person: &PersonId| wanted.after.as_ref().is_none_or(|after| after < person);
        for (person, post) in board.on_rosters(area) {
            let Some(known) = board.people.get(person) else { continue };
            let standing = standing(board, known, since);
            view.total += 1;
            *view.count(standing) += 1;
            if let Some(filing) = &mut refiling
                && known.has(Channel::Voice)
                && board.doubt(person, filing.from).is_none()
            {
                filing.done += 1;
            }
            let meant = !wanted.doubtful || standing != Standing::Verified;
            if meant && later(person) {
                if view.items.len() == limit {
                    view.next = view.items.last().map(|last| last.person.to_string());
                } else if view.items.len() < limit {
                    view.items.push(ContactView::of(board, known, post, standing, &viewer));
                }
            }
        }
        view.refiling = refiling;
        view
    }

    fn count(&mut self, standing: Standing) -> &mut usize {
        match standing {
            Standing::Verified => &mut self.verified,
            Standing::Unverified => &mut self.unverified,
            Standing::Dead => &mut self.dead,
            Standing::NoTelephone => &mut self.no_telephone,
        }
    }
}

/// How far somebody's telephone can be relied on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Verified,
    Unverified,
    Dead,
    NoTelephone,
}

fn standing(board: &Board, person: &Person, since: Timestamp) -> Standing {
    if !person.has(Channel::Voice) {
        return Standing::NoTelephone;
    }
    match board.doubt(&person.id, since) {
        None => Standing::Verified,
        Some(Doubt::Unverified) => Standing::Unverified,
        Some(Doubt::Dead) => Standing::Dead,
    }
}

impl ContactView {
    fn of(
        board: &Board,
        person: &Person,
        post: &PostId,
        standing: Standing,
        viewer: &Viewer<'_>,
    ) -> Self {
        let ways = Channel::ALL.into_iter().filter(|channel| person.has(*channel));
        let way = |channel| {
            let proof = board.proofs.of(&person.id, channel);
            WayView { channel, works_at: proof.works_at, dead_at: proof.dead_at }
        };
        Self {
            person: person.id.clone(),
            name: person.name.clone(),
            title: person.title.clone(),
            post: post.clone(),
            post_title: post_title(board, post),
            phone: viewer.number(board, &person.id, false),
            standing: match standing {
                Standing::Verified => "verified",
                Standing::Unverified => "unverified",
                Standing::Dead => "dead",
                Standing::NoTelephone => "no_telephone",
            },
            ways: ways.map(way).collect(),
        }
    }
}
