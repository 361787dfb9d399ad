use jiff::Timestamp;
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rowport_formats::{Compression, Format};

/// The longest name that every file system takes.
const MAX_BYTES: usize = 200;

/// `{workspace}-{dataset}-{date}.{extension}`, or the name that was asked for, made safe and given its extension.
pub fn file_name(
    asked: Option<&str>,
    workspace: Option<&str>,
    dataset: &str,
    now: Timestamp,
    format: Format,
    compression: Option<Compression>,
) -> String {
    let extension = match compression {
        Some(compression) => format!(".{}.{}", format.extension(), compression.extension()),
        None => format!(".{}", format.extension()),
    };
    let stem = match asked.map(safe).filter(|name| !name.is_empty()) {
        Some(name) => name.strip_suffix(&extension).map(str::to_owned).unwrap_or(name),
        None => descriptive(workspace, dataset, now),
    };
    with_extension(&stem, &extension)
}

/// `{workspace}-{subject}-{date}.zip`. Not by whom it is about: names of files get about more than what is in them.
pub(crate) fn archive_name(workspace: Option<&str>, subject: &str, now: Timestamp) -> String {
    with_extension(&descriptive(workspace, subject, now), ".zip")
}

fn descriptive(workspace: Option<&str>, what: &str, now: Timestamp) -> String {
    let date = now.to_zoned(TimeZone::UTC).date();
    let parts = [workspace.unwrap_or_default(), what, &date.to_string()];
    let parts: Vec<_> = parts.iter().map(|part| safe(part)).filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

fn with_extension(stem: &str, extension: &str) -> String {
    let mut end = stem.len().min(MAX_BYTES);
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{extension}", stem[..end].trim_end())
}

/// The `Content-Disposition` of a file of that name, by RFC 6266: a plain name for old clients, and the real one where it
/// is not ASCII. It has visible ASCII characters and spaces only.
pub fn disposition(name: &str) -> String {
    let ascii: String = name
        .chars()
        .map(|character| match character {
            '"' | '\\' | '%' => '_',
            ' '..='~' => character,
            _ => '_',
        })
        .collect();
    let mut value = format!("attachment; filename=\"{ascii}\"");
    if ascii != name {
        value.push_str(&format!("; filename*=UTF-8''{}", utf8_percent_encode(name, PLAIN)));
    }
    value
}

/// What may stand in `filename*` as it is, by RFC 5987.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Without folders, control characters, and what Windows keeps for itself.
fn safe(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|character| match character {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            character if character.is_control() => '-',
            // Marks that turn the direction of writing can hide an extension.
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '-',
            character => character,
        })
        .collect();
    name.trim().trim_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(asked: Option<&str>) -> String {
        let now = "2026-01-31T23:30:00Z".parse().unwrap();
        file_name(asked, Some("shop"), "public.orders", now, Format::Csv, None)
    }

    #[test]
    fn names_are_descriptive_by_default_and_safe_always() {
        assert_eq!(named(None), "shop-public.orders-2026-01-31.csv");
        assert_eq!(named(Some("März.csv")), "März.csv");
        assert_eq!(named(Some("../../etc/passwd")), "-..-etc-passwd.csv");
        assert_eq!(named(Some("a\r\nb\u{202e}gpj")), "a--b-gpj.csv");
        assert_eq!(named(Some("  ")), "shop-public.orders-2026-01-31.csv");
        assert!(named(Some(&"ä".repeat(500))).len() <= MAX_BYTES + 4);
    }

    #[test]
    fn a_compressed_file_says_so() {
        let now = "2026-01-31T00:00:00Z".parse().unwrap();
        let name = file_name(None, None, "t", now, Format::Ndjson, Some(Compression::Gzip));
        assert_eq!(name, "t-2026-01-31.ndjson.gz");
    }

    #[test]
    fn names_reach_old_and_new_clients() {
        for (name, value) in [
            ("a b.csv", "attachment; filename=\"a b.csv\""),
            (
                "März \"1\".csv",
                "attachment; filename=\"M_rz _1_.csv\"; filename*=UTF-8''M%C3%A4rz%20%221%22.csv",
            ),
            ("a\r\nX: y.csv", "attachment; filename=\"a__X: y.csv\"; filename*=UTF-8''a%0D%0AX%3A%20y.csv"),
        ] {
            assert_eq!(disposition(name), value);
        }
    }
}
