//! One client's own task: lets it in, hears it, and brings it back to the present when it was away or slow.
//!
//! While a client is up to date its shard writes to it and this task only reads, so that it costs next to
//! nothing: what it does now and then is allocated for that moment.

mod arrival;
mod map;
mod speech;

use std::{
    collections::BTreeMap,
    io,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    io::{Interest, Ready},
    net::TcpStream,
    sync::mpsc,
};

use super::{
    Hub,
    block::Class,
    connection::{Connection, Place},
    incoming::{self, Heard, Misread},
    map::Form,
    outgoing::ServerFrame,
    session::{CloseReason, HELLO_WINDOW, Output, Session},
    wire::{self, Decoder, Message},
};
use crate::{
    access::Identity,
    channels::{
        Receipt,
        app::{Page, RING_CAPACITY, Ring},
    },
    domain::{
        actor::Actor,
        ids::{AttemptId, PersonId, PostId},
    },
    protocol::{ObligationView, Viewer},
};

/// A client that takes nothing for so long is closed to resume.
const STALL_LIMIT: Duration = Duration::from_secs(10);
/// How long the last frame may take, and the client's own goodbye.
const GOODBYE_LIMIT: Duration = Duration::from_secs(10);
const LINGER: Duration = Duration::from_secs(2);

/// Runs one client's session to its end. `read` came with the request, before the socket was handed over.
pub(crate) async fn serve(hub: Hub, stream: TcpStream, read: Bytes, identity: Option<Identity>) {
    hub.sessions.fetch_add(1, Ordering::Relaxed);
    let id = hub.next_client.fetch_add(1, Ordering::Relaxed);
    let socket = Arc::new(Connection::new(id, stream, hub.board.now()));
    let mut decoder = Decoder::default();
    decoder.push(&read);
    // Even when empty it holds on to the buffer that the request was read into: 16 KB for each client.
    drop(read);
    let client = Client {
        socket: Arc::clone(&socket),
        decoder,
        session: Session::Greeting,
        identity: identity.map(Box::new),
        admitted: None,
        limit: Some(limit(&hub, HELLO_WINDOW, CloseReason::HelloTimeout)),
        hub: hub.clone(),
    };
    client.run().await;
    socket.hang_up();
    hub.sessions.fetch_sub(1, Ordering::Relaxed);
}

type Limit = Pin<Box<dyn Future<Output = CloseReason> + Send + Sync>>;

struct Client {
    hub: Hub,
    socket: Arc<Connection>,
    decoder: Decoder,
    session: Session,
    identity: Option<Box<Identity>>,
    /// Present once the client is let in.
    admitted: Option<Box<Admitted>>,
    /// Until when hello must have come, or a blocked socket must have taken something; gives why it ends.
    limit: Option<Limit>,
}

struct Admitted {
    class: Class,
    /// In which form it takes positions.
    form: Form,
    _page: Page,
    /// Calls put on the page that it has not confirmed.
    unconfirmed: BTreeMap<AttemptId, mpsc::Sender<Receipt>>,
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

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        End::Gone
    }
}

impl Client {
    async fn run(mut self) {
        // Boxed, here and below, for the moment it takes: the task that waits stays small.
        let mut end = Box::pin(self.hear()).await.err();
        while end.is_none() {
            let blocked = self.socket.is_blocked();
            let interest =
                if blocked { Interest::READABLE | Interest::WRITABLE } else { Interest::READABLE };
            let ready = tokio::select! {
                biased;
                () = self.socket.woken() => Ok(Ready::EMPTY),
                ready = self.socket.ready(interest) => ready.map_err(End::from),
                reason = passed(&mut self.limit) => Err(reason.into()),
            };
            end = match ready {
                Ok(ready) => Box::pin(self.turn(ready)).await.err(),
                Err(end) => Some(end),
            };
        }
        if let Some(End::Close(reason)) = end {
            self.hub.meters.closed(reason);
            Box::pin(goodbye(&self.socket, reason)).await;
        }
    }

    /// Does whatever there is to do.
    async fn turn(&mut self, ready: Ready) -> Result<(), End> {
        if ready.is_readable() || ready.is_read_closed() {
            self.socket.read_into(&mut self.decoder)?;
            self.hear().await?;
        }
        if self.socket.is_blocked() {
            self.make_room()?;
        }
        if let Some(reason) = self.socket.closing() {
            return Err(reason.into());
        }
        if self.socket.take_recheck() {
            self.recheck().await?;
        }
        for ring in self.socket.take_rings() {
            self.put_on_page(ring).await?;
        }
        while self.admitted.is_some()
            && self.socket.place() == Place::Own
            && !self.socket.is_blocked()
        {
            self.catch_up().await?;
        }
        Ok(())
    }

