//! Background work by real processes that are killed, stopped and asked to end.

mod drained;
mod fenced;
mod killed;
mod lost_connections;
mod served;
mod shared;
