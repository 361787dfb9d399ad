//! Stopping a statement from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tokio::sync::oneshot;

/// Whether a backend may be cancelled: settled once, by the side that comes first, so that a cancellation never hits the
/// next user of the same connection.
#[derive(Clone, Default)]
pub(super) struct CancelState(Arc<AtomicU8>);

const RUNNING: u8 = 0;
const FINISHED: u8 = 1;
const CANCELLED: u8 = 2;

impl CancelState {
    /// Claims the end of the statement. False when it was cancelled: its connection must be thrown away.
    pub(super) fn finish(&self) -> bool {
        self.0.compare_exchange(RUNNING, FINISHED, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    fn cancel(&self) -> bool {
        self.0.compare_exchange(RUNNING, CANCELLED, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// Waits until the stream is dropped, then cancels the backend unless it has finished.
pub(super) async fn cancel_when_left(
    options: PgConnectOptions,
    backend: i32,
    state: CancelState,
    left: oneshot::Receiver<()>,
    done: oneshot::Receiver<()>,
) {
    tokio::select! {
        _ = done => return,
        _ = left => {}
    }
    if !state.cancel() {
        return;
    }
    let cancel = async {
        let mut connection = options.connect().await?;
        // In one message, as everything that is asked outside of a transaction.
        let cancel = format!("SELECT pg_cancel_backend({backend})");
        connection.execute(sqlx::raw_sql(AssertSqlSafe(cancel))).await?;
        connection.close().await
    };
    match tokio::time::timeout(Duration::from_secs(5), cancel).await {
        Ok(Ok(())) => {}
        // The reading task closes its socket too; the backend then ends at its next write.
        Ok(Err(error)) => tracing::warn!(%error, "a statement could not be cancelled"),
        Err(_) => tracing::warn!("a statement could not be cancelled in time"),
    }
}
