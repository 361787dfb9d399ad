//! Inserting rows: as many with each statement as the server's packets and its strictness allow.

use arrow_array::RecordBatch;
use rowport_model::ColumnRef;
use sqlx::mysql::MySqlArguments;
use sqlx::{Arguments, AssertSqlSafe};

use super::error::from_write;
use super::exact::{be_lenient, be_strict, be_strict_after, is_error_value};
use super::write::MysqlTransaction;
use crate::error::DriverError;
use crate::values::{Cell, cell};

/// How many rows one statement inserts, and how many values and bytes it takes at most.
const INSERT_BATCH_ROWS: usize = 256;
const INSERT_BATCH_VALUES: usize = 32_768;
const INSERT_BATCH_BYTES: usize = 4 << 20;

impl MysqlTransaction {
    /// Inserts the rows of a batch by statements that begin with `head`, and says how many. Where the rows are numbered
    /// from a number on, this is the last column.
    pub(super) async fn insert_rows(
        &mut self,
        head: &str,
        columns: &[ColumnRef],
        rows: &RecordBatch,
        numbered: Option<u64>,
    ) -> Result<u64, DriverError> {
        let width = columns.len() + usize::from(numbered.is_some());
        let placeholders = format!("({})", vec!["?"; width].join(", "));
        let max_rows = INSERT_BATCH_ROWS.min(INSERT_BATCH_VALUES / width.max(1)).max(1);
        let max_bytes = INSERT_BATCH_BYTES.min(self.max_packet() / 2);
        let (mut row, mut inserted) = (0, 0);
        while row < rows.num_rows() {
            let (mut cells, mut count, mut bytes) = (Vec::new(), 0, 0);
            while row + count < rows.num_rows() && count < max_rows {
                let mut next: Vec<_> = rows.columns().iter().map(|array| cell(array, row + count)).collect();
                let error_values = error_values(columns, &next);
                next.extend(numbered.map(|first| Cell::Unsigned(first + (row + count) as u64)));
                bytes += next.iter().map(bytes_of).sum::<usize>();
                if count > 0 && (error_values > 0 || bytes > max_bytes) {
                    break;
                }
                cells.extend(next);
                count += 1;
                if error_values > 0 {
                    let sql = format!("{head}{placeholders}");
                    inserted += self.write_cells(sql, &cells, error_values).await?;
                    cells.clear();
                    break;
                }
            }
            if !cells.is_empty() {
                let sql = format!("{head}{}", vec![placeholders.as_str(); count].join(", "));
                inserted += self.write_cells(sql, &cells, 0).await?;
            }
            row += count;
        }
        Ok(inserted)
    }

    /// Runs a statement with values, of which so many are such as strict mode does not take.
    pub(super) async fn write_cells(
        &mut self,
        sql: String,
        cells: &[Cell<'_>],
        error_values: usize,
    ) -> Result<u64, DriverError> {
        self.fits(cells.iter().map(bytes_of).sum(), cells.len())?;
        let mut values = MySqlArguments::default();
        for cell in cells {
            add(&mut values, cell)?;
        }
        let session = self.session();
        if error_values > 0 {
            be_lenient(session).await?;
        }
        let done = sqlx::query_with(AssertSqlSafe(sql), values).execute(&mut session.connection).await;
        match (&done, error_values) {
            (_, 0) => {}
            (Ok(_), _) => be_strict_after(session, error_values).await?,
            (Err(_), _) => be_strict(session).await?,
        }
        Ok(done.map_err(from_write)?.rows_affected())
    }
}

/// How many of a row's values strict mode does not take.
pub(super) fn error_values(columns: &[ColumnRef], cells: &[Cell<'_>]) -> usize {
    columns.iter().zip(cells).filter(|(column, cell)| is_error_value(column, cell)).count()
}

/// How many bytes a value has on its way.
fn bytes_of(cell: &Cell<'_>) -> usize {
    match cell {
        Cell::Text(text) => text.len(),
        Cell::Moment(moment) => moment.len(),
        Cell::Bytes(bytes) => bytes.len(),
        Cell::RawText(bytes) => bytes.len(),
        _ => 8,
    }
}

fn add(values: &mut MySqlArguments, cell: &Cell<'_>) -> Result<(), DriverError> {
    match cell {
        Cell::Null => values.add(None::<&str>),
        Cell::Boolean(value) => values.add(i64::from(*value)),
        Cell::Integer(value) => values.add(*value),
        Cell::Unsigned(value) => values.add(*value),
        Cell::Float(value) => values.add(*value),
        Cell::Float32(value) => values.add(*value),
        Cell::Text(text) => values.add(text.as_ref()),
        Cell::Moment(moment) => values.add(moment.as_str()),
        Cell::Bytes(bytes) => values.add(*bytes),
        Cell::RawText(bytes) => values.add(bytes.as_ref()),
    }
    .map_err(|error| DriverError::protocol(error.to_string()))
}
