//! Background work by real processes that are killed, stopped and asked to end.

mod drained;
mod fenced;
mod forgotten;
mod full_disk;
mod killed;
mod listeners;
mod lost_connections;
mod misbehaving;
mod place;
mod restarted;
pub mod served;
mod shared;
mod storage;
