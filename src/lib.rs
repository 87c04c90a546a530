//! Jiaoying (叫应): when a warning comes, everybody who must answer is called, everybody sees who has
//! not, and nothing is ever lost.

pub mod demo;
pub mod domain;
pub mod ingest;
