//! What every account store has to do. Each story runs against every store there is.

#![expect(clippy::unwrap_used, reason = "the stories and their helpers are tests")]

use std::{net::IpAddr, path::PathBuf, sync::Arc};

use futures_util::future::join_all;
use jiaoying::{
    access::{
        AccessFact, Account, Holder, Login, LoginFailure, NewMachine, PasswordHash, Purpose,
        Source, TokenDigest, TokenKind,
        store::{
            Change, Contents, Generation, KeptToken, LOGINS_MAX, NewToken, Store, StoreError,
            StoredAccount, StoredToken, postgres::PostgresStore, sqlite::SqliteStore,
        },
    },
    domain::{actor::Role, time::Timestamp},
};

use crate::support::postgres::{database, fresh};

/// A place where a store keeps its data, to be opened as often as a story needs.
trait Home: Sync {
    fn open(&self) -> impl Future<Output = Arc<dyn Store>> + Send;
}

/// Runs every story against every store.
macro_rules! stories {
    ($($story:ident)*) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $story() {
                super::$story(&super::SqliteHome::new()).await;
            })*
        }

        mod postgres {
            $(#[tokio::test]
            async fn $story() {
                super::$story(&super::PostgresHome::new().await).await;
            })*
        }
    };
}

stories! {
    an_account_is_as_it_was_after_reopening
    a_name_is_never_two_things
    a_change_and_its_fact_happen_both_or_neither
    a_login_needs_the_password_that_was_checked
    a_login_can_renew_the_hash_of_its_password
    disabling_ends_logins_and_enabling_does_not_bring_them_back
    a_new_password_ends_logins_and_known_tokens
    a_token_has_the_role_of_its_account_and_a_machine_its_own
    a_calendar_outlives_passwords_and_ends_with_its_account
    taking_trust_back_is_a_new_generation_for_everybody
    a_revocation_is_kept_with_its_first_time
    the_last_use_never_moves_back
    ended_logins_are_cleared_away
    a_link_adds_one_account_once
    a_link_is_void_after_its_hour_or_once_there_is_an_account
    facts_keep_their_order_and_numbers_are_never_given_twice
    two_openings_at_once_find_one_store
    everything_can_be_moved_to_a_store_of_another_kind
    a_new_login_beyond_the_bound_ends_the_one_unused_longest
}

async fn an_account_is_as_it_was_after_reopening(home: &impl Home) {
    let stored = StoredAccount {
        account: Account {
            holder: Holder::Post("990101/lead_officer".parse().unwrap()),
            disabled_at: Some(at(7)),
            ..account("leader")
        },
        password: hash("one"),
    };
    commit(&home.open().await, Change::AddAccount(stored.clone())).await.unwrap();
    let reopened = home.open().await;
    assert_eq!(reopened.account(&login("leader")).await.unwrap().as_ref(), Some(&stored));
    assert_eq!(reopened.accounts().await.unwrap(), [stored.account]);
    assert_eq!(reopened.account(&login("nobody")).await.unwrap(), None);
}

async fn a_name_is_never_two_things(home: &impl Home) {
    let store = home.open().await;
    let gauges = digest("gauges");
    add_account(&store, "dispatcher").await;
    commit(&store, add_machine("gauges", gauges)).await.unwrap();
    for taken in [
        Change::AddAccount(stored("dispatcher")),
        Change::AddAccount(stored("gauges")),
        add_machine("dispatcher", digest("another")),
        add_machine("gauges", digest("another")),
    ] {
        let refused = commit(&store, taken).await;
        assert!(matches!(refused, Err(StoreError::NameTaken(_))), "{refused:?}");
    }
    commit(&store, Change::Revoke { id: gauges.id() }).await.unwrap();
    let refused = commit(&store, Change::AddAccount(stored("gauges"))).await;
    assert!(matches!(refused, Err(StoreError::NameTaken(_))), "the record speaks of the machine");
    commit(&store, add_machine("gauges", digest("another"))).await.unwrap();
}

