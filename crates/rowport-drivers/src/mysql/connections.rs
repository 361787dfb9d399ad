//! The connections to one source: opened when they are needed, kept for a while, and thrown away whenever
//! something went wrong on them.
//!
//! Not sqlx's pool, because that one answers a refused connection with silence until its time is up: it takes the
//! server to be starting. Here the reason comes at once.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use sqlx::mysql::MySqlConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, MySqlConnection, Row};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::error::{from_sqlx, while_connecting};
use crate::driver::{Limits, PoolUse};
use crate::error::DriverError;

/// How long an idle connection stays open.
const IDLE: Duration = Duration::from_secs(60);

/// How many statements stay prepared on a connection: the same view with other values is the same statement. A
/// connection that has so many is closed rather than any of them: the server does not answer when a statement is
/// closed, and as sqlx leaves Nagle's algorithm on, whatever is asked next waits for the acknowledgement that the
/// server's system puts off for 40 ms.
pub(super) const KEPT_STATEMENTS: usize = 100;

/// What every session begins with. Zero and invalid dates are compared as they are stored, and a difference of
/// unsigned numbers may be negative. A slow reader does not count as a dead one until a day has passed. Answers are whole,
/// references hold, and COMMIT begins nothing new, whatever the server has in its place.
const SESSION: &str = "SET SESSION autocommit = 1, sql_mode = 'ALLOW_INVALID_DATES,NO_UNSIGNED_SUBTRACTION', \
                       time_zone = '+00:00', net_write_timeout = 86400, sql_select_limit = 18446744073709551615, \
                       sql_big_selects = 1, sql_safe_updates = 0, sql_auto_is_null = 0, completion_type = 0, \
                       foreign_key_checks = 1, unique_checks = 1; \
                       SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// The mode of a session that reads.
pub(super) const SQL_MODE: &str = "ALLOW_INVALID_DATES,NO_UNSIGNED_SUBTRACTION";

pub(super) struct Connections {
    options: MySqlConnectOptions,
    limits: Limits,
    slots: Arc<Semaphore>,
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle {
    sessions: Vec<(Session, Instant)>,
    /// Whether a task waits to close what stays unused.
    swept: bool,
}

/// A connection and what is known of its server.
pub(super) struct Session {
    pub(super) connection: MySqlConnection,
    /// What KILL takes.
    pub(super) id: u64,
    pub(super) version: String,
    /// The largest packet that the server takes, in bytes.
    pub(super) max_packet: usize,
    /// Whether it has an engine whose tables are spread over several servers.
    pub(super) has_remote_engines: bool,
    /// Whether a temporary table could be made the last time that it was tried.
    pub(super) may_stage: bool,
}

impl Session {
    pub(super) fn is_mariadb(&self) -> bool {
        self.version.contains("MariaDB")
    }
}

/// A session that is in use. Dropping it closes the connection.
pub(super) struct Lease {
    pub(super) session: Session,
    home: Weak<Connections>,
    _slot: OwnedSemaphorePermit,
}

impl Connections {
    pub(super) fn new(options: MySqlConnectOptions, limits: Limits) -> Arc<Self> {
        let slots = Arc::new(Semaphore::new(limits.connections as usize));
        Arc::new(Self { options, limits, slots, idle: Mutex::default() })
    }

    pub(super) async fn acquire(self: &Arc<Self>) -> Result<Lease, DriverError> {
        let slot = timeout(self.limits.connect, Arc::clone(&self.slots).acquire_owned()).await;
        let Ok(Ok(slot)) = slot else {
            let message = "every connection to this source is in use".to_owned();
            return Err(DriverError::Busy { message });
        };
        let session = match self.usable_idle().await {
            Some(session) => session,
            None => self.in_time(self.open()).await?,
        };
        Ok(Lease { session, home: Arc::downgrade(self), _slot: slot })
    }

