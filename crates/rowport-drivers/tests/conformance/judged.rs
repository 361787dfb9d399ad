//! Filters and sorted pages over generated columns of every type, against SQL that is written by hand and run by the
//! database itself: the compiler has no part in it. Every value has an edge of its type about it.
//!
//! `ROWPORT_CASES` says how many columns are tried on each database; a failure names its seed, and `ROWPORT_SEED` tries
//! that one alone.

use rowport_model::SourceKind;
use rowport_testkit::{cases, seed};

use crate::generated::Dice;
use crate::source::{Source, view};

/// A type with values of it, as they are stored and as they are asked for.
struct Kind {
    declared: &'static str,
    /// SQL literals.
    stored: &'static [&'static str],
    /// A literal of a filter, and of SQL.
    asked: &'static [(&'static str, &'static str)],
    /// What SQL compares and sorts by, `?` being the column.
    form: &'static str,
    asks: Asks,
}

/// What can be asked of a type.
#[derive(Clone, Copy, PartialEq)]
enum Asks {
    /// Whether it is the same.
    Same,
    /// Which is larger, too.
    Order,
    /// And whether a text is empty.
    Text,
    /// Numbers and texts side by side.
    Untyped,
}

const fn kind(
    declared: &'static str,
    asks: Asks,
    form: &'static str,
    stored: &'static [&'static str],
    asked: &'static [(&'static str, &'static str)],
) -> Kind {
    Kind { declared, stored, asked, form, asks }
}

const SMALL: &[&str] = &["-128", "-1", "0", "1", "2", "127"];
const ASKED_SMALL: &[(&str, &str)] = &[
    ("-1", "-1"),
    ("0", "0"),
    ("1.5", "1.5"),
    ("127", "127"),
    ("-99999999999999999999", "-99999999999999999999"),
];
const UNSIGNED: &[&str] = &["0", "1", "127", "128", "200", "255"];
const ASKED_UNSIGNED: &[(&str, &str)] =
    &[("-1", "-1"), ("127", "127"), ("128", "128"), ("255", "255"), ("256", "256"), ("199.5", "199.5")];
const BIG: &[&str] =
    &["-9223372036854775807", "-1", "0", "9007199254740992", "9007199254740993", "9223372036854775807"];
const ASKED_BIG: &[(&str, &str)] = &[
    ("9007199254740993", "9007199254740993"),
    ("9223372036854775807", "9223372036854775807"),
    ("-1", "-1"),
    ("0.5", "0.5"),
];
const MONEY: &[&str] = &["-99999999.99", "-0.01", "0", "0.1", "1.2", "1.25", "99999999.99"];
const ASKED_MONEY: &[(&str, &str)] =
    &[("1.2", "1.2"), ("1.250", "1.25"), ("0.125", "0.125"), ("-0.01", "-0.01"), ("1e8", "100000000")];
const HALVES: &[&str] = &["-1.5", "-0.5", "0", "0.5", "3", "16777216"];
const ASKED_HALVES: &[(&str, &str)] = &[("0.5", "0.5"), ("-1.5", "-1.5"), ("3", "3"), ("2.75", "2.75")];
const TEXTS: &[&str] = &["''", "'a'", "'A'", "'ab'", "'b'", "'ä'", "'ß'", "'z'", "'5'", "'?'"];
const ASKED_TEXTS: &[(&str, &str)] =
    &[("a", "'a'"), ("B", "'B'"), ("ä", "'ä'"), ("?", "'?'"), ("5", "'5'"), ("", "''")];
const LABELS: &[(&str, &str)] = &[("day", "'day'"), ("NULL", "'NULL'"), ("week end", "'week end'")];
const DAYS: &[&str] = &["'0001-01-01'", "'1999-12-31'", "'2024-02-29'", "'2024-03-01'", "'9999-12-31'"];
const ASKED_DAYS: &[(&str, &str)] =
    &[("2024-02-29", "'2024-02-29'"), ("2000-01-01", "'2000-01-01'"), ("9999-12-31", "'9999-12-31'")];
