use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use futures_util::future::join_all;
use rowport_engine::{EngineError, SourceStatus};
use rowport_model::{Catalog, DatasetKind, ErrorCode, Principal, SourceKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::problems::Refusals;

/// Every source.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sources {
    /// In the configuration's order.
    sources: Vec<Source>,
}

/// A source, with its datasets or the problem that keeps it from answering.
#[derive(Serialize, ToSchema)]
pub(crate) struct Source {
    /// The name in addresses.
    name: String,
    /// The name for people.
    label: String,
    /// The kind of database.
    kind: SourceKind,
    /// Empty when there is a problem.
    datasets: Vec<DatasetSummary>,
    /// Why it does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    problem: Option<SourceProblem>,
}

/// Why a source does not answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct SourceProblem {
    /// The stable code.
    code: ErrorCode,
    /// What was wrong.
    detail: String,
    /// What would help.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    hint: Option<&'static str>,
}

/// A dataset in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct DatasetSummary {
    /// The name in addresses: the table, with `schema.` before it where the schema is not the default one.
    name: String,
    /// The name for people.
    label: String,
    /// Stored or computed.
    kind: DatasetKind,
    /// How many columns it has.
    columns: usize,
    /// The columns that name one row; empty when there are none.
    key: Vec<String>,
    /// How many rows the database believes there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    estimated_rows: Option<u64>,
}

/// Every source with its datasets. One that cannot be reached says why, and the others still answer.
#[utoipa::path(get, path = "/api/v1/sources", tag = "datasets", responses((status = 200, description = "The sources", body = Sources), Refusals))]
pub(crate) async fn list_sources(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
) -> Json<Sources> {
    let sources = state.sources.sources(&principal);
    let sources = join_all(sources.into_iter().map(|source| describe(&state, &principal, source))).await;
    Json(Sources { sources })
}

/// How long the list waits for one source; the others should not have to.
const PATIENCE: Duration = Duration::from_secs(3);

async fn describe(state: &AppState, principal: &Principal, source: SourceStatus) -> Source {
    let (datasets, problem) = match catalog(state, principal, &source.name).await {
        Ok(Some(catalog)) => (catalog.datasets().map(|dataset| summary(&dataset.visible())).collect(), None),
        Ok(None) => {
            let detail = format!("the database has not answered within {} s", PATIENCE.as_secs());
            let hint = Some("Rowport goes on trying: look again in a moment");
            (Vec::new(), Some(SourceProblem { code: ErrorCode::SourceUnreachable, detail, hint }))
        }
        Err(error) => {
            let problem = SourceProblem { code: error.code(), detail: error.to_string(), hint: error.hint() };
            (Vec::new(), Some(problem))
        }
    };
    Source { name: source.name, label: source.label, kind: source.kind, datasets, problem }
}

/// The catalog, or `None` when it takes too long. The question goes on in a task of its own, so that a slow source
/// has its answer ready when it is asked again.
async fn catalog(
    state: &AppState,
    principal: &Principal,
    source: &str,
) -> Result<Option<Arc<Catalog>>, EngineError> {
    let (sources, principal, source) = (Arc::clone(&state.sources), principal.clone(), source.to_owned());
    let task = tokio::spawn(async move { sources.catalog(&principal, &source).await });
    match tokio::time::timeout(PATIENCE, task).await {
        Err(_) => Ok(None),
        Ok(Ok(catalog)) => catalog.map(Some),
        Ok(Err(error)) => Err(EngineError::Internal { message: error.to_string() }),
    }
}

fn summary(dataset: &rowport_model::Dataset) -> DatasetSummary {
    DatasetSummary {
        name: dataset.name.to_string(),
        label: dataset.label.clone(),
        kind: dataset.kind,
        columns: dataset.columns.len(),
        key: dataset.key.clone(),
        estimated_rows: dataset.estimated_rows,
    }
}
