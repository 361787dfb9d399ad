//! The people.

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod invite;
pub(crate) mod list;

use rowport_store::User;
use serde::Serialize;
use utoipa::ToSchema;

/// A one-time link for choosing a password. It is shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invitation {
    /// Whom it is for.
    user: User,
    /// The address, below that of the page; the secret is in its fragment, which browsers do not send.
    #[schema(example = "/join#6b1d…")]
    path: String,
    /// Until when it works.
    #[schema(value_type = String, format = DateTime)]
    expires_at: String,
}
