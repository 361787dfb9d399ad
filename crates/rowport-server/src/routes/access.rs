//! What the routes about people, roles and keys have in common.

use serde::Deserialize;
use utoipa::IntoParams;

/// One of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct IdPath {
    /// Its id.
    pub(crate) id: String,
}
