//! The one way in which Rowport asks other servers for something over HTTP. What holds for each request:
//!
//! - Only `http` and `https`, and no login in the address.
//! - The name is resolved once. Where only public addresses may be reached, one address among them that is not public
//!   is reason enough to refuse; the connection is made to the very addresses that were looked at.
//! - No redirect is followed: an answer that is one is handed over like any other.
//! - Time is bounded from the first step to the last byte, and so are the bytes of the answer.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod error;
mod public;
mod send;

pub use error::FetchError;
pub use public::is_public;
pub use send::{Fetcher, Reach};
