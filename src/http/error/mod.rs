//! What goes wrong, as HTTP says it.

mod body;
mod status;

use std::fmt;

pub use self::body::{Details, ErrorBody, ErrorDetail};
use self::status::rejected;
use crate::{
    access::{AdminError, AuthError, LoginError, store::StoreError},
    dispatcher::SubmitError,
    ingest::cap::Fault,
};
use axum::{
    Json,
    http::{
        HeaderValue, StatusCode,
        header::{RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};

/// A refusal, as the client gets it.
#[derive(Debug)]
pub struct ApiError {
    pub status: StatusCode,
    pub body: ErrorBody,
    pub retry_after_s: Option<u64>,
}

impl ApiError {
    /// The Idempotency-Key was that of a request of another kind, whose answer this is not.
    pub(super) fn key_reused() -> Self {
        let message = "this key was given with a request of another kind; use a new one";
        Self::new(StatusCode::CONFLICT, "idempotency_key.reused", message).field("Idempotency-Key")
    }

    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let error = ErrorDetail { code, message: message.into(), field: None, details: None };
        Self { status, body: ErrorBody { error }, retry_after_s: None }
    }

    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.body.error.field = Some(field.into());
        self
    }

    pub fn not_found(what: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, what, message)
    }

    /// A query that cannot be answered as it is.
    pub fn bad_query(field: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "query.invalid", message).field(field)
    }

    pub fn bad_field(field: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "field.invalid", message).field(field)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ErrorDetail { message, field, .. } = &self.body.error;
        field.iter().try_for_each(|field| write!(f, "{field}: "))?;
        f.write_str(message)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<SubmitError> for ApiError {
    fn from(error: SubmitError) -> Self {
        let status = match &error {
            SubmitError::Rejected(rejection) => rejected(rejection),
            SubmitError::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            SubmitError::Unfit(_) => StatusCode::PAYLOAD_TOO_LARGE,
            SubmitError::Journal | SubmitError::Stopped => StatusCode::SERVICE_UNAVAILABLE,
        };
        let mut refusal = Self::new(status, error.code(), error.to_string());
        refusal.body.error.field = error.field().map(str::to_owned);
        refusal.body.error.details = Details::of(&error).map(Box::new);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            refusal.retry_after_s = Some(1);
        }
        refusal
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        let message = format!("{fault}; {}", fault.remedy());
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, fault.code(), message).field(fault.element)
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        let status = match &error {
            AuthError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            AuthError::NotALogin => StatusCode::CONFLICT,
            AuthError::Unknown | AuthError::Ended | AuthError::Revoked => StatusCode::UNAUTHORIZED,
        };
        Self::new(status, error.code(), error.to_string())
    }
}

impl From<AdminError> for ApiError {
    fn from(error: AdminError) -> Self {
        let status = match &error {
            AdminError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            AdminError::NotAllowed => StatusCode::FORBIDDEN,
            AdminError::Store(StoreError::NoToken) => StatusCode::NOT_FOUND,
            AdminError::Store(store) if store.is_refusal() => StatusCode::FORBIDDEN,
            AdminError::Busy(_) | AdminError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        let refusal = Self::new(status, error.code(), error.to_string());
        match error.field() {
            Some(field) => refusal.field(field),
            None => refusal,
        }
    }
}

impl From<LoginError> for ApiError {
    fn from(error: LoginError) -> Self {
        let retry_after_s = error.retry_after_s();
        let status = match (&error, retry_after_s) {
            (LoginError::Store(_), _) => StatusCode::SERVICE_UNAVAILABLE,
            (_, Some(_)) => StatusCode::TOO_MANY_REQUESTS,
            (_, None) => StatusCode::UNAUTHORIZED,
        };
        Self { retry_after_s, ..Self::new(status, error.code(), error.to_string()) }
    }
}
