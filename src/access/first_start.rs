//! The first administrator, by a link that works once; and the well-known accounts of the
//! demonstration.

use std::time::Duration;

use super::{
    Access, AccessFact, Account, AdminError, Holder, Invalid, Login, NewAccount, Password, Purpose,
    Secret, TokenDigest,
    administration::account_added,
    store::{Change, NewToken, StoreError},
};
use crate::domain::{
    actor::{Actor, Role},
    ids::AreaCode,
    time::Timestamp,
};

/// How long a link works: from the installation until the next morning.
const LINK_VALID: Duration = Duration::from_secs(24 * 60 * 60);

/// The secret of the one-time link, to be printed for whoever installs the node.
#[derive(Debug, Clone)]
pub struct AdminLink {
    pub secret: Secret,
    pub expires_at: Timestamp,
}

impl Access {
    /// Returns a link for the first administrator, or `None` when there is an account already.
    ///
    /// A link from an earlier start that was not used keeps working until its hour.
    pub async fn issue_admin_link(&self, now: Timestamp) -> Result<Option<AdminLink>, StoreError> {
        let opened = match self.settings.purpose {
            Purpose::Service => self.is_in_service().await?,
            Purpose::Demonstration => true,
        };
        if opened {
            return Ok(None);
        }
        let link = AdminLink { secret: Secret::random(), expires_at: now + LINK_VALID };
        let expires_at = link.expires_at;
        let change = Change::AddAdminLink { digest: link.secret.digest(), expires_at };
        self.commit(change, AccessFact::AdminLinkIssued { expires_at }, now).await?;
        Ok(Some(link))
    }

    /// Adds the first administrator. A login or password that is refused does not use up the link.
    pub async fn redeem_admin_link(
        &self,
        secret: &str,
        login: Login,
        password: Password,
        jurisdiction: AreaCode,
        now: Timestamp,
    ) -> Result<Account, AdminError> {
        // Before hashing anything: the door is open to strangers, and there is nothing behind it.
        if self.is_in_service().await? {
            return Err(StoreError::LinkSpent.into());
        }
        let digest = TokenDigest::of(secret).ok_or(StoreError::LinkSpent)?;
        let new =
            NewAccount { login, role: Role::Admin, area: jurisdiction, holder: Holder::Nobody };
        let account = new.into_account(Purpose::Service, now);
        let stored = self.with_password(account, password).await?;
        let account = stored.account.clone();
        let fact =
            AccessFact::AdminLinkRedeemed { login: account.login.clone(), area: account.area };
        self.commit(Change::RedeemAdminLink { digest, account: stored }, fact, now).await?;
        Ok(account)
    }

    /// Makes sure of an account of the demonstration whose password, and a token that never ends,
    /// is `demo-<login>`. Everybody knows it, so it works on a node for demonstration only.
    pub async fn install_demonstration_account(
        &self,
        new: NewAccount,
        now: Timestamp,
    ) -> Result<Account, AdminError> {
        match self.settings.purpose {
            Purpose::Demonstration => {}
            Purpose::Service => {
                let remedy = "well-known passwords are for --demo, add an account instead";
                return Err(Invalid::new("password", remedy).into());
            }
        }
        let known = Secret::known(format!("demo-{}", new.login));
        let account = match self.store.account(&new.login).await? {
            Some(stored) if stored.account.purpose == Purpose::Service => {
                return Err(StoreError::NameTaken(new.login).into());
            }
            Some(stored) => stored.account,
            None => {
                let account = new.into_account(Purpose::Demonstration, now);
                let stored = self.with_password(account, Password::new(known.expose())).await?;
                let account = stored.account.clone();
                let fact = account_added(&account, &Actor::node(account.area));
                match self.commit(Change::AddAccount(stored), fact, now).await {
                    // Another node that starts at the same time was faster.
                    Err(StoreError::NameTaken(_))
                        if self.store.account(&account.login).await?.is_some() => {}
                    added => added?,
                }
                account
            }
        };
        let token =
            NewToken { digest: known.digest(), login: account.login.clone(), expires_at: None };
        self.store.commit(Change::AddDemonstrationToken(token), None, now).await?;
        Ok(account)
    }

    /// Tells whether anybody has an account that is not well known.
    async fn is_in_service(&self) -> Result<bool, StoreError> {
        let accounts = self.store.accounts().await?;
        Ok(accounts.iter().any(|account| account.purpose == Purpose::Service))
    }
}
