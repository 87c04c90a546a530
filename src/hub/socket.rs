//! The task that carries bytes between one socket and its session.

use std::{collections::BTreeMap, sync::atomic::Ordering, time::Duration};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use compact_str::CompactString;
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use tokio::{
    sync::{broadcast, mpsc, watch},
    time::Instant,
};

use super::{
    Frames, Hub,
    frames::Topic,
    incoming::{self, Heard, Misread},
    outgoing::{Refusal, ServerFrame},
    session::{AnswerFrame, ClientFrame, CloseReason, Hello, Output, Session},
    snapshot::{self, Degraded},
};
use crate::{
    access::Identity,
    channels::{
        Receipt,
        app::{Page, RING_CAPACITY, Ring},
    },
    dispatcher::{Health, SubmitError, recover_entry},
    domain::{
        actor::Actor,
        callout::attempt::Outcome,
        command::{Command, GiveAnswer, Reply},
        ids::{AreaCode, AttemptId, PersonId, PostId},
    },
    protocol::{LineView, ObligationView, Viewer},
};

/// Events replayed to a client that was away; one that missed more gets a snapshot.
const REPLAY_LIMIT: u64 = 5_000;
/// How long one write to a client may take before it is closed as too slow.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// How often it is checked that the client may still be here.
const RECHECK: Duration = Duration::from_secs(5);

/// Runs one client's session to its end.
pub async fn serve(hub: Hub, socket: WebSocket, identity: Option<Identity>) {
    hub.sessions.fetch_add(1, Ordering::Relaxed);
    let (sink, stream) = socket.split();
    let frames = hub.frames.subscribe();
    let client = Client {
        session: Session::open(hub.board.now()),
        frames,
        lines: hub.lines.clone(),
        health: hub.health(),
        hub: hub.clone(),
        sink,
        identity,
        page: None,
        unconfirmed: BTreeMap::new(),
    };
    client.run(stream).await;
    hub.sessions.fetch_sub(1, Ordering::Relaxed);
}

struct Client {
    hub: Hub,
    session: Session,
    sink: SplitSink<WebSocket, Message>,
    frames: broadcast::Receiver<Frames>,
    lines: watch::Receiver<Vec<LineView>>,
    health: watch::Receiver<Health>,
    identity: Option<Identity>,
    /// Present once the client is let in.
    page: Option<(Page, mpsc::Receiver<Ring>)>,
    /// Calls put on the page that it has not confirmed.
    unconfirmed: BTreeMap<AttemptId, mpsc::Sender<Receipt>>,
}

/// Everything that can wake a client's task.
enum Input {
    Heard(Heard),
    Frames(Frames),
    Behind,
    Ring(Ring),
    Lines,
    Health,
    Deadline,
    Recheck,
    Shutdown,
}

/// Why the task ends.
enum End {
    Gone,
    Close(CloseReason),
}

impl From<CloseReason> for End {
    fn from(reason: CloseReason) -> Self {
        End::Close(reason)
    }
}

impl Client {
    async fn run(mut self, mut stream: SplitStream<WebSocket>) {
        let mut recheck = tokio::time::interval_at(Instant::now() + RECHECK, RECHECK);
        let end = loop {
            let input = self.next_input(&mut stream, &mut recheck).await;
            if let Err(end) = self.handle(input).await {
                break end;
            }
        };
        if let End::Close(reason) = end {
            let frame = CloseFrame { code: reason.code(), reason: reason.text().into() };
            // The client may have gone already.
            let _ = tokio::time::timeout(WRITE_LIMIT, self.sink.send(Message::Close(Some(frame))))
                .await;
        }
    }

