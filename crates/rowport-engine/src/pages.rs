//! Pages of a view, counts and landmarks.

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use rowport_drivers::{BatchStream, DriverError, ReadOptions};
use rowport_formats::RowOrder;
use rowport_model::{
    ColumnType, Cursor, CursorError, CursorValue, Principal, Query, QueryError, ResolvedDataset, View,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::cells::{self, Cell};
use crate::error::EngineError;
use crate::sources::Sources;

/// One page, asked for.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// Of this view.
    pub view: View,
    /// After this place; from the start when absent.
    pub cursor: Option<String>,
    /// At most so many rows; 1,000 at most.
    pub limit: u64,
}

/// One page of a view.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page {
    /// The columns, in the order of the values.
    pub columns: Vec<PageColumn>,
    /// One list of values for each row.
    #[schema(value_type = Vec<Vec<Cell>>)]
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Where the next page begins; `null` when there is none.
    #[schema(required = true)]
    pub cursor: Option<String>,
    /// `total` when the order has no ties, `none` when the dataset has no key to make one.
    pub order: RowOrder,
    /// Why there are more rows and no next page; absent where every row can be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub incomplete: Option<Incomplete>,
    /// `[row, column]` of every value that was too long for a page and is shown in part.
    // Pairs, which not every maker of clients reads as such.
    #[schema(value_type = Vec<Vec<usize>>)]
    pub truncated: Vec<(usize, usize)>,
}

/// Why rows of a dataset without a key cannot be reached page by page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Incomplete {
    /// The view is not sorted, and there is no key to tell where the next page begins: sort it by columns that tell rows
    /// apart.
    NoOrder,
    /// More rows than a page has are equal in all columns that the view is sorted by: sort it by more columns, or ask for
    /// larger pages.
    EqualRows,
}

/// A column of a page.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PageColumn {
    /// The name in views.
    pub name: String,
    /// The name for people.
    pub label: String,
    /// The type.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// The currency, if it is money.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub currency: Option<String>,
}

/// How exact a count is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CountMode {
    /// Exact up to 10,000, estimated beyond.
    Quick,
    /// Exact, however long it takes.
    Exact,
}

/// How many rows a view has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Count {
    /// The number.
    pub count: u64,
    /// Whether it was counted rather than estimated.
    pub exact: bool,
}

/// Cursors at every n-th row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Landmarks {
    /// n.
    pub every: u64,
    /// How many rows the view has.
    pub count: u64,
    /// The cursor at index *i* begins the page at row *(i + 1) × n*.
    pub cursors: Vec<String>,
}

/// The most rows that a page has.
pub const PAGE_LIMIT: u64 = 1_000;
/// Up to here a quick count is exact.
const QUICK_COUNT: u64 = 10_000;
/// The most landmarks in one answer.
const MAX_LANDMARKS: u64 = 100_000;
/// The most bytes of landmarks: the order may be by long texts.
const MAX_LANDMARK_BYTES: usize = 32 << 20;

impl Sources {
    /// One page of a view.
    pub async fn page(
        &self,
        principal: &Principal,
        source: &str,
        dataset: &str,
        request: &PageRequest,
    ) -> Result<Page, EngineError> {
        let catalog = self.catalog_with(principal, source, dataset).await?;
        let resolved =
            catalog.dataset(dataset).ok_or_else(|| EngineError::internal("the dataset went away"))?;
        self.page_of(source, &resolved, request).await
    }