    /// Writes what waits. As long as the client takes something it has time.
    fn make_room(&mut self) -> Result<(), End> {
        let moved = self.socket.flush()?;
        if !self.socket.is_blocked() {
            self.limit = None;
        } else if moved || self.limit.is_none() {
            self.limit = Some(limit(&self.hub, STALL_LIMIT, CloseReason::TooSlow));
        }
        Ok(())
    }

    async fn hear(&mut self) -> Result<(), End> {
        loop {
            let message = match self.decoder.next() {
                Ok(Some(message)) => message,
                Ok(None) => return Ok(()),
                Err(wire::Violation) => return Err(CloseReason::OutOfTurn.into()),
            };
            self.socket.heard(self.hub.board.now());
            match message {
                Message::Text(text) => self.take(incoming::read(&text)).await?,
                Message::Ping(payload) => self.socket.send(wire::pong(&payload)),
                Message::Pong => {}
                Message::Binary => return Err(CloseReason::OutOfTurn.into()),
                Message::Close => return Err(End::Gone),
            }
        }
    }

    async fn take(&mut self, heard: Heard) -> Result<(), End> {
        let output = match heard {
            Heard::Frame(frame) => self.session.on_frame(frame),
            Heard::Misread(misread) => Some(self.session.on_misread(misread)),
            Heard::Unreadable => return Err(CloseReason::OutOfTurn.into()),
        };
        match output {
            None => Ok(()),
            Some(Output::Greet(hello)) => self.greet(hello).await,
            Some(Output::Submit(frame)) => self.submit(frame).await,
            Some(Output::Refuse(Misread { id, refusal: error })) => {
                self.send(&ServerFrame::Refused { id: &id, error });
                Ok(())
            }
            Some(Output::Close(reason)) => Err(reason.into()),
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
        let (Ok(Some(obligation)), Some(admitted)) = (view.await, &mut self.admitted) else {
            return Ok(());
        };
        admitted.unconfirmed.insert(attempt, ring.receipts);
        while admitted.unconfirmed.len() > RING_CAPACITY {
            admitted.unconfirmed.pop_first();
        }
        let text = &ring.call.text;
        self.send(&ServerFrame::Call {
            attempt,
            obligation,
            notice: !ring.call.demands_answer,
            title: &text.title,
            body: &text.body,
        });
        Ok(())
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
        let identity = self.identity.as_deref().cloned().ok_or(CloseReason::NotAllowed)?;
        let now = self.hub.board.now();
        let actor = self.hub.board.read(move |board| {
            identity.actor(|post: &PostId| -> Option<PersonId> {
                let staffing = board.roster.get(post)?;
                board.on_duty(staffing, now).people.first().map(|person| (*person).clone())
            })
        });
        actor.await.map_err(|_| CloseReason::Restarting.into())
    }

    fn send(&self, frame: &ServerFrame<'_>) {
        self.socket.send(frame.encode());
    }
}

/// Writes the reason, and waits a moment for the client's own end: what was written would be lost otherwise.
async fn goodbye(socket: &Connection, reason: CloseReason) {
    socket.close(reason);
    let written = async {
        while socket.is_blocked() {
            socket.ready(Interest::WRITABLE).await?;
            socket.flush()?;
        }
        io::Result::Ok(())
    };
    if !matches!(tokio::time::timeout(GOODBYE_LIMIT, written).await, Ok(Ok(()))) {
        return;
    }
    socket.hang_up();
    let read_to_the_end = async {
        loop {
            socket.ready(Interest::READABLE).await?;
            socket.read_into(&mut Decoder::default())?;
        }
    };
    // However it goes: what was written has had its time.
    let _: Result<io::Result<()>, _> = tokio::time::timeout(LINGER, read_to_the_end).await;
}

/// Ends with `reason` after `time`, or when the node stops: a client that is up to date hears that from its
/// shard.
fn limit(hub: &Hub, time: Duration, reason: CloseReason) -> Limit {
    let shutdown = hub.shutdown.clone();
    Box::pin(async move {
        match tokio::time::timeout(time, shutdown.cancelled()).await {
            Ok(()) => CloseReason::Restarting,
            Err(_) => reason,
        }
    })
}

async fn passed(limit: &mut Option<Limit>) -> CloseReason {
    match limit {
        Some(limit) => limit.await,
        None => std::future::pending().await,
    }
}
