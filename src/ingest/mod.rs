//! What comes in from outside, as commands: bytes are read, checked and named here, and nowhere else.

pub mod cap;
pub mod warning;
//! What comes in from outside as bytes, turned into domain values or refused with every fault.

pub mod calendar;
pub mod sheets;
