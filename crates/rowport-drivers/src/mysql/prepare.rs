//! Making the journal and upgrading it. Each of these statements is a transaction of its own here: what was stopped in
//! the middle goes on where it was.

use sqlx::mysql::MySqlConnection;

use super::error::from_sqlx;
use crate::error::DriverError;
use crate::journal::{Found, MYSQL, Prepared, script};

/// Two that prepare at once come one after the other.
const LOCK: &str =
    "SELECT CAST(COALESCE(GET_LOCK(CONCAT('rowport_journal_', MD5(DATABASE())), 10), 0) AS SIGNED)";
const UNLOCK: &str = "DO RELEASE_LOCK(CONCAT('rowport_journal_', MD5(DATABASE())))";

const IS_THERE: &str = "SELECT COUNT(*) FROM information_schema.tables \
    WHERE table_schema = DATABASE() AND table_name = '_rowport_journal'";

const PARTS: &str = "SELECT CAST(CONCAT(table_name, '.', column_name) AS CHAR) FROM information_schema.columns \
    WHERE table_schema = DATABASE() AND table_name IN ('_rowport_change_sets', '_rowport_change_chunks') \
    UNION SELECT CAST(CONCAT(table_name, '.', index_name) AS CHAR) FROM information_schema.statistics \
    WHERE table_schema = DATABASE() AND table_name IN ('_rowport_change_sets', '_rowport_change_chunks')";

/// Where the login may not run the statements, as far as it can be told without roles: its name.
const OTHER_OWNER: &str = "SELECT CAST(CURRENT_USER() AS CHAR) FROM DUAL WHERE NOT EXISTS ( \
    SELECT 1 FROM information_schema.user_privileges WHERE privilege_type = 'CREATE') \
    AND NOT EXISTS (SELECT 1 FROM information_schema.schema_privileges \
    WHERE privilege_type = 'CREATE' AND DATABASE() LIKE table_schema)";

pub(super) async fn make(connection: &mut MySqlConnection) -> Result<Prepared, DriverError> {
    let locked: i64 = sqlx::query_scalar(LOCK).fetch_one(&mut *connection).await.map_err(from_sqlx)?;
    if locked != 1 {
        return Err(DriverError::Busy {
            message: "the journal is being prepared by another process".to_owned(),
        });
    }
    let made = make_alone(connection).await;
    run(connection, UNLOCK).await?;
    made
}

async fn make_alone(connection: &mut MySqlConnection) -> Result<Prepared, DriverError> {
    let found = look(connection).await?;
    let needed = found.needs(&MYSQL.migrations)?;
    run(connection, "SET SESSION TRANSACTION READ WRITE").await?;
    let mut outcome = Ok(());
    for statement in needed {
        outcome = run(connection, statement).await;
        if outcome.is_err() {
            break;
        }
    }
    run(connection, "SET SESSION TRANSACTION READ ONLY").await?;
    outcome.map(|()| found.prepared())
}

pub(super) async fn script_for(connection: &mut MySqlConnection) -> Result<String, DriverError> {
    let needed = look(connection).await?.needs(&MYSQL.migrations)?;
    let login: Option<String> =
        sqlx::query_scalar(OTHER_OWNER).fetch_optional(connection).await.map_err(from_sqlx)?;
    let grants = login.map(|login| {
        let (user, host) = login.rsplit_once('@').unwrap_or((&login, "%"));
        let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
        let login = format!("{}@{}", quoted(user), quoted(host));
        format!(
            "GRANT SELECT ON _rowport_journal TO {login};\n\
             GRANT SELECT, INSERT, UPDATE, DELETE ON _rowport_change_sets TO {login};\n\
             GRANT SELECT, INSERT, UPDATE, DELETE ON _rowport_change_chunks TO {login};\n"
        )
    });
    Ok(script(&needed, grants.as_deref()))
}

async fn look(connection: &mut MySqlConnection) -> Result<Found, DriverError> {
    let is_there: i64 = sqlx::query_scalar(IS_THERE).fetch_one(&mut *connection).await.map_err(from_sqlx)?;
    let version = match is_there {
        0 => 0,
        _ => {
            let version = sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _rowport_journal");
            version.fetch_one(&mut *connection).await.map_err(from_sqlx)?
        }
    };
    let parts: Vec<String> =
        sqlx::query_scalar(PARTS).fetch_all(&mut *connection).await.map_err(from_sqlx)?;
    let parts = parts.iter().map(|part| part.trim_start_matches("_rowport_").to_owned()).collect();
    Ok(Found { version, parts })
}

async fn run(connection: &mut MySqlConnection, statement: &'static str) -> Result<(), DriverError> {
    sqlx::raw_sql(statement).execute(connection).await.map(drop).map_err(from_sqlx)
}
