use rowport_testkit::edges;

use super::{have, holds};
use crate::source::Source;

#[tokio::test(flavor = "multi_thread")]
async fn declared_types_of_sqlite_have_one_of_ours() {
    let source = Source::of(edges::sqlite()).await;
    have(
        &source,
        "misfits",
        &[
            "id: integer Int64",
            "edge: text Utf8",
            "c_integer: integer Int64",
            "c_boolean: boolean Boolean",
            "c_real: float Float64",
            "c_numeric: float Float64",
            "c_text: text Utf8",
            "c_varchar: text Utf8",
            "c_date: date Date32",
            "c_datetime: timestamp Timestamp(µs)",
            "c_time: time Time64(µs)",
            "c_blob: bytes Binary",
            "c_json: json Utf8",
            "c_uuid: text Utf8",
            "c_any: text Utf8",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_sqlite_are_as_they_are_stored() {
    let source = Source::of(edges::sqlite()).await;
    let max = f64::MAX;
    holds(
        &source,
        "numbers",
        "c_integer,c_bigint,c_boolean,c_numeric,c_money,c_real,c_double,c_any",
        &[
            "NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL",
            &format!(
                "-9223372036854775808 | -9223372036854775808 | false | !integer -9223372036854775808 \
                 | -9999999999.99 | -{max} | -{max} | !integer -9223372036854775808"
            ),
            &format!(
                "9223372036854775807 | 9223372036854775807 | true | !integer 9223372036854775807 \
                 | 9999999999.99 | {max} | {max} | !integer 9223372036854775807"
            ),
            "0 | 0 | false | 0 | 0 | 0 | 0 | !integer 0",
            "!float inf | !float inf | !float inf | inf | inf | inf | inf | !float inf",
            "!float -inf | !float -inf | !float -inf | -inf | -inf | -inf | -inf | !float -inf",
            &format!("1 | 1 | true | {0} | 0.01 | {0} | {0} | !float {0}", 5e-324),
            "9007199254740993 | 9007199254740993 | true | 0.30000000000000004 | 0.1 | 0.30000000000000004 \
             | 0.30000000000000004 | !float 0.30000000000000004",
            // SQLite keeps a whole number in a column with numeric affinity as an integer, which has no sign of zero.
            "0 | 0 | false | 0 | 0 | 0 | 0 | !float -0",
        ],
    )
    .await;
    holds(
        &source,
        "generated_columns",
        "a,stored,virtual",
        &[
            "NULL | NULL | NULL",
            "21 | 42 | 'a is 21'",
            "4611686018427387904 | !float 9223372036854776000 | 'a is 4611686018427387904'",
        ],
    )
    .await;
    holds(
        &source,
        "strict_types",
        "i,r,t,b,a",
        &["NULL | NULL | NULL | NULL | NULL", "1 | 1 | '1' | x'31' | '1'", "2 | 2.5 | '' | x'' | !float 2.5"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_sqlite_that_its_column_was_not_declared_for_stays_what_it_is() {
    let source = Source::of(edges::sqlite()).await;
    // SQLite's own reading of `1e-300` misses it by the last bit.
    let (large, small) = (1e300, 9.999_999_999_999_999e-301);
    holds(
        &source,
        "misfits",
        "c_integer,c_boolean,c_real,c_numeric,c_text,c_varchar",
        &[
            "NULL | NULL | NULL | NULL | NULL | NULL",
            "1 | true | 1.5 | 1.5 | 'text' | 'abc'",
            "!text 'one' | !text 'yes' | !text 'pi' | !text '1,5' | 'text' | 'longer than three'",
            "!float 1.5 | !integer 2 | 7 | 12 | '42' | '42'",
            &format!("!float {large} | !float 1.5 | {small} | {large} | '1.5' | '1.5'"),
            "!bytes x'31' | !bytes x'01' | !bytes x'00' | !bytes x'ff' | !bytes x'74657874' | !bytes x'fffe'",
            "!text '' | !text '' | !text '' | !text '' | '' | ''",
            "0 | false | 0 | 0 | '' | ''",
            "0 | false | 0 | 0 | '' | ''",
            "0 | false | 0 | 0 | '' | ''",
        ],
    )
    .await;
    holds(
        &source,
        "misfits",
        "c_date,c_datetime,c_time,c_blob,c_json,c_uuid,c_any",
        &[
            "NULL | NULL | NULL | NULL | NULL | NULL | NULL",
            "2024-02-29 | 2024-02-29T23:59:59 | 23:59:59 | x'00ff' | '{\"a\": 1}' \
             | 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' | 'any'",
            "!text 'yesterday' | !text 'now' | !text 'noon' | !text 'not bytes' | '{not json' | 'not a uuid' | 'text'",
            "!integer 20240229 | !integer 1709251199 | !integer 86399 | !integer 42 | !integer 42 | !integer 42 \
             | !integer 42",
            "!float 2460370.5 | !float 1709251199.5 | !float 0.5 | !float 1.5 | !float 1.5 | !float 1.5 | !float 1.5",
            "!bytes x'00' | !bytes x'00' | !bytes x'00' | x'' | !bytes x'7b7d' \
             | !bytes x'00112233445566778899aabbccddeeff' | !bytes x''",
            "!text '' | !text '' | !text '' | !text '' | '' | '' | ''",
            "0001-01-01 | !text '2024-02-29T23:59:59.123456789Z' | !text '24:00' | x'00' | 'null' | '' | ''",
            "9999-12-31 | !text '-4713-11-24 12:00:00' | 23:59:59.999 | x'00' | '[]' | '' | ''",
            "!text '2023-02-31' | !text '2023-02-31 25:61:61' | !text '99:99:99' | x'00' | '[ 1 ,  2 ]' | '' | ''",
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_of_sqlite_arrive_byte_by_byte() {
    let source = Source::of(edges::sqlite()).await;
    let every: String = (0..=255_u8).map(|byte| format!("{byte:02x}")).collect();
    holds(
        &source,
        "texts",
        "c_text,c_nocase,c_blob",
        &[
            "NULL | NULL | NULL",
            "'' | '' | x''",
            "' ' | '  two before, two after  ' | x'20'",
            "'NULL' | 'null' | x'4e554c4c'",
            "'\"double\" 'single' `back` [bracket]' | '\"' | x'22'",
            "'a\nb\r\nc\rd' | '\n' | x'0d0a'",
            "'a\tb,c;d|e\\f' | '\t' | x'09'",
            "'😀 𝒳 𠜎' | '👩‍👩‍👧‍👦 🏳️‍🌈' | x'f09f9880'",
            "'שלום עולם مرحبا' | 'مرحبا' | x'd7a9'",
            "'e\u{301} é \u{200b}\u{200e}\u{202e}\u{feff}' | '\u{feff}' | x'efbbbf'",
            "'\u{1}\u{2}\u{1b}[31m\u{7f}\u{85}\u{2028}\u{2029}' | '\u{8}\u{c}\u{b}' | x'01'",
            "'\u{fffe}\u{ffff}\u{fffd}' | '\u{10ffff}' | x'efbfbe'",
            "'=HYPERLINK(\"http://127.0.0.1\",\"x\")' | '+1+1' | x'3d31'",
            "'0012' | '1234567890123456' | x'30'",
            "'<b>&amp;</b>]]>' | '_x0041_' | x'3c'",
            "'a\0b' | '\0' | x'610062'",
            // Not UTF-8, and therefore bytes.
            "!raw_text x'ff41fe' | !raw_text x'c3' | x'ff41fe'",
            "!raw_text x'eda080' | '' | x'eda080'",
            &format!("'' | '' | x'{every}'"),
            &format!("'{}' | '{}' | x'{}'", "x".repeat(40_000), "😀".repeat(20_000), "00".repeat(70_000)),
        ],
    )
    .await;
}
