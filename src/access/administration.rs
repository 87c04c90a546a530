//! Accounts and machine tokens added, listed and ended, from the command line or the admin page.
//!
//! Invariant: whoever acts administers, and only within his own area.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::Deserialize;

use super::{
    Access, AccessFact, Account, AdminError, Holder, Invalid, Login, NewAccount, Password, Purpose,
    Secret, Token, TokenKind,
    store::{Change, StoreError, StoredAccount},
};
use crate::domain::{
    actor::{Actor, Role},
    ids::AreaCode,
    time::Timestamp,
};

/// What an administrator fills in to let a machine in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NewMachine {
    pub name: Login,
    pub role: Role,
    pub area: AreaCode,
}

impl Access {
    pub async fn add_account(
        &self,
        by: &Actor,
        new: NewAccount,
        password: Password,
        now: Timestamp,
    ) -> Result<Account, AdminError> {
        may_administer(by, new.area)?;
        let account = new.into_account(self.settings.purpose, now);
        let stored = self.with_password(account, password).await?;
        let account = stored.account.clone();
        let fact = account_added(&account, by);
        self.commit(Change::AddAccount(stored), fact, now).await?;
        Ok(account)
    }

    /// Returns the accounts that `by` administers.
    pub async fn accounts(&self, by: &Actor) -> Result<Vec<Account>, AdminError> {
        may_administer(by, by.area)?;
        let mut accounts = self.store.accounts().await?;
        accounts.retain(|account| by.sees(account.area));
        Ok(accounts)
    }

    /// Returns whose the logins are.
    pub async fn holders(&self) -> Result<BTreeMap<CompactString, Holder>, StoreError> {
        let accounts = self.store.accounts().await?.into_iter();
        Ok(accounts.map(|account| (account.login.into_name(), account.holder)).collect())
    }

    /// Shuts an account and ends its logins. It stays, because the record speaks of it.
    pub async fn disable_account(
        &self,
        by: &Actor,
        login: &Login,
        now: Timestamp,
    ) -> Result<(), AdminError> {
        self.administered(by, login).await?;
        if by.login == login.as_str() {
            let remedy = "is the account you work under, let another administrator disable it";
            return Err(Invalid::new("login", remedy).into());
        }
        let change = Change::DisableAccount { login: login.clone() };
        let fact = AccessFact::AccountDisabled { login: login.clone(), by: by.login.clone() };
        Ok(self.commit(change, fact, now).await?)
    }

    pub async fn enable_account(
        &self,
        by: &Actor,
        login: &Login,
        now: Timestamp,
    ) -> Result<(), AdminError> {
        self.administered(by, login).await?;
        let change = Change::EnableAccount { login: login.clone() };
        let fact = AccessFact::AccountEnabled { login: login.clone(), by: by.login.clone() };
        Ok(self.commit(change, fact, now).await?)
    }

    /// Gives an account a new password and ends its logins.
    pub async fn set_password(
        &self,
        by: &Actor,
        login: &Login,
        password: Password,
        now: Timestamp,
    ) -> Result<(), AdminError> {
        let account = self.administered(by, login).await?;
        let purpose = self.purpose_after_change(&account);
        password.check(login, purpose)?;
        let password = self.hasher.enter()?.hash(password).await?;
        let change = Change::SetPassword { login: login.clone(), password, purpose };
        let fact = AccessFact::PasswordChanged { login: login.clone(), by: by.login.clone() };
        Ok(self.commit(change, fact, now).await?)
    }

