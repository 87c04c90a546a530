//! What time alone makes happen, and who gets a line.

use jiaoying::domain::{
    callout::{
        attempt::{Outcome, Progress},
        policy::CalloutKind,
    },
    ids::{AttemptId, ObligationId, PersonId},
    person::Channel,
    time::Timestamp,
};

use super::{Call, Oracle, State, receipts::REPORT_WITHIN};

/// Somebody who hears one thing at a time: on the telephone, or by another channel of the errands of one
/// callout.
type Listener = (Channel, PersonId, Option<usize>);

impl Oracle {
    /// Does everything that is due, once.
    pub(super) fn breathe(&mut self, now: Timestamp) {
        let waiting = self.waiting(now);
        let lines: Vec<(Channel, Option<Listener>)> = self.under_way();
        let silent = self.silent(now);
        self.run_out(now);
        self.go_on(now);
        for (id, number) in silent {
            self.give_up(id, number, now);
        }
        for channel in Channel::ALL {
            self.start(channel, &waiting, &lines, now);
        }
        self.ask_units(now);
        self.remind(now);
    }

    /// Escalates what is due: first what is in somebody's hands, then what rings.
    fn go_on(&mut self, now: Timestamp) {
        let mut due: Vec<(Timestamp, usize)> = Vec::new();
        for (id, obligation) in self.obligations.iter().enumerate() {
            if let Some(deadline) = obligation.deadline().filter(|deadline| *deadline <= now) {
                due.push((deadline, id));
            }
        }
        due.sort();
        let (handed, ringing): (Vec<_>, Vec<_>) = due
            .into_iter()
            .partition(|(_, id)| matches!(self.obligations[*id].state, State::Unreached { .. }));
        for (_, id) in handed {
            if !self.touched.contains(&id) {
                self.hand_on(id, None, now);
            }
        }
        for (_, id) in ringing {
            let State::Ringing { until, .. } = self.obligations[id].state else { continue };
            if self.touched.contains(&id) {
                continue;
            }
            if until.is_some_and(|until| until <= now) {
                self.change_shift(id, now);
            } else {
                self.advance(id, now);
            }
        }
    }

    /// Returns the calls that nothing has been heard of for too long, the oldest first.
    fn silent(&self, now: Timestamp) -> Vec<(usize, usize)> {
        let mut silent = Vec::new();
        for (id, number, call) in self.calls() {
            if let Some(since) = started(call).filter(|since| *since + REPORT_WITHIN <= now) {
                silent.push((since, id, number));
            }
        }
        silent.sort();
        silent.into_iter().map(|(_, id, number)| (id, number)).collect()
    }

    /// Neither the line nor the person is lost with a receipt; what may never have rung is made once more.
    fn give_up(&mut self, id: usize, number: usize, now: Timestamp) {
        let also = self.obligations[id].calls[number].also.clone();
        if std::iter::once(id).chain(also).any(|id| self.touched.contains(&id)) {
            return;
        }
        let (obligation, call) = (&self.obligations[id], &self.obligations[id].calls[number]);
        let wanted = call.notice || obligation.rests_on(&call.person);
        if call.repeats == 0 && wanted {
            self.make_again(id, number, now);
        } else {
            let reason = "no_report".into();
            self.report(id, number, &Outcome::Failed { reason, lasting: false }, now);
        }
        self.touched.push(id);
    }

    /// Returns the calls that may start by now, the first to start first.
    fn waiting(&self, now: Timestamp) -> Vec<(usize, usize)> {
        let mut waiting = Vec::new();
        for (id, number, call) in self.calls() {
            if call.progress == Progress::Queued && call.not_before <= now {
                let callout = &self.callouts[self.obligations[id].callout];
                let class = (callout.drill, call.notice, callout.severity, call.ordinal);
                waiting.push((class, call.not_before, id, number));
            }
        }
        waiting.sort();
        waiting.into_iter().map(|(_, _, id, number)| (id, number)).collect()
    }

