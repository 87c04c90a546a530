//! One binary for every test that needs more than one part of the program.

mod access_contract;
