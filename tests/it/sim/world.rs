//! Runs a plan: the board, its journal, the world outside, and the oracle that watches both.

use std::{collections::BTreeSet, sync::Arc};

use chrono_tz::Asia::Shanghai;
use jiaoying::domain::{
    actor::Actor,
    board::Board,
    command::{Command, Reply, RosterStep},
    event::{CalloutEvent, Entry, Event, LinesSet},
    ids::AreaCode,
    person::Channel,
    time::Timestamp,
    warning::Original,
};

use super::{
    carrier::Carrier,
    check::{self, Breach, same},
    oracle::Oracle,
    plan::{HOME, Plan, moved},
    watch::{self, Watch},
};

/// Wake-ups at one instant after which the node counts as spinning.
const SPIN_LIMIT: u32 = 40;

/// A jurisdiction, everything around it, and what ought to be.
#[derive(Debug, Clone)]
pub struct World {
    pub plan: Arc<Plan>,
    pub board: Board,
    pub journal: Vec<Entry>,
    pub oracle: Oracle,
    pub carrier: Carrier,
    pub watch: Watch,
    pub now: Timestamp,
    /// Set where the next append is to fail: how long until the decision is taken again.
    pub lose_append_ms: Option<u32>,
    /// A snapshot, and how much of the journal it holds.
    pub snapshot: Option<(Vec<u8>, usize)>,
    pub counts: Counts,
}

/// What a scenario did, to see that scenarios do something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub commands: u64,
    pub events: u64,
    pub refused: u64,
    pub crashes: u64,
    pub repeats: u64,
    pub answered: u64,
    pub unreached: u64,
    pub escalated: u64,
    pub moved: u64,
    pub started: u64,
    pub orders: u64,
    pub declined: u64,
    /// Units called away from a drill.
    pub taken: u64,
    pub stalls: u64,
    pub tasks: u64,
    pub signed: u64,
    pub reminders: u64,
    pub late: u64,
}

impl World {
    /// Founds the plan's county.
    pub fn found(plan: Arc<Plan>) -> Result<Self, Breach> {
        let home: AreaCode = HOME.parse().expect("a code");
        let mut world = Self {
            board: Board::default(),
            journal: Vec::new(),
            oracle: Oracle::new(home),
            carrier: Carrier::new(plan.seed),
            watch: Watch::default(),
            now: plan.start,
            lose_append_ms: None,
            snapshot: None,
            counts: Counts::default(),
            plan,
        };
        let plan = world.plan.clone();
        let county = &plan.county;
        let mut commands = vec![
            Command::SetJurisdiction { area: home, timezone: Shanghai },
            Command::AdoptPolicies(plan.policies[0].clone()),
            Command::Roster(RosterStep::AdoptCalendar(county.calendar.clone())),
            Command::SaveAreas(county.areas.clone()),
            Command::Roster(RosterStep::SavePeople(county.people.clone())),
            Command::Roster(RosterStep::SavePosts(county.posts.clone())),
            Command::Roster(RosterStep::SetDutyTable(county.tables.clone())),
        ];
        if !county.units.is_empty() {
            commands.push(Command::SaveUnits(county.units.clone()));
        }
        commands.extend(county.lines.iter().map(|(channel, lines)| lines_set(*channel, *lines)));
        for command in commands {
            world.must(&Actor::console(home), &command)?;
        }
        for change in &county.overrides {
            // The second of two that overlap is refused, by both.
            let command = super::act::override_of(change, world.now);
            let _ = world.submit(&Actor::console(home), &command)?;
        }
        world.settled()?;
        Ok(world)
    }

    /// Submits what neither may refuse.
    pub fn must(&mut self, actor: &Actor, command: &Command) -> Result<(), Breach> {
        match self.submit(actor, command)? {
            Ok(_) => Ok(()),
            Err(code) => {
                Err(Breach::new("what_is_right_is_not_refused", format!("{code}: {command:?}")))
            }
        }
    }