    /// Ends a session of this source from a connection of its own, which needs no slot.
    pub(super) async fn kill(&self, id: u64) -> Result<(), DriverError> {
        let kill = async {
            let mut connection = self.options.connect().await.map_err(while_connecting)?;
            let killed = sqlx::raw_sql(AssertSqlSafe(format!("KILL {id}"))).execute(&mut connection).await;
            let _ = connection.close().await;
            killed.map(|_| ()).map_err(from_sqlx)
        };
        self.in_time(kill).await
    }

    /// How many are in use, and how many are kept.
    pub(super) fn count(&self) -> PoolUse {
        let limit = self.limits.connections;
        let free = u32::try_from(self.slots.available_permits()).unwrap_or(limit);
        let idle = u32::try_from(self.lock().sessions.len()).unwrap_or(u32::MAX);
        PoolUse { used: limit.saturating_sub(free), idle, limit }
    }

    async fn open(&self) -> Result<Session, DriverError> {
        let mut connection = self.options.connect().await.map_err(while_connecting)?;
        sqlx::raw_sql(SESSION).execute(&mut connection).await.map_err(from_sqlx)?;
        let rows = sqlx::raw_sql(
            "SELECT CAST(CONNECTION_ID() AS UNSIGNED), CAST(VERSION() AS CHAR), \
             CAST(@@SESSION.max_allowed_packet AS UNSIGNED), (SELECT COUNT(*) FROM information_schema.engines \
             WHERE engine IN ('SPIDER', 'FEDERATED', 'CONNECT', 'NDBCLUSTER') AND support <> 'NO')",
        )
            .fetch_all(&mut connection)
            .await
            .map_err(from_sqlx)?;
        let row = rows.first().ok_or_else(|| DriverError::protocol("the server does not say who it is"))?;
        let (id, version) = (row.try_get(0).map_err(from_sqlx)?, row.try_get(1).map_err(from_sqlx)?);
        let has_remote_engines = row.try_get::<i64, _>(3).map_err(from_sqlx)? > 0;
        let max_packet: u64 = row.try_get(2).map_err(from_sqlx)?;
        let max_packet = usize::try_from(max_packet).unwrap_or(usize::MAX);
        Ok(Session { connection, id, version, max_packet, has_remote_engines, may_stage: true })
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, DriverError>>) -> Result<T, DriverError> {
        timeout(self.limits.connect, work).await.unwrap_or_else(|_| {
            let message = format!("no answer within {} s", self.limits.connect.as_secs());
            Err(DriverError::Unreachable { message })
        })
    }

    /// The connection used last, if the server still answers on it.
    async fn usable_idle(&self) -> Option<Session> {
        loop {
            let (mut session, _) = self.lock().sessions.pop()?;
            // One that the server closed meanwhile says so at once; one that hangs is not waited for.
            if let Ok(Ok(())) = timeout(Duration::from_secs(2), session.connection.ping()).await {
                return Some(session);
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Idle> {
        // Nothing that is done under the lock can leave a half-made state behind.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(self: &Arc<Self>, session: Session) {
        let mut idle = self.lock();
        idle.sessions.push((session, Instant::now()));
        if !std::mem::replace(&mut idle.swept, true) {
            tokio::spawn(sweep(Arc::downgrade(self)));
        }
    }
}

impl Lease {
    /// Keeps the connection for the next reader. Only for one on which nothing is under way.
    pub(super) fn give_back(self) {
        let full = self.session.connection.cached_statements_size() >= KEPT_STATEMENTS;
        if let Some(home) = self.home.upgrade().filter(|_| !full) {
            home.keep(self.session);
        }
    }
}

/// Closes connections that were idle for a while, until none is left.
async fn sweep(connections: Weak<Connections>) {
    loop {
        tokio::time::sleep(IDLE).await;
        let Some(connections) = connections.upgrade() else { return };
        let mut idle = connections.lock();
        idle.sessions.retain(|(_, since)| since.elapsed() < IDLE);
        if idle.sessions.is_empty() {
            idle.swept = false;
            return;
        }
    }
}
