//! Addresses from which calendar programs read duties: made and ended by whoever is logged in, for himself.

use super::{
    Access, AccessFact, AdminError, Identity, Invalid, Secret, Token, TokenId, TokenKind,
    store::{Change, NewToken, StoreError},
};
use crate::domain::time::Timestamp;

/// Most calendars that one account has at a time: a few devices, and those that were forgotten.
const CALENDARS_MAX: usize = 20;

impl Access {
    /// Lets a calendar program read the duties of whoever is logged in; the secret cannot be shown again.
    pub async fn add_calendar(
        &self,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<(Secret, TokenId), AdminError> {
        match identity.kind {
            TokenKind::Login | TokenKind::Demonstration => {}
            // Their account, if there is one, may end and they would go on.
            TokenKind::Machine | TokenKind::Calendar => return Err(AdminError::NotAllowed),
        }
        if self.calendars(identity).await?.len() >= CALENDARS_MAX {
            let remedy = "has as many calendars as it may have, end one that is not used any more";
            return Err(Invalid::new("login", remedy).into());
        }
        let secret = Secret::random();
        let (digest, login) = (secret.digest(), identity.login.clone());
        let fact = AccessFact::CalendarAdded { token: digest.id(), login: login.clone() };
        let change = Change::AddCalendar(NewToken { digest, login, expires_at: None });
        self.commit(change, fact, now).await?;
        Ok((secret, digest.id()))
    }

    /// Returns the calendars of whoever is logged in, those read last first.
    pub async fn calendars(&self, identity: &Identity) -> Result<Vec<Token>, AdminError> {
        let mut tokens = self.store.tokens().await?;
        tokens.retain(|token| {
            let live = token.revoked_at.is_none();
            live && token.kind == TokenKind::Calendar && token.login == identity.login
        });
        Ok(tokens)
    }

    /// Ends a calendar of whoever is logged in.
    pub async fn end_calendar(
        &self,
        identity: &Identity,
        id: TokenId,
        now: Timestamp,
    ) -> Result<(), AdminError> {
        let own = self.calendars(identity).await?;
        if !own.iter().any(|token| token.id == id) {
            return Err(StoreError::NoToken.into());
        }
        let login = identity.login.clone();
        let by = login.clone().into_name();
        let fact = AccessFact::TokenRevoked { token: id, login, by };
        self.commit(Change::Revoke { id }, fact, now).await?;
        Ok(())
    }
}
