//! Staging rows in a temporary table, and merging them. It ends with the transaction, behind a pooler as well.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use async_trait::async_trait;
use rowport_model::{ColumnRef, DatasetName, Query};
use sqlx::{AssertSqlSafe, Executor};

use super::errors::{from_sqlx, from_write};
use super::rights::Event;
use super::write::{PostgresTransaction, replaced};
use crate::error::{Denied, DriverError};
use crate::query::{Dialect, Statement};
use crate::staging::{Change, Merger, Staging, creation};

/// What was done for the staging tables of a transaction, by their numbers.
#[derive(Default)]
pub(super) struct Stagings(HashMap<u32, Readied>);

#[derive(Default)]
struct Readied {
    /// How many rows there were when the planner was told of them.
    analyzed: u64,
    /// Whether rows are found by their numbers.
    numbered: bool,
}

/// The planner takes a table that it knows nothing of to have about so many rows.
const ANALYZED_FROM: u64 = 1_000;

impl PostgresTransaction {
    pub(super) async fn make_staging(
        &mut self,
        dataset: &DatasetName,
        columns: &[ColumnRef],
        key: &[ColumnRef],
    ) -> Result<Staging, DriverError> {
        let number = u32::try_from(self.stagings.0.len()).unwrap_or(u32::MAX);
        let staging = Staging::new(number, dataset, columns, key);
        let sql = format!(
            "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT NULL::bigint AS n, {} WITH NO DATA",
            self.dialect.staging(&staging.table()),
            creation(&staging, &self.dialect)
        );
        match self.prepare_staging(sql).await {
            Ok(()) => {
                self.stagings.0.insert(number, Readied::default());
                Ok(staging)
            }
            Err(DriverError::Refused { what: Denied::Right, message, native_code }) => {
                Err(DriverError::Refused { what: Denied::Staging, message, native_code })
            }
            Err(error) => Err(error),
        }
    }

    pub(super) async fn stage_rows(
        &mut self,
        staging: &mut Staging,
        rows: &RecordBatch,
    ) -> Result<(), DriverError> {
        let names: Vec<_> = (0..staging.columns.len()).map(|index| format!("c{index}")).collect();
        let table = self.dialect.staging(&staging.table());
        self.copy_in(&table, &names, rows, Some(staging.rows)).await?;
        staging.rows += rows.num_rows() as u64;
        Ok(())
    }

    async fn prepare_staging(&mut self, sql: String) -> Result<(), DriverError> {
        let statement = sqlx::raw_sql(AssertSqlSafe(sql));
        self.session.connection()?.execute(statement).await.map(drop).map_err(from_sqlx)
    }
}

#[async_trait]
impl Merger for PostgresTransaction {
    fn dialect(&self) -> Box<dyn Dialect> {
        Box::new(self.dialect)
    }

    async fn ready(&mut self, staging: &Staging, partly: bool) -> Result<(), DriverError> {
        let table = self.dialect.staging(&staging.table());
        let readied = self.stagings.0.entry(staging.number).or_default();
        let mut statements = Vec::new();
        if partly && !std::mem::replace(&mut readied.numbered, true) {
            statements.push(format!("CREATE INDEX ON {table} (n)"));
        }
        if staging.rows >= ANALYZED_FROM && readied.analyzed != staging.rows {
            readied.analyzed = staging.rows;
            statements.push(format!("ANALYZE {table}"));
        }
        match statements.is_empty() {
            true => Ok(()),
            false => self.prepare_staging(statements.join("; ")).await,
        }
    }

    async fn select(
        &mut self,
        statement: Statement,
        answer: &Query,
        max_bytes: usize,
    ) -> Result<RecordBatch, DriverError> {
        self.copy_out(statement, answer, max_bytes, from_sqlx).await
    }

    async fn change(
        &mut self,
        statement: Statement,
        change: Change,
        staging: &Staging,
    ) -> Result<u64, DriverError> {
        let event = match change {
            Change::Insert => Event::Insert,
            Change::Update => Event::Update,
            Change::Delete => Event::Delete,
        };
        if self.rights(&staging.dataset).await?.is_replaced(event) {
            return Err(replaced(event, &staging.dataset));
        }
        self.hand_over(&statement.binds).await?;
        let statement = sqlx::raw_sql(AssertSqlSafe(statement.sql));
        let done = self.session.connection()?.execute(statement).await.map_err(from_write)?;
        Ok(done.rows_affected())
    }
}
