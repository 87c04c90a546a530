//! Days of a post filled by the order in which it has been held: looked at, and nothing changed.

use std::time::Duration;

use axum::{Json, extract::State};
use chrono::NaiveDate;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Web,
    ahead::{NamedPerson, REST_H, REST_MAX_H, beside},
    duty_tables::{FILL_MAX, after},
    error::ApiError,
    request::{Caller, Written, allow},
    rotations::{RotationView, known, named},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::Capability,
        board::Board,
        ids::PostId,
        rejection::Rejection,
        roster::{DayType, Filling, Obstacle, Outlook, PassedOver, Proposal, Reason, Rotation},
        time::Timestamp,
    },
    protocol::DutyPlace,
};

/// How far back an order is read out of a table: the month before, and a few days of the one before that.
const HABIT_DAYS: u16 = 35;

/// Which days are to be filled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FillInput {
    #[schema(value_type = String)]
    post: PostId,
    /// The first day.
    #[schema(value_type = String)]
    from: NaiveDate,
    /// The last day.
    #[schema(value_type = String)]
    to: NaiveDate,
    /// Hours of rest between two shifts, 0 to 168; 24 when left out.
    rest_h: Option<u16>,
}

/// How the days would be filled. Nothing has changed.
#[derive(Serialize, ToSchema)]
pub(super) struct FillView {
    #[schema(value_type = String)]
    post: PostId,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    /// The order it goes by: the post's rotation, else what its table of the last weeks shows.
    order: RotationView,
    shifts: Vec<ProposalView>,
    /// Years of which the holiday notice has not been entered: days are guessed by weekday there.
    years_missing: Vec<i32>,
    /// To be sent back with what is put in force.
    seen: u64,
}

/// A shift, who would hold it, and why.
#[derive(Serialize, ToSchema)]
pub(super) struct ProposalView {
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    #[schema(value_type = String)]
    day_type: DayType,
    /// Nobody where nobody can.
    people: Vec<NamedPerson>,
    /// `longest`: its last duty of this kind is longest ago; `together`: it held the day before; `nobody`.
    reason: &'static str,
    /// When its last duty of this kind began; left out where it has had none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    last: Option<Timestamp>,
    /// Whose turn it would have been before that.
    passed_over: Vec<PassedOverView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct PassedOverView {
    people: Vec<NamedPerson>,
    /// Because of whom.
    person: NamedPerson,
    /// `on_leave`, `at_other_post`, `short_rest`, or `due_next`: first in turn for the next day.
    why: &'static str,
    /// The other post.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    post: Option<PostId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    post_title: Option<CompactString>,
    /// When the shift begins that leaves too little rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    shift: Option<Timestamp>,
}

/// Proposes who is on duty on each of the days, and says why.
#[utoipa::path(post, path = "/api/v1/duty-tables/fill", request_body = FillInput,
    responses((status = 200, body = FillView), (status = 403), (status = 404), (status = 422)))]
pub(super) async fn fill(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<Json<FillView>, ApiError> {
    allow(&caller.actor, Capability::EditRoster)?;
    let FillInput { post, from, to, rest_h } = written.json()?;
    let rest_h = rest_h.unwrap_or(REST_H);
    if rest_h > REST_MAX_H {
        return Err(ApiError::bad_field("rest_h", format!("use 0 to {REST_MAX_H}")));
    }
    if !(0..FILL_MAX).contains(&(to - from).num_days()) {
        return Err(ApiError::bad_field("to", format!("use {from} to {FILL_MAX} days later")));
    }
    let until = after(to);
    let of = post.clone();
    let taken = web.board.read(move |board| {
        let staffing = known(board, &caller.actor, &of)?;
        Ok::<_, Rejection>((staffing.post.rotations.clone(), staffing.changed, Outlook::of(board)))
    });
    let (rotations, seen, outlook) = taken.await?.map_err(SubmitError::from)?;
    let order = rotations.on(from).map(|rotation| Rotation { starts_on: from, ..rotation.clone() });
    let order = order.or_else(|| outlook.order_so_far(&post, from, HABIT_DAYS));
    let order = order.ok_or_else(|| {
        let message = "the post has neither a rotation nor a table in the weeks before to go by; \
                       import the last month, or plan a rotation";
        ApiError::bad_field("post", message)
    })?;
    let rest = Duration::from_secs(u64::from(rest_h) * 3_600);
    let filling = Filling { post: post.clone(), order, until, rest };
    let (from, to) = outlook.days(filling.order.starts_on, until);
    let (filling, proposals, years_missing) = beside(move || {
        let proposals = outlook.fill(&filling);
        (filling, proposals, outlook.years_missing(from, to - Duration::from_millis(1)))
    })
    .await?;
    let view = move |board: &Board| FillView {
        post,
        from,
        to,
        order: RotationView::of(board, &filling.order),
        shifts: proposals.iter().map(|proposal| ProposalView::of(board, proposal)).collect(),
        years_missing,
        seen,
    };
    Ok(Json(web.board.read(view).await?))
}

impl ProposalView {
    fn of(board: &Board, proposal: &Proposal) -> Self {
        let (reason, last) = match proposal.reason {
            Reason::Longest { last } => ("longest", last),
            Reason::Together => ("together", None),
            Reason::Nobody => ("nobody", None),
        };
        let passed = proposal.passed_over.iter();
        Self {
            from: proposal.from,
            to: proposal.to,
            day_type: proposal.plan,
            people: named(board, &proposal.crew),
            reason,
            last,
            passed_over: passed.map(|passed| PassedOverView::of(board, passed)).collect(),
        }
    }
}

impl PassedOverView {
    fn of(board: &Board, passed: &PassedOver) -> Self {
        let (why, post, shift) = match &passed.obstacle {
            Obstacle::OnLeave => ("on_leave", None, None),
            Obstacle::AtOtherPost(post) => ("at_other_post", Some(post.clone()), None),
            Obstacle::DueNext => ("due_next", None, None),
            Obstacle::ShortRest(shift) => ("short_rest", None, Some(*shift)),
        };
        Self {
            people: named(board, &passed.crew),
            person: NamedPerson::of(board, &passed.person),
            why,
            post_title: post.as_ref().map(|post| DutyPlace::of(board, post).post_title),
            post,
            shift,
        }
    }
}
