//! Making the journal and upgrading it, in one transaction.

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use super::from_sqlite;
use crate::error::DriverError;
use crate::journal::{Found, Prepared, SQLITE, written};

const IS_THERE: &str = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_rowport_journal'";

const PARTS: &str = "SELECT substr(t.name, 10) || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.name IN ('_rowport_change_sets', '_rowport_change_chunks')";

pub(super) fn make(connection: &Connection) -> Result<Prepared, DriverError> {
    let transaction =
        Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(from_sqlite)?;
    let found = look(&transaction)?;
    for statement in found.needs(&SQLITE.migrations)? {
        transaction.execute_batch(statement).map_err(from_sqlite)?;
    }
    transaction.commit().map_err(from_sqlite)?;
    Ok(found.prepared())
}

pub(super) fn written_for(connection: &Connection) -> Result<String, DriverError> {
    Ok(written(&look(connection)?.needs(&SQLITE.migrations)?, None))
}

fn look(connection: &Connection) -> Result<Found, DriverError> {
    let found = || -> rusqlite::Result<Found> {
        if connection.query_row(IS_THERE, [], |_| Ok(())).optional()?.is_none() {
            return Ok(Found::default());
        }
        let version = "SELECT COALESCE(max(version), 0) FROM _rowport_journal";
        let version = connection.query_row(version, [], |row| row.get(0))?;
        let parts = connection.prepare(PARTS)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(Found { version, parts })
    };
    found().map_err(from_sqlite)
}
