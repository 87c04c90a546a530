//! One binary for every test that needs more than one part of the program.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

mod access_contract;
mod callout_rules;
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod carrier;
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail")]

mod cap_samples;
