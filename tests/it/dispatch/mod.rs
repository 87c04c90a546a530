//! Incidents, the units sent to them and the tasks they make: the rules, told on a board in memory.

mod assignments;
mod incidents;
mod over;
pub mod story;
mod tasks;
