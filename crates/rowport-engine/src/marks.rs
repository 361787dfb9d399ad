//! Whether a column can say that a row is deleted: it has to hold a moment, and NULL for rows that are there.

use rowport_model::{Column, ColumnType, IntegerWidth, SourceKind};

/// The least letters that a moment takes as text: `2026-01-31T07:30:00.123456789Z`.
const LETTERS: u32 = 30;
/// The least bits that hold the seconds since 1970.
const BITS: u32 = 31;

/// What is wrong with a column as the mark of deleted rows, in words that follow its name; `None` when nothing is.
pub(crate) fn unfit_as_mark(column: &Column, kind: SourceKind) -> Option<String> {
    if !column.nullable {
        return Some("cannot be NULL, so every row would count as deleted".to_owned());
    }
    if column.generated {
        return Some("is computed by the database, so no row could be marked".to_owned());
    }
    match holds_mark(column, kind) {
        true => None,
        false => {
            Some(format!("is of type `{}`, which cannot hold the moment of a deletion", column.native_type))
        }
    }
}

fn holds_mark(column: &Column, kind: SourceKind) -> bool {
    let dynamic = kind == SourceKind::Sqlite;
    match &column.column_type {
        ColumnType::Boolean | ColumnType::Date | ColumnType::Timestamp | ColumnType::TimestampTz => true,
        ColumnType::Integer { width: IntegerWidth::I16 } => false,
        ColumnType::Integer { .. } => match base(&column.native_type) {
            "mediumint" => false,
            "bit" => length(&column.native_type).is_some_and(|bits| bits >= BITS),
            _ => true,
        },
        // SQLite holds any text in any column, however long.
        ColumnType::Text => {
            dynamic
                || match base(&column.native_type) {
                    "set" | "tinytext" => false,
                    "name" | "\"char\"" => false,
                    _ => length(&column.native_type).is_none_or(|letters| letters >= LETTERS),
                }
        }
        ColumnType::Uuid
        | ColumnType::Json
        | ColumnType::Enum { .. }
        | ColumnType::Decimal { .. }
        | ColumnType::Float { .. }
        | ColumnType::Time
        | ColumnType::Interval
        | ColumnType::Bytes
        | ColumnType::Array
        | ColumnType::Other => false,
    }
}

fn base(native: &str) -> &str {
    native.split('(').next().unwrap_or_default().trim()
}

/// The 10 of `varchar(10)`; a `char` without a length has one letter.
fn length(native: &str) -> Option<u32> {
    match native.split_once('(') {
        Some((_, rest)) => rest.split(')').next()?.trim().parse().ok(),
        None => matches!(native, "char" | "character" | "bit").then_some(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(column_type: ColumnType, native_type: &str, nullable: bool) -> Column {
        Column {
            name: "deleted_at".to_owned(),
            label: "deleted_at".to_owned(),
            column_type,
            native_type: native_type.to_owned(),
            compared_as: String::new(),
            nullable,
            default: None,
            currency: None,
            computed: false,
            generated: false,
            masked: false,
        }
    }

    #[test]
    fn a_column_that_can_hold_no_mark_or_no_null_is_found_out() {
        let integer = |width| ColumnType::Integer { width };
        for (column_type, native, kind, fits) in [
            (ColumnType::TimestampTz, "timestamp with time zone", SourceKind::Postgres, true),
            (ColumnType::Boolean, "boolean", SourceKind::Postgres, true),
            (integer(IntegerWidth::I64), "bigint", SourceKind::Postgres, true),
            (integer(IntegerWidth::I32), "int(11)", SourceKind::Mysql, true),
            (ColumnType::Text, "text", SourceKind::Postgres, true),
            (ColumnType::Text, "character varying(40)", SourceKind::Postgres, true),
            (ColumnType::Text, "varchar(30)", SourceKind::Mysql, true),
            (ColumnType::Text, "VARCHAR(10)", SourceKind::Sqlite, true),
            (ColumnType::Text, "varchar(10)", SourceKind::Mysql, false),
            (ColumnType::Text, "character(4)", SourceKind::Postgres, false),
            (ColumnType::Text, "character", SourceKind::Postgres, false),
            (ColumnType::Text, "set('a','b')", SourceKind::Mysql, false),
            (ColumnType::Uuid, "uuid", SourceKind::Postgres, false),
            (ColumnType::Time, "time without time zone", SourceKind::Postgres, false),
            (ColumnType::Interval, "time", SourceKind::Mysql, false),
            (ColumnType::Other, "bit(1)", SourceKind::Postgres, false),
            (integer(IntegerWidth::U64), "bit(1)", SourceKind::Mysql, false),
            (integer(IntegerWidth::U64), "bit(64)", SourceKind::Mysql, true),
            (integer(IntegerWidth::I16), "smallint", SourceKind::Postgres, false),
            (integer(IntegerWidth::I16), "year(4)", SourceKind::Mysql, false),
            (integer(IntegerWidth::I32), "mediumint(9)", SourceKind::Mysql, false),
            (ColumnType::Enum { values: vec!["yes".to_owned()] }, "enum('yes')", SourceKind::Mysql, false),
        ] {
            let found = unfit_as_mark(&column(column_type.clone(), native, true), kind);
            assert_eq!(found.is_none(), fits, "{native} on {kind}: {found:?}");
            let found = unfit_as_mark(&column(column_type, native, false), kind);
            assert!(found.is_some_and(|found| found.contains("NULL")), "{native} that cannot be NULL");
        }
    }
}
