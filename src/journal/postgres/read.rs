//! Reading, by any of the sessions that are shared.

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use compact_str::CompactString;
use deadpool_postgres::{ClientWrapper, Object};
use futures_util::{StreamExt, pin_mut};
use tokio_postgres::{Client, Row};

use super::{
    super::{
        Broken, Chain, Epoch, Fault, Hash, Head, PAGE_BYTES_MAX, ReadError, Reader, Receipt,
        Record, chain,
        transfer::{Kept, Origin},
    },
    fill::hold_alone,
    is_corruption, key,
    open::{OnLoss, OpenError, open},
};
use crate::{
    domain::time::Timestamp,
    postgres::{Database, DatabaseError, within},
};

/// How long a look at one row may take: the writer asks before it decides, and must not stand still.
const LOOK_MAX: Duration = Duration::from_secs(2);
/// How long a page may take.
const PAGE_MAX: Duration = Duration::from_secs(25);
/// Records from which on a page is hashed on a thread of its own.
const HASHED_ASIDE: usize = 256;

pub(super) const HEAD: &str = "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1";
/// The record before the page comes with it, for its hash: what it says was checked when it was read itself.
const PAGE: &str = "
    SELECT seq, at, actor, kind, version, subject, CASE WHEN seq = $1 THEN '' ELSE data END, hash
    FROM events WHERE seq >= $1 ORDER BY seq LIMIT $2";
const RECEIPT: &str =
    "SELECT command, fingerprint, reply, seq, seal FROM receipts WHERE command = $1";

const RECEIPTS: &str = "
    SELECT command, fingerprint, reply, seq, seal FROM receipts
    WHERE $1::text IS NULL OR command > $1 ORDER BY command LIMIT $2";

/// The reading side of a journal in PostgreSQL.
#[derive(Debug)]
pub struct PostgresReader {
    database: Database,
    epoch: Epoch,
    /// Keeps writers away as long as it is connected.
    _alone: Option<ClientWrapper>,
}

impl PostgresReader {
    pub(super) fn new(database: Database, epoch: Epoch) -> Self {
        Self { database, epoch, _alone: None }
    }

    /// Opens a journal to be copied elsewhere: no node may have it open, and none can open it meanwhile.
    pub async fn alone(database: &Database, dir: &Path) -> Result<Self, OpenError> {
        let alone = database.own_session().await?;
        hold_alone(&alone, database).await?;
        let epoch = open(database, dir, OnLoss::Refuse).await?.epoch;
        Ok(Self { database: database.clone(), epoch, _alone: Some(alone) })
    }

    /// Runs one look-up, and gives up the connection when there is no answer: it may never work again.
    async fn look<T>(
        &self,
        limit: Duration,
        look: impl AsyncFnOnce(&Object) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, DatabaseError> {
        let session = self.database.session().await?;
        let found = within(limit, look(&session)).await;
        if matches!(found, Err(DatabaseError::Silent(_))) {
            drop(Object::take(session));
        }
        found
    }
}

#[async_trait]
impl Reader for PostgresReader {
    async fn read(&self, after: u64, limit: usize) -> Result<Vec<Record>, ReadError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let session = self.database.session().await?;
        let loaded = match within(PAGE_MAX, load(&session, after, limit)).await {
            Ok(loaded) if loaded.is_whole => loaded,
            // The rest of a page that ended early, or never came, would come first in the next answer.
            Ok(loaded) => {
                drop(Object::take(session));
                loaded
            }
            Err(DatabaseError::Silent(limit)) => {
                drop(Object::take(session));
                return Err(DatabaseError::Silent(limit).into());
            }
            Err(error) => return Err(error.into()),
        };
        if loaded.records.len() < HASHED_ASIDE {
            return loaded.check(after);
        }
        let checked = tokio::task::spawn_blocking(move || loaded.check(after)).await;
        checked.map_err(|panicked| ReadError::Unavailable(panicked.into()))?
    }

    async fn head(&self) -> Result<Head, ReadError> {
        let found = self.look(LOOK_MAX, async |session| {
            let statement = session.prepare_cached(HEAD).await?;
            head_of(session.query_opt(&statement, &[]).await?)
        });
        Ok(found.await?)
    }

    async fn receipt(&self, command: &str) -> Result<Option<Receipt>, ReadError> {
        let found = self.look(LOOK_MAX, async |session| {
            let statement = session.prepare_cached(RECEIPT).await?;
            let row = session.query_opt(&statement, &[&command]).await?;
            row.map(|row| sealed_receipt(&row)).transpose()
        });
        let found = found.await?.transpose();
        let found = found.map_err(|command| ReadError::ReceiptDamaged { command })?;
        Ok(found.map(|kept| kept.receipt))
    }

    fn epoch(&self) -> Epoch {
        self.epoch
    }
}

#[async_trait]
impl Origin for PostgresReader {
    async fn receipts(&self, after: Option<String>, limit: usize) -> Result<Vec<Kept>, ReadError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let found = self.look(PAGE_MAX, async |session| {
            let rows = session.query(RECEIPTS, &[&after, &limit]).await?;
            rows.iter().map(sealed_receipt).collect::<Result<Vec<_>, _>>()
        });
        let kept = found.await?.into_iter().collect::<Result<_, _>>();
        kept.map_err(|command| ReadError::ReceiptDamaged { command })
    }
}

