//! One file for each route, with its documentation beside it.

pub(crate) mod access;
pub(crate) mod artifacts;
mod events;
mod health;
pub(crate) mod request;

pub(crate) mod audit;
pub(crate) mod changes;
pub(crate) mod datasets;
pub(crate) mod export;
pub(crate) mod invitations;
pub(crate) mod journal;
pub(crate) mod keys;
pub mod limits;
pub(crate) mod notifications;
pub(crate) mod presets;
pub(crate) mod roles;
pub(crate) mod rows;
pub(crate) mod runs;
pub(crate) mod session;
pub(crate) mod sessions;
pub(crate) mod sources;
pub(crate) mod storage;
pub(crate) mod subjects;
pub(crate) mod users;
pub(crate) mod views;

use rowport_model::Permission;
use utoipa_axum::router::UtoipaMethodRouterExt;
use utoipa_axum::routes;

use crate::access::{Needs, Routes};

pub(crate) use self::events::EventStreams;

/// Every route of the API, one line each, with what a caller needs for it.
pub(crate) fn all(routes: Routes) -> Routes {
    const READ: Needs = Needs::Dataset(Permission::RecordsRead);
    const EXPORT: Needs = Needs::Dataset(Permission::RecordsExport);
    const UPDATE: Needs = Needs::Dataset(Permission::RecordsUpdate);
    const DELETE: Needs = Needs::Dataset(Permission::RecordsDelete);
    const PURGE: Needs = Needs::Dataset(Permission::RecordsPurge);
    const SUBJECTS: Needs = Needs::Permission(Permission::SubjectsExport);
    const ADMIN: Needs = Needs::Permission(Permission::Admin);
    const AUDIT: Needs = Needs::Permission(Permission::AuditRead);
    routes
        .add(Needs::Nothing, routes!(health::health))
        .add(Needs::SignIn, routes!(session::get::get_session, session::end::sign_out))
        .add(Needs::SignIn, routes!(session::password::change_password))
        .add(Needs::Nothing, routes!(session::begin::sign_in))
        .add(Needs::Nothing, routes!(invitations::find::find_invitation))
        .add(Needs::Nothing, routes!(invitations::accept::accept_invitation))
        .add(Needs::SignIn, routes!(sessions::list::list_sessions))
        .add(Needs::SignIn, routes!(sessions::end::end_session))
        .add(Needs::SignIn, routes!(keys::list::list_keys, keys::create::create_key))
        .add(Needs::SignIn, routes!(keys::revoke::revoke_key))
        .add(Needs::SignIn, routes!(limits::get::get_limits))
        .add(ADMIN, routes!(users::list::list_users, users::create::create_user))
        .add(ADMIN, routes!(users::change::change_user, users::delete::delete_user))
        .add(ADMIN, routes!(users::invite::invite_user))
        .add(ADMIN, routes!(roles::list::list_roles, roles::create::create_role))
        .add(ADMIN, routes!(roles::update::update_role, roles::delete::delete_role))
        .add(ADMIN, routes!(storage::get::get_storage))
        .add(ADMIN, routes!(notifications::list::list_channels))
        .add(ADMIN, routes!(notifications::deliveries::list_deliveries))
        .add(ADMIN, routes!(notifications::test::test_channel))
        .add(AUDIT, routes!(audit::list::list_audit))
        .add(AUDIT, routes!(audit::export::export_audit))
        .add(AUDIT, routes!(audit::verify::verify_audit))
        .add(Needs::SignIn, routes!(sources::list::list_sources))
        .add(READ, routes!(datasets::get::get_dataset))
        .add(READ, routes!(rows::page::get_rows, rows::page::post_rows))
        .add(READ, routes!(rows::count::get_count, rows::count::post_count))
        .add(READ, routes!(rows::landmarks::get_landmarks, rows::landmarks::post_landmarks))
        .add(DELETE, routes!(changes::preview::preview_delete).layer(changes::room_for_keys()))
        .add(DELETE, routes!(changes::bulk::delete_rows).layer(changes::room_for_keys()))
        .add(DELETE, routes!(changes::preview::preview_restore).layer(changes::room_for_keys()))
        .add(DELETE, routes!(changes::bulk::restore_rows).layer(changes::room_for_keys()))
        .add(PURGE, routes!(changes::preview::preview_purge).layer(changes::room_for_keys()))
        .add(PURGE, routes!(changes::bulk::purge_rows).layer(changes::room_for_keys()))
        .add(UPDATE, routes!(changes::preview::preview_set).layer(changes::room_for_keys()))
        .add(UPDATE, routes!(changes::bulk::set_fields).layer(changes::room_for_keys()))
        .add(READ, routes!(changes::list::list_changes))
        .add(READ, routes!(changes::get::get_change))
        .add(READ, routes!(changes::history::get_row_history))
        .add(READ, routes!(changes::undo::undo_change).layer(changes::room_for_keys()))
        .add(DELETE, routes!(changes::trash::get_trash))
        .add(Needs::SignIn, routes!(changes::overview::get_trash_overview))
        .add(Needs::SignIn, routes!(journal::get::get_journal))
        .add(ADMIN, routes!(journal::make::make_journal))
        .add(EXPORT, routes!(export::plan::get_export_plan, export::plan::post_export_plan))
        .add(EXPORT, routes!(export::download::get_export, export::download::post_export))
        .add(EXPORT, routes!(runs::export::start_export))
        .add(Needs::SignIn, routes!(subjects::list::list_subjects))
        .add(SUBJECTS, routes!(subjects::export::start_subject_export))
        .add(Needs::SignIn, routes!(runs::list::list_runs))
        .add(Needs::SignIn, routes!(runs::get::get_run, runs::delete::delete_run))
        .add(Needs::SignIn, routes!(runs::cancel::cancel_run))
        .add(Needs::SignIn, routes!(runs::rerun::rerun))
        .add(Needs::SignIn, routes!(runs::link::link_run))
        .add(Needs::Nothing, routes!(artifacts::download::download_artifact))
        .add(Needs::SignIn, routes!(events::events))
        .add(READ, routes!(views::list::list_views, views::create::create_view))
        .add(READ, routes!(views::update::update_view, views::delete::delete_view))
        .add(READ, routes!(presets::list::list_presets, presets::create::create_preset))
        .add(READ, routes!(presets::update::update_preset, presets::delete::delete_preset))
}
