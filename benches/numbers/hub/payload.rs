//! What is published: one fact of about 300 bytes, numbered, the same size for every server.

use compact_str::{CompactString, format_compact};
use jiaoying::domain::{
    command::{Command, RosterStep},
    person::Person,
};

use crate::county;

/// Bytes of a message. Ours is the event's frame without its header, give or take a digit of its number.
pub const BYTES: usize = 300;
/// Bytes of our frame around the text that is ours to choose.
const AROUND: usize = 173;

/// Returns message `number` as text.
pub fn text(number: u64) -> String {
    format!("n={number:010}{}", ".".repeat(BYTES - 12))
}

/// Returns the command that makes the same an event: a person's title changes. It is seen by all, and the
/// board is no bigger after it.
pub fn command(number: u64) -> Command {
    Command::Roster(RosterStep::SavePeople(vec![Person {
        id: "bench".parse().unwrap(),
        name: format_compact!("n={number:010}"),
        area: county::COUNTY.parse().unwrap(),
        title: CompactString::from(".".repeat(BYTES - AROUND)),
        contacts: Vec::new(),
    }]))
}
