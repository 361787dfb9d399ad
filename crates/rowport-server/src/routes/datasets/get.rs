use axum::Json;
use axum::extract::State;
use rowport_model::{Column, Dataset, ForeignKey, Permission};
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::DatasetProblems;
use crate::routes::request::DatasetPath;

/// A dataset: what it is made of and how it hangs together with others.
#[derive(Serialize, ToSchema)]
pub(crate) struct DatasetDescription {
    /// The source's name.
    source: String,
    /// The dataset itself.
    #[serde(flatten)]
    dataset: Dataset,
    /// Columns reached through foreign keys, under the names that views use.
    lookups: Vec<LookupColumn>,
    /// The foreign keys of other datasets that refer to this one.
    referring: Vec<Referring>,
    /// What one may do with its rows.
    permissions: Vec<Permission>,
}

/// A column reached through foreign keys.
#[derive(Serialize, ToSchema)]
pub(crate) struct LookupColumn {
    /// The column under its own name.
    #[serde(flatten)]
    column: Column,
    /// The columns that lead there: the references, then the column of the dataset that the last one refers to.
    #[schema(example = "brand_id.name")]
    path: String,
}

/// A foreign key of another dataset that refers to this one.
#[derive(Serialize, ToSchema)]
pub(crate) struct Referring {
    /// The other dataset's name in addresses.
    dataset: String,
    /// Its name for people.
    label: String,
    /// Its foreign key.
    foreign_key: ForeignKey,
}

/// A dataset: its columns, key, references, and who refers to it.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{source}/datasets/{dataset}",
    tag = "datasets",
    params(DatasetPath),
    responses((status = 200, description = "The dataset", body = DatasetDescription), DatasetProblems)
)]
pub(crate) async fn get_dataset(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
) -> Result<Json<DatasetDescription>, ApiError> {
    let catalog = state.sources.catalog_with(&principal, &path.source, &path.dataset).await?;
    let resolved =
        catalog.dataset(&path.dataset).ok_or_else(|| ApiError::bad_request("the dataset went away"))?;
    let dataset = resolved.visible();
    let access = principal.access();
    let allowed = |it: &Permission| it.is_of_datasets() && access.allows(*it, &path.source, &path.dataset);
    let permissions = Permission::ALL.into_iter().filter(allowed).collect();
    let lookups = dataset.lookups.iter().filter_map(|lookup| {
        let column = resolved.column_at(&lookup.name)?;
        Some(LookupColumn { column, path: lookup.path.clone() })
    });
    let lookups = lookups.collect();
    let referring = resolved.referring().into_iter().map(|(other, foreign_key)| Referring {
        dataset: other.name.to_string(),
        label: other.label,
        foreign_key,
    });
    let referring = referring.collect();
    Ok(Json(DatasetDescription { source: path.source, lookups, referring, permissions, dataset }))
}
