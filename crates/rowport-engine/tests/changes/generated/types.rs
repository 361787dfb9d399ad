//! The types of each database with values at their edges, and those that a key may have.

use rowport_model::SourceKind;

/// A type in the database's own words, and values of it as SQL writes them.
pub type Typed = (&'static str, &'static [&'static str]);

pub fn types(kind: SourceKind) -> &'static [Typed] {
    match kind {
        SourceKind::Postgres => POSTGRES,
        SourceKind::Mysql => MYSQL,
        SourceKind::Sqlite => SQLITE,
    }
}

const POSTGRES: &[Typed] = &[
    ("smallint", &["-32768", "32767", "0"]),
    ("integer", &["-2147483648", "2147483647"]),
    ("bigint", &["-9223372036854775808", "9223372036854775807", "9007199254740993"]),
    ("numeric", &["'NaN'", "1.500", "-0.000000000000000000001", "123456789012345678901234567890.5"]),
    ("numeric(12,2)", &["9999999999.99", "0.10"]),
    ("real", &["'-0'", "'1e-45'", "'NaN'", "'Infinity'"]),
    ("double precision", &["'5e-324'", "0.1", "'-0'", "'-Infinity'"]),
    ("boolean", &["true", "false"]),
    ("text", &["''", "' '", "E'a\\tb\\n\\\\N'", "'NULL'", "E'\\\\N'", "'ü😀'"]),
    ("varchar(20)", &["'a '", "'it''s'"]),
    ("char(5)", &["'a'", "''"]),
    ("date", &["'infinity'", "'0001-01-01'", "'9999-12-31'", "'4713-01-01 BC'"]),
    ("time", &["'24:00'", "'00:00:00.000001'"]),
    ("timetz", &["'12:00+02'", "'00:00:00-15:59'"]),
    ("timestamp", &["'-infinity'", "'2024-05-01 08:00:00.123456'"]),
    ("timestamptz", &["'infinity'", "'2024-05-01 08:00:00.000001+05:30'", "'0044-03-15 12:00:00+00 BC'"]),
    ("interval", &["'1 mon -3 days 00:00:01'", "'-178000000 years'"]),
    ("bytea", &["'\\x00ff'", "''"]),
    ("uuid", &["'00000000-0000-0000-0000-000000000000'", "'123e4567-e89b-12d3-a456-426655440000'"]),
    ("json", &["'{\"a\":  1 }'", "'null'"]),
    ("jsonb", &["'{\"b\": [1, null]}'", "'\"x\"'"]),
    ("inet", &["'10.0.0.1/8'", "'::1'"]),
    ("int[]", &["'{1,NULL,3}'", "'{}'", "'{{1},{2}}'"]),
    ("text[]", &["'{\"\",NULL,\"a,b\",\"NULL\"}'"]),
    ("\"Odd Enum\"", &["'NULL'", "'a b'", "'it''s'", "''"]),
    ("time_unit", &["'day'", "'week'"]),
    ("point", &["'(1,2)'"]),
    ("bit(3)", &["'101'"]),
    ("int4range", &["'[1,5)'", "'empty'"]),
    ("money", &["'-1.00'"]),
    ("positive", &["1", "2147483647"]),
];

const MYSQL: &[Typed] = &[
    ("tinyint", &["-128", "127"]),
    ("tinyint unsigned", &["255", "0"]),
    ("tinyint(1) unsigned", &["200", "1"]),
    ("boolean", &["1", "0", "-1"]),
    ("bigint", &["-9223372036854775808", "9223372036854775807"]),
    ("bigint unsigned", &["18446744073709551615"]),
    ("decimal(65,30)", &["99999999999999999999999999999999999.999999999999999999999999999999", "-0.1"]),
    ("decimal(12,2)", &["9999999999.99"]),
    ("float", &["1.17549e-38", "0.1"]),
    ("double", &["5e-324", "0.1", "-1.7976931348623157e308"]),
    ("bit(8)", &["b'10101010'", "b'0'"]),
    ("date", &["'0000-00-00'", "'1000-01-01'", "'2024-02-30'", "'9999-12-31'"]),
    ("datetime(6)", &["'0000-00-00'", "'2024-05-01 08:00:00.123456'"]),
    ("timestamp(6) NULL", &["'1970-01-01 00:00:01'", "'2038-01-19 03:14:07.999999'"]),
    ("time(3)", &["'-838:59:59'", "'00:00:00.001'"]),
    ("year", &["0", "1901", "2155"]),
    ("char(5)", &["'a'", "''"]),
    ("varchar(20)", &["'a '", "'it''s'", "'\\\\N'", "'ü😀'"]),
    ("varchar(20) CHARACTER SET latin1", &["'é'", "''"]),
    ("text", &["'a\\nb'", "'NULL'"]),
    ("blob", &["x'00ff'", "x''"]),
    ("binary(4)", &["x'01'", "x'01020304'"]),
    ("enum('on','off','it''s')", &["'on'", "'it''s'", "'bogus'"]),
    ("set('a','b c')", &["''", "'a,b c'"]),
    ("json", &["'{\"a\": 1}'", "'null'"]),
    ("uuid", &["'123e4567-e89b-12d3-a456-426655440000'"]),
];

const SQLITE: &[Typed] = &[
    ("INTEGER", &["1", "'text'", "x'00'", "1.5", "-9223372036854775808"]),
    ("REAL", &["0.1", "'x'", "9e999", "-0.0"]),
    ("TEXT", &["'a'", "CAST(x'E9' AS TEXT)", "'é'", "x'FF'", "''"]),
    ("BLOB", &["x'00FF'", "x''", "'text'", "7"]),
    ("NUMERIC", &["'1.50'", "9007199254740993", "'n'"]),
    ("", &["5", "'5'", "7.5", "x'35'"]),
    ("DATE", &["'2024-01-01'", "'2024-1-1'", "5"]),
    ("DATETIME", &["'2024-05-01T08:00:00Z'", "'2024-05-01 08:00:00.000000'", "1714550400"]),
    ("BOOLEAN", &["1", "'t'", "2"]),
    ("DECIMAL(10,2)", &["'0.10'", "3"]),
    ("VARCHAR(5)", &["'longer than that'", "'a'"]),
];

/// A type of keys, with the key of a row by its number.
pub type KeyType = (&'static str, fn(i64) -> String);

/// Types of keys.
pub fn keys(kind: SourceKind) -> &'static [KeyType] {
    match kind {
        SourceKind::Postgres => &[
            ("integer", |n| (n * 3 - 20).to_string()),
            ("bigint", |n| (n - 9_223_372_036_854_775_807).to_string()),
            ("text", |n| format!("'k {n}\\'")),
            ("varchar(20)", |n| format!("'K''{n}'")),
            ("uuid", |n| format!("md5('{n}')::uuid")),
            ("date", |n| format!("'2000-01-01'::date + {n}")),
            ("timestamp", |n| format!("'2000-01-01'::timestamp + {n} * interval '1 microsecond'")),
            ("timestamptz", |n| {
                format!("'2000-01-01 00:00+00'::timestamptz + {n} * interval '1 microsecond'")
            }),
            ("time", |n| format!("'00:00'::time + {n} * interval '1 second'")),
            ("numeric(12,2)", |n| format!("{n} / 4.0")),
            ("numeric", |n| format!("{n} / 8.0")),
            ("double precision", |n| format!("{n} * 0.1::float8")),
            ("bytea", |n| format!("decode(md5('{n}'), 'hex')")),
        ],
        SourceKind::Mysql => &[
            ("integer", |n| (n * 3 - 20).to_string()),
            ("bigint unsigned", |n| (18_446_744_073_709_551_615 - n as u64).to_string()),
            ("varchar(20)", |n| format!("'k {n}'")),
            ("char(10)", |n| format!("'K''{n}'")),
            ("date", |n| format!("'2000-01-01' + INTERVAL {n} DAY")),
            ("datetime(6)", |n| format!("'2000-01-01' + INTERVAL {n} MICROSECOND")),
            ("decimal(12,2)", |n| format!("{n} / 4")),
            ("binary(16)", |n| format!("UNHEX(MD5('{n}'))")),
        ],
        SourceKind::Sqlite => &[
            ("INTEGER", |n| (n * 3 - 20).to_string()),
            ("TEXT", |n| format!("'k {n}'")),
            ("BLOB", |n| format!("CAST('k{n}' AS BLOB)")),
            ("REAL", |n| format!("{n} / 8.0")),
            ("NUMERIC", |n| format!("{n} / 4.0")),
            ("DATE", |n| format!("date('2000-01-01', '{n} days')")),
        ],
    }
}
