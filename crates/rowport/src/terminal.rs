//! What may be shown on a terminal. Names and values come from databases, and a terminal takes orders from control
//! characters: one could set its title, move up and overwrite a line, or write into the clipboard.

use std::io::{Result, Write};

/// A name or a value for a line of a table: every character that is not seen is written out.
pub fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_order(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A text of several lines, which stay.
pub fn plain_lines(text: &str) -> String {
    text.split('\n').map(plain).collect::<Vec<_>>().join("\n")
}

/// Controls, and characters that turn the direction of a line.
fn is_order(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A terminal that a file's bytes are written to. Line breaks and tabs go through, other controls are written out.
pub struct Terminal<W> {
    inner: W,
    /// The first bytes of a character whose rest has not come yet.
    begun: Vec<u8>,
}

impl<W: Write> Terminal<W> {
    pub fn new(inner: W) -> Self {
        Self { inner, begun: Vec::new() }
    }

    fn show(&mut self, text: &str) -> Result<()> {
        let mut shown = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '\n' | '\t' => shown.push(c),
                c if is_order(c) => shown.extend(c.escape_default()),
                c => shown.push(c),
            }
        }
        self.inner.write_all(shown.as_bytes())
    }
}

impl<W: Write> Write for Terminal<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.begun.extend_from_slice(bytes);
        let mut waiting = std::mem::take(&mut self.begun);
        for chunk in waiting.utf8_chunks() {
            self.show(chunk.valid())?;
            // What may still become a character waits for the rest of it; it is at the end, and short.
            let wrong = chunk.invalid();
            let is_last = chunk.invalid().as_ptr_range().end == waiting.as_ptr_range().end;
            if is_last && !wrong.is_empty() && wrong.len() < 4 && could_go_on(wrong) {
                self.begun = wrong.to_vec();
            } else if !wrong.is_empty() {
                self.show("\u{fffd}")?;
            }
        }
        waiting.clear();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.inner.flush()
    }
}

/// Whether these bytes are the beginning of a character.
fn could_go_on(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_give_a_terminal_no_orders() {
        assert_eq!(plain("größe 😀"), "größe 😀");
        assert_eq!(plain("\u{1b}]0;pwned\u{7}x"), "\\u{1b}]0;pwned\\u{7}x");
        assert_eq!(plain("fake\nok    source x: fine\r"), "fake\\nok    source x: fine\\r");
        assert_eq!(plain("a\u{9b}31mb\u{202e}c"), "a\\u{9b}31mb\\u{202e}c");
        assert_eq!(plain_lines("one\n\u{1b}[2Jtwo\n"), "one\n\\u{1b}[2Jtwo\n");
    }

    #[test]
    fn a_file_on_a_terminal_is_the_same_text_wherever_its_bytes_are_cut() {
        let text = "id\tname\n1\tgröße 😀 \u{1b}[31mred\u{9b}2J\r\u{7}\u{7f}\n".as_bytes();
        let expected = "id\tname\n1\tgröße 😀 \\u{1b}[31mred\\u{9b}2J\\r\\u{7}\\u{7f}\n";
        for size in 1..=text.len() {
            let mut terminal = Terminal::new(Vec::new());
            for piece in text.chunks(size) {
                terminal.write_all(piece).unwrap();
            }
            assert_eq!(String::from_utf8(terminal.inner).unwrap(), expected, "pieces of {size}");
        }
    }
}
