//! Making the journal and upgrading it, in one transaction.

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use super::from_sqlite;
use crate::error::DriverError;
use crate::journal::{Found, Prepared, SQLITE, script};

const IS_THERE: &str = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_rowport_journal'";

const PARTS: &str = "SELECT substr(t.name, 10) || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.name IN ('_rowport_change_sets', '_rowport_change_chunks')";

pub(super) fn make(connection: &Connection) -> Result<Prepared, DriverError> {
    let transaction =
        Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(from_sqlite)?;
    let found = look(&transaction)?;
    let needed = found.needs(&SQLITE.migrations)?;
    // A column is renamed although a view of the application leads nowhere. SQLite reads all views and triggers then,
    // and refuses for one that it cannot read, unless it is told that their texts may stay as they are.
    transaction.pragma_update(None, "writable_schema", true).map_err(from_sqlite)?;
    let run = needed.iter().try_for_each(|statement| transaction.execute_batch(statement));
    transaction.pragma_update(None, "writable_schema", false).map_err(from_sqlite)?;
    run.and_then(|()| transaction.commit()).map_err(from_sqlite)?;
    Ok(found.prepared())
}

pub(super) fn script_for(connection: &Connection) -> Result<String, DriverError> {
    Ok(script(&look(connection)?.needs(&SQLITE.migrations)?, None))
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
