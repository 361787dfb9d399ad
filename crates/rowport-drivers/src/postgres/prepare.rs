//! Making the journal and upgrading it, in one transaction. What is asked outside of it goes in one message each, as a pooler
//! may send the next to another session.

use std::collections::BTreeSet;

use sqlx::{Connection, Executor, PgConnection, Row};

use super::errors::from_sqlx;
use crate::error::DriverError;
use crate::journal::{Found, POSTGRES, Prepared, script};

/// Two that prepare at once come one after the other. An application that holds the tables is not waited for longer.
const BEGIN: &str = "SET TRANSACTION READ WRITE; SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = 0; \
    SELECT pg_advisory_xact_lock(7238915046)";

const IS_THERE: &str = "SELECT EXISTS (SELECT FROM pg_catalog.pg_tables \
    WHERE schemaname = 'rowport_journal' AND tablename = 'journal')";

const PARTS: &str = "SELECT c.relname || '.' || a.attname FROM pg_catalog.pg_attribute a \
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    WHERE n.nspname = 'rowport_journal' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped";

/// Where the login may not run the statements: its name.
const OTHER_OWNER: &str = "SELECT quote_ident(current_user) WHERE NOT COALESCE( \
    (SELECT pg_has_role(nspowner, 'USAGE') FROM pg_catalog.pg_namespace WHERE nspname = 'rowport_journal'), \
    has_database_privilege(current_database(), 'CREATE'))";

pub(super) async fn make(connection: &mut PgConnection) -> Result<Prepared, DriverError> {
    let mut transaction = connection.begin().await.map_err(from_sqlx)?;
    transaction.execute(sqlx::raw_sql(BEGIN)).await.map_err(from_sqlx)?;
    let found = look(&mut transaction).await?;
    for statement in found.needs(&POSTGRES.migrations)? {
        transaction.execute(sqlx::raw_sql(statement)).await.map_err(from_sqlx)?;
    }
    transaction.commit().await.map_err(from_sqlx)?;
    Ok(found.prepared())
}

pub(super) async fn script_for(connection: &mut PgConnection) -> Result<String, DriverError> {
    let found = match look(connection).await {
        // It is there, and this login may not read its version.
        Err(DriverError::Refused { .. }) => Found::unread(parts(connection).await?),
        found => found?,
    };
    let needed = found.needs(&POSTGRES.migrations)?;
    let login = sqlx::raw_sql(OTHER_OWNER).fetch_optional(connection).await.map_err(from_sqlx)?;
    let login: Option<String> = login.map(|row| row.get(0));
    let grants = login.map(|login| {
        format!(
            "GRANT USAGE ON SCHEMA rowport_journal TO {login};\n\
             GRANT SELECT ON rowport_journal.journal TO {login};\n\
             GRANT SELECT, INSERT, UPDATE, DELETE ON rowport_journal.change_sets, rowport_journal.change_chunks \
             TO {login};\n"
        )
    });
    Ok(script(&needed, grants.as_deref()))
}

async fn look(connection: &mut PgConnection) -> Result<Found, DriverError> {
    let is_there = sqlx::raw_sql(IS_THERE).fetch_one(&mut *connection).await.map_err(from_sqlx)?;
    if !is_there.get::<bool, _>(0) {
        return Ok(Found::default());
    }
    let version = sqlx::raw_sql("SELECT COALESCE(max(version), 0) FROM rowport_journal.journal");
    let version = version.fetch_one(&mut *connection).await.map_err(from_sqlx)?;
    Ok(Found { version: version.get(0), parts: parts(connection).await? })
}

async fn parts(connection: &mut PgConnection) -> Result<BTreeSet<String>, DriverError> {
    let parts = sqlx::raw_sql(PARTS).fetch_all(connection).await.map_err(from_sqlx)?;
    Ok(parts.iter().map(|row| row.get(0)).collect())
}
