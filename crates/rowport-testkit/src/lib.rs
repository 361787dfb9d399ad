//! For tests only: throwaway databases, and what to put into them.
//!
//! - [`Database`]: a fresh, empty PostgreSQL, MariaDB or SQLite database that is dropped with its value
//!   ([`Postgres::create`], [`Mysql::create`], [`Sqlite::create`]).
//! - [`Server`]: a server of a test's own, which may be stopped or speak TLS only with throwaway [`Certificates`].
//! - [`Hooks`]: an HTTP listener that keeps what it is sent; `Smtp` (with the feature `smtp`): a mail server that does.
//! - [`chinook`]: a real music-store database that nobody here designed, in all three.
//! - [`edges`]: tables that hold every type of each database at its edges.
//! - [`cases`], [`seed`], [`soak`]: how much is tried. [`PATIENCE`], [`within`], [`wait_until`]: how long a test waits.
//! - `S3` (with the feature `s3`): a bucket behind a real socket, which misbehaves when it is told to; `NamedBucket`: one
//!   of a server that is already there.
//!
//! A test that needs a server fails without one, and says how to start it; it is never skipped. What goes wrong in
//! here is a mistake in the test or its surroundings, so everything panics with a message instead of returning errors.

pub mod chinook;
mod databases;
pub mod edges;
mod effort;
mod hooks;
mod patience;
#[cfg(feature = "s3")]
mod s3;
mod server;
#[cfg(feature = "smtp")]
mod smtp;

pub use databases::{Database, Mysql, Postgres, Row, Sqlite, pooled};
pub use effort::{cases, seed, soak};
pub use hooks::{Hook, Hooks};
pub use patience::{PATIENCE, wait_until, within};
#[cfg(feature = "s3")]
pub use s3::{Asked, Fault, NamedBucket, S3};
pub use server::{Certificates, Server, Stop};
#[cfg(feature = "smtp")]
pub use smtp::{Mail, Smtp};
