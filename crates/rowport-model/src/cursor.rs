use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::value::Value;

/// The place after one row of a view: the values that the view is ordered by, in that row.
///
/// A cursor is opaque to clients but not secret: it holds values that the client was shown, and they are bound as
/// typed values like those of any filter, so a forged one can ask for nothing that a filter could not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// Which view it belongs to; another view refuses it.
    #[serde(rename = "v")]
    pub view: String,
    /// One value for each column of the order.
    #[serde(rename = "k")]
    pub values: Vec<CursorValue>,
}

/// One value of a cursor.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CursorValue {
    /// NULL.
    #[serde(rename = "n")]
    Null,
    /// True or false.
    #[serde(rename = "b")]
    Boolean(bool),
    /// A whole number, as its digits: JSON cannot be trusted with 64 bits.
    #[serde(rename = "i")]
    Integer(String),
    /// A floating point number in its shortest exact notation.
    #[serde(rename = "f")]
    Float(String),
    /// Text, and everything that is compared as the database's own notation.
    #[serde(rename = "t")]
    Text(String),
    /// A moment that the calendar has, as databases write it: with a space between date and time.
    #[serde(rename = "m")]
    Moment(String),
    /// Bytes, as base64.
    #[serde(rename = "x")]
    Bytes(String),
    /// Text that is not UTF-8: its bytes, as base64.
    #[serde(rename = "r")]
    RawText(String),
}

/// A cursor that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CursorError {
    /// Not a cursor that Rowport made.
    #[error("the cursor cannot be read")]
    Unreadable,
    /// Made for another view.
    #[error("the cursor belongs to another view: its filter, sort or search is not the same")]
    OtherView,
    /// With values that the columns of the order cannot hold.
    #[error("the cursor has a value that a column of the view's order cannot have")]
    Unfit,
}

impl Cursor {
    /// The text given to clients.
    pub fn encode(&self) -> String {
        // A cursor is made of texts and lists; serialising it cannot fail.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads what [`Cursor::encode`] wrote, if it belongs to `view` and has `length` values.
    pub fn decode(text: &str, view: &str, length: usize) -> Result<Self, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError::Unreadable)?;
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| CursorError::Unreadable)?;
        if cursor.view != view || cursor.values.len() != length {
            return Err(CursorError::OtherView);
        }
        Ok(cursor)
    }

    /// The values to compare with.
    pub fn to_values(&self) -> Result<Vec<Option<Value>>, CursorError> {
        self.values.iter().map(CursorValue::to_value).collect()
    }
}

impl CursorValue {
    /// The value to compare with.
    pub fn to_value(&self) -> Result<Option<Value>, CursorError> {
        Ok(Some(match self {
            Self::Null => return Ok(None),
            Self::Boolean(value) => Value::Boolean(*value),
            Self::Integer(digits) => Value::Integer(digits.parse().map_err(|_| CursorError::Unreadable)?),
            Self::Float(digits) => Value::Float(digits.parse().map_err(|_| CursorError::Unreadable)?),
            Self::Text(text) | Self::Moment(text) => Value::Text(text.clone()),
            Self::Bytes(text) => Value::Bytes(decoded(text)?),
            Self::RawText(text) => Value::RawText(decoded(text)?),
        }))
    }

    /// A moment as a cursor carries it, from a notation with a `T` between date and time.
    pub fn moment(text: &str) -> Self {
        Self::Moment(text.replacen('T', " ", 1))
    }

    /// The value as people and programs write it in a key, which is what rows show of it: bytes in hexadecimal, moments
    /// with a `T`, numbers as texts, so that no reader rounds them.
    pub fn written(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Boolean(value) => (*value).into(),
            Self::Integer(text) | Self::Text(text) => text.as_str().into(),
            Self::Float(text) => match text.as_str() {
                "inf" => "Infinity".into(),
                "-inf" => "-Infinity".into(),
                text => text.into(),
            },
            Self::Moment(text) => text.replacen(' ', "T", 1).into(),
            // It was written here; what cannot be read stays as it is.
            Self::Bytes(text) | Self::RawText(text) => match URL_SAFE_NO_PAD.decode(text) {
                Ok(bytes) => {
                    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    format!("\\x{digits}").into()
                }
                Err(_) => text.as_str().into(),
            },
        }
    }

    /// Bytes as a cursor carries them.
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::Bytes(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Text that is not UTF-8 as a cursor carries it.
    pub fn raw_text(bytes: &[u8]) -> Self {
        Self::RawText(URL_SAFE_NO_PAD.encode(bytes))
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, CursorError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_belongs_to_its_view() {
        let cursor = Cursor {
            view: "v1".to_owned(),
            values: vec![
                CursorValue::Null,
                CursorValue::Integer(i64::MIN.to_string()),
                CursorValue::Float("0.1".to_owned()),
                CursorValue::Text("😀".to_owned()),
                CursorValue::bytes(&[0, 255]),
                CursorValue::raw_text(&[0xe9]),
            ],
        };
        let text = cursor.encode();
        assert_eq!(Cursor::decode(&text, "v1", 6), Ok(cursor));
        assert_eq!(Cursor::decode(&text, "v2", 6), Err(CursorError::OtherView));
        assert_eq!(Cursor::decode("%%%", "v1", 6), Err(CursorError::Unreadable));
    }
}
