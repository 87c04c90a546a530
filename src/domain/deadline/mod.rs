//! Reporting time limits as data (信息报送时限): who must report what to whom, by when, and by which rule.
//!
//! Invariant: of the rules that fit a case exactly one is the most specific, so what is due never depends on
//! the order in which a county wrote its file.

mod case;
mod check;
mod daily;
mod due;
mod rule;
mod words;
mod working;

pub use case::{Case, Clock};
pub use check::RulesFault;
pub use daily::{ClockTime, next_daily};
pub use due::{Due, Reckoning};
pub use rule::{
    Covers, Grade, Gravity, Hop, Medium, Rank, Round, Rule, Rules, Series, Stage, Start,
};
pub use words::{due_en, due_zh, medium_zh, rank_zh, round_en, round_zh, stage_zh};

#[cfg(test)]
mod tests;
