//! One task that tells its share of the clients every event: one write each, of bytes that all share.
//!
//! A client's own task is not on this path, and no client can hold it up: who does not take a block at once
//! leaves, catches up by itself, and joins again.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    sync::{broadcast, mpsc, watch},
    task::yield_now,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{
    Shared, Standing,
    block::{Block, Class},
    connection::{Connection, Place, Told},
    history::{Frames, Since},
    outgoing::ServerFrame,
    session::{CloseReason, PING_EVERY_S, SILENCE_LIMIT},
};

/// Clients told between two looks at what else there is to do.
const SLICE: usize = 64;
/// Events that are told in one write, when they come faster than clients can be told.
const GATHERED_MAX: usize = 4_096;
/// Every so many seconds a client's token is looked at again.
const RECHECK_EVERY_S: usize = 5;
/// Stopping closes clients over this time, so that they do not all come back at one instant.
const DRAIN_STEPS: usize = 20;
const DRAIN_STEP: Duration = Duration::from_millis(25);

/// A client that has caught up and wants to be told what comes.
pub(super) struct Join {
    pub client: Arc<Connection>,
    pub class: Class,
}

pub(super) struct Shard {
    hub: Arc<Shared>,
    joins: mpsc::Receiver<Join>,
    feed: broadcast::Receiver<Frames>,
    standing: watch::Receiver<Standing>,
    members: Vec<Member>,
    classes: Vec<Class>,
    second: usize,
    /// Members as they were counted last.
    counted: usize,
}

struct Member {
    client: Arc<Connection>,
    /// Its place in the shard's classes.
    class: usize,
}

enum Input {
    Events(Frames),
    Join(Join),
    Standing,
    Second,
    Shutdown,
}

impl Shard {
    pub fn new(
        hub: Arc<Shared>,
        joins: mpsc::Receiver<Join>,
        feed: broadcast::Receiver<Frames>,
        standing: watch::Receiver<Standing>,
    ) -> Self {
        let (members, classes) = (Vec::new(), Vec::new());
        Self { hub, joins, feed, standing, members, classes, second: 0, counted: 0 }
    }

    pub async fn run(mut self, shutdown: CancellationToken) {
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        loop {
            match self.next_input(&mut seconds, &shutdown).await {
                Input::Events(news) => {
                    let news = self.gather(news);
                    self.fan_out(&news).await;
                }
                Input::Join(join) => self.join(join),
                Input::Standing => self.tell_standing().await,
                Input::Second => self.on_second().await,
                Input::Shutdown => break,
            }
        }
        self.drain(&mut seconds).await;
    }