const MOMENTS: &[&str] = &[
    "'1969-12-31 23:59:59.999999'",
    "'2024-02-29 00:00:00'",
    "'2024-02-29 12:00:00'",
    "'2024-02-29 12:00:00.000001'",
    "'2024-03-01 00:00:00'",
];
const ASKED_MOMENTS: &[(&str, &str)] = &[
    ("2024-02-29 12:00:00", "'2024-02-29 12:00:00'"),
    ("2024-02-29T12:00:00.000001", "'2024-02-29 12:00:00.000001'"),
    ("2024-02-29 00:00", "'2024-02-29 00:00:00'"),
];

const POSTGRES: &[Kind] = &[
    kind("smallint", Asks::Order, "?", SMALL, ASKED_SMALL),
    kind("bigint", Asks::Order, "?", BIG, ASKED_BIG),
    kind("numeric(10,2)", Asks::Order, "?", MONEY, ASKED_MONEY),
    kind(
        "numeric",
        Asks::Order,
        "?",
        &["-1e30", "0.1", "0.10000000000000000001", "'NaN'", "1.2"],
        ASKED_MONEY,
    ),
    kind("real", Asks::Order, "?", HALVES, ASKED_HALVES),
    kind("double precision", Asks::Order, "?", HALVES, ASKED_HALVES),
    kind("boolean", Asks::Same, "?", &["true", "false"], &[("true", "true"), ("false", "false")]),
    kind("text", Asks::Text, "?", TEXTS, ASKED_TEXTS),
    kind("text COLLATE \"C\"", Asks::Text, "?", TEXTS, ASKED_TEXTS),
    kind("varchar(3)", Asks::Text, "?", TEXTS, ASKED_TEXTS),
    kind("char(4)", Asks::Text, "?", TEXTS, ASKED_TEXTS),
    kind("short", Asks::Text, "?", TEXTS, ASKED_TEXTS),
    kind("time_unit", Asks::Same, "?", &["'day'", "'NULL'", "'week end'"], LABELS),
    kind("public.\"time\"", Asks::Same, "?", &["'day'", "'NULL'", "'week end'"], LABELS),
    kind("unit", Asks::Same, "?::time_unit", &["'day'", "'NULL'", "'week end'"], LABELS),
    kind("date", Asks::Order, "?", DAYS, ASKED_DAYS),
    kind(
        "date",
        Asks::Order,
        "?",
        &["'-infinity'", "'0044-03-15 BC'", "'2024-02-29'", "'infinity'"],
        ASKED_DAYS,
    ),
    kind("timestamp", Asks::Order, "?", MOMENTS, ASKED_MOMENTS),
    kind("timestamptz", Asks::Order, "? AT TIME ZONE 'UTC'", MOMENTS, ASKED_MOMENTS),
    kind(
        "time(3)",
        Asks::Order,
        "?",
        &["'00:00'", "'07:30'", "'23:59:59.999'", "'24:00'"],
        &[("07:30", "'07:30'")],
    ),
];

