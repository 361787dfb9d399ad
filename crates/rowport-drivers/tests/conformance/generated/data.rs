//! Random tables: items, which refer to parents, which refer to grandparents.

use rowport_model::{Column, ColumnType, ComputedColumn, Dataset, Expression, IntegerWidth, SourceKind};

/// Chance from a seed (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5eed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    /// Below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    pub fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn maybe<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        if self.one_in(5) { None } else { Some(self.pick(from)) }
    }
}

#[derive(Debug, Clone)]
pub struct Item {
    pub id: i64,
    pub i: Option<i64>,
    pub big: Option<i64>,
    /// In hundredths.
    pub d: Option<i64>,
    pub f: Option<f64>,
    pub b: Option<bool>,
    pub s: Option<&'static str>,
    pub day: Option<&'static str>,
    pub at: Option<&'static str>,
    pub u: Option<&'static str>,
    pub x: Option<&'static [u8]>,
    pub parent_id: Option<i64>,
}

#[derive(Debug, Clone)]
pub struct Parent {
    pub id: i64,
    pub name: Option<&'static str>,
    pub size: Option<i64>,
    pub grand_id: Option<i64>,
}

#[derive(Debug)]
pub struct Table {
    pub items: Vec<Item>,
    pub parents: Vec<Parent>,
    /// Titles by id, from 1.
    pub grands: Vec<Option<&'static str>>,
}

pub const INTEGERS: &[i64] = &[-7, -1, 0, 1, 2, 3, 10, 42, 2_147_483_647, -2_147_483_648];
pub const BIGS: &[i64] =
    &[-4_611_686_018_427_387_904, -1, 0, 5, 9_007_199_254_740_993, 9_007_199_254_740_992];
pub const HUNDREDTHS: &[i64] = &[-99_999_999, -125, -1, 0, 1, 10, 120, 125, 150, 99_999_999];
pub const FLOATS: &[f64] = &[-1e100, -0.5, 0.0, 0.1, 0.2, 0.300_000_000_000_000_04, 3.0, 1e100];
pub const TEXTS: &[&str] = &[
    "",
    " ",
    "a",
    "A",
    "ab",
    "Ab",
    "a ",
    "b",
    "ä",
    "Ä",
    "жук",
    "ЖУК",
    "50%",
    "a_b",
    "a!b",
    "it's",
    "\"q\"",
    "back\\slash",
    "日本",
    "😀",
    "NULL",
    "42",
    "line\nend",
];
pub const DAYS: &[&str] =
    &["0001-01-01", "1999-12-31", "2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02", "9999-12-30"];
pub const MOMENTS: &[&str] = &[
    "1999-12-31 23:59:59.999999",
    "2024-02-29 00:00:00",
    "2024-02-29 12:00:00",
    "2024-03-01 00:00:00",
    "2024-03-01 11:59:59.5",
    "2024-03-01 12:00:00",
    "2024-03-02 00:00:00.000001",
];
pub const UUIDS: &[&str] = &[
    "00000000-0000-0000-0000-000000000000",
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
];
const BYTES: &[&[u8]] = &[b"", b"\0", b"\0\x01", b"a", b"\xff", b"\xff\xfe"];

impl Table {
    pub fn random(dice: &mut Dice) -> Self {
        let grands: Vec<_> = (0..3).map(|_| dice.maybe(TEXTS)).collect();
        let ids = |count: usize| (1..=i64::try_from(count).unwrap()).collect::<Vec<_>>();
        let parents: Vec<_> = (1..=5)
            .map(|id| Parent {
                id,
                name: dice.maybe(TEXTS),
                size: dice.maybe(INTEGERS),
                grand_id: dice.maybe(&ids(grands.len())),
            })
            .collect();
        let items = (1..=40)
            .map(|id| Item {
                // Not in the order in which they are stored.
                id: id * 7 % 41,
                i: dice.maybe(INTEGERS),
                big: dice.maybe(BIGS),
                d: dice.maybe(HUNDREDTHS),
                f: dice.maybe(FLOATS),
                b: dice.maybe(&[true, false]),
                s: dice.maybe(TEXTS),
                day: dice.maybe(DAYS),
                at: dice.maybe(MOMENTS),
                u: dice.maybe(UUIDS),
                x: dice.maybe(BYTES),
                parent_id: dice.maybe(&ids(parents.len())),
            })
            .collect();
        Self { items, parents, grands }
    }
}

