//! What comes in from outside, as commands: bytes are read, checked and named here, and nowhere else.

pub mod basemap;
pub mod calendar;
pub mod cap;
pub mod capabilities;
pub mod feeds;
pub mod forms;
pub mod hotspots;
pub mod plans;
pub mod readings;
pub mod sheets;
pub mod sl651;
pub mod warning;
