//! Accepting a message: whom it touches, what it replaces or ends, and the callout it opens or changes.

use std::collections::BTreeSet;

use compact_str::{CompactString, format_compact};

use super::{Colour, Life, Message, MessageKind, Original, Status, Warning};
use crate::domain::{
    actor::{Actor, Capability},
    area::{Extent, Shape},
    board::Board,
    callout::{
        callouts::Callout,
        open::NewCallout,
        policy::{CalloutKind, Policy, PolicySet},
        revise::Revision,
    },
    command::Reply,
    decision::{Decision, Draft},
    event::{CalloutOpened, CloseReason, Event, WarningAccepted, WarningEnded},
    ids::{AreaCode, CalloutId, WarningId},
    rejection::Rejection,
};

/// The severity of a callout about a warning that says no colour: a person at the desk has to look at
/// it before anything else but red.
const UNCOLOURED: Colour = Colour::Orange;

/// Decides a message from a source.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    message: &Message,
    original: &Original,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    if !actor.role.may_issue_warnings() {
        return Err(Rejection::NotAllowed(Capability::IssueWarnings));
    }
    if let Some(known) = board.warnings.named(&message.sender, &message.identifier) {
        return again(known, message);
    }
    if message.expires.is_some_and(|expires| expires <= message.effective) {
        return Err(Rejection::ExpiresBeforeEffective);
    }
    let id = board.warnings.next_id();
    let extent = extent(board, message);
    let mut message = message.clone();
    let replaced = replaced(board, &mut message);
    let touched = std::iter::once(&extent).chain(replaced.iter().map(|warning| &warning.extent));
    if let Some(area) = touched.flat_map(Extent::named).find(|area| !actor.sees(*area)) {
        return Err(Rejection::OutsideArea(area));
    }
    let life = life(board, &message, draft.now);
    let open = open_callout(board, &replaced);
    let acts = life == Life::Active && !extent.is_empty();
    draft.push(Event::WarningAccepted(WarningAccepted {
        id,
        message: Box::new(message.clone()),
        original: original.clone(),
        extent: extent.clone(),
        life,
        callout: open.filter(|_| acts || ends_others(&message)).map(|callout| callout.id),
    }));
    draft.end_replaced(id, &message, &replaced);
    let mut callouts = Vec::new();
    if acts {
        callouts.extend(draft.call_out(id, &message, extent, open));
    } else if ends_others(&message) {
        for callout in open_callouts(board, &replaced) {
            draft.end_callout(callout, CloseReason::Cancelled, CompactString::default());
            callouts.push(callout.id);
        }
    }
    Ok(draft.finish(Reply::Warning { id, callouts, repeated: false }))
}

/// The same message again changes nothing; another under the same name is refused.
fn again(known: &Warning, message: &Message) -> Result<Decision, Rejection> {
    // How a message was read may be told better by a newer program; what it says is what counts.
    let same = Message { notes: Vec::new(), ..known.message.clone() }
        == Message { notes: Vec::new(), ..message.clone() };
    if !same {
        let (identifier, id) = (message.identifier.clone(), known.id);
        return Err(Rejection::WarningConflict { identifier, id });
    }
    let callouts = known.callout.into_iter().collect();
    Ok(Decision::nothing(Reply::Warning { id: known.id, callouts, repeated: true }))
}

/// Returns what part of the jurisdiction the message is about.
fn extent(board: &Board, message: &Message) -> Extent {
    let Some(jurisdiction) = board.jurisdiction() else { return Extent::default() };
    let codes: Vec<AreaCode> = message.areas.iter().flat_map(|area| &area.codes).copied().collect();
    let shapes: Vec<&Shape> = message.areas.iter().flat_map(|area| &area.shapes).collect();
    board.areas.extent(jurisdiction, &codes, &shapes)
}

/// Returns the warnings that the message names, noting references that look wrong.
fn replaced<'b>(board: &'b Board, message: &mut Message) -> Vec<&'b Warning> {
    if !matches!(message.kind, MessageKind::Update | MessageKind::Cancel) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for reference in message.references.clone() {
        match board.warnings.named(&reference.sender, &reference.identifier) {
            Some(warning) => {
                if warning.message.sent != reference.sent {
                    message.notes.push(format!(
                        "reference to {} gives sent {}, which was {}",
                        reference.identifier, reference.sent, warning.message.sent
                    ));
                }
                found.push(warning);
            }
            None => message
                .notes
                .push(format!("refers to {}, which has not come", reference.identifier)),
        }
    }
    found
}

fn ends_others(message: &Message) -> bool {
    message.kind == MessageKind::Cancel && acts_for_real(message.status)
}

