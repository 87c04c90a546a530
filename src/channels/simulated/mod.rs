//! A seeded carrier for telephone calls and texts: a county can be called out, drilled and tested
//! without a line, and without waking anybody.
//!
//! **What is simulated.** Everything between handing a call over and the receipts that come back: dialling,
//! ringing, picking up, hanging up early, hearing the message out, pressing a key in time, late or
//! wrongly, mailboxes, busy, switched-off and wrong numbers, a congested network; texts delivered, answered or
//! lost; and receipts that lag, come twice, overtake each other or never come. What one call comes to
//! follows from the seed and the call's idempotency key alone ([`Carrier::plan`]), so a drill can be
//! repeated and an independent oracle can foretell it. How people behave is data ([`Behaviour`]), and a
//! [`Script`] says exactly what one person does, try by try.
//!
//! **What is real.** Everything else: the same obligations, journal, outbox and line budget as with a real
//! gateway. A [`SimulatedGateway`] refuses what is beyond its lines or its rate, honours keys (or does
//! not, to show the harm), and rings off in the middle of a call.
//!
//! **How the screen says so.** [`Gateway::is_simulated`](super::Gateway::is_simulated) is true here and
//! nowhere else. Every page that shows the state of a channel shows 模拟线路 beside it while it is,
//! because a wall that says 已接听 must not be believed when no telephone rang. A drill is something
//! else: 【演练】 marks the callout, on whatever gateway it runs.

mod behaviour;
mod call_log;
mod chance;
mod course;
mod exchange;
mod gateway;
mod model;
mod presets;
mod script;

pub use behaviour::{Behaviour, Faults, Reporting, Sms, SmsShares, Spread, Voice, VoiceShares};
pub use call_log::{Rang, read_call_log};
pub use course::{Plan, Report};
pub use gateway::{Settings, SimulatedGateway, StartError, WallClock};
pub use model::Carrier;
pub use script::{Script, SmsAct, VoiceAct};
