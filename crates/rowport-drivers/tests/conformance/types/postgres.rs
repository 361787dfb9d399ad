use rowport_testkit::edges;

use super::{have, holds};
use crate::source::Source;

#[tokio::test(flavor = "multi_thread")]
async fn each_type_of_postgresql_has_one_of_ours() {
    let source = Source::of(edges::postgres()).await;
    have(
        &source,
        "numbers",
        &[
            "id: integer Int32",
            "edge: text Utf8",
            "c_numeric: decimal Utf8",
            "c_money2: decimal Decimal128(12, 2)",
            "c_numeric38: decimal Decimal128(38, 10)",
            "c_numeric76: decimal Decimal256(76, 10)",
            "c_numeric1000: decimal Utf8",
            "c_negative_scale: decimal Utf8",
            "c_small_scale: decimal Utf8",
            "c_real: float Float32",
            "c_double: float Float64",
            "c_money: other Utf8",
        ],
    );
    have(
        &source,
        "times",
        &[
            "id: integer Int32",
            "edge: text Utf8",
            "c_date: date Date32",
            "c_time: time Time64(µs)",
            "c_time0: time Time64(µs)",
            "c_timetz: other Utf8",
            "c_timestamp: timestamp Timestamp(µs)",
            "c_timestamp0: timestamp Timestamp(µs)",
            "c_timestamptz: timestamp_tz Timestamp(µs, \"UTC\")",
            "c_interval: interval Utf8",
            "c_interval_year: interval Utf8",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_postgresql_keep_every_digit() {
    let source = Source::of(edges::postgres()).await;
    holds(
        &source,
        "integers",
        "c_smallint,c_integer,c_bigint,c_oid,c_identity,c_generated",
        &[
            "NULL | NULL | NULL | NULL | 1 | NULL",
            "-32768 | -2147483648 | -9223372036854775808 | '0' | 2 | -4294967296",
            "32767 | 2147483647 | 9223372036854775807 | '4294967295' | 3 | 4294967294",
            "0 | 0 | 0 | '0' | 4 | 0",
            "1 | 16777217 | 9007199254740993 | '2147483648' | 5 | 33554434",
        ],
    )
    .await;
    let nines = |digits: usize| "9".repeat(digits);
    let thousand = |sign: &str| format!("'{sign}{}.{}'", nines(500), nines(500));
    holds(
        &source,
        "numbers",
        "c_numeric,c_money2,c_numeric38,c_numeric76,c_numeric1000,c_negative_scale,c_small_scale",
        &[
            "NULL | NULL | NULL | NULL | NULL | NULL | NULL",
            &format!("'0' | 0.00 | 0.0000000000 | 0.0000000000 | '0.{:0500}' | '0' | '0.000000'", 0),
            &format!(
                "'-{}' | -9999999999.99 | -{}.9999999999 | -{}.9999999999 | {} | '-99999000' | '-0.000999'",
                nines(200),
                nines(28),
                nines(66),
                thousand("-")
            ),
            &format!(
                "'{}' | 9999999999.99 | {}.9999999999 | {}.9999999999 | {} | '99999000' | '0.000999'",
                nines(200),
                nines(28),
                nines(66),
                thousand("")
            ),
            &format!(
                "'0.{}' | 0.01 | 0.0000000001 | 0.0000000001 | '0.{:0500}' | '1000' | '0.000001'",
                "1234567890".repeat(20),
                1
            ),
            &format!("'1.500' | 1.50 | 1.5000000000 | 1.5000000000 | '1.5{:0499}' | '5000' | '0.000100'", 0),
            "'NaN' | !text 'NaN' | !text 'NaN' | !text 'NaN' | 'NaN' | 'NaN' | 'NaN'",
            &format!("'0' | 0.00 | 0.0000000000 | 0.0000000000 | '0.{:0500}' | '0' | '0.000000'", 0),
            &format!("'0.1' | 0.10 | 0.1000000000 | 0.1000000000 | '0.1{:0499}' | '0' | '0.000100'", 0),
            "'Infinity' | NULL | NULL | NULL | NULL | NULL | NULL",
            "'-Infinity' | NULL | NULL | NULL | NULL | NULL | NULL",
        ],
    )
    .await;
    let row = |float: f32, double: f64| format!("{float} | {double}");
    let expected = [
        "NULL | NULL".to_owned(),
        row(0.0, 0.0),
        row(f32::MIN, f64::MIN),
        row(f32::MAX, f64::MAX),
        row(1.4e-45, 5e-324),
        row(1.5, 1.5),
        row(f32::NAN, f64::NAN),
        row(-0.0, -0.0),
        row(0.1, 0.300_000_000_000_000_04),
        row(f32::INFINITY, f64::INFINITY),
        row(f32::NEG_INFINITY, f64::NEG_INFINITY),
    ];
    holds(&source, "numbers", "c_real,c_double", &expected.each_ref().map(String::as_str)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn times_of_postgresql_beyond_the_year_9999_keep_their_notation() {
    let source = Source::of(edges::postgres()).await;
    holds(
        &source,
        "times",
        "c_date,c_time,c_time0,c_timetz",
        &[
            "NULL | NULL | NULL | NULL",
            "0001-01-01 | 00:00:00 | 00:00:00 | '00:00:00+00'",
            "9999-12-31 | 23:59:59.999999 | 23:59:59 | '23:59:59.999999-15:59'",
            "1970-01-01 | 00:00:00.000001 | 00:00:01 | '00:00:00+15:59'",
            "1969-12-31 | 12:00:00.5 | 12:00:00 | '12:00:00.5+05:30'",
            "!text '4713-11-24 BC' | 00:00:00 | 00:00:00 | '00:00:00+15:59:59'",
            "!text '5874897-12-31' | !text '24:00:00' | !text '24:00:00' | '24:00:00-15:59:59'",
            "!text 'infinity' | NULL | NULL | NULL",
            "!text '-infinity' | NULL | NULL | NULL",
            // The server makes 24:00:00 of 23:59:60.
            "2024-02-29 | !text '24:00:00' | 23:59:59 | '01:02:03+01'",
            "1890-01-01 | 01:02:03 | 01:02:03 | '01:02:03+00:19:32'",
            "2000-01-01 | 00:00:00 | 00:00:00 | '00:00:00+00'",
        ],
    )
    .await;
    holds(
        &source,
        "times",
        "c_timestamp,c_timestamp0,c_timestamptz",
        &[
            "NULL | NULL | NULL",
            "0001-01-01T00:00:00 | 0001-01-01T00:00:00 | 0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999 | 9999-12-31T23:59:59 | 9999-12-31T23:59:59.999999Z",
            "1970-01-01T00:00:00 | 1970-01-01T00:00:00 | 1970-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999 | 1969-12-31T23:59:59 | 1969-12-31T23:59:59.999999Z",
            "!text '4713-11-24 00:00:00 BC' | !text '4713-11-24 00:00:00 BC' | !text '4713-11-24 00:00:00+00 BC'",
            "!text '294276-12-31 23:59:59.999999' | !text '294276-12-31 23:59:59' \
             | !text '294276-12-31 23:59:59.999999+00'",
            "!text 'infinity' | !text 'infinity' | !text 'infinity'",
            "!text '-infinity' | !text '-infinity' | !text '-infinity'",
            "2024-02-29T23:59:59 | 2024-02-29T12:00:00 | 2024-02-29T09:59:59.5Z",
            "1890-01-01T01:02:03 | 1890-01-01T01:02:03 | 1890-01-01T00:42:31Z",
            "2000-01-01T00:00:00 | 2000-01-01T00:00:00 | 2000-01-01T00:00:00Z",
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_types_of_postgresql_arrive_as_its_own_client_shows_them() {
    let source = Source::of(edges::postgres()).await;
    for table in ["texts", "others", "times", "composites"] {
        let columns = source.dataset(table).columns;
        for column in
            columns.iter().filter(|column| column.column_type.arrow() == arrow_schema::DataType::Utf8)
        {
            let name = column.name.replace('"', "\"\"");
            let shown = source.database.rows(&format!("SELECT \"{name}\" FROM {table} ORDER BY id"));
            if matches!(column.column_type, rowport_model::ColumnType::Array) {
                continue;
            }
            let shown: Vec<String> = shown
                .into_iter()
                .map(|mut row| row.remove(0))
                .map(|value| {
                    value.map_or("NULL".to_owned(), |text| format!("'{}'", String::from_utf8(text).unwrap()))
                })
                .collect();
            holds(&source, table, &column.name, &shown.iter().map(String::as_str).collect::<Vec<_>>()).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn arrays_of_postgresql_are_json() {
    let source = Source::of(edges::postgres()).await;
    holds(
        &source,
        "arrays",
        "c_integers,c_texts,c_numerics,c_booleans",
        &[
            "NULL | NULL | NULL | NULL",
            "'[]' | '[]' | '[]' | '[]'",
            "'[1]' | '[\"one\"]' | '[1.50]' | '[true]'",
            "'[1,null,3]' | '[null,\"NULL\",\"\",null]' | '[null,\"NaN\"]' | '[true,null,false]'",
            "'[[1,2,3],[4,5,6]]' | '[[\"a\",\"b\"],[\"c,d\",null]]' | '[[1],[2]]' | '[[true],[false]]'",
            "'[[[1,2],[3,4]],[[5,6],[7,8]]]' | '[[[\"x\"]]]' | NULL | NULL",
            "'\"[0:2]={7,8,9}\"' | '\"[-1:0]={a,b}\"' | '\"[2:3][5:6]={{1,2},{3,4}}\"' | NULL",
            "'[-2147483648,2147483647]' | '[\"a\\\"b\",\"c\\\\d\",\"{e}\",\"f,g\",\" h \",\"i\\nj\",\"😀\",\"'\",\
             \"\\\\\\\\\",\"=\"]' | '[10000000000,-0.001]' | '[false]'",
        ],
    )
    .await;
}
