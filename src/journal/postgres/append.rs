//! The one session that appends: takes the turn, makes a batch one transaction, and connects anew when it has to.
//!
//! Invariant: a session whose transaction did not end in order is closed, never used again; so nothing of one
//! batch can get into another.

use std::{collections::BTreeSet, time::Duration};

use deadpool_postgres::ClientWrapper;
use tokio::{time::Instant, try_join};
use tokio_postgres::{Client, Error, Statement, error::SqlState};

use super::{
    super::{AppendError, Batch, Chain, Head, Receipt, Record, chain},
    key, read,
};
use crate::postgres::{Database, DatabaseError, within};

/// Begins a transaction in turn: "JYAPPEND" in ASCII. The lock is let go of with the transaction. Whoever has it
/// commits within milliseconds, or stands still and is ended after two seconds; one that takes longer is not
/// waited for.
const IN_TURN: &str = "BEGIN; SET LOCAL lock_timeout = '2500ms';
    SELECT pg_advisory_xact_lock(5357385044933824068); SET LOCAL lock_timeout = '4s'";
/// Held by each writer as long as it is connected: "JYNODES" and a blank.
const PRESENT: &str = "SELECT pg_try_advisory_lock_shared(5357399334088692512)";
/// Taken by who moves the journal: nobody may be present then.
pub(super) const ALONE: &str = "SELECT pg_try_advisory_lock(5357399334088692512)";
/// How long taking the turn may take altogether.
const TURN_MAX: Duration = Duration::from_secs(4);
/// How long one statement of an append may take.
const STATEMENT_MAX: Duration = Duration::from_secs(10);
/// Age from which on a turn may have been ended by the server; so it is asked before anything is sent.
const TURN_DOUBTED_AFTER: Duration = Duration::from_millis(1_000);
/// Records and bytes of text in one statement. It must arrive well within the two seconds that a session may
/// stand still, over any line worth calling one.
const CHUNK_RECORDS: usize = 5_000;
const CHUNK_BYTES: usize = 2 << 20;

pub(super) const INSERT_EVENTS: &str = "
    INSERT INTO events (seq, at, actor, kind, version, subject, data, hash)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::integer[], $6::text[],
                         $7::text[], $8::bytea[])";
pub(super) const INSERT_RECEIPTS: &str = "
    INSERT INTO receipts (command, fingerprint, reply, seq, seal)
    SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[], $4::bigint[], $5::bytea[])";

/// What appends.
#[derive(Debug)]
pub(super) struct Writer {
    database: Database,
    /// Missing until it is needed, and whenever a transaction in it may not have ended in order.
    session: Option<Session>,
}

#[derive(Debug)]
struct Session {
    client: ClientWrapper,
    turn: Option<Turn>,
}

/// A transaction that has begun.
#[derive(Debug, Clone, Copy)]
struct Turn {
    /// Where the journal ended by then.
    head: Head,
    since: Instant,
}

/// A batch as it will stand in the journal.
struct Sealed {
    expected: Head,
    records: Vec<Record>,
    receipts: Vec<Receipt>,
    end: Head,
}

impl Sealed {
    fn of(batch: Batch) -> Self {
        let Batch { expected, drafts, receipts } = batch;
        let mut chain = Chain::after(expected);
        let records = drafts.into_iter().map(|draft| chain.seal(draft)).collect();
        Self { expected, records, receipts, end: chain.head() }
    }
}

/// Why a batch was not appended, as far as this connection knows.
enum Failed {
    Told(AppendError),
    /// The connection is gone, and with it the answer.
    Cut(DatabaseError),
}

impl Writer {
    pub fn new(database: Database) -> Self {
        Self { database, session: None }
    }

    /// Begins a transaction, if possible in turn, and returns where the journal ends.
    pub async fn take_turn(&mut self) -> Result<Head, DatabaseError> {
        let (session, turn) = self.in_turn().await?;
        self.session = Some(session);
        Ok(turn.head)
    }

    /// Ends a turn in which nothing was appended.
    pub async fn leave_turn(&mut self) {
        let Some(session) = self.session.take() else { return };
        if session.turn.is_none() {
            self.session = Some(session);
            return;
        }
        // Otherwise the connection is closed, which ends the turn just as well.
        if within(TURN_MAX, session.client.batch_execute("ROLLBACK")).await.is_ok() {
            self.session = Some(Session { turn: None, ..session });
        }
    }

    /// Appends a batch in one transaction. When the connection is lost on the way, a new one tells whether the
    /// batch is in the journal; if not, it is appended once more.
    pub async fn append(&mut self, batch: Batch) -> Result<Vec<Record>, AppendError> {
        let batch = Sealed::of(batch);
        let mut appended = self.try_append(&batch).await;
        if let Err(Failed::Cut(error)) = appended {
            tracing::info!(%error, "the journal's connection was lost during an append");
            appended =
                if self.holds(&batch).await? { Ok(()) } else { self.try_append(&batch).await };
        }
        match appended {
            Ok(()) => Ok(batch.records),
            Err(Failed::Told(error)) => Err(error),
            Err(Failed::Cut(error)) => Err(error.into()),
        }
    }

