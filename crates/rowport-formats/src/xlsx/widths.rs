use crate::cell::write_plain;
use crate::column::Column;

/// How many rows the widths of the columns are taken from.
const SAMPLE: usize = 500;
const NARROWEST: usize = 8;
const WIDEST: usize = 60;
/// The button of the auto-filter covers this much of a header.
const FILTER_BUTTON: usize = 3;

/// The width of a column, in characters, from its header and its first values.
pub(super) fn column_width(header: &str, column: Option<&Column<'_>>, rows: usize) -> usize {
    let mut widest = display_width(header) + FILTER_BUTTON;
    let mut text = Vec::new();
    for row in 0..rows.min(SAMPLE) {
        let Some(column) = column else { break };
        text.clear();
        write_plain(&column.value(row), &mut text);
        widest = widest.max(display_width(&String::from_utf8_lossy(&text)) + 1);
        if widest >= WIDEST {
            break;
        }
    }
    widest.clamp(NARROWEST, WIDEST)
}

/// The width of the longest line; the scripts of East Asia take two places for a character.
fn display_width(text: &str) -> usize {
    let places = |character: char| if ('\u{1100}'..).contains(&character) { 2 } else { 1 };
    text.lines().map(|line| line.chars().take(2 * WIDEST).map(places).sum()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_stay_within_reason() {
        assert_eq!(column_width("id", None, 0), NARROWEST);
        assert_eq!(column_width("a longer header", None, 0), 18);
        assert_eq!(column_width(&"x".repeat(500), None, 0), WIDEST);
        assert_eq!(display_width("宽度"), 4);
        assert_eq!(display_width("one\nthree\n"), 5);
    }
}
