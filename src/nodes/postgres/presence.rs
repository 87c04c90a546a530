//! Being seen: once a second by the server, and whose pages are open here, written a moment later in one go.
//!
//! None of it waits for the server's disk: what a power cut takes away is written again within a second, or is
//! about connections that the cut has ended too.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use deadpool_postgres::ClientWrapper;
use tokio::{
    sync::Notify,
    time::{Instant, MissedTickBehavior, interval, timeout_at},
};
use tokio_util::sync::CancellationToken;

use crate::{
    access::Holder,
    postgres::{Database, DatabaseError, within},
};

/// How often a node shows that it lives. It is dead after five times as long.
const BEAT_EVERY: Duration = Duration::from_secs(1);
/// How long changes of pages wait for more: a node that dies has thousands come at once.
const GATHER: Duration = Duration::from_millis(100);
/// How long one statement may take.
const STATEMENT_MAX: Duration = Duration::from_secs(2);
/// How many beats there are between two times that what is left behind is cleared away.
const BEATS_A_CLEARING: u32 = 300;

/// Tells whether the row is new, so that nothing else is known of this node either.
pub(super) const BEAT: &str = "
    INSERT INTO nodes (node, seen_at, steady_since)
    VALUES ($1::text::uuid, clock_timestamp(), clock_timestamp())
    ON CONFLICT (node) DO UPDATE SET
        steady_since = CASE WHEN nodes.seen_at < clock_timestamp() - interval '3 s'
                            THEN clock_timestamp() ELSE nodes.steady_since END,
        seen_at = clock_timestamp()
    RETURNING xmax = 0";
const LEAVE: &str = "DELETE FROM nodes WHERE node = $1::text::uuid";
const ARRIVE: &str = "
    INSERT INTO presence (node, holder) SELECT $1::text::uuid, unnest($2::text[])
    ON CONFLICT DO NOTHING";
const DEPART: &str =
    "DELETE FROM presence WHERE node = $1::text::uuid AND holder = ANY($2::text[])";
/// A claim outlives its call by far: a node that lags behind must not take one that is over for a new one.
const CLEAR: &str = "
    DELETE FROM outbox_claims WHERE claimed_at < now() - interval '1 day';
    DELETE FROM nodes WHERE seen_at < now() - interval '1 hour'";

/// Whose pages are open here, and what of that the others have not been told.
#[derive(Default)]
pub(super) struct Here {
    /// Each holder with a page open here, or that had one and is still to be told of.
    holders: Mutex<BTreeMap<Holder, Told>>,
    changed: Notify,
}

#[derive(Clone, Copy)]
struct Told {
    open: bool,
    told: bool,
}

impl Here {
    pub(super) fn note(&self, holder: &Holder, open: bool) {
        self.lock().insert(holder.clone(), Told { open, told: false });
        self.changed.notify_one();
    }

    /// Returns whose pages are open and closed that the others have not been told of.
    fn untold(&self) -> [Vec<String>; 2] {
        let holders = self.lock();
        let of = |open| {
            let untold = holders.iter().filter(|(_, state)| !state.told && state.open == open);
            let mut names: Vec<_> = untold.map(|(holder, _)| holder.to_string()).collect();
            names.sort_unstable();
            names
        };
        [of(true), of(false)]
    }

    /// Takes note that others have been told what `untold` returned; what has changed since is told again.
    fn told(&self, [open, closed]: &[Vec<String>; 2]) {
        let said = |holder: &Holder, state: &Told| {
            let among = if state.open { open } else { closed };
            among.binary_search(&holder.to_string()).is_ok()
        };
        self.lock().retain(|holder, state| {
            state.told = state.told || said(holder, state);
            state.open || !state.told
        });
    }

    fn tell_all_again(&self) {
        self.lock().values_mut().for_each(|state| state.told = false);
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Holder, Told>> {
        // A panic elsewhere leaves the map whole: every change is one insert or flag.
        self.holders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps this node among the living until `stop`. A server that is away is tried again each second.
pub(super) async fn keep(
    database: Database,
    me: String,
    here: std::sync::Arc<Here>,
    stop: CancellationToken,
) {
    let mut beats = interval(BEAT_EVERY);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut link, mut beaten, mut failing) = (None, 0_u32, false);
    loop {
        let beat = tokio::select! {
            () = stop.cancelled() => break,
            _ = beats.tick() => true,
            // Without a link changes wait for the beat that makes one.
            () = here.changed.notified(), if link.is_some() => false,
        };
        if !beat {
            // More may come; stopping may too, and then nobody need be told.
            let _ = timeout_at(Instant::now() + GATHER, stop.cancelled()).await;
        }
        let clears = beat && beaten.is_multiple_of(BEATS_A_CLEARING);
        match show(&database, &mut link, &me, &here, (beat, clears)).await {
            Ok(()) => failing = false,
            Err(error) => {
                link = None;
                if !failing {
                    tracing::warn!(%error, "the other nodes cannot be told that this one lives");
                }
                failing = true;
            }
        }
        beaten = beaten.wrapping_add(u32::from(beat));
    }
    if let Some(session) = link {
        // Whoever leaves in order need not be waited for: the others take over at once.
        let _ = within(STATEMENT_MAX, session.execute(LEAVE, &[&me])).await;
    }
}

async fn show(
    database: &Database,
    link: &mut Option<ClientWrapper>,
    me: &String,
    here: &Here,
    (beat, clears): (bool, bool),
) -> Result<(), DatabaseError> {
    let session = match link {
        Some(session) => session,
        None => {
            let session = database.own_session().await?;
            let set = session.batch_execute("SET synchronous_commit = off");
            within(STATEMENT_MAX, set).await?;
            link.insert(session)
        }
    };
    if beat {
        let row = within(STATEMENT_MAX, session.query_one(BEAT, &[me])).await?;
        if row.try_get(0)? {
            here.tell_all_again();
        }
    }
    let untold = here.untold();
    for (sql, holders) in [ARRIVE, DEPART].into_iter().zip(&untold) {
        if !holders.is_empty() {
            within(STATEMENT_MAX, session.execute(sql, &[me, holders])).await?;
        }
    }
    here.told(&untold);
    if clears {
        within(STATEMENT_MAX, session.batch_execute(CLEAR)).await?;
    }
    Ok(())
}
