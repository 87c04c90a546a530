//! One binary for every test that needs more than one part of the program.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

mod callout_answers;
mod callout_changes;
mod callout_errands;
mod callout_pains;
mod callout_rules;
mod events;
mod policy_faults;
mod refusals;
mod replay;
mod warning_life;
