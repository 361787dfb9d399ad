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
use crate::read_options::ReadOptions;

/// The first batch is small: a reader may be waiting for a first row.
const FIRST_BATCH_ROWS: usize = 64;

/// All columns of a batch in the making.
pub(crate) struct BatchBuilder {
    schema: SchemaRef,
    pub(crate) columns: Vec<ColumnBuilder>,
    rows: usize,
    /// Bytes of this batch's rows, as they came.
    bytes: usize,
    /// Rows of the batches before.
    rows_before: u64,
    options: ReadOptions,
}

impl BatchBuilder {
    pub(crate) fn new(schema: &SchemaRef, options: ReadOptions) -> Self {
        let columns = schema.fields().iter().map(|field| ColumnBuilder::new(field)).collect();
        Self { schema: Arc::clone(schema), columns, rows: 0, bytes: 0, rows_before: 0, options }
    }

    /// Counts a row that was pushed to every column and had so many bytes. True when the batch is full.
    pub(crate) fn row_done(&mut self, bytes: usize) -> bool {
        self.rows += 1;
        self.bytes += bytes;
        let most = if self.rows_before == 0 { FIRST_BATCH_ROWS } else { self.options.batch_rows };
        self.rows >= most.min(self.options.batch_rows) || self.bytes >= self.options.batch_bytes
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
        self.bytes = 0;
        RecordBatch::try_new_with_options(schema, arrays, &options).map(Some).map_err(DriverError::arrow)
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
    /// Text that is not UTF-8.
    RawText(&'a [u8]),
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

    fn finish(&mut self, field: &Field) -> Result<(ArrayRef, bool), String> {
        let native = match self.native.finish(field.data_type())? {
            Some(native) => native,
            None => {
                self.set_apart_what_is_no_text();
                let native = self.native.finish(field.data_type())?;
                native.ok_or_else(|| "a text is not UTF-8".to_owned())?
            }
        };
        match self.mixed.take() {
            None => Ok((native, false)),
            Some(mixed) => Ok((mixed.finish(native)?, true)),
        }
    }

    /// Databases that do not check their texts hold some that are not UTF-8: such a value travels as its bytes, apart
    /// from those that are bytes in the database.
    #[cold]
    fn set_apart_what_is_no_text(&mut self) {
        let values = self.native.take_values();
        let mixed = self.mixed.take();
        let rows = mixed.as_ref().map_or(values.len(), |mixed| mixed.len());
        for row in 0..rows {
            let native = match &mixed {
                None => Some(row),
                Some(mixed) => mixed.native_index(row),
            };
            match native.map(|index| values[index].as_deref()) {
                Some(None) => self.native().push_null(),
                Some(Some(bytes)) if std::str::from_utf8(bytes).is_ok() => self.native().push_bytes(bytes),
                Some(Some(bytes)) => self.misfit(Misfit::RawText(bytes)),
                None => {
                    if let Some(mixed) = &mixed {
                        self.misfit(mixed.value(row));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_schema::DataType;

    use super::*;

    #[test]
    fn what_is_not_utf_8_travels_as_bytes_beside_the_rest() {
        let schema = Arc::new(Schema::new(vec![Field::new("t", DataType::Utf8, true)]));
        let mut builder = BatchBuilder::new(&schema, ReadOptions::EXPORT);
        // The second and third make one letter together, which they must not.
        for value in [Some("a".as_bytes()), Some(b"\xc3"), Some(b"\xa4"), None, Some("ä".as_bytes())] {
            match value {
                Some(bytes) => builder.columns[0].native().push_bytes(bytes),
                None => builder.columns[0].native().push_null(),
            }
            builder.row_done(1);
        }
        builder.columns[0].misfit(Misfit::Integer(7));
        builder.row_done(1);
        let batch = builder.finish().unwrap().unwrap();
        let column = batch.column(0).as_union();
        let children: Vec<i8> = (0..column.len()).map(|row| column.type_id(row)).collect();
        assert_eq!(children, [0, 5, 5, 0, 0, 1]);
        assert_eq!(column.value(2).as_binary::<i32>().value(0), b"\xa4");
        assert!(column.value(3).is_null(0));
        assert_eq!(column.value(4).as_string::<i32>().value(0), "ä");
    }
}