fn acts_for_real(status: Status) -> bool {
    matches!(status, Status::Actual | Status::Exercise)
}

/// Says where the warning's life begins: one that comes after its own end begins there.
fn life(board: &Board, message: &Message, now: crate::domain::time::Timestamp) -> Life {
    let warns = matches!(message.kind, MessageKind::Alert | MessageKind::Update);
    if !warns || !acts_for_real(message.status) {
        return Life::Inert;
    }
    if let Some(by) = board.warnings.ended_early(&message.sender, &message.identifier) {
        let cancels = board.warnings.get(by).is_some_and(|w| w.message.kind == MessageKind::Cancel);
        return if cancels { Life::Cancelled { by } } else { Life::Superseded { by } };
    }
    if message.expires.is_some_and(|expires| expires <= now) {
        return Life::Expired;
    }
    Life::Active
}

/// Returns the open callout of the warnings that are replaced, the newest if there are several.
fn open_callout<'b>(board: &'b Board, replaced: &[&Warning]) -> Option<&'b Callout> {
    open_callouts(board, replaced).next_back()
}

/// Returns the open callouts of the warnings that are replaced, the oldest first.
fn open_callouts<'b>(
    board: &'b Board,
    replaced: &[&Warning],
) -> impl DoubleEndedIterator<Item = &'b Callout> {
    let ids: BTreeSet<_> = replaced.iter().filter_map(|warning| warning.callout).collect();
    let callouts = ids.into_iter().filter_map(|id| board.callouts.get(id));
    callouts.filter(|callout| callout.is_open())
}

impl Draft<'_> {
    fn end_replaced(&mut self, by: WarningId, message: &Message, replaced: &[&Warning]) {
        if !acts_for_real(message.status) {
            return;
        }
        let life = match message.kind {
            MessageKind::Cancel => Life::Cancelled { by },
            MessageKind::Alert | MessageKind::Update | MessageKind::Ack | MessageKind::Error => {
                Life::Superseded { by }
            }
        };
        for warning in replaced.iter().filter(|warning| warning.life == Life::Active) {
            self.push(Event::WarningEnded(WarningEnded { id: warning.id, life }));
        }
    }

    /// Opens the warning's callout, or changes the one that its predecessor opened.
    fn call_out(
        &mut self,
        id: WarningId,
        message: &Message,
        extent: Extent,
        open: Option<&Callout>,
    ) -> Option<CalloutId> {
        let set = self.board.callouts.policies()?;
        let code = message.event_code.as_deref();
        let policy = set.choose(CalloutKind::Warning, message.colour, code)?;
        if let Some(callout) = open {
            let revision = revision(id, message, extent, set, policy);
            self.revise(callout, revision);
            return Some(callout.id);
        }
        let callout = self.take_callout();
        let opened = CalloutOpened {
            id: callout,
            kind: CalloutKind::Warning,
            subject: subject(message),
            text: text(message),
            severity: message.colour.or(policy.severity).unwrap_or(UNCOLOURED),
            drill: message.status == Status::Exercise,
            extent,
            policy: policy.id.clone(),
            warning: Some(id),
            parent: None,
        };
        self.open_callout(NewCallout { opened, set, policy });
        Some(callout)
    }

    /// Ends the warnings that have run out, and their callouts.
    pub(in crate::domain) fn expire_warnings(&mut self) {
        let board = self.board;
        for id in board.warnings.expired_at(self.now) {
            self.push(Event::WarningEnded(WarningEnded { id, life: Life::Expired }));
            let warning = board.warnings.get(id);
            let callout = warning.and_then(|warning| board.callouts.get(warning.callout?));
            if let Some(callout) = callout.filter(|callout| callout.is_open()) {
                self.end_callout(callout, CloseReason::Expired, CompactString::default());
            }
        }
    }
}

fn revision<'p>(
    warning: WarningId,
    message: &Message,
    extent: Extent,
    set: &'p PolicySet,
    policy: &'p Policy,
) -> Revision<'p> {
    Revision {
        warning,
        subject: subject(message),
        text: text(message),
        severity: message.colour.or(policy.severity).unwrap_or(UNCOLOURED),
        extent,
        set,
        policy,
    }
}

/// One line for the wall: the hazard and its colour as the source says them.
fn subject(message: &Message) -> CompactString {
    match message.colour {
        Some(colour) => format_compact!("{}{}预警", message.event, colour.zh()),
        None => format_compact!("{}预警（未标颜色）", message.event),
    }
}

/// What those who are called are told: the source's own words.
fn text(message: &Message) -> String {
    let parts = [&message.headline, &message.description, &message.instruction];
    let parts = parts.into_iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("\n")
}
