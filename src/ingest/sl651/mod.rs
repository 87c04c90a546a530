//! SL 651-2014, the protocol by which hydrological stations report (水文监测数据通信规约), in its
//! hexadecimal form: bytes of a connection to what a station said, and back.
//!
//! Invariant: nothing is believed of a frame whose checksum is wrong, and of one whose checksum is right
//! everything is understood or it is refused whole. It never panics, and what a connection makes it
//! remember is bounded.

mod answer;
mod body;
mod digits;
mod element;
mod encode;
mod fault;
mod frame;
mod memory;
mod packets;
mod report;
mod session;
mod station;
mod stream;
mod value;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod testing;

pub use answer::Answer;
pub use element::Element;
pub use encode::{Unsayable, encode};
pub use fault::Fault;
pub use frame::{Direction, End, FRAME_MAX, Frame, Packet};
pub use memory::{Known, Memory};
pub use report::{Class, Function, Origin, Picture, Reading, Report};
pub use session::{Output, Session, Taken};
pub use station::{NotAStation, Password, Station};
pub use stream::Stream;
pub use value::{Number, Value};
