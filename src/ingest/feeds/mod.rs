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

use serde_json::Value;

use crate::domain::warning::Message;

/// Most items of one answer. More than this many warnings have never been in force in the whole country;
/// those beyond it are left out, and a fault at the end says so.
pub const MAX_ITEMS: usize = 10_000;

/// One warning of an answer that holds many.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub message: Message,
    /// The item's own JSON for the record; a forecaster's name is not in it.
    pub original: String,
}

/// The items of an answer, each by itself; the outer fault means that none could be told apart.
pub type Items = Result<Vec<Result<Item, Fault>>, Fault>;

/// Reads each value of a list by itself; those beyond what there can be are cut and said.
fn each(
    values: &[Value],
    path: &str,
    read: impl Fn(&Value, usize) -> Result<Message, Fault>,
    kept: impl Fn(&Value) -> String,
) -> Vec<Result<Item, Fault>> {
    let whole = |(number, value): (usize, &Value)| {
        Ok(Item { message: read(value, number)?, original: kept(value) })
    };
    let mut items: Vec<_> = (1..).zip(values).take(MAX_ITEMS).map(whole).collect();
    if values.len() > MAX_ITEMS {
        let problem = Problem::TooLarge { what: "items", limit: MAX_ITEMS };
        items.push(Err(Fault::of_all(path, problem)));
    }
    items
}
