//! Which warnings a message takes the place of or ends: those it names, found by sender and name, and
//! where they have been replaced before, what stands in their place now; or, where an alert names none,
//! what its sender has in force for the same hazard and the same area.

use std::time::Duration;

use super::{Life, Message, MessageKind, Status, Warning, office::Matter};
use crate::domain::{board::Board, time::Timestamp};

/// How far ahead of this node's clock a source's may be: what says it was sent later than that came from
/// a clock that is wrong, and makes nothing else late.
const CLOCK_AHEAD: Duration = Duration::from_secs(300);

/// Where a message stands among those that came before it.
#[derive(Default)]
pub(super) struct Place<'b> {
    /// What it replaces or ends.
    pub replaced: Vec<&'b Warning>,
    /// The newer message about the same that came before it: this one is late, and acts on nothing.
    pub overtaken_by: Option<&'b Warning>,
}

/// Finds the message's place, noting references that look wrong.
///
/// Only among its like: a drill must never end the real thing, nor a test anything.
pub(super) fn place<'b>(board: &'b Board, message: &mut Message, now: Timestamp) -> Place<'b> {
    if !message.status.calls_people() {
        return Place::default();
    }
    match message.kind {
        MessageKind::Cancel => named(board, message),
        MessageKind::Update => {
            let mut place = named(board, message);
            let stands = place.replaced.iter().any(|warning| warning.life == Life::Active);
            if !stands && place.overtaken_by.is_none() {
                // What it names has not come or is over: as far as it changes anything it is an alert.
                let alike = unnamed(board, message, now);
                place.replaced.extend(alike.replaced);
                place.overtaken_by = alike.overtaken_by;
            }
            place
        }
        MessageKind::Alert => unnamed(board, message, now),
        MessageKind::Ack | MessageKind::Error => Place::default(),
    }
}

/// Returns what a message names that it replaces or ends.
pub(super) fn replaced<'b>(board: &'b Board, message: &mut Message) -> Vec<&'b Warning> {
    let names_others = matches!(message.kind, MessageKind::Update | MessageKind::Cancel);
    if names_others && message.status.calls_people() {
        named(board, message).replaced
    } else {
        Vec::new()
    }
}

fn named<'b>(board: &'b Board, message: &mut Message) -> Place<'b> {
    let ender = board.warnings.ended_early(message).map(|warning| warning.id);
    let mut found: Vec<&Warning> = Vec::new();
    let mut overtaken_by = Vec::new();
    for reference in message.references.clone() {
        let name = &reference.identifier;
        let known = |status| board.warnings.named(&reference.sender, name, status);
        let Some(named) = known(message.status) else {
            let note = match [Status::Actual, Status::Exercise].into_iter().find_map(known) {
                Some(_) => format!("refers to {name}, which is no drill if this is, or is one"),
                None => format!("refers to {name}, which has not come"),
            };
            message.notes.push(note);
            overtaken_by.push(None);
            continue;
        };
        if named.message.sent != reference.sent {
            let (given, was) = (reference.sent, named.message.sent);
            message.notes.push(format!("reference to {name} gives sent {given}, which was {was}"));
        }
        found.push(named);
        if let Some(last) = in_its_place(board, named, message) {
            let by = &last.message.identifier;
            message.notes.push(format!("refers to {name}, which {by} had replaced"));
            found.push(last);
        }
        overtaken_by.push(successors(board, named).find(|later| overtakes(later, message)));
    }
    // Of two messages that name each other the one that came first stands.
    found.retain(|warning| Some(warning.id) != ender);
    // Where something that it names still waits to be replaced, an update is not late.
    let late = message.kind == MessageKind::Update && overtaken_by.iter().all(Option::is_some);
    let overtaken_by = overtaken_by.into_iter().flatten().last().filter(|_| late);
    if let Some(by) = overtaken_by {
        message.notes.push(format!("came after {}, which is newer", by.message.identifier));
    }
    Place { replaced: found, overtaken_by }
}

/// An alert that says again, or in another colour, what its sender has in force for the same hazard and
/// area takes its place as an update would, so that nobody is called twice for one danger.
fn unnamed<'b>(board: &'b Board, message: &mut Message, now: Timestamp) -> Place<'b> {
    // What a national identifier says of its office tells more than the name of a sender.
    let of_office = message.references.is_empty() && Matter::of(message).is_some();
    if !is_now(message, now) || of_office || board.warnings.ended_early(message).is_some() {
        return Place::default();
    }
    let alike = |known: &&Warning| {
        let said = &known.message;
        said.sender == message.sender
            && said.status == message.status
            && said.is_about_hazard_of(message)
            && said.names_areas_of(message)
    };
    let alike: Vec<&Warning> = board.active_warnings().filter(alike).collect();
    let Some(last) = alike.first() else { return Place::default() };
    let name = &last.message.identifier;
    if let Some(by) = alike.iter().find(|known| overtakes(known, message)) {
        message
            .notes
            .push(format!("came after {name} of the same hazard and area, which is newer"));
        return Place { replaced: Vec::new(), overtaken_by: Some(by) };
    }
    message.notes.push(format!(
        "takes the place of {name}, which it does not name: the same sender, hazard and area"
    ));
    Place { replaced: alike, overtaken_by: None }
}

/// Tells whether what a message warns of has begun and is not over.
pub(super) fn is_now(message: &Message, now: Timestamp) -> bool {
    let begins = message.onset.unwrap_or(message.effective);
    begins <= now + CLOCK_AHEAD && !message.is_over(now)
}

/// Returns the warning in force that has taken the place of `named`, unless it is newer than `message`.
fn in_its_place<'b>(board: &'b Board, named: &Warning, message: &Message) -> Option<&'b Warning> {
    let last = successors(board, named).last();
    last.filter(|last| last.life == Life::Active && last.message.sent <= message.sent)
}

/// Returns what took the place of `named` or ended it, and so on.
fn successors<'b>(board: &'b Board, named: &Warning) -> impl Iterator<Item = &'b Warning> {
    let next = |life: Life| match life {
        Life::Superseded { by } | Life::Cancelled { by } => board.warnings.get(by),
        Life::Active | Life::Expired | Life::Inert => None,
    };
    // Each step leads to another message, so as many steps as there are messages go in a circle.
    std::iter::successors(next(named.life), move |last| next(last.life))
        .take(board.warnings.iter().count())
}

/// Tells whether what is known was sent after `message`, by a clock that can be right.
pub(super) fn overtakes(known: &Warning, message: &Message) -> bool {
    known.message.sent > message.sent && known.message.sent <= known.accepted_at + CLOCK_AHEAD
}
