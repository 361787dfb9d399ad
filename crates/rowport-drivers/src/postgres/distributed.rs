//! Whether tables are spread over several servers by Citus. Settings of a session do not reach those, and each answers from
//! a state of its own.

use std::sync::{Mutex, PoisonError};

use sqlx::{PgConnection, Row};

use super::session::query;

/// What is known of it.
#[derive(Debug, Default)]
pub(super) struct Distribution(Mutex<Option<bool>>);

impl Distribution {
    pub(super) fn known(&self) -> Option<bool> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the catalog.
    pub(super) async fn ask(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let distributed = has_distributed_tables(connection).await?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(distributed);
        Ok(distributed)
    }
}

async fn has_distributed_tables(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let sql = "SELECT has_table_privilege(to_regclass('pg_catalog.pg_dist_partition'), 'SELECT') \
               FROM pg_extension WHERE extname = 'citus'";
    let found = query(sql).fetch_optional(&mut *connection).await?;
    match found.map(|row| row.get::<Option<bool>, _>(0)) {
        // No Citus, or none that is set up.
        None | Some(None) => Ok(false),
        // It does not say, and what is written for distributed tables is right for others as well.
        Some(Some(false)) => Ok(true),
        Some(Some(true)) => {
            let sql = "SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_partition)";
            Ok(query(sql).fetch_one(connection).await?.get(0))
        }
    }
}
