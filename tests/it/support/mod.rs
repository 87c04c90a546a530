//! What the stories are told with.

pub mod client;
pub mod county;
pub mod node;
pub mod patience;
pub mod postgres;
pub mod process;
pub mod redis;
pub mod server;
pub mod socket;
pub mod story;
