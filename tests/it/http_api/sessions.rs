//! Logging in and out, by token and by cookie.

use reqwest::{Method, header};

use super::*;

#[tokio::test]
async fn a_login_gives_a_token_and_a_cookie_that_pages_cannot_read() {
    let server = TestServer::start().await;
    let body = json!({ "login": "commander", "password": "demo-commander" });
    let stranger = server.stranger();
    let response = stranger.request(Method::POST, "/sessions").json(&body).send().await.unwrap();
    assert_eq!(response.status(), 201);
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let session: Value = response.json().await.unwrap();
    assert_eq!(session["role"], "commander");
    assert_eq!(session["area"], COUNTY);
    assert_eq!(session["area_name"], "示例县");
    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(cookie, format!("jiaoying={}", session["token"].as_str().unwrap()));

    let with = |method, path: &str| stranger.request(method, path).header(header::COOKIE, cookie);
    let current = expect(with(Method::GET, "/sessions/current"), 200).await;
    assert_eq!(current["login"], "commander");
    assert!(current.get("token").is_none(), "a token is shown once");

    let written = |origin: &str| {
        with(Method::POST, "/warnings").header(header::ORIGIN, origin).json(&red(VILLAGE))
    };
    let foreign = expect(written("https://elsewhere.example"), 403).await;
    assert_eq!(refusal(&foreign).0, "origin.foreign");
    let opaque = expect(written("null"), 403).await;
    assert_eq!(refusal(&opaque).0, "origin.foreign");
    expect(written(&format!("http://{}", stranger.base)), 201).await;

    let foreign = with(Method::DELETE, "/sessions/current").header(header::ORIGIN, "http://x");
    expect(foreign, 403).await;
    expect(with(Method::DELETE, "/sessions/current"), 204).await;
    expect(with(Method::GET, "/sessions/current"), 401).await;
    server.stop().await;
}

#[tokio::test]
async fn a_wrong_password_tells_nothing_and_soon_has_to_wait() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    let log_in = |login: &str, password: &str| {
        let body = json!({ "login": login, "password": password });
        stranger.request(Method::POST, "/sessions").json(&body)
    };
    let unknown = expect(log_in("nobody", "demo-commander"), 401).await;
    let wrong = expect(log_in("leader", "not-the-password"), 401).await;
    assert_eq!(unknown, wrong, "whether a login exists is nobody's business");
    for _ in 0..4 {
        expect(log_in("leader", "not-the-password"), 401).await;
    }
    let response = log_in("leader", "not-the-password").send().await.unwrap();
    assert_eq!(response.status(), 429);
    let wait: u64 = response.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!(wait >= 1);
    expect(log_in("commander", "demo-commander"), 201).await;
    server.stop().await;
}

#[tokio::test]
async fn a_proxy_on_this_machine_is_not_taken_for_its_clients() {
    let server = TestServer::start().await;
    let head = server.head().await;
    let body = json!({ "login": "leader", "password": "not-the-password" });
    let request = server.stranger().request(Method::POST, "/sessions").json(&body);
    expect(request.header("x-forwarded-for", "198.51.100.1, 203.0.113.7"), 401).await;
    let failed = until(SOON, "it is on record", async || {
        let entries = server.demo("commander").journal(head).await;
        entries.iter().map(Value::to_string).find(|entry| entry.contains("login_failed"))
    })
    .await;
    assert!(failed.contains("203.0.113.7") && !failed.contains("198.51.100.1"), "{failed}");
    server.stop().await;
}

#[tokio::test]
async fn the_scheme_is_written_in_any_case_and_named_to_whoever_is_refused() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    let current = || stranger.request(Method::GET, "/sessions/current");
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let named = current().header(header::AUTHORIZATION, format!("{scheme} demo-leader"));
        assert_eq!(expect(named, 200).await["login"], "leader");
    }
    for refused in [current(), current().header(header::AUTHORIZATION, "Basic demo-leader")] {
        let response = refused.send().await.unwrap();
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_login_that_is_malformed_names_the_field() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    let more = json!({ "login": "leader", "password": "x", "remember": true });
    assert_eq!(
        refusal(&stranger.post("/sessions", &more, 422).await),
        ("field.invalid", "remember")
    );
    let less = stranger.post("/sessions", &json!({ "login": "leader" }), 422).await;
    assert_eq!(refusal(&less).1, "password");
    let broken = stranger.request(Method::POST, "/sessions").body("{\"login\":");
    assert_eq!(refusal(&expect(broken, 400).await).0, "body.not_json");
    let huge = json!({ "login": "leader", "password": "x".repeat(2_000_000) });
    assert_eq!(refusal(&stranger.post("/sessions", &huge, 413).await).0, "body.too_large");
    for bad in ["", "not-a-token", "demo-nobody", "demo-commander "] {
        let caller = stranger.with_token(bad);
        let status = if bad.ends_with(' ') { 200 } else { 401 };
        caller.get("/callouts", status).await;
    }
    server.stop().await;
}
