use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One field that a bulk action sets in every row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetField {
    /// The column.
    pub column: String,
    /// What it becomes.
    pub to: FieldValue,
}

/// What a field becomes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FieldValue {
    /// This value, the same in every row.
    #[schema(value_type = Object)]
    Value(serde_json::Value),
    /// What another column of the row holds.
    Copy(String),
    /// Itself and so much more; less, where the number is negative.
    #[schema(value_type = Object)]
    Add(serde_json::Value),
    /// Its text with every occurrence of one text replaced by another.
    Replace {
        /// What is looked for, in this case only.
        find: String,
        /// What takes its place.
        with: String,
    },
    /// No value: NULL.
    Clear,
}
