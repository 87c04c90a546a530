//! The doors that stations of the county speak at: sockets, and nothing of what is said there.

pub mod sl651;
