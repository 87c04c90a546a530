//! Which warnings a message takes the place of or ends: those it names, found by sender and name, and
//! where they have been replaced before, what stands in their place now.

use super::{Life, Message, MessageKind, Status, Warning};
use crate::domain::board::Board;

/// Returns the warnings that the message replaces or ends, noting references that look wrong.
///
/// Only its like: a drill must never end the real thing, nor a test anything.
pub(super) fn replaced<'b>(board: &'b Board, message: &mut Message) -> Vec<&'b Warning> {
    let names_others = matches!(message.kind, MessageKind::Update | MessageKind::Cancel);
    if !names_others || !message.status.calls_people() {
        return Vec::new();
    }
    let ender = board.warnings.ended_early(message).map(|warning| warning.id);
    let mut found: Vec<&Warning> = Vec::new();
    for reference in message.references.clone() {
        let name = &reference.identifier;
        let known = |status| board.warnings.named(&reference.sender, name, status);
        let Some(named) = known(message.status) else {
            let note = match [Status::Actual, Status::Exercise].into_iter().find_map(known) {
                Some(_) => format!("refers to {name}, which is no drill if this is, or is one"),
                None => format!("refers to {name}, which has not come"),
            };
            message.notes.push(note);
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
    }
    // Of two messages that name each other the one that came first stands.
    found.retain(|warning| Some(warning.id) != ender);
    found
}

/// Returns the warning in force that has taken the place of `named`, unless it is newer than `message`.
fn in_its_place<'b>(board: &'b Board, named: &Warning, message: &Message) -> Option<&'b Warning> {
    let mut last = None;
    let mut life = named.life;
    // Each step leads to another message, so as many steps as there are messages go in a circle.
    for _ in board.warnings.iter() {
        let Life::Superseded { by } = life else { break };
        last = board.warnings.get(by);
        life = last?.life;
    }
    last.filter(|last| last.life == Life::Active && last.message.sent <= message.sent)
}
