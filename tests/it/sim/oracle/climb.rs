//! Ladders: who a rung is at this instant, what is planned for them, and what follows the last rung.

use std::{sync::Arc, time::Duration};

use compact_str::CompactString;
use jiaoying::domain::{
    callout::{
        attempt::Progress,
        obligation::{SkipReason, Skipped, WithdrawReason},
        policy::{At, CalloutKind, Oblige, Policy, PolicySet, Rung, Target, Then},
    },
    event::CloseReason,
    ids::{AreaCode, Level, PersonId, PostId},
    person::Channel,
    time::Timestamp,
};

use super::{Asked, Bearer, Call, Callout, Hands, Obligation, Oracle, State, place};

impl Oracle {
    /// Returns the posts that a policy obliges: the widest areas first, then in the policy's order.
    pub(super) fn obliged(&self, policy: &Policy, extent: &[AreaCode]) -> Vec<(PostId, Oblige)> {
        let mut posts = Vec::new();
        for level in [Level::Province, Level::City, Level::County, Level::Township, Level::Village]
        {
            for oblige in policy.oblige.iter().filter(|oblige| oblige.level == level) {
                let mut areas: Vec<AreaCode> = self.areas.clone();
                areas.retain(|area| self.touches(*area, level, extent));
                areas.sort();
                for area in areas {
                    let post = PostId { area, duty: oblige.duty.clone() };
                    posts.push((post, oblige.clone()));
                }
            }
        }
        posts
    }

    /// What lies in a named area is touched, and so is what a named area lies in.
    fn touches(&self, area: AreaCode, level: Level, extent: &[AreaCode]) -> bool {
        let own = place::number(area);
        let meets = |named: &AreaCode| {
            let named = place::number(*named);
            place::within(own, named) || place::within(named, own)
        };
        place::level(own) == level && extent.iter().any(meets)
    }

    /// Opens an obligation and rings its first rung.
    pub(super) fn oblige(
        &mut self,
        callout: usize,
        post: PostId,
        oblige: &Oblige,
        replaces: Option<usize>,
        now: Timestamp,
    ) {
        let bearer = Bearer { post, unit: None };
        let id = self.bind(callout, bearer, &oblige.ladder, oblige.task.clone(), now);
        self.obligations[id].replaces = replaces;
    }

    /// Opens the obligation of whoever bears it.
    pub(super) fn bind(
        &mut self,
        callout: usize,
        bearer: Bearer,
        ladder: &str,
        task: CompactString,
        now: Timestamp,
    ) -> usize {
        let rules = self.callouts[callout].rules.clone();
        let id = self.add(callout, bearer.post, ladder, &rules, now);
        self.obligations[id].task = task;
        self.obligations[id].unit = bearer.unit;
        if !self.climb(id, 0, now) {
            self.hand_over(id, now);
        }
        id
    }

    fn add(
        &mut self,
        callout: usize,
        post: PostId,
        ladder: &str,
        rules: &Arc<PolicySet>,
        now: Timestamp,
    ) -> usize {
        let id = self.obligations.len();
        let ladder = rules.ladders.iter().find(|known| known.name == ladder);
        let ladder = ladder.expect("adopted policies name ladders that exist");
        self.obligations.push(Obligation {
            callout,
            place: place::number(post.area),
            post,
            unit: None,
            ladder: Arc::new(ladder.clone()),
            task: Default::default(),
            about: None,
            replaces: None,
            state: State::Ringing { due: now, until: None },
            asked: Vec::new(),
            calls: Vec::new(),
            skipped: Vec::new(),
            rung: 0,
            round: 0,
            calls_before: 0,
            answer: None,
            answered_at: None,
        });
        self.callouts[callout].obligations.push(id);
        self.touched.push(id);
        id
    }

