//! The one that publishes, each server in the way it offers.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
};

use crate::hub::{kind::Kind, payload};

/// A connection of its own, beside those that listen.
pub struct Publisher {
    kind: Kind,
    stream: TcpStream,
}

impl Publisher {
    pub fn connect(kind: Kind, address: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        if kind == Kind::Nats {
            stream.write_all(b"CONNECT {\"verbose\":false,\"pedantic\":false}\r\n").unwrap();
        }
        stream.set_nonblocking(true).unwrap();
        Self { kind, stream }
    }

    /// Sends message `number`.
    pub fn publish(&mut self, number: u64) {
        let text = payload::text(number);
        let bytes = match self.kind {
            Kind::Ours => format!("{number}\n"),
            Kind::Reference | Kind::SocketIo | Kind::Ws => format!("{text}\n"),
            Kind::Nats => format!("PUB m {}\r\n{text}\r\n", text.len()),
            Kind::Nchan => format!(
                "POST /pub HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {}\r\n\r\n{text}",
                text.len()
            ),
        };
        self.write(bytes.as_bytes());
        self.read_answers();
    }

    fn write(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
                Err(error) => panic!("publishing to {}: {error}", self.kind.name()),
            }
        }
    }

    /// Reads what the server says to it, so that it goes on listening.
    fn read_answers(&mut self) {
        let mut buffer = [0; 16 << 10];
        while let Ok(read) = self.stream.read(&mut buffer) {
            if self.kind == Kind::Nats && buffer[..read].starts_with(b"PING") {
                self.write(b"PONG\r\n");
            }
            if read < buffer.len() {
                return;
            }
        }
    }
}
