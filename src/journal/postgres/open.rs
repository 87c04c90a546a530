//! Opening the tables: are they ours, is the end whole, and has the journal come at least as far as this
//! node's anchor remembers?
//!
//! A server that fails over to a copy that lags behind loses the tail, and only who was there knows it. So each
//! node keeps an anchor of its own in its data folder, and does not start over a history it has seen end later.

use std::{io, path::Path};

use tokio_postgres::Client;

use super::{
    super::{
        Broken, Cause, Epoch, Head, Loss, ReadError, Reader,
        anchor::{self, Anchor, Anchored, Memory},
    },
    meta,
    read::{self, PostgresReader},
};
use crate::postgres::{Database, DatabaseError};

/// Records at the end whose chain is checked at each start.
const TAIL_CHECKED: u64 = 4096;
/// One makes or changes the tables at a time. The number is this journal's own: "JYMIGRAT" in ASCII.
const LOCK_TABLES: &str =
    "BEGIN; SET LOCAL lock_timeout = '30s'; SELECT pg_advisory_xact_lock(5357398208858440020)";

/// Why a journal in PostgreSQL was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "{0}; if the server has just failed over, look for the records on the other one, or restore a backup, or \
         start once with `jiaoying serve --accept-loss`"
    )]
    Lost(#[from] Loss),
    #[error("the journal is damaged: {0}; run `jiaoying verify`, then restore a backup")]
    Damaged(#[from] Broken),
    #[error("there is no journal of this program in the database")]
    NotAJournal,
    #[error("the journal has schema {found}, this program knows up to {known}; use a newer one")]
    TooNew { found: usize, known: usize },
    #[error(
        "the database keeps texts as {0}; make one with `createdb --encoding=UTF8 --template=template0`"
    )]
    Encoding(String),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("the journal cannot be opened")]
    Unavailable(#[source] Cause),
}

impl From<tokio_postgres::Error> for OpenError {
    fn from(error: tokio_postgres::Error) -> Self {
        OpenError::Database(error.into())
    }
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        OpenError::Unavailable(error.into())
    }
}

impl From<ReadError> for OpenError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged(broken) => OpenError::Damaged(broken),
            ReadError::ReceiptDamaged { .. } => OpenError::Unavailable(error.into()),
            ReadError::Unavailable(cause) => OpenError::Unavailable(cause),
        }
    }
}

/// What to do about a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnLoss {
    Refuse,
    Accept,
}

/// An open journal, before anybody appends to it.
pub(super) struct Opened {
    pub epoch: Epoch,
    /// Missing after an accepted loss: the first append makes a new one, together with the caller's record of
    /// the loss. Until then a plain open still refuses, on every node.
    pub anchor: Option<Anchor>,
    /// The epoch in which something was lost.
    pub earlier: Option<Epoch>,
    pub loss: Option<Loss>,
}

pub(super) async fn open(
    database: &Database,
    dir: &Path,
    on_loss: OnLoss,
) -> Result<Opened, OpenError> {
    std::fs::create_dir_all(dir)?;
    // A session for good: whatever fails on the way, closing it leaves nothing half made.
    let client = database.own_session().await?;
    check_server(&client).await?;
    client.batch_execute(LOCK_TABLES).await?;
    meta::migrate(&client, Epoch::random()).await?;
    let found = Anchored { epoch: meta::epoch(&client).await?, head: read::head(&client).await? };
    let (loss, remembered) = loss(&client, anchor::recall(dir)?, found).await?;
    let (epoch, anchor) = match (loss, on_loss) {
        (Some(loss), OnLoss::Refuse) => return Err(OpenError::Lost(loss)),
        (Some(_), OnLoss::Accept) => {
            // Numbers will be given a second time; nobody may resume across that.
            let epoch = Epoch::random();
            meta::set_epoch(&client, epoch).await?;
            (epoch, None)
        }
        (None, _) if remembered => (found.epoch, Some(Anchor::open(dir)?)),
        (None, _) => (found.epoch, Some(Anchor::create(dir, found)?)),
    };
    client.batch_execute("COMMIT").await?;
    check_tail(&PostgresReader::new(database.clone(), epoch), found.head).await?;
    let earlier = loss.map(|_| found.epoch);
    Ok(Opened { epoch, anchor, earlier, loss })
}

/// Returns what is proved or feared to be lost, and whether the anchor is of this history.
///
/// Other than beside a file, no anchor is no reason to fear: a node that joins has none.
async fn loss(
    client: &Client,
    memory: Memory,
    found: Anchored,
) -> Result<(Option<Loss>, bool), OpenError> {
    let anchored = match memory {
        Memory::Absent => return Ok((None, false)),
        Memory::Unreadable => return Ok((Some(Loss::Anchor { found: found.head }), false)),
        Memory::Of(anchored) => anchored,
    };
    if anchored.epoch != found.epoch {
        // Somebody accepted the loss on another node, and it is on record.
        let accepted = meta::went_through(client, anchored.epoch).await?;
        let nothing_seen = anchored.head == Head::GENESIS;
        let loss = Loss::Exchanged { anchored: anchored.head, found: found.head };
        return Ok(((!accepted && !nothing_seen).then_some(loss), false));
    }
    let there = read::head_at(client, anchored.head.seq).await?.unwrap_or(found.head);
    let loss = Loss::Tail { anchored: anchored.head, found: there };
    Ok(((there != anchored.head).then_some(loss), true))
}

/// Asks what the rest rests on.
async fn check_server(client: &Client) -> Result<(), OpenError> {
    let sql = "SELECT current_setting('server_encoding'), current_setting('fsync')";
    let row = client.query_one(sql, &[]).await?;
    let encoding: String = row.try_get(0)?;
    if encoding != "UTF8" {
        return Err(OpenError::Encoding(encoding));
    }
    if row.try_get::<_, String>(1)? != "on" {
        tracing::error!(
            "the PostgreSQL server runs with fsync = off: a power cut loses what was answered"
        );
    }
    Ok(())
}

async fn check_tail(reader: &PostgresReader, head: Head) -> Result<(), OpenError> {
    let mut after = head.seq.saturating_sub(TAIL_CHECKED);
    while after < head.seq {
        let page = reader.read(after, TAIL_CHECKED as usize).await?;
        // Another node may have appended since; its records are not this start's concern.
        after = page.last().map_or(head.seq, |record| record.seq);
    }
    Ok(())
}