    /// Rings the first rung from `from` on that reaches somebody; tells whether the ladder went on.
    fn climb(&mut self, id: usize, from: usize, now: Timestamp) -> bool {
        let ladder = self.obligations[id].ladder.clone();
        let mut rungs: Vec<usize> = (from..ladder.rungs.len()).collect();
        if ladder.then == Then::Repeat {
            rungs.extend(0..from.min(ladder.rungs.len()));
        }
        for number in rungs {
            match self.who(&ladder.rungs[number], id, now) {
                Ok((people, until)) => {
                    self.ring(id, number, people, until, now);
                    return true;
                }
                Err(reason) => {
                    let rung = u8::try_from(number).expect("few rungs");
                    self.obligations[id].skipped.push(Skipped { rung, reason });
                }
            }
        }
        if ladder.then == Then::Repeat {
            self.ring(id, 0, Vec::new(), None, now);
        }
        ladder.then == Then::Repeat
    }

    fn ring(
        &mut self,
        id: usize,
        number: usize,
        people: Vec<PersonId>,
        until: Option<Timestamp>,
        now: Timestamp,
    ) {
        let wait = self.obligations[id].ladder.rungs[number].wait_s;
        let obligation = &mut self.obligations[id];
        obligation.rung = number;
        obligation.round += 1;
        obligation.calls_before = obligation.calls.len();
        obligation.state = State::Ringing { due: now + wait, until };
        self.ask(id, people, now);
    }

    /// Asks people by every channel of the rung that reaches them.
    fn ask(&mut self, id: usize, people: Vec<PersonId>, now: Timestamp) {
        for person in people {
            let obligation = &self.obligations[id];
            let rung = obligation.rung;
            let asked = Asked {
                person: person.clone(),
                rung,
                round: obligation.round,
                at: now,
                declined: false,
                gone: false,
            };
            let ladder = obligation.ladder.clone();
            self.obligations[id].asked.push(asked);
            for reach in &ladder.rungs[rung].reach {
                if self.reaches(&person, reach.channel) {
                    let not_before = now + reach.after_s;
                    self.plan(id, &person, reach.channel, not_before, false);
                }
            }
        }
        self.touched.push(id);
    }

    pub(super) fn plan(
        &mut self,
        id: usize,
        person: &PersonId,
        channel: Channel,
        not_before: Timestamp,
        notice: bool,
    ) {
        let obligation = &mut self.obligations[id];
        let calls = obligation.calls.iter().enumerate();
        let before = calls.filter(|(number, call)| {
            call.person == *person
                && call.channel == channel
                && !call.notice
                && call.progress != Progress::Dropped
                && !self.spared.contains(&(id, *number))
        });
        let before = u32::try_from(before.count()).expect("few");
        obligation.calls.push(Call {
            person: person.clone(),
            channel,
            rung: obligation.rung,
            ordinal: if notice { 0 } else { before },
            notice,
            not_before,
            progress: Progress::Queued,
            started_at: None,
            outcome: None,
            repeats: 0,
            also: Vec::new(),
        });
    }

    /// Tells whether `person` has an address on a channel that this place has lines for.
    pub(super) fn reaches(&self, person: &PersonId, channel: Channel) -> bool {
        let has = |contact: &jiaoying::domain::person::Contact| contact.channel == channel;
        self.person(person).is_some_and(|person| person.contacts.iter().any(has))
            && self.lines_of(channel) > 0
    }

    /// Returns those whom a rung names and reaches now, and when that may change; or why nobody.
    fn who(
        &self,
        rung: &Rung,
        id: usize,
        now: Timestamp,
    ) -> Result<(Vec<PersonId>, Option<Timestamp>), SkipReason> {
        let obligation = &self.obligations[id];
        let mut people = Vec::new();
        let mut until: Option<Timestamp> = None;
        let mut reasons = vec![SkipReason::NoPost];
        for target in &rung.who {
            let Some((people_named, change)) = self.named(target, obligation, now) else {
                continue;
            };
            reasons.push(SkipReason::Gap);
            until = until.into_iter().chain(change).min();
            for person in people_named {
                if !rung.reach.iter().any(|reach| self.reaches(&person, reach.channel)) {
                    reasons.push(SkipReason::NoChannel);
                } else if obligation.has_declined(&person) {
                    reasons.push(SkipReason::Declined);
                } else if !people.contains(&person) {
                    people.push(person);
                }
            }
        }
        if people.is_empty() {
            // What came nearest to reaching somebody is worth telling.
            return Err(*reasons.iter().max().expect("there is one"));
        }
        Ok((people, until))
    }

