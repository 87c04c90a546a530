//! One binary for every test that needs more than one part of the program.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

mod access_contract;
mod architecture;
mod board_snapshot;
mod callout_answers;
mod callout_changes;
mod callout_errands;
mod callout_pains;
mod callout_rules;
mod cap_samples;
mod carrier;
mod command_line;
mod dispatcher;
mod events;
mod http_api;
mod journal_contract;
mod journal_sqlite;
mod policy_faults;
mod recovery;
mod refusals;
mod replay;
mod warning_life;
mod ws_session;
