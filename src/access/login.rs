//! Logging in and out, and changing one's own password.
//!
//! Invariant: whether a login exists cannot be told from outside, neither by the answer nor by the
//! time it takes. During a wait not even the right password is looked at.

use super::{
    Access, AccessFact, AuthError, Identity, Invalid, Login, LoginError, LoginFailure, Password,
    PasswordChangeError, PasswordHash, Secret, Source, TokenKind,
    error::seconds,
    password::Turn,
    store::{Change, NewToken, StoreError, StoredAccount},
    throttle::{Refusal, Try},
};
use crate::domain::time::Timestamp;

/// A login that succeeded: who, and the token to show from now on.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    pub token: Secret,
    pub identity: Identity,
}

/// What became of checking a password.
enum Verdict {
    Right(StoredAccount),
    /// The login, when there is such an account, and what was wrong.
    Wrong(Option<Login>, LoginFailure),
}

impl Access {
    /// Logs in with what was typed.
    pub async fn login(
        &self,
        login: &str,
        password: Password,
        source: Source,
        now: Timestamp,
    ) -> Result<LoggedIn, LoginError> {
        let turn = self.hasher.enter()?;
        let account = self.prove(&turn, login, password.clone(), source, now).await?;
        let renewed =
            if turn.is_outdated(&account.password) { turn.hash(password).await.ok() } else { None };
        self.grant(account, renewed, source, now).await
    }

    /// Ends a login.
    pub async fn logout(&self, identity: &Identity, now: Timestamp) -> Result<(), AuthError> {
        match identity.kind {
            TokenKind::Login => {}
            TokenKind::Machine | TokenKind::Demonstration | TokenKind::Calendar => {
                return Err(AuthError::NotALogin);
            }
        }
        let Identity { login, token_id, .. } = identity;
        let change = Change::Revoke { id: *token_id };
        let fact = AccessFact::LoggedOut { login: login.clone(), token: *token_id };
        self.commit(change, fact, now).await?;
        Ok(())
    }

    /// Changes the password of whoever is logged in, who has to know the old one. All his logins
    /// end, and a new one begins.
    pub async fn change_password(
        &self,
        identity: &Identity,
        old: Password,
        new: Password,
        source: Source,
        now: Timestamp,
    ) -> Result<LoggedIn, PasswordChangeError> {
        let login = &identity.login;
        match identity.kind {
            TokenKind::Login | TokenKind::Demonstration => {}
            TokenKind::Machine | TokenKind::Calendar => {
                return Err(Invalid::new("login", "a machine has no password").into());
            }
        }
        let turn = self.hasher.enter().map_err(LoginError::from)?;
        let mut stored = self.prove(&turn, login.as_str(), old, source, now).await?;
        let purpose = self.purpose_after_change(&stored.account);
        new.check(login, purpose)?;
        stored.password = turn.hash(new).await.map_err(LoginError::from)?;
        let password = stored.password.clone();
        let change = Change::SetPassword { login: login.clone(), password, purpose };
        let by = login.clone().into_name();
        let fact = AccessFact::PasswordChanged { login: login.clone(), by };
        self.commit(change, fact, now).await.map_err(LoginError::from)?;
        Ok(self.grant(stored, None, source, now).await?)
    }

    /// Gives a token to an account whose password was proved. `renewed` takes the place of its hash.
    async fn grant(
        &self,
        stored: StoredAccount,
        renewed: Option<PasswordHash>,
        source: Source,
        now: Timestamp,
    ) -> Result<LoggedIn, LoginError> {
        let token = Secret::random();
        let expires_at = now + self.settings.login_max_s;
        let login = stored.account.login.clone();
        let change = Change::AddLogin {
            token: NewToken {
                digest: token.digest(),
                login: login.clone(),
                expires_at: Some(expires_at),
            },
            proved: stored.password.clone(),
            renewed,
        };
        let identity = identity(stored, &token, expires_at);
        let fact = AccessFact::LoggedIn { login: login.clone(), token: identity.token_id, source };
        match self.commit(change, fact, now).await {
            Ok(()) => Ok(LoggedIn { token, identity }),
            Err(StoreError::Outdated) => {
                let reason = LoginFailure::AccountChanged;
                Err(self.refuse(Some(login), source, reason, now).await)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the account that `login` and `password` belong to, past the throttle.
    async fn prove(
        &self,
        turn: &Turn<'_>,
        login: &str,
        password: Password,
        source: Source,
        now: Timestamp,
    ) -> Result<StoredAccount, LoginError> {
        let attempt = self.begin(login, source, now).await?;
        match self.judge(turn, login, password).await {
            Ok(Verdict::Right(account)) => {
                self.throttle().succeeded(attempt, now);
                Ok(account)
            }
            Ok(Verdict::Wrong(login, reason)) => Err(self.refuse(login, source, reason, now).await),
            Err(error) => {
                self.throttle().withdrawn(attempt);
                Err(error)
            }
        }
    }

    async fn begin(&self, typed: &str, source: Source, now: Timestamp) -> Result<Try, LoginError> {
        let begun = self.throttle().begin(typed, source, now);
        let Refusal { retry_after, repeated } = match begun {
            Ok(attempt) => return Ok(attempt),
            Err(refusal) => refusal,
        };
        if !repeated {
            let login = self.known(typed).await?.map(|stored| stored.account.login);
            let retry_after_s = u32::try_from(seconds(retry_after)).unwrap_or(u32::MAX);
            self.record(AccessFact::LoginThrottled { login, source, retry_after_s }, now).await?;
        }
        Err(LoginError::Throttled { retry_after })
    }

    async fn judge(
        &self,
        turn: &Turn<'_>,
        typed: &str,
        password: Password,
    ) -> Result<Verdict, LoginError> {
        let known = self.known(typed).await?;
        let hash = known.as_ref().map(|stored| stored.password.clone());
        let matches = turn.verify(password, hash).await?;
        let Some(stored) = known else {
            return Ok(Verdict::Wrong(None, LoginFailure::UnknownLogin));
        };
        let account = &stored.account;
        let reason = if !matches {
            LoginFailure::WrongPassword
        } else if account.disabled_at.is_some() {
            LoginFailure::AccountDisabled
        } else if !account.purpose.works_on(self.settings.purpose) {
            LoginFailure::DemonstrationOnly
        } else {
            return Ok(Verdict::Right(stored));
        };
        Ok(Verdict::Wrong(Some(stored.account.login), reason))
    }

    async fn known(&self, typed: &str) -> Result<Option<StoredAccount>, StoreError> {
        // What is no login at all is an unknown one, here and for whoever typed it.
        match typed.parse::<Login>() {
            Ok(login) => self.store.account(&login).await,
            Err(_) => Ok(None),
        }
    }

    /// Writes down a failed login and returns what to tell the one who tried.
    async fn refuse(
        &self,
        login: Option<Login>,
        source: Source,
        reason: LoginFailure,
        now: Timestamp,
    ) -> LoginError {
        match self.record(AccessFact::LoginFailed { login, source, reason }, now).await {
            Ok(()) => LoginError::Refused,
            Err(error) => error.into(),
        }
    }
}

fn identity(stored: StoredAccount, token: &Secret, expires_at: Timestamp) -> Identity {
    let digest = token.digest();
    Identity {
        login: stored.account.login,
        role: stored.account.role,
        area: stored.account.area,
        holder: stored.account.holder,
        token_id: digest.id(),
        kind: TokenKind::Login,
        expires_at: Some(expires_at),
        digest,
    }
}