/// Texts compare byte by byte in all three, and no database pads them.
pub fn script(kind: SourceKind, table: &Table) -> String {
    let (text, decimal, moment, uuid, bytes) = match kind {
        SourceKind::Postgres => ("text COLLATE \"C\"", "decimal(14,2)", "timestamp", "uuid", "bytea"),
        SourceKind::Mysql => {
            ("varchar(40) COLLATE utf8mb4_nopad_bin", "decimal(14,2)", "datetime(6)", "uuid", "varbinary(10)")
        }
        SourceKind::Sqlite => ("TEXT", "DECIMAL(14,2)", "DATETIME", "UUID", "BLOB"),
    };
    let mut script = format!(
        "CREATE TABLE grand (id integer NOT NULL PRIMARY KEY, title {text});
         CREATE TABLE parent (id integer NOT NULL PRIMARY KEY, name {text}, size integer, grand_id integer,
             FOREIGN KEY (grand_id) REFERENCES grand (id));
         CREATE TABLE item (id integer NOT NULL PRIMARY KEY, i integer, big bigint, d {decimal}, f double precision,
             b boolean, s {text}, day date, at {moment}, u {uuid}, x {bytes}, parent_id integer,
             FOREIGN KEY (parent_id) REFERENCES parent (id));"
    );
    let text = |text: Option<&str>| text.map_or("NULL".to_owned(), |text| literal(kind, text));
    let plain = |text: Option<String>| text.unwrap_or_else(|| "NULL".to_owned());
    for (index, title) in table.grands.iter().enumerate() {
        script.push_str(&format!("INSERT INTO grand VALUES ({}, {});", index + 1, text(*title)));
    }
    for parent in &table.parents {
        script.push_str(&format!(
            "INSERT INTO parent VALUES ({}, {}, {}, {});",
            parent.id,
            text(parent.name),
            plain(parent.size.map(|size| size.to_string())),
            plain(parent.grand_id.map(|id| id.to_string())),
        ));
    }
    for item in &table.items {
        let values = [
            item.id.to_string(),
            plain(item.i.map(|i| i.to_string())),
            plain(item.big.map(|big| big.to_string())),
            plain(item.d.map(hundredths)),
            plain(item.f.map(|f| format!("{f:e}"))),
            plain(item.b.map(|b| b.to_string())),
            text(item.s),
            text(item.day),
            text(item.at),
            text(item.u),
            plain(item.x.map(|x| bytes_literal(kind, x))),
            plain(item.parent_id.map(|id| id.to_string())),
        ];
        script.push_str(&format!("INSERT INTO item VALUES ({});", values.join(", ")));
    }
    script
}

pub fn hundredths(value: i64) -> String {
    format!("{}{}.{:02}", if value < 0 { "-" } else { "" }, value.abs() / 100, value.abs() % 100)
}

fn literal(kind: SourceKind, text: &str) -> String {
    let text = text.replace('\'', "''");
    match kind {
        SourceKind::Mysql => format!("'{}'", text.replace('\\', "\\\\")),
        _ => format!("'{text}'"),
    }
}

fn bytes_literal(kind: SourceKind, bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    match kind {
        SourceKind::Postgres => format!("'\\x{digits}'"),
        _ => format!("x'{digits}'"),
    }
}

/// The computed columns, of which `interpreter` has its own idea.
pub fn add_computed(dataset: &mut Dataset) {
    let integer = ColumnType::Integer { width: IntegerWidth::I64 };
    let float = ColumnType::Float { bits: 64 };
    let decimal = ColumnType::Decimal { precision: None, scale: None };
    for (name, expression, column_type) in [
        ("twice", "i * 2 - parent_id", integer),
        ("share", "i / f", float),
        ("gross", "d * 2 + 1", decimal),
        ("label", "s || '-' || parent_id.name || i", ColumnType::Text),
    ] {
        dataset.columns.push(Column {
            name: name.to_owned(),
            label: name.to_owned(),
            column_type,
            native_type: String::new(),
            compared_as: String::new(),
            nullable: true,
            default: None,
            currency: None,
            computed: true,
            generated: false,
            masked: false,
        });
        let expression = Expression::parse(expression).unwrap();
        dataset.computed.push(ComputedColumn { name: name.to_owned(), expression });
    }
}
