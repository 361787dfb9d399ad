//! A statement with the values that are bound to it, and the one way in which both databases run it.

use std::borrow::Cow;

use sqlx::{AssertSqlSafe, Encode, PgConnection, SqliteConnection, Type};

use super::{Database, Row};
use crate::error::StoreError;

/// A statement for either database. Its text is written in words that both dialects understand, with `$1` for values.
pub(crate) struct Query<'q> {
    sql: Cow<'static, str>,
    values: Vec<Value<'q>>,
    on_unique_violation: Option<StoreError>,
    on_foreign_key_violation: Option<StoreError>,
}

/// A value to bind. NULL has the type of the variant, as PostgreSQL asks for one.
pub(crate) enum Value<'q> {
    Text(Option<Cow<'q, str>>),
    Number(Option<i64>),
    Bytes(&'q [u8]),
}

/// What runs statements: the database itself, each statement on its own, or a transaction.
pub(crate) trait Executor: Send {
    /// Runs the statement; the value is the number of rows that it changed.
    fn execute(&mut self, query: &Query<'_>) -> impl Future<Output = Result<u64, sqlx::Error>> + Send;

    /// All rows of the statement.
    fn fetch_all(&mut self, query: &Query<'_>) -> impl Future<Output = Result<Vec<Row>, sqlx::Error>> + Send;

    /// The first row of the statement.
    fn fetch_optional(
        &mut self,
        query: &Query<'_>,
    ) -> impl Future<Output = Result<Option<Row>, sqlx::Error>> + Send;

    /// The database that the statements go to, which knows what its errors mean.
    fn database(&self) -> &Database;
}

/// A connection to either database.
pub(crate) enum Connection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// A statement of this text.
pub(crate) fn query<'q>(sql: impl Into<Cow<'static, str>>) -> Query<'q> {
    Query { sql: sql.into(), values: Vec::new(), on_unique_violation: None, on_foreign_key_violation: None }
}

impl<'q> Query<'q> {
    /// Binds the next value.
    pub(crate) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// The error when a row with the same value of a unique column is there.
    pub(crate) fn on_unique_violation(self, error: StoreError) -> Self {
        Self { on_unique_violation: Some(error), ..self }
    }

    /// The error when the row that the new one refers to is not there.
    pub(crate) fn on_foreign_key_violation(self, error: StoreError) -> Self {
        Self { on_foreign_key_violation: Some(error), ..self }
    }

    /// Runs the statement; the value is the number of rows that it changed.
    pub(crate) async fn execute(self, mut executor: impl Executor) -> Result<u64, StoreError> {
        let done = executor.execute(&self).await;
        done.map_err(|error| self.map_error(executor.database(), error))
    }

    /// All rows, as `read` reads them.
    pub(crate) async fn fetch_all<T>(
        self,
        mut executor: impl Executor,
        read: impl Fn(&Row) -> Result<T, sqlx::Error> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let rows = executor.fetch_all(&self).await;
        rows.and_then(|rows| rows.iter().map(read).collect())
            .map_err(|error| self.map_error(executor.database(), error))
    }

    /// The first row, as `read` reads it; `None` where there is none.
    pub(crate) async fn fetch_optional<T>(
        self,
        mut executor: impl Executor,
        read: impl Fn(&Row) -> Result<T, sqlx::Error> + Send,
    ) -> Result<Option<T>, StoreError> {
        let row = executor.fetch_optional(&self).await;
        row.and_then(|row| row.as_ref().map(read).transpose())
            .map_err(|error| self.map_error(executor.database(), error))
    }

    /// The one row of a statement that always has one, as `read` reads it.
    pub(crate) async fn fetch_one<T>(
        self,
        mut executor: impl Executor,
        read: impl Fn(&Row) -> Result<T, sqlx::Error> + Send,
    ) -> Result<T, StoreError> {
        let row = executor.fetch_optional(&self).await;
        row.and_then(|row| read(&row.ok_or(sqlx::Error::RowNotFound)?))
            .map_err(|error| self.map_error(executor.database(), error))
    }

    /// The one number of a statement that has nothing else.
    pub(crate) async fn fetch_number(self, executor: impl Executor) -> Result<i64, StoreError> {
        self.fetch_one(executor, |row| row.get(0)).await
    }

    /// Whether the statement has a row at all.
    pub(crate) async fn exists(self, executor: impl Executor) -> Result<bool, StoreError> {
        Ok(self.fetch_optional(executor, |_| Ok(())).await?.is_some())
    }

    fn map_error(self, database: &Database, error: sqlx::Error) -> StoreError {
        let violated = error.as_database_error().and_then(|error| {
            if error.is_unique_violation() {
                self.on_unique_violation
            } else if error.is_foreign_key_violation() {
                self.on_foreign_key_violation
            } else {
                None
            }
        });
        violated.unwrap_or_else(|| database.map_sqlx_error(error))
    }

    /// The statement for one of the databases. Text that is known at compile time is not copied.
    fn prepare<'v, DB>(&'v self) -> sqlx::query::Query<'v, DB, DB::Arguments>
    where
        DB: sqlx::Database,
        DB::Arguments: sqlx::IntoArguments<DB>,
        Option<&'v str>: Encode<'v, DB> + Type<DB>,
        Option<i64>: Encode<'v, DB> + Type<DB>,
        &'v [u8]: Encode<'v, DB> + Type<DB>,
    {
        let query = match &self.sql {
            Cow::Borrowed(sql) => sqlx::query::<DB>(*sql),
            Cow::Owned(sql) => sqlx::query::<DB>(AssertSqlSafe(sql.as_str())),
        };
        self.values.iter().fold(query, |query, value| match value {
            Value::Text(text) => query.bind(text.as_deref()),
            Value::Number(number) => query.bind(*number),
            Value::Bytes(bytes) => query.bind(*bytes),
        })
    }
}

