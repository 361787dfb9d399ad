//! The other commands.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;

use rowport_model::SourceKind;
use rowport_testkit::{Mysql, Postgres, Sqlite, chinook, wait_until};
use serde_json::Value;

use crate::binary::{Answer, finished, left_in, program, rowport, run, signal, wait};

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.stdout).unwrap()
}

#[test]
fn datasets_are_listed_for_people_and_for_programs() {
    let database = chinook::sqlite();
    database.execute("CREATE VIEW loud AS SELECT * FROM Track WHERE GenreId = 1");
    let answer = run(&["datasets", "--source", database.url()]);
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = text(&answer).lines().collect();
    assert_eq!(lines[0], "DATASET        KIND   COLUMNS   ROWS (EST.)  KEY");
    assert_eq!(lines.len(), 13);
    assert!(
        lines.contains(&"PlaylistTrack  table        2          8715  PlaylistId, TrackId"),
        "{lines:#?}"
    );
    assert!(lines.contains(&"loud           view         9             -  -"), "{lines:#?}");

    let answer = run(&["datasets", "--json", "--source", database.url()]);
    let list: Vec<Value> = serde_json::from_slice(&answer.stdout).unwrap();
    let track = list.iter().find(|dataset| dataset["name"]["table"] == "Track").unwrap();
    assert_eq!(track["key"], serde_json::json!(["TrackId"]));
    assert_eq!(track["columns"][8]["name"], "UnitPrice");
    assert_eq!(track["columns"][8]["native_type"], "NUMERIC(10,2)");
    assert_eq!(track["foreign_keys"].as_array().unwrap().len(), 3);
}

#[test]
fn names_and_values_of_a_database_give_a_terminal_no_orders() {
    let database = Sqlite::create();
    database.execute(
        "CREATE TABLE \"\u{1b}]0;pwned\u{7}\" (id integer PRIMARY KEY);
         CREATE TABLE \"fake\nok    source x: fine\" (id integer PRIMARY KEY);
         CREATE TABLE turned (\"a\u{202e}b\" text PRIMARY KEY);
         CREATE TABLE cells (id integer PRIMARY KEY, t text); INSERT INTO cells VALUES (1, 'x\u{1b}[2Jy\u{9b}31mz');",
    );
    let answer = run(&["datasets", "--source", database.url()]);
    let listed = text(&answer);
    assert!(
        !listed.chars().any(|c| c.is_control() && c != '\n') && !listed.contains('\u{202e}'),
        "{listed:?}"
    );
    assert_eq!(listed.lines().count(), 5, "{listed:?}");
    assert!(
        listed.contains("\\u{1b}]0;pwned\\u{7}") && listed.contains("fake\\nok    source x: fine"),
        "{listed:?}"
    );
    // Programs get what is there.
    let list: Vec<Value> =
        serde_json::from_slice(&run(&["datasets", "--json", "--source", database.url()]).stdout).unwrap();
    assert!(list.iter().any(|dataset| dataset["name"]["table"] == "\u{1b}]0;pwned\u{7}"));
    let piped = run(&["export", "--source", database.url(), "--dataset", "cells", "--format", "text"]);
    assert!(text(&piped).contains("\u{1b}[2J"), "a pipe gets the bytes: {piped:?}");
    // What is refused is told in one line.
    let missing = run(&["export", "--source", database.url(), "--dataset", "no\n\u{1b}[2Jok"]);
    assert!(!missing.stderr.contains('\u{1b}') && !missing.stderr.contains("\n\u{1b}"), "{missing:?}");
    // `script` runs a command on a terminal of its own.
    let shell = format!("{} export --source {} --dataset cells --format text", program(), database.url());
    let shown = Command::new("script")
        .args(["--quiet", "--return", "--command", &shell, "/dev/null"])
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("x\\u{1b}[2Jy\\u{9b}31mz") && !shown.contains("\u{1b}[2J"), "{shown:?}");
}

#[test]
fn a_list_that_nobody_reads_to_the_end_is_no_error() {
    let database = chinook::sqlite();
    let shell = "\"$0\" datasets --source \"$1\" | true";
    let output = Command::new("sh").args(["-c", shell, &program(), database.url()]).output();
    assert_eq!(finished(output.unwrap()).stderr, "");
    let shell = "\"$0\" completions bash | head -1";
    let output = Command::new("sh").args(["-c", shell, &program()]).output();
    assert_eq!(finished(output.unwrap()).stderr, "");
}

