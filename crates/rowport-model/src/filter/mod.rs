//! Which rows a view shows: groups of conditions joined by *and* and *or*.
//!
//! A filter has two notations, the same in meaning: JSON for programs and one line of text for people, links and
//! the command line. Comparing with NULL is simply false, and a negation is true wherever the positive is not, so
//! `status != "paid"` includes the rows without a status.

mod json;
mod parse;
mod print;
mod schema;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// A filter by column names, before it is resolved against a dataset.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All of these hold. Empty: every row.
    And(Vec<Filter>),
    /// At least one of these holds. Empty: no row.
    Or(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
    /// A comparison.
    Condition(Condition),
}

/// A column, an operator and its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The column's name, dotted when it reaches through a foreign key.
    pub column: String,
    /// What is asked.
    pub operator: Operator,
    /// None for `is_null` and the like, two for `between`, any number for `in`, else one.
    pub values: Vec<Literal>,
}

/// A value as written, before it is given the type of its column.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `true` or `false`.
    Boolean(bool),
    /// A number, as its digits, so that nothing is rounded.
    Number(String),
    /// Text, and everything else that is written in quotes.
    Text(String),
}

impl Literal {
    /// As it was written.
    pub fn into_text(self) -> String {
        match self {
            Self::Boolean(value) => value.to_string(),
            Self::Number(text) | Self::Text(text) => text,
        }
    }
}

