//! A throwaway database with the driver for it.

use std::sync::Arc;

use arrow_array::RecordBatch;
use rowport_drivers::{BatchStream, Driver, DriverError, Limits, ReadOptions, SourceUrl, connect};
use rowport_model::{
    Catalog, Cursor, Dataset, DatasetPolicy, Query, QueryError, Sort, SourceKind, TenantScope, View,
};
use rowport_testkit::Database;

use crate::cells::{Cells, cells, cursor_value};

pub struct Source {
    pub kind: SourceKind,
    pub driver: Arc<dyn Driver>,
    pub catalog: Catalog,
    // Dropped last: it takes the database with it.
    pub database: Database,
}

/// The moment that relative filters are relative to.
pub const NOW: &str = "2024-03-01T12:00:00Z";

impl Source {
    /// Fills a new database and introspects it.
    pub async fn new(kind: SourceKind, script: &str) -> Self {
        let database = Database::create(kind);
        if !script.is_empty() {
            database.execute(script);
        }
        Self::of(database).await
    }

    pub async fn of(database: Database) -> Self {
        let driver = driver(&database, Limits::default());
        let catalog = catalog(driver.introspect().await.unwrap());
        Self { kind: database.kind(), driver, catalog, database }
    }

    pub fn dataset(&self, name: &str) -> Dataset {
        self.catalog.dataset(name).unwrap_or_else(|| panic!("{} has no {name}", self.kind)).visible()
    }

    pub fn query(&self, dataset: &str, view: &View) -> Query {
        self.try_query(dataset, view).unwrap()
    }

    pub fn try_query(&self, dataset: &str, view: &View) -> Result<Query, QueryError> {
        self.catalog.dataset(dataset).unwrap().query(view, NOW.parse().unwrap())
    }

    /// What there is for one tenant, whose name stands in this column of every dataset.
    pub async fn of_tenant(&self, column: &str, tenant: &str) -> Catalog {
        let scope = TenantScope { column: column.to_owned(), value: tenant.to_owned() };
        let policy = DatasetPolicy { tenant: Some(scope), ..DatasetPolicy::default() };
        let datasets = self.driver.introspect().await.unwrap();
        Catalog::new(datasets.into_iter().map(|dataset| (Arc::new(dataset), policy.clone())))
    }

    /// All rows of a view.
    pub async fn rows(&self, dataset: &str, view: &View) -> Vec<Cells> {
        self.read(self.query(dataset, view)).await
    }

    pub async fn read(&self, query: Query) -> Vec<Cells> {
        self.try_read(query.clone()).await.unwrap_or_else(|error| panic!("{}: {error}", self.kind))
    }

    pub async fn try_read(&self, query: Query) -> Result<Vec<Cells>, DriverError> {
        let stream = self.driver.read(query, ReadOptions::PAGE).await?;
        Ok(batches(stream).await?.iter().flat_map(cells).collect())
    }

    /// The rows after a cursor, at most `size` of them, and the cursor of the last one.
    pub async fn page(
        &self,
        dataset: &str,
        view: &View,
        cursor: Option<&str>,
        size: u64,
    ) -> (Vec<Cells>, Option<String>) {
        let now = NOW.parse().unwrap();
        let found = self.catalog.dataset(dataset).unwrap();
        let mut query = match cursor {
            Some(cursor) => found.query_after(view, cursor, now).unwrap(),
            None => found.query(view, now).unwrap(),
        };
        query.limit = Some(size);
        let (shown, fingerprint) = (query.columns.len(), query.fingerprint.clone());
        let query = query.with_order_columns();
        let stream = self.driver.read(query.clone(), ReadOptions::PAGE).await;
        let stream = stream.unwrap_or_else(|error| panic!("{}: {error}", self.kind));
        let batches = batches(stream).await.unwrap();
        let cursor = batches.last().map(|batch| {
            let last = batch.num_rows() - 1;
            let values = batch.columns()[shown..].iter().map(|array| cursor_value(array, last)).collect();
            Cursor { view: fingerprint, values }.encode()
        });
        let rows = batches.iter().flat_map(cells).map(|mut row| {
            row.truncate(shown);
            row
        });
        (rows.collect(), cursor)
    }

    pub async fn count(&self, dataset: &str, view: &View, at_most: Option<u64>) -> u64 {
        let rows = self.read(self.query(dataset, view).count(at_most)).await;
        assert_eq!((rows.len(), rows[0].len()), (1, 1), "a count is one row of one column");
        rows[0][0].parse().unwrap()
    }
}

pub fn driver(database: &Database, limits: Limits) -> Arc<dyn Driver> {
    let url = match POOLED.try_with(|()| ()) {
        Ok(()) => rowport_testkit::pooled(database),
        Err(_) => database.url().to_owned(),
    };
    connect(&SourceUrl::parse(&url).unwrap(), limits).unwrap()
}

tokio::task_local! {
    static POOLED: ();
}

/// Runs a case with a PgBouncer in transaction mode between the driver and PostgreSQL.
pub async fn through_a_pooler(case: impl Future<Output = ()>) {
    POOLED.scope((), case).await;
}

pub fn catalog(datasets: Vec<Dataset>) -> Catalog {
    Catalog::new(datasets.into_iter().map(|dataset| (Arc::new(dataset), DatasetPolicy::default())))
}

pub async fn batches(mut stream: BatchStream) -> Result<Vec<RecordBatch>, DriverError> {
    let mut batches = Vec::new();
    while let Some(batch) = stream.next().await {
        batches.push(batch?);
    }
    Ok(batches)
}

/// A view by its filter and sort in their text notation.
pub fn view(columns: &str, filter: &str, sort: &str) -> View {
    View {
        columns: (!columns.is_empty()).then(|| View::parse_columns(columns)),
        filter: (!filter.is_empty()).then(|| rowport_model::Filter::parse(filter).unwrap()),
        sort: Sort::parse_list(sort),
        search: None,
    }
}
