//! XLSX: a workbook that a person would have made, written as a stream.
//!
//! A sheet's XML is made row by row, cut into chunks and deflated on two threads; the finished chunks go out in order
//! behind a zip header that leaves sizes and checksum to a descriptor after the data. Nothing is spooled, and what is
//! held back is a few chunks, one sheet's links (bounded) and one line for each sheet.
//!
//! A sheet ends and the next begins at Excel's last row, before its XML could outgrow a 32-bit zip entry, and, when
//! asked, with every new value of a column. What Excel's numbers and dates cannot hold exactly becomes text; a text
//! that is longer than a cell is an error.

mod book;
mod cell;
mod links;
mod names;
mod number;
mod parts;
mod sheet;
mod styles;
mod widths;
mod xml;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use self::book::Book;
use self::cell::CellWriter;
use self::sheet::SheetLayout;
use self::styles::Styles;
use crate::cell::write_plain;
use crate::column::{Column, Value, check_schema, columns};
use crate::{EncodeError, EncodeOptions, Encoder};

const MAX_COLUMNS: usize = 16_384;

/// Writes XLSX.
pub(crate) struct XlsxEncoder {
    schema: SchemaRef,
    book: Book,
    cells: CellWriter,
    layout: SheetLayout,
    sheet_name: String,
    /// The place of the column whose values are the sheets.
    group_column: Option<usize>,
    group: Option<Group>,
    rows: u64,
}

/// The value that all rows of a sheet share; NULL and the empty text are two groups.
#[derive(PartialEq, Eq)]
struct Group {
    is_null: bool,
    text: Vec<u8>,
}

impl XlsxEncoder {
    pub(crate) fn new(schema: SchemaRef, options: EncodeOptions) -> Result<Self, EncodeError> {
        let count = schema.fields().len();
        if count > MAX_COLUMNS {
            return Err(EncodeError::TooManyColumns { format: "XLSX", columns: count, limit: MAX_COLUMNS });
        }
        check_schema(&schema)?;
        let headers = options.headers_for(&schema)?;
        let group_column = options.sheet_by.as_deref().map(|name| place_of(&schema, name)).transpose()?;
        let styles = Styles::new(&schema);
        let cells = CellWriter::new(&schema, &styles, options.guard, options.links);
        let layout = SheetLayout::new(headers, options.header_row, &cells)?;
        let book = Book::new(styles);
        let sheet_name = options.sheet_name;
        Ok(Self { schema, book, cells, layout, sheet_name, group_column, group: None, rows: 0 })
    }

    /// Makes sure that the sheet into which the row belongs is open.
    #[inline]
    fn place(&mut self, columns: &[Column<'_>], row: usize, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if let Some(index) = self.group_column {
            let group = Group::of(columns[index].value(row));
            if self.group.as_ref() != Some(&group) {
                let name = group.name();
                self.group = Some(group);
                self.sheet_name = name;
                return self.book.next_sheet(&self.sheet_name, &self.layout, self.rows, out);
            }
        }
        if self.book.needs_sheet() {
            return self.book.next_sheet(&self.sheet_name, &self.layout, self.rows, out);
        }
        Ok(())
    }
}

impl Encoder for XlsxEncoder {
    fn start(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.book.start(out)
    }

    fn encode(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let columns = columns(&self.schema, batch, self.rows + 1)?;
        self.layout.measure_once(&columns, batch.num_rows());
        for row in 0..batch.num_rows() {
            self.place(&columns, row, out)?;
            self.rows += 1;
            let (sheet, buffer) = self.book.row_target();
            self.cells.write_row(&columns, row, sheet, buffer).map_err(|long| {
                let column = self.schema.field(long.column).name().clone();
                long.at(self.rows, column)
            })?;
            self.book.row_written(self.rows, out)?;
        }
        self.book.take_finished(self.rows, out)
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if self.book.is_empty() {
            self.book.next_sheet(&self.sheet_name, &self.layout, self.rows, out)?;
        }
        self.book.finish(&self.layout, self.rows, out)
    }
}

impl Group {
    fn of(value: Value<'_>) -> Self {
        let mut text = Vec::new();
        write_plain(&value, &mut text);
        Self { is_null: value == Value::Null, text }
    }

    fn name(&self) -> String {
        if self.text.is_empty() {
            "(empty)".to_owned()
        } else {
            String::from_utf8_lossy(&self.text).into_owned()
        }
    }
}

fn place_of(schema: &SchemaRef, name: &str) -> Result<usize, EncodeError> {
    schema.index_of(name).map_err(|_| EncodeError::InvalidOption {
        option: "sheet_by",
        detail: format!("the export has no column {name:?}"),
    })
}
