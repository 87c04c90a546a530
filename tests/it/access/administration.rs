//! Who may change accounts and tokens, what is refused, and what the record hears of it.

use jiaoying::{
    access::{AccessFact, AdminError, NewAccount, NewMachine, Password, Purpose},
    domain::actor::{Actor, Role},
};

use super::{Office, PASSWORD, area, at, console, desk, gauges, login, new_account};

#[tokio::test]
async fn only_an_administrator_of_the_area_changes_accounts_and_tokens() {
    let office = Office::new().await;
    let township = Actor { area: area("990101003"), ..console() };
    let dispatcher = Actor { role: Role::Dispatcher, ..console() };
    for by in [&township, &dispatcher] {
        let (access, now, leader) = (&office.access, at(1), login("leader"));
        let new = new_account("eve", Role::Admin);
        let password = || Password::new(PASSWORD);
        let refusals = [
            access.add_account(by, new, password(), now).await.err(),
            access.disable_account(by, &leader, now).await.err(),
            access.enable_account(by, &leader, now).await.err(),
            access.set_password(by, &leader, password(), now).await.err(),
            access.add_machine(by, gauges(), now).await.err(),
        ];
        for refused in refusals {
            assert!(matches!(refused, Some(AdminError::NotAllowed)), "{refused:?}");
        }
    }
    assert_eq!(office.access.accounts(&township).await.unwrap(), []);
    assert!(office.access.accounts(&dispatcher).await.is_err());
    let (_, machine) = office.add_gauges().await;
    let refused = office.access.revoke_token(&township, &machine.id.to_string(), at(1)).await;
    assert!(matches!(refused, Err(AdminError::NotAllowed)), "{refused:?}");
    assert_eq!(office.access.tokens(&township).await.unwrap(), []);
    let own = NewAccount { area: area("990101003"), ..new_account("village", Role::Leader) };
    let added = office.access.add_account(&township, own, Password::new(PASSWORD), at(1)).await;
    assert_eq!(added.unwrap().area, area("990101003"));
}

#[tokio::test]
async fn what_an_administrator_fills_in_wrongly_is_named_with_what_to_do() {
    let office = Office::new().await;
    let (access, by) = (&office.access, console());
    let password = || Password::new(PASSWORD);
    let node = new_account("robot", Role::Node);
    let refused = access.add_account(&by, node, password(), at(1)).await.unwrap_err();
    assert_eq!(refused.field(), Some("role"));
    let taken = new_account("leader", Role::Leader);
    let refused = access.add_account(&by, taken, password(), at(1)).await.unwrap_err();
    assert_eq!(
        (refused.field(), refused.to_string()),
        (Some("login"), "the name leader is taken".into())
    );
    let endless = NewMachine { role: Role::Admin, ..gauges() };
    let refused = access.add_machine(&by, endless, at(1)).await.unwrap_err();
    assert_eq!(refused.field(), Some("role"));
    let refused = access.revoke_token(&by, "no such machine", at(1)).await.unwrap_err();
    assert_eq!(refused.code(), "token.not_found");
    let refused = access.set_password(&by, &login("nobody"), password(), at(1)).await.unwrap_err();
    assert_eq!(refused.code(), "account.not_found");
    let own = Actor { login: "admin".into(), ..console() };
    let refused = access.disable_account(&own, &login("admin"), at(1)).await.unwrap_err();
    assert_eq!(refused.field(), Some("login"));
}

#[tokio::test]
async fn every_act_is_a_fact_that_waits_for_the_journal_and_names_who_did_it() {
    let mut office = Office::empty();
    office.populate().await;
    let person = office.login("dispatcher", at(1)).await.unwrap();
    office.access.logout(&person.identity, at(2)).await.unwrap();
    let (_, machine) = office.add_gauges().await;
    office.access.revoke_token(&console(), "gauges", at(4)).await.unwrap();
    office.access.disable_account(&console(), &login("leader"), at(5)).await.unwrap();
    office.access.enable_account(&console(), &login("leader"), at(6)).await.unwrap();
    office.set_password("leader", PASSWORD).await;
    office.access.fact_noted().await;
    office.restart(Purpose::Service);
    let pending = office.access.facts(100).await.unwrap();
    let facts: Vec<_> = pending.iter().map(|pending| pending.fact.clone()).collect();
    let (leader, by) = (login("leader"), "console".into());
    let expected = [
        AccessFact::LoggedIn {
            login: login("dispatcher"),
            token: person.identity.token_id,
            source: desk(),
        },
        AccessFact::LoggedOut { login: login("dispatcher"), token: person.identity.token_id },
        AccessFact::TokenAdded {
            token: machine.id,
            login: login("gauges"),
            role: Role::Gateway,
            area: area("990101"),
            by: "console".into(),
        },
        AccessFact::TokenRevoked {
            token: machine.id,
            login: login("gauges"),
            by: "console".into(),
        },
        AccessFact::AccountDisabled { login: leader.clone(), by: "console".into() },
        AccessFact::AccountEnabled { login: leader.clone(), by: "console".into() },
        AccessFact::PasswordChanged { login: leader, by },
    ];
    assert_eq!(
        facts.iter().map(AccessFact::kind).take(3).collect::<Vec<_>>(),
        ["account_added"; 3]
    );
    assert_eq!(facts[3..], expected);
    office.access.facts_recorded(pending[8].number).await.unwrap();
    assert_eq!(office.access.facts(100).await.unwrap(), pending[9..]);
}
