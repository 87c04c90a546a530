//! Who is let in, and what is said to who is not: never a password.

use jiaoying::bus::{Bus, Health, redis::Error};
use tokio_util::sync::CancellationToken;

use crate::{
    bus_contract::{EPOCH, join, nudge, try_join, until, up_to},
    support::{certificates::certify, redis::RedisServer},
};

const SECRET: &str = "s3cret-of-the-test";
/// What `default.toml` says a user needs.
const RIGHTS: &str = "~jiaoying:* &jiaoying:* +@pubsub +@connection +@hash +@geo +@scripting +zrem";

#[tokio::test]
async fn a_wrong_password_is_told_at_the_start_and_not_repeated() {
    let server = RedisServer::start_with(&["--requirepass", SECRET]);
    for url in [
        server.url(),
        with_user(&server, ":wrong-one"),
        with_user(&server, &format!("nobody:{SECRET}")),
    ] {
        let refused = try_join(&url, &CancellationToken::new()).await;
        let Err(error @ Error::Refused(_)) = refused else { panic!("{refused:?}") };
        let said = format!("{error} {error:?}");
        assert!(said.contains("redis_url") && !said.contains("wrong-one"), "{said}");
        assert!(!said.contains(SECRET), "{said}");
    }
}

#[tokio::test]
async fn the_right_password_opens_and_is_shown_nowhere() {
    let server = RedisServer::start_with(&["--requirepass", SECRET]);
    let stop = CancellationToken::new();
    let bus = join(&with_user(&server, &format!(":{SECRET}")), &stop).await;
    assert_eq!(*bus.health().borrow(), Health::Sound);
    assert!(!format!("{bus:?}").contains(SECRET));
    stop.cancel();
}

#[tokio::test]
async fn a_password_that_changes_takes_the_bus_down_and_changed_back_brings_it_up() {
    let server = RedisServer::start_with(&["--requirepass", SECRET]);
    let (url, stop) = (with_user(&server, &format!(":{SECRET}")), CancellationToken::new());
    let bus = join(&url, &stop).await;
    let _: String = server.ask_at(&url, &["CONFIG", "SET", "requirepass", "another"]);
    let other = with_user(&server, ":another");
    let _: usize = server.ask_at(&other, &["CLIENT", "KILL", "SKIPME", "yes"]);
    until("down", || matches!(*bus.health().borrow(), Health::Down { .. })).await;
    let _: String = server.ask_at(&other, &["CONFIG", "SET", "requirepass", SECRET]);
    until("up again", || *bus.health().borrow() == Health::Sound).await;
    stop.cancel();
}

#[tokio::test]
async fn a_user_with_the_rights_that_the_manual_names_can_do_everything() {
    let manual = include_str!("../../../config/default.toml");
    assert!(manual.contains(RIGHTS), "the manual names other rights");
    let server = RedisServer::start();
    admit(&server, RIGHTS);
    let (url, stop) = (with_user(&server, &format!("node:{SECRET}")), CancellationToken::new());
    let (a, b) = (join(&url, &stop).await, join(&url, &stop).await);
    let mut at_b = b.nudges(EPOCH);
    a.nudge(nudge(1));
    assert_eq!(up_to(&mut at_b).await, 1);
    let last = a.last_positions();
    assert_eq!(last.save(&[super::last::position("u-1", 1)]).await, Ok(1));
    assert_eq!(last.load().await.unwrap().len(), 1);
    assert_eq!(last.forget(&["u-1".into()]).await, Ok(()));
    stop.cancel();
}

#[tokio::test]
async fn a_user_with_too_few_rights_is_told_which() {
    let server = RedisServer::start();
    for few in
        ["&jiaoying:* +@connection", "+@pubsub +@connection", "&jiaoying:* +subscribe +@connection"]
    {
        admit(&server, few);
        let url = with_user(&server, &format!("node:{SECRET}"));
        let refused = try_join(&url, &CancellationToken::new()).await;
        let Err(Error::Refused(said)) = refused else { panic!("{few}: {refused:?}") };
        assert!(said.contains("&jiaoying:*") && !said.contains(SECRET), "{said}");
    }
}

#[tokio::test]
async fn a_certificate_is_checked_against_the_named_authority() {
    let dir = tempfile::tempdir().unwrap();
    certify(dir.path());
    let file = |name: &str| dir.path().join(name).display().to_string();
    let server = prepare_tls(&file);
    let stop = CancellationToken::new();
    let url = |ca: &str| format!("rediss://127.0.0.1:{}?ca={}", server.port, file(ca));
    let (a, b) = (join(&url("ca.pem"), &stop).await, join(&url("ca.pem"), &stop).await);
    let mut at_b = b.nudges(EPOCH);
    a.nudge(nudge(1));
    assert_eq!(up_to(&mut at_b).await, 1);

    let unnamed = format!("rediss://127.0.0.1:{}", server.port);
    for stranger in [url("other.pem"), unnamed] {
        let refused = try_join(&stranger, &stop).await;
        let Err(Error::Refused(said)) = refused else { panic!("{stranger}: {refused:?}") };
        assert!(said.contains("?ca="), "{said}");
    }
    stop.cancel();
}

#[tokio::test]
async fn a_socket_in_the_file_system_will_do() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("redis.sock").display().to_string();
    let _server = RedisServer::start_with(&["--unixsocket", &path]);
    let stop = CancellationToken::new();
    let bus = join(&format!("unix://{path}"), &stop).await;
    assert_eq!(*bus.health().borrow(), Health::Sound);
    stop.cancel();
}

fn with_user(server: &RedisServer, credentials: &str) -> String {
    format!("redis://{credentials}@127.0.0.1:{}", server.port)
}

fn admit(server: &RedisServer, rights: &str) {
    let password = format!(">{SECRET}");
    let mut words = vec!["ACL", "SETUSER", "node", "reset", "on", &password];
    words.extend(rights.split(' '));
    let _: String = server.ask(&words);
}

fn prepare_tls(file: &impl Fn(&str) -> String) -> RedisServer {
    let probe = RedisServer::prepare(&[]);
    let (port, cert, key, ca) =
        (probe.port.to_string(), file("node.pem"), file("node.key"), file("ca.pem"));
    let mut server = RedisServer::prepare(&[
        "--tls-port",
        &port,
        "--tls-cert-file",
        &cert,
        "--tls-key-file",
        &key,
        "--tls-ca-cert-file",
        &ca,
        "--tls-auth-clients",
        "no",
    ]);
    server.port = probe.port;
    server.start_again();
    server
}
