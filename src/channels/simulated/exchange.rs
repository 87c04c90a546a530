//! The switchboard: which calls are in progress, which lines they hold, which receipt is due next.
//! Synchronous; time is an argument.
//!
//! Invariants: never more lines taken than there are; a key is honoured for as long as it is remembered;
//! after ringing off, one receipt at most comes.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap, HashMap, VecDeque},
    time::Duration,
};

use tokio::sync::mpsc::{self, error::TrySendError};

use super::{
    call_log::{CallLog, Rang},
    course::Plan,
    model::Carrier,
};
use crate::{
    channels::{Call, Capacity, PlaceError, Receipt},
    domain::{ids::AttemptId, time::Timestamp},
};

/// A call's place in the order of placing.
type Serial = u64;

pub(super) struct Exchange {
    carrier: Carrier,
    capacity: Capacity,
    /// `None`: this gateway does not honour keys.
    keys: Option<Keys>,
    log: Option<CallLog>,
    speed: f64,
    /// Calls known, over or not; beyond it the oldest that is over is forgotten.
    remembered: usize,
    calls: HashMap<Serial, Placed>,
    next_serial: Serial,
    /// Lines taken, by when they are free again.
    lines: BTreeSet<(Timestamp, Serial)>,
    /// Calls in progress, by attempt.
    in_progress: BTreeSet<(AttemptId, Serial)>,
    /// When each call tells next. An entry that is not its call's next time is void.
    due: BinaryHeap<Reverse<(Timestamp, Serial)>>,
    /// Calls that are over, longest over first.
    over: VecDeque<Serial>,
    /// The last calls taken, as many as are taken in a second.
    taken: VecDeque<Timestamp>,
}

/// What is known by key.
#[derive(Default)]
struct Keys {
    known: HashMap<String, Serial>,
    /// Calls of an earlier process, by when they rang.
    earlier: HashMap<String, Timestamp>,
}

struct Placed {
    key: String,
    attempt: AttemptId,
    receipts: mpsc::Sender<Receipt>,
    at: Timestamp,
    speed: f64,
    plan: Plan,
    /// Reports told.
    told: usize,
    /// Whether it stands in [`Exchange::over`].
    listed_over: bool,
}

/// When the exchange has something to tell.
pub(super) enum Next {
    At(Timestamp),
    /// A receipt is due, and there is no room for it. Others wait behind it: all go to one worker.
    WhenRoom(mpsc::Sender<Receipt>),
    Never,
}

impl Exchange {
    pub(super) fn new(carrier: Carrier, capacity: Capacity, remembered: usize, speed: f64) -> Self {
        Self {
            carrier,
            capacity,
            keys: None,
            log: None,
            speed,
            remembered,
            calls: HashMap::new(),
            next_serial: 0,
            lines: BTreeSet::new(),
            in_progress: BTreeSet::new(),
            due: BinaryHeap::new(),
            over: VecDeque::new(),
            taken: VecDeque::new(),
        }
    }

    /// Honours keys from now on, those of `earlier` calls too: a carrier does not forget because we died.
    pub(super) fn honour_keys(&mut self, earlier: impl IntoIterator<Item = (String, Timestamp)>) {
        let earlier = earlier.into_iter().collect();
        self.keys = Some(Keys { earlier, ..Keys::default() });
    }

    pub(super) fn write_to(&mut self, log: CallLog) {
        self.log = Some(log);
    }

    /// Makes calls placed from now on live `speed` times as fast.
    pub(super) fn set_speed(&mut self, speed: f64) {
        self.speed = speed;
    }

    pub(super) fn lines_taken(&mut self, now: Timestamp) -> usize {
        self.free_lines(now);
        self.lines.len()
    }

