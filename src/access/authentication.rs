//! From the token a client shows to the identity behind it.
//!
//! Nearly always from memory: a digest and a look-up, a few microseconds. Every two seconds one
//! request asks the store for its generation, so a revocation by another process takes hold.

use super::{
    Access, AuthError, Identity, TokenDigest, TokenKind,
    remembered::Accepted,
    store::{Change, StoredToken},
};
use crate::domain::time::Timestamp;

impl Access {
    /// Returns who shows `token`, and notes that it is used.
    pub async fn authenticate(&self, token: &str, now: Timestamp) -> Result<Identity, AuthError> {
        match self.shown(token, now).await? {
            // It stands in addresses, which are not kept as secrets are.
            Identity { kind: TokenKind::Calendar, .. } => Err(AuthError::Unknown),
            identity => Ok(identity),
        }
    }

    /// Returns whose duties may be read by whoever shows `token`.
    pub async fn authenticate_calendar(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Identity, AuthError> {
        let identity = self.shown(token, now).await?;
        match identity.kind {
            TokenKind::Calendar => Ok(identity),
            TokenKind::Login | TokenKind::Machine | TokenKind::Demonstration => {
                Err(AuthError::Unknown)
            }
        }
    }

    async fn shown(&self, token: &str, now: Timestamp) -> Result<Identity, AuthError> {
        let digest = TokenDigest::of(token).ok_or(AuthError::Unknown)?;
        self.identify(digest, now).await
    }

    /// Returns who `identity` is now: the same with today's role and area, or not accepted any more.
    ///
    /// For connections that stay open. It counts as use, so a wall that only watches stays logged in.
    pub async fn still_valid(
        &self,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<Identity, AuthError> {
        self.identify(identity.digest, now).await
    }

    async fn identify(&self, digest: TokenDigest, now: Timestamp) -> Result<Identity, AuthError> {
        let fresh = self.remembered().is_fresh(now);
        if !fresh {
            self.catch_up(now).await?;
        }
        if let Some(identity) = self.remembered().find(digest, now) {
            return Ok(identity);
        }
        let found = self.store.token(digest).await?;
        let stored = found.token.ok_or(AuthError::Unknown)?;
        let accepted = self.accept(stored, digest, now)?;
        let identity = accepted.identity.clone();
        let mut remembered = self.remembered();
        remembered.insert(accepted, found.generation);
        // Looking it up once more notes the use.
        Ok(remembered.find(digest, now).unwrap_or(identity))
    }

    /// Learns what other processes revoked, and tells them which tokens are in use.
    async fn catch_up(&self, now: Timestamp) -> Result<(), AuthError> {
        let _asking = self.asking.lock().await;
        if self.remembered().is_fresh(now) {
            return Ok(());
        }
        self.save_uses(now);
        match self.store.generation().await {
            Ok(generation) => {
                self.remembered().on_read(generation, now);
                Ok(())
            }
            Err(error) if self.remembered().on_unreadable(now) => {
                tracing::warn!(%error, "the account store cannot be read, known tokens stay good");
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Saves when tokens were used, without making anybody wait for the disk.
    fn save_uses(&self, now: Timestamp) {
        let uses = self.remembered().take_unsaved();
        if uses.is_empty() {
            return;
        }
        let store = self.store.clone();
        self.tasks.spawn(async move {
            if let Err(error) = store.commit(Change::Touch(uses), None, now).await {
                // The next use tries again within a minute; a login idles for hours.
                tracing::warn!(%error, "the last use of tokens was not saved");
            }
        });
    }

    /// Decides whether a token that exists is good.
    fn accept(
        &self,
        stored: StoredToken,
        digest: TokenDigest,
        now: Timestamp,
    ) -> Result<Accepted, AuthError> {
        let StoredToken { token, holder, purpose, account_disabled } = stored;
        if !purpose.works_on(self.settings.purpose) {
            return Err(AuthError::Unknown);
        }
        if token.revoked_at.is_some() || account_disabled {
            return Err(AuthError::Revoked);
        }
        let idle = match token.kind {
            TokenKind::Login => Some(self.settings.login_idle_s.duration()),
            TokenKind::Machine | TokenKind::Demonstration | TokenKind::Calendar => None,
        };
        let identity = Identity {
            login: token.login,
            role: token.role,
            area: token.area,
            holder,
            token_id: token.id,
            kind: token.kind,
            expires_at: token.expires_at,
            digest,
        };
        let accepted = Accepted { identity, idle, seen_at: token.seen_at, saved_at: token.seen_at };
        if accepted.has_ended(now) { Err(AuthError::Ended) } else { Ok(accepted) }
    }
}
