//! How transactions begin and statements are made. Behind a pooler in transaction mode, a session is a transaction: so
//! nothing is asked outside of one, nothing is prepared under a name, and every setting ends with the transaction.

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Executor, PgConnection, SqlSafeStr};

use super::errors::{from_sqlx, from_write};
use crate::error::DriverError;

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// One read, whose statement may run for so many seconds; 0 is without end.
    Read { seconds: u64 },
    /// Asking the catalog, within the limits that the login has anyway.
    Describe,
    /// Reading the journal: several statements, one state.
    Consult,
    /// Changing rows.
    Change,
}

/// How long another client may hold a row that is to be changed. It is the row's chunk that then waits for another try.
const LOCK_SECONDS: u32 = 10;

/// Every setting that decides how a statement or a value is read or written, whatever the database, the login or the pooler
/// has in its place.
const FIXED: &str = "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, MDY'; \
    SET LOCAL intervalstyle = 'postgres'; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; \
    SET LOCAL xmloption = 'content'; SET LOCAL standard_conforming_strings = on; SET LOCAL array_nulls = on; \
    SET LOCAL transform_null_equals = off; SET LOCAL quote_all_identifiers = off; \
    SET LOCAL gin_fuzzy_search_limit = 0";

/// A statement on its way, with the values that are bound to it.
pub(super) type Bound<'q> = Query<'q, sqlx::Postgres, PgArguments>;

/// A statement with values of its own. sqlx would prepare it under a name otherwise, and a pooler in transaction mode mixes
/// these names up.
pub(super) fn query<'q>(sql: impl SqlSafeStr) -> Bound<'q> {
    sqlx::query(sql).persistent(false)
}

/// Begins a transaction, with every setting fixed.
pub(super) async fn begin(connection: &mut PgConnection, purpose: Purpose) -> Result<(), sqlx::Error> {
    let patience = |statement: u64| {
        format!(
            "SET LOCAL statement_timeout = {statement}; SET LOCAL idle_in_transaction_session_timeout = 0"
        )
    };
    let waiting = || format!("{}; SET LOCAL lock_timeout = '{LOCK_SECONDS}s'", patience(0));
    let (mode, limits) = match purpose {
        Purpose::Read { seconds } => ("REPEATABLE READ READ ONLY", patience(seconds * 1_000)),
        Purpose::Describe => ("REPEATABLE READ READ ONLY", String::new()),
        Purpose::Consult => ("REPEATABLE READ READ ONLY", waiting()),
        Purpose::Change => ("READ COMMITTED READ WRITE", waiting()),
    };
    let sql = format!("BEGIN ISOLATION LEVEL {mode}; {FIXED}; {limits}");
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(drop)
}

/// A connection in a transaction. Dropped before its end it is closed, so that no other user of the pool gets one in the
/// middle of something.
pub(super) struct Session {
    connection: Option<PoolConnection<sqlx::Postgres>>,
}

impl Session {
    pub(super) async fn begin(
        connection: PoolConnection<sqlx::Postgres>,
        purpose: Purpose,
    ) -> Result<Self, DriverError> {
        let mut session = Self { connection: Some(connection) };
        begin(session.connection()?, purpose).await.map_err(from_sqlx)?;
        Ok(session)
    }

    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, DriverError> {
        self.connection.as_deref_mut().ok_or_else(|| DriverError::protocol("the transaction has ended"))
    }

    /// Ends the transaction, and gives the connection back. Triggers that were put off run now, and may refuse a row.
    pub(super) async fn commit(mut self) -> Result<(), DriverError> {
        self.connection()?.execute(sqlx::raw_sql("COMMIT")).await.map_err(from_write)?;
        drop(self.connection.take());
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.close_on_drop();
        }
    }
}

#[cfg(test)]
mod tests {
    /// The library's own function prepares under a name, which is noticed only once there is a pooler.
    #[test]
    fn statements_are_made_in_this_file_only() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/postgres");
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let source = std::fs::read_to_string(&path).unwrap();
            if path.file_name().is_some_and(|name| name != "session.rs") {
                for way in ["sqlx::query", "query_as(", "query_scalar(", "QueryBuilder"] {
                    assert!(!source.contains(way), "{}: {way}", path.display());
                }
            }
        }
    }
}
