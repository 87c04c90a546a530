//! Warnings from sources that speak no CAP, and feeds of CAP: bytes to messages, without any I/O.
//!
//! Invariant: one bad item never loses the others. What an item leaves out or contradicts is said in the
//! message's notes; the title counts, and nothing is guessed. No reader panics, whatever the bytes.

pub mod atom;
pub mod atom_out;
mod codes;
mod entities;
pub mod fault;
mod fields;
mod identity;
pub mod national;
pub mod nmc;
mod notes;
pub mod qweather;
mod said;
mod time;
pub mod weathercn;

pub use codes::Family;
pub use fault::{Fault, Problem};

use crate::domain::warning::Message;

/// Most items of one answer. More than this many warnings have never been in force in the whole country;
/// those beyond it are left out, and a fault at the end says so.
pub const MAX_ITEMS: usize = 10_000;

/// The items of an answer, each by itself; the outer fault means that none could be told apart.
pub type Items = Result<Vec<Result<Message, Fault>>, Fault>;
