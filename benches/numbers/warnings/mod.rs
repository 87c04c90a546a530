//! W1 to W3: a real stream of changes replayed, CAP read and resolved, and gauges that report.

mod cap;
mod gauges;
mod stream;

pub use self::{cap::read_and_resolve, gauges::ten_thousand_a_minute, stream::forty_one_days};
