//! The platform that reports where units are, over one connection of HTTP.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use jiaoying::clock::{Clock, SystemClock};

use crate::hub::fleet::{self, Pace};

/// Reports that come due one after another, until it is dropped.
pub struct Reporter {
    stream: TcpStream,
    pace: Pace,
    step: u32,
    due: Instant,
    clock: SystemClock,
    unsent: Vec<u8>,
    /// The end of what was answered last, in case it goes on.
    answer: Vec<u8>,
    /// Positions that the node has taken, and answers that were no yes.
    pub taken: u64,
    pub refused: u64,
    /// Reports that had to wait because the one before was not on its way.
    pub late: u64,
}

impl Reporter {
    pub fn connect(address: SocketAddr, pace: Pace) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_nonblocking(true).unwrap();
        Self {
            stream,
            pace,
            step: 0,
            due: Instant::now(),
            clock: SystemClock::new(),
            unsent: Vec::new(),
            answer: Vec::new(),
            taken: 0,
            refused: 0,
            late: 0,
        }
    }

    /// Reports what is due, and returns how long there is nothing to do.
    pub fn turn(&mut self) -> Duration {
        self.read_answers();
        if self.due <= Instant::now() {
            if self.unsent.is_empty() {
                self.report();
            } else {
                self.late += 1;
            }
            self.due += Pace::EVERY;
        }
        self.write();
        let soon = Duration::from_millis(1);
        let nap = self.due.saturating_duration_since(Instant::now());
        if self.unsent.is_empty() { nap } else { nap.min(soon) }
    }

    fn report(&mut self) {
        let at = self.clock.now();
        let mut body = String::from("[");
        for number in self.pace.reporting(self.step) {
            if body.len() > 1 {
                body.push(',');
            }
            fleet::write_report(&mut body, number, at);
        }
        body.push(']');
        self.step += 1;
        self.unsent = format!(
            "POST /api/v1/positions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer demo-gateway\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes();
    }

    fn write(&mut self) {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(written) => drop(self.unsent.drain(..written)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) => panic!("reporting positions: {error}"),
            }
        }
    }

    fn read_answers(&mut self) {
        let mut buffer = [0; 16 << 10];
        while let Ok(read) = self.stream.read(&mut buffer) {
            assert!(read > 0, "the node hung up on the platform");
            self.answer.extend_from_slice(&buffer[..read]);
            while let Some(end) = self.answer.iter().position(|byte| *byte == b'}') {
                let answer: Vec<u8> = self.answer.drain(..=end).collect();
                let text = String::from_utf8_lossy(&answer);
                let accepted = text.split_once(r#""accepted":"#).map(|(_, rest)| rest);
                let digits = accepted.and_then(|rest| rest.split([',', '}']).next()?.parse().ok());
                self.taken += digits.unwrap_or(0_u64);
                self.refused += u64::from(digits.is_none() || text.contains("refusals\":[{"));
            }
        }
    }
}
