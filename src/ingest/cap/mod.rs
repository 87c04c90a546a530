//! The Common Alerting Protocol, 1.0 to 1.2: bytes to a validated message, and back.
//!
//! Invariant: what [`read()`] accepts keeps every "must" of its version, schema and text; what it
//! accepts although a real producer breaks one is said in a [`Note`]. It never panics, and its time
//! is linear in the size of the message.

pub mod alert;
pub mod china;
pub(super) mod encoding;
pub mod event_codes;
pub mod fault;
mod geometry;
mod group;
mod layout;
pub(super) mod markup;
pub mod note;
mod path;
mod read;
mod rules;
mod times;
pub(super) mod title;
pub mod words;
mod write;
pub(super) mod xml;

pub use alert::{Alert, Area, Circle, Info, NamedValue, Reference, Resource};
pub use fault::{Fault, Problem};
pub use note::{Note, Remark};
pub use read::{Parsed, read};
pub use write::write;
