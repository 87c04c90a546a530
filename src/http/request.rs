//! What a request brings: who asks, a body that is read whole or refused with the field at fault, and
//! the key by which its repetition is known.

use std::net::IpAddr;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
};
use serde::{Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

use super::{BODY_LIMIT, Web, error::ApiError};
use crate::{
    access::Identity,
    dispatcher::{CommandId, SubmitError},
    domain::{
        actor::{Actor, Capability},
        ids::{PersonId, PostId},
        rejection::Rejection,
    },
    journal::Hash,
    protocol::named_field,
};

/// The cookie that carries a login.
pub(super) const COOKIE: &str = "jiaoying";
/// Longest `Idempotency-Key`.
const KEY_LIMIT: usize = 200;

/// Who asks, by bearer token or cookie.
pub(super) struct Caller {
    pub identity: Identity,
    pub actor: Actor,
}

impl FromRequestParts<Web> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, ApiError> {
        let (token, by_cookie) = token(&parts.headers).ok_or_else(|| {
            let message = "log in at POST /api/v1/sessions, or send Authorization: Bearer …";
            ApiError::new(StatusCode::UNAUTHORIZED, "token.missing", message)
        })?;
        // A cookie goes along with what other sites make a browser send; a token does not.
        if by_cookie && writes(&parts.method) && !same_origin(&parts.headers) {
            let message = "this page is not allowed to act for the one who is logged in";
            return Err(ApiError::new(StatusCode::FORBIDDEN, "origin.foreign", message));
        }
        let identity = web.access.authenticate(token, web.board.now()).await?;
        let actor = actor(web, &identity).await?;
        Ok(Self { identity, actor })
    }
}

/// Returns who `identity` acts as now: a duty handset acts for whoever is on duty.
pub(super) async fn actor(web: &Web, identity: &Identity) -> Result<Actor, ApiError> {
    let (identity, now) = (identity.clone(), web.board.now());
    let actor = web.board.read(move |board| {
        identity.actor(|post: &PostId| -> Option<PersonId> {
            let staffing = board.roster.get(post)?;
            board.on_duty(staffing, now).people.first().map(|person| (*person).clone())
        })
    });
    Ok(actor.await?)
}

/// Returns the token and whether it came as a cookie.
pub(super) fn token(headers: &HeaderMap) -> Option<(&str, bool)> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some((scheme, token)) = bearer.and_then(|value| value.split_once(' '))
        && scheme.eq_ignore_ascii_case("Bearer")
    {
        return Some((token.trim(), false));
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| name.trim() == COOKIE).map(|(_, token)| (token.trim(), true))
}

/// Returns the address a request comes from. Behind a proxy on this machine that is what the proxy
/// saw, the last in the list: what stands before it anybody may have written.
pub(super) fn client_address(peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    if !peer.to_canonical().is_loopback() {
        return peer;
    }
    let last = headers.get_all("x-forwarded-for").iter().next_back();
    let last = last.and_then(|value| value.to_str().ok()?.rsplit(',').next());
    last.and_then(|address| address.trim().parse().ok()).unwrap_or(peer)
}

fn writes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Tells whether a browser says that the page is ours; programs that say nothing are no browsers.
pub(super) fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return true };
    let host = text(header::HOST).unwrap_or_default();
    let origin = origin.split_once("://").map_or(origin, |(_, host)| host);
    !host.is_empty() && origin.eq_ignore_ascii_case(host)
}

/// A body and the name of its command.
pub(super) struct Written {
    pub bytes: Bytes,
    pub media_type: String,
    key: Option<String>,
    request: Vec<u8>,
}

impl Written {
    /// Reads a body of at most `limit` bytes.
    pub async fn read(request: Request, limit: usize) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let key = key(&parts.headers)?;
        let bytes = collect(body, limit).await?;
        let text = |name: &str| {
            let value = parts.headers.get(name).and_then(|value| value.to_str().ok());
            value.map(str::to_owned)
        };
        let media_type = text("content-type").unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim().to_lowercase();
        let request = format!("{} {}\n", parts.method, parts.uri.path()).into_bytes();
        Ok(Self { bytes, media_type, key, request })
    }

    /// Returns the command's name, if its sender gave it one; names are the sender's own.
    pub fn command_id(&self, actor: &Actor) -> Option<CommandId> {
        let key = self.key.as_ref()?;
        let mut request = self.request.clone();
        request.extend_from_slice(&self.bytes);
        Some(CommandId { id: format!("{}:{key}", actor.login), fingerprint: Hash::of(&request) })
    }

    /// Reads the body as JSON; what does not fit is named by its field.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let mut reader = serde_json::Deserializer::from_slice(&self.bytes);
        let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            let inner = error.into_inner();
            let (status, code) = if inner.is_data() {
                (StatusCode::UNPROCESSABLE_ENTITY, "field.invalid")
            } else {
                (StatusCode::BAD_REQUEST, "body.not_json")
            };
            let refusal = ApiError::new(status, code, inner.to_string());
            match named_field(&inner.to_string()) {
                Some(field) => refusal.field(field),
                None if path == "." => refusal,
                None => refusal.field(path),
            }
        })?;
        reader.end().map_err(|error| {
            ApiError::new(StatusCode::BAD_REQUEST, "body.not_json", error.to_string())
        })?;
        Ok(read)
    }
}

