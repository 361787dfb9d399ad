//! Rows are named by keys of every type, in one written form: that of the rows, which the trash, failures and the
//! history have too.

use rowport_engine::PageRequest;
use rowport_engine::changes::{BulkAction, Request, TrashRequest, UndoRequest};
use rowport_engine::export::{ExportRequest, Tier};
use rowport_formats::Format;
use rowport_model::{Key, Literal, Selection, SourceKind, View};
use rowport_testkit::Database;
use serde_json::{Value, json};

use crate::desk::{Shop, key, with_keys};

on_every_database! {
    rows_with_keys_of_every_type_are_named_as_rows_show_them,
    a_key_that_no_row_can_have_is_refused_with_a_code,
    a_key_that_the_database_computes_names_no_row_in_changes,
    each_of_many_keys_names_one_row,
}

/// A name, a type and values of it, as SQL.
type Kind = (&'static str, &'static str, &'static [&'static str]);

const POSTGRES: &[Kind] = &[
    ("bigint", "bigint", &["-9223372036854775808", "9007199254740993", "9007199254740992"]),
    ("numeric", "numeric", &["0.1", "0.10000000000000000001", "1.50", "'NaN'"]),
    ("cents", "numeric(20,2)", &["-1.50", "0", "3.00"]),
    ("real", "real", &["'-Infinity'", "-1.5", "0.1", "16777216"]),
    ("double", "double precision", &["'Infinity'", "0.1", "0.30000000000000004"]),
    ("text", "text", &["''", "'a'", "'A'", "'Smith, John'", "'\\x41'", "'[1]'", "'日'"]),
    ("char", "char(4)", &["'a'", "'ab'"]),
    ("boolean", "boolean", &["true", "false"]),
    ("uuid", "uuid", &["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"]),
    ("date", "date", &["'-infinity'", "'0044-03-15 BC'", "'2024-02-29'", "'20000-01-01'"]),
    ("time", "time", &["'00:00'", "'23:59:59.999999'", "'24:00'"]),
    (
        "timestamp",
        "timestamp",
        &["'-infinity'", "'2024-01-01'", "'2024-01-01 00:00:00.000001'", "'2024-01-01 12:00'"],
    ),
    ("timestamptz", "timestamptz", &["'2024-01-01 00:00+00'", "'2024-01-01 12:00+00'", "'infinity'"]),
    ("interval", "interval", &["'-1 day'", "'1 hour'", "'1 mon'"]),
    ("bytea", "bytea", &["''", "'\\x00'", "'\\x0001'", "'\\x123e4567e89b12d3a456426655440000'"]),
    ("inet", "inet", &["'10.0.0.1'", "'10.0.0.0/8'", "'::1'"]),
    ("bits", "bit(3)", &["B'000'", "B'010'"]),
    ("jsonb", "jsonb", &["'{\"a\": 1}'", "'[1, 2]'", "'\"x\"'"]),
    ("array", "integer[]", &["'{}'", "'{1,2}'", "'{1,NULL}'"]),
    ("texts", "varchar(9)[]", &["'{a}'", "'{\"a b\",\"\"}'", "'{\"NULL\",\"q\\\"\"}'"]),
];

const MYSQL: &[Kind] = &[
    ("unsigned", "bigint unsigned", &["0", "9223372036854775808", "18446744073709551615"]),
    ("bit", "bit(64)", &["0", "18446744073709551615"]),
    ("truth", "tinyint(1)", &["0", "1", "5", "-3"]),
    ("truth_unsigned", "tinyint(1) unsigned", &["0", "1", "200"]),
    ("decimal", "decimal(20,2)", &["-1.50", "0", "3.00"]),
    ("float", "float", &["0", "0.1", "16777216"]),
    ("double", "double", &["0.1", "0.30000000000000004"]),
    ("text", "varchar(20) COLLATE utf8mb4_bin", &["''", "'a'", "'A'", "'Smith, John'", "'[1]'", "'日'"]),
    ("enum", "enum('z', 'a', 'm')", &["'z'", "'a'"]),
    ("set", "set('z', 'a', 'm')", &["''", "'a,z'", "'m'"]),
    ("date", "date", &["'2024-02-29'", "'9999-12-31'"]),
    ("datetime", "datetime(6)", &["'2024-01-01'", "'2024-01-01 00:00:00.000001'", "'2024-01-01 12:00'"]),
    ("timestamp", "timestamp(6)", &["'2024-01-01'", "'2024-01-01 00:00:00.000001'"]),
    ("time", "time(6)", &["'-838:59:59'", "'00:00:00'", "'838:59:59'"]),
    ("binary", "binary(16)", &["UNHEX('123e4567e89b12d3a456426655440000')", "UNHEX('00')"]),
    ("varbinary", "varbinary(20)", &["''", "0x00", "0x0001"]),
    ("uuid", "uuid", &["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"]),
];

