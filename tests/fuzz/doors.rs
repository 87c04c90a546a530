//! A whole node behind its doors: whatever comes it answers, and what it refuses changes nothing.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Runtime,
};

use super::run::Target;
use crate::support::{client::Client, server::TestServer};

/// Longest that a node may take for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is posted where: path, media type, a sample.
const POSTS: [(&str, &str, &str); 8] = [
    (
        "/warnings",
        "application/json",
        r#"{"event":"暴雨","event_code":"11B03","colour":"orange","headline":"县气象台发布暴雨橙色预警",
            "areas":["990101001"],"identifier":"z-1","expires":"2036-07-21T20:00:00+08:00"}"#,
    ),
    (
        "/warnings",
        "application/json",
        r#"{"event":"暴雨","kind":"cancel","references":["w-1"],"headline":"解除","areas":["990101"]}"#,
    ),
    (
        "/warnings",
        "application/json",
        r#"{"event":"山洪","status":"exercise","colour":"red","headline":"演练","areas":[],
            "polygons":[[[114.0,35.0],[114.5,35.0],[114.5,35.5],[114.0,35.0]]]}"#,
    ),
    (
        "/readings",
        "application/json",
        r#"[{"gauge":"g-1","at":"2026-07-21T10:00:00+08:00","level_m":64.1}]"#,
    ),
    (
        "/readings",
        "text/csv",
        "gauge,at,level_m,rain_mm,over_s\ng-1,2026-07-21T10:00:00+08:00,64.1,,\n",
    ),
    (
        "/positions",
        "application/json",
        r#"[{"unit":"u-1","lon":114.5,"lat":35.6,"at":"2026-07-21T10:00:00+08:00"}]"#,
    ),
    (
        "/callouts",
        "application/json",
        r#"{"kind":"manual","subject":"防汛会商","text":"","area":"990101","drill":true}"#,
    ),
    (
        "/warnings",
        "application/cap+xml",
        "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>f-1</identifier><sender>s</sender>\
         <sent>2026-07-21T09:59:00+08:00</sent><status>Test</status><msgType>Alert</msgType><scope>Public</scope></alert>",
    ),
];

/// What a client says on its socket.
const FRAMES: [&str; 5] = [
    r#"{"type":"hello","token":"demo-dispatcher"}"#,
    r#"{"type":"hello","token":"demo-screen","resume":{"epoch":"x","seq":3}}"#,
    r#"{"type":"answer","id":"a-1","obligation":"o-1","answer":"acknowledged"}"#,
    r#"{"type":"watch","bounds":[114.0,35.0,115.0,36.0],"zoom":12}"#,
    r#"{"type":"ping"}"#,
];

struct Node {
    runtime: Runtime,
    server: Option<TestServer>,
    client: Client,
}

impl Node {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let server = runtime.block_on(TestServer::start());
        let client = server.demo("dispatcher");
        Self { runtime, server: Some(server), client }
    }

    fn server(&self) -> &TestServer {
        self.server.as_ref().unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }
}

/// Every body that a client may post, under its own media type or another's.
pub fn http() -> Target {
    let mut node: Option<Node> = None;
    Target {
        samples: POSTS.map(|(_, _, body)| body.as_bytes().to_vec()).to_vec(),
        check: Box::new(move |bytes, dice| {
            let node = node.get_or_insert_with(Node::start);
            // Mostly what it looks like, and sometimes what it is not.
            let shared = |body: &str| body.bytes().zip(bytes).take_while(|(a, b)| a == *b).count();
            let likely = POSTS.iter().max_by_key(|(_, _, body)| shared(body));
            let likely = likely.filter(|_| dice.chance(85));
            let (path, media, _) = *likely.unwrap_or_else(|| dice.pick(&POSTS));
            node.runtime.block_on(post(node, path, media, bytes))
        }),
    }
}

async fn post(node: &Node, path: &str, media: &str, body: &[u8]) -> bool {
    let before = node.server().head().await;
    let request = node.client.request(reqwest::Method::POST, path);
    let request = request.header("content-type", media).body(body.to_vec());
    let answer = tokio::time::timeout(PATIENCE, request.send()).await;
    let answer = answer.expect("no answer comes").expect("the connection broke");
    let status = answer.status();
    let said = answer.text().await.unwrap();
    assert!(!status.is_server_error(), "{path}: {status} {said}");
    if !status.is_success() {
        let error: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert!(error["error"]["code"].is_string(), "{path}: {said}");
        // Only the node's own time may have gone on.
        let after = node.server().board.journal().read(before, 1_000).await;
        let own =
            after.is_ok_and(|entries| entries.iter().all(|entry| entry.actor != "dispatcher"));
        assert!(own, "{path}: {status}, and something happened");
    }
    status.is_success()
}

/// Frames of a socket, bytes as they are on the wire: broken ones end the session and nothing else.
pub fn websocket() -> Target {
    let mut node: Option<Node> = None;
    let mut said = 0_u64;
    let samples = FRAMES.map(|text| frame(text.as_bytes(), 0x81));
    let hello = samples[0].clone();
    let mut all: Vec<Vec<u8>> = samples[1..].iter().map(|s| [&hello[..], s].concat()).collect();
    all.push(hello.clone());
    all.push([&hello[..], &frame(b"\x03\xE8", 0x88)].concat());
    all.push(
        [&hello[..], &frame(b"p", 0x89), &frame(br#"{"type":"#, 0x01), &frame(br#""ping"}"#, 0x80)]
            .concat(),
    );
    Target {
        samples: all,
        check: Box::new(move |bytes, _| {
            let node = node.get_or_insert_with(Node::start);
            said += 1;
            node.runtime.block_on(async {
                let opened = speak(node, bytes).await;
                if said.is_multiple_of(50) {
                    // And others are let in and told as before.
                    drop(node.server().watch("dispatcher").await);
                }
                opened
            })
        }),
    }
}

/// Opens a socket, sends the bytes, ends its half, and reads what comes until the node hangs up.
async fn speak(node: &Node, bytes: &[u8]) -> bool {
    let address = &node.client.base;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /api/v1/live HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: jiaoying.v1\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    while !heard.ends_with(b"\r\n\r\n") {
        let next = tokio::time::timeout(PATIENCE, stream.read_u8()).await;
        heard.push(next.expect("no answer comes").expect("it hung up before we spoke"));
    }
    // It may hang up while we speak.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut heard)).await;
    assert!(read.is_ok(), "the node does not hang up");
    assert!(heard.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&heard));
    heard.windows(9).any(|part| part == b"\"welcome\"")
}

/// A frame with its mask, which a client must use.
fn frame(text: &[u8], first: u8) -> Vec<u8> {
    let key = [0x12, 0x34, 0x56, 0x78];
    let mut bytes = vec![first];
    match u8::try_from(text.len()) {
        Ok(length) if length < 126 => bytes.push(0x80 | length),
        _ => {
            bytes.push(0x80 | 126);
            bytes.extend(u16::try_from(text.len()).unwrap().to_be_bytes());
        }
    }
    bytes.extend(key);
    bytes.extend(text.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    bytes
}
