//! What a message does: whom it warns, what it replaces or ends, and what becomes of the open callout.

use std::sync::Arc;

use jiaoying::domain::{
    actor::{Actor, Role},
    callout::{
        obligation::WithdrawReason,
        policy::{CalloutKind, Policy, PolicySet},
    },
    command::Reply,
    event::CloseReason,
    ids::{AreaCode, CalloutId, WarningId},
    time::Timestamp,
    warning::{Colour, Message, MessageKind, Status},
};

use super::{Callout, Oracle, State, place};

/// A message and where its warning is in its life.
#[derive(Debug, Clone)]
pub struct Heard {
    pub message: Message,
    pub life: Life,
    pub extent: Vec<AreaCode>,
    pub callout: Option<usize>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    Active,
    Superseded(usize),
    Cancelled(usize),
    Expired,
    Inert,
}

/// What a callout is to be about.
struct About {
    warning: usize,
    severity: Colour,
    extent: Vec<AreaCode>,
    rules: Arc<PolicySet>,
    policy: Policy,
}

/// Takes the first policy that applies.
pub fn choose<'p>(
    rules: &'p PolicySet,
    kind: CalloutKind,
    colour: Option<Colour>,
    event: Option<&str>,
) -> Option<&'p Policy> {
    rules.policies.iter().find(|policy| {
        let applies = &policy.applies;
        let colour_fits = match colour {
            Some(colour) => applies.colours.is_empty() || applies.colours.contains(&colour),
            None => applies.uncoloured || kind != CalloutKind::Warning,
        };
        let begins = |prefix: &str| event.is_some_and(|event| event.starts_with(prefix));
        let event_fits = applies.events.is_empty() || applies.events.iter().any(|p| begins(p));
        applies.kinds.contains(&kind) && colour_fits && event_fits
    })
}

/// What may act on what: the real thing on the real thing, an exercise on an exercise.
fn earnest(message: &Message) -> Option<bool> {
    match message.status {
        Status::Actual => Some(true),
        Status::Exercise => Some(false),
        Status::System | Status::Test | Status::Draft => None,
    }
}

/// How far ahead of ours a source's clock may be and still be believed.
const AHEAD: std::time::Duration = std::time::Duration::from_secs(300);

fn over(message: &Message, now: Timestamp) -> bool {
    message.expires.is_some_and(|end| end <= now || end <= message.effective)
}

fn codes(message: &Message) -> std::collections::BTreeSet<AreaCode> {
    message.areas.iter().flat_map(|area| &area.codes).copied().collect()
}

fn same_hazard(one: &Message, other: &Message) -> bool {
    let coded = one.event_code.is_some() && other.event_code.is_some();
    if coded { one.event_code == other.event_code } else { one.event == other.event }
}

fn refers(message: &Message, to: &Message) -> bool {
    matches!(message.kind, MessageKind::Update | MessageKind::Cancel)
        && earnest(message).is_some()
        && earnest(message) == earnest(to)
        && message
            .references
            .iter()
            .any(|about| about.sender == to.sender && about.identifier == to.identifier)
}

