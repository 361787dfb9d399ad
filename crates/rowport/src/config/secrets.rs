//! Keeps secrets out of messages: the lines that are shown have them cut out.
//!
//! Hidden are URLs from their `://` on, values of `url` and of what names an environment variable, and values of keys that are not known, for one of them may
//! be called `password`; except paths of SQLite and names of environment variables. Where the text could not be parsed, whole ends of lines are hidden, rather too much than too little.

use serde_json::Value as Json;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::nearest;
use super::origin::{Mistake, Origin};

/// Tells the origin what is never shown. `mistakes` are those of the syntax.
pub(super) fn hide(
    table: &Spanned<DeTable<'_>>,
    text: &str,
    schema: &Json,
    mistakes: &[Mistake],
    origin: &mut Origin,
) {
    let mut search = Search { text, broken: !mistakes.is_empty(), spans: Vec::new() };
    search.table(table.get_ref(), schema);
    let mut spans = search.spans;
    let mut known = Vec::new();
    names(schema, &mut known);
    let broken: Vec<_> = mistakes.iter().filter_map(|mistake| mistake.span.clone()).collect();
    let mut start = 0;
    let mut fence: Option<&str> = None;
    let mut fault_above = false;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let last = range.end == text.len();
        let at_fault = broken.iter().any(|span| {
            (span.start < range.end || last) && (span.end > range.start || span.start >= range.start)
        });
        let above = std::mem::replace(&mut fault_above, at_fault);
        if let Some(end) = fence {
            spans.push(range);
            fence = fence.filter(|_| !line.contains(end));
            continue;
        }
        let (key, value) = line.split_once('=').map_or((line, None), |(key, value)| (key, Some(value)));
        let name = key.rsplit('.').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        let from = range.end - value.map_or(0, str::len);
        let parsed = |from: usize| spans.iter().any(|span| span.start >= from && span.start < range.end);
        let value_parsed = !at_fault && parsed(from);
        if at_fault && !known.contains(&name) && !line.trim_start().starts_with('[') {
            // The rest of a text that a line break cut in two looks like a key; a word with a sign behind it, below a
            // line that is in order, is one.
            let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
            let shown = value.is_some() && !above && name.chars().all(word);
            spans.push(if shown { from } else { range.start }..range.end);
            fence = value.and_then(opened);
        } else if let Some(value) = value.filter(|value| !value_parsed && hidden(name, value)) {
            spans.push(from..range.end);
            fence = opened(value);
        } else if let Some(place) = line.find("://")
            && (at_fault || !parsed(range.start))
        {
            spans.push(range.start + place + 3..range.end);
        }
    }
    spans.into_iter().for_each(|span| origin.hide(span));
}

/// Whether what stands behind this key, as it is written, may be a secret.
fn hidden(key: &str, value: &str) -> bool {
    match key {
        "url" => !is_path(value),
        // A server is no secret, and somebody may have put a login before it.
        _ if key.ends_with("endpoint") => value.contains('@'),
        _ => key.ends_with("_env") && !is_variable(value.trim()),
    }
}

type Spans = Vec<std::ops::Range<usize>>;

/// Whether a value that could be a secret is none.
type Shown = fn(&str) -> bool;

/// Finds the values to hide in what was parsed.
struct Search<'a> {
    text: &'a str,
    /// Whether there are syntax errors.
    broken: bool,
    spans: Spans,
}

impl Search<'_> {
    fn table(&mut self, table: &DeTable<'_>, schema: &Json) {
        let properties = schema["properties"].as_object();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let known = properties.and_then(|properties| properties.get(name));
            let known = known.or(Some(&schema["additionalProperties"]).filter(|schema| schema.is_object()));
            if let Some(schema) = known {
                let shown: Option<Shown> = match name {
                    "url" => Some(is_path),
                    name if name.ends_with("_env") => Some(is_variable),
                    _ => None,
                };
                self.value(value, schema, shown);
                continue;
            }
            let names = properties.into_iter().flat_map(|all| all.keys().map(String::as_str));
            // A slip in the name of something harmless may be shown.
            let near = nearest(name, &names.collect::<Vec<_>>());
            let harmless = near.is_some_and(|near| !secret(near));
            if self.broken && !harmless {
                self.rest_of_line(key.span().end);
            }
            self.value(value, &Json::Null, (!harmless).then_some(is_path));
        }
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, schema: &Json, secret: Option<Shown>) {
        match value.get_ref() {
            DeValue::Table(table) if secret.is_none() => self.table(table, schema),
            DeValue::Table(table) => table.values().for_each(|value| self.value(value, schema, secret)),
            DeValue::Array(items) => items.iter().for_each(|item| self.value(item, &schema["items"], secret)),
            _ => {
                let span = value.span();
                let written = self.text.get(span.clone()).unwrap_or_default();
                let quotes = usize::from(written.starts_with(['"', '\'']));
                match written.find("://") {
                    Some(place) => self.spans.push(span.start + place + 3..span.end - quotes),
                    None if secret.is_some_and(|shown| !shown(written)) => {
                        self.spans.push(span.start + quotes..span.end - quotes);
                    }
                    None => {}
                }
            }
        }
    }

    /// Among syntax errors even the keys of an inline table may be pieces of something else.
    fn rest_of_line(&mut self, from: usize) {
        let line = self.text[from..].split('\n').next().unwrap_or_default();
        // Behind a key in a header there is nothing but other keys.
        if let Some((before, rest)) = line.split_once('=') {
            self.spans.push(from + before.len() + 1..from + before.len() + 1 + rest.len());
        }
    }
}

/// The quotes of a text that begins in this line and goes on below.
fn opened(value: &str) -> Option<&'static str> {
    ["\"\"\"", "'''"].into_iter().find(|quotes| value.matches(quotes).count() == 1)
}

/// The path of a SQLite file is no secret, and seeing it helps.
fn is_path(value: &str) -> bool {
    value.trim().trim_matches(['"', '\'']).starts_with("sqlite:") && !value.contains("://")
}

/// The same goes for the name of a variable.
fn is_variable(value: &str) -> bool {
    value.trim_matches(['"', '\'']).chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Whether a key's value may be a secret, or may be taken for the place of one.
fn secret(key: &str) -> bool {
    key.starts_with("url") || key.ends_with("_env") || key.ends_with("endpoint")
}

/// Every key that the schema knows, except those of secrets.
fn names<'a>(schema: &'a Json, known: &mut Vec<&'a str>) {
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        if !secret(name) {
            known.push(name);
        }
        names(schema, known);
    }
    if schema["additionalProperties"].is_object() {
        names(&schema["additionalProperties"], known);
    }
}
