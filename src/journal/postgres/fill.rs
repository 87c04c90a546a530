//! A journal in PostgreSQL made from the records of another engine, in one transaction.

use std::path::PathBuf;

use async_trait::async_trait;
use deadpool_postgres::ClientWrapper;

use super::{
    append::{ALONE, EventRows, INSERT_EVENTS, INSERT_RECEIPTS, ReceiptRows, split_chunk},
    meta, verify,
};
use crate::{
    journal::{
        Epoch, Record,
        transfer::{Fill, Kept, TransferError},
        verify::Verified,
    },
    postgres::{Database, DatabaseError},
};

/// This session alone copies; it may take its time, and holds nobody up, since there is nobody.
const BEGIN: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0;
    SET LOCAL statement_timeout = 0";

/// Tables being filled. The connection is closed when this is dropped, and then there is nothing.
pub struct PostgresFill {
    database: Database,
    dir: PathBuf,
    client: ClientWrapper,
}

impl PostgresFill {
    /// Begins a journal in a database in which there is none and no node at work. `dir` is the folder whose
    /// anchor goes with it.
    pub async fn begin(database: &Database, dir: PathBuf) -> Result<Self, TransferError> {
        let client = database.own_session().await?;
        hold_alone(&client, database).await?;
        client.batch_execute(BEGIN).await?;
        meta::migrate(&client, Epoch::random()).await.map_err(TransferError::unwritten)?;
        let used = "SELECT EXISTS (SELECT FROM events) OR EXISTS (SELECT FROM receipts)";
        if client.query_one(used, &[]).await?.try_get(0)? {
            return Err(TransferError::Occupied(format!("{database:?}")));
        }
        Ok(Self { database: database.clone(), dir, client })
    }
}

/// Makes sure that no node has the journal open, and that none opens it as long as `client` is connected.
pub(super) async fn hold_alone(
    client: &ClientWrapper,
    database: &Database,
) -> Result<(), DatabaseError> {
    if client.query_one(ALONE, &[]).await?.try_get(0)? {
        return Ok(());
    }
    Err(database.unusable("a node has the journal open; stop all of them first".into()))
}

#[async_trait]
impl Fill for PostgresFill {
    async fn records(&mut self, records: Vec<Record>) -> Result<(), TransferError> {
        let statement = self.client.prepare_cached(INSERT_EVENTS).await?;
        let mut rest = records.as_slice();
        while !rest.is_empty() {
            let (chunk, more) = split_chunk(rest);
            EventRows::of(chunk).insert(&self.client, &statement).await?;
            rest = more;
        }
        Ok(())
    }

    async fn receipts(&mut self, receipts: Vec<Kept>) -> Result<(), TransferError> {
        let statement = self.client.prepare_cached(INSERT_RECEIPTS).await?;
        let kept = receipts.iter().map(|kept| (&kept.receipt, kept.seq));
        ReceiptRows::of(kept).insert(&self.client, &statement).await?;
        Ok(())
    }

    async fn finish(self: Box<Self>, epoch: Epoch) -> Result<Verified, TransferError> {
        meta::set_epoch(&self.client, epoch).await.map_err(TransferError::unwritten)?;
        self.client.batch_execute("COMMIT; ANALYZE events; ANALYZE receipts").await?;
        Ok(verify(&self.database, &self.dir).await?)
    }
}

impl From<DatabaseError> for TransferError {
    fn from(error: DatabaseError) -> Self {
        TransferError::unwritten(error)
    }
}

impl From<tokio_postgres::Error> for TransferError {
    fn from(error: tokio_postgres::Error) -> Self {
        DatabaseError::from(error).into()
    }
}
