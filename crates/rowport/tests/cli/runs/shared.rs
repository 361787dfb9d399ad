//! Several processes on one state and one folder: what is asked of one is done by any, and seen and fetched from all.

use std::collections::HashSet;
use std::time::Duration;

use super::served::{Site, State};
use crate::binary::{cases, sha256};

#[test]
fn each_export_is_done_once_by_whichever_process_and_one_that_ends_loses_nothing() {
    let site = Site::new(State::Postgres, 5_000, "3s");
    let (one, other) = (site.serve(), site.serve());
    let count = cases(200);
    let mut asked = Vec::new();
    for number in 0..count {
        asked.push(one.export("csv")["id"].as_str().unwrap().to_owned());
        if number == count / 2 {
            // The first replica goes, as in a rolling upgrade; what it has not begun is the other's.
            break;
        }
    }
    one.signal("TERM");
    let (code, said) = one.wait(Duration::from_secs(30));
    assert_eq!(code, Some(0), "{said}");
    let third = site.serve();
    while asked.len() < count {
        asked.push(third.export("csv")["id"].as_str().unwrap().to_owned());
    }
    let mut sums = HashSet::new();
    for (number, id) in asked.iter().enumerate() {
        let done = other.wait_for(id, "completed", |run| run["state"] == "completed");
        assert_eq!(done["attempt"], 1, "begun twice: {done}");
        let file = if number % 2 == 0 { &other } else { &third }.download(id);
        assert_eq!(done["artifact"]["sha256"], sha256(&file), "{done}");
        sums.insert(sha256(&file));
    }
    assert_eq!(sums.len(), 1, "the same rows are the same bytes, whoever wrote them");
    assert_eq!(site.artifacts().len(), count);
    eprintln!("{count} exports over three processes, one of which was asked to end: each done once");
}
