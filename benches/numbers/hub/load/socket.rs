//! One of the sockets that listen.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use mio::net::TcpStream;
use socket2::{Domain, SockRef, Socket as Bare, Type};

use super::{
    dialect::{self, Talk},
    frame::{BINARY, CLOSE, Frame, PING, PONG, TEXT, masked},
    tally::Tally,
};
use crate::hub::kind::Kind;

/// Close code of a client that was too slow and may resume.
const TOO_SLOW: [u8; 2] = 4008_u16.to_be_bytes();
/// Sockets from one address of this machine: there are about 28,000 ports for each.
const PER_ADDRESS: usize = 8_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Connecting,
    Upgrading,
    Open,
    Closed,
}

/// A socket and what it has said and heard.
pub struct Socket {
    stream: TcpStream,
    stage: Stage,
    number: usize,
    pub talk: Talk,
    /// Bytes of a frame that is not whole yet.
    rest: Vec<u8>,
}

impl Socket {
    /// Begins to connect.
    pub fn connect(server: SocketAddr, number: usize, talk: Talk) -> Self {
        let bare = Bare::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let from = u8::try_from(2 + number / PER_ADDRESS).unwrap();
        bare.bind(&SocketAddr::from((Ipv4Addr::new(127, 0, 0, from), 0)).into()).unwrap();
        bare.set_nonblocking(true).unwrap();
        bare.set_tcp_nodelay(true).unwrap();
        // It is gone at once when it is cut, and leaves its port to the next.
        bare.set_linger(Some(Duration::ZERO)).unwrap();
        match bare.connect(&server.into()) {
            Err(error) if error.raw_os_error() != Some(IN_PROGRESS) => panic!("{error}"),
            _ => {}
        }
        let stream = TcpStream::from_std(bare.into());
        Self { stream, stage: Stage::Connecting, number, talk, rest: Vec::new() }
    }

    pub fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    pub fn is_closed(&self) -> bool {
        self.stage == Stage::Closed
    }

    /// Does what there is to do; `buffer` is as good as empty before and after.
    pub fn on_ready(&mut self, kind: Kind, buffer: &mut [u8], tally: &mut Tally) {
        if self.stage == Stage::Connecting {
            if let Some(error) = SockRef::from(&self.stream).take_error().unwrap() {
                panic!("connecting to {}: {error}", kind.name());
            }
            if self.stream.peer_addr().is_err() {
                return;
            }
            self.stage = Stage::Upgrading;
            self.say(dialect::request(kind).as_bytes());
            return;
        }
        while !self.talk.stalled && !self.is_closed() && self.read(kind, buffer, tally) {}
    }

    /// Reads once; tells whether there may be more.
    fn read(&mut self, kind: Kind, buffer: &mut [u8], tally: &mut Tally) -> bool {
        let kept = self.rest.len();
        buffer[..kept].copy_from_slice(&self.rest);
        let read = match self.stream.read(&mut buffer[kept..]) {
            Ok(0) => return self.close(tally),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
            Err(_) => return self.close(tally),
        };
        tally.bytes += read as u64;
        let full = kept + read == buffer.len();
        let mut bytes = &buffer[..kept + read];
        self.rest.clear();
        if self.stage == Stage::Upgrading {
            let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
                self.rest.extend_from_slice(bytes);
                return full;
            };
            let answer = String::from_utf8_lossy(&bytes[..end]);
            assert!(answer.starts_with("HTTP/1.1 101"), "{} said {answer}", kind.name());
            self.stage = Stage::Open;
            bytes = &bytes[end + 4..];
            let hello = dialect::hello(kind, &mut self.talk, self.number);
            self.say(&hello);
        }
        while let Some(frame) = Frame::first(bytes) {
            self.hear(kind, frame.opcode, &bytes[frame.payload.clone()], tally);
            bytes = &bytes[frame.payload.end..];
        }
        self.rest.extend_from_slice(bytes);
        // Less than there was room for: nothing is left, and the next bytes are announced.
        full
    }

    fn hear(&mut self, kind: Kind, opcode: u8, payload: &[u8], tally: &mut Tally) {
        match opcode {
            TEXT | BINARY => {
                if let Some(reply) = dialect::hear(kind, &mut self.talk, payload, tally) {
                    self.say(&reply);
                }
            }
            PING => self.say(&masked(PONG, payload)),
            CLOSE => tally.too_slow += u64::from(payload.starts_with(&TOO_SLOW)),
            _ => tally.others += 1,
        }
    }

    /// What a client says is small and always fits.
    fn say(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            // A server that has gone is noticed when it is read from.
            let _ = self.stream.write(bytes);
        }
    }

    fn close(&mut self, tally: &mut Tally) -> bool {
        self.stage = Stage::Closed;
        tally.closed += 1;
        false
    }
}

/// Linux's number for a connection that is on its way.
const IN_PROGRESS: i32 = 115;