macro_rules! operators {
    ($($variant:ident $name:literal $text:literal $values:literal $doc:literal),+ $(,)?) => {
        /// What a condition asks of its column.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operator {
            $(#[doc = $doc] $variant,)+
        }

        impl Operator {
            /// Every operator.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in JSON.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The words in the text notation.
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// How many values follow: `0`, `1`, `2`, or `*` for a list.
            pub fn values(self) -> char {
                match self { $(Self::$variant => $values),+ }
            }

            /// The operator of that JSON name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

operators! {
    Equals "eq" "=" '1' "The same value. A date given for a timestamp means that whole day.",
    NotEquals "ne" "!=" '1' "Any other value, or none.",
    Less "lt" "<" '1' "Smaller, or before.",
    LessOrEqual "le" "<=" '1' "Smaller or the same; a date given for a timestamp includes that day.",
    Greater "gt" ">" '1' "Larger, or after; a date given for a timestamp excludes that day.",
    GreaterOrEqual "ge" ">=" '1' "Larger or the same.",
    Between "between" "between" '2' "From the first to the second, both included.",
    In "in" "in" '*' "One of a list.",
    NotIn "not_in" "not in" '*' "None of a list, or no value.",
    Contains "contains" "contains" '1' "Has this text somewhere, in any case.",
    NotContains "not_contains" "not contains" '1' "Does not have this text, or has no value.",
    StartsWith "starts_with" "starts with" '1' "Begins with this text, in any case.",
    EndsWith "ends_with" "ends with" '1' "Ends with this text, in any case.",
    IsNull "is_null" "is null" '0' "Has no value.",
    IsNotNull "is_not_null" "is not null" '0' "Has a value.",
    IsEmpty "is_empty" "is empty" '0' "Has no value, or the empty text.",
    IsNotEmpty "is_not_empty" "is not empty" '0' "Has a value that is not the empty text.",
    InLast "in_last" "in last" '1' "Between so long ago and now: `7 days`, `12 hours`, `3 months`.",
    InNext "in_next" "in next" '1' "Between now and so long from now.",
}

/// A filter that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FilterError {
    /// The text notation went wrong.
    #[error("the filter cannot be read at character {}: {message}", position + 1)]
    Text {
        /// Characters before the place, from 0.
        position: usize,
        /// What was expected.
        message: String,
    },
    /// The JSON notation went wrong.
    #[error("the filter cannot be read at {path}: {message}")]
    Json {
        /// A JSON pointer; `/` is the whole filter.
        path: String,
        /// What was expected.
        message: String,
    },
}

impl Filter {
    /// How deep groups may nest; deeper ones are refused rather than risking the stack.
    pub const MAX_DEPTH: usize = 32;
    /// How many values all conditions may have together.
    pub const MAX_VALUES: usize = 10_000;

    /// Reads either notation: JSON when the first character is `{`, else text.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        if text.trim_start().starts_with('{') {
            let value = serde_json::from_str(text).map_err(|error| FilterError::Json {
                path: "/".to_owned(),
                message: format!("not valid JSON: {error}"),
            })?;
            json::read(&value)
        } else {
            parse::read(text)
        }
    }

    /// Reads the JSON notation.
    pub fn from_json(value: &serde_json::Value) -> Result<Self, FilterError> {
        json::read(value)
    }

    /// Writes the JSON notation.
    pub fn to_json(&self) -> serde_json::Value {
        json::write(self)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print::write(self, f, false)
    }
}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        match &value {
            serde_json::Value::String(text) => Self::parse(text),
            other => Self::from_json(other),
        }
        .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn literal() -> impl Strategy<Value = Literal> {
        prop_oneof![
            any::<bool>().prop_map(Literal::Boolean),
            any::<i64>().prop_map(|n| Literal::Number(n.to_string())),
            (any::<i32>(), 0u32..1000).prop_map(|(n, f)| Literal::Number(format!("{n}.{f}"))),
            any::<String>().prop_map(Literal::Text),
        ]
    }

    fn condition() -> impl Strategy<Value = Filter> {
        (any::<String>(), proptest::sample::select(Operator::ALL), prop::collection::vec(literal(), 2..4))
            .prop_map(|(column, operator, mut values)| {
                match operator.values() {
                    '0' => values.clear(),
                    '1' => values.truncate(1),
                    '2' => values.truncate(2),
                    _ => {}
                }
                if operator.values() == '1' && matches!(operator, Operator::InLast | Operator::InNext) {
                    values = vec![Literal::Text("7 days".to_owned())];
                }
                Filter::Condition(Condition { column, operator, values })
            })
    }

    fn filter() -> impl Strategy<Value = Filter> {
        condition().prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
                inner.prop_map(|f| Filter::Not(Box::new(f))),
            ]
        })
    }

    proptest! {
        #[test]
        fn both_notations_read_back_what_was_written(filter in filter()) {
            prop_assert_eq!(Filter::parse(&filter.to_string()).unwrap(), filter.clone());
            prop_assert_eq!(Filter::from_json(&filter.to_json()).unwrap(), filter);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,80}") {
            let _ = Filter::parse(&text);
        }
    }

    #[test]
    fn people_write_filters_as_they_speak() {
        let cases = [
            ("status = paid and price > 100", r#"status = "paid" and price > 100"#),
            ("a in (1,2) or not (b is empty)", r#"a in (1, 2) or not (b is empty)"#),
            ("sold between 2026-01-01 and 2026-02-01", r#"sold between "2026-01-01" and "2026-02-01""#),
            ("at in last 7 days AND x CONTAINS 'it''s'", r#"at in last 7 days and x contains "it's""#),
            ("\"odd name\" not in (true, null_ish)", r#""odd name" not in (true, "null_ish")"#),
            ("a = 1 and b = 2 or c = 3", "(a = 1 and b = 2) or c = 3"),
        ];
        for (written, printed) in cases {
            assert_eq!(Filter::parse(written).unwrap().to_string(), printed, "{written}");
        }
    }

    #[test]
    fn errors_say_where() {
        for (text, position) in
            [("a = ", 4), ("a ~ 1", 2), ("(a = 1", 6), ("a = 1 b", 6), ("a between 1 or 2", 12)]
        {
            let error = Filter::parse(text).unwrap_err();
            let FilterError::Text { position: found, .. } = error else { panic!("{error}") };
            assert_eq!(found, position, "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!("{}a = 1{}", "not (".repeat(100_000), ")".repeat(100_000));
        assert!(Filter::parse(&deep).unwrap_err().to_string().contains("32"));
        let json =
            format!("{}{}{}", "{\"not\":".repeat(60), r#"{"column":"a","op":"is_null"}"#, "}".repeat(60));
        assert!(Filter::parse(&json).unwrap_err().to_string().contains("32"));
    }
}