    /// One page of a view of a dataset handle.
    pub(crate) async fn page_of(
        &self,
        source: &str,
        resolved: &ResolvedDataset<'_>,
        request: &PageRequest,
    ) -> Result<Page, EngineError> {
        let now = self.clock.now();
        let mut query = match &request.cursor {
            Some(cursor) => resolved.query_after(&request.view, cursor, now)?,
            None => resolved.query(&request.view, now)?,
        };
        let columns = page_columns(&query);
        let limit = request.limit.clamp(1, PAGE_LIMIT);
        let (total, sorted) = (query.total_order, !query.order.is_empty());
        // One more row than asked for tells whether there is a next page.
        query.limit = Some(limit + 1);
        let fingerprint = query.fingerprint.clone();
        if sorted {
            query = query.with_order_columns();
        }
        if sorted && !total {
            query = query.with_ranks();
        }
        let continued = query.after.is_some();
        let mut stream = self.read(source, query).await.map_err(|error| refused(error, continued))?;
        let mut page = Page {
            rows: Vec::new(),
            cursor: None,
            order: if total { RowOrder::Total } else { RowOrder::None },
            incomplete: None,
            truncated: Vec::new(),
            columns,
        };
        let mut places = Places::new(total, sorted, page.columns.len());
        // Values are cut as they come, so that a page of huge ones is never held whole.
        while let Some(batch) = stream.next().await {
            let batch = batch.map_err(|error| refused(error.into(), continued))?;
            for row in 0..batch.num_rows() {
                if page.rows.len() as u64 == limit {
                    places.end(&mut page, &batch, row, &fingerprint);
                    return Ok(page);
                }
                push_row(&mut page, &batch, row);
                places.push(&batch, row, page.rows.len() as u64 == limit);
            }
        }
        // The row beyond the limit never came, so this was the last page.
        Ok(page)
    }

    /// How many rows a view has.
    pub async fn count(
        &self,
        principal: &Principal,
        source: &str,
        dataset: &str,
        view: &View,
        mode: CountMode,
    ) -> Result<Count, EngineError> {
        let catalog = self.catalog_with(principal, source, dataset).await?;
        let resolved =
            catalog.dataset(dataset).ok_or_else(|| EngineError::internal("the dataset went away"))?;
        let query = resolved.query(view, self.clock.now())?;
        self.count_query(source, query, mode).await
    }

    /// Cursors at every n-th row of a view, for jumping into its middle.
    pub async fn landmarks(
        &self,
        principal: &Principal,
        source: &str,
        dataset: &str,
        view: &View,
        every: u64,
    ) -> Result<Landmarks, EngineError> {
        let catalog = self.catalog_with(principal, source, dataset).await?;
        let resolved =
            catalog.dataset(dataset).ok_or_else(|| EngineError::internal("the dataset went away"))?;
        let query = resolved.query(view, self.clock.now())?;
        if !query.total_order {
            let dataset = dataset.to_owned();
            return Err(rowport_model::QueryError::NoOrder { dataset }.into());
        }
        let count = self.count_query(source, query.clone(), CountMode::Exact).await?.count;
        let every = every.clamp(100, 1_000_000).max(count / MAX_LANDMARKS);
        let fingerprint = query.fingerprint.clone();
        let order = query.order.len();
        let mut stream = self.read(source, query.landmarks(every)).await?;
        let (mut cursors, mut bytes) = (Vec::new(), 0);
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            for row in 0..batch.num_rows() {
                let values = (0..order).map(|column| cells::to_cursor(batch.column(column), row)).collect();
                let cursor = Cursor { view: fingerprint.clone(), values }.encode();
                bytes += cursor.len();
                if bytes > MAX_LANDMARK_BYTES {
                    let (what, limit) = ("bytes of landmarks", MAX_LANDMARK_BYTES);
                    return Err(rowport_model::QueryError::TooMany { what, limit, found: bytes }.into());
                }
                cursors.push(cursor);
            }
        }
        Ok(Landmarks { every, count, cursors })
    }

    pub(crate) async fn count_query(
        &self,
        source: &str,
        query: Query,
        mode: CountMode,
    ) -> Result<Count, EngineError> {
        if mode == CountMode::Quick {
            let near = self.count_rows(source, query.clone().count(Some(QUICK_COUNT + 1))).await?;
            if near <= QUICK_COUNT {
                return Ok(Count { count: near, exact: true });
            }
            if let Some(estimate) = self.driver(source)?.estimate(&query).await? {
                return Ok(Count { count: estimate.max(near), exact: false });
            }
        }
        match self.count_rows(source, query.count(None)).await {
            Ok(count) => Ok(Count { count, exact: true }),
            // Better a lower bound than none.
            Err(EngineError::Driver(DriverError::Timeout { .. })) if mode == CountMode::Quick => {
                Ok(Count { count: QUICK_COUNT + 1, exact: false })
            }
            Err(error) => Err(error),
        }
    }

    /// The number that a counting query answers with.
    pub(crate) async fn count_rows(&self, source: &str, query: Query) -> Result<u64, EngineError> {
        let mut stream = self.read(source, query).await?;
        let mut value = None;
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            value = (batch.num_rows() > 0).then(|| batch.column(0).as_primitive::<Int64Type>().value(0));
        }
        value
            .and_then(|value| u64::try_from(value).ok())
            .ok_or_else(|| EngineError::internal("a count without rows"))
    }

    async fn read(&self, source: &str, query: Query) -> Result<BatchStream, EngineError> {
        match self.driver(source)?.read(query, ReadOptions::PAGE).await {
            Err(error @ DriverError::Vanished { .. }) => {
                self.doubt(source);
                Err(error.into())
            }
            other => Ok(other?),
        }
    }
}

