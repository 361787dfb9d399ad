//! What changes promise, held against each of the databases: nothing is lost, nothing is touched that was not confirmed,
//! and everything can be taken back.
//!
//! The servers are those of `scripts/databases.sh`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

/// Makes of each `async fn case(kind: SourceKind)` one test for each database, named `case::postgres` and so on.
macro_rules! on_every_database {
    ($($case:ident),+ $(,)?) => {
        $(mod $case {
            use rowport_model::SourceKind;

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                super::$case(SourceKind::Postgres).await;
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

mod bad_input;
mod broken_rules;
mod columns;
mod confirmations;
mod dependents;
mod desk;
mod edges;
mod generated;
mod interleaved;
mod interrupted;
mod keys;
mod logins;
mod migrated;
mod model;
mod pages;
mod preview;
mod races;
mod reading;
mod refusals;
mod repeated;
mod shares;
mod soft;
mod speed;
mod storing;
mod trash;
mod triggers;
mod undo;
