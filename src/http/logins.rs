//! Whose logins the record names, so that pages can say who did something and not only under which login.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::Web;
use crate::{access::Holder, domain::board::Board, protocol::post_title};

/// Logins with whose they are now.
#[derive(Clone)]
pub(super) struct Logins(BTreeMap<CompactString, Holder>);

impl Logins {
    /// Asks whose they are. Without an answer the record's logins stand by themselves.
    pub async fn known(web: &Web) -> Self {
        let found = web.access.holders().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "whose the logins are could not be read, so names are missing");
            BTreeMap::new()
        });
        Self(found)
    }

    /// Returns the name of the person whose login it is, or the title of the post; nobody's login has none.
    pub fn name(&self, board: &Board, login: &str) -> Option<CompactString> {
        match self.0.get(login)? {
            Holder::Nobody => None,
            Holder::Person(person) => Some(board.people.get(person)?.name.clone()),
            Holder::Post(post) => Some(post_title(board, post)),
        }
    }
}
