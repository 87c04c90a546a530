//! The division tree and the policies, for forms.

use axum::{Json, extract::State};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, List},
};
use crate::domain::{
    callout::policy::{CalloutKind, DutyName},
    ids::{AreaCode, Level},
    warning::Colour,
};

#[derive(Deserialize, IntoParams)]
pub(super) struct Under {
    /// The caller's own area when left out.
    #[param(value_type = Option<String>)]
    parent: Option<AreaCode>,
}

#[derive(Serialize)]
pub(super) struct AreaView {
    code: AreaCode,
    name: CompactString,
    level: Level,
    /// Areas directly below.
    children: usize,
}

#[derive(Serialize)]
pub(super) struct Policies {
    items: Vec<PolicyView>,
    duties: Vec<DutyName>,
}

#[derive(Serialize)]
struct PolicyView {
    id: CompactString,
    title: CompactString,
    title_en: CompactString,
    kinds: Vec<CalloutKind>,
    colours: Vec<Colour>,
}

/// Lists the areas directly below one.
#[utoipa::path(get, path = "/api/v1/areas", params(Under), responses((status = 200)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(under): Asked<Under>,
) -> Result<Json<List<AreaView>>, ApiError> {
    let parent = under.parent.unwrap_or(caller.actor.area);
    let items = web.board.read(move |board| {
        let below = board.areas.children(parent);
        below
            .map(|area| AreaView {
                code: area.code,
                name: area.name.clone(),
                level: area.code.level(),
                children: board.areas.children(area.code).count(),
            })
            .collect()
    });
    Ok(Json(List::whole(items.await?)))
}

/// Lists the policies in force and the duties they name.
#[utoipa::path(get, path = "/api/v1/policies", responses((status = 200)))]
pub(super) async fn policies(
    State(web): State<Web>,
    _caller: Caller,
) -> Result<Json<Policies>, ApiError> {
    let policies = web.board.read(|board| {
        let set = board.callouts.policies();
        let view = |policy: &crate::domain::callout::policy::Policy| PolicyView {
            id: policy.id.clone(),
            title: policy.title.clone(),
            title_en: policy.title_en.clone(),
            kinds: policy.applies.kinds.iter().copied().collect(),
            colours: policy.applies.colours.iter().copied().collect(),
        };
        Policies {
            items: set.into_iter().flat_map(|set| &set.policies).map(view).collect(),
            duties: set.map(|set| set.duties.clone()).unwrap_or_default(),
        }
    });
    Ok(Json(policies.await?))
}
