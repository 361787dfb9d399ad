//! The transaction below all repositories.

use sqlx::Transaction;
use tokio::sync::MutexGuard;

use crate::context::Context;
use crate::database::{Connection, Database, Executor, Query, Row};
use crate::error::StoreError;

/// A transaction that may write. It is rolled back when it is dropped before [`commit`](Self::commit).
pub(crate) struct Tx<'a> {
    context: &'a Context,
    open: Open<'a>,
}

enum Open<'a> {
    Sqlite {
        // In this order: the connection is given back before the next writer has its turn.
        transaction: Transaction<'static, sqlx::Sqlite>,
        turn: MutexGuard<'a, ()>,
    },
    Postgres(Transaction<'static, sqlx::Postgres>),
}

impl<'a> Tx<'a> {
    /// Begins a transaction.
    ///
    /// SQLite takes its write lock at the start: a transaction that began by reading could not wait for it later. Writers
    /// of this process take turns before, because SQLite lets whichever asks at the right moment go first, and others wait
    /// for ever.
    pub(crate) async fn begin(context: &'a Context) -> Result<Self, StoreError> {
        let database = &context.database;
        let open = match database {
            Database::Sqlite(sqlite) => {
                let turn = sqlite.turn().await;
                let begun = sqlite.pool().begin_with("BEGIN IMMEDIATE").await;
                begun.map(|transaction| Open::Sqlite { transaction, turn })
            }
            Database::Postgres(postgres) => postgres.pool().begin().await.map(Open::Postgres),
        };
        let open = open.map_err(|error| database.map_sqlx_error(error))?;
        Ok(Self { context, open })
    }

    /// Makes everything that was written visible and durable, or nothing of it.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let committed = match self.open {
            Open::Sqlite { transaction, turn } => {
                let committed = transaction.commit().await;
                drop(turn);
                committed
            }
            Open::Postgres(transaction) => transaction.commit().await,
        };
        committed.map_err(|error| self.context.database.map_sqlx_error(error))
    }

    /// What the repositories share.
    pub(crate) fn context(&self) -> &'a Context {
        self.context
    }

    fn connection(&mut self) -> Connection<'_> {
        match &mut self.open {
            Open::Sqlite { transaction, .. } => Connection::Sqlite(transaction),
            Open::Postgres(transaction) => Connection::Postgres(transaction),
        }
    }
}

impl Executor for &mut Tx<'_> {
    async fn execute(&mut self, query: &Query<'_>) -> Result<u64, sqlx::Error> {
        self.connection().execute(query).await
    }

    async fn fetch_all(&mut self, query: &Query<'_>) -> Result<Vec<Row>, sqlx::Error> {
        self.connection().fetch_all(query).await
    }

    async fn fetch_optional(&mut self, query: &Query<'_>) -> Result<Option<Row>, sqlx::Error> {
        self.connection().fetch_optional(query).await
    }

    fn database(&self) -> &Database {
        &self.context.database
    }
}
