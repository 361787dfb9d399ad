//! The API against real databases, over real connections.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod access;
mod bucket;
mod changes;
mod connections;
mod deleted;
mod desk;
mod document;
mod downloads;
mod hidden;
mod names;
mod problems;
mod repeated;
mod runs;
mod saved;
mod slow_readers;
mod storage;
mod subjects;