    async fn next_input(
        &mut self,
        seconds: &mut tokio::time::Interval,
        shutdown: &CancellationToken,
    ) -> Input {
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return Input::Shutdown,
                news = self.feed.recv() => match news {
                    Ok(news) => return Input::Events(news),
                    // The gap shows by the numbers of what comes next: clients then catch up by themselves.
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return Input::Shutdown,
                },
                Some(join) = self.joins.recv() => return Input::Join(join),
                Ok(()) = self.standing.changed() => return Input::Standing,
                _ = seconds.tick() => return Input::Second,
            }
        }
    }

    /// Takes what else has happened meanwhile into the same write.
    fn gather(&mut self, first: Frames) -> Frames {
        let mut all: Option<Vec<_>> = None;
        let mut to = first.to;
        while all.as_ref().is_none_or(|all| all.len() < GATHERED_MAX) {
            let Ok(next) = self.feed.try_recv() else { break };
            if next.from != to {
                // Whoever is told this sees the gap and catches up.
                to = next.to;
                all = Some(next.frames.to_vec());
                return Frames { from: next.from, to, frames: all.unwrap_or_default().into() };
            }
            to = next.to;
            all.get_or_insert_with(|| first.frames.to_vec()).extend(next.frames.iter().cloned());
        }
        match all {
            Some(all) => Frames { from: first.from, to, frames: all.into() },
            None => first,
        }
    }

    async fn fan_out(&mut self, news: &Frames) {
        let began = Instant::now();
        let _telling = Telling::begin(&self.hub);
        let mut blocks: Vec<Option<Vec<Block>>> = vec![None; self.classes.len()];
        let (mut index, mut told, mut behind) = (0, 0_u64, 0_u64);
        while let Some(member) = self.members.get(index) {
            let class = &self.classes[member.class];
            let blocks = blocks[member.class].get_or_insert_with(|| Block::all(news, class));
            match tell(&member.client, blocks) {
                Told::All => index += 1,
                left @ (Told::Behind | Told::Over) => {
                    behind += u64::from(left == Told::Behind);
                    self.members.swap_remove(index);
                }
            }
            told += 1;
            if told.is_multiple_of(SLICE as u64) {
                yield_now().await;
            }
        }
        self.hub.meters.fanned_out(began.elapsed(), told, behind);
    }

    fn join(&mut self, Join { client, class }: Join) {
        client.set_place(Place::Shard);
        // What came between its last look and now is still in memory, nearly always.
        let missed = match self.hub.history.since(client.seq(), usize::MAX) {
            Since::Kept(missed) => Block::all(&missed, &class),
            Since::TooOld => return client.hand_back(),
        };
        if tell(&client, &missed) != Told::All {
            return;
        }
        let standing = self.standing.borrow().clone();
        client.tell_standing(standing.version, &standing.frames);
        let known = self.classes.iter().position(|known| *known == class);
        let class = known.unwrap_or_else(|| {
            self.classes.push(class);
            self.classes.len() - 1
        });
        self.members.push(Member { client, class });
    }

    async fn tell_standing(&mut self) {
        let Standing { version, frames } = self.standing.borrow_and_update().clone();
        for (index, member) in self.members.iter().enumerate() {
            member.client.tell_standing(version, &frames);
            if index % SLICE == SLICE - 1 {
                yield_now().await;
            }
        }
    }

    /// Asks a share of the clients whether they are there, and whether their token still is; lets the silent
    /// go.
    async fn on_second(&mut self) {
        self.second += 1;
        let now = self.hub.board.now();
        let ping = ServerFrame::Ping { at: now }.encode();
        self.members.retain(|member| member.client.is_told_by_shard());
        self.hub.meters.in_step(self.counted, self.members.len());
        self.counted = self.members.len();
        for (index, Member { client, .. }) in self.members.iter().enumerate() {
            if now.since(client.heard_at()) >= SILENCE_LIMIT {
                client.close(CloseReason::Silent);
            } else if index % PING_EVERY_S == self.second % PING_EVERY_S {
                client.offer(&ping);
            }
            if index % RECHECK_EVERY_S == self.second % RECHECK_EVERY_S {
                client.ask_recheck();
            }
            if index % SLICE == SLICE - 1 {
                yield_now().await;
            }
        }
    }

    /// Sends everybody elsewhere, in steps; whoever still comes is sent on at once.
    async fn drain(&mut self, seconds: &mut tokio::time::Interval) {
        *seconds = tokio::time::interval(DRAIN_STEP);
        let step = self.members.len().div_ceil(DRAIN_STEPS).max(1);
        let close = |member: Member| member.client.close(CloseReason::Restarting);
        while self.hub.sessions.load(Ordering::Relaxed) > 0 {
            tokio::select! {
                _ = seconds.tick() => {
                    let left = self.members.len().saturating_sub(step);
                    self.members.drain(left..).for_each(close);
                }
                Some(join) = self.joins.recv() => join.client.close(CloseReason::Restarting),
            }
        }
    }
}

/// Says for as long as it lives that an event is being told.
struct Telling {
    hub: Arc<Shared>,
}

impl Telling {
    fn begin(hub: &Arc<Shared>) -> Self {
        hub.telling.fetch_add(1, Ordering::Relaxed);
        Self { hub: Arc::clone(hub) }
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        self.hub.telling.fetch_sub(1, Ordering::Relaxed);
    }
}

fn tell(client: &Connection, blocks: &[Block]) -> Told {
    let told = blocks.iter().map(|block| client.tell(block));
    told.into_iter().find(|told| *told != Told::All).unwrap_or(Told::All)
}
