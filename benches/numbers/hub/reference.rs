//! The least a server can do: one epoll, and for each message one write of the same bytes to each socket. It
//! knows nobody, checks nothing and remembers nothing, so what it costs is what the kernel costs.

use std::{
    io::{ErrorKind, Read, Write},
    net::SocketAddr,
};

use mio::{
    Events, Interest, Poll, Token,
    net::{TcpListener, TcpStream},
};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::child::say;

const LISTENER: Token = Token(usize::MAX - 1);
const PUBLISHERS: Token = Token(usize::MAX - 2);
const PUBLISHER: Token = Token(usize::MAX - 3);

/// Runs the child: says where it listens, and where lines are taken to be published.
pub fn run() {
    let listen = |_| TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let mut server = Server {
        poll: Poll::new().unwrap(),
        listeners: [(); 2].map(listen),
        sockets: Vec::new(),
        publisher: None,
        lines: Vec::new(),
    };
    let [sockets, publishers] = &mut server.listeners;
    let registry = server.poll.registry();
    registry.register(sockets, LISTENER, Interest::READABLE).unwrap();
    registry.register(publishers, PUBLISHERS, Interest::READABLE).unwrap();
    let [sockets, publishers] = [&*sockets, &*publishers].map(|l| l.local_addr().unwrap());
    say(&format!("{sockets} {publishers}"));
    let mut events = Events::with_capacity(1_024);
    loop {
        server.poll.poll(&mut events, None).unwrap();
        for event in &events {
            server.on_ready(event.token());
        }
    }
}

struct Server {
    poll: Poll,
    listeners: [TcpListener; 2],
    /// By token; what is closed leaves its place empty.
    sockets: Vec<Option<Socket>>,
    publisher: Option<TcpStream>,
    /// Bytes of a line that has not come to its end.
    lines: Vec<u8>,
}

struct Socket {
    stream: TcpStream,
    upgraded: bool,
    closed: bool,
    /// What the socket has not taken: without a bound, as whoever does not think of it would do.
    waiting: Vec<u8>,
}

impl Server {
    fn on_ready(&mut self, token: Token) {
        match token {
            LISTENER => self.accept(),
            PUBLISHERS => {
                let (mut stream, _) = self.listeners[1].accept().unwrap();
                self.poll.registry().register(&mut stream, PUBLISHER, Interest::READABLE).unwrap();
                self.publisher = Some(stream);
            }
            PUBLISHER => self.publish(),
            Token(index) => {
                let Some(socket) = &mut self.sockets[index] else { return };
                socket.on_ready();
                if socket.closed {
                    self.sockets[index] = None;
                }
            }
        }
    }

    fn accept(&mut self) {
        while let Ok((mut stream, _)) = self.listeners[0].accept() {
            stream.set_nodelay(true).unwrap();
            let token = Token(self.sockets.len());
            let both = Interest::READABLE | Interest::WRITABLE;
            self.poll.registry().register(&mut stream, token, both).unwrap();
            self.sockets.push(Some(Socket {
                stream,
                upgraded: false,
                closed: false,
                waiting: Vec::new(),
            }));
        }
    }

    /// Writes all that waits to be published to everybody, in one write each.
    fn publish(&mut self) {
        let Some(publisher) = &mut self.publisher else { return };
        let mut buffer = [0; 64 << 10];
        loop {
            match publisher.read(&mut buffer) {
                Ok(0) => std::process::exit(0),
                Ok(read) => self.lines.extend_from_slice(&buffer[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => std::process::exit(0),
            }
        }
        let Some(end) = self.lines.iter().rposition(|byte| *byte == b'\n') else { return };
        let mut frames = Vec::new();
        for line in self.lines[..end].split(|byte| *byte == b'\n') {
            frames.extend_from_slice(&[0x81, 126]);
            frames.extend_from_slice(&u16::try_from(line.len()).unwrap().to_be_bytes());
            frames.extend_from_slice(line);
        }
        self.lines.drain(..=end);
        for socket in self.sockets.iter_mut().flatten().filter(|socket| socket.upgraded) {
            socket.write(&frames);
        }
    }
}

impl Socket {
    fn on_ready(&mut self) {
        if !self.waiting.is_empty() {
            let waiting = std::mem::take(&mut self.waiting);
            self.write(&waiting);
        }
        let mut buffer = [0; 4 << 10];
        let read = match self.stream.read(&mut buffer) {
            Ok(read) if read > 0 => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            Ok(_) | Err(_) => {
                self.closed = true;
                return;
            }
        };
        // Requests are small and come whole; whatever else a client says is not listened to.
        let text = String::from_utf8_lossy(&buffer[..read]);
        let key = text.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: "));
        if let (false, Some(key)) = (self.upgraded, key) {
            let accept = derive_accept_key(key.as_bytes());
            let answer = format!(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                 Sec-WebSocket-Accept: {accept}\r\n\r\n"
            );
            self.write(answer.as_bytes());
            self.upgraded = true;
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        if self.waiting.is_empty() {
            let written = self.stream.write(bytes).unwrap_or(0);
            self.waiting.extend_from_slice(&bytes[written..]);
        } else {
            self.waiting.extend_from_slice(bytes);
        }
    }
}
