use serde::de::IgnoredAny;

use super::escape::write_string;

/// Writes the text of a JSON document as itself, without line breaks, or as a string when it is not valid JSON.
pub(super) fn write_document(text: &str, out: &mut Vec<u8>) {
    if serde_json::from_str::<IgnoredAny>(text).is_err() {
        write_string(text, out);
    } else if text.bytes().any(|byte| matches!(byte, b'\n' | b'\r')) {
        write_compact(text.as_bytes(), out);
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

/// Writes the text of a decimal as a JSON number with exactly its digits, or as a string when it is none, such as
/// `NaN`.
pub(super) fn write_number(text: &str, out: &mut Vec<u8>) {
    if is_number(text.as_bytes()) {
        out.extend_from_slice(text.as_bytes());
    } else {
        write_string(text, out);
    }
}

/// Copies a valid document without the whitespace between its tokens. Numbers and strings keep their very bytes.
fn write_compact(text: &[u8], out: &mut Vec<u8>) {
    let (mut in_string, mut escaped) = (false, false);
    for &byte in text {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
        } else if byte.is_ascii_whitespace() {
            continue;
        } else {
            in_string = byte == b'"';
        }
        out.push(byte);
    }
}

fn is_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let (text, exponent) = match text.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let (whole, fraction) = match text.iter().position(|byte| *byte == b'.') {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let exponent_digits =
        |part: &[u8]| digits(part.strip_prefix(b"-").or(part.strip_prefix(b"+")).unwrap_or(part));
    digits(whole)
        && (whole.len() == 1 || whole[0] != b'0')
        && fraction.is_none_or(digits)
        && exponent.is_none_or(exponent_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> String {
        let mut out = Vec::new();
        write_document(text, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn documents_are_embedded_and_stay_on_one_line() {
        assert_eq!(document(r#"{"a": 1.10, "a": 2}"#), r#"{"a": 1.10, "a": 2}"#);
        assert_eq!(
            document("{\n  \"a b\\\" c\": [1e999,\r\n\t\"\\\\\"]\n}"),
            "{\"a b\\\" c\":[1e999,\"\\\\\"]}"
        );
        assert_eq!(document("{not json"), "\"{not json\"");
        assert_eq!(document(""), "\"\"");
        assert_eq!(document(&"[".repeat(100_000)), format!("\"{}\"", "[".repeat(100_000)));
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(document(&deep), deep);
    }

    #[test]
    fn only_json_numbers_pass_as_numbers() {
        for text in ["0", "-0", "12.50", "-1.5e-10", "1E+3", "123456789012345678901234567890.000"] {
            assert!(is_number(text.as_bytes()), "{text}");
            assert!(serde_json::from_str::<IgnoredAny>(text).is_ok());
        }
        for text in ["", "-", "NaN", "-Infinity", "01", "1.", ".5", "+1", "1e", "1 ", "0x1", "1e+"] {
            assert!(!is_number(text.as_bytes()), "{text}");
        }
    }
}