const MYSQL: &[Kind] = &[
    kind("tinyint", Asks::Order, "?", SMALL, ASKED_SMALL),
    kind("tinyint(1)", Asks::Same, "?", &["0", "1", "-1", "5"], &[("true", "1"), ("false", "0")]),
    kind("tinyint(1) unsigned", Asks::Order, "?", UNSIGNED, ASKED_UNSIGNED),
    kind("tinyint(1) unsigned zerofill", Asks::Order, "?", UNSIGNED, ASKED_UNSIGNED),
    kind("tinyint(3) unsigned", Asks::Order, "?", UNSIGNED, ASKED_UNSIGNED),
    kind("mediumint unsigned", Asks::Order, "?", UNSIGNED, ASKED_UNSIGNED),
    kind("bit(8)", Asks::Order, "?", UNSIGNED, ASKED_UNSIGNED),
    kind("bigint", Asks::Order, "?", BIG, ASKED_BIG),
    kind(
        "bigint unsigned",
        Asks::Order,
        "?",
        &["0", "9223372036854775808", "18446744073709551615"],
        &[
            ("18446744073709551615", "18446744073709551615"),
            ("9223372036854775807", "9223372036854775807"),
            ("-1", "-1"),
        ],
    ),
    kind("year", Asks::Order, "?", &["0", "1901", "1970", "2155"], &[("1970", "1970"), ("2000", "2000")]),
    kind("decimal(10,2)", Asks::Order, "?", MONEY, ASKED_MONEY),
    kind("float", Asks::Order, "?", HALVES, ASKED_HALVES),
    kind("double", Asks::Order, "?", HALVES, ASKED_HALVES),
    kind("varchar(9) CHARACTER SET utf8mb3", Asks::Text, "?", TEXTS, ASKED_TEXTS),
    kind("varchar(9) CHARACTER SET latin1", Asks::Text, "?", TEXTS, ASKED_TEXTS),
    kind("varchar(9) COLLATE utf8mb4_unicode_ci", Asks::Text, "?", TEXTS, ASKED_TEXTS),
    kind("varchar(9) COLLATE utf8mb4_bin", Asks::Text, "?", TEXTS, ASKED_TEXTS),
    kind("varchar(9) COLLATE utf8mb4_nopad_bin", Asks::Text, "?", TEXTS, ASKED_TEXTS),
    kind(
        "enum('week end', 'day', 'NULL')",
        Asks::Same,
        "CAST(? AS CHAR) COLLATE utf8mb4_bin",
        &["'day'", "'NULL'", "'week end'", "''"],
        LABELS,
    ),
    kind(
        "date",
        Asks::Order,
        "?",
        &["'0000-00-00'", "'2024-00-15'", "'2024-02-29'", "'9999-12-31'"],
        &[("0000-00-00", "'0000-00-00'"), ("2024-02-29", "'2024-02-29'"), ("2024-00-15", "'2024-00-15'")],
    ),
    kind("datetime(6)", Asks::Order, "?", MOMENTS, ASKED_MOMENTS),
    kind("timestamp(6) NULL", Asks::Order, "?", &MOMENTS_SINCE_1970, ASKED_MOMENTS),
];

/// MySQL's `timestamp` begins in 1970.
const MOMENTS_SINCE_1970: [&str; 4] = [
    "'2024-02-29 00:00:00'",
    "'2024-02-29 12:00:00'",
    "'2024-02-29 12:00:00.000001'",
    "'2024-03-01 00:00:00'",
];

const MIXED: &[&str] = &["5", "'5'", "7.5", "'abc'", "''", "-1", "'-1'", "10", "'10'", "9007199254740993"];
const ASKED_MIXED: &[(&str, &str)] =
    &[("5", "5"), ("7.5", "7.5"), ("-1", "-1"), ("9007199254740993", "9007199254740993")];
const SPELLINGS: &[&str] = &[
    "'2024-05-01T08:00:00Z'",
    "'2024-05-01 08:00:00'",
    "'2024-05-01 08:00:00.000000'",
    "'2024-05-01 20:00:00'",
    "'2024-05-01T22:00:00+02:00'",
    "1714550400",
    "1714593600.0",
    "'2024-05-01'",
    "'2024-05-01 08:00'",
    "'2024-05-01 08:00:00.500'",
    "2460431.5",
    "'2024-05-02 00:30:00+05:00'",
];
const ASKED_SPELLINGS: &[(&str, &str)] = &[
    ("2024-05-01 08:00", "'2024-05-01 08:00'"),
    ("2024-05-01T12:00:00", "'2024-05-01 12:00'"),
    ("2024-05-01 20:00:00", "'2024-05-01 20:00'"),
    ("2024-05-01 08:00:00.5", "'2024-05-01 08:00:00.5'"),
];
/// Milliseconds since noon of a day long ago, by SQLite's own functions.
const BY_SQLITE: &str = "CAST(round(julianday(?, 'auto') * 86400000) AS INTEGER)";

const SQLITE: &[Kind] = &[
    kind("INTEGER", Asks::Order, "?", BIG, ASKED_BIG),
    kind("BOOLEAN", Asks::Same, "?", &["0", "1"], &[("true", "1"), ("false", "0")]),
    kind("REAL", Asks::Order, "?", HALVES, ASKED_HALVES),
    kind("DECIMAL(10,2)", Asks::Order, "?", MONEY, ASKED_MONEY),
    kind("TEXT", Asks::Text, "?", TEXTS, ASKED_TEXTS),
    kind("TEXT COLLATE NOCASE", Asks::Text, "?", TEXTS, ASKED_TEXTS),
    kind("", Asks::Untyped, "?", MIXED, ASKED_MIXED),
    kind("DATETIME", Asks::Order, BY_SQLITE, SPELLINGS, ASKED_SPELLINGS),
    kind("TIMESTAMP", Asks::Order, BY_SQLITE, SPELLINGS, ASKED_SPELLINGS),
    kind(
        "DATE",
        Asks::Order,
        "date(?, 'auto')",
        SPELLINGS,
        &[("2024-05-01", "'2024-05-01'"), ("2024-04-30", "'2024-04-30'")],
    ),
    kind(
        "TIME",
        Asks::Order,
        "strftime('%H:%M:%f', ?)",
        &["'08:00'", "'08:00:00'", "'08:00:00.5'", "'23:59:59.999'"],
        &[("08:00", "'08:00'"), ("12:00", "'12:00'")],
    ),
];

