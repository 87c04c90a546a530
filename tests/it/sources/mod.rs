//! Sources of warnings on a real node: asked over real sockets, read from real folders, and missed when they fall
//! silent.

mod far;
mod folder;
mod listed;
mod pushed;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode, header::ETAG},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::support::{
    client::{Client, items},
    patience::until,
    server::TestServer,
};

const SOON: Duration = Duration::from_secs(40);

/// A web server that answers what it is told to, until its plug is pulled.
struct Far {
    pages: Arc<Mutex<BTreeMap<String, Page>>>,
    asked: Arc<Mutex<Vec<(String, HeaderMap)>>>,
    address: SocketAddr,
    running: JoinHandle<()>,
}

#[derive(Clone)]
struct Page {
    status: u16,
    body: String,
    tag: Option<&'static str>,
}

type Shared = (Arc<Mutex<BTreeMap<String, Page>>>, Arc<Mutex<Vec<(String, HeaderMap)>>>);

impl Far {
    async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap()).await
    }

    #[expect(clippy::disallowed_methods, reason = "the far side runs beside the test")]
    async fn start_at(address: SocketAddr) -> Self {
        let (pages, asked) = (Arc::default(), Arc::default());
        let shared: Shared = (Arc::clone(&pages), Arc::clone(&asked));
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = Router::new().fallback(answer).with_state(shared);
        let running = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self { pages, asked, address, running }
    }

    fn says(&self, path: &str, body: impl ToString) {
        self.page(path, Page { status: 200, body: body.to_string(), tag: None });
    }

    fn page(&self, path: &str, page: Page) {
        self.pages.lock().unwrap().insert(path.to_owned(), page);
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn asked_for(&self, path: &str) -> Vec<HeaderMap> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(asked, _)| asked == path).map(|(_, h)| h.clone()).collect()
    }

    async fn pull_the_plug(self) -> SocketAddr {
        self.running.abort();
        let _ = self.running.await;
        self.address
    }
}

async fn answer(State((pages, asked)): State<Shared>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    asked.lock().unwrap().push((path.clone(), request.headers().clone()));
    let pages = pages.lock().unwrap();
    let Some(page) = pages.get(&path) else {
        return Response::builder().status(StatusCode::NOT_FOUND).body(Body::empty()).unwrap();
    };
    let known = request.headers().get("if-none-match").map(|tag| tag.as_bytes());
    let mut response = Response::builder().status(page.status).header("connection", "close");
    if let Some(tag) = page.tag {
        response = response.header(ETAG, tag);
        if known == Some(tag.as_bytes()) {
            return response.status(304).body(Body::empty()).unwrap();
        }
    }
    response.body(Body::from(page.body.clone())).unwrap()
}

/// A list as nmc.cn answers it.
fn nmc(items: Value) -> Value {
    json!({"msg": "success", "code": 0, "data": {"page": {"list": items}}})
}

fn item(identifier: &str, title: &str) -> Value {
    let digits = identifier.split_once('_').unwrap().1;
    let (day, time) = digits.split_at(8);
    let issued =
        format!("{}/{}/{} {}:{}", &day[..4], &day[4..6], &day[6..], &time[..2], &time[2..4]);
    json!({"alertid": identifier, "issuetime": issued, "title": title, "pic": ""})
}

async fn start(settings: &str) -> TestServer {
    TestServer::start_with_file(Arc::new(tempfile::tempdir().unwrap()), settings).await
}

async fn restart(dir: Arc<TempDir>, settings: &str) -> TestServer {
    TestServer::start_with_file(dir, settings).await
}

/// Waits until a source is as wanted.
async fn source(client: &Client, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let what = format!("the source {name} is as wanted");
    let found = until(SOON, &what, async || {
        let all = client.get("/sources", 200).await;
        items(&all).iter().find(|source| source["name"] == name && wanted(source)).cloned()
    });
    found.await
}

/// Waits until so many warnings are in force, and returns them, the newest first.
async fn in_force(client: &Client, count: usize) -> Vec<Value> {
    let what = format!("{count} warnings are in force");
    let found = until(SOON, &what, async || {
        let all = client.get("/warnings?active=true", 200).await;
        (items(&all).len() == count).then(|| items(&all).to_vec())
    });
    found.await
}

/// Waits until the newest callout is one of these words, and open or not.
async fn callout(client: &Client, subject: &str, state: &str) -> Value {
    let what = format!("{subject} is {state}");
    let found = until(SOON, &what, async || {
        let all = client.get("/callouts", 200).await;
        let is = |callout: &&Value| callout["subject"] == subject && callout["state"] == state;
        items(&all).iter().find(is).cloned()
    });
    found.await
}
