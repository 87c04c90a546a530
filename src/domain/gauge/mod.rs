//! Gauges at work: what they show, what that means, and the flood warnings that follow.
//!
//! A reading is telemetry and no fact of the record: [`series`] keeps the last day of each gauge, wherever it
//! is fed. What the record holds is that a gauge has crossed a threshold: [`note`] decides it from what the series
//! shows, and the board alone knows how every gauge stands.

mod mark;
pub(super) mod note;
mod series;
mod standing;
mod trend;
mod words;

pub use self::{
    mark::Mark,
    note::{Seen, Shown, stands_otherwise},
    series::{Fault, Point, Reading, Series, Taken, Value},
    standing::{Standing, Standings},
    trend::{Forecast, Trend},
};
