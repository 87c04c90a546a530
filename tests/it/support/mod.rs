//! What the stories are told with.

pub mod certificates;
pub mod client;
pub mod county;
pub mod dice;
pub mod mosquitto;
pub mod node;
pub mod patience;
pub mod postgres;
pub mod process;
pub mod redis;
pub mod server;
pub mod socket;
pub mod story;
pub mod workbook;
