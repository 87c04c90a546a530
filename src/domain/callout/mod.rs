//! The callout engine (叫应): obligations, the ladders that chase them, the attempts that ring.
//!
//! Invariant: an obligation is at every instant answered, ringing with an armed deadline, unreached in
//! the hands of a named human with a deadline of their own, or withdrawn with a reason.

pub(super) mod answer;
mod apply;
pub mod attempt;
mod breaches;
pub mod callouts;
mod change;
pub mod check;
pub(super) mod elapse;
mod errand;
mod escalate;
mod index;
mod ladder;
pub mod lines;
pub mod obligation;
pub(super) mod open;
pub mod policy;
pub(super) mod report;
pub(super) mod revise;
pub mod rollup;
pub(super) mod withdraw;
