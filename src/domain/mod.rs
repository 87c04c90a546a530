//! The functional core: what may happen (`decide`) and what it changes (`apply`).
//!
//! Invariant: no clock, no I/O, no async, no randomness in this module; the same journal gives the
//! same board on any machine.

pub mod actor;
pub mod ids;
pub mod time;