const ROWS: usize = 24;

#[tokio::test(flavor = "multi_thread")]
async fn filters_and_pages_over_generated_columns_are_what_the_database_itself_says() {
    let seeds = match seed() {
        Some(seed) => seed..seed + 1,
        None => 0..(cases(240) as u64),
    };
    let mut asked = 0;
    for (kind, kinds) in
        [(SourceKind::Postgres, POSTGRES), (SourceKind::Mysql, MYSQL), (SourceKind::Sqlite, SQLITE)]
    {
        // All columns of a seed are tables of one database, which takes longest to make.
        let columns: Vec<_> = seeds.clone().map(|seed| Column::random(seed, kinds)).collect();
        let script: String = columns.iter().map(|column| column.script(kind)).collect();
        let source = Source::new(kind, &format!("{}{script}", preamble(kind))).await;
        for column in &columns {
            asked += column.judge(&source).await;
        }
    }
    eprintln!(
        "{asked} requests to generated columns (seeds {seeds:?}), each answered as the database itself says"
    );
}

fn preamble(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Postgres => {
            "CREATE TYPE time_unit AS ENUM ('week end', 'day', 'NULL'); CREATE DOMAIN short AS varchar(3);
             CREATE TYPE public.\"time\" AS ENUM ('week end', 'day', 'NULL'); CREATE DOMAIN unit AS time_unit;
             SET timezone = 'UTC';"
        }
        SourceKind::Mysql => {
            "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'; SET SESSION time_zone = '+00:00';"
        }
        SourceKind::Sqlite => "",
    }
}

/// A table with a key and one column that is tried.
struct Column {
    seed: u64,
    kind: &'static Kind,
    values: Vec<Option<&'static str>>,
    /// A filter, and the condition of SQL that says the same.
    questions: Vec<(String, String)>,
    indexed: bool,
    page: u64,
}

impl Column {
    fn random(seed: u64, kinds: &'static [Kind]) -> Self {
        let mut dice = Dice::new(seed);
        // Each type in turn, so that none is left to chance.
        let kind = &kinds[usize::try_from(seed).unwrap() % kinds.len()];
        let values = (0..ROWS).map(|_| (!dice.one_in(6)).then(|| dice.pick(kind.stored))).collect();
        let questions = (0..10).map(|_| question(&mut dice, kind)).collect();
        Self { seed, kind, values, questions, indexed: dice.one_in(2), page: 1 + dice.below(7) as u64 }
    }

    fn table(&self) -> String {
        format!("t{}", self.seed)
    }

    fn script(&self, kind: SourceKind) -> String {
        let (table, declared) = (self.table(), self.kind.declared);
        let mut script = format!("CREATE TABLE {table} (id INTEGER NOT NULL PRIMARY KEY, c {declared});");
        for (id, value) in self.values.iter().enumerate() {
            // A bit is given as a number, and an enum takes what is not in its list.
            let verb = if kind == SourceKind::Mysql { "INSERT IGNORE" } else { "INSERT" };
            script.push_str(&format!("{verb} INTO {table} VALUES ({id}, {});", value.unwrap_or("NULL")));
        }
        if self.indexed {
            script.push_str(&format!("CREATE INDEX {table}_by_c ON {table} (c);"));
        }
        script
    }