impl Oracle {
    pub(super) fn accept(
        &mut self,
        actor: &Actor,
        message: &Message,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        let may =
            matches!(actor.role, Role::Commander | Role::Dispatcher | Role::Gateway | Role::Node);
        if !may {
            return Err("access.not_allowed");
        }
        let same_name = |known: &Heard| {
            known.message.sender == message.sender && known.message.identifier == message.identifier
        };
        if let Some(known) = self.warnings.iter().position(same_name) {
            return self.again(known, message);
        }
        let id = self.warnings.len();
        let extent = self.extent(message);
        let mut replaced = self.replaced(message);
        let mut late = self.late(message);
        let stands = replaced.iter().any(|old| self.warnings[*old].life == Life::Active);
        let anew = match message.kind {
            MessageKind::Alert => true,
            MessageKind::Update => !stands && late.is_none(),
            MessageKind::Cancel | MessageKind::Ack | MessageKind::Error => false,
        };
        if anew {
            let alike = self.alike(message, now);
            late = alike.iter().copied().find(|known| self.newer(*known, message));
            replaced.extend(alike.into_iter().filter(|_| late.is_none()));
        }
        let seat = place::number(actor.area);
        let told_of = replaced.iter().flat_map(|old| &self.warnings[*old].extent);
        if !extent.iter().chain(told_of).all(|area| place::within(place::number(*area), seat)) {
            return Err("access.outside_area");
        }
        let life = self.life_of(message, late, now);
        let open = |index: &usize| {
            let callout = &self.callouts[*index];
            callout.closed.is_none() && callout.warning.is_some_and(|w| replaced.contains(&w))
        };
        let open: Vec<usize> = (0..self.callouts.len()).filter(open).collect();
        let callout = open.last().copied();
        self.warnings.push(Heard { message: message.clone(), life, extent, callout, at: now });
        for old in &replaced {
            if self.warnings[*old].life == Life::Active {
                self.warnings[*old].life = match message.kind {
                    MessageKind::Cancel => Life::Cancelled(id),
                    MessageKind::Alert
                    | MessageKind::Update
                    | MessageKind::Ack
                    | MessageKind::Error => Life::Superseded(id),
                };
            }
        }
        let acted_on = match life {
            Life::Active => self.act(id, &open, now),
            Life::Expired => self.end_all(&open, CloseReason::Expired, now),
            Life::Superseded(_) => self.end_all(&open, CloseReason::Superseded, now),
            Life::Cancelled(_) | Life::Inert => self.end_all(&open, CloseReason::Cancelled, now),
        };
        let callouts = acted_on.into_iter().map(|index| CalloutId(index as u64 + 1)).collect();
        Ok(Reply::Warning { id: WarningId(id as u64 + 1), callouts, repeated: false })
    }

    fn end_all(&mut self, open: &[usize], reason: CloseReason, now: Timestamp) -> Vec<usize> {
        for callout in open {
            self.end_callout(*callout, reason, now);
        }
        open.to_vec()
    }

    /// Opens the warning's callout, or changes the newest there is and ends the others.
    fn act(&mut self, id: usize, open: &[usize], now: Timestamp) -> Vec<usize> {
        let extent = self.warnings[id].extent.clone();
        let message = &self.warnings[id].message;
        // An update that says no colour leaves the one there is, unless there is none.
        let kept = open.last().map(|index| &self.callouts[*index]);
        let kept = kept.filter(|callout| !callout.policy.applies.uncoloured);
        let colour = message.colour.or(kept.map(|callout| callout.severity));
        let code = message.event_code.as_deref();
        let Some(rules) = self.rules.clone() else { return Vec::new() };
        let chosen = choose(&rules, CalloutKind::Warning, colour, code).cloned();
        let Some(policy) = chosen else { return Vec::new() };
        let about = About {
            warning: id,
            severity: colour.or(policy.severity).unwrap_or(Colour::Orange),
            extent,
            rules,
            policy,
        };
        if let Some((newest, others)) = open.split_last() {
            self.revise(*newest, about, now);
            self.end_all(others, CloseReason::Superseded, now);
            return vec![*newest];
        }
        if about.extent.is_empty() {
            return Vec::new();
        }
        let callout = self.call_out(about, now);
        self.warnings[id].callout = Some(callout);
        vec![callout]
    }

