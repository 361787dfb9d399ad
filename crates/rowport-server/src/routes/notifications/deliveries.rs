use axum::Json;
use axum::extract::State;
use rowport_store::{Delivery, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::error::ApiError;
use crate::extract::ApiQuery;
use crate::problems::StateProblems;

/// Which deliveries.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeliveriesParams {
    /// Only those that came up before this one: the `next` of the page before.
    before: Option<String>,
    /// At most so many, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// A page of the log of deliveries.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveryList {
    /// The latest first.
    deliveries: Vec<Delivery>,
    /// What to give as `before` for the next page; `null` when this is the last one.
    next: Option<String>,
}

/// What became of the messages of the last thirty days.
#[utoipa::path(
    get,
    path = "/api/v1/notifications/deliveries",
    tag = "notifications",
    params(DeliveriesParams),
    responses((status = 200, description = "The deliveries", body = DeliveryList), StateProblems)
)]
pub(crate) async fn list_deliveries(
    State(state): State<AppState>,
    ApiQuery(params): ApiQuery<DeliveriesParams>,
) -> Result<Json<DeliveryList>, ApiError> {
    let limit = params.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(ApiError::bad_request("`limit` is 1 to 200"));
    }
    // A database cannot compare with it, and no id has it.
    if params.before.as_deref().is_some_and(|before| before.contains('\0')) {
        return Err(StoreError::BadText.into());
    }
    // One more than asked for tells whether there is another page.
    let mut deliveries = state.store.deliveries().list(params.before.as_deref(), limit + 1).await?;
    let more = deliveries.len() > limit as usize;
    deliveries.truncate(limit as usize);
    let next = if more { deliveries.last().map(|delivery| delivery.id.clone()) } else { None };
    Ok(Json(DeliveryList { deliveries, next }))
}
