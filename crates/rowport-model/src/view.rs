use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::filter::Filter;

/// What a person asks for: columns, filter, sort and search. The same view drives the grid, counts, exports and
/// links. Everything is by name; resolving it against a dataset yields a query.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// The columns, in order; all of the dataset's when absent. A dotted name (`AlbumId.Title`) reaches through a
    /// foreign key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub columns: Option<Vec<String>>,
    /// Which rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub filter: Option<Filter>,
    /// The order, before the key, which always comes last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<Sort>,
    /// Text that must stand in one of the text columns, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub search: Option<String>,
}

/// One column of an order. NULL comes last in both directions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sort {
    /// The column.
    pub column: String,
    /// Largest first.
    #[serde(default)]
    pub descending: bool,
}

impl Sort {
    /// Reads `a,-b`: comma-separated names, a minus for descending. A name that itself has a comma or begins with
    /// a minus is written in double quotes.
    pub fn parse_list(text: &str) -> Vec<Self> {
        split_names(text)
            .into_iter()
            .map(|(name, quoted)| match name.strip_prefix('-') {
                Some(rest) if !quoted => Self { column: rest.to_owned(), descending: true },
                _ => Self { column: name, descending: false },
            })
            .collect()
    }
}

impl View {
    /// Reads a comma-separated list of column names; a name that has a comma is written in double quotes.
    pub fn parse_columns(text: &str) -> Vec<String> {
        split_names(text).into_iter().map(|(name, _)| name).collect()
    }
}

fn split_names(text: &str) -> Vec<(String, bool)> {
    let mut names = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (minus, body) = match rest.strip_prefix("-\"") {
            Some(_) => ("-", &rest[1..]),
            None => ("", rest),
        };
        if let Some(quoted) = body.strip_prefix('"') {
            let mut name = String::new();
            let mut characters = quoted.char_indices().peekable();
            let mut end = quoted.len();
            while let Some((index, character)) = characters.next() {
                if character != '"' {
                    name.push(character);
                } else if characters.peek().is_some_and(|(_, next)| *next == '"') {
                    name.push('"');
                    characters.next();
                } else {
                    end = index + 1;
                    break;
                }
            }
            names.push((format!("{minus}{name}"), minus.is_empty()));
            rest = quoted[end..].trim_start().trim_start_matches(',').trim_start();
        } else {
            let (name, tail) = body.split_once(',').unwrap_or((body, ""));
            if !name.trim().is_empty() {
                names.push((name.trim().to_owned(), false));
            }
            rest = tail.trim_start();
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minus_sorts_descending_and_quotes_keep_commas() {
        let sort = Sort::parse_list("a, -b,\"c,d\",-\"e\"\"f\",\"-g\"");
        let seen: Vec<_> = sort.iter().map(|s| (s.column.as_str(), s.descending)).collect();
        assert_eq!(seen, [("a", false), ("b", true), ("c,d", false), ("e\"f", true), ("-g", false)]);
    }
}
