//! The client that all servers are measured with: one thread, one epoll, any number of sockets. It is cheaper
//! than any of them, and checks that every message came once and in order.
//!
//! It is a process of its own on a core of its own, and does what it is told on its standard input, a line for
//! each: `connect N`, `idle S`, `rate PER_S S`, `flood W S`, `stall N`, `heal`, `away N`,
//! `move SERVER PUBLISH PROCESSES`, `look VIEWS SHARE`, `fleet UNITS PER_S`, `watch S`. It answers each with a line of JSON.

mod arrivals;
mod dialect;
mod frame;
mod publisher;
mod reporter;
mod socket;
mod tally;

use std::{
    io::BufRead,
    net::SocketAddr,
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token};
use serde::Serialize;

use self::{
    dialect::Talk,
    publisher::Publisher,
    reporter::Reporter,
    socket::Socket,
    tally::{Begun, Tally},
};
use super::{
    figures::{Back, Came, Met, Took, Watched},
    fleet::{self, Pace},
    kind::Kind,
    process::{Processes, Used},
};
use crate::child::say;

/// Sockets on their way at a time: a listener's queue is about a thousand.
const AT_ONCE: usize = 256;
/// Bytes read at a time.
const BUFFER: usize = 512 << 10;
/// How long anything may take before the numbers are those of a failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the child until its input ends.
pub fn run(kind: &str, server: &str, publish: &str, processes: &str) {
    let mut load = Load {
        kind: Kind::named(kind).unwrap(),
        server: server.parse().unwrap(),
        publisher: Publisher::connect(Kind::named(kind).unwrap(), publish.parse().unwrap()),
        processes: Processes::read(processes),
        own: Processes::read(&std::process::id().to_string()),
        poll: Poll::new().unwrap(),
        events: Events::with_capacity(1_024),
        sockets: Vec::new(),
        buffer: vec![0; BUFFER],
        tally: Tally::default(),
        look: None,
        reporter: None,
    };
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        say(&load.obey(&words));
    }
}

struct Load {
    kind: Kind,
    server: SocketAddr,
    publisher: Publisher,
    processes: Processes,
    own: Processes,
    poll: Poll,
    events: Events,
    sockets: Vec<Socket>,
    buffer: Vec<u8>,
    tally: Tally,
    /// Who connects looks at one of so many views, each that share of the map.
    look: Option<(usize, f64)>,
    reporter: Option<Reporter>,
}

impl Load {
    fn obey(&mut self, words: &[&str]) -> String {
        let number = |word: &str| word.parse::<usize>().unwrap();
        let seconds = |word: &str| Duration::from_secs(word.parse().unwrap());
        match words {
            ["connect", sockets] => {
                let talks = (0..number(sockets)).map(|socket| self.talk(socket)).collect();
                json(&self.connect(talks))
            }
            ["idle", time] => {
                self.run_for(seconds(time));
                json(&())
            }
            ["rate", per_second, time] => {
                let every = Duration::from_secs(1) / u32::try_from(number(per_second)).unwrap();
                json(&self.rate(every, seconds(time)))
            }
            ["flood", in_flight, time] => json(&self.flood(number(in_flight), seconds(time))),
            ["stall", sockets] => {
                let last = self.sockets.len() - number(sockets);
                self.sockets[last..].iter_mut().for_each(|socket| socket.talk.stalled = true);
                json(&())
            }
            ["heal"] => json(&self.heal()),
            ["move", server, publish, processes] => {
                self.server = server.parse().unwrap();
                self.publisher = Publisher::connect(self.kind, publish.parse().unwrap());
                self.processes = Processes::read(processes);
                json(&())
            }
            ["look", views, share] => {
                self.look = Some((number(views), share.parse().unwrap()));
                json(&())
            }
            ["fleet", units, per_second] => {
                let [units, per_second] = [units, per_second].map(|word| word.parse().unwrap());
                self.reporter = Some(Reporter::connect(self.server, Pace { units, per_second }));
                json(&())
            }
            ["watch", time] => json(&self.watch(seconds(time))),
            ["away", messages] => json(&self.away_and_back(number(messages))),
            other => panic!("no such order: {other:?}"),
        }
    }

