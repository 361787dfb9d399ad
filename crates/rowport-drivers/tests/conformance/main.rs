//! What every driver promises, held against each of them: the same cases run on PostgreSQL, MariaDB and SQLite
//! through [`rowport_drivers::connect`], and against nothing else. A new driver adds its name to
//! [`on_every_database`] and its expectations to `types`.
//!
//! The servers are those of `scripts/databases.sh`. `ROWPORT_CASES` says how many generated views and how many reads
//! beside a writer are tried.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

/// Makes of each `async fn case(kind: SourceKind)` one test for each database, named `case::postgres` and so on, and one for
/// PostgreSQL behind a pooler, `case::pooled`.
macro_rules! on_every_database {
    ($($case:ident),+ $(,)?) => {
        $(mod $case {
            use rowport_model::SourceKind;

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                super::$case(SourceKind::Postgres).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn pooled() {
                crate::source::through_a_pooler(super::$case(SourceKind::Postgres)).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn mysql() {
                super::$case(SourceKind::Mysql).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                super::$case(SourceKind::Sqlite).await;
            }
        })+
    };
}

mod addresses;
mod cancelling;
mod cells;
mod distributed;
mod encryption;
mod errors;
mod filtering;
mod generated;
mod introspection;
mod judged;
mod meanings;
mod memory;
mod merging;
mod paging;
mod snapshots;
mod source;
mod speed;
mod types;
