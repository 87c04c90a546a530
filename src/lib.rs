//! Jiaoying (叫应): when a warning comes, everybody who must answer is called, everybody sees who has
//! not, and nothing is ever lost.

pub mod access;
pub mod channels;
pub mod clock;
pub mod dispatcher;
pub mod domain;
pub mod http;
pub mod hub;
pub mod ingest;
pub mod journal;
pub mod protocol;
pub mod demo;
pub mod domain;
pub mod ingest;
