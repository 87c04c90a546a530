//! What comes in from outside as bytes, turned into domain values or refused with every fault.

pub mod calendar;
pub mod sheets;
