//! Several nodes on one journal: each call is claimed before it is made, and what a dead node had is made again.
//!
//! Pages are rung without a claim, by every node that has one of the person; only who fails the call is claimed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use futures_util::{future::BoxFuture, stream::FuturesUnordered};
use tokio::{sync::mpsc, time::Instant};

use super::{NO_RECEIPT, Outbox, calls::is_wanted};
use crate::{
    channels::{Call, Gateway, Receipt, app::NOT_CONNECTED},
    domain::{
        callout::attempt::{Outcome, Progress},
        command::Command,
        ids::AttemptId,
        person::Channel,
    },
    nodes::{Adopted, Nodes, Unanswered},
};

/// How long an attempt that has begun is left to whoever is about to claim it.
const ADOPTED_AFTER: Duration = Duration::from_secs(2);
/// How long a call waits for the answer of a database that is away. Then it is made without: several nodes may
/// ring one person, which is better than nobody.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// How often it is asked for by then at least. A node that stood still has not waited: it was not there to hear
/// the answer, and the next one comes at once.
const ASKED_MIN: u32 = 3;
/// How long an answer is good for. A node that stands still for five seconds is dead to the others, and what was
/// granted to it is theirs by the time it goes on.
const GOOD_FOR: Duration = Duration::from_secs(3);

/// An attempt that is to be made now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun {
    pub id: AttemptId,
    pub channel: Channel,
    pub repeated: bool,
}

/// What came of a question to the other nodes.
pub(super) enum Answer {
    /// Of `asked`, those that this node is to make.
    Claimed {
        asked: Vec<AttemptId>,
        asked_at: Instant,
        mine: Result<BTreeSet<AttemptId>, Unanswered>,
    },
    Adopted {
        asked_at: Instant,
        adopted: Result<Adopted, Unanswered>,
    },
    /// Attempts that this node is to report as failed.
    Failed {
        ids: BTreeSet<AttemptId>,
        reason: &'static str,
        lasting: bool,
    },
}

/// Questions to the other nodes, and the attempts that wait for the answers.
pub(super) struct Claiming {
    nodes: Arc<dyn Nodes>,
    /// Their number is bounded by that of commits and sweeps within the time an answer may take.
    pub answers: FuturesUnordered<BoxFuture<'static, Answer>>,
    /// What this node would make if it may. There are no more of them than lines.
    waiting: BTreeMap<AttemptId, Waiting>,
    /// What nobody seems to have, while that is asked; empty when it is not.
    adopting: BTreeSet<AttemptId>,
}

struct Waiting {
    begun: Begun,
    since: Instant,
    asked: u32,
    is_asked: bool,
}

impl Claiming {
    pub(super) fn new(nodes: Arc<dyn Nodes>) -> Self {
        Self {
            nodes,
            answers: FuturesUnordered::new(),
            waiting: BTreeMap::new(),
            adopting: BTreeSet::new(),
        }
    }

    pub(super) fn is_alone(&self) -> bool {
        self.nodes.is_alone()
    }

    fn claim(&mut self, asked: Vec<AttemptId>) {
        if asked.is_empty() {
            return;
        }
        let (nodes, asked_at) = (Arc::clone(&self.nodes), Instant::now());
        self.answers.push(Box::pin(async move {
            let mine = nodes.claim(&asked).await;
            Answer::Claimed { asked, asked_at, mine }
        }));
    }

    /// Has the one node whose call it is say that nothing was heard of it. Any other may merely be late in hearing
    /// that a page has confirmed it, or that it was taken over.
    pub(super) fn give_up(&mut self, id: AttemptId) {
        let nodes = Arc::clone(&self.nodes);
        self.answers.push(Box::pin(async move {
            let ids = claimed(&*nodes, &[id]).await;
            Answer::Failed { ids, reason: NO_RECEIPT, lasting: false }
        }));
    }

    fn ring_pages(
        &mut self,
        gateway: Arc<dyn Gateway>,
        calls: Vec<Call>,
        receipts: mpsc::Sender<Receipt>,
    ) {
        let nodes = Arc::clone(&self.nodes);
        self.answers.push(Box::pin(async move {
            let mut unreached = Vec::new();
            for call in calls {
                let id = call.attempt;
                if gateway.place(call, receipts.clone()).await.is_err() {
                    unreached.push(id);
                }
            }
            let ids = claimed(&*nodes, &unreached).await;
            Answer::Failed { ids, reason: NOT_CONNECTED, lasting: true }
        }));
    }
}

/// Returns which of `ids` this node has to answer for; where that stays unknown, the attempt's patience ends.
async fn claimed(nodes: &dyn Nodes, ids: &[AttemptId]) -> BTreeSet<AttemptId> {
    nodes.claim(ids).await.unwrap_or_default()
}

impl Outbox {
    /// Rings the pages that are open here, and asks which of the other calls are this node's.
    pub(super) async fn share(&mut self, begun: Vec<Begun>) {
        let (pages, others): (Vec<_>, Vec<_>) =
            begun.into_iter().partition(|begun| begun.channel == Channel::App);
        if let Some(gateway) = self.gateways.get(&Channel::App).cloned()
            && !pages.is_empty()
        {
            let pages = self.word(pages).await;
            pages.iter().for_each(|call| self.take(call));
            self.claiming.ring_pages(gateway, pages, self.receipts.clone());
        }
        let mut asked = Vec::new();
        for begun in others {
            // What has been found meanwhile to be in nobody's hands is in these.
            let id = begun.id;
            let known = self.flying.contains_key(&id) || self.claiming.adopting.contains(&id);
            if begun.repeated || !known {
                let waiting = Waiting { begun, since: Instant::now(), asked: 1, is_asked: true };
                self.claiming.waiting.insert(id, waiting);
                asked.push(id);
            }
        }
        self.claiming.claim(asked);
    }

