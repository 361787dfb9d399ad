//! Shares of a source's connections: no caller takes all of them, and some are left for pages and counts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow_array::RecordBatch;
use async_trait::async_trait;
use rowport_model::{Assignment, ColumnRef, Dataset, DatasetName, Query, SourceKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::driver::{Driver, Limits, PoolUse, ServerInfo};
use crate::error::DriverError;
use crate::journal::Prepared;
use crate::read_options::ReadOptions;
use crate::staging::{Merge, Merged, Staging};
use crate::stream::BatchStream;
use crate::transaction::{JournalRow, JournalValue, Transaction};

/// A driver whose connections are shared between callers. Each use counts from when it is asked for until its stream or
/// its transaction is dropped; who asks is for the closure to say, and a use that no caller is behind is not counted as
/// any caller's.
pub struct Shared {
    inner: Arc<dyn Driver>,
    caller: fn() -> Option<String>,
    /// How many connections one caller may use.
    share: usize,
    /// Those that anything but pages and counts may use.
    work: Arc<Semaphore>,
    of_callers: Mutex<HashMap<String, Arc<Semaphore>>>,
    patience: Duration,
}

/// So many callers are remembered before those who use nothing are forgotten.
const REMEMBERED: usize = 1_000;

/// What a transaction counts as: rows are read beside it, on a connection of their own.
const TRANSACTION: usize = 2;

impl Shared {
    /// Shares the connections of a driver. One caller may use a quarter of them, and of eight or more the last two are for
    /// pages and counts only.
    pub fn new(inner: Arc<dyn Driver>, limits: Limits, caller: fn() -> Option<String>) -> Self {
        let all = limits.connections as usize;
        let kept = if all >= 8 { 2 } else { usize::from(all >= 4) };
        Self {
            inner,
            caller,
            share: (all / 4).max(TRANSACTION),
            work: Arc::new(Semaphore::new(all - kept)),
            of_callers: Mutex::default(),
            patience: limits.connect,
        }
    }

    async fn take(
        &self,
        connections: usize,
        is_work: bool,
    ) -> Result<Vec<OwnedSemaphorePermit>, DriverError> {
        let until = Instant::now() + self.patience;
        let mut taken = Vec::with_capacity(2);
        if let Some(caller) = (self.caller)() {
            let of_caller = self.of_caller(caller);
            let message =
                format!("{} connections to this source are in use for you, which is your share", self.share);
            taken.push(acquire(of_caller, connections.min(self.share), until, message).await?);
        }
        if is_work {
            let message = "every connection to this source that may be is in use".to_owned();
            taken.push(acquire(Arc::clone(&self.work), 1, until, message).await?);
        }
        Ok(taken)
    }

    fn of_caller(&self, caller: String) -> Arc<Semaphore> {
        // Nothing that is done under the lock can leave a half-made state behind.
        let mut of_callers = self.of_callers.lock().unwrap_or_else(PoisonError::into_inner);
        if of_callers.len() >= REMEMBERED {
            // A permit holds on to its semaphore, so these have none out.
            of_callers.retain(|_, share| Arc::strong_count(share) > 1);
        }
        Arc::clone(of_callers.entry(caller).or_insert_with(|| Arc::new(Semaphore::new(self.share))))
    }

    async fn begun(
        &self,
        begin: impl Future<Output = Result<Box<dyn Transaction>, DriverError>>,
    ) -> Result<Box<dyn Transaction>, DriverError> {
        let taken = self.take(TRANSACTION, true).await?;
        Ok(Box::new(Counted { inner: begin.await?, _taken: taken }))
    }
}

async fn acquire(
    from: Arc<Semaphore>,
    connections: usize,
    until: Instant,
    message: String,
) -> Result<OwnedSemaphorePermit, DriverError> {
    let connections = u32::try_from(connections).unwrap_or(u32::MAX);
    match timeout_at(until, from.acquire_many_owned(connections)).await {
        Ok(Ok(permit)) => Ok(permit),
        _ => Err(DriverError::Busy { message }),
    }
}

#[async_trait]
impl Driver for Shared {
    fn kind(&self) -> SourceKind {
        self.inner.kind()
    }

    async fn check(&self) -> Result<ServerInfo, DriverError> {
        self.inner.check().await
    }

    async fn introspect(&self) -> Result<Vec<Dataset>, DriverError> {
        self.inner.introspect().await
    }

    async fn read(&self, query: Query, options: ReadOptions) -> Result<BatchStream, DriverError> {
        // What has a limit on its time is a page or a count.
        let taken = self.take(1, !options.limited).await?;
        Ok(self.inner.read(query, options).await?.holding(taken))
    }

    async fn estimate(&self, query: &Query) -> Result<Option<u64>, DriverError> {
        let _taken = self.take(1, false).await?;
        self.inner.estimate(query).await
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, DriverError> {
        self.begun(self.inner.begin()).await
    }

    async fn begin_reading(&self) -> Result<Box<dyn Transaction>, DriverError> {
        self.begun(self.inner.begin_reading()).await
    }

    async fn make_journal(&self) -> Result<Prepared, DriverError> {
        self.inner.make_journal().await
    }

    async fn journal_sql(&self) -> String {
        self.inner.journal_sql().await
    }

    fn pool(&self) -> PoolUse {
        self.inner.pool()
    }
}

/// A transaction that counts for as long as it is there.
struct Counted {
    inner: Box<dyn Transaction>,
    _taken: Vec<OwnedSemaphorePermit>,
}

#[async_trait]
impl Transaction for Counted {
    async fn lock(&mut self, query: &Query, max_bytes: usize) -> Result<RecordBatch, DriverError> {
        self.inner.lock(query, max_bytes).await
    }

    async fn read(&mut self, query: &Query, max_bytes: usize) -> Result<RecordBatch, DriverError> {
        self.inner.read(query, max_bytes).await
    }

    async fn delete(&mut self, query: &Query, max_bytes: usize) -> Result<RecordBatch, DriverError> {
        self.inner.delete(query, max_bytes).await
    }

    async fn update(&mut self, query: &Query, assignments: &[Assignment]) -> Result<u64, DriverError> {
        self.inner.update(query, assignments).await
    }

    async fn overwrite(
        &mut self,
        dataset: &DatasetName,
        key: &[ColumnRef],
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<u64, DriverError> {
        self.inner.overwrite(dataset, key, columns, rows).await
    }

    async fn insert(
        &mut self,
        dataset: &DatasetName,
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<u64, DriverError> {
        self.inner.insert(dataset, columns, rows).await
    }

    async fn create_staging(
        &mut self,
        dataset: &DatasetName,
        columns: &[ColumnRef],
        key: &[ColumnRef],
    ) -> Result<Staging, DriverError> {
        self.inner.create_staging(dataset, columns, key).await
    }

    async fn stage(&mut self, staging: &mut Staging, rows: &RecordBatch) -> Result<(), DriverError> {
        self.inner.stage(staging, rows).await
    }

    async fn merge(&mut self, staging: &Staging, merge: &Merge<'_>) -> Result<Merged, DriverError> {
        self.inner.merge(staging, merge).await
    }

    async fn delete_missing(
        &mut self,
        staging: &Staging,
        query: &Query,
        max_bytes: usize,
    ) -> Result<RecordBatch, DriverError> {
        self.inner.delete_missing(staging, query, max_bytes).await
    }

    async fn savepoint(&mut self) -> Result<(), DriverError> {
        self.inner.savepoint().await
    }

    async fn roll_back(&mut self) -> Result<(), DriverError> {
        self.inner.roll_back().await
    }

    async fn release(&mut self) -> Result<(), DriverError> {
        self.inner.release().await
    }

    async fn journal_execute(&mut self, sql: &str, binds: Vec<JournalValue>) -> Result<u64, DriverError> {
        self.inner.journal_execute(sql, binds).await
    }

    async fn journal_fetch(
        &mut self,
        sql: &str,
        binds: Vec<JournalValue>,
    ) -> Result<Vec<JournalRow>, DriverError> {
        self.inner.journal_fetch(sql, binds).await
    }

    async fn commit(self: Box<Self>) -> Result<(), DriverError> {
        self.inner.commit().await
    }
}
