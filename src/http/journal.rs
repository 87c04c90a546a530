//! The record, for those who may read it.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::IntoParams;

use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, List, Page},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::{Capability, PhoneNumbers},
        person::mask,
        rejection::Rejection,
        time::Timestamp,
    },
    journal::Record,
};

#[derive(Deserialize, IntoParams)]
pub(super) struct After {
    /// Only entries with a higher number.
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
}

/// An entry of the journal.
#[derive(Serialize)]
pub(super) struct EntryView {
    seq: u64,
    at: Timestamp,
    actor: String,
    kind: String,
    subject: String,
    data: Value,
    hash: String,
}

/// Reads the journal.
#[utoipa::path(get, path = "/api/v1/journal", params(After), responses((status = 200), (status = 403)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(asked): Asked<After>,
) -> Result<Json<List<EntryView>>, ApiError> {
    let limit = Page { limit: asked.limit, after: None }.limit()?;
    let actor = caller.actor;
    let jurisdiction = web.board.read(crate::domain::board::Board::jurisdiction).await?;
    if !actor.role.may_read_journal() {
        return Err(SubmitError::from(Rejection::NotAllowed(Capability::ReadJournal)).into());
    }
    // The journal is the whole jurisdiction's: it cannot be read in part.
    if let Some(area) = jurisdiction.filter(|area| !actor.sees(*area)) {
        return Err(SubmitError::from(Rejection::OutsideArea(area)).into());
    }
    let records = web.board.journal().read(asked.after, limit).await.map_err(|error| {
        tracing::error!(%error, "the journal cannot be read");
        let message = "the journal cannot be read just now";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "journal.unavailable", message)
    })?;
    let clear = actor.phone_numbers() == PhoneNumbers::OfEverybody;
    let full = records.len() == limit;
    let items: Vec<EntryView> = records.into_iter().map(|record| view(record, clear)).collect();
    let next = items.last().filter(|_| full).map(|entry| entry.seq.to_string());
    Ok(Json(List { items, next }))
}

fn view(record: Record, clear: bool) -> EntryView {
    let mut data = serde_json::from_str(&record.data).unwrap_or(Value::Null);
    if !clear {
        hide_numbers(&mut data);
    }
    EntryView {
        seq: record.seq,
        at: record.at,
        actor: record.actor.into(),
        kind: record.kind.into(),
        subject: record.subject.into(),
        data,
        hash: record.hash.to_string(),
    }
}

fn hide_numbers(data: &mut Value) {
    match data {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let (Value::String(text), "address") = (&mut *value, name.as_str()) {
                    *text = mask(text).into();
                } else {
                    hide_numbers(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_numbers),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
