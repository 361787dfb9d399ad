//! What people can be allowed.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod update;

use rowport_model::{ColumnRule, Grant};
use rowport_store::RoleBody;
use serde::Deserialize;
use utoipa::ToSchema;

/// A role, as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleRequest {
    /// Its name.
    #[schema(example = "Support")]
    name: String,
    /// What it allows.
    #[schema(max_items = 200)]
    grants: Vec<Grant>,
    /// The columns that it keeps from people.
    #[serde(default)]
    #[schema(max_items = 1000)]
    columns: Vec<ColumnRule>,
}

impl RoleRequest {
    fn split(self) -> (String, RoleBody) {
        (self.name, RoleBody { grants: self.grants, columns: self.columns })
    }
}