const SQLITE: &[Kind] = &[
    ("text", "TEXT", &["''", "'a'", "'A'", "'Smith, John'", "'[1]'", "x'31'"]),
    ("real", "REAL", &["-1.5", "0", "0.30000000000000004"]),
    ("numeric", "NUMERIC", &["-1", "0.5", "9007199254740993", "'text'"]),
    ("boolean", "BOOLEAN", &["0", "1", "2", "'yes'"]),
    ("blob", "BLOB", &["x''", "x'00'", "x'123e4567e89b12d3a456426655440000'", "'text'", "1"]),
    ("date", "DATE", &["'2024-02-29'", "'2024-02-30'", "'today'", "20240229"]),
    (
        "datetime",
        "DATETIME",
        &["'2024-01-01 00:00:00'", "'2024-01-02T00:00:00'", "'2024-01-03 00:00:00.5'", "5"],
    ),
    ("any", "", &["1", "1.5", "'a'", "x'31'", "9223372036854775807"]),
];

fn kinds(kind: SourceKind) -> &'static [Kind] {
    match kind {
        SourceKind::Postgres => POSTGRES,
        SourceKind::Mysql => MYSQL,
        SourceKind::Sqlite => SQLITE,
    }
}

/// A value of a key as a filter's words would have it.
fn literal(value: &Value) -> Literal {
    match value {
        Value::Bool(value) => Literal::Boolean(*value),
        Value::Number(number) => Literal::Number(number.to_string()),
        Value::String(text) => Literal::Text(text.clone()),
        other => panic!("{other} is in no key"),
    }
}

async fn rows_with_keys_of_every_type_are_named_as_rows_show_them(kind: SourceKind) {
    let mut script = match kind {
        SourceKind::Mysql => "SET SESSION time_zone = '+00:00';".to_owned(),
        SourceKind::Postgres | SourceKind::Sqlite => String::new(),
    };
    for (name, sql, values) in kinds(kind) {
        script.push_str(&format!("CREATE TABLE one_{name} (k {sql} NOT NULL PRIMARY KEY, v varchar(9));"));
        script.push_str(&format!(
            "CREATE TABLE two_{name} (n integer NOT NULL, k {sql} NOT NULL, v varchar(9), PRIMARY KEY (n, k));"
        ));
        for value in *values {
            script.push_str(&format!("INSERT INTO one_{name} VALUES ({value}, 'a');"));
            script.push_str(&format!("INSERT INTO two_{name} VALUES (7, {value}, 'a');"));
        }
    }
    let database = Database::create(kind);
    database.execute(&script);
    let shop = Shop::of(database, &[]).await;
    for (name, _, values) in kinds(kind) {
        for table in [format!("one_{name}"), format!("two_{name}")] {
            let columns = if table.starts_with("one") { &["k"][..] } else { &["n", "k"] };
            let view = View {
                columns: Some(columns.iter().map(|name| (*name).to_owned()).collect()),
                ..View::default()
            };
            let request = PageRequest { view, cursor: None, limit: 2 };
            let mut keys: Vec<Vec<Value>> = Vec::new();
            let mut cursor = None;
            loop {
                let request = PageRequest { cursor, ..request.clone() };
                let page = shop.desk.page(&shop.me, "shop", &table, &request).await;
                let page = page.unwrap_or_else(|error| panic!("{kind}: {table}: {error}"));
                keys.extend(page.rows);
                cursor = page.cursor;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(keys.len(), values.len(), "{kind}: {table}: pages are the whole");
            for key in &keys {
                named(&shop, &table, key, keys.len()).await;
            }
            all_but_one(&shop, &table, &keys).await;
        }
    }
}

/// A value as a person reads it: a JSON number that is whole has no fraction, as in the page.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => number.as_f64().unwrap().to_string(),
        other => other.to_string(),
    }
}