impl Connection<'_> {
    pub(crate) async fn execute(self, query: &Query<'_>) -> Result<u64, sqlx::Error> {
        match self {
            Self::Sqlite(connection) => {
                Ok(query.prepare::<sqlx::Sqlite>().execute(connection).await?.rows_affected())
            }
            Self::Postgres(connection) => {
                Ok(query.prepare::<sqlx::Postgres>().execute(connection).await?.rows_affected())
            }
        }
    }

    pub(crate) async fn fetch_all(self, query: &Query<'_>) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Self::Sqlite(connection) => {
                let rows = query.prepare::<sqlx::Sqlite>().fetch_all(connection).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Self::Postgres(connection) => {
                let rows = query.prepare::<sqlx::Postgres>().fetch_all(connection).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    pub(crate) async fn fetch_optional(self, query: &Query<'_>) -> Result<Option<Row>, sqlx::Error> {
        match self {
            Self::Sqlite(connection) => {
                let row = query.prepare::<sqlx::Sqlite>().fetch_optional(connection).await?;
                Ok(row.map(Row::Sqlite))
            }
            Self::Postgres(connection) => {
                let row = query.prepare::<sqlx::Postgres>().fetch_optional(connection).await?;
                Ok(row.map(Row::Postgres))
            }
        }
    }
}

impl<'q> From<&'q str> for Value<'q> {
    fn from(text: &'q str) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }
}

impl<'q> From<&'q String> for Value<'q> {
    fn from(text: &'q String) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Some(Cow::Owned(text)))
    }
}

impl<'q> From<Option<&'q str>> for Value<'q> {
    fn from(text: Option<&'q str>) -> Self {
        Self::Text(text.map(Cow::Borrowed))
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Number(Some(i64::from(number)))
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Number(Some(i64::from(truth)))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

impl<'q> From<&'q [u8]> for Value<'q> {
    fn from(bytes: &'q [u8]) -> Self {
        Self::Bytes(bytes)
    }
}
