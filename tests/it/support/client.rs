//! Somebody who speaks HTTP with a node; the status that is expected stands in the call.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::socket::WsClient;

/// Longest wait for an answer, by far.
const PATIENCE: Duration = Duration::from_secs(120);

/// A caller with or without a token.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    pub base: String,
    pub token: Option<String>,
}

impl Client {
    /// Speaks with the node at `address`, such as `127.0.0.1:8080`.
    pub fn new(address: &str) -> Self {
        // A node that never answers is a failure, and no test without end.
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Self { http, base: address.to_owned(), token: None }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    pub async fn log_in(&self, login: &str, password: &str) -> Self {
        let body = json!({ "login": login, "password": password });
        let session = self.post("/sessions", &body, 201).await;
        self.with_token(session["token"].as_str().unwrap())
    }

    #[track_caller]
    pub fn get(&self, path: &str, status: u16) -> impl Future<Output = Value> {
        expect(self.request(Method::GET, path), status)
    }

    #[track_caller]
    pub fn delete(&self, path: &str, status: u16) -> impl Future<Output = Value> {
        expect(self.request(Method::DELETE, path), status)
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: &Value, status: u16) -> impl Future<Output = Value> {
        expect(self.request(Method::POST, path).json(body), status)
    }

    /// Posts under an `Idempotency-Key`.
    #[track_caller]
    pub fn post_as(
        &self,
        key: &str,
        path: &str,
        body: &Value,
        status: u16,
    ) -> impl Future<Output = Value> {
        expect(self.request(Method::POST, path).header("idempotency-key", key).json(body), status)
    }

    #[track_caller]
    pub fn post_cap(&self, xml: &str, status: u16) -> impl Future<Output = Value> {
        let request = self.request(Method::POST, "/warnings");
        let request = request.header("content-type", "application/cap+xml").body(xml.to_owned());
        expect(request, status)
    }

    /// Returns a request to the API, or with a path in brackets such as `[/readyz]` to the root.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = match path.strip_prefix('[').and_then(|path| path.strip_suffix(']')) {
            Some(path) => format!("http://{}{path}", self.base),
            None => format!("http://{}/api/v1{path}", self.base),
        };
        let request = self.http.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Opens a socket and says hello; the first frames are the welcome and the snapshot.
    pub async fn watch(&self) -> WsClient {
        let mut socket = WsClient::open(&self.base, None).await;
        socket.hello(json!({ "token": self.token })).await;
        socket
    }

    /// Returns every entry of the journal after `after`.
    pub async fn journal(&self, after: u64) -> Vec<Value> {
        let (mut all, mut after) = (Vec::new(), after);
        loop {
            let page = self.get(&format!("/journal?limit=10000&after={after}"), 200).await;
            let items = page["items"].as_array().unwrap();
            all.extend(items.iter().cloned());
            match page["next"].as_str() {
                Some(next) => after = next.parse().unwrap(),
                None => return all,
            }
        }
    }
}

/// Sends `request` and returns its answer's JSON; what is not JSON is returned as a string.
#[track_caller]
pub fn expect(request: RequestBuilder, status: u16) -> impl Future<Output = Value> {
    let asked_at = std::panic::Location::caller();
    async move {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let what = format!("{} {}", request.method(), request.url().path());
        let response = client.execute(request).await.unwrap();
        let found = response.status().as_u16();
        let text = response.text().await.unwrap();
        assert_eq!(found, status, "{what} at {asked_at}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    }
}

/// Returns the items of a list.
#[track_caller]
pub fn items(list: &Value) -> &[Value] {
    list["items"].as_array().unwrap()
}

/// Returns the code and the field of a refusal.
pub fn refusal(answer: &Value) -> (&str, &str) {
    let error = &answer["error"];
    (error["code"].as_str().unwrap_or_default(), error["field"].as_str().unwrap_or_default())
}