    async fn try_append(&mut self, batch: &Sealed) -> Result<(), Failed> {
        let (session, turn) = self.in_turn().await.map_err(|error| Failed::Told(error.into()))?;
        if turn.head != batch.expected {
            self.session = Some(session);
            self.leave_turn().await;
            return Err(Failed::Told(AppendError::Conflict { actual: turn.head }));
        }
        match insert(&session.client, batch).await {
            Ok(()) => {
                self.session = Some(Session { turn: None, ..session });
                Ok(())
            }
            Err(DatabaseError::Refused(error)) if error.as_db_error().is_some() => {
                Err(self.refused(session, error, &batch.receipts).await)
            }
            Err(DatabaseError::Refused(error)) => Err(Failed::Cut(error.into())),
            Err(error) => Err(Failed::Told(error.into())),
        }
    }

    /// Finds out what a refusal by the server means, and leaves the session ready for the next batch.
    async fn refused(&mut self, session: Session, error: Error, receipts: &[Receipt]) -> Failed {
        let client = &session.client;
        if let Err(closed) = within(TURN_MAX, client.batch_execute("ROLLBACK")).await {
            return Failed::Cut(closed);
        }
        let constraint = error.as_db_error().and_then(|refusal| refusal.constraint());
        let is_second = error.code() == Some(&SqlState::UNIQUE_VIOLATION);
        let meaning = match constraint.filter(|_| is_second) {
            Some("events_pkey") => within(TURN_MAX, read::head(client))
                .await
                .map(|actual| AppendError::Conflict { actual }),
            Some("receipts_pkey") => {
                repeated(client, receipts).await.map(|command| AppendError::Repeated { command })
            }
            Some(_) | None => Err(error.into()),
        };
        self.session = Some(Session { turn: None, ..session });
        Failed::Told(meaning.unwrap_or_else(AppendError::from))
    }

    /// Tells whether the records of a batch are in the journal, and keeps the turn if they are not.
    async fn holds(&mut self, batch: &Sealed) -> Result<bool, DatabaseError> {
        let (session, _) = self.in_turn().await?;
        let there = within(TURN_MAX, read::head_at(&session.client, batch.end.seq)).await?;
        self.session = Some(session);
        // Receipts by themselves do not move the head: appended twice, the second is refused.
        let holds = !batch.records.is_empty() && there == Some(batch.end);
        if holds {
            self.leave_turn().await;
        }
        Ok(holds)
    }

    /// Returns a session with a turn that is certainly there: the one held, or a new one. A connection that
    /// turns out to be dead is made anew once; nothing can have been appended by then.
    async fn in_turn(&mut self) -> Result<(Session, Turn), DatabaseError> {
        if let Some(session) = self.session.take().filter(|session| !session.client.is_closed()) {
            let begun = match session.turn {
                Some(turn) => confirm(&session.client, turn).await,
                None => begin(&session.client).await,
            };
            match begun {
                Ok(turn) => return Ok((Session { turn: Some(turn), ..session }, turn)),
                Err(DatabaseError::Silent(limit)) => return Err(DatabaseError::Silent(limit)),
                Err(error) => tracing::info!(%error, "the journal's connection is made anew"),
            }
        }
        let client = connect(&self.database).await?;
        let turn = begin(&client).await?;
        Ok((Session { client, turn: Some(turn) }, turn))
    }
}

async fn connect(database: &Database) -> Result<ClientWrapper, DatabaseError> {
    let client = database.own_session().await?;
    let present = within(TURN_MAX, client.query_one(PRESENT, &[])).await?;
    if !present.try_get::<_, bool>(0)? {
        let why = "the journal in it is being moved elsewhere by `jiaoying migrate`".into();
        return Err(database.unusable(why));
    }
    Ok(client)
}

/// Makes sure of a turn that was taken a while ago.
async fn confirm(client: &ClientWrapper, turn: Turn) -> Result<Turn, DatabaseError> {
    if turn.since.elapsed() > TURN_DOUBTED_AFTER {
        within(TURN_MAX, client.batch_execute("")).await?;
    }
    Ok(turn)
}

/// Begins a transaction in turn, or out of turn when somebody keeps the others waiting.
async fn begin(client: &ClientWrapper) -> Result<Turn, DatabaseError> {
    let since = Instant::now();
    let begun = within(TURN_MAX, async {
        let last = client.prepare_cached(read::HEAD).await?;
        // Both are sent before the first is answered: one way there and back.
        let in_turn =
            try_join!(biased; client.batch_execute(IN_TURN), client.query_opt(&last, &[]));
        match in_turn {
            Ok(((), last)) => Ok(last),
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                client.batch_execute("ROLLBACK; BEGIN").await?;
                client.query_opt(&last, &[]).await
            }
            Err(error) => Err(error),
        }
    });
    let head = read::head_of(begun.await?)?;
    Ok(Turn { head, since })
}