    pub(super) fn target_post(&self, target: &Target, obligation: &Obligation) -> Option<PostId> {
        let own = obligation.place;
        let area = match target.at {
            At::Own => Some(own),
            At::Parent => place::parent(own),
            At::Township => place::at(own, Level::Township),
            At::County => place::at(own, Level::County),
            At::City => place::at(own, Level::City),
        };
        let duty = target.duty.clone().unwrap_or_else(|| obligation.post.duty.clone());
        Some(PostId { area: place::code(area?), duty })
    }

    /// Names whom a target means, and when that may change: of a unit who answers for it, else who holds a post.
    fn named(
        &self,
        target: &Target,
        obligation: &Obligation,
        now: Timestamp,
    ) -> Option<(Vec<PersonId>, Option<Timestamp>)> {
        let own = target.duty.is_none() && target.at == At::Own;
        if let Some(unit) = obligation.unit.as_ref().filter(|_| own) {
            let unit = self.unit(unit)?;
            let one = if target.deputies { &unit.deputy } else { &unit.contact };
            return Some((one.iter().cloned().collect(), None));
        }
        let staffed = self.staffed(&self.target_post(target, obligation)?)?;
        if target.deputies {
            return Some((staffed.post.deputies.clone(), None));
        }
        Some((self.on_duty(staffed, now), self.next_change(staffed, now)))
    }

    /// Leaves the rung: the next is rung, or a human gets it.
    pub(super) fn advance(&mut self, id: usize, now: Timestamp) {
        let obligation = &mut self.obligations[id];
        // Second tries are not made any more; everybody still gets a first.
        for call in &mut obligation.calls {
            if call.progress == Progress::Queued && !call.notice && call.ordinal > 0 {
                call.progress = Progress::Dropped;
            }
        }
        (obligation.answer, obligation.answered_at) = (None, None);
        let next = obligation.rung + 1;
        if !self.climb(id, next, now) {
            self.hand_over(id, now);
        }
        self.touched.push(id);
    }

    /// The roster says who the rung is now.
    pub(super) fn change_shift(&mut self, id: usize, now: Timestamp) {
        let obligation = &self.obligations[id];
        let State::Ringing { due, .. } = obligation.state else { return };
        let rung = obligation.ladder.rungs[obligation.rung].clone();
        let Ok((people, until)) = self.who(&rung, id, now) else {
            self.advance(id, now);
            return;
        };
        let obligation = &mut self.obligations[id];
        let fresh: Vec<PersonId> =
            people.iter().filter(|p| !obligation.is_asking(p)).cloned().collect();
        let round = obligation.round;
        let mut gone = Vec::new();
        for asked in &mut obligation.asked {
            let asking = asked.round == round && !asked.declined && !asked.gone;
            if asking && !people.contains(&asked.person) {
                asked.gone = true;
                gone.push(asked.person.clone());
            }
        }
        for call in &mut obligation.calls {
            if call.progress == Progress::Queued && !call.notice && gone.contains(&call.person) {
                call.progress = Progress::Dropped;
            }
        }
        let due = if fresh.is_empty() { due } else { now + rung.wait_s };
        obligation.state = State::Ringing { due, until };
        self.ask(id, fresh, now);
    }

    pub(super) fn hand_over(&mut self, id: usize, now: Timestamp) {
        let (hands, post) = self.give(id, 0, now);
        self.obligations[id].state = State::Unreached { hands, since: now };
        self.send(id, post, now);
    }