/// Returns the key that the sender gave. One that cannot be kept is refused: who sends a request again
/// under it counts on its being done once.
fn key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text =
        value.to_str().ok().filter(|text| text.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    let key = text.ok_or_else(|| {
        let message = "use printable ASCII characters in Idempotency-Key";
        let refusal = ApiError::new(StatusCode::BAD_REQUEST, "idempotency_key.invalid", message);
        refusal.field("Idempotency-Key")
    })?;
    if key.is_empty() || key.len() > KEY_LIMIT {
        let message = format!("use 1 to {KEY_LIMIT} characters");
        return Err(ApiError::bad_field("Idempotency-Key", message));
    }
    Ok(Some(key.to_owned()))
}

async fn collect(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    axum::body::to_bytes(body, limit).await.map_err(|_| {
        let message = format!("the body is longer than {limit} bytes, or broke off");
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "body.too_large", message).field("body")
    })
}

impl FromRequest<Web> for Written {
    type Rejection = ApiError;

    async fn from_request(request: Request, _web: &Web) -> Result<Self, ApiError> {
        Self::read(request, BODY_LIMIT).await
    }
}

/// Query parameters; what does not fit is refused as everything else is.
pub(super) struct Asked<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Web> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, ApiError> {
        let query = Query::<T>::from_request_parts(parts, web).await.map_err(|error| {
            let text = error.body_text();
            let field = text.split(": ").nth(1).map(str::to_owned);
            let refusal = ApiError::new(StatusCode::BAD_REQUEST, "query.invalid", text);
            match field {
                Some(field) => refusal.field(field),
                None => refusal,
            }
        })?;
        Ok(Self(query.0))
    }
}

/// What was asked is done, and in the journal at this place.
#[derive(Serialize, ToSchema)]
pub(super) struct Done {
    pub seq: u64,
}

/// An id in the path.
pub(super) struct Named<T>(pub T);

impl<T> FromRequestParts<Web> for Named<T>
where
    T: std::str::FromStr + Send,
    T::Err: std::fmt::Display,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, ApiError> {
        let path = Path::<String>::from_request_parts(parts, web).await;
        let text = path.map_err(|error| {
            ApiError::new(StatusCode::BAD_REQUEST, "path.invalid", error.body_text())
        })?;
        let id = text.parse().map_err(|error: T::Err| {
            ApiError::new(StatusCode::NOT_FOUND, "id.unknown", error.to_string()).field("id")
        })?;
        Ok(Self(id))
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct Page {
    pub limit: Option<usize>,
    pub after: Option<String>,
}

impl Page {
    /// Items when the client does not say.
    const DEFAULT: usize = 100;
    /// Most items a page holds.
    const LIMIT: usize = 10_000;

    pub fn limit(&self) -> Result<usize, ApiError> {
        let limit = self.limit.unwrap_or(Self::DEFAULT);
        if (1..=Self::LIMIT).contains(&limit) {
            return Ok(limit);
        }
        let message = format!("use 1 to {}", Self::LIMIT);
        Err(ApiError::bad_query("limit", message))
    }

    /// Returns how many things a workbook lists: as many as a page can hold when the client does not say.
    pub fn rows(&self) -> Result<usize, ApiError> {
        self.limit.map_or(Ok(Self::LIMIT), |_| self.limit())
    }

    /// Returns the id after which the page begins.
    pub fn after<T: std::str::FromStr>(&self) -> Result<Option<T>, ApiError> {
        let Some(text) = &self.after else { return Ok(None) };
        let id = text.parse().map_err(|_| {
            let message = "use the value of `next` of the page before";
            ApiError::bad_query("after", message)
        })?;
        Ok(Some(id))
    }
}

/// A page of a list.
#[derive(Debug, Serialize)]
pub(super) struct List<T> {
    pub items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> List<T> {
    /// Cuts `items`, of which one more than `limit` was taken, to a page; `id` names an item.
    pub fn cut(mut items: Vec<T>, limit: usize, id: impl Fn(&T) -> String) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(id);
        Self { items, next }
    }

    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// Refuses an actor whose role may not do `capability`.
pub(super) fn allow(actor: &Actor, capability: Capability) -> Result<(), ApiError> {
    if actor.role.may(capability) {
        return Ok(());
    }
    Err(SubmitError::from(Rejection::NotAllowed(capability)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_on_this_machine_says_where_a_client_is() {
        for (peer, forwarded, client) in [
            ("127.0.0.1", &["203.0.113.7"][..], "203.0.113.7"),
            ("::1", &["198.51.100.1, 2001:db8::7"], "2001:db8::7"),
            ("::ffff:127.0.0.1", &["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
            ("127.0.0.1", &["203.0.113.7, unknown"], "127.0.0.1"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("192.0.2.1", &["203.0.113.7"], "192.0.2.1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in forwarded {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            let found = client_address(peer.parse().unwrap(), &headers);
            assert_eq!(found.to_string(), client, "{peer} {forwarded:?}");
        }
    }
}