    pub(super) fn place(
        &mut self,
        now: Timestamp,
        call: &Call,
        receipts: mpsc::Sender<Receipt>,
    ) -> Result<(), PlaceError> {
        self.free_lines(now);
        if let Some(serial) = self.known(&call.key) {
            self.tell_again(now, serial, receipts);
            return Ok(());
        }
        let rang_at = self.keys.as_ref().and_then(|keys| keys.earlier.get(&call.key)).copied();
        let placed = Placed {
            key: call.key.clone(),
            attempt: call.attempt,
            receipts,
            at: rang_at.unwrap_or(now),
            speed: self.speed,
            plan: self.carrier.plan(call),
            told: 0,
            listed_over: false,
        };
        if placed.line_free_at() > now {
            self.find_line()?;
        }
        if rang_at.is_none() {
            self.keep_to_rate(now)?;
        }
        self.make_room(now)?;
        if rang_at.is_none() {
            self.ring(now, call)?;
        }
        self.admit(now, placed);
        Ok(())
    }

    /// Hangs up every call of `attempt` that is in progress.
    pub(super) fn ring_off(&mut self, now: Timestamp, attempt: AttemptId) {
        self.free_lines(now);
        let calls = (attempt, Serial::MIN)..=(attempt, Serial::MAX);
        let serials: Vec<Serial> =
            self.in_progress.range(calls).map(|(_, serial)| *serial).collect();
        for serial in serials {
            let Some(call) = self.calls.get_mut(&serial) else { continue };
            self.lines.remove(&(call.line_free_at(), serial));
            self.in_progress.remove(&(attempt, serial));
            call.ring_off(now);
            self.arm(now, serial);
        }
    }

    /// Tells what is due, in order, until there is no room; returns when to ask again.
    pub(super) fn tell_due(&mut self, now: Timestamp) -> Next {
        self.free_lines(now);
        while let Some(&Reverse((due, serial))) = self.due.peek() {
            if due > now {
                return Next::At(due);
            }
            let next = self.calls.get(&serial).and_then(Placed::next_receipt);
            if let Some((at, receipt)) = next
                && at == due
                && let Some(call) = self.calls.get_mut(&serial)
            {
                match call.receipts.try_send(receipt) {
                    Err(TrySendError::Full(_)) => {
                        return Next::WhenRoom(call.receipts.clone());
                    }
                    Err(TrySendError::Closed(receipt)) => {
                        tracing::debug!(?receipt, "nobody listens for this receipt any more");
                    }
                    Ok(()) => {}
                }
                call.told += 1;
                self.due.pop();
                self.arm(now, serial);
            } else {
                self.due.pop();
            }
        }
        Next::Never
    }

    fn known(&self, key: &str) -> Option<Serial> {
        self.keys.as_ref()?.known.get(key).copied()
    }

    /// Answers a repeated key: nothing rings, and every receipt comes again.
    fn tell_again(&mut self, now: Timestamp, serial: Serial, receipts: mpsc::Sender<Receipt>) {
        if let Some(call) = self.calls.get_mut(&serial) {
            call.receipts = receipts;
            call.told = 0;
        }
        self.arm(now, serial);
    }

    fn find_line(&self) -> Result<(), PlaceError> {
        let lines = self.capacity.at_once.map_or(u32::MAX, u32::from);
        if self.lines.len() >= lines as usize {
            return Err(PlaceError::NoLine);
        }
        Ok(())
    }