    /// Lets a machine in; returns its token, which cannot be shown again.
    pub async fn add_machine(
        &self,
        by: &Actor,
        machine: NewMachine,
        now: Timestamp,
    ) -> Result<(Secret, Token), AdminError> {
        may_administer(by, machine.area)?;
        match machine.role {
            Role::Commander | Role::Dispatcher | Role::Leader | Role::Screen | Role::Gateway => {}
            Role::Admin | Role::Node => {
                let remedy = "a token that never ends cannot administer, use gateway, screen, \
                              dispatcher, leader or commander";
                return Err(Invalid::new("role", remedy).into());
            }
        }
        let secret = Secret::random();
        let token = Token {
            id: secret.digest().id(),
            kind: TokenKind::Machine,
            login: machine.name.clone(),
            role: machine.role,
            area: machine.area,
            created_at: now,
            seen_at: now,
            expires_at: None,
            revoked_at: None,
        };
        let fact = AccessFact::TokenAdded {
            token: token.id,
            login: token.login.clone(),
            role: token.role,
            area: token.area,
            by: by.login.clone(),
        };
        self.commit(Change::AddMachine { digest: secret.digest(), machine }, fact, now).await?;
        Ok((secret, token))
    }

    /// Returns the tokens that `by` administers: logins, machines, revoked ones too.
    pub async fn tokens(&self, by: &Actor) -> Result<Vec<Token>, AdminError> {
        may_administer(by, by.area)?;
        let mut tokens = self.store.tokens().await?;
        tokens.retain(|token| by.sees(token.area));
        Ok(tokens)
    }

    /// Revokes the token with this id, or the one of the machine with this name.
    pub async fn revoke_token(
        &self,
        by: &Actor,
        which: &str,
        now: Timestamp,
    ) -> Result<Token, AdminError> {
        may_administer(by, by.area)?;
        let is_meant = |token: &Token| {
            let of_machine = token.kind == TokenKind::Machine && token.login.as_str() == which;
            token.id.to_string() == which || of_machine
        };
        let tokens = self.store.tokens().await?;
        let live = tokens.into_iter().filter(|token| token.revoked_at.is_none());
        let token = live.into_iter().find(is_meant).ok_or(StoreError::NoToken)?;
        may_administer(by, token.area)?;
        let fact = AccessFact::TokenRevoked {
            token: token.id,
            login: token.login.clone(),
            by: by.login.clone(),
        };
        self.commit(Change::Revoke { id: token.id }, fact, now).await?;
        Ok(Token { revoked_at: Some(now), ..token })
    }

    /// Returns the account when `by` administers it.
    async fn administered(&self, by: &Actor, login: &Login) -> Result<Account, AdminError> {
        may_administer(by, by.area)?;
        let stored = self.store.account(login).await?.ok_or(StoreError::NoAccount)?;
        may_administer(by, stored.account.area)?;
        Ok(stored.account)
    }

    /// Checks what an account is to be and hashes its password.
    pub(super) async fn with_password(
        &self,
        account: Account,
        password: Password,
    ) -> Result<StoredAccount, AdminError> {
        if !Role::FOR_ACCOUNTS.contains(&account.role) {
            let remedy = "no account can be the program itself, choose another role";
            return Err(Invalid::new("role", remedy).into());
        }
        password.check(&account.login, account.purpose)?;
        let password = self.hasher.enter()?.hash(password).await?;
        Ok(StoredAccount { account, password })
    }

    /// Returns what an account is for once its password is changed on this node: a well-known one
    /// that gets a password of its own in service becomes an account like any other.
    pub(super) fn purpose_after_change(&self, account: &Account) -> Purpose {
        match account.purpose {
            Purpose::Service => Purpose::Service,
            Purpose::Demonstration => self.settings.purpose,
        }
    }
}

pub(super) fn account_added(account: &Account, by: &Actor) -> AccessFact {
    AccessFact::AccountAdded {
        login: account.login.clone(),
        role: account.role,
        area: account.area,
        holder: account.holder.clone(),
        by: by.login.clone(),
    }
}

fn may_administer(by: &Actor, area: AreaCode) -> Result<(), AdminError> {
    if by.role.may_administer() && by.sees(area) { Ok(()) } else { Err(AdminError::NotAllowed) }
}
