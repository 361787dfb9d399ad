//! What is wrong with a request that cannot be read: where, and what is expected there, in the words of the API's
//! document rather than in those of the program.

use serde::de::DeserializeOwned;

/// Reads JSON. The error begins with `what` where the text is none, and with the path to the field otherwise.
pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T, String> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        match inner.is_data() {
            true => problem(path.trim_start_matches('.'), without_place(&inner.to_string()), what),
            false => not_json(what, &inner),
        }
    })?;
    reader.end().map_err(|error| not_json(what, &error))?;
    Ok(read)
}

/// What is wrong with the parameters of an address, from axum's words for it.
pub(crate) fn query_problem(text: &str) -> String {
    let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(text);
    match text.split_once(": ").filter(|(path, _)| !path.contains(' ')) {
        Some((path, message)) => problem(path, message, "the address"),
        None => problem("", text, "the address"),
    }
}

fn not_json(what: &str, error: &serde_json::Error) -> String {
    format!("{what} is not JSON: see line {}, column {}", error.line(), error.column())
}

/// serde_json says where in the text; the path says it better.
fn without_place(message: &str) -> &str {
    message.rfind(" at line ").map_or(message, |at| &message[..at])
}

fn problem(path: &str, message: &str, whole: &str) -> String {
    let path = if path == "." { "" } else { path };
    let place = || if path.is_empty() { whole.to_owned() } else { format!("`{path}`") };
    // A missing or unknown field is named by itself, and its path is that of the object around it or its own.
    let field = |name: &str| match path {
        "" => format!("`{name}`"),
        path if path == name || path.ends_with(&format!(".{name}")) => format!("`{path}`"),
        path => format!("`{path}.{name}`"),
    };
    let quoted =
        |rest: &str| rest.strip_prefix('`').and_then(|rest| rest.split('`').next()).map(str::to_owned);
    if let Some(name) = message.strip_prefix("missing field ").and_then(quoted) {
        return format!("{} is missing", field(&name));
    }
    if let Some(name) = message.strip_prefix("duplicate field ").and_then(quoted) {
        return format!("{} is there twice", field(&name));
    }
    if let Some(rest) = message.strip_prefix("unknown field ") {
        let (name, known) = (quoted(rest).unwrap_or_default(), listed(rest));
        let known = if known.is_empty() { "nothing is".to_owned() } else { known };
        return format!("{} is not known here; known: {known}", field(&name));
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        let found: String = quoted(rest).unwrap_or_default().chars().take(40).collect();
        return format!("{} must be one of {}, not `{found}`", place(), listed(rest));
    }
    if message.starts_with("data did not match any variant") {
        return format!("{} has none of the forms that the API's document lists for it", place());
    }
    for beginning in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some((found, wanted)) =
            message.strip_prefix(beginning).and_then(|rest| rest.split_once(", expected "))
        {
            return format!("{} must be {}, not {}", place(), expected(wanted), met(found));
        }
    }
    match message {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            format!("{} must be a whole number", place())
        }
        "number too large to fit in target type" | "number too small to fit in target type" => {
            format!("{} is a number out of range", place())
        }
        "invalid float literal" => format!("{} must be a number", place()),
        "provided string was not `true` or `false`" => format!("{} must be `true` or `false`", place()),
        // A message of our own.
        message => format!("{}: {message}", place()),
    }
}

/// What stands behind `expected`, where that is a list of names.
fn listed(rest: &str) -> String {
    let names = rest.split_once(", expected ").map(|(_, names)| names).unwrap_or_default();
    names.strip_prefix("one of ").unwrap_or(names).replace("` or `", "`, `")
}

/// What was expected, by the program's name for it.
fn expected(wanted: &str) -> String {
    let plain = match wanted {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of zero or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a string" | "str" | "string" | "a borrowed string" => "a text",
        "a boolean" => "`true` or `false`",
        "a sequence" => "a list",
        "a map" => "an object",
        "unit" => "`null`",
        "option" => "a value or `null`",
        "string or map" => "a text or an object",
        wanted if wanted.starts_with("struct ") || wanted.contains("tagged enum ") => "an object",
        wanted if wanted.starts_with("variant of ") || wanted.starts_with("enum ") => "one of its forms",
        wanted if wanted.starts_with("a tuple") || wanted.starts_with("tuple ") => {
            "a list of the right length"
        }
        wanted => wanted,
    };
    plain.to_owned()
}

/// What was there. Its value is not said again: it may be long, and nothing for a log.
fn met(found: &str) -> &'static str {
    match found.split([' ', '`', '"']).next().unwrap_or_default() {
        "string" | "character" => "a text",
        "integer" => "this whole number",
        "floating" => "a number with a fraction",
        "boolean" => "`true` or `false`",
        "null" | "unit" | "Option" => "`null`",
        "sequence" => "a list",
        "map" => "an object",
        _ => "this",
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Outer {
        limit: u32,
        view: Inner,
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Inner {
        sort: Vec<Inner2>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Inner2 {
        column: String,
        descending: bool,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        One,
        TwoWords,
    }

    #[test]
    fn a_body_that_cannot_be_read_is_told_by_field_and_by_what_is_expected() {
        let said = |text: &str| json::<Outer>(text.as_bytes(), "the body").unwrap_err();
        let cases = [
            ("", "the body is not JSON: see line 1, column 0"),
            ("{\"limit\": }", "the body is not JSON: see line 1, column 11"),
            ("{\"limit\": 1, \"view\": {\"sort\": []}} x", "the body is not JSON: see line 1, column 36"),
            ("{\"limit\": 1}", "`view` is missing"),
            ("7", "the body must be an object, not this whole number"),
            ("{\"limit\": -1}", "`limit` must be a whole number of zero or more, not this whole number"),
            ("{\"limit\": \"secret\"}", "`limit` must be a whole number of zero or more, not a text"),
            ("{\"limit\": null}", "`limit` must be a whole number of zero or more, not `null`"),
            (
                "{\"limit\": 1.5}",
                "`limit` must be a whole number of zero or more, not a number with a fraction",
            ),
            ("{\"limit\": 1, \"limit\": 2}", "`limit` is there twice"),
            ("{\"limits\": 1}", "`limits` is not known here; known: `limit`, `view`, `kind`"),
            ("{\"limit\": 1, \"view\": {\"sort\": {}}}", "`view.sort` must be a list, not an object"),
            (
                "{\"limit\": 1, \"view\": {\"sort\": [{\"column\": \"a\"}]}}",
                "`view.sort[0].descending` is missing",
            ),
            (
                "{\"limit\": 1, \"view\": {\"sort\": [{\"column\": \"a\", \"descending\": 1}]}}",
                "`view.sort[0].descending` must be `true` or `false`, not this whole number",
            ),
            ("{\"limit\": 1, \"kind\": \"three\"}", "`kind` must be one of `one`, `two_words`, not `three`"),
        ];
        for (text, wanted) in cases {
            let said = said(text);
            assert_eq!(said, wanted, "{text}");
        }
    }

    #[test]
    fn an_address_that_cannot_be_read_is_told_in_the_same_way() {
        let of = |text: &str| query_problem(&format!("Failed to deserialize query string: {text}"));
        assert_eq!(of("limit: invalid digit found in string"), "`limit` must be a whole number");
        assert_eq!(
            of("unknown field `x`, expected `limit` or `every`"),
            "`x` is not known here; known: `limit`, `every`"
        );
        assert_eq!(of("missing field `every`"), "`every` is missing");
        assert_eq!(of("raw: provided string was not `true` or `false`"), "`raw` must be `true` or `false`");
    }
}
