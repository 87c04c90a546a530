//! Tokens: how long they are good, and how soon they are not.

use jiaoying::{
    access::{AuthError, LoggedIn, Password, PasswordChangeError, Purpose, TokenKind},
    domain::actor::Role,
};

use super::{Office, PASSWORD, area, at, console, desk, hours, login};

#[tokio::test]
async fn whoever_logs_in_is_known_by_his_token_until_he_logs_out() {
    let office = Office::new().await;
    let LoggedIn { token, identity } = office.login("Dispatcher", at(0)).await.unwrap();
    let known = office.access.authenticate(token.expose(), at(1)).await.unwrap();
    assert_eq!(known, identity);
    assert_eq!((known.role, known.kind), (Role::Dispatcher, TokenKind::Login));
    assert_eq!(known.area, area("990101"));
    office.access.logout(&known, at(2)).await.unwrap();
    let refused = office.access.authenticate(token.expose(), at(3)).await;
    assert!(matches!(refused, Err(AuthError::Revoked)), "{refused:?}");
    let refused = office.access.still_valid(&known, at(3)).await;
    assert!(matches!(refused, Err(AuthError::Revoked)), "{refused:?}");
}

#[tokio::test]
async fn logins_machines_and_their_roles_survive_a_restart() {
    let mut office = Office::new().await;
    let person = office.login("dispatcher", at(0)).await.unwrap().token;
    let (machine, _) = office.add_gauges().await;
    office.restart(Purpose::Service);
    for (token, role) in [(person, Role::Dispatcher), (machine, Role::Gateway)] {
        let known = office.access.authenticate(token.expose(), at(1)).await.unwrap();
        assert_eq!(known.role, role);
    }
}

#[tokio::test]
async fn a_revocation_by_another_process_takes_hold_within_two_seconds() {
    let office = Office::new().await;
    let other = office.another_process();
    let (machine, _) = office.add_gauges().await;
    let person = office.login("dispatcher", at(0)).await.unwrap();
    for token in [&machine, &person.token] {
        assert!(other.authenticate(token.expose(), at(1)).await.is_ok());
    }
    office.access.revoke_token(&console(), "gauges", at(2)).await.unwrap();
    office.access.disable_account(&console(), &login("dispatcher"), at(2)).await.unwrap();
    for token in [&machine, &person.token] {
        let here = office.access.authenticate(token.expose(), at(3)).await;
        assert!(matches!(here, Err(AuthError::Revoked)), "at once where it was done: {here:?}");
        let there = other.authenticate(token.expose(), at(2_002)).await;
        assert!(matches!(there, Err(AuthError::Revoked)), "soon elsewhere: {there:?}");
    }
}

#[tokio::test]
async fn a_login_ends_when_idle_or_old_and_a_machine_never() {
    let office = Office::new().await;
    let (machine, _) = office.add_gauges().await;
    let idle = office.login("dispatcher", at(0)).await.unwrap().token;
    let used = office.login("leader", at(0)).await.unwrap();
    assert_eq!(used.identity.expires_at, Some(hours(7 * 24)));
    for hour in (11..7 * 24).step_by(11) {
        office.access.authenticate(used.token.expose(), hours(hour)).await.unwrap();
    }
    for token in [idle, used.token] {
        let refused = office.access.authenticate(token.expose(), hours(7 * 24)).await;
        assert!(matches!(refused, Err(AuthError::Ended)), "{refused:?}");
    }
    assert!(office.access.authenticate(machine.expose(), hours(10_000)).await.is_ok());
}

#[tokio::test]
async fn a_login_used_at_one_node_is_not_idle_at_another() {
    let office = Office::new().await;
    let other = office.another_process();
    let token = office.login("dispatcher", at(0)).await.unwrap().token;
    assert!(other.authenticate(token.expose(), hours(1)).await.is_ok());
    for hour in [11, 12] {
        office.access.authenticate(token.expose(), hours(hour)).await.unwrap();
    }
    office.settle().await;
    assert!(other.authenticate(token.expose(), hours(22)).await.is_ok());
}

#[tokio::test]
async fn those_at_work_keep_working_while_the_table_cannot_be_read() {
    let office = Office::new().await;
    let token = office.login("dispatcher", at(0)).await.unwrap().token;
    office.access.authenticate(token.expose(), at(1)).await.unwrap();
    let broken = rusqlite::Connection::open(office.file()).unwrap();
    broken.execute_batch("ALTER TABLE access_generation RENAME TO gone").unwrap();
    for seconds in [10, 20, 300] {
        assert!(office.access.authenticate(token.expose(), at(seconds * 1_000)).await.is_ok());
    }
    let refused = office.access.authenticate(token.expose(), at(303_000)).await;
    assert!(matches!(refused, Err(AuthError::Store(_))), "not for ever: {refused:?}");
    broken.execute_batch("ALTER TABLE gone RENAME TO access_generation").unwrap();
    assert!(office.access.authenticate(token.expose(), at(303_001)).await.is_ok());
}

#[tokio::test]
async fn no_secret_is_ever_in_the_files() {
    let mut office = Office::empty();
    let link = office.access.issue_admin_link(at(0)).await.unwrap().unwrap().secret;
    office.populate().await;
    let (machine, _) = office.add_gauges().await;
    let person = office.login("dispatcher", at(0)).await.unwrap().token;
    office
        .attempt("hunter2-in-the-wrong-field", "hunter2hunter2", desk(), at(0))
        .await
        .unwrap_err();
    office.access.authenticate(person.expose(), at(1)).await.unwrap();
    office.restart(Purpose::Service);
    let mut accounts_found = false;
    for file in std::fs::read_dir(office.dir.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        accounts_found |= contains(&bytes, b"dispatcher");
        let secrets = [&link, &machine, &person].map(|secret| &secret.expose()["jy_".len()..]);
        for secret in secrets.into_iter().chain([PASSWORD, "hunter2"]) {
            assert!(!contains(&bytes, secret.as_bytes()));
        }
        assert!(!contains(&bytes, b"jy_"));
    }
    assert!(accounts_found, "these are the files that the accounts are in");
}

#[tokio::test]
async fn a_machine_is_neither_logged_out_nor_has_it_a_password() {
    let office = Office::new().await;
    let (token, _) = office.add_gauges().await;
    let machine = office.access.authenticate(token.expose(), at(1)).await.unwrap();
    let refused = office.access.logout(&machine, at(1)).await;
    assert!(matches!(refused, Err(AuthError::NotALogin)), "{refused:?}");
    let (old, new) = (Password::new(PASSWORD), Password::new("another long password"));
    let refused = office.access.change_password(&machine, old, new, desk(), at(1)).await;
    assert!(matches!(refused, Err(PasswordChangeError::Invalid(_))), "{refused:?}");
    assert!(office.access.authenticate(token.expose(), at(1)).await.is_ok());
}

fn contains(bytes: &[u8], sought: &[u8]) -> bool {
    bytes.windows(sought.len()).any(|window| window == sought)
}