    fn talk(&self, socket: usize) -> Talk {
        let view = self.look.map(|(views, share)| {
            let number = u32::try_from(socket % views).unwrap();
            fleet::view(number, share)
        });
        Talk::looking_at(view)
    }

    /// Opens a socket for each of `talks`, until all are subscribed.
    fn connect(&mut self, talks: Vec<Talk>) -> Took {
        let (used, began, wanted) = (self.processes.used(), Instant::now(), talks.len());
        let mut talks = talks.into_iter();
        let mut on_their_way = 0;
        self.sockets.clear();
        while self.sockets.len() < wanted || on_their_way > 0 {
            for talk in talks.by_ref().take(AT_ONCE - on_their_way) {
                let number = self.sockets.len();
                let mut socket = Socket::connect(self.server, number, talk);
                let both = Interest::READABLE | Interest::WRITABLE;
                self.poll.registry().register(socket.stream(), Token(number), both).unwrap();
                self.sockets.push(socket);
            }
            self.turn(Duration::from_millis(1));
            on_their_way = self.sockets.iter().filter(|socket| !socket.talk.live).count();
            assert!(self.tally.closed == 0, "{} closed a socket", self.kind.name());
            assert!(began.elapsed() < PATIENCE, "{} took too long", self.kind.name());
        }
        Took { wall: began.elapsed(), cpu: self.processes.used().since(used).all() }
    }

    /// Publishes one message each time `every` has passed.
    fn rate(&mut self, every: Duration, time: Duration) -> Came {
        let (begun, used) = self.begin();
        let mut due = Instant::now();
        while begun.elapsed() < time {
            if due <= Instant::now() {
                self.publish();
                due += every;
            }
            self.turn(due.saturating_duration_since(Instant::now()));
        }
        self.finish(&begun, used)
    }

    /// Publishes the next message whenever one of `in_flight` has reached everybody.
    fn flood(&mut self, in_flight: usize, time: Duration) -> Came {
        let (begun, used) = self.begin();
        while begun.elapsed() < time {
            while self.tally.published() - self.tally.complete < in_flight {
                self.publish();
            }
            self.turn(Duration::from_millis(10));
        }
        self.finish(&begun, used)
    }

    fn publish(&mut self) {
        let listening = self.sockets.iter().filter(|s| !s.talk.stalled && !s.is_closed()).count();
        let number = self.tally.publish(listening);
        self.publisher.publish(number);
    }

    fn begin(&mut self) -> (Begun, [Used; 2]) {
        (self.tally.begin(), [self.processes.used(), self.own.used()])
    }

    fn finish(&mut self, begun: &Begun, used: [Used; 2]) -> Came {
        let late = Instant::now();
        while !self.tally.is_complete() && late.elapsed() < PATIENCE {
            self.turn(Duration::from_millis(10));
        }
        let wall = begun.elapsed();
        let (server, client) =
            (self.processes.used().since(used[0]), self.own.used().since(used[1]));
        Came {
            messages: (self.tally.published() - begun.published) as u64,
            delivered: self.tally.delivered - begun.delivered,
            wall,
            cpu: server.all(),
            user: server.user,
            client: client.all(),
            p50: self.tally.to_last.median(),
            p99: self.tally.to_last.at(0.99),
            gaps: self.tally.gaps,
            repeats: self.tally.repeats,
            closed: self.tally.closed,
            missing: (self.tally.published() - self.tally.complete) as u64,
        }
    }

