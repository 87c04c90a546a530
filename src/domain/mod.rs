//! The functional core: what may happen (`decide`) and what it changes (`apply`).
//!
//! Invariant: no clock, no I/O, no async, no randomness in this module; the same journal gives the
//! same board on any machine.

pub mod actor;
pub mod area;
pub mod assignment;
pub mod board;
pub mod bulletin;
pub mod callout;
pub mod capability;
pub mod closure;
pub mod command;
pub mod coordinates;
pub mod deadline;
pub mod decision;
pub mod duty_reminder;
pub mod evacuation;
pub mod event;
pub mod fence;
pub mod flaw;
pub mod gauge;
pub mod handover;
pub mod hole;
pub mod hotspot;
pub mod ids;
pub mod incident;
pub mod leave;
pub mod matching;
pub mod month_day;
pub mod person;
pub mod point;
pub mod recommend;
pub mod reinforcement;
pub mod rejection;
pub mod report;
pub mod response;
pub mod road;
pub mod roster;
pub mod round;
pub mod silence;
pub mod site;
pub mod spot_check;
pub mod suggestion;
pub mod supply;
pub mod swap;
pub mod task;
pub mod time;
pub mod unit;
pub mod verification;
pub mod warning;
