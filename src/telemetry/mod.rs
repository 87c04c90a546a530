//! The doors that stations of the county speak at, and the broker they publish to: connections, and nothing of
//! what is said there.

pub mod mqtt;
pub mod sl651;
