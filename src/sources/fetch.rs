//! One request to a source: bounded in time, size and where it may lead.

use std::{collections::BTreeSet, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{
    Method, Request, StatusCode,
    header::{
        ACCEPT_ENCODING, ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH, LOCATION,
        USER_AGENT,
    },
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use reqwest::Url;
use tokio::time::timeout;

use crate::tls;

/// For one request with its redirects: a source that is slower is asked again a minute later.
const ANSWER_MAX: Duration = Duration::from_secs(20);
/// For a connection.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Bytes of one answer; a relay's feed of 500 messages has some hundred kilobytes.
pub(super) const BODY_MAX: usize = 16 << 20;
const REDIRECTS_MAX: usize = 3;
const AGENT: &str = concat!("jiaoying/", env!("CARGO_PKG_VERSION"));

/// Why nothing was fetched. It names the host and never the rest of the address, which may hold a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    #[error("{host} gave no whole answer within {} s", ANSWER_MAX.as_secs())]
    Slow { host: String },
    #[error("{host} cannot be reached: {why}")]
    Unreachable { host: String, why: String },
    #[error("{host} answers {status}")]
    Status { host: String, status: u16 },
    #[error("{host} answers with more than {BODY_MAX} bytes, or broke off: {why}")]
    Body { host: String, why: String },
    #[error("{host} leads elsewhere more than {REDIRECTS_MAX} times")]
    Redirects { host: String },
    #[error("it leads to {host}, which is not among the source's hosts")]
    Elsewhere { host: String },
    #[error(
        "it leads from https to plain http at {host}, where anybody on the way could say anything"
    )]
    Plain { host: String },
    #[error("the address cannot be read")]
    Address,
}

impl Failure {
    /// Tells whether what was asked for is not there any more, and never will be.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Failure::Status { status: 404 | 410, .. })
    }
}

/// What came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fetched {
    /// The same as under the tag that was given.
    Unchanged,
    Body {
        bytes: Bytes,
        tag: Option<HeaderValue>,
    },
}

/// What is asked for, and where it may lead.
#[derive(Clone)]
pub(super) struct Asked {
    pub url: Url,
    /// Sent to `url`'s own host alone: they may hold a key.
    pub headers: HeaderMap,
    /// Hosts that a redirect or a feed may lead to.
    pub hosts: BTreeSet<String>,
}

impl Asked {
    /// Returns the same for another address that the source leads to.
    pub(super) fn at(&self, url: &str) -> Result<Self, Failure> {
        let url: Url = url.parse().map_err(|_| Failure::Address)?;
        let to = host(&url);
        if !self.hosts.contains(&to) {
            return Err(Failure::Elsewhere { host: to });
        }
        if self.url.scheme() == "https" && url.scheme() != "https" {
            return Err(Failure::Plain { host: to });
        }
        let headers = if to == host(&self.url) { self.headers.clone() } else { HeaderMap::new() };
        Ok(Self { url, headers, hosts: self.hosts.clone() })
    }
}

pub(super) fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// Reads headers as they are sent.
pub(super) fn headers<'h>(
    given: impl Iterator<Item = (&'h String, String)>,
) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let read: Result<HeaderName, _> = name.parse();
        let value: Result<HeaderValue, _> = value.parse();
        let (Ok(read), Ok(mut value)) = (read, value) else {
            return Err(format!("{name} is no header that can be sent"));
        };
        value.set_sensitive(true);
        headers.insert(read, value);
    }
    Ok(headers)
}

/// The client that all sources share.
pub(super) struct Fetcher {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
}

impl Fetcher {
    pub(super) fn new() -> Self {
        let mut plain = HttpConnector::new();
        plain.set_connect_timeout(Some(CONNECT_MAX));
        plain.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls::client(tls::roots_of_system()))
            .https_or_http()
            .enable_http1()
            .wrap_connector(plain);
        Self { client: Client::builder(TokioExecutor::new()).build(connector) }
    }

    /// Fetches what is asked for; with the `tag` of what is known, only if it has changed.
    pub(super) async fn get(
        &self,
        asked: &Asked,
        tag: Option<&HeaderValue>,
    ) -> Result<Fetched, Failure> {
        let slow = || Failure::Slow { host: host(&asked.url) };
        timeout(ANSWER_MAX, self.follow(asked.clone(), tag)).await.map_err(|_| slow())?
    }

    async fn follow(
        &self,
        mut asked: Asked,
        tag: Option<&HeaderValue>,
    ) -> Result<Fetched, Failure> {
        for _ in 0..=REDIRECTS_MAX {
            let host = host(&asked.url);
            let response = self.once(&asked, tag).await?;
            let status = response.status();
            if status == StatusCode::NOT_MODIFIED {
                return Ok(Fetched::Unchanged);
            }
            if status.is_redirection() {
                let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
                let to = to.and_then(|to| asked.url.join(to).ok()).ok_or(Failure::Address)?;
                asked = asked.at(to.as_str())?;
                continue;
            }
            if status != StatusCode::OK {
                return Err(Failure::Status { host, status: status.as_u16() });
            }
            let tag = response.headers().get(ETAG).cloned();
            let body = Limited::new(response.into_body(), BODY_MAX).collect().await;
            let bytes =
                body.map_err(|error| Failure::Body { host, why: error.to_string() })?.to_bytes();
            return Ok(Fetched::Body { bytes, tag });
        }
        Err(Failure::Redirects { host: host(&asked.url) })
    }

    async fn once(
        &self,
        asked: &Asked,
        tag: Option<&HeaderValue>,
    ) -> Result<hyper::Response<hyper::body::Incoming>, Failure> {
        let mut request = Request::builder().method(Method::GET).uri(asked.url.as_str());
        if let Some(headers) = request.headers_mut() {
            headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            headers.extend(asked.headers.clone());
            if let Some(tag) = tag {
                headers.insert(IF_NONE_MATCH, tag.clone());
            }
        }
        let request = request.body(Empty::new()).map_err(|_| Failure::Address)?;
        let host = host(&asked.url);
        self.client.request(request).await.map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            Failure::Unreachable { host, why: cause.unwrap_or_else(|| error.to_string()) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_to_the_sources_own_host_and_nothing_leads_away_or_to_plain_http() {
        let key = ("X-Key".to_owned(), "secret".to_owned());
        let asked = Asked {
            url: "https://a.example/feed".parse().unwrap(),
            headers: headers(std::iter::once((&key.0, key.1.clone()))).unwrap(),
            hosts: ["a.example", "b.example"].map(str::to_owned).into(),
        };
        assert_eq!(asked.at("https://a.example/1").unwrap().headers.len(), 1);
        assert_eq!(asked.at("https://b.example/1").unwrap().headers.len(), 0);
        let refused = |url| asked.at(url).err();
        let host = || "c.example".to_owned();
        assert_eq!(refused("https://c.example/1"), Some(Failure::Elsewhere { host: host() }));
        let host = || "a.example".to_owned();
        assert_eq!(refused("http://a.example/1"), Some(Failure::Plain { host: host() }));
        assert_eq!(refused("no address"), Some(Failure::Address));
    }
}