    fn keep_to_rate(&mut self, now: Timestamp) -> Result<(), PlaceError> {
        let Some(per_second) = self.capacity.per_second else { return Ok(()) };
        let second = Duration::from_secs(1).div_f64(self.speed);
        while self.taken.front().is_some_and(|taken| *taken + second <= now) {
            self.taken.pop_front();
        }
        match self.taken.front() {
            Some(oldest) if self.taken.len() >= u32::from(per_second) as usize => {
                Err(PlaceError::TooFast { retry_after: (*oldest + second).since(now) })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Forgets the call that has been over for longest when no more can be remembered.
    fn make_room(&mut self, now: Timestamp) -> Result<(), PlaceError> {
        while self.calls.len() >= self.remembered {
            let serial = self.over.pop_front().ok_or(PlaceError::NoLine)?;
            let Some(call) = self.calls.get_mut(&serial) else { continue };
            call.listed_over = false;
            // One that is being told again is not over; it is listed again when it is.
            if call.is_over(now)
                && let Some(call) = self.calls.remove(&serial)
                && let Some(keys) = &mut self.keys
            {
                keys.known.remove(&call.key);
            }
        }
        Ok(())
    }

    /// Rings: from here on the call has been made, whatever becomes of us.
    fn ring(&mut self, now: Timestamp, call: &Call) -> Result<(), PlaceError> {
        if let Some(log) = &mut self.log {
            log.append(&Rang::new(call, now)).map_err(|error| PlaceError::Down {
                reason: format!("the call log cannot be written: {error}").into(),
            })?;
        }
        if self.capacity.per_second.is_some() {
            self.taken.push_back(now);
        }
        Ok(())
    }

    fn admit(&mut self, now: Timestamp, call: Placed) {
        let serial = self.next_serial;
        self.next_serial += 1;
        if let Some(keys) = &mut self.keys {
            keys.earlier.remove(&call.key);
            keys.known.insert(call.key.clone(), serial);
        }
        if call.line_free_at() > now {
            self.lines.insert((call.line_free_at(), serial));
            self.in_progress.insert((call.attempt, serial));
        }
        self.calls.insert(serial, call);
        self.arm(now, serial);
    }

    /// Lines fall free by time alone, whether or not anybody takes the receipts.
    fn free_lines(&mut self, now: Timestamp) {
        while let Some((free_at, serial)) = self.lines.first().copied()
            && free_at <= now
        {
            self.lines.pop_first();
            if let Some(call) = self.calls.get(&serial) {
                self.in_progress.remove(&(call.attempt, serial));
            }
            self.list_if_over(now, serial);
        }
    }

    /// Puts the call down for its next receipt.
    fn arm(&mut self, now: Timestamp, serial: Serial) {
        let next = self.calls.get(&serial).and_then(Placed::next_receipt);
        match next {
            Some((at, _)) => self.due.push(Reverse((at, serial))),
            None => self.list_if_over(now, serial),
        }
    }

    fn list_if_over(&mut self, now: Timestamp, serial: Serial) {
        if let Some(call) = self.calls.get_mut(&serial)
            && call.is_over(now)
            && !call.listed_over
        {
            call.listed_over = true;
            self.over.push_back(serial);
        }
    }
}

impl Placed {
    fn next_receipt(&self) -> Option<(Timestamp, Receipt)> {
        let report = self.plan.reports.get(self.told)?;
        let receipt = Receipt {
            attempt: self.attempt,
            outcome: report.outcome.clone(),
            at: self.after(report.happens),
        };
        Some((self.after(report.told), receipt))
    }

    fn line_free_at(&self) -> Timestamp {
        self.after(self.plan.line_free_after)
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.told == self.plan.reports.len() && self.line_free_at() <= now
    }

    fn ring_off(&mut self, now: Timestamp) {
        self.plan.cut(now.since(self.at).mul_f64(self.speed), self.told);
    }

    /// Returns when the clock shows what is so long after placing in the carrier's time.
    fn after(&self, length: Duration) -> Timestamp {
        self.at + length.div_f64(self.speed)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::{super::chance::Chance, *};
    use crate::{
        channels::{
            sample,
            simulated::{Behaviour, Reporting},
        },
        domain::{callout::attempt::Outcome, person::Channel},
    };

    const LINES: usize = 7;

    /// A storm of calls and hang-ups, checked after each step against a list of calls and an
    /// understanding of lines that shares nothing with the exchange but the carrier's plans.
    #[test]
    fn lines_are_never_exceeded_in_a_storm_of_calls_and_hang_ups() {
        for seed in 0..60 {
            let mut storm = Storm::new(seed);
            for _ in 0..2_000 {
                storm.step();
            }
            assert!(storm.refused > 0, "seed {seed}: the lines were never full");
            storm.end();
        }
    }

    #[test]
    fn memory_is_bounded_and_what_is_in_progress_is_never_forgotten() {
        let carrier = Carrier::new(1, Behaviour::perfect()).unwrap();
        let mut exchange = Exchange::new(carrier, Capacity::default(), 100, 1.0);
        exchange.honour_keys([]);
        let (receipts, mut told) = mpsc::channel(10_000);
        for n in 0..5_000_u64 {
            // A call lasts 28.5 s, so never more than 29 are in progress.
            let now = second(n);
            exchange.tell_due(now);
            exchange.place(now, &sample::call(n, Channel::Voice), receipts.clone()).unwrap();
            while told.try_recv().is_ok() {}
            assert!(exchange.calls.len() <= 100);
            assert!(exchange.over.len() + exchange.lines.len() <= 100);
            assert!(exchange.due.len() <= 100);
            assert!(exchange.keys.as_ref().unwrap().known.len() <= 100);
        }
        // With everything remembered in progress, no more is taken.
        let now = second(9_000);
        exchange.tell_due(now);
        let mut place =
            |n| exchange.place(now, &sample::call(10_000 + n, Channel::Voice), receipts.clone());
        assert!((0..100_u64).all(|n| place(n).is_ok()));
        assert_eq!(place(100), Err(PlaceError::NoLine));
    }

    #[test]
    fn a_key_told_again_and_again_costs_no_memory() {
        let carrier = Carrier::new(1, Behaviour::perfect()).unwrap();
        let mut exchange = Exchange::new(carrier, Capacity::default(), 10, 1.0);
        exchange.honour_keys([]);
        let (receipts, mut told) = mpsc::channel(10);
        let call = sample::call(1, Channel::Voice);
        for n in 0..1_000 {
            exchange.place(second(n), &call, receipts.clone()).unwrap();
            exchange.tell_due(second(n));
            while told.try_recv().is_ok() {}
        }
        assert_eq!((exchange.calls.len(), exchange.over.len(), exchange.due.len()), (1, 1, 0));
    }

    #[test]
    fn a_call_that_is_being_told_again_is_not_forgotten() {
        let carrier = Carrier::new(1, Behaviour::perfect()).unwrap();
        let mut exchange = Exchange::new(carrier, Capacity::default(), 2, 1.0);
        exchange.honour_keys([]);
        let (receipts, mut told) = mpsc::channel(10);
        let place = |exchange: &mut Exchange, at, n| {
            exchange.place(second(at), &sample::call(n, Channel::Voice), receipts.clone())
        };
        place(&mut exchange, 0, 1).unwrap();
        place(&mut exchange, 1, 2).unwrap();
        exchange.tell_due(second(60));
        // The first is the oldest that is over, but its receipts are on their way again.
        place(&mut exchange, 60, 1).unwrap();
        place(&mut exchange, 60, 3).unwrap();
        while told.try_recv().is_ok() {}
        exchange.tell_due(second(60));
        let first = std::iter::from_fn(|| told.try_recv().ok())
            .filter(|receipt| receipt.attempt.obligation.0 == 1);
        assert_eq!(first.count(), 3);
    }

    /// A call as the storm remembers it.
    struct Known {
        attempt: AttemptId,
        at: Timestamp,
        plan: Plan,
        rung_off: Option<Timestamp>,
    }

    impl Known {
        fn holds_line(&self, now: Timestamp) -> bool {
            self.rung_off.is_none() && now < self.at + self.plan.line_free_after
        }
    }

    struct Storm {
        chance: Chance,
        now: Timestamp,
        exchange: Exchange,
        carrier: Carrier,
        receipts: mpsc::Sender<Receipt>,
        told: mpsc::Receiver<Receipt>,
        calls: Vec<Known>,
        received: Vec<(Timestamp, Receipt)>,
        refused: u32,
    }

    impl Storm {
        fn new(seed: u64) -> Self {
            let reporting = Reporting { lost: 0.0, ..Reporting::default() };
            let behaviour = Behaviour { reporting, ..Behaviour::realistic() };
            let carrier = Carrier::new(seed, behaviour).unwrap();
            let lines = NonZeroU32::new(u32::try_from(LINES).unwrap());
            let capacity = Capacity { at_once: lines, per_second: None };
            let mut exchange = Exchange::new(carrier.clone(), capacity, 10_000, 1.0);
            exchange.honour_keys([]);
            let (receipts, told) = mpsc::channel(1_000);
            Self {
                chance: Chance::about(seed, &["storm"]),
                now: second(0),
                exchange,
                carrier,
                receipts,
                told,
                calls: Vec::new(),
                received: Vec::new(),
                refused: 0,
            }
        }

        fn step(&mut self) {
            match self.chance.below(10) {
                0..5 => self.place(),
                5..7 => self.ring_off(),
                _ => self.now = self.now + Duration::from_millis(self.chance.below(20_000)),
            }
            self.listen();
            let held = self.lines_held();
            assert!(held <= LINES);
            assert_eq!(self.exchange.lines_taken(self.now), held);
            assert_eq!(self.exchange.in_progress.len(), held);
        }

        fn place(&mut self) {
            let call = sample::call(self.calls.len() as u64, Channel::Voice);
            let has_room = self.lines_held() < LINES;
            match self.exchange.place(self.now, &call, self.receipts.clone()) {
                Ok(()) => {
                    assert!(has_room);
                    let plan = self.carrier.plan(&call);
                    let (attempt, at) = (call.attempt, self.now);
                    self.calls.push(Known { attempt, at, plan, rung_off: None });
                }
                Err(error) => {
                    assert_eq!(error, PlaceError::NoLine);
                    assert!(!has_room);
                    self.refused += 1;
                }
            }
        }

        fn ring_off(&mut self) {
            let recent = self.calls.len().saturating_sub(2 * LINES) as u64;
            let chosen = recent + self.chance.below(2 * LINES as u64);
            let Some(call) = self.calls.get_mut(usize::try_from(chosen).unwrap()) else { return };
            self.exchange.ring_off(self.now, call.attempt);
            if call.holds_line(self.now) {
                call.rung_off = Some(self.now);
            }
        }

        fn listen(&mut self) {
            self.exchange.tell_due(self.now);
            while let Ok(receipt) = self.told.try_recv() {
                self.received.push((self.now, receipt));
            }
        }

        fn lines_held(&self) -> usize {
            self.calls.iter().filter(|call| call.holds_line(self.now)).count()
        }

        /// Lets every call end, and checks that each told what it should have.
        fn end(mut self) {
            self.now = self.now + Duration::from_secs(3_600);
            self.listen();
            for call in &self.calls {
                let of_call = |(_, receipt): &&(_, Receipt)| receipt.attempt == call.attempt;
                let heard: Vec<_> = self.received.iter().filter(of_call).collect();
                match call.rung_off {
                    None => assert_eq!(heard.len(), call.plan.reports.len()),
                    Some(at) => check_rung_off(at, call, &heard),
                }
            }
        }
    }

    /// One receipt after ringing off, which says so unless the message had been heard; none after it.
    fn check_rung_off(at: Timestamp, call: &Known, heard: &[&(Timestamp, Receipt)]) {
        let (last_heard_at, last) = heard.last().unwrap();
        assert_eq!(*last_heard_at, at);
        let was_heard = call.plan.heard.filter(|heard| call.at + *heard <= at);
        let expected = match was_heard {
            Some(_) => Outcome::HeardInFull,
            None => Outcome::RungOff,
        };
        assert_eq!(last.outcome, expected);
        let before = heard.len() - 1;
        assert!(heard[..before].iter().all(|(heard_at, r)| *heard_at <= at && r.at <= at));
        assert!(heard[..before].iter().all(|(_, r)| !r.outcome.ends(Channel::Voice)));
    }

    fn second(n: u64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000) + Duration::from_secs(n)
    }
}