    /// Lets those who stalled read again, and waits until they know what all know or are closed.
    fn heal(&mut self) -> Met {
        let stalled: Vec<usize> =
            (0..self.sockets.len()).filter(|index| self.sockets[*index].talk.stalled).collect();
        let last = self.sockets[0].talk.last;
        for index in &stalled {
            let socket = &mut self.sockets[*index];
            socket.talk.stalled = false;
            // What came while it did not read was announced then, and is not announced again.
            socket.on_ready(self.kind, &mut self.buffer, &mut self.tally);
        }
        let began = Instant::now();
        let is_over = |socket: &Socket| socket.is_closed() || socket.talk.last >= last;
        while !stalled.iter().all(|index| is_over(&self.sockets[*index]))
            && began.elapsed() < Duration::from_secs(20)
        {
            self.turn(Duration::from_millis(10));
        }
        let met = |test: &dyn Fn(&Socket) -> bool| {
            stalled.iter().filter(|index| test(&self.sockets[**index])).count() as u64
        };
        Met {
            caught_up: met(&|socket| !socket.is_closed() && socket.talk.last >= last),
            closed: met(&Socket::is_closed),
            too_slow: self.tally.too_slow,
            boards: self.tally.boards,
            gaps: self.tally.gaps,
            silent: met(&|socket| !is_over(socket)),
        }
    }

    /// Cuts every socket, publishes to nobody, and comes back with all at once; waits until each has what it
    /// missed.
    fn away_and_back(&mut self, messages: usize) -> Back {
        let cut = |mut socket: Socket| std::mem::take(&mut socket.talk).again();
        let talks: Vec<Talk> = self.sockets.drain(..).map(cut).collect();
        let head = talks[0].last + messages as u64;
        // Until the server has seen that they are gone, and what is published is durable.
        self.run_for(Duration::from_secs(2));
        for _ in 0..messages {
            self.publish();
        }
        self.run_for(Duration::from_secs(1));
        let (begun, used) = self.begin();
        self.connect(talks);
        while !self.sockets.iter().all(|socket| socket.talk.last >= head)
            && begun.elapsed() < PATIENCE
        {
            self.turn(Duration::from_millis(1));
        }
        Back {
            wall: begun.elapsed(),
            cpu: self.processes.used().since(used[0]).all(),
            replayed: self.tally.delivered - begun.delivered,
            gaps: self.tally.gaps,
            repeats: self.tally.repeats,
            boards: self.tally.boards,
            behind: self.sockets.iter().filter(|socket| socket.talk.last < head).count() as u64,
        }
    }

    /// Counts the positions that come for a while.
    fn watch(&mut self, time: Duration) -> Watched {
        let (begun, used) = self.begin();
        let before = self.reporter.as_ref().map_or((0, 0, 0), |r| (r.taken, r.refused, r.late));
        self.run_for(time);
        let wall = begun.elapsed();
        let (server, client) =
            (self.processes.used().since(used[0]), self.own.used().since(used[1]));
        let after = self.reporter.as_ref().map_or((0, 0, 0), |r| (r.taken, r.refused, r.late));
        let arrivals = &self.tally.arrivals;
        Watched {
            frames: arrivals.frames,
            positions: arrivals.positions,
            taken: after.0 - before.0,
            refused: after.1 - before.1,
            late: after.2 - before.2,
            closed: self.tally.closed,
            wall,
            cpu: server.all(),
            client: client.all(),
            p50: arrivals.at(0.5),
            p99: arrivals.at(0.99),
        }
    }

    fn run_for(&mut self, time: Duration) {
        let began = Instant::now();
        while began.elapsed() < time {
            self.turn(time.saturating_sub(began.elapsed()));
        }
    }

    /// Waits for something to happen, at most `time`, and does what there is to do.
    fn turn(&mut self, time: Duration) {
        let nap = self.reporter.as_mut().map_or(time, |reporter| reporter.turn().min(time));
        match self.poll.poll(&mut self.events, Some(nap)) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => return,
            polled => polled.unwrap(),
        }
        for event in &self.events {
            let socket = &mut self.sockets[event.token().0];
            socket.on_ready(self.kind, &mut self.buffer, &mut self.tally);
        }
    }
}

fn json(figures: &impl Serialize) -> String {
    serde_json::to_string(figures).unwrap()
}