    /// Asks again for what has had no answer; what has waited too long is made.
    pub(super) async fn ask_again(&mut self) {
        let (mut asked, mut late) = (Vec::new(), Vec::new());
        self.claiming.waiting.retain(|id, waiting| {
            if waiting.is_asked {
                return true;
            }
            if waiting.since.elapsed() > WAIT_MAX && waiting.asked >= ASKED_MIN {
                late.push(Begun { repeated: true, ..waiting.begun });
                return false;
            }
            (waiting.asked, waiting.is_asked) = (waiting.asked + 1, true);
            asked.push(*id);
            true
        });
        self.claiming.claim(asked);
        if !late.is_empty() {
            tracing::warn!(
                calls = late.len(),
                "no word from the other nodes; calls are made by each"
            );
            self.make(late).await;
        }
    }

    /// Asks for calls that are in nobody's hands.
    pub(super) async fn adopt(&mut self) {
        if !self.claiming.adopting.is_empty() {
            return;
        }
        let now = self.board.now();
        let begun = self.board.read(move |board| {
            let begun = board.callouts.in_flight();
            let old = begun.filter(|attempt| {
                attempt.started_at.is_none_or(|at| now.since(at) >= ADOPTED_AFTER)
            });
            old.map(|attempt| attempt.id).collect::<Vec<_>>()
        });
        let mut found = begun.await.unwrap_or_default();
        found.retain(|id| {
            let waits = self.claiming.waiting.contains_key(id) || self.repeating.contains(id);
            !waits && !self.flying.contains_key(id)
        });
        if found.is_empty() {
            return;
        }
        self.claiming.adopting = found.iter().copied().collect();
        let (nodes, asked_at) = (Arc::clone(&self.claiming.nodes), Instant::now());
        self.claiming.answers.push(Box::pin(async move {
            let adopted = nodes.adopt(&found).await;
            Answer::Adopted { asked_at, adopted }
        }));
    }

    pub(super) async fn on_answer(&mut self, answer: Answer) {
        match answer {
            Answer::Claimed { asked, asked_at, mine: Ok(mine) }
                if asked_at.elapsed() < GOOD_FOR =>
            {
                let waited = asked.iter().filter_map(|id| self.claiming.waiting.remove(id));
                let waited = waited.map(|waiting| waiting.begun);
                let own = waited.filter(|begun| mine.contains(&begun.id)).collect();
                self.make(own).await;
            }
            Answer::Claimed { asked, mine, .. } => {
                let error = mine.err();
                tracing::debug!(?error, "calls wait to be claimed");
                for id in asked {
                    if let Some(waiting) = self.claiming.waiting.get_mut(&id) {
                        waiting.is_asked = false;
                    }
                }
            }
            Answer::Adopted { asked_at, adopted } => {
                self.claiming.adopting.clear();
                match adopted {
                    Ok(adopted) if asked_at.elapsed() < GOOD_FOR => self.take_over(adopted).await,
                    Ok(_) => tracing::debug!("which calls are orphaned is asked again"),
                    Err(error) => tracing::debug!(%error, "orphaned calls are not known"),
                }
            }
            Answer::Failed { ids, reason, lasting } => {
                for id in ids {
                    self.fail(id, reason, lasting);
                }
            }
        }
    }

    /// Has calls of dead nodes made once more, flagged, and calls that nobody has made, made.
    async fn take_over(&mut self, Adopted { orphaned, unclaimed }: Adopted) {
        if !orphaned.is_empty() {
            tracing::warn!(calls = orphaned.len(), "a node is gone; its calls are made once more");
        }
        let found = self.board.read(move |board| {
            let state = |id: AttemptId| {
                let (_, attempt) = board.callouts.attempt(id)?;
                let under_way = attempt.progress == Progress::Started;
                under_way.then(|| (id, attempt.channel, is_wanted(board, attempt)))
            };
            let states =
                |ids: BTreeSet<AttemptId>| ids.into_iter().filter_map(state).collect::<Vec<_>>();
            (states(orphaned), states(unclaimed))
        });
        let Ok((orphaned, unclaimed)) = found.await else { return };
        for (id, _, wanted) in orphaned {
            self.repeat(id, wanted);
        }
        let mut fresh = Vec::new();
        for (id, channel, wanted) in unclaimed {
            // Pages are rung without a claim: this one may have been.
            if channel == Channel::App {
                self.repeat(id, wanted);
            } else {
                fresh.push(Begun { id, channel, repeated: false });
            }
        }
        self.make(fresh).await;
    }

    /// Makes calls that are this node's, unless something has happened while that was asked.
    async fn make(&mut self, own: Vec<Begun>) {
        if own.is_empty() {
            return;
        }
        let found = self.board.read(move |board| {
            let state = |begun: Begun| {
                let (_, attempt) = board.callouts.attempt(begun.id)?;
                (attempt.progress == Progress::Started).then(|| (begun, is_wanted(board, attempt)))
            };
            own.into_iter().filter_map(state).collect::<Vec<_>>()
        });
        let found = found.await.unwrap_or_default();
        let (wanted, unwanted): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(_, wanted)| *wanted);
        for (begun, _) in unwanted {
            let (attempt, outcome) = (begun.id, Outcome::RungOff);
            self.submit(Command::RecordAttempt { attempt, outcome });
        }
        self.hand_over(wanted.into_iter().map(|(begun, _)| begun).collect()).await;
    }
}
