//! An export as a run keeps it until a worker comes to it.

use rowport_formats::Format;
use rowport_model::{Literal, View};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::plan::Tier;
use super::request::{ExportOptions, ExportRequest};
use crate::error::EngineError;

#[derive(Serialize, Deserialize)]
struct Stored {
    view: View,
    keys: Option<Vec<Vec<StoredLiteral>>>,
    format: Format,
    options: ExportOptions,
    limit: Option<u64>,
    file_name: Option<String>,
}

/// A literal that says what it is: a number keeps its digits.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredLiteral {
    Boolean(bool),
    Number(String),
    Text(String),
}

impl ExportRequest {
    /// The request as JSON, without its tier.
    pub fn to_json(&self) -> Value {
        let key = |key: &Vec<Literal>| key.iter().map(StoredLiteral::from).collect();
        let stored = Stored {
            view: self.view.clone(),
            keys: self.keys.as_ref().map(|keys| keys.iter().map(key).collect()),
            format: self.format,
            options: self.options.clone(),
            limit: self.limit,
            file_name: self.file_name.clone(),
        };
        // Texts, lists and numbers; serialising them cannot fail.
        serde_json::to_value(stored).unwrap_or_default()
    }

    /// The request that was stored, for the background.
    pub fn from_json(value: &Value) -> Result<Self, EngineError> {
        let stored = Stored::deserialize(value)
            .map_err(|error| EngineError::internal(format!("a stored export cannot be read: {error}")))?;
        let key = |key: Vec<StoredLiteral>| key.into_iter().map(Literal::from).collect();
        Ok(Self {
            view: stored.view,
            keys: stored.keys.map(|keys| keys.into_iter().map(key).collect()),
            format: stored.format,
            options: stored.options,
            limit: stored.limit,
            tier: Tier::Background,
            file_name: stored.file_name,
        })
    }
}

impl From<&Literal> for StoredLiteral {
    fn from(literal: &Literal) -> Self {
        match literal {
            Literal::Boolean(value) => Self::Boolean(*value),
            Literal::Number(digits) => Self::Number(digits.clone()),
            Literal::Text(text) => Self::Text(text.clone()),
        }
    }
}

impl From<StoredLiteral> for Literal {
    fn from(stored: StoredLiteral) -> Self {
        match stored {
            StoredLiteral::Boolean(value) => Self::Boolean(value),
            StoredLiteral::Number(digits) => Self::Number(digits),
            StoredLiteral::Text(text) => Self::Text(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use rowport_model::{Filter, Sort};

    use super::*;

    #[test]
    fn an_export_comes_back_as_it_was_stored() {
        let request = ExportRequest {
            view: View {
                columns: Some(vec!["id".to_owned(), "customer_id.name".to_owned()]),
                filter: Some(Filter::parse("status = \"paid\" and price > 100.10").unwrap()),
                sort: vec![Sort { column: "id".to_owned(), descending: true }],
                search: Some("😀".to_owned()),
            },
            keys: Some(vec![vec![
                Literal::Number("123456789012345678901234567890.5".to_owned()),
                Literal::Text("7".to_owned()),
                Literal::Boolean(true),
            ]]),
            format: Format::Xlsx,
            options: ExportOptions { raw: true, delimiter: Some(';'), ..ExportOptions::default() },
            limit: Some(u64::MAX),
            tier: Tier::Background,
            file_name: Some("Q1/2026".to_owned()),
        };
        let text = request.to_json().to_string();
        let read = ExportRequest::from_json(&serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(format!("{read:?}"), format!("{request:?}"));
    }
}
