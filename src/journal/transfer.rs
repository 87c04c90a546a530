//! A journal copied record by record into another kind of engine, the chain, the receipts and the epoch as they are.
//!
//! Invariant: a target is either whole and verified to the last byte, or there is none.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    Cause, Epoch, Head, ReadError, Reader, Receipt, Record,
    verify::{Verified, VerifyError},
};

/// Records and receipts copied at a time.
const PAGE: usize = 10_000;

/// A receipt, and where the journal ended once its command had its effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub seq: u64,
    pub receipt: Receipt,
}

/// A journal that can be copied from.
#[async_trait]
pub trait Origin: Reader {
    /// Returns the receipts of the commands after `after` in their byte order, each checked by its seal.
    async fn receipts(&self, after: Option<String>, limit: usize) -> Result<Vec<Kept>, ReadError>;
}

/// An empty journal that is being filled. Dropped before the end, it leaves nothing.
#[async_trait]
pub trait Fill: Send {
    /// Takes the next records, hashes included.
    async fn records(&mut self, records: Vec<Record>) -> Result<(), TransferError>;

    async fn receipts(&mut self, receipts: Vec<Kept>) -> Result<(), TransferError>;

    /// Makes the journal durable under the epoch it had, verifies it and returns what it holds.
    async fn finish(self: Box<Self>, epoch: Epoch) -> Result<Verified, TransferError>;
}

/// How far copying has come, in records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub copied: u64,
    pub total: u64,
}

/// Why a journal was not copied.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error("there is a journal already: {0}; choose an empty place")]
    Occupied(String),
    #[error("the journal cannot be read")]
    Unread(#[from] ReadError),
    #[error("the copy cannot be written")]
    Unwritten(#[source] Cause),
    #[error("the copy does not verify")]
    Unverified(#[from] VerifyError),
    #[error("the copy is at {copy} and the journal at {origin}; is a node still running?")]
    Differs { origin: Head, copy: Head },
}

impl TransferError {
    pub(super) fn unwritten(cause: impl Into<Cause>) -> Self {
        TransferError::Unwritten(cause.into())
    }
}

/// Copies the journal of `origin` into `target`. Every record is checked against the chain as it is read, and
/// once more as it stands in the target.
pub async fn copy(
    origin: Arc<dyn Origin>,
    mut target: Box<dyn Fill>,
    on_progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Verified, TransferError> {
    let total = origin.head().await?;
    let mut copied = 0;
    while copied < total.seq {
        let page = origin.read(copied, PAGE).await?;
        let Some(last) = page.last() else { break };
        copied = last.seq;
        target.records(page).await?;
        on_progress(Progress { copied, total: total.seq });
    }
    let mut page = origin.receipts(None, PAGE).await?;
    while let Some(last) = page.last() {
        let after = Some(last.receipt.command.clone());
        target.receipts(page).await?;
        page = origin.receipts(after, PAGE).await?;
    }
    let verified = target.finish(origin.epoch()).await?;
    let end = origin.head().await?;
    if verified.head != end {
        return Err(TransferError::Differs { origin: end, copy: verified.head });
    }
    Ok(verified)
}
