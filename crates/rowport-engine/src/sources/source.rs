//! A source at the desk, and what it said of itself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rowport_drivers::{Driver, DriverError, Limits, Shared};
use rowport_model::{Catalog, Clock, Dataset};
use tokio::time::Instant;
use tracing::Instrument;

use crate::caller;
use crate::error::EngineError;
use crate::settings::{SettingProblem, SourceSettings};
use crate::sources::refine::{Refined, refine};

/// A source and what is known of it. What it said before is served while it is asked anew.
pub(crate) struct Source {
    pub(crate) settings: SourceSettings,
    /// Shared between callers.
    pub(crate) driver: Arc<dyn Driver>,
    /// The same for what is read beside something that counts already, and for what no caller asked for.
    pub(crate) uncounted: Arc<dyn Driver>,
    known: Mutex<Known>,
    /// Held while the database is asked, so that a burst of requests asks it once.
    turn: tokio::sync::Mutex<()>,
}

/// What a source said of itself, and when.
pub(crate) struct Described {
    at: Timestamp,
    begun: Instant,
    pub(crate) datasets: Vec<Refined>,
    /// For those who may see everything.
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) problems: Vec<SettingProblem>,
}

#[derive(Default)]
struct Known {
    described: Option<Arc<Described>>,
    /// When something in it last turned out to have changed, until it is read anew.
    forgotten: bool,
    forgotten_at: Option<Instant>,
    /// When it was last read because a dataset was not in it.
    missed_at: Option<Instant>,
}

/// How long a database may take to say what it has.
const INTROSPECTION: Duration = Duration::from_secs(30);

/// How long a description of a source is believed.
const BELIEVED: Duration = Duration::from_secs(30);

/// How often a source is asked because of names that are not there: anybody can make them up.
const MISSES: Duration = Duration::from_secs(2);