    fn again(&self, known: usize, message: &Message) -> Result<Reply, &'static str> {
        let heard = &self.warnings[known];
        if heard.message != *message {
            return Err("warning.conflict");
        }
        let callouts = heard.callout.into_iter().map(|index| CalloutId(index as u64 + 1));
        let id = WarningId(known as u64 + 1);
        Ok(Reply::Warning { id, callouts: callouts.collect(), repeated: true })
    }

    /// Returns what part of the county the message names: a code that is not known means what it lies
    /// in; what lies in something else that is named is named by it.
    fn extent(&self, message: &Message) -> Vec<AreaCode> {
        let home = place::number(self.home);
        let mut named: Vec<u64> = Vec::new();
        for code in message.areas.iter().flat_map(|area| &area.codes) {
            let code = place::number(*code);
            if place::within(home, code) {
                named.push(home);
            } else if place::within(code, home) {
                let knows = |number: &u64| self.areas.contains(&place::code(*number));
                let mut up = Some(code);
                while up.is_some_and(|number| !knows(&number)) {
                    up = up.and_then(place::parent);
                }
                named.push(up.unwrap_or(home));
            }
        }
        named.sort_unstable();
        named.dedup();
        let all = named.clone();
        named.retain(|own| !all.iter().any(|other| other != own && place::within(*own, *other)));
        named.into_iter().map(place::code).collect()
    }

    /// Returns the message that had ended this one before it came: the last that did.
    fn ended_early(&self, message: &Message) -> Option<usize> {
        self.warnings.iter().rposition(|other| refers(&other.message, message))
    }

    fn life_of(&self, message: &Message, late: Option<usize>, now: Timestamp) -> Life {
        let warns = matches!(message.kind, MessageKind::Alert | MessageKind::Update);
        if !warns || earnest(message).is_none() {
            return Life::Inert;
        }
        match self.ended_early(message).or(late) {
            Some(by) if self.warnings[by].message.kind == MessageKind::Cancel => {
                Life::Cancelled(by)
            }
            Some(by) => Life::Superseded(by),
            None if over(message, now) => Life::Expired,
            None => Life::Active,
        }
    }

    /// Returns the warnings that a message is about, and what has taken their place unless it is newer
    /// than the message; of two that name each other the first stands.
    fn replaced(&self, message: &Message) -> Vec<usize> {
        let named = |id: &usize| refers(message, &self.warnings[*id].message);
        let named: Vec<usize> = (0..self.warnings.len()).filter(named).collect();
        let mut replaced = named.clone();
        for id in named {
            let mut last = id;
            for _ in 0..self.warnings.len() {
                if let Life::Superseded(by) = self.warnings[last].life {
                    last = by;
                }
            }
            let heard = &self.warnings[last];
            if heard.life == Life::Active && heard.message.sent <= message.sent {
                replaced.push(last);
            }
        }
        let ender = self.ended_early(message);
        replaced.retain(|id| Some(*id) != ender);
        replaced
    }

    /// Tells whether a message was sent after another, by a clock that can be believed.
    fn newer(&self, known: usize, message: &Message) -> bool {
        let heard = &self.warnings[known];
        heard.message.sent > message.sent && heard.message.sent <= heard.at + AHEAD
    }

    /// An update is late when everything that it names has come and is followed by something newer;
    /// returns what follows the last of them.
    fn late(&self, message: &Message) -> Option<usize> {
        if message.kind != MessageKind::Update || earnest(message).is_none() {
            return None;
        }
        let mut by = None;
        for about in &message.references {
            let known = self.warnings.iter().position(|heard| {
                heard.message.sender == about.sender
                    && heard.message.identifier == about.identifier
                    && earnest(&heard.message) == earnest(message)
            })?;
            let mut next = known;
            by = None;
            for _ in 0..self.warnings.len() {
                let (Life::Superseded(later) | Life::Cancelled(later)) = self.warnings[next].life
                else {
                    break;
                };
                if self.newer(later, message) {
                    by = Some(later);
                    break;
                }
                next = later;
            }
            by?;
        }
        by
    }

    /// What the sender has in force for the same hazard and the same area, the newest first: an alert
    /// that has begun and is not over speaks of that.
    fn alike(&self, message: &Message, now: Timestamp) -> Vec<usize> {
        let begun = message.onset.unwrap_or(message.effective) <= now + AHEAD;
        let speaks = earnest(message).is_some() && begun && !over(message, now);
        if !speaks || self.ended_early(message).is_some() {
            return Vec::new();
        }
        let alike = |id: &usize| {
            let heard = &self.warnings[*id];
            heard.life == Life::Active
                && heard.message.sender == message.sender
                && heard.message.status == message.status
                && same_hazard(&heard.message, message)
                && codes(&heard.message) == codes(message)
        };
        (0..self.warnings.len()).rev().filter(alike).collect()
    }

    fn call_out(&mut self, about: About, now: Timestamp) -> usize {
        let index = self.callouts.len();
        let obliged = self.obliged(&about.policy, &about.extent);
        let status = self.warnings[about.warning].message.status;
        self.callouts.push(Callout {
            kind: CalloutKind::Warning,
            severity: about.severity,
            drill: status == Status::Exercise,
            extent: about.extent,
            rules: about.rules,
            policy: about.policy,
            warning: Some(about.warning),
            parent: None,
            errands: None,
            closed: None,
            obligations: Vec::new(),
        });
        for (post, oblige) in obliged {
            self.oblige(index, post, &oblige, None, now);
        }
        index
    }

    /// An upgrade, or another hazard, obliges anew those whose duty changed; whoever is not obliged any more is let go; all
    /// who were called are told.
    fn revise(&mut self, index: usize, about: About, now: Timestamp) {
        let callout = &mut self.callouts[index];
        let upgraded = about.severity < callout.severity;
        let downgraded = about.severity > callout.severity;
        let standing: Vec<usize> = callout.obligations.clone();
        let before = callout.warning.map(|warning| &self.warnings[warning].message);
        let now_about = &self.warnings[about.warning].message;
        let other_hazard = before.is_some_and(|before| !same_hazard(before, now_about));
        callout.severity = about.severity;
        callout.extent.clone_from(&about.extent);
        callout.rules = about.rules;
        callout.policy = about.policy.clone();
        callout.warning = Some(about.warning);
        if let Some(errands) = callout.errands {
            self.callouts[errands].severity = about.severity;
            self.callouts[errands].extent.clone_from(&about.extent);
        }
        let obliged = self.obliged(&about.policy, &about.extent);
        let reason = match (upgraded, downgraded) {
            (true, _) => WithdrawReason::Upgraded,
            (_, true) => WithdrawReason::Downgraded,
            (false, false) => WithdrawReason::Superseded,
        };
        let touched = |area: u64| {
            let named = about.extent.iter().map(|named| place::number(*named));
            named.into_iter().any(|n| place::within(n, area) || place::within(area, n))
        };
        let mut in_order = standing.clone();
        in_order.sort_by(|a, b| self.obligations[*a].post.cmp(&self.obligations[*b].post));
        for id in &in_order {
            let wanted = obliged.iter().any(|(post, _)| *post == self.obligations[*id].post);
            if self.stands(&standing, *id) && !wanted {
                let still = touched(place::number(self.obligations[*id].post.area));
                let reason = if still { reason } else { WithdrawReason::AreaReduced };
                self.end_one(*id, reason, true, now);
            }
        }
        for (post, oblige) in obliged {
            let own = standing.iter().rev().find(|id| self.obligations[**id].post == post);
            let own = own.filter(|id| !matches!(self.obligations[**id].state, State::Withdrawn(_)));
            let Some(own) = own.copied() else {
                self.oblige(index, post, &oblige, None, now);
                continue;
            };
            let known = &self.obligations[own];
            let differs = known.ladder.name != oblige.ladder || known.task != oblige.task;
            if (upgraded || other_hazard) && differs {
                let upgrade = WithdrawReason::Upgraded;
                let other = WithdrawReason::Superseded;
                self.withdraw(own, if upgraded { upgrade } else { other });
                self.settle(own, now);
                self.oblige(index, post, &oblige, Some(own), now);
            } else {
                self.tell(own, now);
            }
        }
    }

    /// Tells whether an obligation is the last for its post.
    fn stands(&self, all: &[usize], id: usize) -> bool {
        let post = &self.obligations[id].post;
        all.iter().rev().find(|other| self.obligations[**other].post == *post) == Some(&id)
    }

    /// Ends the warnings that have run out, the first to run out first, and the callouts about them.
    pub(super) fn run_out(&mut self, now: Timestamp) {
        let mut over: Vec<(Timestamp, usize)> = Vec::new();
        for (id, heard) in self.warnings.iter().enumerate() {
            let expires = heard.message.expires.filter(|expires| *expires <= now);
            if let (Life::Active, Some(at)) = (heard.life, expires) {
                over.push((at, id));
            }
        }
        over.sort();
        for (_, id) in over {
            self.warnings[id].life = Life::Expired;
            for callout in 0..self.callouts.len() {
                let known = &self.callouts[callout];
                if known.closed.is_none() && known.warning == Some(id) {
                    self.end_callout(callout, CloseReason::Expired, now);
                }
            }
        }
    }

    pub(super) fn expiries(&self) -> impl Iterator<Item = Timestamp> {
        let active = self.warnings.iter().filter(|heard| heard.life == Life::Active);
        active.filter_map(|heard| heard.message.expires)
    }
}