fn page_columns(query: &Query) -> Vec<PageColumn> {
    let column = |column: &rowport_model::OutputColumn| PageColumn {
        name: column.name.clone(),
        label: column.label.clone(),
        column_type: column.expr.column_type(),
        currency: column.currency.clone(),
    };
    query.columns.iter().map(column).collect()
}

fn push_row(page: &mut Page, batch: &RecordBatch, row: usize) {
    let place = page.rows.len();
    let mut values = Vec::with_capacity(page.columns.len());
    for column in 0..page.columns.len() {
        let (value, cut) = cells::to_json(batch.column(column), row);
        if cut {
            page.truncated.push((place, column));
        }
        values.push(value);
    }
    page.rows.push(values);
}

/// What the refusal of a page means: a value of a cursor that the database cannot even compare was not put there by
/// Rowport.
fn refused(error: EngineError, continued: bool) -> EngineError {
    match &error {
        EngineError::Driver(driver) if continued && driver.is_of_a_value() => {
            QueryError::Cursor(CursorError::Unfit).into()
        }
        _ => error,
    }
}

/// Where a next page may begin.
///
/// Where the order has ties, it begins only between rows that differ in it: after a row that equals the next one it would
/// leave out the next one. Whether two rows differ is the database's to say, by their ranks, as it knows its collations.
struct Places {
    total: bool,
    sorted: bool,
    /// How many columns the page has: those of the order stand behind them, and the ranks behind these.
    columns: usize,
    /// The rank of the row before, and the order's values in it.
    before: Option<(i64, Vec<CursorValue>)>,
    /// How many rows come before the last place where the order's values change, and the values there.
    last: Option<(usize, Vec<CursorValue>)>,
    rows: usize,
}

impl Places {
    fn new(total: bool, sorted: bool, columns: usize) -> Self {
        Self { total, sorted, columns, before: None, last: None, rows: 0 }
    }

    /// Takes a row of the page.
    fn push(&mut self, batch: &RecordBatch, row: usize, is_last: bool) {
        if self.total {
            self.rows += 1;
            if is_last {
                self.last = Some((self.rows, values(batch, self.columns, batch.num_columns(), row)));
            }
        } else if self.sorted {
            self.compare(batch, row);
            self.rows += 1;
        }
    }

    /// Notes whether a row differs from the one before it.
    fn compare(&mut self, batch: &RecordBatch, row: usize) {
        let rank = batch.num_columns() - 1;
        let values = values(batch, self.columns, rank, row);
        let rank = batch.column(rank).as_primitive::<Int64Type>().value(row);
        if let Some((_, before)) = self.before.replace((rank, values)).filter(|(before, _)| *before != rank) {
            self.last = Some((self.rows, before));
        }
    }

    /// Ends a page after which there is this row.
    fn end(mut self, page: &mut Page, batch: &RecordBatch, row: usize, fingerprint: &str) {
        if !self.sorted {
            page.incomplete = Some(Incomplete::NoOrder);
            return;
        }
        if !self.total {
            self.compare(batch, row);
        }
        match self.last {
            Some((rows, values)) => {
                page.rows.truncate(rows);
                page.truncated.retain(|(row, _)| *row < rows);
                page.cursor = Some(Cursor { view: fingerprint.to_owned(), values }.encode());
            }
            None => page.incomplete = Some(Incomplete::EqualRows),
        }
    }
}

/// The order's values in a row.
fn values(batch: &RecordBatch, from: usize, to: usize, row: usize) -> Vec<CursorValue> {
    (from..to).map(|column| cells::to_cursor(batch.column(column), row)).collect()
}
