//! The nodes of a county that keep their journal in one PostgreSQL database, and meet there.
//!
//! Invariant: a claim is on the server's disk before the call is made, so that a server that loses its power does
//! not have a call made by two nodes that live.

mod open;
mod presence;

use std::{collections::BTreeSet, str::FromStr, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::{sync::Mutex, time::Instant};
use tokio_postgres::{Row, types::ToSql};

use self::presence::Here;
use super::{Adopted, Heard, Nodes, Unanswered};
use crate::{
    access::Holder,
    domain::{ids::AttemptId, time::Timestamp},
    postgres::{Database, DatabaseError},
};

pub use self::open::OpenError;

/// How long a question may take, the wait for a session included; then it is asked again later.
const ANSWER_MAX: Duration = Duration::from_secs(3);
/// How long what is known of pages elsewhere is good for: it is written about as late.
const ELSEWHERE_KEPT: Duration = Duration::from_millis(200);

const CLAIM: &str = "
    WITH claimed AS (
        INSERT INTO outbox_claims (attempt, node)
        SELECT attempt, $1::text::uuid FROM unnest($2::text[]) AS attempt ORDER BY attempt
        ON CONFLICT DO NOTHING RETURNING attempt)
    SELECT attempt FROM claimed
    UNION ALL
    SELECT attempt FROM outbox_claims WHERE attempt = ANY($2) AND node = $1::text::uuid";

/// A node that has not been seen for five seconds is dead, unless whoever says so has not been steady as long: a
/// server that was away has seen nobody. Whoever is a moment later than another finds that one's claim.
const ADOPT: &str = "
    WITH steady AS (
        SELECT 1 FROM nodes WHERE node = $1::text::uuid
        AND steady_since < now() - interval '5 s' AND seen_at > now() - interval '3 s'),
    living AS (
        SELECT node FROM nodes WHERE node <> $1::text::uuid
        AND (seen_at > now() - interval '5 s' OR NOT EXISTS (SELECT FROM steady))),
    orphans AS (
        SELECT attempt FROM outbox_claims
        WHERE attempt = ANY($2::text[]) AND node NOT IN (SELECT node FROM living)
        ORDER BY attempt FOR UPDATE SKIP LOCKED),
    taken AS (
        UPDATE outbox_claims SET node = $1::text::uuid, claimed_at = now()
        WHERE attempt IN (SELECT attempt FROM orphans) RETURNING attempt),
    fresh AS (
        INSERT INTO outbox_claims (attempt, node)
        SELECT attempt, $1::text::uuid FROM unnest($2) AS attempt ORDER BY attempt
        ON CONFLICT DO NOTHING RETURNING attempt)
    SELECT attempt, true FROM taken UNION ALL SELECT attempt, false FROM fresh";

const HEARD: &str = "
    WITH told AS (
        INSERT INTO heard (source, heard_at)
        SELECT * FROM unnest($1::text[], $2::bigint[]) AS told (source, at) ORDER BY source
        ON CONFLICT (source) DO UPDATE SET heard_at = greatest(heard.heard_at, excluded.heard_at)
        RETURNING source, heard_at)
    SELECT source, heard_at FROM told
    UNION ALL SELECT source, heard_at FROM heard WHERE source <> ALL ($1)";

const ELSEWHERE: &str = "
    SELECT DISTINCT holder FROM presence JOIN nodes USING (node)
    WHERE node <> $1::text::uuid AND seen_at > now() - interval '5 s'";

/// This node among the others of its database.
pub struct PostgresNodes {
    database: Database,
    /// This process: one that is started again is another node, and takes over what the last one left.
    me: String,
    here: Arc<Here>,
    elsewhere: Mutex<Option<(Instant, Arc<BTreeSet<Holder>>)>>,
}

impl PostgresNodes {
    async fn ask(&self, sql: &str, about: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Unanswered> {
        let asked = async {
            let session = self.database.session().await?;
            let statement = session.prepare_cached(sql).await?;
            Ok::<_, DatabaseError>(session.query(&statement, about).await?)
        };
        let answer = tokio::time::timeout(ANSWER_MAX, asked).await;
        Ok(answer.unwrap_or(Err(DatabaseError::Silent(ANSWER_MAX)))?)
    }
}

#[async_trait]
impl Nodes for PostgresNodes {
    fn is_alone(&self) -> bool {
        false
    }

    async fn claim(&self, attempts: &[AttemptId]) -> Result<BTreeSet<AttemptId>, Unanswered> {
        if attempts.is_empty() {
            return Ok(BTreeSet::new());
        }
        let rows = self.ask(CLAIM, &[&self.me, &texts(attempts)]).await?;
        rows.iter().filter_map(|row| read(row).transpose()).collect()
    }

    async fn adopt(&self, attempts: &[AttemptId]) -> Result<Adopted, Unanswered> {
        let mut adopted = Adopted::default();
        for row in self.ask(ADOPT, &[&self.me, &texts(attempts)]).await? {
            let orphaned: bool = row.try_get(1).map_err(DatabaseError::from)?;
            let found = if orphaned { &mut adopted.orphaned } else { &mut adopted.unclaimed };
            found.extend(read::<AttemptId>(&row)?);
        }
        Ok(adopted)
    }

    fn page_opened(&self, holder: &Holder) {
        self.here.note(holder, true);
    }

    fn page_closed(&self, holder: &Holder) {
        self.here.note(holder, false);
    }

    async fn share_heard(&self, heard: &[Heard]) -> Result<Vec<Heard>, Unanswered> {
        let mut heard = heard.to_vec();
        // In one order, so that two nodes never wait for each other.
        heard.sort_unstable();
        let names: Vec<&str> = heard.iter().map(|(name, _)| name.as_str()).collect();
        let times: Vec<i64> = heard.iter().map(|(_, at)| at.millis()).collect();
        let rows = self.ask(HEARD, &[&names, &times]).await?;
        let read = |row: &Row| -> Result<Heard, Unanswered> {
            let name: &str = row.try_get(0).map_err(DatabaseError::from)?;
            let at: i64 = row.try_get(1).map_err(DatabaseError::from)?;
            Ok((name.into(), Timestamp::from_millis(at)))
        };
        rows.iter().map(read).collect()
    }

    async fn elsewhere(&self) -> Result<Arc<BTreeSet<Holder>>, Unanswered> {
        // Held while asking: hundreds of calls that begin together ask once.
        let mut known = self.elsewhere.lock().await;
        if let Some((at, holders)) = &*known
            && at.elapsed() < ELSEWHERE_KEPT
        {
            return Ok(Arc::clone(holders));
        }
        let rows = self.ask(ELSEWHERE, &[&self.me]).await?;
        let holders = rows.iter().filter_map(|row| read(row).transpose());
        let holders = Arc::new(holders.collect::<Result<BTreeSet<Holder>, _>>()?);
        *known = Some((Instant::now(), Arc::clone(&holders)));
        Ok(holders)
    }
}

fn texts(attempts: &[AttemptId]) -> Vec<String> {
    attempts.iter().map(ToString::to_string).collect()
}

/// Reads the first column of a row. What a newer program wrote and this one cannot read is none of its business.
fn read<T: FromStr>(row: &Row) -> Result<Option<T>, Unanswered> {
    let text: &str = row.try_get(0).map_err(DatabaseError::from)?;
    Ok(text.parse().ok())
}
