use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::filter::{Condition, Filter, Literal, Operator};
use crate::view::View;

/// Which rows an action is for: explicit keys, or all that match a view but some.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Selection {
    /// The rows with these keys.
    Keys(Vec<Key>),
    /// All rows of a view, whatever its columns and its order, except some.
    View {
        /// Which rows: its filter and its search.
        #[serde(default)]
        view: View,
        /// The keys of those that are left out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        except: Vec<Key>,
    },
}

/// The values of a row's key columns, in the order of the dataset's key; a key of one column may be written without
/// a list around it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Key {
    /// One value for each column.
    #[schema(value_type = Vec<Object>)]
    Columns(Vec<serde_json::Value>),
    /// The value of the only column.
    #[schema(value_type = Object)]
    Single(serde_json::Value),
}

/// The most keys that a selection names.
pub const MAX_KEYS: usize = 1_000_000;

impl Key {
    /// Its values as they are written in filters; `None` for what no key column holds, such as NULL or a list.
    pub fn literals(&self) -> Option<Vec<Literal>> {
        match self {
            Self::Single(value) => Some(vec![literal(value)?]),
            Self::Columns(values) => values.iter().map(literal).collect(),
        }
    }
}

fn literal(value: &serde_json::Value) -> Option<Literal> {
    match value {
        serde_json::Value::Bool(value) => Some(Literal::Boolean(*value)),
        serde_json::Value::Number(number) => Some(Literal::Number(number.to_string())),
        serde_json::Value::String(text) => Some(Literal::Text(text.clone())),
        _ => None,
    }
}

/// The filter that the rows with these keys fit, and no others. `None` when a key has another number of values than
/// the dataset's has columns.
pub fn key_filter(columns: &[String], keys: &[Vec<Literal>]) -> Option<Filter> {
    if keys.iter().any(|key| key.len() != columns.len()) {
        return None;
    }
    let condition = |column: &String, operator, values| {
        Filter::Condition(Condition { column: column.clone(), operator, values })
    };
    Some(match columns {
        [column] => condition(column, Operator::In, keys.concat()),
        _ => Filter::Or(
            keys.iter()
                .map(|key| {
                    let parts = columns.iter().zip(key);
                    let equal = |(column, value): (_, &Literal)| {
                        condition(column, Operator::Equals, vec![value.clone()])
                    };
                    Filter::And(parts.map(equal).collect())
                })
                .collect(),
        ),
    })
}
