//! The real binary against real databases: what it writes, what it says when it cannot, and what it leaves behind.
//!
//! `make test` runs a tenth of the counts; `make soak` (`ROWPORT_SOAK=1`) runs all of them and the checks that take
//! minutes, and `ROWPORT_CASES=n` runs exactly so many of what is counted. `ROWPORT_BINARY=path` tries another build than the debug one.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod bad_input;
mod binary;
mod cells;
mod changes;
mod chinook;
mod commands;
mod compare;
mod dependents;
mod disks;
mod edges;
mod expected;
mod failing;
mod many_changes;
mod memory;
mod operations;
mod options;
mod people;
mod reference;
mod relayed;
mod repeated;
mod runs;
mod snapshot;
mod sources;
mod subjects;
mod under_fire;
mod xlsx;