    /// How many requests were answered, all of them as the database says.
    async fn judge(&self, source: &Source) -> usize {
        let table = self.table();
        let told = |what: &str| {
            format!("{} `{}` with ROWPORT_SEED={}: {what}", source.kind, self.kind.declared, self.seed)
        };
        for (filter, condition) in &self.questions {
            let expected = ids(source, &format!("SELECT id FROM {table} WHERE {condition} ORDER BY id"));
            let found = source.rows(&table, &view("id", filter, "id")).await.concat();
            assert_eq!(found, expected, "{}", told(&format!("{filter} / {condition}")));
            let count = source.count(&table, &view("", filter, ""), None).await;
            assert_eq!(count, expected.len() as u64, "{}", told(&format!("count of {filter}")));
        }
        for (sort, direction) in [("c", ""), ("-c", "DESC")] {
            let form = self.kind.form.replace('?', "c");
            let order = format!("SELECT id FROM {table} ORDER BY c IS NULL, {form} {direction}, id");
            let paged = self.pages(source, sort).await;
            assert_eq!(
                paged,
                ids(source, &order),
                "{}",
                told(&format!("by {sort} in pages of {}", self.page))
            );
        }
        self.questions.len() * 2 + 2
    }

    /// The ids of all pages, to the last row.
    async fn pages(&self, source: &Source, sort: &str) -> Vec<String> {
        let (table, view) = (self.table(), view("id", "", sort));
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let (rows, next) = source.page(&table, &view, cursor.as_deref(), self.page).await;
            let last = (rows.len() as u64) < self.page;
            found.extend(rows.concat());
            if last || found.len() > ROWS {
                return found;
            }
            cursor = next;
        }
    }
}

fn ids(source: &Source, sql: &str) -> Vec<String> {
    let text = |row: rowport_testkit::Row| String::from_utf8(row[0].clone().unwrap()).unwrap();
    source.database.rows(sql).into_iter().map(text).collect()
}

/// A random filter over `c`, and what it means in SQL.
fn question(dice: &mut Dice, kind: &Kind) -> (String, String) {
    let ((asked, literal), (upper, upper_literal)) = (dice.pick(kind.asked), dice.pick(kind.asked));
    let quoted = |text: &str| format!("\"{text}\"");
    let same = |literal: &str| compared(kind, "=", literal);
    let choices = match kind.asks {
        Asks::Same => 6,
        Asks::Order | Asks::Text | Asks::Untyped => 11,
    };
    let (filter, condition) = match dice.below(choices) {
        0 => (format!("c = {}", quoted(asked)), same(literal)),
        1 => (format!("c != {}", quoted(asked)), format!("({}) IS NOT TRUE", same(literal))),
        2 => (
            format!("c in ({}, {})", quoted(asked), quoted(upper)),
            format!("({}) OR ({})", same(literal), same(upper_literal)),
        ),
        3 => (
            format!("c not in ({}, {})", quoted(asked), quoted(upper)),
            format!("(({}) OR ({})) IS NOT TRUE", same(literal), same(upper_literal)),
        ),
        4 => ("c is null".to_owned(), "c IS NULL".to_owned()),
        5 => match kind.asks {
            Asks::Text | Asks::Untyped => ("c is empty".to_owned(), "c IS NULL OR c = ''".to_owned()),
            Asks::Same | Asks::Order => ("c is not null".to_owned(), "c IS NOT NULL".to_owned()),
        },
        6 => (
            format!("c between {} and {}", quoted(asked), quoted(upper)),
            format!("({}) AND ({})", compared(kind, ">=", literal), compared(kind, "<=", upper_literal)),
        ),
        number => {
            let sign = ["<", "<=", ">", ">="][number - 7];
            (format!("c {sign} {}", quoted(asked)), compared(kind, sign, literal))
        }
    };
    (filter, condition)
}

/// A comparison in SQL as a person would write it.
fn compared(kind: &Kind, sign: &str, literal: &str) -> String {
    if kind.asks == Asks::Untyped {
        return format!(
            "(typeof(c) <> 'text' AND c {sign} {literal}) OR (typeof(c) = 'text' AND c {sign} '{literal}')"
        );
    }
    let both = |of: &str| kind.form.replace('?', of);
    match kind.form.contains("julianday")
        || kind.form.starts_with("strftime")
        || kind.form.starts_with("date(")
    {
        true => format!("{} {sign} {}", both("c"), both(literal)),
        false => format!("{} {sign} {literal}", both("c")),
    }
}
