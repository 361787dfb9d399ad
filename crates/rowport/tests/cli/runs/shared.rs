//! Several processes on one state and one bucket: what is asked of one server is done by any worker, and seen and fetched
//! from every server.

use std::collections::HashSet;

use super::served::{Files, Served, Site, State};
use crate::binary::{cases, sha256};

#[test]
fn each_export_is_done_once_by_whichever_worker_and_one_that_ends_loses_nothing() {
    let site = Site::with(State::Postgres, Files::Bucket, 5_000, "10m");
    let web = || site.serve_with(&["--role", "web"]);
    let worker = || site.serve_with(&["--role", "worker"]);
    let (one, other, first, _second) = (web(), web(), worker(), worker());
    let count = cases(200);
    let mut asked = ask(&one, count / 2);
    // As in a rolling upgrade, a server and a worker go and others come. What they had begun they finish.
    for leaving in [one, first] {
        leaving.signal("TERM");
        let (code, said) = leaving.wait();
        assert_eq!(code, Some(0), "{said}");
    }
    let (third, _another) = (web(), worker());
    asked.extend(ask(&third, count - asked.len()));
    let mut sums = HashSet::new();
    for (number, id) in asked.iter().enumerate() {
        let done = other.wait_for(id, "completed", |run| run["state"] == "completed");
        assert_eq!(done["attempt"], 1, "begun twice: {done}");
        let file = if number % 2 == 0 { &other } else { &third }.download(id);
        assert_eq!(done["artifact"]["sha256"], sha256(&file), "{done}");
        sums.insert(sha256(&file));
    }
    assert_eq!(sums.len(), 1, "the same rows are the same bytes, whoever wrote them");
    let expected: HashSet<_> = asked.iter().map(|id| format!("{id}/1/data")).collect();
    assert_eq!(site.artifacts().into_iter().collect::<HashSet<_>>(), expected);
    eprintln!(
        "{count} exports over three servers and three workers, of which one each was asked to end, into {}: each done once",
        site.place
    );
}

fn ask(served: &Served, count: usize) -> Vec<String> {
    (0..count).map(|_| served.export("csv")["id"].as_str().unwrap().to_owned()).collect()
}
