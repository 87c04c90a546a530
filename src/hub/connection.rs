//! The writing side of one client: what has to reach it, and what its socket has not taken yet.
//!
//! Whoever has news writes at once, from any task, for as long as the socket takes it. Once it does not, the
//! rest of the frame is kept, and for events only how far the client has come: its own task goes on from
//! there when there is room again. So a stalled client costs a few hundred bytes and misses nothing.

use std::{
    collections::VecDeque,
    io,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use bytes::Bytes;
use tokio::{
    io::{Interest, Ready},
    net::TcpStream,
    sync::Notify,
};

use super::{
    block::Block,
    session::CloseReason,
    wire::{self, Decoder},
};
use crate::{
    channels::app::{Bell, RING_CAPACITY, Ring},
    domain::time::Timestamp,
};

/// Bytes that the kernel may hold for a client and has not sent yet: more would only be older when it arrives.
const UNSENT_MAX: u32 = 64 << 10;
/// Bytes of replies, calls and news of the system that may wait behind a frame. A client beyond is closed, to
/// come back when it can.
const WAITING_MAX: usize = 48 << 10;
/// Bytes read from a socket at a time.
const READ_BYTES: usize = 4 << 10;

/// One client's socket.
#[derive(Debug)]
pub(super) struct Connection {
    /// Its number among the node's clients.
    pub id: u64,
    stream: TcpStream,
    out: Mutex<Out>,
    /// Wakes the client's own task.
    wake: Notify,
    heard_ms: AtomicI64,
    /// Its token is to be looked at again.
    recheck: AtomicBool,
    /// Calls for its page that its task has not put there; a page that does not read them is as good as closed.
    rings: Mutex<VecDeque<Ring>>,
}

#[derive(Debug)]
struct Out {
    /// What the socket has not taken: the rest of a frame, then frames that must not be lost.
    waiting: VecDeque<Bytes>,
    waiting_bytes: usize,
    /// Every event up to this was handed to the socket, or did not have to be.
    seq: u64,
    place: Place,
    closing: Option<CloseReason>,
    /// Which state of the system the client was told last.
    standing: u32,
}

/// Who tells a client its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Its own task, until it has caught up.
    Own,
    /// It has asked its shard to go on.
    Joining,
    Shard,
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// All of it was written, or the client had it already.
    All,
    /// The socket took no more, or events are missing before these: its task goes on.
    Behind,
    /// The client is gone, or about to be.
    Over,
}

