//! One file for each route, with its documentation beside it.

pub(crate) mod artifacts;
mod events;
mod health;
mod request;

pub(crate) mod datasets;
pub(crate) mod export;
pub(crate) mod presets;
pub(crate) mod rows;
pub(crate) mod runs;
pub(crate) mod sources;
pub(crate) mod views;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

/// Every route of the API, one line each.
pub(crate) fn all() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(health::health))
        .routes(routes!(sources::list::list_sources))
        .routes(routes!(datasets::get::get_dataset))
        .routes(routes!(rows::page::get_rows, rows::page::post_rows))
        .routes(routes!(rows::count::get_count, rows::count::post_count))
        .routes(routes!(rows::landmarks::get_landmarks, rows::landmarks::post_landmarks))
        .routes(routes!(export::plan::get_export_plan, export::plan::post_export_plan))
        .routes(routes!(export::download::get_export, export::download::post_export))
        .routes(routes!(runs::export::start_export))
        .routes(routes!(runs::list::list_runs))
        .routes(routes!(runs::get::get_run, runs::delete::delete_run))
        .routes(routes!(runs::cancel::cancel_run))
        .routes(routes!(runs::rerun::rerun))
        .routes(routes!(runs::link::link_run))
        .routes(routes!(artifacts::download::download_artifact))
        .routes(routes!(events::events))
        .routes(routes!(views::list::list_views, views::create::create_view))
        .routes(routes!(views::update::update_view, views::delete::delete_view))
        .routes(routes!(presets::list::list_presets, presets::create::create_preset))
        .routes(routes!(presets::update::update_preset, presets::delete::delete_preset))
}