    /// Submits a command to the board and to the oracle, and compares what they make of it.
    pub fn submit(
        &mut self,
        actor: &Actor,
        command: &Command,
    ) -> Result<Result<Reply, &'static str>, Breach> {
        if let Some(after_ms) = self.lose_append_ms.take() {
            let before = self.board.seq;
            let _ = self.board.decide(actor, command, self.now);
            same("deciding_changes_nothing", || "seq".into(), &before, &self.board.seq)?;
            self.now = self.now + std::time::Duration::from_millis(u64::from(after_ms));
        }
        self.counts.commands += 1;
        let decided = self.board.decide(actor, command, self.now);
        if unmodelled(command) && decided.is_err() {
            self.counts.refused += 1;
            return Ok(Err("not modelled"));
        }
        let expected = self.oracle.submit(actor, command, self.now);
        let found = match &decided {
            Ok(decision) => Ok(decision.reply.clone()),
            Err(rejection) => Err(rejection.code()),
        };
        let seq = self.board.seq;
        let blunt = |reply: &Result<Reply, &'static str>| reply.clone().map(without_seq);
        let what = || format!("reply to {command:?}");
        same("a_command_is_answered_as_it_must_be", what, &blunt(&expected), &blunt(&found))?;
        match decided {
            Ok(decision) => self.commit(actor, decision.events)?,
            Err(_) => self.counts.refused += 1,
        }
        self.reply_names_its_event(&found, seq)?;
        Ok(found)
    }

    /// Appends, applies, and hands what has started to the carrier.
    fn commit(&mut self, actor: &Actor, events: Vec<Event>) -> Result<(), Breach> {
        let first = self.board.seq + 1;
        let entries: Vec<Entry> = events
            .into_iter()
            .zip(first..)
            .map(|(event, seq)| Entry { seq, at: self.now, actor: actor.login.clone(), event })
            .collect();
        self.watch.see(&self.board, &entries)?;
        let mut changed = BTreeSet::new();
        for entry in entries {
            self.board.apply(&entry);
            self.outside(&entry.event);
            changed.extend(watch::obligation_of(&entry.event));
            self.journal.push(entry);
        }
        check::compare_some(&self.oracle, &self.board, &changed)
    }

    /// What the world outside notices of an event.
    fn outside(&mut self, event: &Event) {
        self.counts.events += 1;
        match event {
            Event::Callout(CalloutEvent::AttemptStarted(started)) => {
                self.counts.started += 1;
                let (id, channel) = (started.id, started.channel);
                self.carrier.take(id, &started.person, channel, 0, self.now);
            }
            Event::Callout(CalloutEvent::AttemptRepeated(repeated)) => {
                self.counts.repeats += 1;
                let id = repeated.id;
                let known = self.board.callouts.attempt(id);
                let times = known.map_or(1, |(_, attempt)| attempt.repeats);
                self.carrier.take(id, &repeated.person, repeated.channel, times, self.now);
            }
            Event::Callout(CalloutEvent::ObligationAnswered(answered)) => {
                self.counts.answered += 1;
                self.ring_off(answered.id);
            }
            Event::Callout(CalloutEvent::ObligationWithdrawn(withdrawn)) => {
                self.ring_off(withdrawn.id)
            }
            Event::Callout(CalloutEvent::ObligationUnreached(_)) => self.counts.unreached += 1,
            Event::Callout(CalloutEvent::ObligationEscalated(_)) => self.counts.escalated += 1,
            Event::Callout(CalloutEvent::ObligationMoved(_)) => self.counts.moved += 1,
            Event::Assignment(event) => self.counts.see_assignment(event),
            Event::Task(event) => self.counts.see_task(event),
            _ => {}
        }
    }

    /// Nobody is wanted any more: calls that still ring are rung off.
    fn ring_off(&mut self, id: jiaoying::domain::ids::ObligationId) {
        use jiaoying::domain::callout::attempt::Progress;
        let Some(obligation) = self.board.callouts.obligation(id) else { return };
        let ringing = obligation.attempts.iter().filter(|attempt| {
            attempt.progress == Progress::Started && attempt.channel == Channel::Voice
        });
        for attempt in ringing.filter(|attempt| !attempt.notice) {
            self.carrier.ring_off(attempt.id, self.now);
        }
    }

    /// A reply that names an entry names the one that its command made, or the first of its kind.
    fn reply_names_its_event(
        &self,
        reply: &Result<Reply, &'static str>,
        before: u64,
    ) -> Result<(), Breach> {
        let Ok(Reply::Answer { seq, .. }) = reply else { return Ok(()) };
        let at = usize::try_from(*seq).expect("small") - 1;
        let told = self.journal.get(at).map(|entry| &entry.event);
        let is_answer = matches!(
            told,
            Some(
                Event::Callout(CalloutEvent::ObligationAnswered(_))
                    | Event::Callout(CalloutEvent::ObligationDeclined(_))
            )
        );
        if is_answer && (*seq > before || self.board.seq == before) {
            return Ok(());
        }
        let detail = format!("reply names {seq}, which is {:?}", told.map(Event::kind));
        Err(Breach::new("a_reply_names_its_entry", detail))
    }

    /// Lets the node do what is due, each wake-up `lag_ms` late.
    pub fn wake(&mut self, lag_ms: u32) -> Result<(), Breach> {
        let node = Actor::node(HOME.parse().expect("a code"));
        let mut wakes = 0;
        let lag = std::time::Duration::from_millis(u64::from(lag_ms));
        while self.board.next_deadline().is_some_and(|due| due + lag <= self.now) {
            wakes += 1;
            let seq = self.board.seq;
            let lost = self.lose_append_ms.is_some();
            self.must(&node, &Command::Elapse)?;
            if (seq == self.board.seq && !lost) || wakes > SPIN_LIMIT {
                let detail = format!("{wakes} wake-ups at {}", self.now);
                return Err(Breach::new("a_deadline_that_has_come_is_done", detail));
            }
        }
        Ok(())
    }

    /// Lets time run: receipts arrive and deadlines are done in their order.
    pub fn pass(&mut self, ms: u64, lag_ms: u32) -> Result<(), Breach> {
        let end = self.now + std::time::Duration::from_millis(ms);
        let lag = std::time::Duration::from_millis(u64::from(lag_ms));
        loop {
            self.receive()?;
            self.wake(lag_ms)?;
            let wake = self.board.next_deadline().map(|due| due + lag);
            let next = wake.into_iter().chain(self.carrier.next()).min();
            let Some(next) = next.filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
        }
        self.now = self.now.max(end);
        Ok(())
    }

    /// Records what the carrier reports by now.
    pub fn receive(&mut self) -> Result<(), Breach> {
        let gateway = super::act::gateway();
        while let Some((attempt, outcome)) = self.carrier.receive(self.now) {
            self.must(&gateway, &Command::RecordAttempt { attempt, outcome })?;
        }
        Ok(())
    }

    /// Compares everything.
    pub fn settled(&self) -> Result<(), Breach> {
        check::compare(&self.oracle, &self.board)?;
        self.watch.rest(&self.board)
    }

    /// The journal as text, for comparing runs byte by byte.
    pub fn log(&self) -> String {
        let line = |entry: &Entry| {
            let (kind, data) = (entry.event.kind(), entry.event.encode());
            format!("{} {} {} {kind} {data}\n", entry.seq, entry.at, entry.actor)
        };
        self.journal.iter().map(line).collect()
    }

    pub fn later(&self, seconds: i64) -> Timestamp {
        moved(self.now, seconds)
    }
}

/// Commands whose refusal the oracle takes as it comes.
fn unmodelled(command: &Command) -> bool {
    matches!(
        command,
        Command::AdoptPolicies(_)
            | Command::Roster(RosterStep::SavePosts(_))
            | Command::Roster(RosterStep::SetDutyTable(_))
    )
}

fn without_seq(reply: Reply) -> Reply {
    match reply {
        Reply::Answer { late, .. } => Reply::Answer { seq: 0, late },
        other => other,
    }
}

pub fn lines_set(channel: Channel, lines: u32) -> Command {
    Command::SetLines(LinesSet { channel, lines, hold_ms: 35_000, simulated: true })
}

pub fn original() -> Original {
    Original { media_type: "application/json".into(), body: String::new(), base64: false }
}