async fn a_change_and_its_fact_happen_both_or_neither(home: &impl Home) {
    let store = home.open().await;
    let change = Change::AddAccount(stored("dispatcher"));
    let fact = AccessFact::AccountEnabled { login: login("dispatcher"), by: "console".into() };
    store.commit(change.clone(), Some(fact.clone()), at(1)).await.unwrap();
    store.commit(change, Some(fact.clone()), at(2)).await.unwrap_err();
    let facts = store.facts(10).await.unwrap();
    let noted: Vec<_> = facts.into_iter().map(|pending| (pending.at, pending.fact)).collect();
    assert_eq!(noted, [(at(1), fact)]);
}

async fn a_login_needs_the_password_that_was_checked(home: &impl Home) {
    let store = home.open().await;
    add_account(&store, "dispatcher").await;
    let password = Change::SetPassword {
        login: login("dispatcher"),
        password: hash("two"),
        purpose: Purpose::Service,
    };
    commit(&store, password).await.unwrap();
    let refused = commit(&store, add_login("dispatcher", "one", "stale")).await;
    assert!(matches!(refused, Err(StoreError::Outdated)), "{refused:?}");
    commit(&store, add_login("dispatcher", "two", "good")).await.unwrap();
    commit(&store, Change::DisableAccount { login: login("dispatcher") }).await.unwrap();
    let refused = commit(&store, add_login("dispatcher", "two", "late")).await;
    assert!(matches!(refused, Err(StoreError::Outdated)), "{refused:?}");
}

async fn a_login_can_renew_the_hash_of_its_password(home: &impl Home) {
    let store = home.open().await;
    add_account(&store, "dispatcher").await;
    let Change::AddLogin { token, proved, .. } = add_login("dispatcher", "one", "token") else {
        unreachable!("add_login makes an AddLogin")
    };
    let renewed = Some(hash("stronger"));
    let before = store.generation().await.unwrap();
    let after = commit(&store, Change::AddLogin { token, proved, renewed }).await.unwrap();
    let found = store.account(&login("dispatcher")).await.unwrap().unwrap();
    assert_eq!(found.password, hash("stronger"));
    assert_eq!(before, after, "it is the same password, nobody is logged out");
}

async fn disabling_ends_logins_and_enabling_does_not_bring_them_back(home: &impl Home) {
    let store = home.open().await;
    add_account(&store, "dispatcher").await;
    commit(&store, add_login("dispatcher", "one", "token")).await.unwrap();
    let login = login("dispatcher");
    store.commit(Change::DisableAccount { login: login.clone() }, None, at(5)).await.unwrap();
    let found = find(&store, "token").await.unwrap();
    assert!(found.account_disabled);
    assert_eq!(found.token.revoked_at, Some(at(5)));
    commit(&store, Change::EnableAccount { login }).await.unwrap();
    let found = find(&store, "token").await.unwrap();
    assert!(!found.account_disabled);
    assert_eq!(found.token.revoked_at, Some(at(5)));
    let nobody = Change::DisableAccount { login: "nobody".parse().unwrap() };
    let refused = commit(&store, nobody).await;
    assert!(matches!(refused, Err(StoreError::NoAccount)), "{refused:?}");
}

async fn a_new_password_ends_logins_and_known_tokens(home: &impl Home) {
    let store = home.open().await;
    let demo = Account { purpose: Purpose::Demonstration, ..account("dispatcher") };
    let password = hash("one");
    commit(&store, Change::AddAccount(StoredAccount { account: demo, password })).await.unwrap();
    let known = || Change::AddDemonstrationToken(new_token("dispatcher", "known", None));
    commit(&store, known()).await.unwrap();
    commit(&store, known()).await.expect("installing it again finds it there");
    commit(&store, add_login("dispatcher", "one", "token")).await.unwrap();
    for (purpose, known_is_there) in [(Purpose::Demonstration, true), (Purpose::Service, false)] {
        let password = hash("two");
        let login = login("dispatcher");
        commit(&store, Change::SetPassword { login, password, purpose }).await.unwrap();
        assert_eq!(find(&store, "known").await.is_some(), known_is_there, "{purpose:?}");
        assert!(find(&store, "token").await.unwrap().token.revoked_at.is_some());
    }
    let found = store.account(&login("dispatcher")).await.unwrap().unwrap();
    assert_eq!(found.account.purpose, Purpose::Service);
}

