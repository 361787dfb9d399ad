//! Staging rows in a temporary table, and merging them. It ends with the connection, which is the transaction's own.

use arrow_array::RecordBatch;
use async_trait::async_trait;
use rowport_model::{ColumnRef, DatasetName, Query};

use super::dialect::SqliteDialect;
use super::write::{Failure, SqliteTransaction, bind_row, prepare};
use crate::error::DriverError;
use crate::query::{Dialect, Statement};
use crate::staging::{Change, Merger, Staging, creation};

impl SqliteTransaction {
    pub(super) async fn make_staging(
        &mut self,
        dataset: &DatasetName,
        columns: &[ColumnRef],
        key: &[ColumnRef],
    ) -> Result<Staging, DriverError> {
        self.stagings += 1;
        let staging = Staging::new(self.stagings, dataset, columns, key);
        let sql = format!(
            "CREATE TEMPORARY TABLE {} AS SELECT 0 AS n, {} LIMIT 0",
            staging.table(),
            creation(&staging, &SqliteDialect)
        );
        let table = dataset.table.clone();
        self.work(move |connection| Ok(prepare(connection, &sql, &table)?.raw_execute().map(drop)?)).await?;
        Ok(staging)
    }

    pub(super) async fn stage_rows(
        &mut self,
        staging: &mut Staging,
        rows: &RecordBatch,
    ) -> Result<(), DriverError> {
        let placeholders: Vec<_> =
            (1..=staging.columns.len() + 1).map(|number| format!("?{number}")).collect();
        let names: Vec<_> = (0..staging.columns.len()).map(|index| format!("c{index}")).collect();
        let sql = format!(
            "INSERT INTO {} ({}, n) VALUES ({})",
            SqliteDialect.staging(&staging.table()),
            names.join(", "),
            placeholders.join(", ")
        );
        let (rows, first) = (rows.clone(), staging.rows);
        staging.rows += self
            .work(move |connection| {
                let mut prepared = connection.prepare(&sql)?;
                for row in 0..rows.num_rows() {
                    bind_row(&mut prepared, &rows, row).map_err(Failure::Row)?;
                    prepared.raw_bind_parameter(rows.num_columns() + 1, (first + row as u64) as i64)?;
                    prepared.raw_execute().map_err(Failure::Row)?;
                }
                Ok(rows.num_rows() as u64)
            })
            .await?;
        Ok(())
    }
}

#[async_trait]
impl Merger for SqliteTransaction {
    fn dialect(&self) -> Box<dyn Dialect> {
        Box::new(SqliteDialect)
    }

    async fn ready(&mut self, staging: &Staging, partly: bool) -> Result<(), DriverError> {
        let table = staging.table();
        let mut sql = String::new();
        if partly {
            sql.push_str(&format!("CREATE INDEX IF NOT EXISTS temp.{table}_n ON {table} (n);"));
        }
        if !staging.key.is_empty() {
            let key = staging.key_indexes().join(", ");
            sql.push_str(&format!("CREATE INDEX IF NOT EXISTS temp.{table}_key ON {table} ({key});"));
        }
        self.work(move |connection| Ok(connection.execute_batch(&sql)?)).await
    }

    async fn select(
        &mut self,
        statement: Statement,
        answer: &Query,
        max_bytes: usize,
    ) -> Result<RecordBatch, DriverError> {
        self.rows(statement, answer, max_bytes).await
    }

    async fn change(
        &mut self,
        mut statement: Statement,
        change: Change,
        staging: &Staging,
    ) -> Result<u64, DriverError> {
        let verb = match change {
            Change::Insert => Some("INSERT"),
            Change::Update => Some("UPDATE"),
            Change::Delete => None,
        };
        if let Some(verb) = verb {
            let or_abort = self.or_abort(verb, &staging.dataset).await?;
            statement.sql.replace_range(..verb.len(), or_abort);
        }
        self.run(statement, &staging.dataset).await
    }
}
