use rowport_testkit::{Mysql, edges};

use super::{have, holds};
use crate::source::Source;

#[tokio::test(flavor = "multi_thread")]
async fn each_type_of_mysql_has_one_of_ours() {
    let source = Source::of(edges::mysql()).await;
    have(
        &source,
        "integers",
        &[
            "id: integer Int32",
            "edge: text Utf8",
            "c_tinyint: integer Int16",
            "c_tinyint_unsigned: integer Int16",
            "c_bool: boolean Boolean",
            "c_smallint: integer Int16",
            "c_smallint_unsigned: integer Int32",
            "c_mediumint: integer Int32",
            "c_mediumint_unsigned: integer Int32",
            "c_int: integer Int32",
            "c_int_unsigned: integer Int64",
            "c_bigint: integer Int64",
            "c_bigint_unsigned: integer UInt64",
            "c_zerofill: integer Int64",
            "c_bit: integer UInt64",
            "c_bit5: integer UInt64",
            "c_bit64: integer UInt64",
            "c_year: integer Int16",
            "c_generated: integer Int64",
            "c_virtual: integer Int64",
        ],
    );
    have(
        &source,
        "numbers",
        &[
            "id: integer Int32",
            "edge: text Utf8",
            "c_decimal10: decimal Decimal128(10, 0)",
            "c_money: decimal Decimal128(12, 2)",
            "c_decimal65: decimal Decimal256(65, 30)",
            "c_decimal65_0: decimal Decimal256(65, 0)",
            "c_decimal_unsigned: decimal Decimal128(20, 4)",
            "c_decimal38: decimal Decimal128(38, 38)",
            "c_float: float Float32",
            "c_double: float Float64",
        ],
    );
    have(
        &source,
        "times",
        &[
            "id: integer Int32",
            "edge: text Utf8",
            "c_date: date Date32",
            "c_datetime: timestamp Timestamp(µs)",
            "c_datetime6: timestamp Timestamp(µs)",
            "c_datetime3: timestamp Timestamp(µs)",
            "c_timestamp: timestamp_tz Timestamp(µs, \"UTC\")",
            "c_timestamp6: timestamp_tz Timestamp(µs, \"UTC\")",
            "c_time: interval Utf8",
            "c_time6: interval Utf8",
            "c_year: integer Int16",
        ],
    );
    have(
        &source,
        "others",
        &[
            "id: integer Int32",
            "edge: text Utf8",
            "c_binary: bytes Binary",
            "c_varbinary: bytes Binary",
            "c_blob: bytes Binary",
            "c_json: json Utf8",
            "c_point: bytes Binary",
            "c_geometry: bytes Binary",
        ],
    );
    have(
        &source,
        "mariadb_only",
        &[
            "id: integer Int32",
            "edge: text Utf8",
            "c_uuid: uuid Utf8",
            "c_inet6: other Utf8",
            "c_inet4: other Utf8",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn integers_of_mysql_keep_every_bit() {
    let source = Source::of(edges::mysql()).await;
    holds(
        &source,
        "integers",
        "c_tinyint,c_tinyint_unsigned,c_bool,c_smallint,c_smallint_unsigned,c_mediumint,c_mediumint_unsigned",
        &[
            "NULL | NULL | NULL | NULL | NULL | NULL | NULL",
            "-128 | 0 | false | -32768 | 0 | -8388608 | 0",
            "127 | 255 | true | 32767 | 65535 | 8388607 | 16777215",
            "0 | 0 | !integer 5 | 0 | 0 | 0 | 0",
            "1 | 1 | !integer -128 | 1 | 1 | 1 | 1",
        ],
    )
    .await;
    holds(
        &source,
        "integers",
        "c_int,c_int_unsigned,c_bigint,c_bigint_unsigned,c_zerofill",
        &[
            "NULL | NULL | NULL | NULL | NULL",
            "-2147483648 | 0 | -9223372036854775808 | 0 | 0",
            "2147483647 | 4294967295 | 9223372036854775807 | 18446744073709551615 | 4294967295",
            "0 | 0 | 0 | 0 | 0",
            "1 | 1 | 9007199254740993 | 9223372036854775808 | 42",
        ],
    )
    .await;
    holds(
        &source,
        "integers",
        "c_bit,c_bit5,c_bit64,c_year,c_generated,c_virtual",
        &[
            "NULL | NULL | NULL | NULL | NULL | NULL",
            "0 | 0 | 0 | 1901 | -4294967296 | -2147483649",
            "1 | 31 | 18446744073709551615 | 2155 | 4294967294 | 2147483646",
            "0 | 21 | 0 | 0 | 0 | -1",
            "1 | 1 | 9223372036854775808 | 2024 | 2 | 0",
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_mysql_keep_every_digit() {
    let source = Source::of(edges::mysql()).await;
    let nines = |digits: usize| "9".repeat(digits);
    let row = |cells: [&str; 6]| cells.join(" | ");
    let expected = [
        "NULL | NULL | NULL | NULL | NULL | NULL".to_owned(),
        row(["0", "0.00", &format!("0.{:030}", 0), "0", "0.0000", &format!("0.{:038}", 0)]),
        row([
            "-9999999999",
            "-9999999999.99",
            &format!("-{}.{}", nines(35), nines(30)),
            &format!("-{}", nines(65)),
            "0.0000",
            &format!("-0.{}", nines(38)),
        ]),
        row([
            "9999999999",
            "9999999999.99",
            &format!("{}.{}", nines(35), nines(30)),
            &nines(65),
            "9999999999999999.9999",
            &format!("0.{}", nines(38)),
        ]),
        row(["1", "0.01", &format!("0.{:030}", 1), "1", "0.0001", &format!("0.{:038}", 1)]),
        row(["15", "1.50", &format!("1.5{:029}", 0), "10", "1.5000", &format!("0.5{:037}", 0)]),
        row(["0", "0.10", &format!("0.1{:029}", 0), "0", "0.1000", &format!("0.1{:037}", 0)]),
        row(["0", "0.00", &format!("0.{:030}", 0), "0", "0.0000", &format!("0.{:038}", 0)]),
    ];
    let columns = "c_decimal10,c_money,c_decimal65,c_decimal65_0,c_decimal_unsigned,c_decimal38";
    holds(&source, "numbers", columns, &expected.each_ref().map(String::as_str)).await;
    let row = |float: f32, double: f64| format!("{float} | {double}");
    let expected = [
        "NULL | NULL".to_owned(),
        row(0.0, 0.0),
        row(-3.402_823_4e38, -1.797_693_134_862_315_7e308),
        row(3.402_823_4e38, 1.797_693_134_862_315_7e308),
        row(f32::MIN_POSITIVE, f64::MIN_POSITIVE),
        row(1.5, 1.5),
        row(0.1, 0.300_000_000_000_000_04),
        // The server itself stores 0 for -0e0.
        row(0.0, 0.0),
    ];
    holds(&source, "numbers", "c_float,c_double", &expected.each_ref().map(String::as_str)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_of_mysql_that_are_none_keep_their_notation() {
    let source = Source::of(edges::mysql()).await;
    holds(
        &source,
        "times",
        "c_date,c_datetime,c_datetime6,c_datetime3",
        &[
            "NULL | NULL | NULL | NULL",
            "!text '0000-00-00' | !text '0000-00-00 00:00:00' | !text '0000-00-00 00:00:00.000000' \
             | !text '0000-00-00 00:00:00.000'",
            "0001-01-01 | 0001-01-01T00:00:00 | 0001-01-01T00:00:00.000001 | 0001-01-01T00:00:00.001",
            "9999-12-31 | 9999-12-31T23:59:59 | 9999-12-31T23:59:59.999999 | 9999-12-31T23:59:59.999",
            "!text '2024-00-00' | !text '2024-00-00 00:00:00' | !text '2024-01-00 00:00:00.000000' \
             | !text '0000-01-01 00:00:00.000'",
            "!text '2023-02-31' | !text '2023-02-31 12:00:00' | !text '2023-04-31 12:00:00.500000' \
             | !text '2023-02-29 00:00:00.000'",
            "2024-02-29 | 2024-02-29T23:59:59 | 2024-02-29T23:59:59.5 | 2024-02-29T23:59:59.5",
        ],
    )
    .await;
    holds(
        &source,
        "times",
        "c_timestamp,c_timestamp6,c_time,c_time6,c_year",
        &[
            "NULL | NULL | NULL | NULL | NULL",
            "!text '0000-00-00 00:00:00' | !text '0000-00-00 00:00:00.000000' | '00:00:00' | '00:00:00.000000' | 0",
            "1970-01-01T00:00:01Z | 1970-01-01T00:00:01.000001Z | '-838:59:59' | '-838:59:59.999999' | 1901",
            "2038-01-19T03:14:07Z | 2038-01-19T03:14:07.999999Z | '838:59:59' | '838:59:59.999999' | 2155",
            "2024-01-01T00:00:00Z | 2024-01-01T00:00:00Z | '-00:00:01' | '-00:00:00.000001' | 1970",
            "2024-02-29T12:00:00Z | 2024-02-29T12:00:00.5Z | '24:00:00' | '24:00:00.500000' | 2000",
            "2024-02-29T23:59:59Z | 2024-02-29T23:59:59.5Z | '23:59:59' | '23:59:59.999999' | 2024",
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_of_mysql_in_any_character_set_arrive_in_unicode() {
    let source = Source::of(edges::mysql()).await;
    holds(
        &source,
        "texts",
        "c_text,c_varchar,c_char,c_binary_collation,c_latin1,c_utf16,c_enum,c_set",
        &[
            "NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL",
            "'' | '' | '' | '' | '' | '' | '' | ''",
            "' ' | '  two before, two after  ' | 'a' | ' ' | ' ' | ' ' | 'sad' | 'a'",
            "'NULL' | 'null' | 'null' | '\\N' | 'NULL' | 'NULL' | 'sad' | 'b c'",
            "'\"double\" 'single' `back`' | '\"' | ''' | '\"\"' | '\"' | '\"' | 'it's \"quoted\", so' | 'd'e'",
            "'a\nb\r\nc\rd' | '\n' | '\r' | '\r\n' | '\n' | '\n' | 'sad' | 'a,b c'",
            "'a\tb,c;d|e\\f' | '\t' | ',' | '\\t' | ';' | '|' | 'sad' | 'a,d'e'",
            "'😀 𝒳 𠜎' | '👩‍👩‍👧‍👦 🏳️‍🌈' | '🇩🇪𠜎' | '😀' | 'ÿ' | '😀' | '喜び' | '日'",
            "'שלום עולם مرحبا' | 'مرحبا' | 'שלום' | 'שלום' | 'ß' | 'שלום' | 'sad' | 'a,b c,d'e,日'",
            "'e\u{301} é \u{200b}\u{200e}\u{202e} \u{feff}' | '\u{feff}' | 'e\u{301}' | 'é' | 'é' | 'é' | 'sad' | ''",
            "'\u{1}\u{2}\u{1b}[31m\u{7f}' | '\u{8}\u{1a}' | '\u{1}' | '\u{0}' | '€' | '' | 'sad' | ''",
            "'\u{fffe}\u{ffff}\u{fffd}' | '\u{10ffff}' | '' | '' | '' | '' | 'sad' | ''",
            "'=HYPERLINK(\"http://127.0.0.1\",\"x\")' | '+1+1' | '-1' | '@SUM(1)' | '\t=1' | '=1' | 'sad' | ''",
            "'0012' | '1234567890123456' | '1e5' | '00' | '-5' | '007' | 'sad' | ''",
            "'<b>&amp;</b>]]>' | '&lt;' | '<a>' | '_x0041_' | '&' | '<' | 'sad' | ''",
            &format!(
                "'{}' | '{}' | 'xxxx' | '{}' | '{}' | '{}' | 'sad' | ''",
                "0123456789".repeat(4_000),
                "x".repeat(40),
                "y".repeat(40),
                "z".repeat(40),
                "w".repeat(40)
            ),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_json_and_geometry_of_mysql_are_not_touched() {
    let source = Source::of(edges::mysql()).await;
    let every: String = (0..=255_u8).map(|byte| format!("{byte:02x}")).collect();
    // Four bytes of SRID, then WKB: little-endian, kind, coordinates as doubles.
    let point = |x: f64, y: f64| {
        let coordinates = [x.to_le_bytes(), y.to_le_bytes()].concat();
        let digits: String = coordinates.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("x'000000000101000000{digits}'")
    };
    holds(
        &source,
        "others",
        "c_binary,c_varbinary,c_blob,c_json,c_point",
        &[
            "NULL | NULL | NULL | NULL | NULL",
            &format!("x'00000000' | x'' | x'' | '\"\"' | {}", point(0.0, 0.0)),
            &format!(
                "x'00ff0a0d' | x'{every}' | x'fffe00' | '{{\"a\" : [1,  2, {{\"b\":null}}], \"a\":\"again\", \
                 \"n\": 12345678901234567890.1234567890123456789, \"e\": 1e300}}' | {}",
                point(1.5, -2.5)
            ),
            "x'74657874' | x'74657874' | x'4e554c4c' | 'null' | NULL",
            "x'20202020' | x'20' | x'0a' | '[ \"\\u0041\", \"é\", \"😀\", \"\\\\\", \"\\\"\", \"\", [], {} ]' | NULL",
        ],
    )
    .await;
    holds(
        &source,
        "mariadb_only",
        "c_uuid,c_inet6,c_inet4",
        &[
            "NULL | NULL | NULL",
            "'00000000-0000-0000-0000-000000000000' | NULL | NULL",
            "'ffffffff-ffff-ffff-ffff-ffffffffffff' | '::1' | '255.255.255.255'",
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_larger_than_a_packet_arrive_whole() {
    // A packet of the protocol has at most 16 MiB - 1; a value of that size and one beside it need two.
    let database = Mysql::create();
    database.execute("CREATE TABLE large (id int PRIMARY KEY, c longtext, d longblob)");
    database
        .execute("INSERT INTO large VALUES (1, REPEAT('x', 16777215), REPEAT('y', 17000000)), (2, '', '')");
    let source = Source::of(database).await;
    let rows = source.rows("large", &crate::source::view("", "", "id")).await;
    assert_eq!(rows[0][1].len(), 16_777_215 + 2);
    assert_eq!(rows[0][2].len(), 17_000_000 * 2 + 3);
    assert_eq!(rows[1], ["2", "''", "x''"]);
}