async fn a_token_has_the_role_of_its_account_and_a_machine_its_own(home: &impl Home) {
    let store = home.open().await;
    add_account(&store, "dispatcher").await;
    commit(&store, add_login("dispatcher", "one", "token")).await.unwrap();
    commit(&store, add_machine("gauges", digest("gauges"))).await.unwrap();
    let (person, machine) =
        (find(&store, "token").await.unwrap(), find(&store, "gauges").await.unwrap());
    assert_eq!((person.token.role, person.token.kind), (Role::Dispatcher, TokenKind::Login));
    assert_eq!((machine.token.role, machine.token.kind), (Role::Gateway, TokenKind::Machine));
    assert_eq!(machine.token.expires_at, None);
    assert_eq!(store.tokens().await.unwrap().len(), 2);
    assert!(find(&store, "unknown").await.is_none());
}

async fn a_calendar_outlives_passwords_and_ends_with_its_account(home: &impl Home) {
    let store = home.open().await;
    add_account(&store, "dispatcher").await;
    commit(&store, Change::AddCalendar(new_token("dispatcher", "feed", None))).await.unwrap();
    let found = find(&store, "feed").await.unwrap();
    assert_eq!((found.token.role, found.token.kind), (Role::Dispatcher, TokenKind::Calendar));
    let login = login("dispatcher");
    let (password, purpose) = (hash("two"), Purpose::Service);
    let change = Change::SetPassword { login: login.clone(), password, purpose };
    commit(&store, change).await.unwrap();
    assert_eq!(find(&store, "feed").await.unwrap().token.revoked_at, None);
    commit(&store, Change::DisableAccount { login }).await.unwrap();
    assert!(find(&store, "feed").await.unwrap().account_disabled);
}

async fn taking_trust_back_is_a_new_generation_for_everybody(home: &impl Home) {
    let (store, elsewhere) = (home.open().await, home.open().await);
    add_account(&store, "dispatcher").await;
    commit(&store, add_machine("gauges", digest("gauges"))).await.unwrap();
    commit(&store, add_login("dispatcher", "one", "token")).await.unwrap();
    commit(&store, Change::Touch(vec![(digest("token").id(), at(3))])).await.unwrap();
    let mut before = elsewhere.generation().await.unwrap();
    assert_eq!(before, store.token(digest("token")).await.unwrap().generation);
    let login = login("dispatcher");
    let (password, purpose) = (hash("two"), Purpose::Service);
    for change in [
        Change::Revoke { id: digest("gauges").id() },
        Change::SetPassword { login: login.clone(), password, purpose },
        Change::DisableAccount { login },
    ] {
        let after = commit(&store, change.clone()).await.unwrap();
        assert!(after > before, "{change:?}");
        assert_eq!(elsewhere.generation().await.unwrap(), after, "{change:?}");
        before = after;
    }
}

async fn a_revocation_is_kept_with_its_first_time(home: &impl Home) {
    let store = home.open().await;
    let id = digest("gauges").id();
    commit(&store, add_machine("gauges", digest("gauges"))).await.unwrap();
    store.commit(Change::Revoke { id }, None, at(5)).await.unwrap();
    store.commit(Change::Revoke { id }, None, at(9)).await.unwrap();
    let found = find(&home.open().await, "gauges").await.unwrap();
    assert_eq!(found.token.revoked_at, Some(at(5)));
    let refused = commit(&store, Change::Revoke { id: digest("unknown").id() }).await;
    assert!(matches!(refused, Err(StoreError::NoToken)), "{refused:?}");
}

async fn the_last_use_never_moves_back(home: &impl Home) {
    let store = home.open().await;
    let id = digest("gauges").id();
    commit(&store, add_machine("gauges", digest("gauges"))).await.unwrap();
    for (used, seen) in [(50, 50), (40, 50), (60, 60)] {
        commit(&store, Change::Touch(vec![(id, at(used))])).await.unwrap();
        assert_eq!(find(&store, "gauges").await.unwrap().token.seen_at, at(seen));
    }
}

async fn ended_logins_are_cleared_away(home: &impl Home) {
    let store = home.open().await;
    add_account(&store, "dispatcher").await;
    commit(&store, add_login("dispatcher", "one", "first")).await.unwrap();
    let next = add_login("dispatcher", "one", "next");
    store.commit(next, None, LOGIN_ENDS).await.unwrap();
    assert!(find(&store, "first").await.is_none());
    assert!(find(&store, "next").await.is_some());
}

