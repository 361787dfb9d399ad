//! What the options of `export` do to a file.

use std::io::Read;

use rowport_model::SourceKind;
use rowport_testkit::{Database, chinook};

use crate::binary::{Exported, FORMATS, export, finished, rowport, run};
use crate::cells::{Cell, Dialect, read};
use crate::compare::assert_same;
use crate::expected::{Column, datasets, rows};

fn exported(database: &Database, dataset: &str, format: &str, more: &[&str]) -> Exported {
    export(database, dataset, format, more).unwrap_or_else(|answer| panic!("{dataset} {more:?}: {answer:?}"))
}

fn text(exported: &Exported) -> String {
    std::fs::read_to_string(&exported.path).unwrap()
}

/// The views whose answer every database gives in its own SQL: what is asked, and the same in SQL.
const VIEWS: [(&[&str], &str); 7] = [
    (
        &["--filter", "Milliseconds > 300000 and GenreId in (1, 2)"],
        "WHERE Milliseconds > 300000 AND GenreId IN (1, 2) ORDER BY TrackId",
    ),
    (
        &["--filter", "Composer is null or not Name contains \"the\""],
        "WHERE Composer IS NULL OR NOT lower(Name) LIKE '%the%' ORDER BY TrackId",
    ),
    (
        &["--filter", r#"{"column":"Bytes","op":"lt","value":2000000}"#],
        "WHERE Bytes < 2000000 ORDER BY TrackId",
    ),
    (&["--sort", "-Milliseconds"], "ORDER BY Milliseconds DESC, TrackId"),
    (&["--sort", "GenreId,-Bytes", "--limit", "17"], "ORDER BY GenreId, Bytes DESC, TrackId LIMIT 17"),
    (
        &["--search", "concerto"],
        "WHERE lower(Name) LIKE '%concerto%' OR lower(Composer) LIKE '%concerto%' ORDER BY TrackId",
    ),
    (&["--limit", "0"], "ORDER BY TrackId LIMIT 0"),
];

#[test]
fn a_view_holds_the_rows_that_sql_finds() {
    for database in [chinook::postgres(), chinook::mysql(), chinook::sqlite()] {
        let snake = database.kind() == SourceKind::Postgres;
        // The PostgreSQL script writes track_id for TrackId.
        let own = |text: &str| {
            if !snake {
                return text.to_owned();
            }
            let names = [("TrackId", "track_id"), ("GenreId", "genre_id"), ("Milliseconds", "milliseconds")];
            let more = [("Composer", "composer"), ("Bytes", "bytes"), ("Name", "name")];
            names.iter().chain(&more).fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
        };
        let track = datasets(&database)
            .into_iter()
            .find(|dataset| dataset.name.eq_ignore_ascii_case("track"))
            .unwrap();
        let columns: Vec<&Column> = track.columns.iter().collect();
        for (asked, sql) in VIEWS {
            let asked: Vec<String> = asked.iter().map(|word| own(word)).collect();
            let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
            let expected = rows(&database, &track, &columns, &own(sql));
            assert!(expected.len() < 3_503 || asked[0] == "--sort", "{asked:?} narrows nothing");
            for format in FORMATS {
                let what = format!("{} as {format} {asked:?}", database.kind());
                let exported = exported(&database, &track.name, format, &asked);
                let table = read(format, &exported.path, &track.names(), Dialect::of(format));
                assert_same(&what, format, "", true, &table, &expected);
                assert_eq!(exported.manifest["rows"], expected.len(), "{what}");
            }
        }
        let picked = [&track.columns[8], &track.columns[0], &track.columns[1]];
        let list: Vec<String> = picked.iter().map(|column| column.name.clone()).collect();
        let expected = rows(&database, &track, &picked, "");
        for format in FORMATS {
            let exported = exported(&database, &track.name, format, &["--columns", &list.join(",")]);
            let table = read(format, &exported.path, &list, Dialect::of(format));
            assert_same(format, format, "", true, &table, &expected);
        }
    }
}

#[test]
fn a_dotted_column_reaches_through_a_foreign_key() {
    let database = chinook::sqlite();
    let csv = text(&exported(
        &database,
        "Track",
        "csv",
        &["--columns", "TrackId,AlbumId.Title,AlbumId.ArtistId.Name"],
    ));
    let query = "SELECT t.TrackId, b.Title, a.Name FROM Track t JOIN Album b USING (AlbumId) JOIN Artist a USING (ArtistId) ORDER BY 1";
    let theirs = database
        .rows(query)
        .into_iter()
        .map(|row| row.into_iter().map(|cell| String::from_utf8(cell.unwrap()).unwrap()).collect());
    let theirs: Vec<Vec<String>> = theirs.collect();
    let ours = crate::cells::records(&csv, ',').into_iter().skip(1);
    let ours: Vec<Vec<String>> =
        ours.map(|record| record.into_iter().map(|(field, _)| field).collect()).collect();
    assert_eq!(ours, theirs);
}

#[test]
fn a_compressed_file_unpacks_to_the_same_bytes() {
    let database = chinook::sqlite();
    for format in FORMATS.into_iter().filter(|format| *format != "json") {
        let plain = std::fs::read(exported(&database, "Track", format, &[]).path).unwrap();
        for compression in ["gzip", "zstd"] {
            let packed = exported(&database, "Track", format, &["--compress", compression]);
            assert_eq!(packed.manifest["compression"], compression);
            let packed = std::fs::read(&packed.path).unwrap();
            let mut unpacked = Vec::new();
            match compression {
                "gzip" => _ = flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap(),
                _ => unpacked = zstd::decode_all(&packed[..]).unwrap(),
            }
            assert!(unpacked == plain, "{format} as {compression} unpacks to something else");
        }
    }
}

#[test]
fn the_name_of_the_file_says_format_and_compression() {
    let database = chinook::sqlite();
    let folder = tempfile::tempdir().unwrap();
    for (name, begins) in [
        ("g.csv", &b"GenreId,Name\n"[..]),
        ("g.tsv", b"GenreId\tName\n"),
        ("g.NDJSON", b"{\"GenreId\":1"),
        ("g.json", b"{\"exported_at\""),
        ("g.xlsx", b"PK"),
        ("g.parquet", b"PAR1"),
        ("g.txt", b"1\tRock\n"),
        ("g.csv.gz", b"\x1f\x8b"),
        ("g.csv.zst", b"\x28\xb5\x2f\xfd"),
        ("no-extension", b"GenreId,Name\n"),
    ] {
        let path = folder.path().join(name);
        let answer =
            run(&["export", "--source", database.url(), "--dataset", "Genre", "-o", path.to_str().unwrap()]);
        assert_eq!(answer.code, Some(0), "{answer:?}");
        assert!(std::fs::read(&path).unwrap().starts_with(begins), "{name}");
    }
}

#[test]
fn without_an_order_rows_come_as_the_table_has_them() {
    let database = Database::create(SourceKind::Postgres);
    database.execute(
        "CREATE TABLE notes (id uuid PRIMARY KEY, n integer);
         INSERT INTO notes SELECT md5(i::text)::uuid, i FROM generate_series(1, 2000) i; ANALYZE notes",
    );
    let numbers = |more: &[&str]| {
        let exported =
            exported(&database, "notes", "csv", &[&["--columns", "n", "--header", "none"], more].concat());
        let numbers: Vec<u32> = text(&exported).lines().map(|line| line.parse().unwrap()).collect();
        (numbers, exported.manifest["order"].clone(), exported.manifest["order_key"].clone())
    };
    let as_inserted: Vec<u32> = (1..=2000).collect();
    let (rows, order, key) = numbers(&["--order", "none"]);
    assert_eq!((rows, order, key), (as_inserted.clone(), "none".into(), serde_json::json!([])));
    let (mut rows, order, key) = numbers(&[]);
    assert_ne!(rows, as_inserted, "the key's order is another one");
    rows.sort_unstable();
    assert_eq!((rows, order, key), (as_inserted.clone(), "total".into(), serde_json::json!(["id"])));
    let (rows, order, _) = numbers(&["--order", "none", "--sort", "-n"]);
    assert_eq!((rows.first(), rows.len(), order), (Some(&2000), 2000, "none".into()), "a sort stays");
    let (_, order, _) = numbers(&["--order", "none", "--sort", "n,id"]);
    assert_eq!(order, "total", "the sort has the key in it");
    for kind in [SourceKind::Mysql, SourceKind::Sqlite] {
        let database = if kind == SourceKind::Mysql { chinook::mysql() } else { chinook::sqlite() };
        let exported = exported(&database, "Track", "csv", &["--order", "none"]);
        assert_eq!((&exported.manifest["order"], &exported.manifest["rows"]), (&"none".into(), &3503.into()));
    }
}

#[test]
fn a_pipe_gets_the_same_bytes_as_a_file() {
    let database = chinook::sqlite();
    for format in FORMATS.into_iter().filter(|format| *format != "json") {
        let piped = run(&["export", "--source", database.url(), "--dataset", "Track", "--format", format]);
        assert_eq!((piped.code, piped.stderr.as_str()), (Some(0), ""));
        assert!(
            piped.stdout == std::fs::read(exported(&database, "Track", format, &[]).path).unwrap(),
            "{format}"
        );
    }
    let named =
        rowport().env("ROWPORT_SOURCE", database.url()).args(["export", "--dataset", "Genre"]).output();
    assert!(finished(named.unwrap()).stdout.starts_with(b"GenreId,Name\n1,Rock\n"));
}

#[test]
fn csv_is_written_as_it_was_asked_for() {
    let database = chinook::sqlite();
    database.execute(
        "CREATE TABLE odd (id INTEGER PRIMARY KEY, t TEXT);
         INSERT INTO odd VALUES (1, NULL), (2, ''), (3, '=1+1'), (4, '-5'), (5, 'a;b'), (6, 'NULL'), (7, '+49 30')",
    );
    let csv = |more: &[&str]| text(&exported(&database, "odd", "csv", more));
    assert_eq!(csv(&[]), "id,t\n1,\n2,\"\"\n3,'=1+1\n4,-5\n5,a;b\n6,NULL\n7,'+49 30\n");
    assert_eq!(csv(&["--raw"]), "id,t\n1,\n2,\"\"\n3,=1+1\n4,-5\n5,a;b\n6,NULL\n7,+49 30\n");
    assert_eq!(csv(&["--header", "none", "--limit", "2"]), "1,\n2,\"\"\n");
    assert_eq!(csv(&["--delimiter", ";", "--limit", "5"]), "id;t\n1;\n2;\"\"\n3;'=1+1\n4;-5\n5;\"a;b\"\n");
    assert_eq!(csv(&["--null", "NULL"]), "id,t\n1,NULL\n2,\n3,'=1+1\n4,-5\n5,a;b\n6,\"NULL\"\n7,'+49 30\n");
    assert_eq!(csv(&["--bom", "--limit", "1"]), "\u{feff}id,t\n1,\n");
    assert_eq!(text(&exported(&database, "odd", "tsv", &["--bom", "--limit", "1"])), "\u{feff}id\tt\n1\t\n");
    assert_eq!(text(&exported(&database, "odd", "text", &["--null", "-", "--limit", "2"])), "1\t-\n2\t\n");
}

#[test]
fn labels_head_the_columns_when_asked_for() {
    let database = chinook::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("rowport.toml");
    let text_of_config = format!(
        "[sources.music]\nurl = \"{}\"\n[sources.music.datasets.Genre.columns.Name]\nlabel = \"Name of the genre\"\n",
        database.url()
    );
    std::fs::write(&config, text_of_config).unwrap();
    for (header, expected) in [
        ("labels", vec!["GenreId", "Name of the genre"]),
        ("names", vec!["GenreId", "Name"]),
        ("none", vec![]),
    ] {
        for format in ["csv", "tsv", "xlsx"] {
            let path = folder.path().join("out");
            let answer = finished(
                rowport()
                    .args([
                        "export",
                        "--source",
                        "music",
                        "--dataset",
                        "Genre",
                        "--header",
                        header,
                        "--format",
                        format,
                        "--config",
                    ])
                    .arg(&config)
                    .arg("--output")
                    .arg(&path)
                    .output()
                    .unwrap(),
            );
            assert_eq!(answer.code, Some(0), "{answer:?}");
            let table = read(format, &path, &["GenreId".to_owned(), "Name".to_owned()], Dialect::of(format));
            match header {
                "none" => assert_eq!((table.rows.len(), table.header[1].as_str()), (24, "Rock"), "{format}"),
                _ => assert_eq!(
                    (table.rows.len(), &table.header[..]),
                    (25, &expected.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()[..]),
                    "{format}"
                ),
            }
            assert_eq!(table.rows.last().unwrap()[1], Cell::Text("Opera".to_owned()));
        }
    }
}
