//! Warnings by hand: the forms there are, a filled form as the warning that it becomes, and who would be called.

mod preview;

use axum::{Json, extract::State};
use compact_str::CompactString;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

pub(super) use self::preview::{__path_preview, preview};
use super::{
    Web,
    error::ApiError,
    request::{Caller, List, Written},
};
use crate::{
    domain::{
        board::Board,
        ids::{AreaCode, Level},
        time::Timestamp,
        warning::{MessageKind, Status},
    },
    ingest::forms::{Form, Said, Stage},
    protocol::WarningInput,
};

/// Longest name of a unit and of a document, in characters: both are read out.
const NAME_LIMIT: usize = 100;
/// Areas that a text names; of more it says how many.
const NAMED_MAX: usize = 8;

/// A filled form: a body of `POST /warnings`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FilledForm {
    /// Ids of a form and of one of its stages.
    form: String,
    stage: String,
    /// 12-digit codes.
    #[schema(value_type = Vec<String>)]
    areas: Vec<AreaCode>,
    /// Who issues it, such as 示例县水利局.
    unit: String,
    /// Its number, where it has one.
    #[serde(default)]
    document: String,
    /// The form's own texts where these are left out.
    description: Option<String>,
    instruction: Option<String>,
    /// The form's own hours from now where this is left out.
    #[schema(value_type = Option<String>)]
    expires: Option<Timestamp>,
    /// `actual` (default) or `exercise`.
    #[schema(value_type = Option<String>)]
    status: Option<Status>,
    /// `alert` (default) or `update`.
    #[schema(value_type = Option<String>)]
    kind: Option<MessageKind>,
    /// Ids of the warnings that it changes.
    #[serde(default)]
    references: Vec<String>,
    #[schema(value_type = Option<String>)]
    identifier: Option<CompactString>,
}

/// Lists the forms for warnings that no message comes for.
#[utoipa::path(get, path = "/api/v1/warning-forms", responses((status = 200, body = Vec<Form>)))]
pub(super) async fn list(State(web): State<Web>, _caller: Caller) -> Json<List<Form>> {
    Json(List::whole(web.forms.forms.clone()))
}

/// Reads a warning in JSON: as it is, or as a filled form, which names its `form`.
pub(super) async fn input(web: &Web, written: &Written) -> Result<WarningInput, ApiError> {
    let is_form = written.json::<Value>().is_ok_and(|body| body.get("form").is_some());
    match is_form {
        true => filled(web, written.json()?).await,
        false => written.json(),
    }
}

async fn filled(web: &Web, filled: FilledForm) -> Result<WarningInput, ApiError> {
    let known = web.forms.find(&filled.form);
    let form = known.ok_or_else(|| {
        ApiError::bad_field("form", "no such form; GET /warning-forms lists those there are")
    })?;
    let stage = form.stage(&filled.stage).ok_or_else(|| {
        let known: Vec<_> = form.stages.iter().map(|stage| &*stage.id).collect();
        ApiError::bad_field("stage", format!("no such stage; use one of {}", known.join(", ")))
    })?;
    let unit = named("unit", &filled.unit)?;
    if unit.is_empty() {
        return Err(ApiError::bad_field("unit", "say who issues it, such as 示例县水利局"));
    }
    let document = named("document", &filled.document)?;
    let now = web.board.now();
    let valid = std::time::Duration::from_secs(u64::from(form.valid_h) * 3_600);
    let expires = filled.expires.unwrap_or(now + valid);
    let codes = filled.areas.clone();
    let said = web.board.read(move |board| {
        let names: Vec<_> = codes.iter().take(NAMED_MAX).map(|code| placed(board, *code)).collect();
        let more = if codes.len() > NAMED_MAX {
            format!("等 {} 处", codes.len())
        } else {
            String::new()
        };
        let until = expires.local(board.timezone()).format("%-m月%-d日%-H时%M分").to_string();
        (format!("{}{more}", names.join("、")), until)
    });
    let (areas, until) = said.await?;
    let said = Said { unit, areas: &areas, until: &until };
    let headline = form.say(stage, &stage.headline, said);
    Ok(texts(form, stage, said, document, filled.clone(), headline, expires))
}

/// Returns the name of an area, a village's with that of its township: many villages share one.
fn placed(board: &Board, area: AreaCode) -> String {
    let township = area.at(Level::Township).filter(|township| *township != area);
    let township = township.map(|township| board.areas.name(township)).unwrap_or_default();
    format!("{township}{}", board.areas.name(area))
}

fn texts(
    form: &Form,
    stage: &Stage,
    said: Said<'_>,
    document: &str,
    filled: FilledForm,
    headline: String,
    expires: Timestamp,
) -> WarningInput {
    let own = |text: Option<String>, template: &str| {
        let text = text.filter(|text| !text.trim().is_empty());
        text.unwrap_or_else(|| form.say(stage, template, said))
    };
    let mut description = own(filled.description, &stage.description);
    description.push_str(&format!("\n发布单位：{}", said.unit));
    if !document.is_empty() {
        description.push_str(&format!("，文号：{document}"));
    }
    WarningInput {
        identifier: filled.identifier,
        sender: None,
        sent: None,
        status: filled.status,
        kind: filled.kind,
        references: filled.references,
        event: form.event.clone(),
        event_code: Some(form.event_code.clone()),
        colour: Some(stage.colour),
        headline: Some(headline),
        description,
        instruction: own(filled.instruction, &stage.instruction),
        effective: None,
        onset: None,
        expires: Some(expires),
        areas: filled.areas,
        polygons: Vec::new(),
    }
}

fn named<'t>(field: &str, text: &'t str) -> Result<&'t str, ApiError> {
    let text = text.trim();
    match text.chars().count() > NAME_LIMIT {
        true => Err(ApiError::bad_field(field, format!("at most {NAME_LIMIT} characters"))),
        false => Ok(text),
    }
}
