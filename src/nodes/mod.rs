//! What the nodes of one county share beside the journal: who makes which call, whose pages are open where, and
//! when sources were heard.
//!
//! Invariant: of the nodes that live, one at most makes a call. Where that cannot be found out a call waits, or
//! rings twice; it is never lost.

mod alone;
mod postgres;

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use compact_str::CompactString;

pub use self::{
    alone::Alone,
    postgres::{OpenError, PostgresNodes},
};
use crate::{
    access::Holder,
    domain::{ids::AttemptId, time::Timestamp},
    postgres::DatabaseError,
};

/// What the nodes share could not be asked for or changed. It may have been changed all the same.
#[derive(Debug, thiserror::Error)]
#[error("the other nodes cannot be asked: {0}")]
pub struct Unanswered(#[from] pub DatabaseError);

/// Calls that were not in this node's hands and are now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Adopted {
    /// Those of a node that is dead, or of this one without its knowledge: whether they rang is unknown.
    pub orphaned: BTreeSet<AttemptId>,
    /// Those that nobody has ever claimed, so nobody has made them.
    pub unclaimed: BTreeSet<AttemptId>,
}

/// A source, and when it was heard.
pub type Heard = (CompactString, Timestamp);

/// The other nodes, as far as calls, pages and sources go.
#[async_trait]
pub trait Nodes: Send + Sync + 'static {
    /// Tells whether there is nobody to share with. Then everything is this node's, and nothing need be asked.
    fn is_alone(&self) -> bool;

    /// Claims calls that have just begun; returns those that this node is to make. A claim of its own counts, so
    /// whoever has had no answer asks again.
    async fn claim(&self, attempts: &[AttemptId]) -> Result<BTreeSet<AttemptId>, Unanswered>;

    /// Takes over those of `attempts`, none of them in this node's hands, that no living node has.
    async fn adopt(&self, attempts: &[AttemptId]) -> Result<Adopted, Unanswered>;

    /// Notes that `holder` has a page open here. The others know it soon after.
    fn page_opened(&self, holder: &Holder);

    /// Notes that the last page that `holder` had open here is closed.
    fn page_closed(&self, holder: &Holder);

    /// Tells the others when this node heard each source, and returns when anybody heard it last.
    async fn share_heard(&self, heard: &[Heard]) -> Result<Vec<Heard>, Unanswered>;

    /// Returns who has a page open on another node that lives.
    async fn elsewhere(&self) -> Result<Arc<BTreeSet<Holder>>, Unanswered>;
}
