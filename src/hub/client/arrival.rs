//! Letting a client in, and bringing it to the present: with the whole board, or with what it missed.

use std::{collections::BTreeMap, sync::Arc};

use super::{Admitted, Client, End};
use crate::{
    channels::app::Bell,
    dispatcher::recover_entry,
    hub::{
        Drawn,
        block::{Block, Class},
        connection::{Connection, Place, Told},
        frames::{Topic, Topics},
        history::{Frames, Since},
        map::Form,
        outgoing::ServerFrame,
        session::{CloseReason, Hello},
        shard::Join,
    },
};

/// Events that a client is told one by one when it was away; beyond that it gets a new board.
const REPLAY_LIMIT: u64 = 10_000;
/// Events read from the journal at a time for one client.
const PAGE: usize = 1_000;
/// Bytes that a client who catches up gets in one go.
const CATCH_UP_BYTES: usize = 64 << 10;

impl Client {
    /// Lets the client in: by its cookie, or by the token in its hello.
    pub(super) async fn greet(&mut self, hello: Hello) -> Result<(), End> {
        let now = self.hub.board.now();
        if let Some(token) = &hello.token {
            let identity = self.hub.access.authenticate(token, now).await;
            self.identity = Some(Box::new(identity.map_err(|_| CloseReason::NotAllowed)?));
        }
        let identity = self.identity.as_deref().ok_or(CloseReason::NotAllowed)?;
        let area = hello.area.unwrap_or(identity.area);
        if !identity.area.contains(area) {
            return Err(CloseReason::NotAllowed.into());
        }
        let board = [Topic::Duty, Topic::Warnings, Topic::Callouts, Topic::Incidents];
        let everything = || board.into_iter().collect();
        let topics: Topics = if hello.topics.is_empty() { everything() } else { hello.topics };
        let bell: Arc<dyn Bell> = Arc::<Connection>::clone(&self.socket);
        let page = self.hub.pages.open(identity.holder.clone(), bell);
        let class = Class { area, topics };
        let form = if hello.packed { Form::Packed } else { Form::Text };
        self.admitted =
            Some(Box::new(Admitted { class, form, _page: page, unconfirmed: BTreeMap::new() }));
        self.limit = None;
        let epoch = self.hub.epoch().to_string();
        let resume = match hello.resume.filter(|resume| resume.epoch == epoch) {
            Some(resume) if self.may_resume(resume.seq).await? => Some(resume),
            Some(_) | None => None,
        };
        match resume {
            Some(resume) => {
                self.send(&ServerFrame::Welcome { epoch, seq: resume.seq, resumed: true, now });
                self.socket.reached(resume.seq, 0);
            }
            None => self.show_board().await?,
        }
        if topics.contains(Topic::Map) {
            self.look("hello", hello.bbox, hello.zoom).await?;
        }
        Ok(())
    }

    /// Tells whether a client that knows everything up to `seq` can be told the rest one by one. It may have heard
    /// more from a node that is gone than this one has read: then it is ahead, and not of another journal.
    async fn may_resume(&self, seq: u64) -> Result<bool, End> {
        let head = self.head().await?;
        if seq <= head {
            return Ok(head - seq <= REPLAY_LIMIT);
        }
        let journal = self.hub.board.journal().head().await;
        Ok(journal.is_ok_and(|journal| seq <= journal.seq))
    }

    /// Sends the whole board as it is: to whoever is new, and to whoever missed so much that telling it event
    /// by event would take longer.
    async fn show_board(&mut self) -> Result<(), End> {
        let Some(admitted) = &self.admitted else { return Ok(()) };
        let (area, actor) = (admitted.class.area, self.actor().await?);
        let standing = self.hub.standing.borrow().version;
        let drawn = self.hub.draw(actor, area).await.map_err(|_| CloseReason::Restarting)?;
        let Drawn { epoch, seq, board } = drawn;
        let now = board.now;
        let welcome = ServerFrame::Welcome { epoch, seq, resumed: false, now }.encode();
        // As one: what waits behind a welcome is bounded, and a board may be large.
        let frames = [welcome, ServerFrame::Snapshot { seq, board }.encode()].concat();
        self.socket.send(frames.into());
        self.socket.reached(seq, standing);
        Ok(())
    }

    /// Tells the client what it has missed, one piece at a time, and hands it to its shard at the end.
    pub(super) async fn catch_up(&mut self) -> Result<(), End> {
        let Some(Admitted { class, .. }) = self.admitted.as_deref() else { return Ok(()) };
        let (class, seq) = (*class, self.socket.seq());
        let missed = match self.hub.history.since(seq, CATCH_UP_BYTES) {
            Since::Kept(frames) if frames.to == seq => {
                self.socket.set_place(Place::Joining);
                let join = Join { client: Arc::clone(&self.socket), class };
                return self
                    .hub
                    .shard()
                    .send(join)
                    .await
                    .map_err(|_| CloseReason::Restarting.into());
            }
            Since::Kept(frames) => frames,
            Since::TooOld if self.head().await?.saturating_sub(seq) > REPLAY_LIMIT => {
                return self.show_board().await;
            }
            Since::TooOld => self.read_journal(seq).await?,
        };
        match self.socket.catch_up(&Block::of(&missed, &class)) {
            Told::All | Told::Behind => Ok(()),
            // Nobody is there to be told more: trying on would keep this thread from everybody else.
            Told::Over => Err(self.socket.closing().map_or(End::Gone, End::Close)),
        }
    }

    /// Reads no further than the hub has learned: whom an event concerns follows from those before it. The rest
    /// comes with the next commit.
    async fn read_journal(&self, after: u64) -> Result<Frames, End> {
        let known = self.hub.history.reached();
        let mut records = self.hub.board.journal().read(after, PAGE).await.map_err(|error| {
            tracing::error!(%error, "the journal cannot be read for a client that resumes");
            CloseReason::Restarting
        })?;
        records.retain(|record| record.seq <= known);
        let to = records.last().map_or(after, |last| last.seq);
        let encoded = records.iter().filter_map(|record| {
            let entry = recover_entry(record).ok()?;
            self.hub.encoder.encode(&entry, &record.data)
        });
        Ok(Frames { from: after, to, frames: encoded.collect() })
    }

    async fn head(&self) -> Result<u64, End> {
        let seq = self.hub.board.read(|board| board.seq).await;
        seq.map_err(|_| CloseReason::Restarting.into())
    }
}