    /// Those it was handed to have not reached the post in time, or cannot.
    pub(super) fn hand_on(&mut self, id: usize, refused: Option<usize>, now: Timestamp) {
        let State::Unreached { hands, since } = self.obligations[id].state.clone() else { return };
        for errand in 0..self.obligations.len() {
            let over = self.obligations[errand].is_open() || refused == Some(errand);
            if self.obligations[errand].about == Some(id) && over && !self.touched.contains(&errand)
            {
                self.withdraw(errand, WithdrawReason::Settled);
            }
        }
        let (hands, post) = self.give(id, hands.candidate + 1, now);
        self.obligations[id].state = State::Unreached { hands, since };
        self.send(id, post, now);
    }

    /// Names the human, and the post at which they are rung.
    fn give(&self, id: usize, from: usize, now: Timestamp) -> (Hands, Option<PostId>) {
        let obligation = &self.obligations[id];
        let callout = &self.callouts[obligation.callout];
        let by = now + callout.policy.hand_over.within_s;
        let candidates: Vec<&Target> =
            callout.policy.hand_over.who.iter().chain(&callout.rules.last_resort).collect();
        let mut takers: Vec<(usize, PersonId, PostId)> = Vec::new();
        for turn in 0..candidates.len() {
            let candidate = (from + turn) % candidates.len();
            let target = candidates[candidate];
            let Some((people, _)) = self.named(target, obligation, now) else { continue };
            let post = self.target_post(target, obligation).expect("it names somebody");
            takers.extend(people.into_iter().map(|person| (candidate, person, post.clone())));
        }
        let ladder =
            callout.rules.ladders.iter().find(|l| l.name == callout.policy.hand_over.ladder);
        let channels = ladder.into_iter().flat_map(|l| &l.rungs).flat_map(|rung| &rung.reach);
        let channels: Vec<Channel> = channels.map(|reach| reach.channel).collect();
        let reached = |person: &PersonId| channels.iter().any(|c| self.reaches(person, *c));
        let other = |person: &PersonId| !self.is_why_unreached(id, person, now);
        let mut anybody: Vec<(usize, PersonId, PostId)> = Vec::new();
        for staffed in &self.posts {
            let on_duty = self.on_duty(staffed, now).into_iter();
            anybody.extend(on_duty.map(|person| (0, person, staffed.post.id.clone())));
        }
        let taker = takers
            .iter()
            .find(|(_, person, _)| other(person) && reached(person))
            .or_else(|| takers.iter().find(|(_, person, _)| other(person)))
            .or_else(|| anybody.iter().find(|(_, person, _)| other(person)))
            .or_else(|| takers.first())
            .or_else(|| anybody.first());
        let hands = Hands {
            to: taker.map(|(_, person, _)| person.clone()),
            by,
            candidate: taker.map_or(0, |(candidate, _, _)| *candidate),
            errand: taker.map(|_| self.obligations.len()),
        };
        (hands, taker.map(|(_, _, post)| post.clone()))
    }

    /// Who holds the post and did not answer, or has said that they cannot come, is no help.
    fn is_why_unreached(&self, id: usize, person: &PersonId, now: Timestamp) -> bool {
        let obligation = &self.obligations[id];
        let mut errands = self.obligations.iter().filter(|errand| errand.about == Some(id));
        self.bears(&obligation.bearer(), person, now)
            || obligation.has_declined(person)
            || errands.any(|errand| errand.has_declined(person))
    }

    /// Opens the errand that makes them answer for it.
    fn send(&mut self, about: usize, post: Option<PostId>, now: Timestamp) {
        self.touched.push(about);
        let Some(post) = post else { return };
        let parent = self.obligations[about].callout;
        let ladder = self.callouts[parent].policy.hand_over.ladder.clone();
        let rules = self.callouts[parent].rules.clone();
        let callout = self.errands_of(parent);
        let id = self.add(callout, post, &ladder, &rules, now);
        self.obligations[id].about = Some(about);
        self.climb(id, 0, now);
    }

