//! What people get wrong, the exact exit code, and exactly what is said about it: `snapshots/mistakes.txt`.

use std::fmt::Write;
use std::net::TcpListener;
use std::path::Path;

use rowport_testkit::{Database, Mysql, Postgres, Sqlite, chinook};

use crate::binary::{left_in, program, rowport, wait};
use crate::snapshot::assert_said;

const PASSWORD: &str = "hunter2hunter2";

/// The cases as they are tried, and what was said so far.
struct Said {
    text: String,
    /// What differs from run to run, and what stands for it.
    hidden: Vec<(String, &'static str)>,
    folder: tempfile::TempDir,
}

impl Said {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hidden = vec![(folder.path().to_str().unwrap().to_owned(), "FOLDER")];
        Self { text: String::new(), hidden, folder }
    }

    fn hide(&mut self, what: impl ToString, by: &'static str) {
        self.hidden.push((what.to_string(), by));
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs the binary in the empty folder and writes down how it ends.
    fn tries(&mut self, name: &str, code: i32, arguments: &[&str]) {
        let before = left_in(self.folder.path());
        let child =
            rowport().args(arguments).current_dir(self.folder.path()).env("COLUMNS", "100").spawn().unwrap();
        let answer = wait(child);
        assert_eq!(answer.code, Some(code), "{name}: {answer:?}");
        assert_eq!(answer.stdout, b"", "{name}");
        assert_eq!(left_in(self.folder.path()), before, "{name} left something behind");
        for trace in ["panicked", "stack backtrace", "RUST_BACKTRACE", "src/", ".rs:", PASSWORD] {
            assert!(!answer.stderr.contains(trace), "{name}: {answer:?}");
        }
        let mut said = answer.stderr;
        for (what, by) in &self.hidden {
            said = said.replace(what, by);
        }
        writeln!(self.text, "### {name}: exit {code}\n{said}").unwrap();
    }
}

#[test]
fn mistakes_in_sources() {
    let mut said = Said::new();
    let export = |source: &str| ["export", "--source", source, "--dataset", "t"].map(str::to_owned);
    let tries = |said: &mut Said, name: &str, code: i32, source: &str| {
        let arguments = export(source);
        said.tries(name, code, &arguments.each_ref().map(String::as_str));
    };
    tries(&mut said, "wrong scheme", 2, &format!("oracle://u:{PASSWORD}@host/x"));
    tries(&mut said, "no scheme", 2, "shop.db");
    tries(&mut said, "nothing after the scheme", 2, "postgres://");
    tries(&mut said, "unreadable URL", 2, &format!("postgres://u:{PASSWORD}@host:port/x"));
    tries(&mut said, "missing file", 3, "sqlite:missing.db");
    tries(&mut said, "a folder for a file", 3, "sqlite:.");
    let not_a_database = said.file("letter.db", "Dear reader, ".repeat(100));
    tries(&mut said, "not a database file", 3, &format!("sqlite:{not_a_database}"));
    let cut = chinook::sqlite();
    let bytes = std::fs::read(cut.path()).unwrap();
    let half = said.file("half.db", &bytes[..bytes.len() / 2]);
    said.tries(
        "half a database file",
        3,
        &["export", "--source", &format!("sqlite:{half}"), "--dataset", "Track"],
    );

    let locked = Sqlite::create();
    locked.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    let keeper = rusqlite::Connection::open(locked.path()).unwrap();
    keeper.execute_batch("BEGIN EXCLUSIVE").unwrap();
    tries(&mut said, "locked SQLite file", 3, locked.url());

    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    said.hide(format!(":{free}"), ":PORT");
    for (scheme, database) in [("postgres", Postgres::create()), ("mysql", Mysql::create())] {
        database.execute("CREATE TABLE t (id int PRIMARY KEY)");
        let url = url::Url::parse(database.url()).unwrap();
        said.hide(url.path().trim_start_matches('/'), "DATABASE");
        said.hide(format!(":{}", url.port().unwrap()), ":PORT");
        let with = |change: &dyn Fn(&mut url::Url)| {
            let mut url = url.clone();
            change(&mut url);
            url.to_string()
        };
        let wrong_password = with(&|url| url.set_password(Some(PASSWORD)).unwrap());
        tries(&mut said, &format!("{scheme}: wrong password"), 3, &wrong_password);
        let wrong_user = with(&|url| url.set_username("nobody").unwrap());
        tries(&mut said, &format!("{scheme}: unknown user"), 3, &wrong_user);
        let wrong_database = with(&|url| url.set_path("/no_such_database"));
        tries(&mut said, &format!("{scheme}: unknown database"), 3, &wrong_database);
        let closed = format!("{scheme}://u:{PASSWORD}@127.0.0.1:{free}/x");
        tries(&mut said, &format!("{scheme}: closed port"), 3, &closed);
        let nowhere = format!("{scheme}://u:{PASSWORD}@no-such-host.invalid/x");
        tries(&mut said, &format!("{scheme}: unknown host"), 3, &nowhere);
        let encrypted = with(&|url| {
            url.set_query(Some(if scheme == "postgres" { "sslmode=require" } else { "ssl-mode=REQUIRED" }))
        });
        tries(&mut said, &format!("{scheme}: no encryption there"), 3, &encrypted);
    }
    assert_said("mistakes_in_sources", &said.text);
}

/// A table with 2,000 columns is all that SQLite makes; 10,000 can only be asked for.
fn music(said: &mut Said) -> Database {
    let database = chinook::sqlite();
    database.execute(
        "CREATE TABLE long (id INTEGER PRIMARY KEY, note TEXT);
         INSERT INTO long VALUES (1, 'short'), (2, replace(printf('%033000d', 0), '0', 'x'));
         CREATE TABLE stray (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO stray VALUES (1, 1), (2, 'two')",
    );
    said.hide(database.path().display(), "DATABASE");
    database
}

#[test]
fn mistakes_in_requests() {
    let mut said = Said::new();
    let database = music(&mut said);
    let mut tries = |name: &str, code: i32, dataset: &str, more: &[&str]| {
        let arguments = ["export", "--source", database.url(), "--dataset", dataset];
        said.tries(name, code, &[&arguments, more].concat());
    };
    tries("unknown dataset", 4, "Trakc", &[]);
    tries("unknown dataset like no other", 4, "zzzzzzzz", &[]);
    tries("dataset of a schema that is not there", 4, "main2.Track", &[]);
    tries("unknown column", 4, "Track", &["--columns", "TrackId,Nmae"]);
    tries("unknown column in a filter", 4, "Track", &["--filter", "Nmae = 'x'"]);
    tries("unknown column in a sort", 4, "Track", &["--sort", "-Nmae"]);
    tries("a column twice", 4, "Track", &["--columns", "TrackId,TrackId"]);
    tries("no columns", 4, "Track", &["--columns", ""]);
    tries("a filter that stops", 4, "Track", &["--filter", "Name = "]);
    tries("a filter with a quote too few", 4, "Track", &["--filter", "Name = 'x"]);
    tries("a filter with a bracket too few", 4, "Track", &["--filter", "(Name = \"x\" and TrackId > 1"]);
    tries("a filter with an unknown word", 4, "Track", &["--filter", "Name resembles \"x\""]);
    tries("a filter with a value that does not fit", 4, "Track", &["--filter", "TrackId > \"ten\""]);
    tries("a filter with an operator that does not fit", 4, "Track", &["--filter", "TrackId contains \"1\""]);
    tries("a filter of broken JSON", 4, "Track", &["--filter", "{\"column\": \"Name\","]);
    tries(
        "a filter of other JSON",
        4,
        "Track",
        &["--filter", "{\"colum\": \"Name\", \"op\": \"eq\", \"value\": 1}"],
    );
    let deep = format!("{}TrackId = 1{}", "(".repeat(10_000), ")".repeat(10_000));
    tries("a filter of ten thousand brackets", 4, "Track", &["--filter", &deep]);
    let many: Vec<String> = (0..10_000).map(|n| format!("c{n}")).collect();
    tries("ten thousand columns that are not there", 4, "Track", &["--columns", &many.join(",")]);
    let many = vec!["TrackId"; 10_000].join(",");
    tries("ten thousand columns that are there", 4, "Track", &["--columns", &many]);
    tries("ten thousand columns to sort by", 4, "Track", &["--sort", &many]);
    tries("unknown format", 2, "Track", &["--format", "docx"]);
    tries("unknown compression", 2, "Track", &["--compress", "rar"]);
    tries("a limit that is no number", 2, "Track", &["--limit", "ten"]);
    tries("a delimiter of two characters", 2, "Track", &["--delimiter", "::"]);
    tries("a delimiter that is no ASCII", 4, "Track", &["--delimiter", "é"]);
    tries("a delimiter that is a quote", 4, "Track", &["--delimiter", "\""]);
    tries("a delimiter for JSON", 4, "Track", &["--delimiter", ";", "--format", "json"]);
    tries("a NULL that would need quotes", 4, "Track", &["--null", "a,b"]);
    tries("sheets in CSV", 4, "Track", &["--sheet-by", "GenreId"]);
    tries("sheets by an unknown column", 4, "Track", &["--sheet-by", "Genre", "--format", "xlsx"]);
    tries("a cell too long for XLSX", 4, "long", &["--format", "xlsx", "-o", "long.xlsx"]);
    tries("a value of another type in Parquet", 4, "stray", &["--format", "parquet", "-o", "stray.parquet"]);
    tries("manifest and output in one", 2, "Track", &["-o", "x.csv", "--manifest", "x.csv"]);
    tries("unknown option", 2, "Track", &["--colums", "x"]);
    said.tries("no dataset", 2, &["export", "--source", database.url()]);
    said.tries("no source", 2, &["export", "--dataset", "x"]);
    said.tries("unknown subcommand", 2, &["exprot"]);
    assert_said("mistakes_in_requests", &said.text);
}

#[test]
fn mistakes_in_serving_and_settings() {
    let mut said = Said::new();
    let database = music(&mut said);
    let source = database.url().to_owned();
    said.tries("nothing to serve", 2, &["serve"]);
    said.tries(
        "all addresses",
        2,
        &["serve", "--no-sign-in", "--source", &source, "--listen", "0.0.0.0:7878"],
    );
    said.tries(
        "all addresses of IPv6",
        2,
        &["serve", "--no-sign-in", "--source", &source, "--listen", "[::]:7878"],
    );
    let data = tempfile::tempdir().unwrap();
    let data = data.path().to_str().unwrap();
    said.tries(
        "an address of the network",
        2,
        &["demo", "--rows", "1", "--data-dir", data, "--listen", "192.0.2.1:80"],
    );
    assert!(left_in(Path::new(data)).is_empty(), "a demo that cannot be served is not made either");
    said.tries("no address", 2, &["serve", "--source", &source, "--listen", "localhost"]);
    said.tries("a data folder that is a file", 5, &["serve", "--source", &source, "--data-dir", "/dev/null"]);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    said.hide(format!(":{port}"), ":PORT");
    said.tries(
        "a port in use",
        5,
        &["serve", "--source", &source, "--listen", &format!("127.0.0.1:{port}"), "--data-dir", data],
    );

    let export = |said: &mut Said, name: &str, config: &str| {
        let file = said.file("rowport.toml", config);
        said.tries(name, 6, &["export", "--config", &file, "--source", "shop", "--dataset", "Track"]);
        std::fs::remove_file(Path::new(&file)).unwrap();
    };
    export(
        &mut said,
        "a setting that is not there",
        &format!("[sources.shop]\nurl = \"{source}\"\nlable = \"Shop\"\n"),
    );
    export(
        &mut said,
        "a setting of another type",
        &format!("[sources.shop]\nurl = \"{source}\"\nlabel = 7\n"),
    );
    export(&mut said, "broken TOML", "[sources.shop\nurl = 1\n");
    export(&mut said, "a wrong URL", &format!("[sources.shop]\nurl = \"postgre://u:{PASSWORD}@h/x\"\n"));
    export(
        &mut said,
        "a variable that is not set",
        "[sources.shop]\nurl_env = \"NO_SUCH_VARIABLE_OF_OURS\"\n",
    );
    said.tries("no configuration there", 6, &["config", "check", "missing.toml"]);
    said.tries("no configuration there, to serve", 6, &["serve", "--config", "missing.toml"]);
    assert_said("mistakes_in_serving_and_settings", &said.text);
}

/// On a terminal, which `script` makes for us.
#[test]
fn a_workbook_is_not_written_to_a_terminal() {
    let database = chinook::sqlite();
    for format in ["xlsx", "parquet"] {
        let command =
            format!("{} export --source {} --dataset Genre --format {format}", program(), database.url());
        let output =
            std::process::Command::new("script").args(["-qec", &command, "/dev/null"]).output().unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(2), "{shown}");
        let expected = format!(
            "error: {format} is not for a terminal\r\nhint: name a file with --output, or pipe it on\r\n"
        );
        assert_eq!(shown, expected);
    }
}
