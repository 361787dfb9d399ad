//! MySQL's type map: from declared types to Rowport's, and what of a declared type queries must know.

use rowport_model::{ColumnType, IntegerWidth};

/// The type that a declared type stands for. `native` is what `information_schema` calls the column type, such as
/// `bigint(20) unsigned`.
pub(super) fn column_type(native: &str) -> ColumnType {
    let unsigned = native.contains(" unsigned");
    let integer = |width| ColumnType::Integer { width };
    match base(native) {
        // `BOOLEAN` is a synonym for this, and only for this: MySQL has no other.
        "tinyint" if native == "tinyint(1)" => ColumnType::Boolean,
        "tinyint" | "year" => integer(IntegerWidth::I16),
        "smallint" if !unsigned => integer(IntegerWidth::I16),
        "smallint" | "mediumint" => integer(IntegerWidth::I32),
        "int" | "integer" if !unsigned => integer(IntegerWidth::I32),
        "int" | "integer" => integer(IntegerWidth::I64),
        "bigint" if !unsigned => integer(IntegerWidth::I64),
        "bigint" | "bit" => integer(IntegerWidth::U64),
        "decimal" | "numeric" => {
            let (precision, scale) = decimal(native);
            ColumnType::Decimal { precision: Some(precision), scale: Some(scale) }
        }
        "float" => ColumnType::Float { bits: 32 },
        "double" | "real" => ColumnType::Float { bits: 64 },
        "date" => ColumnType::Date,
        "datetime" => ColumnType::Timestamp,
        "timestamp" => ColumnType::TimestampTz,
        // From -838:59:59 to 838:59:59: a span rather than a time of day.
        "time" => ColumnType::Interval,
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "set" => ColumnType::Text,
        "enum" => ColumnType::Enum { values: enum_values(native) },
        "json" => ColumnType::Json,
        "uuid" => ColumnType::Uuid,
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "vector" => {
            ColumnType::Bytes
        }
        // As it is stored: four bytes that name the reference system, then WKB. Text would round coordinates.
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" => ColumnType::Bytes,
        _ => ColumnType::Other,
    }
}

/// `bigint` of `bigint(20) unsigned`.
pub(super) fn base(native: &str) -> &str {
    native.split(['(', ' ']).next().unwrap_or_default()
}

/// How many digits a time shows after the point: the 3 of `datetime(3)`.
pub(super) fn fraction_digits(native: &str) -> usize {
    arguments(native).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// How the texts of a column are encoded and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Collation<'a> {
    pub(super) character_set: &'a str,
    pub(super) name: &'a str,
}

impl<'a> Collation<'a> {
    /// What introspection wrote: both names, a space between them.
    pub(super) fn read(compared_as: &'a str) -> Option<Self> {
        let (character_set, name) = compared_as.split_once(' ')?;
        Some(Self { character_set, name })
    }

    /// Whether the character set certainly has every letter of the text.
    pub(super) fn holds(self, text: &str) -> bool {
        match self.character_set {
            "utf8mb4" | "utf16" | "utf16le" | "utf32" => true,
            "utf8mb3" | "utf8" | "ucs2" => text.chars().all(|letter| u32::from(letter) <= 0xffff),
            // It has Swedish letters in the place of brackets.
            "swe7" => text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' '),
            _ => text.is_ascii(),
        }
    }
}

fn arguments(native: &str) -> Option<&str> {
    let (_, rest) = native.split_once('(')?;
    rest.split_once(')').map(|(arguments, _)| arguments)
}

fn decimal(native: &str) -> (u16, i16) {
    let arguments = arguments(native).unwrap_or("10,0");
    let (precision, scale) = arguments.split_once(',').unwrap_or((arguments, "0"));
    (precision.trim().parse().unwrap_or(65), scale.trim().parse().unwrap_or(0))
}

/// The texts of `enum('a','it''s')`. A quote is doubled there, and a line break written `\n`.
fn enum_values(native: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut characters = native.trim_start_matches("enum(").chars().peekable();
    while let Some(character) = characters.next() {
        if character != '\'' {
            continue;
        }
        let mut value = String::new();
        while let Some(character) = characters.next() {
            match character {
                '\'' if characters.peek() == Some(&'\'') => {
                    characters.next();
                    value.push('\'');
                }
                '\'' => break,
                '\\' => match characters.next() {
                    Some('n') => value.push('\n'),
                    Some('r') => value.push('\r'),
                    Some('0') => value.push('\0'),
                    Some(other) => value.push(other),
                    None => {}
                },
                other => value.push(other),
            }
        }
        values.push(value);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsigned_integers_take_the_next_width() {
        for (native, width) in [
            ("tinyint(4)", IntegerWidth::I16),
            ("tinyint(1) unsigned", IntegerWidth::I16),
            ("smallint(5) unsigned", IntegerWidth::I32),
            ("mediumint unsigned", IntegerWidth::I32),
            ("int(10) unsigned zerofill", IntegerWidth::I64),
            ("bigint", IntegerWidth::I64),
            ("bigint(20) unsigned", IntegerWidth::U64),
            ("bit(64)", IntegerWidth::U64),
            ("year(4)", IntegerWidth::I16),
        ] {
            assert_eq!(column_type(native), ColumnType::Integer { width }, "{native}");
        }
        assert_eq!(column_type("tinyint(1)"), ColumnType::Boolean);
        assert_eq!(
            column_type("decimal(65,30)"),
            ColumnType::Decimal { precision: Some(65), scale: Some(30) }
        );
    }

    #[test]
    fn the_texts_of_an_enum_are_unquoted() {
        let found = enum_values(r"enum('a','it''s','b\\c','','x,y','(')");
        assert_eq!(found, ["a", "it's", r"b\c", "", "x,y", "("]);
    }

    #[test]
    fn what_a_declared_type_says_beside_its_name() {
        assert_eq!(fraction_digits("datetime(3)"), 3);
        assert_eq!(fraction_digits("timestamp"), 0);
        let native = "char(3) character set latin1 collate latin1_german2_ci";
        let collation = Collation::read("latin1 latin1_german2_ci").unwrap();
        assert_eq!((collation.character_set, collation.name), ("latin1", "latin1_german2_ci"));
        assert_eq!((collation.holds("a"), collation.holds("ä")), (true, false));
        assert_eq!(Collation::read(""), None);
        let utf8 = Collation::read("utf8mb3 utf8mb3_general_ci").unwrap();
        assert_eq!((utf8.holds("日"), utf8.holds("😀")), (true, false));
        assert_eq!(column_type(native), ColumnType::Text);
    }
}
