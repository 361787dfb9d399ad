use arrow_schema::DataType;
use rowport_model::ErrorCode;

/// Why a row, a schema or an option could not be encoded, and where.
///
/// Row numbers count from 1 over the whole export, without header rows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A column has an Arrow type in which no Rowport column travels.
    #[error("column {column:?} has the type {found}, which no format can write")]
    UnsupportedType {
        /// The column's name.
        column: String,
        /// Its Arrow type.
        found: DataType,
    },
    /// A batch does not have the columns that the encoder was made for.
    #[error("the rows from number {row} on do not have the columns of this export: {detail}")]
    SchemaMismatch {
        /// The first row of the batch.
        row: u64,
        /// What differs.
        detail: String,
    },
    /// An option has a value that would give a file nobody can read back.
    #[error("the option {option} is not usable: {detail}")]
    InvalidOption {
        /// The option's name.
        option: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// The format has fewer columns than the export.
    #[error(
        "the export has {columns} columns, and {format} holds at most {limit}; leave some out, or export as CSV"
    )]
    TooManyColumns {
        /// The format's name.
        format: &'static str,
        /// How many columns the export has.
        columns: usize,
        /// How many the format has.
        limit: usize,
    },
    /// Grouping by a column gives more sheets than a workbook should have.
    #[error(
        "row {row} would begin sheet number {sheet}, and a workbook gets at most {limit}; \
             group by a column with fewer values, or do not group"
    )]
    TooManySheets {
        /// The row that would begin the sheet.
        row: u64,
        /// The sheet's number.
        sheet: usize,
        /// The limit.
        limit: usize,
    },
    /// A text is longer than a cell of the format.
    #[error(
        "row {row}, column {column:?}: the text has {length} characters, and a cell of {format} holds at most \
             {limit}; leave the column out, or export as CSV, NDJSON or Parquet"
    )]
    CellTooLong {
        /// The row, or 0 for the header.
        row: u64,
        /// The column's name.
        column: String,
        /// The format's name.
        format: &'static str,
        /// How long the text is, in UTF-16 units.
        length: usize,
        /// The limit, in UTF-16 units.
        limit: usize,
    },
    /// A value does not have the type of its column, and the format's columns have exactly one type.
    #[error(
        "row {row}, column {column:?}: the database holds a value here that is not of the type {expected}, and a column of \
             {format} has one type; leave the column out, or export as CSV or NDJSON"
    )]
    MixedColumn {
        /// The row.
        row: u64,
        /// The column's name.
        column: String,
        /// The type word of the column.
        expected: String,
        /// The format's name.
        format: &'static str,
    },
    /// A part of the file outgrew what the container format can describe.
    #[error("row {row}: {detail}")]
    TooLarge {
        /// The last row that was written.
        row: u64,
        /// What grew too large.
        detail: &'static str,
    },
    /// A library that writes a part of the format failed.
    #[error("after row {row}: {detail}")]
    Internal {
        /// How many rows had been taken.
        row: u64,
        /// What the library said.
        detail: String,
    },
}

impl EncodeError {
    /// A stable word for programs.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::UnsupportedType { .. } => ErrorCode::UnsupportedType,
            Self::SchemaMismatch { .. } => ErrorCode::SchemaMismatch,
            Self::InvalidOption { .. } => ErrorCode::InvalidOption,
            Self::TooManyColumns { .. } => ErrorCode::TooManyColumns,
            Self::TooManySheets { .. } => ErrorCode::TooManySheets,
            Self::CellTooLong { .. } => ErrorCode::CellTooLong,
            Self::MixedColumn { .. } => ErrorCode::MixedColumn,
            Self::TooLarge { .. } => ErrorCode::TooLarge,
            Self::Internal { .. } => ErrorCode::EncoderFailed,
        }
    }

    /// The row where it happened, where there is one.
    pub fn row(&self) -> Option<u64> {
        match self {
            Self::SchemaMismatch { row, .. }
            | Self::TooManySheets { row, .. }
            | Self::CellTooLong { row, .. }
            | Self::MixedColumn { row, .. }
            | Self::TooLarge { row, .. }
            | Self::Internal { row, .. } => Some(*row),
            Self::UnsupportedType { .. } | Self::InvalidOption { .. } | Self::TooManyColumns { .. } => None,
        }
    }

    /// The column where it happened, where there is one.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::UnsupportedType { column, .. }
            | Self::CellTooLong { column, .. }
            | Self::MixedColumn { column, .. } => Some(column),
            _ => None,
        }
    }
}
