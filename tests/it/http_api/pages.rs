//! The pages and their files, as a browser asks for them.

use reqwest::{
    Method, StatusCode,
    header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG, IF_NONE_MATCH},
};

use crate::support::server::TestServer;

#[tokio::test]
async fn a_page_comes_compressed_to_whoever_takes_it_and_is_not_sent_twice() {
    let server = TestServer::start().await;
    let browser = server.stranger();
    let ask =
        |encoding| browser.request(Method::GET, "[/screen]").header(ACCEPT_ENCODING, encoding);
    let packed = ask("br, gzip").send().await.unwrap();
    assert_eq!(packed.headers()[CONTENT_ENCODING], "gzip");
    let tag = packed.headers()[ETAG].clone();
    let packed = packed.bytes().await.unwrap();
    for encoding in ["identity", "gzip;q=0, identity"] {
        let plain = ask(encoding).send().await.unwrap();
        assert!(!plain.headers().contains_key(CONTENT_ENCODING), "{encoding}");
        let plain = plain.bytes().await.unwrap();
        assert!(plain.starts_with(b"<!doctype html>") && packed.starts_with(&[0x1f, 0x8b]));
        assert!(packed.len() < plain.len());
    }
    let again = ask("gzip").header(IF_NONE_MATCH, tag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    server.stop().await;
}
