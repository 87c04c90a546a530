//! Jiaoying (叫应): when a warning comes, everybody who must answer is called, everybody sees who has
//! not, and nothing is ever lost.

pub mod access;
pub mod app;
pub mod channels;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod dispatcher;
pub mod domain;
pub mod http;
pub mod hub;
pub mod ingest;
pub mod journal;
pub mod protocol;
