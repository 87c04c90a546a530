//! One binary for every test that needs more than one part of the program.

mod access;
mod access_contract;
