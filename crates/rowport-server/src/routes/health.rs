use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problems::Refusals;

/// Rowport itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`: whoever reads it was answered.
    #[schema(example = "ok")]
    status: &'static str,
    /// The version of Rowport.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

/// Whether Rowport runs. Says nothing of the databases; see the sources for those.
#[utoipa::path(get, path = "/api/v1/health", tag = "health", responses((status = 200, description = "It runs", body = Health), Refusals))]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}
