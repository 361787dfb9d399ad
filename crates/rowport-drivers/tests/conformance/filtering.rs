//! Every operator, on values that are easy to get wrong and on values that are meant to do harm.

use rowport_model::{Condition, Filter, Literal, Operator, QueryError, SourceKind, View};

use crate::distributed::CITUS;
use crate::source::{NOW, Source, view};

on_every_database!(
    every_operator_finds_what_it_says,
    text_is_found_in_any_case_and_accents_count,
    search_looks_at_texts_and_numbers,
    hostile_values_are_only_values,
    no_value_is_not_the_empty_text,
    large_lists_are_one_filter,
    a_tenant_is_its_very_name,
);

fn table(kind: SourceKind) -> String {
    let (text, moment) = match kind {
        SourceKind::Postgres => ("text COLLATE \"C\"", "timestamp"),
        SourceKind::Mysql => ("varchar(60) COLLATE utf8mb4_bin", "datetime(6)"),
        SourceKind::Sqlite => ("TEXT", "DATETIME"),
    };
    format!(
        "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, s {text}, n integer, d decimal(10,2), f double precision, \
             b boolean, day date, moment {moment});
         INSERT INTO t VALUES
             (1, 'Anna', 10, 1.25, 0.5, true, '2024-02-29', '2024-02-29 23:59:59'),
             (2, 'bernd', -5, 1.20, 1e100, false, '2024-03-01', '2024-03-01 00:00:00'),
             (3, '', 0, 0, -0.5, true, '1999-12-31', '2024-03-01 11:00:00'),
             (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
             (5, '50% _off!', 10, 99999999.99, 0.1, false, '2024-03-08', '2024-03-02 00:00:00'),
             (6, 'anna', 7, -1.25, 3, true, '9999-12-31', '2023-03-01 12:00:00')"
    )
}

async fn every_operator_finds_what_it_says(kind: SourceKind) {
    operators_find_what_they_say(Source::new(kind, &table(kind)).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_in_sub_selects_find_the_same() {
    let script = format!("{}; {CITUS}", table(SourceKind::Postgres));
    operators_find_what_they_say(Source::new(SourceKind::Postgres, &script).await).await;
}

async fn operators_find_what_they_say(source: Source) {
    let kind = source.kind;
    for (filter, expected) in [
        ("n = 10", "1 5"),
        ("n != 10", "2 3 4 6"),
        ("n < 7", "2 3"),
        ("n <= 7", "2 3 6"),
        ("n > 7", "1 5"),
        ("n >= 7", "1 5 6"),
        ("n between -5 and 7", "2 3 6"),
        ("n between 7 and -5", ""),
        ("n in (0, 7, 12345678901234567890123)", "3 6"),
        ("n not in (0, 7)", "1 2 4 5"),
        ("n in ()", ""),
        ("n not in ()", "1 2 3 4 5 6"),
        ("n > 6.5", "1 5 6"),
        ("n in (7, 6.5)", "6"),
        ("n = 7.0", "6"),
        ("n < 99999999999999999999999999", "1 2 3 5 6"),
        ("n > -99999999999999999999999999", "1 2 3 5 6"),
        ("d = 1.25", "1"),
        ("d = 1.250", "1"),
        ("d > 1.2", "1 5"),
        ("d >= 1.2", "1 2 5"),
        ("d <= -1.25", "6"),
        ("d = 99999999.99", "5"),
        ("d in (1.2, 0)", "2 3"),
        ("d < 1e100", "1 2 3 5 6"),
        ("f = 0.1", "5"),
        ("f > 1", "2 6"),
        ("f in (0.5, -0.5)", "1 3"),
        ("b = true", "1 3 6"),
        ("b != true", "2 4 5"),
        ("b in (false)", "2 5"),
        ("s = anna", "6"),
        ("s = \"\"", "3"),
        ("s != anna", "1 2 3 4 5"),
        ("s > a", "2 6"),
        ("s between \"A\" and \"Z\"", "1"),
        ("s in (anna, Anna, nobody)", "1 6"),
        ("s not in (anna, Anna)", "2 3 4 5"),
        ("s contains \"ANN\"", "1 6"),
        ("s not contains \"ANN\"", "2 3 4 5"),
        ("s starts with \"B\"", "2"),
        ("s ends with \"NA\"", "1 6"),
        ("s contains \"% _\"", "5"),
        ("s contains \"_\"", "5"),
        ("s ends with \"!\"", "5"),
        ("s is null", "4"),
        ("s is not null", "1 2 3 5 6"),
        ("s is empty", "3 4"),
        ("s is not empty", "1 2 5 6"),
        ("n is empty", "4"),
        ("day = 2024-02-29", "1"),
        ("day > 2024-02-29", "2 5 6"),
        ("day between 1999-12-31 and 2024-02-29", "1 3"),
        ("day in (2024-03-01, 9999-12-31)", "2 6"),
        ("day in last 7 days", "1 2"),
        ("day in next 7 days", "2 5"),
        // A date stands for the whole day.
        ("moment = 2024-03-01", "2 3"),
        ("moment <= 2024-02-29", "1 6"),
        ("moment > 2024-02-29", "2 3 5"),
        ("moment between 2024-02-29 and 2024-03-01", "1 2 3"),
        ("moment = \"2024-03-01 00:00:00\"", "2"),
        ("moment in (2024-02-29, \"2024-03-02 00:00\")", "1 5"),
        ("moment in last 12 hours", "2 3"),
        ("moment in last 1 year", "1 2 3 6"),
        ("moment in next 1 day", "5"),
        ("not (n = 10 or s is null)", "2 3 6"),
        ("not (n > 5)", "2 3 4"),
        ("n > 0 and (s contains off or b = true)", "1 5 6"),
    ] {
        assert_eq!(ids(&source, filter).await, expected, "{kind}: {filter}");
        let view = view("id", filter, "");
        let count = expected.split_whitespace().count() as u64;
        assert_eq!(source.count("t", &view, None).await, count, "{kind}: count of {filter}");
    }
}

async fn text_is_found_in_any_case_and_accents_count(kind: SourceKind) {
    let text = if kind == SourceKind::Mysql { "varchar(40)" } else { "text" };
    let source = Source::new(
        kind,
        &format!(
            "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, s {text}); INSERT INTO t VALUES
             (1, 'Ärger'), (2, 'arger'), (3, 'ÇA VA'), (4, 'ca va'), (5, 'ЖУК'), (6, 'Straße'), (7, 'STRASSE')"
        ),
    )
    .await;
    for (filter, expected) in [
        ("s contains \"ärger\"", "1"),
        ("s contains \"ARGER\"", "2"),
        ("s starts with \"ça\"", "3"),
        ("s starts with \"CA\"", "4"),
        ("s contains \"жук\"", "5"),
        ("s contains \"strasse\"", "7"),
        ("s contains \"STRAßE\"", "6"),
    ] {
        assert_eq!(ids(&source, filter).await, expected, "{kind}: {filter}");
    }
}

async fn search_looks_at_texts_and_numbers(kind: SourceKind) {
    let source = Source::new(kind, &table(kind)).await;
    for (search, expected) in
        [("ANNA", "1 6"), ("10", "1 5"), ("5", "5"), ("% _", "5"), ("nobody", ""), (" ", "1 2 3 4 5 6")]
    {
        let view = View { search: Some(search.to_owned()), ..view("id", "", "") };
        assert_eq!(joined(source.rows("t", &view).await), expected, "{kind}: {search}");
    }
}

async fn hostile_values_are_only_values(kind: SourceKind) {
    let text = if kind == SourceKind::Mysql { "varchar(400) COLLATE utf8mb4_bin" } else { "text" };
    let long = "x'\"`\\".repeat(60);
    let hostile = [
        "'",
        "''",
        "\"",
        "`",
        "\\",
        "\\'",
        "\\\\",
        "'; DROP TABLE t; --",
        "' OR '1'='1",
        "$1",
        "$$",
        "?",
        "?1",
        ":a",
        "@a",
        "%",
        "_",
        "!",
        "!%",
        "!!",
        "{}",
        "[a]",
        "/*",
        "*/",
        "--",
        "#",
        ";",
        "\n",
        "\r\n",
        "\t",
        "\u{1}",
        "\u{1a}",
        "😀",
        "\u{202e}",
        "NULL",
        "null",
        "true",
        "0x41",
        "\\x41",
        "E'\\n'",
        "a,b",
        "{\"a\",b}",
        "\"a\"",
        "current_setting('x')",
        "ﬁ",
        "İ",
        "ς",
        "é",
        "e\u{301}",
        &long,
    ];
    let mut script = format!("CREATE TABLE t (id integer NOT NULL PRIMARY KEY, s {text} NOT NULL);");
    for (id, value) in hostile.iter().enumerate() {
        script.push_str(&format!("INSERT INTO t VALUES ({id}, {});", literal(kind, value)));
    }
    let source = Source::new(kind, &script).await;
    for (id, value) in hostile.iter().enumerate() {
        let id = id.to_string();
        let ask = |operator| {
            let values = vec![Literal::Text((*value).to_owned())];
            let filter = Filter::Condition(Condition { column: "s".to_owned(), operator, values });
            View { columns: Some(vec!["id".to_owned()]), filter: Some(filter), ..View::default() }
        };
        for operator in [Operator::Equals, Operator::In] {
            assert_eq!(joined(source.rows("t", &ask(operator)).await), id, "{kind}: {value:?} {operator:?}");
        }
        for operator in [Operator::Contains, Operator::StartsWith, Operator::EndsWith] {
            let found = joined(source.rows("t", &ask(operator)).await);
            assert!(
                found.split(' ').any(|found| found == id),
                "{kind}: {value:?} {operator:?} found {found}"
            );
        }
        let others = source.rows("t", &ask(Operator::NotIn)).await;
        assert_eq!(others.len(), hostile.len() - 1, "{kind}: {value:?}");
    }
    let nul = source.try_query("t", &view("", "s = \"a\u{0}b\"", ""));
    assert!(matches!(nul, Err(QueryError::BadValue { .. })), "NUL is refused before any database sees it");
    let names = ["id\"; DROP TABLE t; --", "id`", "t0.id", "*", "rowid", "ctid", "s FROM t; --"];
    for name in names {
        let view = View { columns: Some(vec![name.to_owned()]), ..View::default() };
        assert!(matches!(source.try_query("t", &view), Err(QueryError::UnknownColumn { .. })), "{name}");
    }
    assert_eq!(source.count("t", &View::default(), None).await, hostile.len() as u64);
}

async fn no_value_is_not_the_empty_text(kind: SourceKind) {
    let bytes = match kind {
        SourceKind::Postgres => "bytea",
        SourceKind::Mysql => "varbinary(10)",
        SourceKind::Sqlite => "BLOB",
    };
    let empty = if kind == SourceKind::Sqlite { "x''" } else { "''" };
    let source = Source::new(
        kind,
        &format!(
            "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, s varchar(10), x {bytes}); \
             INSERT INTO t VALUES (1, '', {empty}), (2, NULL, NULL), (3, ' ', NULL)"
        ),
    )
    .await;
    let rows = source.rows("t", &view("", "", "id")).await;
    assert_eq!(rows, [["1", "''", "x''"], ["2", "NULL", "NULL"], ["3", "' '", "NULL"]]);
    assert_eq!(ids(&source, "x is empty").await, "1 2 3");
    assert_eq!(ids(&source, "x is null").await, "2 3");
    assert_eq!(ids(&source, "s is null").await, "2");
    let rows = source.rows("t", &view("id", "", "-s")).await;
    assert_eq!(rows.last().unwrap(), &["2"], "NULL comes last downwards too");
    let rows = source.rows("t", &view("id", "", "s")).await;
    assert_eq!(rows.last().unwrap(), &["2"]);
}

async fn large_lists_are_one_filter(kind: SourceKind) {
    let source = Source::new(kind, &table(kind)).await;
    for (column, value) in [("n", "10"), ("s", "anna"), ("d", "1.25"), ("f", "0.5"), ("day", "2024-02-29")] {
        let values = (0..9_999).map(|index| match column {
            "s" => Literal::Text(format!("{index}'")),
            "day" => Literal::Text(format!("1{:03}-01-01", index % 1_000)),
            _ => Literal::Number((index + 1_000).to_string()),
        });
        let values = values.chain([Literal::Text(value.to_owned())]).collect();
        let filter =
            Filter::Condition(Condition { column: column.to_owned(), operator: Operator::In, values });
        let view = View { filter: Some(filter), ..view("id", "", "") };
        let found = joined(source.rows("t", &view).await);
        assert_eq!(found, ids(&source, &format!("{column} = \"{value}\"")).await, "{kind}: {column}");
    }
}

async fn ids(source: &Source, filter: &str) -> String {
    joined(source.rows("t", &view("id", filter, "id")).await)
}

fn joined(rows: Vec<Vec<String>>) -> String {
    rows.concat().join(" ")
}

/// A text as an SQL literal.
fn literal(kind: SourceKind, text: &str) -> String {
    let text = text.replace('\'', "''");
    match kind {
        SourceKind::Mysql => format!("'{}'", text.replace('\\', "\\\\")),
        _ => format!("'{text}'"),
    }
}

/// Whatever the column's collation takes to be the same name.
async fn a_tenant_is_its_very_name(kind: SourceKind) {
    let text = match kind {
        SourceKind::Postgres => "text COLLATE any_case",
        SourceKind::Mysql => "varchar(60) COLLATE utf8mb4_general_ci",
        SourceKind::Sqlite => "TEXT COLLATE NOCASE",
    };
    let before = match kind {
        SourceKind::Postgres => {
            "CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
        }
        _ => "",
    };
    let source = Source::new(
        kind,
        &format!(
            "{before} CREATE TABLE t (id integer NOT NULL PRIMARY KEY, firm {text}, up integer REFERENCES t (id));
             INSERT INTO t VALUES (1, 'acme', NULL), (2, 'Acme', 1), (3, 'ACM\u{c9}', 1), (4, 'acme ', 1), (5, 'acme', 2), \
                 (6, NULL, 1), (7, '', 1), (8, 'acme', 1)"
        ),
    )
    .await;
    // That the collation would have others in it is what makes this a test.
    assert_ne!(source.count("t", &view("", "firm = acme", ""), None).await, 3);
    for (tenant, expected) in
        [("acme", "1 5 8"), ("Acme", "2"), ("ACM\u{c9}", "3"), ("acme ", "4"), ("", "7"), ("ACME", "")]
    {
        let scoped = source.of_tenant("firm", tenant).await;
        let now = NOW.parse().unwrap();
        let query = scoped.dataset("t").unwrap().query(&view("", "", "id"), now).unwrap();
        let ids: Vec<_> = source.read(query).await.into_iter().map(|row| row[0].clone()).collect();
        assert_eq!(ids.join(" "), expected, "{kind}: {tenant:?}");
    }
    // Through a foreign key a row of another tenant is no row.
    let scoped = source.of_tenant("firm", "acme").await;
    let query =
        scoped.dataset("t").unwrap().query(&view("id,up.id", "", "id"), NOW.parse().unwrap()).unwrap();
    let rows = source.read(query).await;
    let ups: Vec<_> = rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(ups, ["NULL", "NULL", "1"], "{kind}");
}
