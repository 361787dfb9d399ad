//! Whether a read is of one state: tables of Spider are spread over several servers, and no setting of it makes their
//! snapshots one. Other engines have rows elsewhere, too, where a snapshot of this server does not reach.

use rowport_model::{Query, Snapshot};
use sqlx::mysql::MySqlArguments;
use sqlx::{Arguments, Error, Row};

use super::connections::Session;

/// What is read of tables of such an engine, or of a view that may be over some, is of one state for each node.
pub(super) async fn snapshot_of(session: &mut Session, query: &Query) -> Result<Snapshot, Error> {
    if !session.has_remote_engines {
        return Ok(Snapshot::One);
    }
    let joined = query.joins.iter().map(|join| &join.dataset.table);
    let tables: Vec<&String> = std::iter::once(&query.dataset.table).chain(joined).collect();
    let mut arguments = MySqlArguments::default();
    for table in &tables {
        arguments.add(*table).map_err(Error::Encode)?;
    }
    let placeholders = vec!["?"; tables.len()].join(", ");
    let sql = format!(
        "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() \
         AND (engine IN ('SPIDER', 'FEDERATED', 'CONNECT', 'NDBCLUSTER') OR table_type LIKE '%VIEW%') AND table_name IN ({placeholders})"
    );
    let row =
        sqlx::query_with(sqlx::AssertSqlSafe(sql), arguments).fetch_one(&mut session.connection).await?;
    Ok(if row.try_get::<i64, _>(0)? > 0 { Snapshot::PerNode } else { Snapshot::One })
}
