//! The first administrator and the well-known accounts of the demonstration.

use jiaoying::{
    access::{AccessFact, AdminError, AuthError, LoginError, Password, Purpose, store::StoreError},
    domain::actor::Role,
};

use super::{Office, PASSWORD, area, at, desk, hours, login, new_account};

#[tokio::test]
async fn the_first_administrator_comes_in_by_a_link_that_works_once() {
    let office = Office::empty();
    let access = &office.access;
    let link = access.issue_admin_link(at(0)).await.unwrap().unwrap();
    assert_eq!(link.expires_at, hours(24));
    let redeem = |login: &'static str, password: &'static str, now| {
        let secret = link.secret.clone();
        async move {
            let (login, password) = (self::login(login), Password::new(password));
            access.redeem_admin_link(secret.expose(), login, password, area("990101"), now).await
        }
    };
    let refused = redeem("wang", "short", at(1)).await.unwrap_err();
    assert_eq!(refused.field(), Some("password"));
    let account = redeem("wang", PASSWORD, at(2)).await.expect("the refusal did not use it up");
    assert_eq!((account.role, account.purpose), (Role::Admin, Purpose::Service));
    let spent = redeem("li", PASSWORD, at(3)).await;
    assert!(matches!(spent, Err(AdminError::Store(StoreError::LinkSpent))), "{spent:?}");
    assert!(office.login("wang", at(4)).await.is_ok());
    assert!(access.issue_admin_link(at(5)).await.unwrap().is_none(), "there is an account");
    let kinds: Vec<_> = office.facts().await.iter().map(AccessFact::kind).collect();
    assert_eq!(kinds, ["admin_link_issued", "admin_link_redeemed", "logged_in"]);
}

#[tokio::test]
async fn a_link_is_void_the_next_day_and_a_guessed_one_always() {
    let office = Office::empty();
    let link = office.access.issue_admin_link(at(0)).await.unwrap().unwrap().secret;
    for (secret, now) in [(link.expose(), hours(24)), ("jy_guessed", at(1))] {
        let (login, password) = (login("wang"), Password::new(PASSWORD));
        let area = area("990101");
        let refused = office.access.redeem_admin_link(secret, login, password, area, now).await;
        assert!(matches!(refused, Err(AdminError::Store(StoreError::LinkSpent))), "{refused:?}");
    }
}

#[tokio::test]
async fn well_known_accounts_work_in_the_demonstration_and_nowhere_else() {
    let mut office = Office::empty();
    office.restart(Purpose::Demonstration);
    assert!(office.access.issue_admin_link(at(0)).await.unwrap().is_none());
    office.install_demonstration().await;
    let facts = office.facts().await.len();
    office.restart(Purpose::Demonstration);
    office.install_demonstration().await;
    assert_eq!(office.facts().await.len(), facts, "installing it again changes nothing");
    let random = office.attempt("leader", "demo-leader", desk(), at(0)).await.unwrap().token;
    for (token, role) in [
        ("demo-gateway", Role::Gateway),
        ("demo-leader", Role::Leader),
        (random.expose(), Role::Leader),
    ] {
        let known = office.access.authenticate(token, at(1)).await.unwrap();
        assert_eq!(known.role, role, "{token}");
    }

    office.restart(Purpose::Service);
    for token in ["demo-gateway", "demo-leader", random.expose()] {
        let refused = office.access.authenticate(token, at(2)).await;
        assert!(matches!(refused, Err(AuthError::Unknown)), "{refused:?}");
    }
    let refused = office.attempt("leader", "demo-leader", desk(), at(2)).await;
    assert!(matches!(refused, Err(LoginError::Refused)), "{refused:?}");
    assert!(office.access.issue_admin_link(at(2)).await.unwrap().is_some(), "nobody is in yet");
    let new = new_account("eve", Role::Leader);
    let refused = office.access.install_demonstration_account(new, at(2)).await;
    assert!(matches!(refused, Err(AdminError::Invalid(_))), "{refused:?}");
}

#[tokio::test]
async fn a_well_known_account_with_a_password_of_its_own_is_like_any_other() {
    let mut office = Office::empty();
    office.restart(Purpose::Demonstration);
    office.install_demonstration().await;
    office.restart(Purpose::Service);
    office.set_password("leader", PASSWORD).await;
    assert!(office.login("leader", at(1)).await.is_ok());
    office.restart(Purpose::Demonstration);
    let refused = office.access.authenticate("demo-leader", at(2)).await;
    assert!(matches!(refused, Err(AuthError::Unknown)), "{refused:?}");
}