    async fn next_input(
        &mut self,
        stream: &mut SplitStream<WebSocket>,
        recheck: &mut tokio::time::Interval,
    ) -> Input {
        let due = self.session.next_deadline().map(|due| due.since(self.hub.board.now()));
        let live = self.page.is_some();
        tokio::select! {
            biased;
            () = self.hub.shutdown.cancelled() => Input::Shutdown,
            () = nap(due) => Input::Deadline,
            message = stream.next() => Input::Heard(incoming::read(message)),
            frames = self.frames.recv(), if live => match frames {
                Ok(frames) => Input::Frames(frames),
                Err(broadcast::error::RecvError::Lagged(_)) => Input::Behind,
                Err(broadcast::error::RecvError::Closed) => Input::Shutdown,
            },
            Some(ring) = ring(&mut self.page) => Input::Ring(ring),
            Ok(()) = self.health.changed(), if live => Input::Health,
            Ok(()) = self.lines.changed(), if live => Input::Lines,
            _ = recheck.tick(), if live => Input::Recheck,
        }
    }

    async fn handle(&mut self, input: Input) -> Result<(), End> {
        let now = self.hub.board.now();
        match input {
            Input::Heard(Heard::Frame(frame)) => {
                let output = self.session.on_frame(frame, now);
                self.act(output).await
            }
            Input::Heard(Heard::Misread(misread)) => {
                let output = self.session.on_misread(misread, now);
                self.act(output).await
            }
            Input::Heard(Heard::Unreadable) => Err(CloseReason::OutOfTurn.into()),
            Input::Heard(Heard::Gone) => Err(End::Gone),
            Input::Deadline => {
                let output = self.session.on_deadline(now);
                self.act(output).await
            }
            Input::Frames(frames) => self.send_frames(&frames).await,
            Input::Behind => self.replay().await,
            Input::Ring(ring) => self.put_on_page(ring).await,
            Input::Lines => self.send_lines().await,
            Input::Health => self.send_health().await,
            Input::Recheck => self.recheck().await,
            Input::Shutdown => Err(CloseReason::Restarting.into()),
        }
    }

    async fn act(&mut self, output: Option<Output>) -> Result<(), End> {
        match output {
            None => Ok(()),
            Some(Output::Greet(hello)) => self.greet(hello).await,
            Some(Output::Submit(frame)) => self.submit(frame).await,
            Some(Output::Refuse(Misread { id, refusal: error })) => {
                self.send(&ServerFrame::Refused { id: &id, error }).await
            }
            Some(Output::Ping) => {
                let at = self.hub.board.now();
                self.send(&ServerFrame::Ping { at }).await
            }
            Some(Output::Close(reason)) => Err(reason.into()),
        }
    }

    /// Lets the client in: by its cookie, or by the token in its hello.
    async fn greet(&mut self, hello: Hello) -> Result<(), End> {
        let now = self.hub.board.now();
        if let Some(token) = &hello.token {
            let identity = self.hub.access.authenticate(token, now).await;
            self.identity = Some(identity.map_err(|_| CloseReason::NotAllowed)?);
        }
        let identity = self.identity.clone().ok_or(CloseReason::NotAllowed)?;
        let area = hello.area.unwrap_or(identity.area);
        if !identity.area.contains(area) {
            return Err(CloseReason::NotAllowed.into());
        }
        let topics = if hello.topics.is_empty() {
            [Topic::Duty, Topic::Warnings, Topic::Callouts].into()
        } else {
            hello.topics
        };
        let (rings, rung) = mpsc::channel(RING_CAPACITY);
        let page = self.hub.pages.open(identity.holder.clone(), rings);
        self.page = Some((page, rung));
        let epoch = self.hub.epoch().to_string();
        let head = self.head().await?;
        let resume = hello.resume.filter(|resume| {
            resume.epoch == epoch && resume.seq <= head && head - resume.seq <= REPLAY_LIMIT
        });
        let Some(resume) = resume else {
            return self.welcome_with_board(area, topics, epoch).await;
        };
        self.session.go_live(area, topics, resume.seq, now);
        let welcome = ServerFrame::Welcome { epoch, seq: resume.seq, resumed: true, now };
        self.send(&welcome).await?;
        self.replay().await?;
        self.send_health().await
    }

