//! The callout engine (叫应): obligations, the ladders that chase them, the attempts that ring.

pub mod attempt;
