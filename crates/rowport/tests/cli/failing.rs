//! Exports that cannot end well: what they say, and that nothing of them stays behind.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rowport_model::SourceKind;
use rowport_testkit::{Database, Mysql, PATIENCE, Postgres, Sqlite, chinook, within};

use crate::binary::{Answer, finished, left_in, program, rowport, signal, wait};
use crate::disks::{LyingDisk, SmallDisk};

/// A database with a view that goes on for minutes, two kilobytes a row.
fn endless(kind: SourceKind) -> Database {
    let database = Database::create(kind);
    database.execute(match kind {
        SourceKind::Postgres => {
            "CREATE VIEW endless AS SELECT n AS id, repeat('x', 2000) AS t, pg_sleep(0.0005)::text AS s
             FROM generate_series(1, 1000000) AS g(n)"
        }
        SourceKind::Mysql => {
            "CREATE VIEW endless AS SELECT seq AS id, REPEAT('x', 2000) AS t, SLEEP(0.0005) AS s FROM seq_1_to_1000000"
        }
        SourceKind::Sqlite => {
            "CREATE VIEW endless AS WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 100000000)
             SELECT n AS id, printf('%02000d', n) AS t FROM s"
        }
    });
    database
}

fn begin(database: &Database, output: &Path) -> Child {
    let mut command = rowport();
    command.args([
        "export",
        "--source",
        database.url(),
        "--dataset",
        "endless",
        "--format",
        "csv",
        "--output",
    ]);
    command.arg(output).spawn().unwrap()
}

/// Waits until the unfinished file has begun to grow. Its name says that it is unfinished.
fn until_in_the_middle(child: &mut Child, folder: &Path) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let growing = left_in(folder).into_iter().any(|name| {
            name.ends_with(".part") && folder.join(name).metadata().is_ok_and(|file| file.len() >= 1 << 20)
        });
        if growing {
            return;
        }
        assert_eq!(child.try_wait().unwrap(), None, "the export ended too early");
        assert!(Instant::now() < deadline, "the export never began");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs an export over a file of an earlier one, interferes with it, and sees that only the earlier one is there.
fn interfered(database: &Database, interfere: impl FnOnce(&Child)) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.csv");
    std::fs::write(&output, "the file of yesterday").unwrap();
    let mut child = begin(database, &output);
    until_in_the_middle(&mut child, folder.path());
    interfere(&child);
    let answer = wait(child);
    assert_eq!(left_in(folder.path()), ["out.csv"], "{answer:?}");
    assert_eq!(std::fs::read_to_string(&output).unwrap(), "the file of yesterday");
    answer
}

#[test]
fn a_killed_connection_to_postgresql_leaves_nothing() {
    let database = endless(SourceKind::Postgres);
    let answer = interfered(&database, |_| {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        assert!(!database.rows(sql).is_empty());
    });
    assert_eq!(answer.code, Some(3), "{answer:?}");
    assert!(answer.stderr.starts_with("error: the connection to the database was lost: "), "{answer:?}");
    assert!(answer.stderr.contains("hint: the file was not finished"), "{answer:?}");
}

#[test]
fn a_killed_connection_to_mariadb_leaves_nothing() {
    let database = endless(SourceKind::Mysql);
    let answer = interfered(&database, |_| {
        let sql =
            "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()";
        let connections = database.rows(sql);
        assert!(!connections.is_empty());
        for row in connections {
            database.execute(&format!("KILL {}", String::from_utf8(row[0].clone().unwrap()).unwrap()));
        }
    });
    assert_eq!(answer.code, Some(3), "{answer:?}");
    assert!(answer.stderr.starts_with("error: the connection to the database was lost: "), "{answer:?}");
    assert!(answer.stderr.contains("hint: the file was not finished"), "{answer:?}");
}

#[test]
fn a_signal_ends_an_export_without_a_trace() {
    for kind in [SourceKind::Postgres, SourceKind::Mysql, SourceKind::Sqlite] {
        let database = endless(kind);
        for name in ["INT", "TERM", "HUP"] {
            let answer = interfered(&database, |child| signal(child, name));
            assert_eq!((answer.code, answer.stderr.as_str()), (Some(130), ""), "{kind}, {name}");
        }
    }
}

