//! What the journal says of itself: its schema, its epoch, and the epochs it carried on from.

use tokio_postgres::Client;

use super::{
    super::Epoch,
    open::{OpenError, OpenError::NotAJournal},
};

const MIGRATIONS: [&str; 1] = [include_str!("../migrations/postgres/1.sql")];

/// Key in `journal_meta` of the number of migrations these tables have seen, eight bytes, big-endian.
const SCHEMA_KEY: &str = "schema";
const EPOCH_KEY: &str = "epoch";
/// What the key of an earlier epoch begins with: a loss was accepted, and this history is what went on.
const EARLIER_KEY: &str = "earlier epoch ";

/// Brings the tables to the newest schema, inside the caller's transaction. A new journal gets `epoch`.
pub(super) async fn migrate(client: &Client, epoch: Epoch) -> Result<(), OpenError> {
    let found = version(client).await?;
    for migration in &MIGRATIONS[found..] {
        client.batch_execute(migration).await?;
    }
    if found == 0 {
        set(client, EPOCH_KEY, &epoch.bytes()).await?;
    }
    if found < MIGRATIONS.len() {
        set(client, SCHEMA_KEY, &(MIGRATIONS.len() as u64).to_be_bytes()).await?;
    }
    Ok(())
}

/// Refuses a database in which there is no journal that this program can read as it is.
pub(super) async fn recognise(client: &Client) -> Result<(), OpenError> {
    if version(client).await? < MIGRATIONS.len() { Err(NotAJournal) } else { Ok(()) }
}

pub(super) async fn epoch(client: &Client) -> Result<Epoch, OpenError> {
    let stored = get(client, EPOCH_KEY).await?.ok_or(NotAJournal)?;
    stored.try_into().map(Epoch::from_bytes).map_err(|_| NotAJournal)
}

pub(super) async fn set_epoch(client: &Client, epoch: Epoch) -> Result<(), OpenError> {
    set(client, EPOCH_KEY, &epoch.bytes()).await
}

/// Remembers that a loss in `earlier` was accepted and is on record, so that every node may carry on.
pub(super) async fn carry_on_from(client: &Client, earlier: Epoch) -> Result<(), OpenError> {
    set(client, &format!("{EARLIER_KEY}{earlier}"), &[]).await
}

/// Tells whether the journal went through `epoch` before a loss was accepted.
pub(super) async fn went_through(client: &Client, epoch: Epoch) -> Result<bool, OpenError> {
    Ok(get(client, &format!("{EARLIER_KEY}{epoch}")).await?.is_some())
}

/// Returns how many migrations the tables have seen: 0 if there are none yet.
async fn version(client: &Client) -> Result<usize, OpenError> {
    let there = client.query_one("SELECT to_regclass('journal_meta') IS NOT NULL", &[]).await?;
    if !there.try_get::<_, bool>(0)? {
        return Ok(0);
    }
    let stored = get(client, SCHEMA_KEY).await?.and_then(|bytes| bytes.try_into().ok());
    let found = stored.map(u64::from_be_bytes).and_then(|found| usize::try_from(found).ok());
    let known = MIGRATIONS.len();
    match found {
        None | Some(0) => Err(NotAJournal),
        Some(found) if found > known => Err(OpenError::TooNew { found, known }),
        Some(found) => Ok(found),
    }
}

async fn get(client: &Client, key: &str) -> Result<Option<Vec<u8>>, OpenError> {
    let row = client.query_opt("SELECT value FROM journal_meta WHERE key = $1", &[&key]).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

async fn set(client: &Client, key: &str, value: &[u8]) -> Result<(), OpenError> {
    let sql = "INSERT INTO journal_meta (key, value) VALUES ($1, $2)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    client.execute(sql, &[&key, &value]).await?;
    Ok(())
}
