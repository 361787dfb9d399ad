//! Where commands find their source: the configuration of the folder, the variable, or a URL.

use std::path::Path;
use std::process::Command;

use rowport_testkit::{Database, Sqlite};
use serde_json::Value;

use crate::binary::{Answer, finished, rowport};

/// A folder with a configuration of these sources, each a database with three rows.
struct Sources {
    folder: tempfile::TempDir,
    _databases: Vec<Database>,
}

impl Sources {
    fn new(sources: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = String::from("[subjects.writer]\n");
        let mut databases = Vec::new();
        for source in sources {
            let database = Sqlite::create();
            database.execute(
                "CREATE TABLE posts (id integer PRIMARY KEY, title text); INSERT INTO posts VALUES (1, 'a'), (2, 'b'), (3, 'c')",
            );
            let url = database.url();
            config.push_str(&format!(
                "[sources.{source}]\nurl = \"{url}\"\n[sources.{source}.datasets.posts.subjects]\nwriter = [\"id\"]\n"
            ));
            databases.push(database);
        }
        std::fs::write(folder.path().join("rowport.toml"), config).unwrap();
        Self { folder, _databases: databases }
    }

    fn command(&self) -> Command {
        let mut command = rowport();
        command.current_dir(self.folder.path());
        command
    }

    fn run(&self, words: &[&str]) -> Answer {
        finished(self.command().args(words).output().unwrap())
    }

    fn done(&self, words: &[&str]) -> String {
        let answer = self.run(words);
        assert_eq!(answer.code, Some(0), "{words:?}: {answer:?}");
        String::from_utf8(answer.stdout).unwrap()
    }
}

#[test]
fn every_command_reads_the_configuration_of_the_folder() {
    let desk = Sources::new(&["shop"]);
    for of in [&["--source", "shop"][..], &[]] {
        let on = |words: &[&str]| desk.done(&[words, of].concat());
        let of_posts = |words: &[&str]| on(&[words, &["--dataset", "posts"]].concat());
        assert!(on(&["datasets"]).contains("posts"));
        assert_eq!(of_posts(&["export"]), "id,title\n1,a\n2,b\n3,c\n");
        assert!(on(&["prepare"]).contains("Rows of shop can be changed."));
        let deleted = of_posts(&["bulk", "delete", "--key", "2", "--confirm", "1", "--json"]);
        let deleted: Value = serde_json::from_str(&deleted).unwrap();
        assert!(of_posts(&["trash", "list"]).contains("2 | b"));
        assert!(of_posts(&["changes"]).contains("delete"));
        let undone = of_posts(&["undo", deleted["change_set"].as_str().unwrap()]);
        assert!(undone.starts_with("1 of 1 row changed\n"), "{undone}");
    }
    desk.done(&["subject-export", "--subject", "writer", "--value", "1", "-o", "archive.zip"]);
    assert!(desk.folder.path().join("archive.zip").is_file());
}

#[test]
fn an_unknown_source_is_answered_with_those_that_are_known() {
    let desk = Sources::new(&["shop", "crm"]);
    for words in [
        &["datasets"][..],
        &["prepare"],
        &["export", "--dataset", "posts"],
        &["changes", "--dataset", "posts"],
    ] {
        let answer = desk.run(&[words, &["--source", "shpo"]].concat());
        assert_eq!(answer.code, Some(2), "{answer:?}");
        assert_eq!(
            answer.stderr,
            "error: there is no source named `shpo`\nhint: the configuration has shop, crm; or give a URL: postgres://…, \
             mysql://…, sqlite:PATH\n",
            "{words:?}"
        );
        let which = desk.run(words);
        assert_eq!(which.code, Some(2), "{which:?}");
        assert!(which.stderr.contains("the configuration has shop, crm"), "{which:?}");
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let mut command = rowport();
    let answer = finished(
        command.current_dir(elsewhere.path()).args(["datasets", "--source", "shop"]).output().unwrap(),
    );
    assert!(answer.stderr.contains("--config FILE"), "{answer:?}");
}

#[test]
fn serve_and_the_doctor_read_the_variable() {
    let desk = Sources::new(&["shop"]);
    let other = Sqlite::create();
    let looked = |source: &str| {
        let output =
            desk.command().args(["doctor", "--json"]).env("ROWPORT_SOURCE", source).output().unwrap();
        let findings: Vec<Value> = serde_json::from_slice(&finished(output).stdout).unwrap();
        let sources = findings.iter().filter_map(|finding| finding["what"].as_str()?.strip_prefix("source "));
        let mut sources: Vec<String> = sources.map(str::to_owned).collect();
        sources.dedup();
        sources
    };
    assert_eq!(looked("shop"), ["shop"], "one that is configured is looked at once");
    assert_eq!(looked(&format!("other={}", other.url())), ["shop", "other"]);
    // A source that cannot be one ends `serve` before it serves, which shows that it was read.
    let output = desk.command().arg("serve").env("ROWPORT_SOURCE", "oracle:x").output().unwrap();
    let answer = finished(output);
    assert_eq!(answer.code, Some(2), "{answer:?}");
    assert!(answer.stderr.contains("`oracle:` is not known"), "{answer:?}");
}

#[test]
fn the_data_folder_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Sources::new(&["shop"]);
    let mut command = desk.command();
    command.args(["serve", "--no-sign-in", "--listen", "127.0.0.1:0", "--data-dir", "kept/here"]);
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stderr.take().unwrap()), &mut line)
        .unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let modes = ["kept", "kept/here"].map(|name| mode(&desk.folder.path().join(name)));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(modes, [0o700, 0o700], "{line}");
}

#[test]
fn a_file_name_without_a_known_format_is_refused() {
    let desk = Sources::new(&["shop"]);
    let answer = desk.run(&["export", "--dataset", "posts", "-o", "posts.foo"]);
    assert_eq!(answer.code, Some(2), "{answer:?}");
    assert!(answer.stderr.contains("`.foo`") && answer.stderr.contains("--format"), "{answer:?}");
    assert!(!desk.folder.path().join("posts.foo").exists());
    desk.done(&["export", "--dataset", "posts", "-o", "posts.foo", "--format", "csv"]);
}

#[test]
fn bulk_speaks_of_one_row_and_of_several_and_logs_nothing() {
    let desk = Sources::new(&["shop"]);
    desk.done(&["prepare"]);
    desk._databases[0].execute(
        "CREATE TABLE notes (id integer PRIMARY KEY, post integer REFERENCES posts (id)); INSERT INTO notes VALUES (1, 1)",
    );
    let on = |words: &[&str]| desk.run(&[words, &["--dataset", "posts"]].concat());
    let asked = on(&["bulk", "delete", "--key", "2"]);
    assert_eq!(asked.stderr, "error: this deletes 1 row\nhint: confirm it with --confirm 1\n");
    let kept = on(&["bulk", "delete", "--key", "1", "--confirm", "1"]);
    assert_eq!(kept.code, Some(7), "{kept:?}");
    assert!(kept.stderr.starts_with("1 row would not be changed:\n  1: "), "{kept:?}");
    assert!(!kept.stderr.contains("WARN"), "{kept:?}");
    let told = String::from_utf8(kept.stdout).unwrap();
    assert!(told.starts_with("0 of 1 row deleted, 1 failed\n"), "{told}");
    assert!(!told.contains("can be undone"), "there is nothing to undo: {told}");
    let gone = desk.done(&["bulk", "delete", "--key", "2", "3", "--confirm", "2", "--dataset", "posts"]);
    assert!(gone.starts_with("2 of 2 rows deleted\n") && gone.contains("can be undone until"), "{gone}");
}