impl Connection {
    /// Takes a socket over.
    pub fn new(id: u64, stream: TcpStream, now: Timestamp) -> Self {
        // Without these frames arrive late; they still arrive.
        let _ = stream.set_nodelay(true);
        let _ = socket2::SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT_MAX);
        let out = Out {
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            seq: 0,
            place: Place::Own,
            closing: None,
            standing: 0,
        };
        Self {
            id,
            stream,
            out: Mutex::new(out),
            wake: Notify::new(),
            heard_ms: AtomicI64::new(now.millis()),
            recheck: AtomicBool::new(false),
            rings: Mutex::default(),
        }
    }

    /// Writes what the client must get, or keeps it until there is room.
    pub fn send(&self, frame: Bytes) {
        let mut out = self.lock();
        if out.closing.is_some() {
            return;
        }
        // The one that is being written may be a whole board, and had to be.
        let behind_it = out.waiting_bytes - out.waiting.front().map_or(0, Bytes::len);
        if !out.waiting.is_empty() && behind_it + frame.len() > WAITING_MAX {
            return self.close_locked(&mut out, CloseReason::TooSlow);
        }
        self.write(&mut out, frame);
    }

    /// Writes what will be old in a moment, if there is room for it now; tells whether it was written.
    pub fn offer(&self, frame: &[u8]) -> bool {
        let mut out = self.lock();
        if out.closing.is_some() || !out.waiting.is_empty() {
            return false;
        }
        match self.stream.try_write(frame) {
            Ok(written) if written == frame.len() => true,
            Ok(written) => {
                // A frame that has begun must end.
                self.keep(&mut out, Bytes::copy_from_slice(&frame[written..]));
                true
            }
            Err(_) => false,
        }
    }

    /// Writes events for a shard. A client that is behind leaves the shard by this.
    pub fn tell(&self, block: &Block) -> Told {
        let mut out = self.lock();
        if out.place != Place::Shard || out.closing.is_some() {
            return Told::Over;
        }
        let told = self.write_block(&mut out, block);
        if told != Told::All {
            out.place = Place::Own;
            drop(out);
            self.wake.notify_one();
        }
        told
    }

    /// Writes events for the client's own task.
    pub fn catch_up(&self, block: &Block) -> Told {
        let mut out = self.lock();
        if out.closing.is_some() {
            return Told::Over;
        }
        self.write_block(&mut out, block)
    }

    fn write_block(&self, out: &mut Out, block: &Block) -> Told {
        if out.seq >= block.to {
            return Told::All;
        }
        if out.seq < block.from || !out.waiting.is_empty() {
            return Told::Behind;
        }
        let start = block.start_after(out.seq);
        let bytes = &block.bytes[start..];
        if bytes.is_empty() {
            out.seq = block.to;
            return Told::All;
        }
        // Past the runtime's note of whether there is room, which is memory of its own and nearly always says
        // yes: who finds none asks properly when it goes on.
        match socket2::SockRef::from(&self.stream).send(bytes) {
            Ok(written) if written == bytes.len() => {
                out.seq = block.to;
                Told::All
            }
            Ok(written) => {
                let written = start + written;
                if let Some((end, seq)) = block.frame_at(written) {
                    out.seq = seq;
                    if written < end {
                        // Copied, so that a slow client holds on to one frame and not to the block.
                        self.keep(out, Bytes::copy_from_slice(&block.bytes[written..end]));
                    }
                }
                Told::Behind
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                // A frame that waits makes the client's task look for room.
                if let Some((end, seq)) = block.frame_at(start + 1) {
                    out.seq = seq;
                    self.keep(out, Bytes::copy_from_slice(&block.bytes[start..end]));
                }
                Told::Behind
            }
            // Its task reads the same error and ends.
            Err(_) => Told::Over,
        }
    }

    fn write(&self, out: &mut Out, frame: Bytes) {
        if !out.waiting.is_empty() {
            return self.keep(out, frame);
        }
        match self.stream.try_write(&frame) {
            Ok(written) if written == frame.len() => {}
            Ok(written) => self.keep(out, frame.slice(written..)),
            Err(_) => self.keep(out, frame),
        }
    }

    fn keep(&self, out: &mut Out, rest: Bytes) {
        out.waiting_bytes += rest.len();
        out.waiting.push_back(rest);
        self.wake.notify_one();
    }

    /// Writes what waits, as far as there is room; tells whether anything was written.
    pub fn flush(&self) -> io::Result<bool> {
        let mut out = self.lock();
        let mut moved = false;
        while let Some(mut first) = out.waiting.pop_front() {
            out.waiting_bytes -= first.len();
            match self.stream.try_write(&first) {
                Ok(written) => {
                    moved |= written > 0;
                    if written == first.len() {
                        continue;
                    }
                    first = first.slice(written..);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
            out.waiting_bytes += first.len();
            out.waiting.push_front(first);
            break;
        }
        if out.waiting.is_empty() {
            out.waiting = VecDeque::new();
        }
        Ok(moved)
    }

    /// Says goodbye with a code; the client's task ends once that is written.
    pub fn close(&self, reason: CloseReason) {
        let mut out = self.lock();
        if out.closing.is_none() {
            self.close_locked(&mut out, reason);
        }
    }

    fn close_locked(&self, out: &mut Out, reason: CloseReason) {
        out.closing = Some(reason);
        // Only a frame that has begun still has to end.
        out.waiting.truncate(1);
        out.waiting_bytes = out.waiting.front().map_or(0, Bytes::len);
        self.write(out, wire::close(reason));
        self.wake.notify_one();
    }

    pub fn closing(&self) -> Option<CloseReason> {
        self.lock().closing
    }

    pub fn is_blocked(&self) -> bool {
        !self.lock().waiting.is_empty()
    }

    /// Returns the last event that this client has been handed, or did not have to be.
    pub fn seq(&self) -> u64 {
        self.lock().seq
    }

    /// Notes that the client knows everything up to `seq`, and the system as it stood then.
    pub fn reached(&self, seq: u64, standing: u32) {
        let mut out = self.lock();
        (out.seq, out.standing) = (seq, standing);
    }

    pub fn place(&self) -> Place {
        self.lock().place
    }

    pub fn set_place(&self, place: Place) {
        self.lock().place = place;
    }

    /// Leaves the client to its own task: too much has happened since it asked to join.
    pub fn hand_back(&self) {
        self.set_place(Place::Own);
        self.wake.notify_one();
    }

    pub fn is_over(&self) -> bool {
        self.closing().is_some()
    }

    pub fn is_told_by_shard(&self) -> bool {
        let out = self.lock();
        out.place == Place::Shard && out.closing.is_none()
    }

    /// Tells how the system stands, unless the client knows.
    pub fn tell_standing(&self, version: u32, frames: &Bytes) {
        let told = std::mem::replace(&mut self.lock().standing, version);
        if told != version {
            self.send(frames.clone());
        }
    }

    pub fn heard(&self, now: Timestamp) {
        self.heard_ms.store(now.millis(), Ordering::Relaxed);
    }

    pub fn heard_at(&self) -> Timestamp {
        Timestamp::from_millis(self.heard_ms.load(Ordering::Relaxed))
    }

    /// Has the client's task look at its token again.
    pub fn ask_recheck(&self) {
        self.recheck.store(true, Ordering::Relaxed);
        self.wake.notify_one();
    }

    pub fn take_recheck(&self) -> bool {
        self.recheck.swap(false, Ordering::Relaxed)
    }

    pub fn take_rings(&self) -> VecDeque<Ring> {
        std::mem::take(&mut *self.rings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        self.stream.ready(interest).await
    }

    /// Reads what has come; an end is an error.
    pub fn read_into(&self, decoder: &mut Decoder) -> io::Result<()> {
        let mut buffer = [0; READ_BYTES];
        match self.stream.try_read(&mut buffer) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                decoder.push(&buffer[..read]);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Ends the conversation on the wire: the client gets what was written, then the end.
    pub fn hang_up(&self) {
        let mut out = self.lock();
        out.closing.get_or_insert(CloseReason::Restarting);
        out.waiting = VecDeque::new();
        // It may have gone already.
        let _ = socket2::SockRef::from(&self.stream).shutdown(std::net::Shutdown::Write);
    }

    fn lock(&self) -> MutexGuard<'_, Out> {
        // Plain values, whole between any two statements that can panic.
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bell for Connection {
    fn ring(&self, ring: Ring) -> bool {
        if self.closing().is_some() {
            return false;
        }
        let mut rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        if rings.len() >= RING_CAPACITY {
            return false;
        }
        rings.push_back(ring);
        drop(rings);
        self.wake.notify_one();
        true
    }
}