    async fn welcome_with_board(
        &mut self,
        area: AreaCode,
        topics: std::collections::BTreeSet<Topic>,
        epoch: String,
    ) -> Result<(), End> {
        let (now, health) = (self.hub.board.now(), *self.health.borrow_and_update());
        let actor = self.actor().await?;
        let drawn = self.hub.board.read(move |board| {
            (board.seq, Box::new(snapshot::draw(board, &actor, area, health, now)))
        });
        let (seq, board) = drawn.await.map_err(|_| CloseReason::Restarting)?;
        self.session.go_live(area, topics, seq, now);
        self.send(&ServerFrame::Welcome { epoch, seq, resumed: false, now }).await?;
        self.send(&ServerFrame::Snapshot { seq, board }).await
    }

    async fn submit(&mut self, frame: ClientFrame) -> Result<(), End> {
        match frame {
            ClientFrame::Received { attempt } => {
                if let Some(receipts) = self.unconfirmed.remove(&attempt) {
                    let at = self.hub.board.now();
                    let receipt = Receipt { attempt, outcome: Outcome::Delivered, at };
                    // A full queue holds this client back, not the record.
                    let _ = receipts.send(receipt).await;
                }
                Ok(())
            }
            ClientFrame::Answer(frame) => {
                let AnswerFrame { id, obligation, answer, note, on_behalf_of, via } = frame;
                let given = GiveAnswer { obligation, answer, note, on_behalf_of, via };
                self.answer(&id, given).await
            }
            ClientFrame::Hello(_) | ClientFrame::View {} | ClientFrame::Pong {} => Ok(()),
        }
    }

    async fn answer(&mut self, id: &CompactString, given: GiveAnswer) -> Result<(), End> {
        let actor = self.actor().await?;
        match self.hub.board.submit(actor, Command::Answer(given)).await {
            Ok(committed) => {
                let (seq, late) = match committed.reply {
                    Reply::Answer { seq, late } => (seq, late),
                    Reply::Done
                    | Reply::Warning { .. }
                    | Reply::Callout { .. }
                    | Reply::Override { .. } => (committed.seq, false),
                };
                self.send(&ServerFrame::Reply { id, seq, late }).await
            }
            Err(SubmitError::Stopped) => Err(CloseReason::Restarting.into()),
            Err(error) => {
                let field = error.field().map(str::to_owned);
                let error = Refusal { code: error.code(), message: error.to_string(), field };
                self.send(&ServerFrame::Refused { id, error }).await
            }
        }
    }

    async fn send_frames(&mut self, frames: &Frames) -> Result<(), End> {
        if frames.is_empty() {
            // The hub itself fell behind.
            return self.replay().await;
        }
        let texts: Vec<Utf8Bytes> = frames
            .iter()
            .filter(|frame| self.session.takes(frame))
            .map(|frame| frame.text.clone())
            .collect();
        self.write(texts).await
    }

    /// Reads from the journal what the client has not seen.
    async fn replay(&mut self) -> Result<(), End> {
        loop {
            let after = self.session.sent();
            let read = self.hub.board.journal().read(after, 1_000).await;
            let records = read.map_err(|error| {
                tracing::error!(%error, "the journal cannot be read for a client that resumes");
                CloseReason::Restarting
            })?;
            if records.is_empty() {
                return Ok(());
            }
            let mut texts = Vec::new();
            for record in &records {
                let Ok(entry) = recover_entry(record) else { continue };
                let frame = self.hub.encoder.encode(&entry, &record.data);
                if let Some(frame) = frame.filter(|frame| self.session.takes(frame)) {
                    texts.push(frame.text);
                }
                self.session.skip_to(record.seq);
            }
            self.write(texts).await?;
        }
    }