    fn errands_of(&mut self, parent: usize) -> usize {
        if let Some(open) = self.callouts[parent].errands {
            return open;
        }
        let id = self.callouts.len();
        let of = &self.callouts[parent];
        let callout = Callout {
            kind: CalloutKind::Errand,
            warning: None,
            parent: Some(parent),
            errands: None,
            closed: None,
            obligations: Vec::new(),
            ..of.clone()
        };
        self.callouts.push(callout);
        self.callouts[parent].errands = Some(id);
        id
    }

    /// The obligation needs nobody any more: the errands about it are over, and those who are on their
    /// way are told.
    pub(super) fn settle(&mut self, about: usize, now: Timestamp) {
        for id in 0..self.obligations.len() {
            if self.obligations[id].about == Some(about) {
                self.end_one(id, WithdrawReason::Settled, true, now);
            }
        }
    }

    /// Ends an obligation and tells those who were called; who has answered is told where `answered`.
    pub(super) fn end_one(
        &mut self,
        id: usize,
        reason: WithdrawReason,
        answered: bool,
        now: Timestamp,
    ) {
        if self.touched.contains(&id) {
            return;
        }
        if self.obligations[id].is_open() {
            self.withdraw(id, reason);
            self.tell(id, now);
            self.settle(id, now);
        } else if self.obligations[id].state == State::Answered && answered {
            self.touched.push(id);
            self.tell(id, now);
        }
    }

    pub(super) fn withdraw(&mut self, id: usize, reason: WithdrawReason) {
        let obligation = &mut self.obligations[id];
        obligation.state = State::Withdrawn(reason);
        obligation.stop();
        self.touched.push(id);
    }

    /// Withdraws every open obligation of a callout and of its errands, tells those who were called, and
    /// closes it.
    pub(super) fn end_callout(&mut self, index: usize, reason: CloseReason, now: Timestamp) {
        let (withdraw, answered) = match reason {
            CloseReason::Cancelled => (WithdrawReason::Cancelled, true),
            CloseReason::ByHand | CloseReason::Complete => (WithdrawReason::ByHand, true),
            // Who answered knows until when it was, or hears of what takes its place.
            CloseReason::Expired => (WithdrawReason::Expired, false),
            CloseReason::Superseded => (WithdrawReason::Superseded, false),
        };
        for index in std::iter::once(index).chain(self.callouts[index].errands) {
            for id in self.callouts[index].obligations.clone() {
                self.end_one(id, withdraw, answered, now);
            }
        }
        self.close(index, reason);
    }

    /// Plans a notice for everybody who was called: page and text where they reach, else a call. Of many
    /// errands that end at once nobody hears more than once.
    pub(super) fn tell(&mut self, id: usize, now: Timestamp) {
        let begun = |call: &&Call| matches!(call.progress, Progress::Started | Progress::Ended);
        let calls = self.obligations[id].calls.iter().filter(begun).filter(|call| !call.notice);
        let mut called: Vec<PersonId> = calls.map(|call| call.person.clone()).collect();
        called.sort();
        called.dedup();
        if self.obligations[id].about.is_some() {
            let errands = self.obligations[id].callout;
            called.retain(|person| !self.noticed.contains(&(errands, person.clone())));
            self.noticed.extend(called.iter().map(|person| (errands, person.clone())));
        }
        for person in called {
            let quiet: Vec<Channel> = [Channel::App, Channel::Sms]
                .into_iter()
                .filter(|channel| self.reaches(&person, *channel))
                .collect();
            let loud = quiet.is_empty() && self.reaches(&person, Channel::Voice);
            for channel in quiet.into_iter().chain(loud.then_some(Channel::Voice)) {
                self.plan(id, &person, channel, now + Duration::ZERO, true);
            }
        }
    }
}

impl Obligation {
    /// No call that waits is made any more; notices are.
    pub(super) fn stop(&mut self) {
        for call in &mut self.calls {
            if call.progress == Progress::Queued && !call.notice {
                call.progress = Progress::Dropped;
            }
        }
    }
}