#[test]
fn the_doctor_finds_what_is_well_and_what_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let database = chinook::postgres();
    database.execute("CREATE TABLE keyless (a int)");
    let doctor = |more: &[&str]| {
        let command = rowport().arg("doctor").args(more).current_dir(folder.path()).output().unwrap();
        finished(command)
    };
    let well = doctor(&["--source", &format!("music={}", database.url())]);
    assert_eq!(well.code, Some(0), "{well:?}");
    for line in [
        "ok    data folder rowport-data: not there yet; it is made when Rowport first serves\n",
        "ok    source music: PostgreSQL ",
        "not encrypted\n",
        "ok    source music: 12 datasets\n",
        "ok    source music: rows cannot be changed: there is no journal in this database",
        "ok    source music: tables without a key can be read but not changed: keyless\n",
    ] {
        assert!(text(&well).contains(line), "{line:?} is not in {}", text(&well));
    }
    let ill = doctor(&["--json", "--source", database.url(), "--source", "sqlite:missing.db"]);
    assert_eq!(ill.code, Some(1));
    let findings: Vec<Value> = serde_json::from_slice(&ill.stdout).unwrap();
    let bad: Vec<&Value> = findings.iter().filter(|finding| finding["ok"] == false).collect();
    assert_eq!(bad.len(), 1, "{findings:#?}");
    assert_eq!(
        (&bad[0]["what"], &bad[0]["detail"]),
        (&"source missing".into(), &"the database cannot be opened: there is no file missing.db".into())
    );
    assert!(bad[0]["hint"].as_str().unwrap().contains("check that"));
    assert!(!text(&ill).contains(":rowport@"), "the doctor shows a password");
    assert!(left_in(folder.path()).is_empty(), "the doctor left something behind");
}

#[test]
fn a_configuration_is_checked_against_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = chinook::sqlite();
    let file = folder.path().join("rowport.toml");
    let check = |config: &str, more: &[&str]| {
        std::fs::write(&file, config.replace("URL", database.url())).unwrap();
        finished(rowport().args(["config", "check"]).args(more).current_dir(folder.path()).output().unwrap())
    };
    let good =
        "[sources.music]\nurl = \"URL\"\n[sources.music.datasets.Track.columns.Name]\nlabel = \"Title\"\n";
    let answer = check(good, &[]);
    assert_eq!((answer.code, text(&answer)), (Some(0), "rowport.toml: no mistakes\n"), "{answer:?}");
    let wrong =
        good.replace("columns.Name", "columns.Nmae") + "[sources.music.datasets.Trakc]\nlabel = \"x\"\n";
    let answer = check(&wrong, &[]);
    assert_eq!(answer.code, Some(6), "{answer:?}");
    for piece in [
        "--> rowport.toml:3:39",
        "did you mean `Name`?",
        "--> rowport.toml:5:25",
        "did you mean `Track`?",
        "2 mistakes",
    ] {
        assert!(text(&answer).contains(piece), "{piece} is not in {}", text(&answer));
    }
    assert_eq!(check(&wrong, &["--offline"]).code, Some(0), "by itself it is right");
    let answer = check("[sources.music]\nurl = \"sqlite:missing.db\"\n", &[]);
    assert_eq!(answer.code, Some(3));
    assert!(text(&answer).contains("source music: the database cannot be opened"), "{answer:?}");
}

#[test]
fn what_leads_nowhere_contradicts_or_hides_every_row_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let database = chinook::sqlite();
    database
        .execute("CREATE TABLE gone (id integer PRIMARY KEY, title text); INSERT INTO gone VALUES (1, 'a')");
    let file = folder.path().join("rowport.toml");
    let check = |config: &str| {
        std::fs::write(&file, config.replace("URL", database.url())).unwrap();
        let output =
            rowport().args(["config", "check", "--json"]).current_dir(folder.path()).output().unwrap();
        let answer = finished(output);
        let report: Value = serde_json::from_slice(&answer.stdout).unwrap();
        let mistakes: Vec<(u64, String, Option<String>)> = report["mistakes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|mistake| {
                let text = |key: &str| mistake[key].as_str().map(str::to_owned);
                (mistake["line"].as_u64().unwrap(), text("message").unwrap(), text("hint"))
            })
            .collect();
        (answer.code, mistakes)
    };
    let (code, mistakes) = check(
        "[sources.music]\nurl = \"URL\"\n[sources.music.datasets.Track.lookups]\nartist = \"Album.Title\"\n\
         genre = \"GenreId.Nmae\"\nfine = \"AlbumId.ArtistId.Name\"\nname = \"Name.Length\"\n\
         [sources.music.datasets.gone]\ndeleted_at = \"title\"\n",
    );
    let said = |line: usize| {
        let found = mistakes.iter().find(|(at, ..)| *at == line as u64);
        found.map(|(_, message, hint)| (message.as_str(), hint.as_deref()))
    };
    assert_eq!(code, Some(6), "{mistakes:?}");
    assert_eq!(mistakes.len(), 4, "{mistakes:?}");
    let (message, hint) = said(4).unwrap();
    assert_eq!(message, "`Album.Title` leads nowhere: `Track` has no column `Album`");
    assert_eq!(hint, Some("did you mean `AlbumId.Title`?"));
    let (message, hint) = said(5).unwrap();
    assert_eq!(message, "`GenreId.Nmae` leads nowhere: `Genre` has no column `Nmae`");
    assert_eq!(hint, Some("did you mean `GenreId.Name`?"));
    assert!(said(7).unwrap().0.contains("`Name` of `Track` is no foreign key"), "{mistakes:?}");
    assert!(said(9).unwrap().0.contains("every row of `gone` has a value in `title`"), "{mistakes:?}");

    let (code, mistakes) = check("[exports]\ndirect_rows = 200\nstreamed_rows = 10\n");
    assert_eq!(code, Some(6));
    assert_eq!((mistakes.len(), mistakes[0].0), (1, 2), "{mistakes:?}");
    assert_eq!(mistakes[0].1, "`direct_rows` is 200, which is more than `streamed_rows`, 10");
    let (code, mistakes) = check("[exports]\nstreamed_rows = 10\n");
    assert_eq!((code, mistakes.len()), (Some(0), 0), "a default does not contradict: {mistakes:?}");
}