    /// Puts a call on the page; its confirmation makes it delivered.
    async fn put_on_page(&mut self, ring: Ring) -> Result<(), End> {
        let (now, attempt) = (self.hub.board.now(), ring.call.attempt);
        let actor = self.actor().await?;
        let view = self.hub.board.read(move |board| {
            let obligation = board.callouts.obligation(attempt.obligation)?;
            ObligationView::of(board, obligation, &Viewer { actor: &actor, now }).map(Box::new)
        });
        let Ok(Some(obligation)) = view.await else { return Ok(()) };
        self.unconfirmed.insert(attempt, ring.receipts);
        while self.unconfirmed.len() > RING_CAPACITY {
            self.unconfirmed.pop_first();
        }
        let text = &ring.call.text;
        let frame = ServerFrame::Call {
            attempt,
            obligation,
            notice: !ring.call.demands_answer,
            title: &text.title,
            body: &text.body,
        };
        self.send(&frame).await
    }

    async fn send_lines(&mut self) -> Result<(), End> {
        let items = self.lines.borrow_and_update().clone();
        let at = self.hub.board.now();
        self.send(&ServerFrame::Lines { at, items: &items }).await
    }

    async fn send_health(&mut self) -> Result<(), End> {
        let health = *self.health.borrow_and_update();
        let now = self.hub.board.now();
        let degraded = Degraded::of(health).unwrap_or(Degraded { what: "", since: now });
        self.send(&ServerFrame::Degraded { what: degraded.what, since: degraded.since }).await
    }

    /// Closes a client whose token has ended, or whose role or area has changed.
    async fn recheck(&mut self) -> Result<(), End> {
        let Some(identity) = &self.identity else { return Ok(()) };
        let now = self.hub.board.now();
        let valid = self.hub.access.still_valid(identity, now).await;
        let valid = valid.map_err(|_| CloseReason::NotAllowed)?;
        if valid.role != identity.role || valid.area != identity.area {
            return Err(CloseReason::NotAllowed.into());
        }
        Ok(())
    }

    async fn actor(&self) -> Result<Actor, End> {
        let identity = self.identity.clone().ok_or(CloseReason::NotAllowed)?;
        let now = self.hub.board.now();
        let actor = self.hub.board.read(move |board| {
            identity.actor(|post: &PostId| -> Option<PersonId> {
                let staffing = board.roster.get(post)?;
                board.on_duty(staffing, now).people.first().map(|person| (*person).clone())
            })
        });
        actor.await.map_err(|_| CloseReason::Restarting.into())
    }

    async fn head(&self) -> Result<u64, End> {
        let seq = self.hub.board.read(|board| board.seq).await;
        seq.map_err(|_| CloseReason::Restarting.into())
    }

    async fn send(&mut self, frame: &ServerFrame<'_>) -> Result<(), End> {
        let text = serde_json::to_string(frame).map_err(|_| CloseReason::Restarting)?;
        self.write(vec![text.into()]).await
    }

    /// Writes frames with one flush; a client that does not take them in time is closed to resume.
    async fn write(&mut self, texts: Vec<Utf8Bytes>) -> Result<(), End> {
        if texts.is_empty() {
            return Ok(());
        }
        let writing = async {
            for text in texts {
                self.sink.feed(Message::Text(text)).await?;
            }
            self.sink.flush().await
        };
        match tokio::time::timeout(WRITE_LIMIT, writing).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(CloseReason::TooSlow.into()),
        }
    }
}

async fn ring(page: &mut Option<(Page, mpsc::Receiver<Ring>)>) -> Option<Ring> {
    match page {
        Some((_, rings)) => rings.recv().await,
        None => std::future::pending().await,
    }
}

#[expect(clippy::disallowed_methods, reason = "sleeps towards the session's own deadline")]
async fn nap(due: Option<Duration>) {
    match due {
        Some(due) => tokio::time::sleep(due).await,
        None => std::future::pending().await,
    }
}
