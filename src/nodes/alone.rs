//! One node by itself: everything is its own, and nothing is asked of anybody.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;

use super::{Adopted, Heard, Nodes, Unanswered};
use crate::{access::Holder, domain::ids::AttemptId};

/// The only node of its county.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

#[async_trait]
impl Nodes for Alone {
    fn is_alone(&self) -> bool {
        true
    }

    async fn claim(&self, attempts: &[AttemptId]) -> Result<BTreeSet<AttemptId>, Unanswered> {
        Ok(attempts.iter().copied().collect())
    }

    async fn adopt(&self, attempts: &[AttemptId]) -> Result<Adopted, Unanswered> {
        // What it does not have in its hands it had before it was ended.
        Ok(Adopted { orphaned: attempts.iter().copied().collect(), unclaimed: BTreeSet::new() })
    }

    fn page_opened(&self, _holder: &Holder) {}

    fn page_closed(&self, _holder: &Holder) {}

    async fn share_heard(&self, heard: &[Heard]) -> Result<Vec<Heard>, Unanswered> {
        Ok(heard.to_vec())
    }

    async fn elsewhere(&self) -> Result<Arc<BTreeSet<Holder>>, Unanswered> {
        Ok(Arc::default())
    }
}
