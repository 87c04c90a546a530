//! At the door: passwords, answers that tell nothing, the throttle and the storm.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiaoying::access::{
    AccessFact, AuthError, Cost, LoginError, LoginFailure, Password, PasswordChangeError, Purpose,
};

use super::{Office, PASSWORD, at, console, desk, login, source};

#[tokio::test]
async fn an_unknown_login_a_wrong_password_and_a_disabled_account_get_one_answer() {
    let office = Office::new().await;
    let dispatcher = login("dispatcher");
    office.access.disable_account(&console(), &dispatcher, at(0)).await.unwrap();
    let mut answers = Vec::new();
    for (login, password) in [
        ("nobody", PASSWORD),
        ("no login at all/", PASSWORD),
        ("admin", "wrong password"),
        ("dispatcher", PASSWORD),
    ] {
        let refused = office.attempt(login, password, desk(), at(1)).await.unwrap_err();
        answers.push((refused.code(), refused.to_string(), refused.retry_after_s()));
    }
    answers.dedup();
    assert_eq!(answers, [("login.refused", "login or password is wrong".to_owned(), None)]);
    assert_eq!(
        office.failures().await,
        [
            (None, LoginFailure::UnknownLogin),
            (None, LoginFailure::UnknownLogin),
            (Some(login("admin")), LoginFailure::WrongPassword),
            (Some(dispatcher), LoginFailure::AccountDisabled),
        ]
    );
}

#[tokio::test]
async fn an_unknown_login_takes_as_long_as_a_wrong_password() {
    let mut office = Office::new().await;
    office.settings.cost = Cost { memory_kib: 8 * 1024, passes: 2, lanes: 1 };
    office.restart(Purpose::Service);
    office.set_password("dispatcher", PASSWORD).await;
    let (mut unknown, mut wrong) = (Duration::MAX, Duration::MAX);
    for (n, source) in (1..=4).map(|n| (n, source([198, 51, 100, n]))) {
        let started = Instant::now();
        office.attempt(&format!("nobody{n}"), "wrong", source, at(0)).await.unwrap_err();
        unknown = unknown.min(started.elapsed());
        let started = Instant::now();
        office.attempt("dispatcher", "wrong", source, at(0)).await.unwrap_err();
        wrong = wrong.min(started.elapsed());
    }
    assert!(unknown > wrong / 3 && wrong > unknown / 3, "unknown {unknown:?}, wrong {wrong:?}");
}

#[tokio::test]
async fn after_five_failures_even_the_right_password_waits_but_colleagues_do_not() {
    let office = Office::new().await;
    for _ in 0..5 {
        let refused = office.attempt("dispatcher", "wrong", desk(), at(0)).await;
        assert!(matches!(refused, Err(LoginError::Refused)), "{refused:?}");
    }
    for ms in [1, 500, 999] {
        let refused = office.attempt("dispatcher", PASSWORD, desk(), at(ms)).await.unwrap_err();
        assert_eq!((refused.code(), refused.retry_after_s()), ("login.throttled", Some(1)));
    }
    assert!(office.login("leader", at(1)).await.is_ok(), "the office is not locked out");
    assert!(office.login("dispatcher", at(1_000)).await.is_ok());
    let told = office.facts().await.into_iter().filter(|fact| fact.kind() == "login_throttled");
    let expected = AccessFact::LoginThrottled {
        login: Some(login("dispatcher")),
        source: desk(),
        retry_after_s: 1,
    };
    assert_eq!(told.collect::<Vec<_>>(), [expected], "once for each wait");
}

#[tokio::test]
async fn guesses_at_the_same_instant_do_not_slip_through() {
    let office = Arc::new(Office::new().await);
    let guesses = (0..40).map(|n| {
        let office = office.clone();
        async move { office.attempt("dispatcher", &format!("guess {n}"), desk(), at(0)).await }
    });
    let answers = futures_util::future::join_all(guesses).await;
    let looked_at = answers.iter().filter(|answer| matches!(answer, Err(LoginError::Refused)));
    assert_eq!(looked_at.count(), 5);
}

#[tokio::test]
async fn a_storm_of_logins_is_bounded_and_the_excess_is_told_to_come_back() {
    let mut office = Office::new().await;
    office.settings.hashes_waiting = 7;
    office.restart(Purpose::Service);
    let storm = (0..50).map(|_| office.login("dispatcher", at(0)));
    let answers = futures_util::future::join_all(storm).await;
    let (done, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert!(!done.is_empty() && done.len() <= 8, "{} logged in", done.len());
    for answer in refused {
        let error = answer.unwrap_err();
        let (code, wait) = (error.code(), error.retry_after_s());
        assert!(matches!((code, wait), ("login.busy", Some(3)) | ("login.throttled", Some(1))));
    }
    assert!(office.login("dispatcher", at(1_000)).await.is_ok(), "and then it goes on");
}

#[tokio::test]
async fn a_new_password_ends_all_logins_and_the_old_one() {
    let office = Office::new().await;
    let token = office.login("dispatcher", at(0)).await.unwrap().token;
    let by = console();
    let new = Password::new("another long password");
    office.access.set_password(&by, &login("dispatcher"), new, at(1)).await.unwrap();
    let refused = office.access.authenticate(token.expose(), at(2)).await;
    assert!(matches!(refused, Err(AuthError::Revoked)), "{refused:?}");
    assert!(office.login("dispatcher", at(2)).await.is_err());
    let renewed = office.attempt("dispatcher", "another long password", desk(), at(2)).await;
    assert!(renewed.is_ok());
}

#[tokio::test]
async fn whoever_knows_his_password_changes_it_and_stays_logged_in_here_only() {
    let office = Office::new().await;
    let elsewhere = office.login("dispatcher", at(0)).await.unwrap().token;
    let here = office.login("dispatcher", at(0)).await.unwrap();
    let change = |old: &'static str, new: &'static str| {
        let (old, new) = (Password::new(old), Password::new(new));
        office.access.change_password(&here.identity, old, new, desk(), at(1))
    };
    let refused = change("wrong", "another long password").await;
    assert!(matches!(refused, Err(PasswordChangeError::Login(LoginError::Refused))), "{refused:?}");
    let refused = change(PASSWORD, "short").await;
    assert!(matches!(refused, Err(PasswordChangeError::Invalid(_))), "{refused:?}");
    let renewed = change(PASSWORD, "another long password").await.unwrap();
    for ended in [&elsewhere, &here.token] {
        assert!(office.access.authenticate(ended.expose(), at(2)).await.is_err());
    }
    assert!(office.access.authenticate(renewed.token.expose(), at(2)).await.is_ok());
    for _ in 0..5 {
        change("guess", "another long password").await.unwrap_err();
    }
    let throttled = change("another long password", "a third long password").await;
    assert!(
        matches!(throttled, Err(PasswordChangeError::Login(LoginError::Throttled { .. }))),
        "an unattended desk is no way around the throttle: {throttled:?}"
    );
}

#[tokio::test]
async fn a_password_is_hashed_anew_when_the_cost_was_raised() {
    let mut office = Office::new().await;
    office.settings.cost.passes += 1;
    office.restart(Purpose::Service);
    let stored = || async {
        let sql = "SELECT password FROM accounts WHERE login = 'dispatcher'";
        let connection = rusqlite::Connection::open(office.file()).unwrap();
        connection.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap()
    };
    assert!(stored().await.contains("t=1,"));
    office.login("dispatcher", at(0)).await.unwrap();
    assert!(stored().await.contains("t=2,"));
    assert!(office.login("dispatcher", at(1)).await.is_ok());
}
