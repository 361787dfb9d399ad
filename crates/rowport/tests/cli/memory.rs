//! An export needs the memory of a few batches, however many rows it has.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rowport_testkit::{Database, Sqlite};

use crate::binary::{FORMATS, program, run, soak};
use crate::runs::served::{Site, State, exchange};

/// Bookkeeping rows.
fn books(rows: u64) -> Database {
    let database = Sqlite::create();
    database.execute(&format!(
        "CREATE TABLE numbers (n INTEGER PRIMARY KEY, item TEXT, sold DATETIME, price REAL, note TEXT);
         INSERT INTO numbers WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows})
             SELECT n, 'item ' || n % 977, datetime(1700000000 + n, 'unixepoch'), n * 0.01,
                 CASE n % 3 WHEN 0 THEN NULL ELSE 'a note, \"quoted\" ' || n END FROM s;"
    ));
    database
}

/// What an export peaks at.
fn peak(program: &Path, database: &Database, format: &str) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(program);
    command.args([
        "export",
        "--source",
        database.url(),
        "--dataset",
        "numbers",
        "--format",
        format,
        "--output",
    ]);
    peak_of(command.arg(folder.path().join("out")))
}

/// What an archive about somebody whom every row knows peaks at.
fn peak_of_archive(program: &Path, database: &Database, format: &str) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "[subjects.person]\n[sources.db]\nurl = \"{}\"\n[sources.db.datasets.numbers]\nsubjects.person = [\"who\"]\n",
        database.url()
    );
    std::fs::write(folder.path().join("rowport.toml"), config).unwrap();
    let mut command = Command::new(program);
    command.args(["subject-export", "--subject", "person", "--value", "all", "--format", format]);
    peak_of(command.args(["-o", "out"]).current_dir(folder.path()))
}

/// The peak of the resident size in KiB, asked again and again while the process runs: it only ever grows.
fn peak_of(command: &mut Command) -> u64 {
    let mut child = command.stdin(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        if let Some(now) = line.and_then(|line| line.trim().strip_suffix(" kB")) {
            peak = now.trim().parse().unwrap();
        }
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success());
            assert!(peak > 1_000, "nothing was measured");
            return peak;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn ten_times_the_rows_need_no_more_memory() {
    let program = program();
    let program = Path::new(&program);
    let (few, many) = (books(30_000), books(300_000));
    let mut grown = Vec::new();
    for format in FORMATS {
        // A row group of Parquet is held until it is whole, so that both have to fill one.
        let (small, large) = match format {
            "parquet" => (peak(program, &many, format), peak(program, &books(600_000), format)),
            _ => (peak(program, &few, format), peak(program, &many, format)),
        };
        eprintln!("{format}: {small} KiB, then {large} KiB");
        if large > small + small / 10 + 1_024 {
            grown.push(format!("{format}: {small} KiB, then {large} KiB"));
        }
    }
    assert!(grown.is_empty(), "{grown:?}");
}

#[test]
fn an_archive_needs_no_more_memory_for_five_times_the_rows() {
    let program = program();
    let program = Path::new(&program);
    // Both fill what the deflating threads have in their hands.
    let (few, many) = (books(100_000), books(500_000));
    for database in [&few, &many] {
        database.execute("ALTER TABLE numbers ADD COLUMN who TEXT DEFAULT 'all'");
    }
    for format in ["ndjson", "csv"] {
        let (small, large) =
            (peak_of_archive(program, &few, format), peak_of_archive(program, &many, format));
        eprintln!("archive of {format}: {small} KiB, then {large} KiB");
        assert!(large <= small + small / 10 + 1_024, "{format}: {small} KiB, then {large} KiB");
    }
}

/// What the project promises for ten million rows, in KiB, of the release build.
const PROMISED: [(&str, u64); 5] =
    [("csv", 32 << 10), ("ndjson", 32 << 10), ("json", 32 << 10), ("xlsx", 48 << 10), ("parquet", 128 << 10)];

#[test]
fn ten_million_rows_stay_within_what_is_promised_in_the_soak() {
    if !soak() {
        return;
    }
    let debug = Path::new(env!("CARGO_BIN_EXE_rowport"));
    let release = debug.parent().and_then(Path::parent).unwrap().join("release/rowport");
    let program = std::env::var_os("ROWPORT_BINARY").map_or(release, PathBuf::from);
    let program = program.as_path();
    assert!(program.exists(), "make it first: cargo build --release -p rowport");
    let (million, ten_million) = (books(1_000_000), books(10_000_000));
    for (format, promised) in PROMISED {
        let (small, large) = (peak(program, &million, format), peak(program, &ten_million, format));
        eprintln!("{format}: {small} KiB for a million rows, {large} KiB for ten");
        assert!(large <= promised, "{format}: {large} KiB");
        assert!(large <= small + small / 10, "{format}: {small} KiB, then {large} KiB");
    }
}

/// What four selections of a million keys may come to together, in KiB.
const SELECTIONS: u64 = 256 << 10;

/// How long another person's request may take meanwhile, at the 99th percentile.
const MEANWHILE: Duration = Duration::from_millis(500);

#[test]
fn four_selections_of_a_million_keys_fit_into_256_mib() {
    let site = Site::new(State::Sqlite, 1_000, "30s");
    assert_eq!(run(&["prepare", "--source", site.source.url()]).code, Some(0));
    let served = site.serve();
    let last = if soak() { 3_000_000 } else { 2_999_999 };
    let mut keys: Vec<String> = (2_000_000..last).map(|key: u32| key.to_string()).collect();
    // All of them are read, and in the short suite none is looked for: the last one is none.
    keys.extend((!soak()).then(|| "\"x\"".to_owned()));
    let body = format!(
        "{{\"fields\":[{{\"column\":\"name\",\"to\":{{\"value\":\"x\"}}}}],\"selection\":{{\"keys\":[{}]}}}}",
        keys.join(",")
    );
    assert!(body.len() > 8_000_000);
    let address = served.address().to_string();
    let at_work = AtomicUsize::new(4);
    let mut waits = Vec::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let path = "/api/v1/sources/db/datasets/records/bulk/set/preview";
                let (head, answer) =
                    exchange(&address, "POST", path, &["Content-Type: application/json"], &body);
                let code = if soak() { "bad_change" } else { "bad_key" };
                at_work.fetch_sub(1, Ordering::SeqCst);
                assert!(head.contains(" 400 ") && answer.contains(code), "{head}{answer}");
            });
        }
        while at_work.load(Ordering::SeqCst) > 0 {
            let began = Instant::now();
            let (head, _) =
                exchange(&address, "GET", "/api/v1/sources/db/datasets/records/rows?limit=1", &[], "");
            assert!(head.contains(" 200 "), "{head}");
            waits.push(began.elapsed());
        }
    });
    let status = std::fs::read_to_string(format!("/proc/{}/status", served.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = line.trim().strip_suffix(" kB").unwrap().trim().parse().unwrap();
    waits.sort_unstable();
    let slow = waits[waits.len() * 99 / 100];
    eprintln!(
        "four selections of a million keys: {peak} KiB; {} pages meanwhile, 99 of 100 within {slow:?}",
        waits.len()
    );
    assert!(peak < SELECTIONS, "{peak} KiB");
    assert!(!soak() || slow < MEANWHILE, "{slow:?}");
}