async fn a_link_adds_one_account_once(home: &impl Home) {
    let store = home.open().await;
    for link in ["link", "from a second start"] {
        let (digest, expires_at) = (digest(link), at(100));
        commit(&store, Change::AddAdminLink { digest, expires_at }).await.unwrap();
    }
    let redeem =
        |link, login| Change::RedeemAdminLink { digest: digest(link), account: stored(login) };
    let refused = commit(&store, redeem("guessed", "eve")).await;
    assert!(matches!(refused, Err(StoreError::LinkSpent)), "{refused:?}");
    let (one, other) = (home.open().await, home.open().await);
    let (one, other) = tokio::join!(
        commit(&one, redeem("link", "wang")),
        commit(&other, redeem("from a second start", "li"))
    );
    assert_eq!([&one, &other].iter().filter(|redeemed| redeemed.is_ok()).count(), 1);
    assert_eq!(store.accounts().await.unwrap().len(), 1);
}

async fn a_link_is_void_after_its_hour_or_once_there_is_an_account(home: &impl Home) {
    let store = home.open().await;
    let (link, expires_at) = (digest("link"), at(100));
    commit(&store, Change::AddAdminLink { digest: link, expires_at }).await.unwrap();
    let redeem = || Change::RedeemAdminLink { digest: link, account: stored("wang") };
    let refused = store.commit(redeem(), None, at(100)).await;
    assert!(matches!(refused, Err(StoreError::LinkSpent)), "{refused:?}");
    add_account(&store, "dispatcher").await;
    let refused = store.commit(redeem(), None, at(99)).await;
    assert!(matches!(refused, Err(StoreError::LinkSpent)), "{refused:?}");
}

async fn facts_keep_their_order_and_numbers_are_never_given_twice(home: &impl Home) {
    let store = home.open().await;
    for second in 1..=3 {
        store.record(failed_login(), at(second)).await.unwrap();
    }
    let facts = store.facts(2).await.unwrap();
    assert_eq!(facts.iter().map(|pending| pending.at).collect::<Vec<_>>(), [at(1), at(2)]);
    assert!(facts[0].number < facts[1].number);
    store.forget_facts(facts[1].number).await.unwrap();
    let reopened = home.open().await;
    let last = reopened.facts(10).await.unwrap();
    assert_eq!(last.iter().map(|pending| pending.at).collect::<Vec<_>>(), [at(3)]);
    reopened.forget_facts(last[0].number).await.unwrap();
    reopened.record(failed_login(), at(4)).await.unwrap();
    assert!(home.open().await.facts(10).await.unwrap()[0].number > last[0].number);
}

async fn two_openings_at_once_find_one_store(home: &impl Home) {
    let stores = join_all((0..8).map(|_| home.open())).await;
    add_account(&stores[0], "dispatcher").await;
    for store in stores {
        assert_eq!(store.accounts().await.unwrap().len(), 1);
    }
}

async fn everything_can_be_moved_to_a_store_of_another_kind(home: &impl Home) {
    let contents = populated(home).await.contents().await.unwrap();
    assert_eq!((contents.accounts.len(), contents.tokens.len(), contents.links.len()), (1, 2, 1));
    let others: [Arc<dyn Store>; 2] =
        [SqliteHome::new().open().await, PostgresHome::new().await.open().await];
    for other in others {
        other.fill(contents.clone()).await.unwrap();
        assert_eq!(other.contents().await.unwrap(), contents);
        let last = other.facts(10).await.unwrap().pop().unwrap();
        other.record(failed_login(), at(3)).await.unwrap();
        assert!(other.facts(10).await.unwrap().pop().unwrap().number > last.number);
        let again = other.fill(contents.clone()).await;
        assert!(matches!(again, Err(StoreError::NotEmpty)), "{again:?}");
    }
}

