use std::error::Error;
use std::str::FromStr;

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Decode, Postgres, Row as _, Sqlite, Type};

/// A row of either database.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(crate) fn text(&self, column: &str) -> Result<String, sqlx::Error> {
        self.get(column)
    }

    pub(crate) fn text_or_none(&self, column: &str) -> Result<Option<String>, sqlx::Error> {
        self.get(column)
    }

    pub(crate) fn number(&self, column: &str) -> Result<i64, sqlx::Error> {
        self.get(column)
    }

    pub(crate) fn number_or_none(&self, column: &str) -> Result<Option<i64>, sqlx::Error> {
        self.get(column)
    }

    pub(crate) fn bytes(&self, column: &str) -> Result<Vec<u8>, sqlx::Error> {
        self.get(column)
    }

    /// The value of an enum that is stored by its name.
    pub(crate) fn parse<T: FromStr<Err: Error + Send + Sync + 'static>>(
        &self,
        column: &str,
    ) -> Result<T, sqlx::Error> {
        self.text(column)?.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))
    }

    /// The value of a column, which is named or counted from 0.
    pub(crate) fn get<'r, T>(
        &'r self,
        column: impl ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    ) -> Result<T, sqlx::Error>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }
}
