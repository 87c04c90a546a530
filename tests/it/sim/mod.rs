//! The deterministic simulation: plans from seeds, the board that runs them, and an oracle that knows the
//! rules and not the code. Shared by the tests and the bench.

pub mod act;
pub mod carrier;
pub mod check;
pub mod check_work;
pub mod dice;
pub mod dispatch;
pub mod faults;
pub mod generate;
pub mod mian;
pub mod oracle;
pub mod plan;
pub mod run;
pub mod watch;
pub mod world;
