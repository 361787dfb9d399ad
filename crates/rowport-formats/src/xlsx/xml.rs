//! Text as XML that Excel reads back exactly.

use crate::scan::ByteSet;

/// What makes a text need a closer look: markup, control bytes, the first byte of U+FFFE and U+FFFF, and the
/// underscore with which Excel's own escapes begin.
const SPECIAL: ByteSet<5> = ByteSet::new([b'&', b'<', b'>', b'_', 0xEF], true);

/// Writes the content of an element that holds a cell's text.
///
/// XML has no way to write most control characters, so Excel reads `_x001F_` as the character, and a text that
/// happens to look like that has its underscore written as `_x005F_`. A carriage return is written so too, because
/// an XML reader would make a line feed of it.
#[inline]
pub(super) fn write_text(text: &str, out: &mut Vec<u8>) {
    if SPECIAL.occurs_in(text.as_bytes()) {
        write_escaped(text.as_bytes(), out);
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

/// Writes the value of an attribute, in double quotes that the caller writes.
pub(super) fn write_attribute(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            _ => out.push(byte),
        }
    }
}

/// Whether an XML reader may drop whitespace of this text unless told to keep it.
#[inline]
pub(super) fn needs_space_kept(text: &[u8]) -> bool {
    let blank = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
    blank(text.first()) || blank(text.last())
}

fn write_escaped(mut text: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = SPECIAL.find(text) {
        out.extend_from_slice(&text[..at]);
        let taken = write_escape(&text[at..], out);
        text = &text[at + taken..];
    }
    out.extend_from_slice(text);
}

/// Writes the character at the front, and says how many bytes it took.
fn write_escape(text: &[u8], out: &mut Vec<u8>) -> usize {
    match text {
        [b'&', ..] => out.extend_from_slice(b"&amp;"),
        [b'<', ..] => out.extend_from_slice(b"&lt;"),
        [b'>', ..] => out.extend_from_slice(b"&gt;"),
        [b'_', b'x', a, b, c, d, b'_', ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_hexdigit()) => {
            out.extend_from_slice(b"_x005F_");
        }
        [0xEF, 0xBF, 0xBE, ..] => {
            out.extend_from_slice(b"_xFFFE_");
            return 3;
        }
        [0xEF, 0xBF, 0xBF, ..] => {
            out.extend_from_slice(b"_xFFFF_");
            return 3;
        }
        [byte @ (0..=8 | 11..=31), ..] => out.extend_from_slice(format!("_x{byte:04X}_").as_bytes()),
        _ => out.push(text[0]),
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_escaped() {
        let cases = [
            ("a_b", "a_b"),
            ("<a & b>", "&lt;a &amp; b&gt;"),
            ("\0\u{1f}\r\n\t", "_x0000__x001F__x000D_\n\t"),
            ("_x0041_", "_x005F_x0041_"),
            ("_x005F_x0041_", "_x005F_x005F_x005F_x0041_"),
            ("_x004_ _x00ZZ_", "_x004_ _x00ZZ_"),
            ("\u{fffe}\u{ffff}\u{feff}\u{fffd}", "_xFFFE__xFFFF_\u{feff}\u{fffd}"),
            ("🦀", "🦀"),
        ];
        for (text, expected) in cases {
            let mut out = Vec::new();
            write_text(text, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