#[test]
fn the_database_is_left_alone_when_an_export_is_interrupted() {
    let database = endless(SourceKind::Postgres);
    interfered(&database, |child| signal(child, "INT"));
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let deadline = Instant::now() + PATIENCE;
    while database.text(others) != "0" {
        assert!(Instant::now() < deadline, "the statement goes on in the database");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A file may not grow beyond a limit: what a quota or `ulimit -f` does.
#[test]
fn a_file_that_may_not_grow_leaves_nothing() {
    let database = endless(SourceKind::Sqlite);
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.csv");
    std::fs::write(&output, "the file of yesterday").unwrap();
    let child = Command::new("prlimit")
        .args(["--fsize=3000000", &program(), "export", "--source", database.url()])
        .args(["--dataset", "endless", "--output"])
        .arg(&output)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let answer = wait(child);
    assert_eq!(answer.code, Some(5), "{answer:?}");
    assert!(answer.stderr.contains("out.csv cannot be written: File too large"), "{answer:?}");
    assert_eq!(left_in(folder.path()), ["out.csv"]);
    assert_eq!(std::fs::read_to_string(&output).unwrap(), "the file of yesterday");
}

#[test]
fn a_full_disk_leaves_nothing() {
    let database = endless(SourceKind::Sqlite);
    // Only root may mount; everybody has a device that is always full, which shows the same error on a pipe.
    let folder = tempfile::tempdir().unwrap();
    if let Some(_disk) = SmallDisk::mount(folder.path(), "2m") {
        let output = folder.path().join("out.csv");
        std::fs::write(&output, "the file of yesterday").unwrap();
        let answer = wait(begin(&database, &output));
        assert_eq!(answer.code, Some(5), "{answer:?}");
        assert!(answer.stderr.contains("out.csv cannot be written: No space left on device"), "{answer:?}");
        assert!(answer.stderr.contains("hint: free some space"), "{answer:?}");
        assert_eq!(left_in(folder.path()), ["out.csv"]);
        assert_eq!(std::fs::read_to_string(&output).unwrap(), "the file of yesterday");
    }
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let arguments = ["export", "--source", database.url(), "--dataset", "endless"];
    let answer = wait(rowport().args(arguments).stdout(full).spawn().unwrap());
    assert_eq!(answer.code, Some(5), "{answer:?}");
    assert!(answer.stderr.contains("cannot be written: No space left on device"), "{answer:?}");
}

/// What the system took and the disk did not: only making the file durable tells it.
#[test]
fn a_disk_that_loses_what_it_took_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_disk) = LyingDisk::mount(folder.path()) else { return };
    let place = folder.path().join("place");
    std::fs::create_dir(&place).unwrap();
    let output = place.join("out.csv");
    std::fs::write(&output, "the file of yesterday").unwrap();
    let database = endless(SourceKind::Sqlite);
    // Once with a file that is made durable in one go, and once with one that is handed to the disk meanwhile.
    for rows in ["7000", "14000"] {
        let mut command = rowport();
        command.args(["export", "--source", database.url(), "--dataset", "endless", "--limit", rows]);
        let answer = wait(command.arg("--output").arg(&output).spawn().unwrap());
        assert_eq!(answer.code, Some(5), "{answer:?}");
        assert!(answer.stderr.contains("out.csv cannot be written: "), "{answer:?}");
        assert_eq!(left_in(&place), ["out.csv"]);
        assert_eq!(std::fs::read_to_string(&output).unwrap(), "the file of yesterday");
    }
}

#[test]
fn a_name_that_cannot_be_given_any_more_leaves_nothing() {
    let database = endless(SourceKind::Sqlite);
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.csv");
    let mut command = rowport();
    command.args(["export", "--source", database.url(), "--dataset", "endless", "--limit", "50000"]);
    let mut child = command.arg("--output").arg(&output).spawn().unwrap();
    until_in_the_middle(&mut child, folder.path());
    // Somebody makes a folder of that name meanwhile.
    std::fs::create_dir(&output).unwrap();
    let answer = wait(child);
    assert_eq!(answer.code, Some(5), "{answer:?}");
    assert!(answer.stderr.contains("out.csv cannot be written: Is a directory"), "{answer:?}");
    assert_eq!(left_in(folder.path()), ["out.csv"]);
    assert!(left_in(&output).is_empty());
}