/// A row is exported, set, undone, deleted and restored by its key.
async fn named(shop: &Shop, table: &str, key: &[Value], all: usize) {
    let kind = shop.database.kind();
    let place = format!("{kind}: {table}: {key:?}");
    let before = shop.rows(table, "k");
    let selection = Selection::Keys(vec![Key::Columns(key.to_vec())]);
    let export = ExportRequest {
        view: View::default(),
        keys: Some(vec![key.iter().map(literal).collect()]),
        format: Format::Ndjson,
        options: Default::default(),
        limit: None,
        tier: Tier::Streamed,
        file_name: None,
    };
    let prepared = shop.desk.prepare_export(&shop.me, "shop", table, &export).await;
    let open = prepared.unwrap_or_else(|error| panic!("{place}: {error}")).open().await;
    let open = open.unwrap_or_else(|error| panic!("{place}: {error}"));
    let never = tokio_util::sync::CancellationToken::new();
    let written = tokio::task::spawn_blocking(move || open.write_to(&mut Vec::new(), &mut |_| {}, &never));
    assert_eq!(written.await.unwrap().unwrap().rows, 1, "{place}: exported");

    let fields = serde_json::from_value(json!([{ "column": "v", "to": { "value": "b" } }])).unwrap();
    let set = shop.bulk(table, &Request::new(BulkAction::Set { fields }, selection.clone())).await;
    assert_eq!((set.rows, set.done), (1, 1), "{place}: set: {:?}", set.failures);
    let deleted = shop.bulk(table, &Request::new(BulkAction::Delete, selection.clone())).await;
    assert_eq!((deleted.rows, deleted.done), (1, 1), "{place}: deleted: {:?}", deleted.failures);
    assert_eq!(shop.rows(table, "k").len(), all - 1, "{place}");

    let trash = TrashRequest { limit: 10, ..TrashRequest::default() };
    let trash = shop.changes.trash(shop.on(table), &trash).await.unwrap();
    let listed = trash.rows[0].key.clone();
    if !table.ends_with("array") && !table.ends_with("texts") {
        let shown: Vec<_> = key.iter().map(text).collect();
        assert_eq!(listed.iter().map(text).collect::<Vec<_>>(), shown, "{place}: one form everywhere");
    }
    let of_trash = Selection::Keys(vec![Key::Columns(listed.clone())]);
    let back = shop.bulk(table, &Request::new(BulkAction::Restore, of_trash)).await;
    assert_eq!((back.rows, back.done), (1, 1), "{place}: restored: {:?}", back.failures);

    // The set was undone by nothing so far.
    let keys = Some(vec![Key::Columns(key.to_vec())]);
    let undone = shop.undo_some(table, &set.change_set, UndoRequest { keys, force: false }).await;
    assert_eq!((undone.rows, undone.done), (1, 1), "{place}: undone: {:?}", undone.failures);
    assert_eq!(shop.rows(table, "k"), before, "{place}");
}

/// All rows are deleted but one that is named, and restored but one.
async fn all_but_one(shop: &Shop, table: &str, keys: &[Vec<Value>]) {
    let place = format!("{}: {table}", shop.database.kind());
    let before = shop.rows(table, "k");
    let except =
        |key: &[Value]| Selection::View { view: View::default(), except: vec![Key::Columns(key.to_vec())] };
    let others = keys.len() as u64 - 1;
    if others == 0 {
        return;
    }
    let deleted = shop.bulk(table, &Request::new(BulkAction::Delete, except(&keys[0]))).await;
    assert_eq!((deleted.rows, deleted.done), (others, others), "{place}: all but one");
    if others > 1 {
        let back = shop.bulk(table, &Request::new(BulkAction::Restore, except(&keys[1]))).await;
        assert_eq!((back.rows, back.done), (others - 1, others - 1), "{place}: restored but one");
    }
    let rest = Selection::View { view: View::default(), except: Vec::new() };
    let back = shop.bulk(table, &Request::new(BulkAction::Restore, rest)).await;
    assert_eq!((back.rows, back.done), (1, 1), "{place}: the last one");
    assert_eq!(shop.rows(table, "k"), before, "{place}");
}

