//! What the load client has found out, as it tells it.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// What opening all sockets took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Took {
    pub wall: Duration,
    /// Of the server.
    pub cpu: Duration,
}

/// What came of what was published.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Came {
    pub messages: u64,
    pub delivered: u64,
    pub wall: Duration,
    /// Of the server, and the part of it outside the kernel; of the client.
    pub cpu: Duration,
    pub user: Duration,
    pub client: Duration,
    /// From publishing to the last socket.
    pub p50: Duration,
    pub p99: Duration,
    pub gaps: u64,
    pub repeats: u64,
    pub closed: u64,
    /// Messages that not everybody has got.
    pub missing: u64,
}

#[expect(clippy::cast_precision_loss, reason = "far below what a float holds")]
impl Came {
    /// Returns what one delivery costs the server, in microseconds.
    pub fn each_us(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.delivered as f64
    }

    pub fn each_user_us(&self) -> f64 {
        self.user.as_secs_f64() * 1e6 / self.delivered as f64
    }

    /// Returns deliveries for each second of the server's processor.
    pub fn per_cpu_s(&self) -> f64 {
        self.delivered as f64 / self.cpu.as_secs_f64()
    }

    /// Tells whether everything came everywhere, once and in order.
    pub fn is_whole(&self) -> bool {
        (self.gaps, self.repeats, self.closed, self.missing) == (0, 0, 0, 0)
    }
}

/// What came of positions that were reported.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Watched {
    pub frames: u64,
    pub positions: u64,
    /// Positions that the node took in.
    pub taken: u64,
    pub refused: u64,
    pub late: u64,
    pub closed: u64,
    pub wall: Duration,
    pub cpu: Duration,
    pub client: Duration,
    /// From the report to the screen.
    pub p50: Duration,
    pub p99: Duration,
}

#[expect(clippy::cast_precision_loss, reason = "far below what a float holds")]
impl Watched {
    /// Returns positions told for each second of the server's processor.
    pub fn per_cpu_s(&self) -> f64 {
        self.positions as f64 / self.cpu.as_secs_f64()
    }

    /// Returns how much of a processor the server took.
    pub fn cores(&self) -> f64 {
        self.cpu.as_secs_f64() / self.wall.as_secs_f64()
    }

    /// Tells whether everything that was reported was taken, and nobody was closed.
    pub fn is_whole(&self) -> bool {
        (self.refused, self.closed) == (0, 0)
    }
}

impl fmt::Display for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each_s = |count: u64| count as f64 / self.wall.as_secs_f64();
        write!(
            f,
            "{:.0} positions a second in, {:.0} out in {:.0} frames; {:.2} core, the client {:.2}; p50 {} ms, p99 {} ms{}{}",
            each_s(self.taken),
            each_s(self.positions),
            each_s(self.frames),
            self.cores(),
            self.client.as_secs_f64() / self.wall.as_secs_f64(),
            self.p50.as_millis(),
            self.p99.as_millis(),
            if self.late > 0 { format!("; {} reports late", self.late) } else { String::new() },
            if self.is_whole() { "" } else { "; NOT WHOLE" },
        )
    }
}

/// What became of sockets that did not read for a while.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Met {
    pub caught_up: u64,
    pub closed: u64,
    /// Of those closed, with the code that says so.
    pub too_slow: u64,
    pub boards: u64,
    pub gaps: u64,
    /// Neither up to date nor closed.
    pub silent: u64,
}

/// What came to sockets that were away.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Back {
    pub wall: Duration,
    pub cpu: Duration,
    pub replayed: u64,
    pub gaps: u64,
    pub repeats: u64,
    pub boards: u64,
    pub behind: u64,
}
