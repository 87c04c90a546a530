//! The county's roads as a graph, and how long the way takes: over open roads, around closed ones, or straight where
//! no road leads.
//!
//! Invariant: the answer says which of these it is. Roads are joined where lines share a position, at their ends or
//! between, and are taken to be open in both directions.

mod closure;
mod grid;
mod ground;
mod network;
mod reach;
mod snap;
mod speeds;

pub use self::{
    closure::{Closure, Cuts},
    network::{Network, Road},
    reach::{Arrivals, Reach, Travel, Trip, Way},
    snap::Spot,
    speeds::Speeds,
};

#[cfg(test)]
mod tests;