impl From<DatabaseError> for ReadError {
    fn from(error: DatabaseError) -> Self {
        ReadError::Unavailable(error.into())
    }
}

/// Rows as they came.
struct Loaded {
    records: Vec<Record>,
    /// What stopped the reading after them.
    end: Option<Fault>,
    /// Whether everything that was asked for has come.
    is_whole: bool,
}

/// Loads the record `after` and those that follow it, up to a page.
async fn load(session: &Object, after: u64, limit: usize) -> Result<Loaded, tokio_postgres::Error> {
    let statement = session.prepare_cached(PAGE).await?;
    let rows_max = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(i64::from(after > 0));
    let rows = session.query_raw(&statement, [key(after), rows_max]).await?;
    pin_mut!(rows);
    let mut loaded = Loaded { records: Vec::new(), end: None, is_whole: true };
    let mut bytes = 0;
    while let Some(row) = rows.next().await {
        match row.and_then(|row| record_of(&row)) {
            Ok(record) => {
                bytes += record.data.len();
                loaded.records.push(record);
            }
            Err(error) if is_unreadable(&error) => {
                loaded.end = Some(Fault::Unreadable(crate::postgres::with_causes(&error)));
                loaded.is_whole = false;
                break;
            }
            Err(error) => return Err(error),
        }
        if bytes >= PAGE_BYTES_MAX {
            loaded.is_whole = false;
            break;
        }
    }
    Ok(loaded)
}

impl Loaded {
    /// Returns the page after record `after`, checked against the chain.
    fn check(self, after: u64) -> Result<Vec<Record>, ReadError> {
        let mut records = self.records;
        let first = records.first().map(Record::head);
        let mut chain = match first {
            _ if after == 0 => Chain::after(Head::GENESIS),
            Some(before) if before.seq == after => {
                records.remove(0);
                Chain::after(before)
            }
            Some(_) => return Err(Broken { seq: after, fault: Fault::Missing }.into()),
            None if self.end.is_none() => return Ok(records),
            None => Chain::after(Head { seq: after.saturating_sub(1), ..Head::GENESIS }),
        };
        for record in &records {
            chain.check(record)?;
        }
        match self.end {
            Some(fault) => Err(Broken { seq: chain.head().seq + 1, fault }.into()),
            None => Ok(records),
        }
    }
}

/// Tells whether a row is there and cannot be made sense of.
fn is_unreadable(error: &tokio_postgres::Error) -> bool {
    let undecodable = !error.is_closed() && error.as_db_error().is_none();
    is_corruption(error) || (undecodable && error.to_string().contains("deserializing column"))
}

/// Returns where the journal ends.
pub(super) async fn head(client: &Client) -> Result<Head, tokio_postgres::Error> {
    head_of(client.query_opt(HEAD, &[]).await?)
}

/// Returns the head as it was when record `seq` was the last, if there is such a record.
pub(super) async fn head_at(
    client: &Client,
    seq: u64,
) -> Result<Option<Head>, tokio_postgres::Error> {
    if seq == 0 {
        return Ok(Some(Head::GENESIS));
    }
    let row = client.query_opt("SELECT seq, hash FROM events WHERE seq = $1", &[&key(seq)]).await?;
    row.map(|row| head_of(Some(row))).transpose()
}

pub(super) fn head_of(row: Option<Row>) -> Result<Head, tokio_postgres::Error> {
    let Some(row) = row else { return Ok(Head::GENESIS) };
    Ok(Head { seq: seq_of(row.try_get(0)?), hash: hash_of(row.try_get(1)?) })
}

pub(super) fn record_of(row: &Row) -> Result<Record, tokio_postgres::Error> {
    Ok(Record {
        seq: seq_of(row.try_get(0)?),
        at: Timestamp::from_millis(row.try_get(1)?),
        actor: name(row, 2)?,
        kind: name(row, 3)?,
        version: u16::try_from(row.try_get::<_, i32>(4)?).unwrap_or(u16::MAX),
        subject: name(row, 5)?,
        data: row.try_get(6)?,
        hash: hash_of(row.try_get(7)?),
    })
}

fn name(row: &Row, index: usize) -> Result<CompactString, tokio_postgres::Error> {
    Ok(CompactString::from(row.try_get::<_, &str>(index)?))
}

/// A negative number is nobody's; as 0 it is out of turn wherever it stands.
fn seq_of(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or(0)
}

/// Bytes that are no hash become one that fits nothing.
fn hash_of(bytes: &[u8]) -> Hash {
    Hash(bytes.try_into().unwrap_or([0; 32]))
}

/// Returns the receipt in `row`, or only its command if its seal does not fit.
fn sealed_receipt(row: &Row) -> Result<Result<Kept, String>, tokio_postgres::Error> {
    let fingerprint = hash_of(row.try_get(1)?);
    let receipt = Receipt { command: row.try_get(0)?, fingerprint, reply: row.try_get(2)? };
    let seq = row.try_get::<_, i64>(3)?.cast_unsigned();
    let whole = chain::seal_of(&receipt, seq) == row.try_get::<_, &[u8]>(4)?;
    Ok(if whole { Ok(Kept { seq, receipt }) } else { Err(receipt.command) })
}
