//! The bus on a real Redis that is killed, paused, emptied, barred and lied to.

mod doors;
mod garbage;
mod last;
mod outages;
mod shards;
