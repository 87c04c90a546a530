//! What units can do, for forms and pages: codes, names and what each is counted in.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Web,
    request::{Caller, List},
};
use crate::domain::capability::{Ability, Counting};

/// One thing that units can do; needs name it by its code.
#[derive(Serialize, ToSchema)]
pub(super) struct AbilityView {
    code: String,
    zh: String,
    en: String,
    /// `units`, `people` or `amount`.
    #[schema(value_type = String)]
    counted: Counting,
    /// What it is counted in, for people, such as 支, 人 or m³/h.
    unit_zh: String,
    unit_en: String,
}

impl From<&Ability> for AbilityView {
    fn from(ability: &Ability) -> Self {
        Self {
            code: ability.code.to_string(),
            zh: ability.zh.to_string(),
            en: ability.en.to_string(),
            counted: ability.counted,
            unit_zh: ability.unit_zh().to_owned(),
            unit_en: ability.unit_en().to_owned(),
        }
    }
}

/// Lists what the county's units can do, in the order of its file.
#[utoipa::path(get, path = "/api/v1/capabilities",
    responses((status = 200, body = Vec<AbilityView>), (status = 401)))]
pub(super) async fn list(State(web): State<Web>, _caller: Caller) -> Json<List<AbilityView>> {
    Json(List::whole(web.advice.catalogue.iter().map(AbilityView::from).collect()))
}
