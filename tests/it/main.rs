//! One binary for every test that needs more than one part of the program.

mod journal_contract;
mod journal_sqlite;
