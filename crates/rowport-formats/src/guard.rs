//! The formula guard: keeps spreadsheets from running the texts of a CSV or TSV file.
//!
//! A text that begins with `=`, `+`, `-`, `@`, a tab, a line break or a full-width form of the four signs gets one
//! apostrophe before it; so does a text in which apostrophes come before such a sign, because [`unguard`] could not
//! tell it from a guarded one otherwise. Plain negative numbers such as `-5` and `-1234.50` stay as they are.
//! `unguard(guard(text)) == text` holds for every text; `docs/reference/formula-guard.md` states the rule for people.

use std::borrow::Cow;

/// Whether the text has to be guarded.
#[inline]
pub fn needs_guard(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'=' | b'+' | b'@' | b'\t' | b'\r' | b'\n') => true,
        Some(b'-') => !is_negative_number(text.as_bytes()),
        Some(b'\'' | 0xEF) => starts_with_trigger(text.trim_start_matches('\'')),
        _ => false,
    }
}

/// The text as it goes into a file.
pub fn guard(text: &str) -> Cow<'_, str> {
    if needs_guard(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text as it was before [`guard`]. Only for files that were written with the guard on.
pub fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if starts_with_trigger(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

fn starts_with_trigger(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// Whether this is `-digits` or `-digits.digits` and nothing else.
fn is_negative_number(text: &[u8]) -> bool {
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let number = &text[1..];
    match number.iter().position(|byte| *byte == b'.') {
        Some(point) => digits(&number[..point]) && digits(&number[point + 1..]),
        None => digits(number),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Texts that are guarded and texts that are not: the page's own test reads the same file.
    fn cases(which: &str) -> Vec<String> {
        let file: serde_json::Value =
            serde_json::from_str(include_str!("../tests/fixtures/formula-guard.json")).unwrap();
        file[which].as_array().unwrap().iter().map(|case| case.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn every_known_injection_is_guarded() {
        // From OWASP's page on CSV injection and the published collections of such cells.
        for case in cases("guarded") {
            assert!(needs_guard(&case), "{case:?}");
            assert_eq!(guard(&case), format!("'{case}"));
            assert_eq!(unguard(&guard(&case)), case);
        }
    }

    #[test]
    fn harmless_texts_stay_as_they_are() {
        for case in cases("plain") {
            assert!(!needs_guard(&case), "{case:?}");
            assert_eq!(guard(&case), case);
            assert_eq!(unguard(&case), case);
        }
    }

    fn tricky() -> impl Strategy<Value = String> {
        let pieces = prop_oneof![
            Just("'"),
            Just("="),
            Just("+"),
            Just("-"),
            Just("@"),
            Just("\t"),
            Just("\r"),
            Just("\n"),
            Just("＝"),
            Just("＋"),
            Just("－"),
            Just("＠"),
            Just("5"),
            Just("."),
            Just("a"),
            Just(" "),
            Just("\u{feff}"),
        ];
        proptest::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn the_round_trip_is_exact_for_any_text(text in any::<String>()) {
            prop_assert_eq!(unguard(&guard(&text)).to_owned(), text);
        }

        #[test]
        fn the_round_trip_is_exact_for_tricky_texts(text in tricky()) {
            prop_assert_eq!(unguard(&guard(&text)).to_owned(), text);
        }

        #[test]
        fn a_guarded_text_begins_with_no_trigger_but_a_plain_number(text in tricky()) {
            let guarded = guard(&text);
            prop_assert!(!starts_with_trigger(&guarded) || is_negative_number(guarded.as_bytes()));
        }
    }
}