impl Source {
    pub(crate) fn new(settings: SourceSettings, uncounted: Arc<dyn Driver>, limits: Limits) -> Self {
        let driver = Arc::new(Shared::new(Arc::clone(&uncounted), limits, caller::account));
        Self { settings, driver, uncounted, known: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// What the source said of itself not long ago.
    pub(crate) async fn believed(
        self: &Arc<Self>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Arc<Described>, EngineError> {
        let (described, forgotten) = {
            let known = self.known();
            (known.described.clone(), known.forgotten)
        };
        let now = Instant::now();
        let Some(described) = described else { return self.read(clock, now).await };
        let age = clock.now().duration_since(described.at).unsigned_abs();
        // While another request asks the database, what it said before is good enough.
        match (age < BELIEVED && !forgotten) || self.turn.try_lock().is_err() {
            true => Ok(described),
            false => self.read(clock, now).await,
        }
    }

    /// What the source says of itself, asked since a moment. The database is asked in a task of its own: a caller that
    /// leaves must not leave a connection in the middle of an answer, nor have the next caller begin anew.
    pub(crate) async fn read(
        self: &Arc<Self>,
        clock: &Arc<dyn Clock>,
        since: Instant,
    ) -> Result<Arc<Described>, EngineError> {
        let (source, clock) = (Arc::clone(self), Arc::clone(clock));
        let reading = async move {
            let _turn = source.turn.lock().await;
            if let Some(described) = source.described_since(since) {
                return Ok(described);
            }
            let begun = Instant::now();
            let datasets = introspect(&source.uncounted).await?;
            let (datasets, problems) = refine(datasets, &source.settings);
            let everything = datasets.iter().map(|it| (Arc::clone(&it.dataset), it.policy.clone()));
            let catalog = Arc::new(Catalog::new(everything));
            let described = Arc::new(Described { at: clock.now(), begun, datasets, catalog, problems });
            let mut known = source.known();
            known.described = Some(Arc::clone(&described));
            known.forgotten = false;
            Ok(described)
        };
        let read = tokio::spawn(reading.in_current_span()).await;
        read.map_err(|error| EngineError::internal(error.to_string()))?
    }

    /// What the source says of itself after a dataset was not in what it said before; it may have been made a moment ago.
    /// The database is asked for it once in two seconds at most; to others, what is known is the answer.
    pub(crate) async fn after_a_miss(
        self: &Arc<Self>,
        clock: &Arc<dyn Clock>,
        arrived: Instant,
        described: Arc<Described>,
    ) -> Result<Arc<Described>, EngineError> {
        match described.begun < arrived && self.may_ask_again(arrived) {
            true => self.read(clock, arrived).await,
            false => Ok(described),
        }
    }

    fn may_ask_again(&self, arrived: Instant) -> bool {
        let now = Instant::now();
        let mut known = self.known();
        match known.missed_at {
            // It is being read for another one, or was, since this one is here.
            Some(missed_at) if missed_at >= arrived => true,
            Some(missed_at) if now < missed_at + MISSES => false,
            _ => {
                known.missed_at = Some(now);
                true
            }
        }
    }

    /// What it said is not believed any more, and not served.
    pub(crate) fn forget(&self) {
        *self.known() = Known::default();
    }

    /// Something in what it said turned out to have changed. It is asked again with the next request, at most once in
    /// two seconds.
    pub(crate) fn doubt(&self) {
        let now = Instant::now();
        let mut known = self.known();
        if known.forgotten_at.is_none_or(|at| now >= at + MISSES) {
            known.forgotten_at = Some(now);
            known.forgotten = true;
        }
    }

    fn described_since(&self, since: Instant) -> Option<Arc<Described>> {
        self.known().described.clone().filter(|described| described.begun >= since)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Nothing that is done under the lock can leave a half-made state behind.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn introspect(driver: &Arc<dyn Driver>) -> Result<Vec<Dataset>, EngineError> {
    match tokio::time::timeout(INTROSPECTION, driver.introspect()).await {
        Ok(datasets) => Ok(datasets?),
        Err(_) => Err(DriverError::Timeout { seconds: INTROSPECTION.as_secs() }.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use rowport_drivers::journal::Prepared;
    use rowport_drivers::{BatchStream, PoolUse, ReadOptions, ServerInfo, SourceUrl, Transaction, connect};
    use rowport_model::{Query, SourceKind, SystemClock};
    use rowport_testkit::Database;
    use tokio::sync::Semaphore;

    use super::*;

    /// A real driver that counts how often it is asked what there is, and answers when it is let.
    struct Counting {
        inner: Arc<dyn Driver>,
        asked: AtomicUsize,
        gate: Semaphore,
    }

    #[async_trait]
    impl Driver for Counting {
        fn kind(&self) -> SourceKind {
            self.inner.kind()
        }

        async fn check(&self) -> Result<ServerInfo, DriverError> {
            self.inner.check().await
        }

        async fn introspect(&self) -> Result<Vec<Dataset>, DriverError> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let _open = self.gate.acquire().await;
            self.inner.introspect().await
        }

        async fn read(&self, query: Query, options: ReadOptions) -> Result<BatchStream, DriverError> {
            self.inner.read(query, options).await
        }

        async fn estimate(&self, query: &Query) -> Result<Option<u64>, DriverError> {
            self.inner.estimate(query).await
        }

        async fn begin(&self) -> Result<Box<dyn Transaction>, DriverError> {
            self.inner.begin().await
        }

        async fn begin_reading(&self) -> Result<Box<dyn Transaction>, DriverError> {
            self.inner.begin_reading().await
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

    /// A source with one table, whose gate is open.
    fn counted() -> (Arc<Source>, Arc<Counting>, Arc<dyn Clock>, Database) {
        let database = Database::create(SourceKind::Sqlite);
        database.execute("CREATE TABLE known (id INTEGER PRIMARY KEY)");
        let url = SourceUrl::parse(database.url()).unwrap();
        let inner = connect(&url, Limits::default()).unwrap();
        let driver = Arc::new(Counting { inner, asked: AtomicUsize::new(0), gate: Semaphore::new(1) });
        let (name, label, datasets) = ("db".to_owned(), "DB".to_owned(), Default::default());
        let settings = SourceSettings { name, label, url, datasets };
        let source = Source::new(settings, Arc::clone(&driver) as Arc<dyn Driver>, Limits::default());
        (Arc::new(source), driver, Arc::new(SystemClock), database)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn names_that_are_not_there_are_looked_for_once_in_two_seconds_and_other_requests_do_not_wait() {
        let (source, driver, clock, database) = counted();
        let described = source.believed(&clock).await.unwrap();
        let asked = || driver.asked.load(Ordering::SeqCst);
        assert_eq!(asked(), 1);
        let closed = driver.gate.acquire().await.unwrap();
        let began = Instant::now();
        let mut misses = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (source, clock, described) =
                (Arc::clone(&source), Arc::clone(&clock), Arc::clone(&described));
            misses.spawn(async move { source.after_a_miss(&clock, began, described).await });
        }
        while asked() < 2 {
            tokio::task::yield_now().await;
        }
        // The database does not answer, and what is known is served.
        let meanwhile = source.believed(&clock).await.unwrap();
        assert!(meanwhile.catalog.dataset("known").is_some());
        database.execute("CREATE TABLE made (id INTEGER PRIMARY KEY)");
        drop(closed);
        while let Some(found) = misses.join_next().await {
            assert!(found.unwrap().unwrap().catalog.dataset("made").is_some());
        }
        assert_eq!(asked(), 2, "twenty names that are not there, and the database was asked once");
        let before = Instant::now();
        source.after_a_miss(&clock, before, Arc::clone(&described)).await.unwrap();
        assert!(asked() == 2 || began.elapsed() >= MISSES, "it was not there a moment ago");
        database.execute("CREATE TABLE later (id INTEGER PRIMARY KEY)");
        loop {
            let found = source.after_a_miss(&clock, Instant::now(), Arc::clone(&described)).await.unwrap();
            if found.catalog.dataset("later").is_some() {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert!(began.elapsed() >= MISSES, "at the next time");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_turned_out_to_have_changed_is_read_anew_once_in_two_seconds() {
        let (source, driver, clock, _database) = counted();
        let began = Instant::now();
        for _ in 0..10 {
            source.believed(&clock).await.unwrap();
            source.doubt();
        }
        let most = 2 + began.elapsed().as_secs() / MISSES.as_secs();
        assert!((2..=most).contains(&(driver.asked.load(Ordering::SeqCst) as u64)));
    }
}
