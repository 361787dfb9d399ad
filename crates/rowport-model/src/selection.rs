use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
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
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
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

/// By hand, because there may be a million of them: an untagged one is read twice.
impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key: a value, or a list of the values of its columns")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Key, E> {
        Ok(Key::Single(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Key, E> {
        Ok(Key::Single(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Key, E> {
        Ok(Key::Single(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Key, E> {
        Ok(Key::Single(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Key, E> {
        Ok(Key::Single(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Key, E> {
        Ok(Key::Single(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Key, E> {
        Ok(Key::Single(serde_json::Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Key, A::Error> {
        let mut columns = Vec::with_capacity(2);
        while let Some(value) = values.next_element()? {
            columns.push(value);
        }
        Ok(Key::Columns(columns))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Key, A::Error> {
        let object = serde_json::Value::deserialize(MapAccessDeserializer::new(object))?;
        Ok(Key::Single(object))
    }
}

/// Reads a list of keys, of which no more are held than one too many: what comes after that is only looked through.
pub fn bounded_keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Key>>, D::Error> {
    struct Bounded;

    impl<'de> Visitor<'de> for Bounded {
        type Value = Option<Vec<Key>>;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("a list of keys")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_none<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
            deserializer.deserialize_seq(self)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut keys = Vec::new();
            while keys.len() <= MAX_KEYS {
                match list.next_element()? {
                    Some(key) => keys.push(key),
                    None => return Ok(Some(keys)),
                }
            }
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Some(keys))
        }
    }

    deserializer.deserialize_option(Bounded)
}

impl Key {
    /// A key as it is written where there is one text for all of it: the value of its only column, or a JSON list of the
    /// values of its columns. `None` for a list that is none, or that holds lists or objects.
    pub fn parse(text: &str) -> Option<Self> {
        match text.starts_with('[') {
            true => Self::list(text),
            false => Some(Self::Single(text.into())),
        }
    }

    /// A key as it is written on a command line, where it has so many columns: a JSON list of their values, or else the
    /// values themselves, separated by commas. A value with a comma or a quotation mark in it stands in double quotes,
    /// which are doubled inside. The value of an only column is never taken apart.
    pub fn written(text: &str, columns: usize) -> Self {
        let list = text.starts_with('[').then(|| Self::list(text)).flatten();
        match list {
            Some(Self::Columns(values)) if values.len() == columns => Self::Columns(values),
            _ if columns <= 1 => Self::Single(text.into()),
            _ => Self::Columns(separated(text).into_iter().map(Into::into).collect()),
        }
    }

    /// What [`Key::written`] reads as the key with these values.
    pub fn write(values: &[serde_json::Value]) -> String {
        let text =
            |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let quoted =
            |text: String| match text.contains([',', '"']) || text.trim() != text || text.starts_with('[') {
                true => format!("\"{}\"", text.replace('"', "\"\"")),
                false => text,
            };
        match values {
            [value] => match text(value) {
                text if text.starts_with('[') && Self::list(&text).is_some() => {
                    serde_json::Value::from(values).to_string()
                }
                text => text,
            },
            _ => values.iter().map(|value| quoted(text(value))).collect::<Vec<_>>().join(","),
        }
    }

    fn list(text: &str) -> Option<Self> {
        let values: Vec<serde_json::Value> = serde_json::from_str(text).ok()?;
        let key = Self::Columns(values);
        key.literals().is_some().then_some(key)
    }

    /// Its values as they are written in filters; `None` for what no key column holds, such as NULL or a list.
    pub fn literals(&self) -> Option<Vec<Literal>> {
        match self {
            Self::Single(value) => Some(vec![literal(value)?]),
            Self::Columns(values) => values.iter().map(literal).collect(),
        }
    }
}

/// The texts between commas, without spaces around them unless they are quoted.
fn separated(text: &str) -> Vec<String> {
    let (mut values, mut rest) = (Vec::new(), text);
    loop {
        let trimmed = rest.trim_start();
        let (value, after) = match trimmed.strip_prefix('"').and_then(quoted) {
            Some(found) => found,
            None => {
                let end = trimmed.find(',').unwrap_or(trimmed.len());
                (trimmed[..end].trim_end().to_owned(), &trimmed[end..])
            }
        };
        values.push(value);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return values,
        }
    }
}

/// The text up to the quotation mark that ends it, and what comes after; `None` where none does, or where something
/// else than a comma comes after it: then the mark is part of a value like any other.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (mut value, mut letters) = (String::new(), text.char_indices().peekable());
    while let Some((place, letter)) = letters.next() {
        match letter {
            '"' if letters.peek().is_some_and(|(_, next)| *next == '"') => {
                letters.next();
                value.push('"');
            }
            '"' => {
                let after = text[place + 1..].trim_start();
                return (after.is_empty() || after.starts_with(',')).then_some((value, after));
            }
            letter => value.push(letter),
        }
    }
    None
}

fn literal(value: &serde_json::Value) -> Option<Literal> {
    match value {
        serde_json::Value::Bool(value) => Some(Literal::Boolean(*value)),
        serde_json::Value::Number(number) => Some(Literal::Number(number.to_string())),
        serde_json::Value::String(text) => Some(Literal::Text(text.clone())),
        _ => None,
    }
}

/// Keys in the words of a filter, for people to read: what is asked of a database are the keys themselves. `None` when a key has another number of values than
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_value_of_an_only_column_is_never_taken_apart() {
        for text in ["Smith, John", "\"quoted\"", "a,b", "[draft", "[]", "", " x "] {
            assert_eq!(Key::written(text, 1), Key::Single(text.into()), "{text}");
        }
        assert_eq!(Key::written("[\"a\"]", 1), Key::Columns(vec![json!("a")]));
        assert_eq!(Key::written("[17]", 1), Key::Columns(vec![json!(17)]));
    }

    #[test]
    fn a_key_that_is_written_reads_back() {
        for values in [
            vec![json!("a"), json!("b")],
            vec![json!("Smith, John"), json!("7")],
            vec![json!("say \"hi\""), json!(" x ")],
            vec![json!(""), json!("[1,2]")],
            vec![json!("Smith, John")],
            vec![json!("[\"a\"]")],
        ] {
            let written = Key::write(&values);
            let read = Key::written(&written, values.len());
            let read = match read {
                Key::Single(value) => vec![value],
                Key::Columns(values) => values,
            };
            assert_eq!(read, values, "{written}");
        }
        assert_eq!(Key::written("a , \"b\"", 2), Key::Columns(vec![json!("a"), json!("b")]));
        assert_eq!(Key::written("[\"a\", 17]", 2), Key::Columns(vec![json!("a"), json!(17)]));
        assert_eq!(Key::parse("[1"), None);
        assert_eq!(Key::parse("[[1]]"), None);
    }
}