async fn a_key_that_no_row_can_have_is_refused_with_a_code(kind: SourceKind) {
    let bytes = match kind {
        SourceKind::Postgres => "bytea",
        SourceKind::Mysql => "binary(2)",
        SourceKind::Sqlite => "BLOB",
    };
    let moment = if kind == SourceKind::Postgres { "timestamp" } else { "datetime" };
    let shop = Shop::new(
        kind,
        &format!(
            "CREATE TABLE b (k {bytes} NOT NULL PRIMARY KEY); CREATE TABLE m (k {moment} NOT NULL PRIMARY KEY);
             INSERT INTO m VALUES ('2024-01-01 00:00:00'), ('2024-01-01 12:00:00');"
        ),
    )
    .await;
    let keys = |value: &str| Request::new(BulkAction::Delete, Selection::Keys(vec![key(value)]));
    if kind != SourceKind::Sqlite {
        for (table, value) in [
            ("b", "12"),
            ("b", "\\x1"),
            ("b", "EjRW"),
            ("m", "yesterday"),
            ("m", "2024-13-01 00:00:00"),
            ("m", "' OR 1=1"),
        ] {
            let refused = shop.changes.preview(shop.on(table), &keys(value)).await;
            assert_eq!(
                refused.map(|it| it.rows).map_err(|error| error.code().as_str()),
                Err("bad_key"),
                "{value}"
            );
        }
    }
    // A date names its midnight and not the whole day.
    assert_eq!(shop.changes.preview(shop.on("m"), &keys("2024-01-01 00:00:00")).await.unwrap().rows, 1);
    if kind != SourceKind::Sqlite {
        assert_eq!(shop.changes.preview(shop.on("m"), &keys("2024-01-01")).await.unwrap().rows, 1);
    }
}

async fn a_key_that_the_database_computes_names_no_row_in_changes(kind: SourceKind) {
    let computed = match kind {
        SourceKind::Postgres => "id integer GENERATED ALWAYS AS (a * 2) STORED PRIMARY KEY",
        // MariaDB has no primary key of computed columns, and a unique one may be NULL to it.
        SourceKind::Mysql => return,
        SourceKind::Sqlite => "id integer AS (a * 2) STORED NOT NULL UNIQUE",
    };
    let script = format!(
        "CREATE TABLE gk (a integer, {computed}, v varchar(9)); INSERT INTO gk (a, v) VALUES (1, 'x');"
    );
    let shop = Shop::new(kind, &script).await;
    for request in [
        Request::new(BulkAction::Delete, Selection::Keys(vec![key(2)])),
        crate::desk::delete(""),
        crate::desk::set("", "v", json!("y")),
    ] {
        let refused = shop.changes.preview(shop.on("gk"), &request).await;
        assert_eq!(refused.map(|it| it.rows).map_err(|error| error.code().as_str()), Err("no_key"));
    }
    let request = PageRequest { view: View::default(), cursor: None, limit: 10 };
    assert_eq!(shop.desk.page(&shop.me, "shop", "gk", &request).await.unwrap().rows.len(), 1);
}

/// More keys than one query asks for, in columns where a number can be stored in several ways.
async fn each_of_many_keys_names_one_row(kind: SourceKind) {
    const ROWS: i64 = 2_500;
    let types: &[&str] = match kind {
        SourceKind::Postgres => &["integer", "numeric", "double precision", "text"],
        SourceKind::Mysql => &["integer", "decimal(20,2)", "double", "varchar(20)"],
        SourceKind::Sqlite => &["integer", "numeric", "real", "text", "decimal(20,2)", "blob", ""],
    };
    let numbers = (1..=ROWS).map(|number| format!("({number})")).collect::<Vec<_>>().join(", ");
    let tables = types.iter().enumerate().map(|(place, of)| {
        format!("CREATE TABLE t{place} (k {of} NOT NULL PRIMARY KEY); INSERT INTO t{place} VALUES {numbers};")
    });
    let shop = Shop::new(kind, &tables.collect::<String>()).await;
    for (place, of) in types.iter().enumerate() {
        let table = format!("t{place}");
        let request = with_keys(BulkAction::Delete, 1..ROWS);
        let preview = shop.changes.preview(shop.on(&table), &request).await.unwrap();
        assert_eq!((preview.rows, preview.missing), (ROWS as u64 - 1, 0), "{kind}: {of:?}");
        let outcome = shop.bulk(&table, &request).await;
        assert_eq!(
            (outcome.done, outcome.failed, outcome.skipped),
            (ROWS as u64 - 1, 0, 0),
            "{kind}: {of:?}"
        );
        assert_eq!(shop.rows(&table, "k").len(), 1, "{kind}: {of:?}");
    }
}
