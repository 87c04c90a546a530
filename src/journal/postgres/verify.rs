//! Checks a whole journal in PostgreSQL: every record along the chain, this node's anchor, every receipt. It
//! changes nothing and works while nodes append.

use std::path::Path;

use super::{
    super::{
        Broken, Fault, Head, Loss, ReadError, Reader, Record,
        anchor::{self, Anchored, Memory},
        transfer::Origin,
        verify::{Verified, VerifyError},
    },
    OpenError, PostgresReader, meta, read,
};
use crate::postgres::Database;

/// Records and receipts read at a time.
const PAGE: usize = 10_000;

/// Verifies the journal against its chain and against the anchor in this node's folder `dir`, if there is one.
pub async fn verify(database: &Database, dir: &Path) -> Result<Verified, VerifyError> {
    // The anchor is read first: it is written after the records, so they are at least as new.
    let memory = anchor::recall(dir)?;
    let client = database.own_session().await.map_err(OpenError::from)?;
    meta::recognise(&client).await?;
    let epoch = meta::epoch(&client).await?;
    let anchored = match memory {
        Memory::Of(anchored) if anchored.epoch == epoch => Some(anchored.head),
        Memory::Of(Anchored { epoch, head }) => {
            if !meta::went_through(&client, epoch).await? && head != Head::GENESIS {
                let found = read::head(&client).await.map_err(OpenError::from)?;
                return Err(VerifyError::Incomplete(Loss::Exchanged { anchored: head, found }));
            }
            None
        }
        Memory::Absent | Memory::Unreadable => None,
    };
    let reader = PostgresReader::new(database.clone(), epoch);
    let verified = walk(&reader, anchored).await?;
    check_receipts(&reader).await?;
    Ok(verified)
}

/// Walks the whole chain; `anchored` is a head that must be on the way.
async fn walk(reader: &PostgresReader, anchored: Option<Head>) -> Result<Verified, VerifyError> {
    let mut verified = Verified {
        epoch: reader.epoch(),
        events: 0,
        head: Head::GENESIS,
        first_at: None,
        last_at: None,
    };
    let mut page = reader.read(0, PAGE).await?;
    while let Some(last) = page.last().map(Record::head) {
        // The next page is on its way while this one is looked at.
        let take = async { take(&page, anchored, &mut verified) };
        let (next, taken) = tokio::join!(reader.read(last.seq, PAGE), take);
        taken?;
        page = next?;
    }
    match anchored {
        Some(anchored) if anchored.seq > verified.head.seq => {
            let fault = Fault::Truncated { anchored };
            Err(Broken { seq: verified.head.seq + 1, fault }.into())
        }
        Some(_) | None => Ok(verified),
    }
}

fn take(page: &[Record], anchored: Option<Head>, verified: &mut Verified) -> Result<(), Broken> {
    if let (Some(anchored), Some(first)) = (anchored, page.first())
        && let Some(index) = anchored.seq.checked_sub(first.seq)
        && let Some(record) = usize::try_from(index).ok().and_then(|index| page.get(index))
        && record.head() != anchored
    {
        let fault = Fault::Rewritten { anchored: anchored.hash };
        return Err(Broken { seq: record.seq, fault });
    }
    verified.events += page.len() as u64;
    verified.first_at = verified.first_at.or(page.first().map(|record| record.at));
    if let Some(last) = page.last() {
        (verified.head, verified.last_at) = (last.head(), Some(last.at));
    }
    Ok(())
}

async fn check_receipts(reader: &PostgresReader) -> Result<(), VerifyError> {
    let mut page = reader.receipts(None, PAGE).await?;
    while let Some(last) = page.pop() {
        page = reader.receipts(Some(last.receipt.command), PAGE).await?;
    }
    Ok(())
}

impl From<OpenError> for VerifyError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Lost(loss) => VerifyError::Incomplete(loss),
            OpenError::Damaged(broken) => VerifyError::Broken(broken),
            OpenError::Database(error) => VerifyError::Unavailable(error.into()),
            OpenError::Unavailable(cause) => VerifyError::Unavailable(cause),
            OpenError::NotAJournal | OpenError::TooNew { .. } | OpenError::Encoding(_) => {
                VerifyError::Unavailable(error.into())
            }
        }
    }
}

impl From<ReadError> for VerifyError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged(broken) => VerifyError::Broken(broken),
            ReadError::ReceiptDamaged { command } => VerifyError::ReceiptDamaged { command },
            ReadError::Unavailable(cause) => VerifyError::Unavailable(cause),
        }
    }
}
