//! H1 to H5 and M1: what it costs to tell everybody, beside a bare loop over the sockets and beside what people
//! would take instead.
//!
//! Server and client each have a core to themselves; what counts is the server's processor time, and its ratio
//! to the reference of the same round, because other work on the machine slows all of them alike.

mod beside;
mod figures;
mod fleet;
mod growing;
mod kind;
mod load;
mod moving;
mod node;
mod payload;
mod picture;
mod process;
mod reference;
mod resuming;
mod servers;
mod stalling;

pub use self::{
    beside::fan_out,
    growing::memory,
    load::run as run_load,
    moving::{positions, urgent},
    node::run as run_node,
    reference::run as run_reference,
    resuming::resume,
    stalling::stall,
};