async fn a_new_login_beyond_the_bound_ends_the_one_unused_longest(home: &impl Home) {
    let store = home.open().await;
    let token = |number: u32| KeptToken {
        digest: digest(&format!("{number:08}")),
        kind: TokenKind::Login,
        login: login("busy"),
        own: None,
        created_at: at(0),
        seen_at: at(i64::from(number)),
        expires_at: Some(LOGIN_ENDS),
        revoked_at: None,
    };
    let tokens = (1..=LOGINS_MAX).map(token).collect();
    let accounts = vec![stored("busy")];
    let generation = Generation(1);
    store.fill(Contents { accounts, tokens, generation, ..Contents::default() }).await.unwrap();
    let Change::AddLogin { mut token, proved, renewed } = add_login("busy", "one", "new") else {
        unreachable!("add_login makes an AddLogin")
    };
    token.expires_at = Some(at(999_999_999));
    let change = Change::AddLogin { token, proved, renewed };
    let after = store.commit(change, None, at(500)).await.unwrap();
    assert!(after > generation, "other processes must forget the login that ended");
    assert!(find(&store, "00000001").await.is_none());
    assert!(find(&store, "00000002").await.is_some());
    assert_eq!(store.contents().await.unwrap().tokens.len(), LOGINS_MAX as usize);
}

/// Opens a store and puts something of every kind into it.
async fn populated(home: &impl Home) -> Arc<dyn Store> {
    let store = home.open().await;
    let fact = AccessFact::AccountEnabled { login: login("dispatcher"), by: "console".into() };
    store.commit(Change::AddAccount(stored("dispatcher")), Some(fact), at(1)).await.unwrap();
    store.forget_facts(store.facts(1).await.unwrap()[0].number).await.unwrap();
    store.record(failed_login(), at(2)).await.unwrap();
    let (link, expires_at) = (digest("link"), at(100));
    for change in [
        add_machine("gauges", digest("gauges")),
        add_login("dispatcher", "one", "token"),
        Change::Revoke { id: digest("gauges").id() },
        Change::AddAdminLink { digest: link, expires_at },
    ] {
        commit(&store, change).await.unwrap();
    }
    store
}

struct SqliteHome {
    dir: tempfile::TempDir,
}

impl SqliteHome {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("jiaoying.db")
    }
}

impl Home for SqliteHome {
    async fn open(&self) -> Arc<dyn Store> {
        let file = self.file();
        let open = move || SqliteStore::open(&file).unwrap();
        Arc::new(tokio::task::spawn_blocking(open).await.unwrap())
    }
}

struct PostgresHome {
    url: String,
}

impl PostgresHome {
    async fn new() -> Self {
        Self { url: fresh().await }
    }
}

impl Home for PostgresHome {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(PostgresStore::open(&database(&self.url)).await.unwrap())
    }
}

const LOGIN_ENDS: Timestamp = Timestamp::from_millis(1_000);

async fn commit(store: &Arc<dyn Store>, change: Change) -> Result<Generation, StoreError> {
    store.commit(change, None, at(1)).await
}

async fn add_account(store: &Arc<dyn Store>, login: &str) {
    commit(store, Change::AddAccount(stored(login))).await.unwrap();
}

async fn find(store: &Arc<dyn Store>, token: &str) -> Option<StoredToken> {
    store.token(digest(token)).await.unwrap().token
}

fn add_login(login: &str, proved: &str, token: &str) -> Change {
    let token = new_token(login, token, Some(LOGIN_ENDS));
    Change::AddLogin { token, proved: hash(proved), renewed: None }
}

fn add_machine(name: &str, digest: TokenDigest) -> Change {
    let machine =
        NewMachine { name: login(name), role: Role::Gateway, area: "990101".parse().unwrap() };
    Change::AddMachine { digest, machine }
}

fn new_token(account: &str, token: &str, expires_at: Option<Timestamp>) -> NewToken {
    NewToken { digest: digest(token), login: login(account), expires_at }
}

fn stored(login: &str) -> StoredAccount {
    StoredAccount { account: account(login), password: hash("one") }
}

fn account(name: &str) -> Account {
    Account {
        login: login(name),
        role: Role::Dispatcher,
        area: "990101".parse().unwrap(),
        holder: Holder::Nobody,
        purpose: Purpose::Service,
        created_at: at(1),
        disabled_at: None,
    }
}

fn failed_login() -> AccessFact {
    let source = Source::from(IpAddr::from([203, 0, 113, 7]));
    AccessFact::LoginFailed { login: None, source, reason: LoginFailure::UnknownLogin }
}

fn digest(text: &str) -> TokenDigest {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(text.bytes()).for_each(|(byte, letter)| *byte = letter);
    TokenDigest::from_stored(bytes)
}

fn hash(text: &str) -> PasswordHash {
    PasswordHash::from_stored(text)
}

fn login(text: &str) -> Login {
    text.parse().unwrap()
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}