#[test]
fn columns_that_are_named_like_secrets_are_pointed_out_until_the_configuration_speaks_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let database = Sqlite::create();
    database.execute("CREATE TABLE staff (id integer PRIMARY KEY, userPassword text, api_key text, has_token boolean, ssn text)");
    let file = folder.path().join("rowport.toml");
    let say = |columns: &str, command: &[&str]| {
        let url = database.url();
        std::fs::write(&file, format!("[sources.shop]\nurl = \"{url}\"\n{columns}")).unwrap();
        let output = rowport().args(command).current_dir(folder.path()).output().unwrap();
        let answer = finished(output);
        assert_eq!(answer.code, Some(0), "{answer:?}");
        text(&answer).to_owned()
    };
    for command in [&["config", "check"][..], &["doctor"]] {
        let all = say("", command);
        assert!(all.contains("userPassword, api_key, ssn of staff are named like a secret"), "{all}");
        let of_staff = "[sources.shop.datasets.staff.columns]\nuserPassword = { hidden = true }\n\
                        api_key = { sensitive = true }\n";
        let one = say(of_staff, command);
        assert!(one.contains("ssn of staff is named like a secret"), "{one}");
        let none = say(&format!("{of_staff}ssn = {{ sensitive = false }}\n"), command);
        assert!(!none.contains("named like a secret"), "{none}");
    }
}

/// The statements that made the journal of version 1.
fn journal_of_version_1(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Postgres => {
            include_str!("../../../rowport-engine/tests/changes/journals/1-last.postgres.sql")
        }
        SourceKind::Mysql => include_str!("../../../rowport-engine/tests/changes/journals/1-last.mysql.sql"),
        SourceKind::Sqlite => {
            include_str!("../../../rowport-engine/tests/changes/journals/1-last.sqlite.sql")
        }
    }
}

#[test]
fn the_doctor_says_whether_rows_can_be_changed() {
    let folder = tempfile::tempdir().unwrap();
    for database in [Postgres::create(), Mysql::create(), Sqlite::create()] {
        let kind = database.kind();
        database.execute("CREATE TABLE t (id integer PRIMARY KEY)");
        let source = format!("shop={}", database.url());
        let doctor = || {
            let output = rowport().args(["doctor", "--source", &source]).current_dir(folder.path()).output();
            let answer = finished(output.unwrap());
            (answer.code, text(&answer).to_owned())
        };
        let (code, said) = doctor();
        assert_eq!(code, Some(0), "a source that is only read is well: {said}");
        assert!(said.contains("source shop: rows cannot be changed: there is no journal"), "{kind}: {said}");
        assert!(said.contains("`rowport prepare`"), "{kind}: {said}");
        assert_eq!(run(&["prepare", "--source", database.url()]).code, Some(0));
        let (code, said) = doctor();
        assert_eq!(code, Some(0), "{said}");
        assert!(
            said.contains("ok    source shop: rows can be changed; the journal has version "),
            "{kind}: {said}"
        );
        let prefix = if kind == SourceKind::Postgres { "rowport_journal." } else { "_rowport_" };
        database.execute(&format!(
            "DROP TABLE {prefix}change_chunks; DROP TABLE {prefix}change_sets; DROP TABLE {prefix}journal;"
        ));
        database.execute(journal_of_version_1(kind));
        let (code, said) = doctor();
        assert_eq!(code, Some(1), "{said}");
        assert!(
            said.contains(
                "FAIL  source shop: rows cannot be changed: the journal in this database is of version 1"
            ),
            "{said}"
        );
        let upgraded = run(&["prepare", "--source", &source]);
        assert_eq!(text(&upgraded), "Journal upgraded from version 1. Rows of shop can be changed.\n");
        let again = run(&["prepare", "--source", &source]);
        assert_eq!(text(&again), "Journal already present. Rows of shop can be changed.\n");
    }
}

