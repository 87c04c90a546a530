//! The board as a page fetches it first, and the socket that goes on from there.

use reqwest::{Method, header::HeaderValue};
use serde_json::json;

use super::{COUNTY, SOON, TOWNSHIP, red_callout, refusal};
use crate::support::{patience::until, server::TestServer, socket::WsClient};

#[tokio::test]
async fn a_board_fetched_over_http_is_what_a_socket_shows_and_goes_on_from_there() {
    let server = TestServer::start().await;
    let commander = server.demo("commander");
    // A node that has just started may still note something between the two.
    let (mut fetched, mut shown) = until(SOON, "nothing is noted any more", async || {
        let fetched = commander.get("/board", 200).await;
        let shown = server.watch("commander").await;
        (fetched["seq"] == shown.welcome["seq"]).then_some((fetched, shown))
    })
    .await;
    assert_eq!(fetched["epoch"], shown.welcome["epoch"]);
    for board in [&mut fetched["board"], &mut shown.board] {
        // Drawn up at two moments.
        (board["now"], board["duty"]["at"]) = (json!(null), json!(null));
    }
    assert_eq!(fetched["board"], shown.board);

    red_callout(&server.demo("gateway"), COUNTY).await;
    let mut page = WsClient::open(&commander.base, None).await;
    let resume = json!({ "epoch": fetched["epoch"], "seq": fetched["seq"] });
    page.say_hello(json!({ "token": commander.token, "resume": resume })).await;
    assert_eq!(page.next().await.unwrap()["resumed"], true);
    let first = page.wait_for("event", |_| true).await;
    let seen = shown.wait_for_event(first["kind"].as_str().unwrap()).await;
    assert_eq!(first["seq"], seen["seq"]);

    let request = commander.request(Method::GET, "/board").header("accept-encoding", "gzip");
    let reply = request.send().await.unwrap();
    assert_eq!(
        (&reply.headers()["content-encoding"], &reply.headers()["cache-control"]),
        (&HeaderValue::from_static("gzip"), &HeaderValue::from_static("no-store"))
    );
    server.stop().await;
}

#[tokio::test]
async fn a_board_is_fetched_of_ones_own_area_only() {
    let server = TestServer::start().await;
    let nobody = server.stranger();
    assert_eq!(refusal(&nobody.get("/board", 401).await).0, "token.missing");
    let commander = server.demo("commander");
    let part = commander.get(&format!("/board?area={TOWNSHIP}"), 200).await;
    let places = part["board"]["duty"]["items"].as_array().unwrap();
    assert!(!places.is_empty() && places.iter().all(|place| place["area"] == TOWNSHIP));
    let outside = commander.get("/board?area=990201000000", 403).await;
    assert_eq!(refusal(&outside).0, "access.outside_area");
    server.stop().await;
}
