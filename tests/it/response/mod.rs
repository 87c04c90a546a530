//! Responses on a board in memory: what a level asks of whom, and what is proposed and decided.

mod decisions;
mod kept;
mod levels;
mod proposals;
pub mod story;
