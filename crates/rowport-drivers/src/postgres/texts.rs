//! Values as texts on their way into PostgreSQL, and what reads them there.

use std::fmt::{Arguments, Write as _};

use rowport_model::ColumnRef;

use super::dialect::PostgresDialect;
use crate::query::Dialect;
use crate::values::Cell;

pub(super) fn named(column: &ColumnRef) -> String {
    PostgresDialect::default().identifier(&column.name)
}

/// A query of the rows that are given as one array of texts for each column, in the columns' types.
pub(super) fn given(columns: &[ColumnRef]) -> String {
    let value = |(index, column): (usize, &ColumnRef)| format!("{} AS c{index}", stored_as(index, column));
    let values: Vec<_> = columns.iter().enumerate().map(value).collect();
    let arrays: Vec<_> = (1..=columns.len()).map(|number| format!("${number}::text[]")).collect();
    let names: Vec<_> = (0..columns.len()).map(|index| format!("g{index}")).collect();
    format!("SELECT {} FROM unnest({}) AS given ({})", values.join(", "), arrays.join(", "), names.join(", "))
}

/// A text as what a column stores: read as the type reads its own notation.
fn stored_as(index: usize, column: &ColumnRef) -> String {
    match column.native_type.as_str() {
        // The cast from text looks for a table of that name, and would not find the number of one that is gone.
        "regclass" => format!("regclassin(textout(g{index}))"),
        // A cast to a length would cut the text; without one the column refuses what is too long.
        native if native.starts_with("character varying(") && !native.ends_with(']') => format!("g{index}"),
        native if native.starts_with("character(") && !native.ends_with(']') => format!("g{index}::bpchar"),
        native => format!("g{index}::{native}"),
    }
}

/// A value in the server's notation.
pub(super) fn text_of(cell: &Cell<'_>) -> Option<String> {
    let mut text = String::new();
    match cell {
        Cell::Null => return None,
        Cell::Boolean(value) => text.push(if *value { 't' } else { 'f' }),
        Cell::Integer(value) => write(&mut text, format_args!("{value}")),
        Cell::Unsigned(value) => write(&mut text, format_args!("{value}")),
        Cell::Float(value) => write_float(&mut text, *value, format_args!("{value:e}")),
        Cell::Float32(value) => write_float(&mut text, f64::from(*value), format_args!("{value:e}")),
        Cell::Moment(moment) => write(&mut text, format_args!("{moment}+00")),
        Cell::Bytes(bytes) => write_bytes(&mut text, bytes),
        Cell::RawText(bytes) => write_bytes(&mut text, bytes),
        Cell::Text(value) => text.push_str(value),
    }
    Some(text)
}

fn write_bytes(text: &mut String, bytes: &[u8]) {
    text.reserve(bytes.len() * 2 + 2);
    text.push_str("\\x");
    for byte in bytes {
        write(text, format_args!("{byte:02x}"));
    }
}

/// A text in COPY's own.
pub(super) fn write_cell(text: &mut String, value: Option<&str>) {
    let Some(value) = value else { return text.push_str("\\N") };
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            other => text.push(other),
        }
    }
}

fn write_float(text: &mut String, value: f64, digits: Arguments<'_>) {
    if value.is_nan() {
        text.push_str("NaN");
    } else if value.is_infinite() {
        text.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    } else {
        write(text, digits);
    }
}

/// Writing to a text cannot fail.
fn write(text: &mut String, what: Arguments<'_>) {
    let _ = text.write_fmt(what);
}

#[cfg(test)]
mod tests {
    use rowport_model::ColumnType;

    use super::*;

    #[test]
    fn a_text_is_read_by_its_type_and_never_cut() {
        for (native, read) in [
            ("character varying(3)", "g0"),
            ("character(3)", "g0::bpchar"),
            ("character varying(3)[]", "g0::character varying(3)[]"),
            ("timestamp(3) with time zone", "g0::timestamp(3) with time zone"),
            ("regclass", "regclassin(textout(g0))"),
            ("\"Odd\".mood", "g0::\"Odd\".mood"),
        ] {
            let column = ColumnRef {
                table: 0,
                name: "c".to_owned(),
                column_type: ColumnType::Other,
                native_type: native.to_owned(),
                compared_as: String::new(),
                nullable: true,
            };
            let expected = format!("SELECT {read} AS c0 FROM unnest($1::text[]) AS given (g0)");
            assert_eq!(given(&[column]), expected);
        }
    }
}
