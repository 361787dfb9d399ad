//! Builds record batches from values as they come off the wire.
//!
//! Own builders rather than arrow's: text is appended as bytes and checked for UTF-8 once for a whole batch, and a
//! column turns into a mixed one in the middle of a batch without touching what it already holds.

mod calendar;
mod mixed;
mod native;

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema, SchemaRef};

pub(crate) use self::calendar::days_since_1970;
use self::mixed::MixedColumn;
pub(crate) use self::native::NativeColumn;
use crate::error::DriverError;
use crate::seam::ReadOptions;

/// All columns of a batch in the making.
pub(crate) struct BatchBuilder {
    schema: SchemaRef,
    pub(crate) columns: Vec<ColumnBuilder>,
    rows: usize,
    /// Rows of the batches before.
    rows_before: u64,
    options: ReadOptions,
}

impl BatchBuilder {
    pub(crate) fn new(schema: &SchemaRef, options: ReadOptions) -> Self {
        let columns = schema.fields().iter().map(|field| ColumnBuilder::new(field)).collect();
        Self { schema: Arc::clone(schema), columns, rows: 0, rows_before: 0, options }
    }

    /// Counts a row that was pushed to every column. True when the batch is full.
    pub(crate) fn row_done(&mut self) -> bool {
        self.rows += 1;
        // Summing up the columns for every row would cost more than it saves.
        self.rows >= self.options.batch_rows
            || (self.rows.is_multiple_of(16) && self.bytes() >= self.options.batch_bytes)
    }

    /// The number of the row in the making, from 1.
    pub(crate) fn row_number(&self) -> u64 {
        self.rows_before + self.rows as u64 + 1
    }

    pub(crate) fn column_name(&self, index: usize) -> &str {
        self.schema.field(index).name()
    }

    /// The batch, leaving the builder empty for the next one; `None` when there are no rows.
    pub(crate) fn finish(&mut self) -> Result<Option<RecordBatch>, DriverError> {
        if self.rows == 0 {
            return Ok(None);
        }
        let mut fields = Vec::with_capacity(self.columns.len());
        let mut arrays = Vec::with_capacity(self.columns.len());
        let mut mixed = false;
        for (index, column) in self.columns.iter_mut().enumerate() {
            let field = self.schema.field(index);
            let (array, is_mixed) = column.finish(field).map_err(|message| DriverError::BadValue {
                row: self.rows_before + 1,
                column: field.name().clone(),
                message,
            })?;
            mixed |= is_mixed;
            fields.push(match is_mixed {
                true => Field::new(field.name(), array.data_type().clone(), true)
                    .with_metadata(field.metadata().clone()),
                false => field.clone(),
            });
            arrays.push(array);
        }
        let schema = if mixed { Arc::new(Schema::new(fields)) } else { Arc::clone(&self.schema) };
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        self.rows_before += self.rows as u64;
        self.rows = 0;
        RecordBatch::try_new_with_options(schema, arrays, &options).map(Some).map_err(DriverError::arrow)
    }

    fn bytes(&self) -> usize {
        self.columns.iter().map(ColumnBuilder::bytes).sum()
    }
}

/// One column of a batch in the making: of its declared type until a value comes that the type cannot hold.
pub(crate) struct ColumnBuilder {
    native: NativeColumn,
    mixed: Option<Box<MixedColumn>>,
}

/// A value that its column's type cannot hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Misfit<'a> {
    Integer(i64),
    Float(f64),
    Text(&'a [u8]),
    Bytes(&'a [u8]),
}

impl ColumnBuilder {
    fn new(field: &Field) -> Self {
        Self { native: NativeColumn::new(field.data_type()), mixed: None }
    }

    /// The declared column, for a value that fits it. Every value goes through here or [`Self::misfit`].
    #[inline]
    pub(crate) fn native(&mut self) -> &mut NativeColumn {
        if let Some(mixed) = &mut self.mixed {
            mixed.points_to_native(self.native.len());
        }
        &mut self.native
    }

    /// Takes a value of another type, which turns the rest of the batch's column into a mixed one.
    #[cold]
    pub(crate) fn misfit(&mut self, value: Misfit<'_>) {
        let length = self.native.len();
        self.mixed.get_or_insert_with(|| Box::new(MixedColumn::after_native(length))).push(value);
    }

    fn bytes(&self) -> usize {
        self.native.bytes() + self.mixed.as_ref().map_or(0, |mixed| mixed.bytes())
    }

    fn finish(&mut self, field: &Field) -> Result<(ArrayRef, bool), String> {
        let native = self.native.finish(field.data_type())?;
        match self.mixed.take() {
            None => Ok((native, false)),
            Some(mixed) => Ok((mixed.finish(native)?, true)),
        }
    }
}