#[test]
fn the_schema_of_the_configuration_is_the_one_in_the_documentation() {
    let answer = run(&["config", "schema"]);
    let printed: Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(printed["type"], "object");
    assert!(printed["properties"]["sources"].is_object());
    let kept = include_str!("../../../../docs/reference/rowport.schema.json");
    assert_eq!(printed, serde_json::from_str::<Value>(kept).unwrap());
}

#[test]
fn completions_are_a_script_that_the_shell_takes() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let answer = run(&["completions", shell]);
        assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""));
        assert!(text(&answer).contains("sheet-by"), "{shell}");
        if shell == "bash" {
            let script = folder.path().join("completions");
            std::fs::write(&script, &answer.stdout).unwrap();
            let ask = ". \"$0\"; COMP_WORDS=(rowport exp); COMP_CWORD=1; _rowport rowport exp rowport; echo \"${COMPREPLY[@]}\"";
            let output = Command::new("bash").args(["--norc", "-c", ask]).arg(&script).output().unwrap();
            assert_eq!(finished(output).stdout, b"export\n");
        }
    }
}

#[test]
fn the_example_workspace_can_be_made_without_being_served() {
    let folder = tempfile::tempdir().unwrap();
    let demo = || {
        let arguments = ["demo", "--only-generate", "--rows", "200", "--data-dir"];
        finished(rowport().args(arguments).arg(folder.path()).output().unwrap())
    };
    let answer = demo();
    let database = folder.path().join("demo-200.sqlite");
    assert_eq!(answer.code, Some(0), "{answer:?}");
    assert_eq!(
        answer.stderr,
        format!("The example workspace is in {}\n", database.canonicalize().unwrap().display())
    );
    assert_eq!(left_in(folder.path()), ["demo-200.sqlite"]);
    let made_again = || {
        let bytes = std::fs::read(&database).unwrap();
        std::fs::remove_file(&database).unwrap();
        demo();
        std::fs::read(&database).unwrap() == bytes
    };
    // Made on another day, its deleted posts were deleted on other days; midnight comes but once.
    assert!(made_again() || made_again(), "the same seed made another workspace");
    let listed = run(&["datasets", "--source", &format!("sqlite:{}", database.display())]);
    assert_eq!(text(&listed).lines().count(), 12);
}

#[test]
fn a_served_desk_answers_and_ends_when_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let database = Sqlite::create();
    database.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT);
         INSERT INTO t WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 60000)
             SELECT n, printf('%0500d', n) FROM s",
    );
    for name in ["TERM", "INT"] {
        let source = format!("shop={}", database.url());
        let mut command = rowport();
        command
            .args(["serve", "--no-sign-in", "--listen", "127.0.0.1:0", "--source", &source, "--data-dir"])
            .arg(folder.path())
            .env("ROWPORT_LOG", "warn");
        let mut child = command.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let address =
            line.trim().strip_prefix("Rowport is at http://").unwrap_or_else(|| panic!("{line}")).to_owned();
        let ask = |path: &str| {
            let mut stream = TcpStream::connect(&address).unwrap();
            write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
            stream
        };
        let mut health = String::new();
        ask("/api/v1/health").read_to_string(&mut health).unwrap();
        assert!(
            health.starts_with("HTTP/1.1 200 OK\r\n") && health.contains("\"status\":\"ok\""),
            "{health}"
        );

        // Somebody is in the middle of an export when the signal comes, and gets all of it.
        let mut export = ask("/api/v1/sources/shop/datasets/t/export?format=csv&tier=streamed");
        let mut answer = vec![0; 4_096];
        export.read_exact(&mut answer).unwrap();
        signal(&child, name);
        wait_until("nobody new is let in", || TcpStream::connect(&address).is_err());
        export.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.contains(&format!("60000,{:0500}\n", 60_000)), "the last row is missing");
        let ended = wait(child);
        let mut rest = String::new();
        stderr.read_to_string(&mut rest).unwrap();
        assert_eq!((ended.code, rest.as_str()), (Some(0), ""), "{name}");
    }
}
