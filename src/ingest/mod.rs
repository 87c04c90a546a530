//! What comes in from outside, read into models of its own before anything else sees it.

pub mod cap;
