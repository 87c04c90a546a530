//! Bodies that are too large, from clients that send all of one before they read, and keys that
//! cannot be kept.

use reqwest::{Method, header::HeaderValue};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;

/// More than any endpoint takes.
const TEN_MEGABYTES: usize = 10 << 20;

#[tokio::test]
async fn whoever_sends_a_huge_body_whole_still_reads_why_it_is_refused() {
    let server = TestServer::start().await;
    for (path, login, status) in [
        ("/callouts", "dispatcher", 413),
        ("/overrides", "dispatcher", 413),
        ("/sessions", "dispatcher", 413),
        ("/warnings", "gateway", 413),
        // Refused before a byte of it is read.
        ("/warnings", "screen", 403),
        ("/callouts", "nobody", 401),
        ("/no-such-thing", "screen", 404),
    ] {
        let answer = send_whole(&server, path, login).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
        assert!(status != 413 || answer.contains("body.too_large"), "{path}: {answer}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_key_that_is_no_printable_ascii_is_refused_and_nothing_is_done() {
    let server = TestServer::start().await;
    let gateway = server.demo("gateway");
    for key in ["键".as_bytes(), b"a\xffb", b"a\tb"] {
        let request = gateway.request(Method::POST, "/warnings").json(&red(VILLAGE));
        let request = request.header("idempotency-key", HeaderValue::from_bytes(key).unwrap());
        let refused = expect(request, 400).await;
        assert_eq!(refusal(&refused), ("idempotency_key.invalid", "Idempotency-Key"));
    }
    assert!(items(&gateway.get("/warnings", 200).await).is_empty());
    server.stop().await;
}

/// Writes a whole request before it reads anything, and returns the answer.
async fn send_whole(server: &TestServer, path: &str, login: &str) -> String {
    let base = server.stranger().base;
    let mut stream = TcpStream::connect(&base).await.unwrap();
    let head = format!(
        "POST /api/v1{path} HTTP/1.1\r\nHost: {base}\r\nConnection: close\r\n\
         Authorization: Bearer demo-{login}\r\nContent-Type: application/json\r\n\
         Content-Length: {TEN_MEGABYTES}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b' '; TEN_MEGABYTES]).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
