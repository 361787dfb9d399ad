//! A process is killed at random instants while it exports. Whatever happens, every run ends: completed with a file
//! that is whole, or failed with a reason; and nothing else stays in the storage.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rowport_testkit::PATIENCE;
use serde_json::{Value, json};

use super::served::{Files, Served, Site, State};
use crate::binary::{cases, sha256};

/// So many that an export takes about as long as it is left to live.
fn rows(format: &str) -> u32 {
    if format == "csv" { 300_000 } else { 200_000 }
}

#[test]
fn csv_in_a_folder_with_the_state_on_sqlite() {
    kill(State::Sqlite, Files::Folder, "csv");
}

#[test]
fn csv_in_a_folder_with_the_state_on_postgres() {
    kill(State::Postgres, Files::Folder, "csv");
}

#[test]
fn csv_in_a_bucket_with_the_state_on_sqlite() {
    kill(State::Sqlite, Files::Bucket, "csv");
}

#[test]
fn csv_in_a_bucket_with_the_state_on_postgres() {
    kill(State::Postgres, Files::Bucket, "csv");
}

#[test]
fn xlsx_in_a_folder_with_the_state_on_sqlite() {
    kill(State::Sqlite, Files::Folder, "xlsx");
}

#[test]
fn xlsx_in_a_folder_with_the_state_on_postgres() {
    kill(State::Postgres, Files::Folder, "xlsx");
}

#[test]
fn xlsx_in_a_bucket_with_the_state_on_sqlite() {
    kill(State::Sqlite, Files::Bucket, "xlsx");
}

#[test]
fn xlsx_in_a_bucket_with_the_state_on_postgres() {
    kill(State::Postgres, Files::Bucket, "xlsx");
}

#[test]
fn archives_about_a_person_in_a_folder_with_the_state_on_sqlite() {
    kill(State::Sqlite, Files::Folder, "archive");
}

#[test]
fn archives_about_a_person_in_a_bucket_with_the_state_on_postgres() {
    kill(State::Postgres, Files::Bucket, "archive");
}

fn kill(state: State, files: Files, format: &str) {
    let seed = rowport_testkit::seed().unwrap_or(42);
    let mut dice = Dice(seed);
    let site = Site::with(state, files, rows(format), "1s");
    // Every record knows the same person.
    site.configure(&format!(
        "[subjects.person]\n[sources.known]\nurl = \"{}\"\n[sources.known.datasets.records]\nsubjects.person = [\"at\"]\n",
        site.source.url()
    ));
    let kills = cases(40);
    let (mut hit, mut asked) = (0, 0);
    let (mut life, mut completed) = (700, HashSet::new());
    for round in 0..kills {
        let served = site.serve();
        while under_way(&served).len() < 3 {
            ask(&served, format);
            asked += 1;
        }
        // Every other time in the middle for certain, and else perhaps before anything has begun.
        if round % 2 == 0 {
            served.wait_until("running", || served.runs().iter().any(|run| run["state"] == "running"));
        }
        std::thread::sleep(Duration::from_millis(dice.next() % life));
        let runs = served.runs();
        hit += usize::from(runs.iter().any(|run| run["state"] == "running"));
        // However fast the machine is: every third process or so lives to see an export completed.
        let mut is_new = |run: &Value| run["state"] == "completed" && completed.insert(run["id"].to_string());
        life = if runs.iter().filter(|run| is_new(run)).count() > 0 { life * 3 / 4 } else { life * 9 / 8 }
            .clamp(200, 5_000);
        served.kill();
    }
    let served = site.serve();
    let runs = settled(&served, asked);
    let count = |state: &str| runs.iter().filter(|run| run["state"] == state).count();
    let again = runs.iter().filter(|run| run["attempt"].as_i64() > Some(1)).count();
    eprintln!(
        "{kills} kills (seed {seed}) with {state:?}, {format} and {}: {hit} hit a run; of {asked} runs {} completed, {} failed, \
         {again} took several attempts",
        site.place,
        count("completed"),
        count("failed")
    );
    for run in &runs {
        check(&served, run, format);
    }
    assert!(count("completed") > 0 && hit > 0, "nothing was tried");
    let mut expected: Vec<String> = runs
        .iter()
        .filter(|run| run["state"] == "completed")
        .map(|run| format!("{}/{}/data", run["id"].as_str().unwrap(), run["attempt"]))
        .collect();
    expected.sort();
    // The sweep comes every other lease.
    let started = Instant::now();
    while site.artifacts() != expected {
        let waiting = started.elapsed() < PATIENCE;
        assert!(waiting, "orphans, or files that went away: {:?}, not {expected:?}", site.artifacts());
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn ask(served: &Served, format: &str) {
    if format != "archive" {
        served.export(format);
        return;
    }
    let body = json!({ "subject": "person", "value": "2026-01-31", "format": "csv" });
    let run = served.request("POST", "/api/v1/subject-exports", &body);
    assert_eq!(run["state"], "queued", "{run}");
}

fn under_way(served: &Served) -> Vec<Value> {
    let ended = |run: &Value| matches!(run["state"].as_str(), Some("completed" | "failed" | "cancelled"));
    served.runs().into_iter().filter(|run| !ended(run)).collect()
}

/// Every run, once all have ended.
fn settled(served: &Served, asked: usize) -> Vec<Value> {
    let mut runs = Vec::new();
    let mut before = String::new();
    let started = Instant::now();
    while !under_way(served).is_empty() {
        assert!(started.elapsed() < 2 * PATIENCE, "stuck: {:?}", under_way(served));
        std::thread::sleep(Duration::from_millis(100));
    }
    loop {
        let page = served.get(&format!("/api/v1/runs?limit=200{before}"));
        runs.extend(page["runs"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => before = format!("&before={next}"),
            None => break,
        }
    }
    assert_eq!(runs.len(), asked, "a run that was taken is there, and there once");
    runs
}

fn check(served: &Served, run: &Value, format: &str) {
    if run["state"] == "failed" {
        assert!(run["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{run}");
        assert!(run["artifact"].is_null(), "{run}");
        return;
    }
    let (artifact, file) = (&run["artifact"], served.download(run["id"].as_str().unwrap()));
    assert_eq!(artifact["bytes"], file.len(), "{run}");
    assert_eq!(artifact["sha256"], sha256(&file), "{run}");
    assert_eq!(artifact["manifest"]["rows"], rows(format), "{run}");
    match format {
        "csv" => assert_eq!(file.iter().filter(|byte| **byte == b'\n').count(), rows(format) as usize + 1),
        _ => {
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file)).unwrap();
            for index in 0..archive.len() {
                // Reading to the end checks the sum.
                std::io::copy(&mut archive.by_index(index).unwrap(), &mut std::io::sink()).unwrap();
            }
        }
    }
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
