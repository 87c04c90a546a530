//! What the stories are told with.

pub mod county;
pub mod story;
