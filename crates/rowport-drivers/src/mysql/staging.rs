//! Staging rows in a temporary table, and merging them. It outlives the transaction, so it is dropped when that ends.

use arrow_array::RecordBatch;
use async_trait::async_trait;
use rowport_model::{ColumnRef, DatasetName, Query};

use super::dialect::MysqlDialect;
use super::write::MysqlTransaction;
use crate::error::{Denied, DriverError};
use crate::query::{Dialect, Statement};
use crate::staging::{Change, Merger, Staging, creation};

impl MysqlTransaction {
    pub(super) async fn make_staging(
        &mut self,
        dataset: &DatasetName,
        columns: &[ColumnRef],
        key: &[ColumnRef],
    ) -> Result<Staging, DriverError> {
        self.stagings += 1;
        let staging = Staging::new(self.stagings, dataset, columns, key);
        let table = MysqlDialect.staging(&staging.table());
        let columns = creation(&staging, &MysqlDialect);
        let statement = |index: String| {
            format!(
                "CREATE TEMPORARY TABLE {table} (n bigint NOT NULL PRIMARY KEY{index}) ENGINE = InnoDB \
                 AS SELECT 0 AS n, {columns} LIMIT 0"
            )
        };
        let indexes = match staging.key_indexes() {
            // Later would be too late: an index that is made ends the transaction.
            indexes if !indexes.is_empty() => {
                vec![format!(", KEY by_key ({})", indexes.join(", ")), String::new()]
            }
            _ => vec![String::new()],
        };
        let mut made = Ok(());
        for index in indexes {
            made = self.script(statement(index)).await;
            // Some types have no index without a length; merging such rows takes longer.
            if !matches!(made, Err(DriverError::Refused { what: Denied::Statement, .. })) {
                break;
            }
        }
        match made {
            Ok(()) => Ok(staging),
            // The server says that of the database, as it does when a login may not enter it.
            Err(DriverError::Refused { what: Denied::Login | Denied::Right, message, native_code }) => {
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
        let table = MysqlDialect.staging(&staging.table());
        let head = format!("INSERT INTO {table} ({}, n) VALUES ", names.join(", "));
        let columns = staging.columns.clone();
        self.insert_rows(&head, &columns, rows, Some(staging.rows)).await?;
        staging.rows += rows.num_rows() as u64;
        Ok(())
    }

    pub(super) async fn drop_staging(&mut self, staging: &Staging) -> Result<(), DriverError> {
        let table = MysqlDialect.staging(&staging.table());
        self.script(format!("DROP TEMPORARY TABLE IF EXISTS {table}")).await
    }
}

#[async_trait]
impl Merger for MysqlTransaction {
    fn dialect(&self) -> Box<dyn Dialect> {
        Box::new(MysqlDialect)
    }

    async fn ready(&mut self, _: &Staging, _: bool) -> Result<(), DriverError> {
        Ok(())
    }

    async fn select(
        &mut self,
        statement: Statement,
        answer: &Query,
        max_bytes: usize,
    ) -> Result<RecordBatch, DriverError> {
        self.rows(statement, answer, max_bytes).await
    }

    async fn change(&mut self, statement: Statement, _: Change, _: &Staging) -> Result<u64, DriverError> {
        self.execute(statement).await
    }
}