/// Inserts everything and commits. The commit travels with the last statement, so that a node which is paused
/// between the two does not keep a number from the others; after a refusal the server makes it a rollback.
async fn insert(client: &ClientWrapper, batch: &Sealed) -> Result<(), DatabaseError> {
    let statements = async {
        Ok((
            client.prepare_cached(INSERT_EVENTS).await?,
            client.prepare_cached(INSERT_RECEIPTS).await?,
        ))
    };
    let (into_events, into_receipts) = within(STATEMENT_MAX, statements).await?;
    let mut rest = batch.records.as_slice();
    while let (chunk, more @ [_, ..]) = split_chunk(rest) {
        let rows = EventRows::of(chunk);
        within(STATEMENT_MAX, rows.insert(client, &into_events)).await?;
        rest = more;
    }
    let with_end = batch.receipts.iter().map(|receipt| (receipt, batch.end.seq));
    let (events, receipts) = (EventRows::of(rest), ReceiptRows::of(with_end));
    within(STATEMENT_MAX, async {
        // Sent in this order, before the first is answered; of several refusals the first says why.
        let inserted = try_join!(
            biased;
            events.insert(client, &into_events),
            receipts.insert(client, &into_receipts),
            client.batch_execute("COMMIT"),
        );
        inserted.map(drop)
    })
    .await
}

/// Returns as many records as go into one statement, and the rest.
pub(super) fn split_chunk(records: &[Record]) -> (&[Record], &[Record]) {
    let mut bytes = 0;
    let fit = records.iter().take(CHUNK_RECORDS).take_while(|record| {
        let before = bytes;
        bytes += record.data.len();
        before < CHUNK_BYTES
    });
    records.split_at(fit.count())
}

/// Records as the columns of one statement.
#[derive(Default)]
pub(super) struct EventRows<'a> {
    seq: Vec<i64>,
    at: Vec<i64>,
    actor: Vec<&'a str>,
    kind: Vec<&'a str>,
    version: Vec<i32>,
    subject: Vec<&'a str>,
    data: Vec<&'a str>,
    hash: Vec<&'a [u8]>,
}

impl<'a> EventRows<'a> {
    pub fn of(records: &'a [Record]) -> Self {
        let mut rows = Self::default();
        for record in records {
            rows.seq.push(key(record.seq));
            rows.at.push(record.at.millis());
            rows.actor.push(&record.actor);
            rows.kind.push(&record.kind);
            rows.version.push(record.version.into());
            rows.subject.push(&record.subject);
            rows.data.push(&record.data);
            rows.hash.push(&record.hash.0);
        }
        rows
    }

    pub async fn insert(&self, client: &Client, into: &Statement) -> Result<(), Error> {
        if self.seq.is_empty() {
            return Ok(());
        }
        let Self { seq, at, actor, kind, version, subject, data, hash } = self;
        client.execute(into, &[seq, at, actor, kind, version, subject, data, hash]).await?;
        Ok(())
    }
}

/// Receipts likewise.
#[derive(Default)]
pub(super) struct ReceiptRows<'a> {
    command: Vec<&'a str>,
    fingerprint: Vec<&'a [u8]>,
    reply: Vec<&'a str>,
    seq: Vec<i64>,
    seal: Vec<Vec<u8>>,
}

impl<'a> ReceiptRows<'a> {
    /// Takes receipts, each with where the journal ended with it.
    pub fn of(receipts: impl Iterator<Item = (&'a Receipt, u64)>) -> Self {
        let mut rows = Self::default();
        for (receipt, seq) in receipts {
            rows.command.push(&receipt.command);
            rows.fingerprint.push(&receipt.fingerprint.0);
            rows.reply.push(&receipt.reply);
            rows.seq.push(key(seq));
            rows.seal.push(chain::seal_of(receipt, seq).to_vec());
        }
        rows
    }

    pub async fn insert(&self, client: &Client, into: &Statement) -> Result<(), Error> {
        if self.seq.is_empty() {
            return Ok(());
        }
        let Self { command, fingerprint, reply, seq, seal } = self;
        client.execute(into, &[command, fingerprint, reply, seq, seal]).await?;
        Ok(())
    }
}

/// Returns the command that has a receipt already, or comes twice in the batch.
async fn repeated(client: &Client, receipts: &[Receipt]) -> Result<String, DatabaseError> {
    let commands: Vec<&str> = receipts.iter().map(|receipt| receipt.command.as_str()).collect();
    let known = "SELECT command FROM receipts WHERE command = ANY ($1) LIMIT 1";
    if let Some(row) = within(TURN_MAX, client.query_opt(known, &[&commands])).await? {
        return Ok(row.try_get(0)?);
    }
    let mut seen = BTreeSet::new();
    let twice = commands.iter().find(|command| !seen.insert(**command));
    Ok(twice.map(|command| (*command).to_owned()).unwrap_or_default())
}