#[test]
fn a_manifest_that_cannot_be_written_is_an_error_of_its_own() {
    let database = chinook::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let answer = finished(
        rowport()
            .args(["export", "--source", database.url(), "--dataset", "Genre", "--output"])
            .arg(folder.path().join("out.csv"))
            .args(["--manifest", "/nowhere/at/all"])
            .output()
            .unwrap(),
    );
    assert_eq!(answer.code, Some(5), "{answer:?}");
    assert!(answer.stderr.contains("/nowhere/at/all cannot be written"), "{answer:?}");
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_export_quickly_and_quietly() {
    for kind in [SourceKind::Postgres, SourceKind::Mysql, SourceKind::Sqlite] {
        let database = endless(kind);
        // What is the same in every row packs so well that a workbook of a slow view is quiet for seconds.
        let formats =
            if kind == SourceKind::Sqlite { &["csv", "ndjson", "xlsx"][..] } else { &["csv", "ndjson"] };
        for format in formats {
            let mut command = rowport();
            command.args(["export", "--source", database.url(), "--dataset", "endless", "--format", *format]);
            let mut child = command.spawn().unwrap();
            let mut first = Vec::new();
            BufReader::new(child.stdout.take().unwrap()).read_until(b'\n', &mut first).unwrap();
            assert!(!first.is_empty());
            let left = Instant::now();
            let answer = wait(child);
            assert_eq!((answer.code, answer.stderr.as_str()), (Some(141), ""), "{kind} {format}");
            assert!(left.elapsed() < within(Duration::from_secs(3)), "{kind} {format}: {:?}", left.elapsed());
        }
    }
    // As people do it: the pipe's end is what counts, and nothing is said.
    let database = endless(SourceKind::Sqlite);
    let shell = Command::new("sh")
        .args(["-c", "\"$0\" export --source \"$1\" --dataset endless | head -1", &program(), database.url()])
        .output();
    let answer = finished(shell.unwrap());
    assert_eq!((answer.code, &answer.stdout[..], answer.stderr.as_str()), (Some(0), &b"id,t\n"[..], ""));
}

#[test]
fn an_output_that_cannot_be_is_refused() {
    let database = chinook::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let (file, inner) = (folder.path().join("a file"), folder.path().join("a folder.csv"));
    std::fs::write(&file, "").unwrap();
    std::fs::create_dir(&inner).unwrap();
    let to = |output: &Path| {
        let arguments = ["export", "--source", database.url(), "--dataset", "Genre", "--output"];
        finished(rowport().args(arguments).arg(output).output().unwrap())
    };
    for (output, why) in [
        (inner, "Is a directory"),
        (folder.path().join("no/such/folder.csv"), "No such file or directory"),
        (file.join("out.csv"), "Not a directory"),
    ] {
        let answer = to(&output);
        assert_eq!(answer.code, Some(5), "{answer:?}");
        let expected = format!("error: {} cannot be written: ", output.display());
        assert!(
            answer.stderr.starts_with(&expected)
                && answer.stderr.to_lowercase().contains(&why.to_lowercase()),
            "{answer:?}"
        );
    }
    // Root may write everywhere but in the kernel's own tree.
    let answer = to(Path::new("/sys/rowport.csv"));
    assert_eq!(answer.code, Some(5), "{answer:?}");
    assert!(answer.stderr.starts_with("error: /sys/rowport.csv cannot be written: "), "{answer:?}");
    assert_eq!(left_in(folder.path()), ["a file", "a folder.csv"]);
}

#[test]
fn a_vanished_table_is_an_error_of_the_dataset() {
    for database in [Postgres::create(), Mysql::create(), Sqlite::create()] {
        database.execute(
            "CREATE TABLE base (id int PRIMARY KEY, a int); CREATE TABLE other (id int PRIMARY KEY)",
        );
        if database.kind() != SourceKind::Postgres {
            // A view whose table has gone; PostgreSQL does not let that happen.
            database.execute("CREATE VIEW broken AS SELECT id, a FROM base");
            database.execute("DROP TABLE base");
            let arguments = ["export", "--source", database.url(), "--dataset", "broken"];
            let answer = finished(rowport().args(arguments).output().unwrap());
            assert!(matches!(answer.code, Some(3 | 4)), "{answer:?}");
            assert!(answer.stderr.contains("error: ") && !answer.stderr.contains('\u{1b}'), "{answer:?}");
        }
        // The rest of the source can still be read.
        let arguments = ["export", "--source", database.url(), "--dataset", "other"];
        let answer = finished(rowport().args(arguments).output().unwrap());
        assert_eq!((answer.code, &answer.stdout[..]), (Some(0), &b"id\n"[..]), "{answer:?}");
    }
}

#[test]
fn nohup_keeps_an_export_going() {
    let database = endless(SourceKind::Sqlite);
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.csv");
    let shell = "trap '' HUP; exec \"$0\" export --source \"$1\" --dataset endless --output \"$2\"";
    let mut command = Command::new("sh");
    command.args(["-c", shell, &program(), database.url()]).arg(&output);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until_in_the_middle(&mut child, folder.path());
    signal(&child, "HUP");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(child.try_wait().unwrap(), None, "a signal that was to be ignored ended the export");
    signal(&child, "TERM");
    assert_eq!(wait(child).code, Some(130));
}

#[test]
fn a_device_is_written_to_and_never_replaced() {
    use std::os::unix::fs::FileTypeExt;
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let database = chinook::sqlite();
    let (output, source) = (pipe.clone(), database.url().to_owned());
    let export = std::thread::spawn(move || {
        let arguments = ["export", "--source", &source, "--dataset", "Genre", "--format", "csv", "--output"];
        rowport().args(arguments).arg(output).status().unwrap()
    });
    let written = std::fs::read_to_string(&pipe).unwrap();
    assert!(export.join().unwrap().success());
    assert!(written.starts_with("GenreId,Name\n1,Rock\n"), "{written}");
    assert!(std::fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo(), "the pipe is still there");
    assert_eq!(left_in(folder.path()), ["pipe"]);
}

#[test]
fn a_link_stays_a_link_and_its_target_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("target.csv"), folder.path().join("link.csv"));
    std::fs::write(&target, "before").unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let database = chinook::sqlite();
    let arguments = ["export", "--source", database.url(), "--dataset", "Genre", "--output"];
    assert!(rowport().args(arguments).arg(&link).status().unwrap().success());
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(std::fs::read_to_string(&target).unwrap().starts_with("GenreId,Name\n"));
}
