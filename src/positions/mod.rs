//! The position plane: where units are, now and lately. A feed, not a log: latest wins, what comes late or
//! cannot be is let go and counted, and nothing here ever holds up a command.
//!
//! Reports become fixes in [`feed::Positions`]: `reading` takes texts apart, `check` and `latest` say what is
//! believed, `track` what is kept, `store` keeps it.

pub mod cells;
pub mod check;
mod counts;
pub mod feed;
pub mod fence;
mod keeper;
mod latest;
pub mod reading;
mod refusals;
pub mod report;
pub mod store;
mod track;
mod units;
mod wire;

#[cfg(test)]
mod feed_tests;
#[cfg(test)]
mod testing;

pub use self::{
    check::{BATCH_LIMIT, Fault, Ground, Settings, Speaker},
    counts::Counts,
    feed::{Outcome, Positions, Refusal},
    keeper::Keeper,
    refusals::{Example, Row},
    report::{Fix, Flags, Motion, Report, Source, Staleness},
    store::{LastPositions, Point, Record, Store, StoreError},
    track::GAP_S,
    units::{Known, Registry, UnitNumber},
    wire::{Garbled, encode},
};
