//! One suite for the state on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, clippy::disallowed_methods)]

/// Runs each case on a store of its own in every database that the state can be in.
macro_rules! on_every_state {
    ($($case:ident),+ $(,)?) => {
        $(mod $case {
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                let folder = tempfile::tempdir().unwrap();
                let store = rowport_store::Store::open(&folder.path().join("rowport.sqlite")).await.unwrap();
                super::$case(store).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                let database = rowport_testkit::Postgres::create();
                let store = rowport_store::Store::connect(database.url()).await.unwrap();
                super::$case(store).await;
            }
        })+
    };
}

mod bucket;
mod deliveries;
mod depot;
mod retention;
mod runs;
mod saved;
mod sweeping;
mod tampering;
mod upgraded;
