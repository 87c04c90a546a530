//! One binary for every test that needs more than one part of the program.

#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking, and names only what it is about"
)]

mod sources;
mod support;

mod access_contract;
mod architecture;
mod board_snapshot;
mod bus_contract;
mod bus_redis;
mod callout_answers;
mod callout_changes;
mod callout_errands;
mod callout_pains;
mod callout_rules;
mod cap_samples;
mod carrier;
mod change_table;
mod command_line;
mod damaged;
mod dispatch;
mod dispatcher;
mod duty_reminders;
mod evacuation;
mod events;
mod feeds;
mod fences;
mod flaws;
mod flood_warnings;
#[path = "../fuzz/mod.rs"]
mod fuzz;
mod gauges;
mod handovers;
mod holes;
mod hotspots;
mod http_api;
mod imports;
mod journal_contract;
mod journal_postgres;
mod journal_sqlite;
mod last_positions;
mod live_map;
mod migration;
mod mqtt;
mod nodes_in_step;
mod outbox;
mod policy_faults;
mod positions;
mod recovery;
mod refusals;
mod regressions;
mod reinforcements;
mod replay;
mod reports;
mod response;
mod roster_week;
mod rounds;
mod several_nodes;
mod shared_readings;
mod silence;
mod sim;
mod simulation;
mod sl651;
mod spot_check_plans;
mod spot_checks;
mod storm_gauges;
mod stream;
mod supplies;
mod swaps;
mod verification;
mod warning_life;
mod warning_stream;
mod warning_witnesses;
mod ws_session;