    fn start(
        &mut self,
        channel: Channel,
        waiting: &[(usize, usize)],
        lines: &[(Channel, Option<Listener>)],
        now: Timestamp,
    ) {
        let busy = lines.iter().filter(|(other, _)| *other == channel).count();
        let mut free = (self.lines_of(channel) as usize).saturating_sub(busy);
        let mut listening: Vec<Listener> =
            lines.iter().filter_map(|(_, listener)| listener.clone()).collect();
        for (id, number) in waiting {
            let call = &self.obligations[*id].calls[*number];
            let listener = self.listener(*id, call);
            let taken = listener.as_ref().is_some_and(|listener| listening.contains(listener));
            if call.channel != channel || taken || free == 0 {
                continue;
            }
            free -= 1;
            listening.extend(listener);
            // What has just changed keeps its place and starts in the next breath, if it is still wanted.
            if !self.touched.contains(id) {
                let also = self.also(*id, *number);
                let call = &mut self.obligations[*id].calls[*number];
                call.progress = Progress::Started;
                call.started_at = Some(now);
                call.also = also;
            }
        }
    }

    /// Returns the other errands of the callout that are being rung and rest on the same person.
    fn also(&self, id: usize, number: usize) -> Vec<usize> {
        let (own, call) = (&self.obligations[id], &self.obligations[id].calls[number]);
        if own.about.is_none() || call.notice {
            return Vec::new();
        }
        let others = self.callouts[own.callout].obligations.iter().copied();
        let rings = |other: usize| {
            let obligation = &self.obligations[other];
            matches!(obligation.state, State::Ringing { .. }) && obligation.rests_on(&call.person)
        };
        others.filter(|o| *o != id && rings(*o) && !self.touched.contains(o)).collect()
    }

    /// Returns the lines that are taken, and who listens.
    fn under_way(&self) -> Vec<(Channel, Option<Listener>)> {
        let started = self.calls().filter(|(_, _, call)| call.progress == Progress::Started);
        started.map(|(id, _, call)| (call.channel, self.listener(id, call))).collect()
    }

    fn listener(&self, id: usize, call: &Call) -> Option<Listener> {
        let callout = self.obligations[id].callout;
        let errands = self.callouts[callout].kind == CalloutKind::Errand;
        match call.channel {
            Channel::Voice => Some((call.channel, call.person.clone(), None)),
            Channel::App | Channel::Sms => {
                errands.then(|| (call.channel, call.person.clone(), Some(callout)))
            }
        }
    }

    fn calls(&self) -> impl Iterator<Item = (usize, usize, &Call)> {
        self.obligations.iter().enumerate().flat_map(|(id, obligation)| {
            obligation.calls.iter().enumerate().map(move |(number, call)| (id, number, call))
        })
    }

    /// Returns the calls that were handed out and whose end is not known, the oldest first.
    pub fn in_flight(&self) -> Vec<AttemptId> {
        let mut flying = Vec::new();
        for (id, number, call) in self.calls() {
            if let Some(since) = started(call) {
                let obligation = ObligationId(id as u64 + 1);
                let number = u32::try_from(number).expect("few");
                flying.push((since, AttemptId { obligation, number }));
            }
        }
        flying.sort();
        flying.into_iter().map(|(_, attempt)| attempt).collect()
    }

    /// Returns when something is next due, by looking at everything.
    pub fn next_due(&self) -> Option<Timestamp> {
        let ends = self.obligations.iter().filter_map(super::Obligation::deadline);
        let silence = self.calls().filter_map(|(_, _, call)| started(call));
        let silence = silence.map(|since| since + REPORT_WITHIN);
        let lines = self.under_way();
        let waiting = self.calls().filter(|(_, _, call)| call.progress == Progress::Queued);
        let starts = waiting.filter(|(id, _, call)| {
            let busy = lines.iter().filter(|(other, _)| *other == call.channel).count();
            let listener = self.listener(*id, call);
            let taken = listener.is_some() && lines.iter().any(|(_, other)| *other == listener);
            busy < self.lines_of(call.channel) as usize && !taken
        });
        let starts = starts.map(|(_, _, call)| call.not_before);
        let asking = self.orders.iter().filter_map(|order| order.watch_at);
        let open = self.tasks.iter().filter(|task| task.is_open());
        let work = asking.chain(open.map(|task| task.remind_at));
        ends.chain(self.expiries()).chain(silence).chain(starts).chain(work).min()
    }
}

fn started(call: &Call) -> Option<Timestamp> {
    call.started_at.filter(|_| call.progress == Progress::Started)
}
