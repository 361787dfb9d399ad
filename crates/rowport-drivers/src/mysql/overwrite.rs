//! Giving rows back their values: many at once by a join with a staging table, or one by one.

use arrow_array::RecordBatch;
use rowport_model::{ColumnRef, DatasetName};

use super::dialect::MysqlDialect;
use super::exact::set_by_updates;
use super::insert::error_values;
use super::write::MysqlTransaction;
use crate::error::DriverError;
use crate::query::{Dialect, Statement};
use crate::values::{Cell, cell};

/// Fewer rows than this are quicker one by one than by a table that is made for them.
const MIN_STAGED_ROWS: usize = 16;

impl MysqlTransaction {
    /// Sets the columns of `set` in each row of the batch, which has those of `columns`.
    pub(super) async fn overwrite_rows(
        &mut self,
        dataset: &DatasetName,
        key: &[ColumnRef],
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<u64, DriverError> {
        let is_key = |column: &ColumnRef| key.iter().any(|key| key.name == column.name);
        let set: Vec<&ColumnRef> = columns.iter().filter(|column| !is_key(column)).collect();
        if set.is_empty() {
            return Ok(rows.num_rows() as u64);
        }
        let untouched = self.untouched(dataset, columns).await?;
        if rows.num_rows() >= MIN_STAGED_ROWS && !has_error_values(columns, rows) {
            let staged = self.overwrite_staged(dataset, key, columns, &untouched, rows).await?;
            if let Some(changed) = staged {
                return Ok(changed);
            }
        }
        let index = |column: &ColumnRef| columns.iter().position(|it| it.name == column.name).unwrap_or(0);
        let order: Vec<usize> = set.iter().copied().chain(key).map(index).collect();
        let sql = one_row(dataset, key, &set, &untouched);
        let mut changed = 0;
        for row in 0..rows.num_rows() {
            let cells: Vec<Cell<'_>> = order.iter().map(|index| cell(rows.column(*index), row)).collect();
            let given: Vec<ColumnRef> = set.iter().map(|column| (*column).clone()).collect();
            let error_values = error_values(&given, &cells);
            changed += self.write_cells(sql.clone(), &cells, error_values).await?;
        }
        Ok(changed)
    }

    /// All rows by one statement. None where this login may not make temporary tables, or the server cannot make one like
    /// this table.
    async fn overwrite_staged(
        &mut self,
        dataset: &DatasetName,
        key: &[ColumnRef],
        columns: &[ColumnRef],
        untouched: &[String],
        rows: &RecordBatch,
    ) -> Result<Option<u64>, DriverError> {
        if !self.may_stage() {
            return Ok(None);
        }
        let mut staging = match self.make_staging(dataset, columns, &[]).await {
            Ok(staging) => staging,
            Err(DriverError::Refused { .. }) => {
                self.stage_no_more();
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        self.stage_rows(&mut staging, rows).await?;
        let staged = |column: &ColumnRef| {
            let index = columns.iter().position(|it| it.name == column.name).unwrap_or(0);
            (MysqlDialect.identifier(&column.name), format!("s.c{index}"))
        };
        let is_key = |column: &&ColumnRef| key.iter().any(|key| key.name == column.name);
        let kept = untouched.iter().map(|name| (name.clone(), format!("t0.{name}")));
        let fields: Vec<_> =
            columns.iter().filter(|column| !is_key(column)).map(staged).chain(kept).collect();
        let same: Vec<_> =
            key.iter().map(staged).map(|(name, value)| format!("t0.{name} = {value}")).collect();
        let table = MysqlDialect.staging(&staging.table());
        let same = same.join(" AND ");
        let sql = MysqlDialect.update_from(&MysqlDialect.table(dataset), &table, &fields, &same, "1 = 1");
        let changed = self.execute(Statement { sql, binds: Vec::new() }).await?;
        self.drop_staging(&staging).await?;
        Ok(Some(changed))
    }

    /// The columns that an update of a table sets by itself, and that are to stay as they are.
    async fn untouched(
        &mut self,
        dataset: &DatasetName,
        written: &[ColumnRef],
    ) -> Result<Vec<String>, DriverError> {
        if !self.set_by_updates.contains_key(dataset) {
            let found = set_by_updates(self.session(), dataset).await?;
            self.set_by_updates.insert(dataset.clone(), found);
        }
        let by_updates = self.set_by_updates.get(dataset).into_iter().flatten();
        let is_other = |name: &&String| !written.iter().any(|column| column.name == **name);
        Ok(by_updates.filter(is_other).map(|name| MysqlDialect.identifier(name)).collect())
    }
}

/// The statement that sets columns of one row, and keeps all others as they are.
fn one_row(dataset: &DatasetName, key: &[ColumnRef], set: &[&ColumnRef], untouched: &[String]) -> String {
    let given = |column: &ColumnRef| format!("{} = ?", MysqlDialect.identifier(&column.name));
    let kept = untouched.iter().map(|name| format!("{name} = {name}"));
    let fields: Vec<_> = set.iter().copied().map(given).chain(kept).collect();
    let same: Vec<_> = key.iter().map(given).collect();
    let table = MysqlDialect.table(dataset);
    format!("UPDATE {table} SET {} WHERE {}", fields.join(", "), same.join(" AND "))
}

/// Whether any value is one that strict mode does not take: such rows go one by one.
fn has_error_values(columns: &[ColumnRef], rows: &RecordBatch) -> bool {
    let enums = columns
        .iter()
        .zip(rows.columns())
        .filter(|(column, _)| matches!(column.column_type, rowport_model::ColumnType::Enum { .. }));
    enums.into_iter().any(|(column, array)| {
        (0..rows.num_rows()).any(|row| super::exact::is_error_value(column, &cell(array, row)))
    })
}
