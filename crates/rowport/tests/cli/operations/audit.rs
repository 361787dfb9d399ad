//! The audit as whoever runs Rowport checks it.

use std::path::Path;

use serde_json::Value;

use crate::binary::run;
use crate::runs::served::{Served, Site, State};

fn ended(served: Served) {
    served.signal("TERM");
    let (code, said) = served.wait();
    assert_eq!(code, Some(0), "{said}");
}

/// An export, which is an event.
fn exported(served: &Served) {
    let id = served.export("csv")["id"].as_str().unwrap().to_owned();
    served.wait_for(&id, "completed", |run| run["state"] == "completed");
}

fn verify(folder: &Path, more: &[&str]) -> (Option<i32>, Value) {
    let data = folder.join("data");
    let mut arguments = vec!["audit", "verify", "--json", "--data-dir", data.to_str().unwrap()];
    arguments.extend(more);
    let answer = run(&arguments);
    let outcome = serde_json::from_slice(&answer.stdout).unwrap_or_else(|_| panic!("{answer:?}"));
    (answer.code, outcome)
}

fn wrong(outcome: &Value) -> Vec<&str> {
    outcome["findings"].as_array().unwrap().iter().map(|it| it["wrong"].as_str().unwrap()).collect()
}

#[test]
fn an_audit_in_a_file_is_sealed_and_anchored_without_being_asked() {
    let site = Site::new(State::Sqlite, 10, "30s");
    let data = site.folder.path().join("data");
    let nothing = run(&["audit", "verify", "--data-dir", data.to_str().unwrap()]);
    assert_eq!(nothing.code, Some(1), "{nothing:?}");
    assert!(!data.join("rowport.sqlite").exists(), "looking made something");

    let served = site.serve();
    exported(&served);
    ended(served);
    let (code, outcome) = verify(site.folder.path(), &[]);
    assert_eq!((code, wrong(&outcome)), (Some(0), vec![]), "{outcome}");
    assert_eq!(outcome["seal"], serde_json::json!({ "compared": { "since": 0 } }));
    let key = data.join("audit.key");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&key).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let plain = run(&["audit", "verify", "--data-dir", data.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&plain.stdout).ends_with("nothing is wrong\n"), "{plain:?}");

    // Set back to what it was, with everything that is in the database.
    let older = data.join("older");
    std::fs::copy(data.join("rowport.sqlite"), &older).unwrap();
    let served = site.serve();
    exported(&served);
    ended(served);
    let (code, outcome) = verify(site.folder.path(), &[]);
    assert_eq!((code, wrong(&outcome)), (Some(0), vec![]), "{outcome}");
    assert_eq!(outcome["anchors"], 2, "{outcome}");
    for beside in ["rowport.sqlite-wal", "rowport.sqlite-shm"] {
        let _ = std::fs::remove_file(data.join(beside));
    }
    std::fs::copy(&older, data.join("rowport.sqlite")).unwrap();
    let (code, outcome) = verify(site.folder.path(), &[]);
    assert_eq!((code, wrong(&outcome)), (Some(8), vec!["anchor"]), "{outcome}");
    // Whoever starts it hears of that.
    let served = site.serve();
    served.wait_to_hear("it was set back");
    ended(served);
}

#[test]
fn an_audit_on_a_server_is_sealed_with_the_key_that_is_named() {
    let site = Site::new(State::Postgres, 10, "30s");
    let url = site.state().url().to_owned();
    let served = site.serve();
    served.wait_to_hear("the audit is not sealed");
    exported(&served);
    ended(served);
    let (code, outcome) = verify(site.folder.path(), &["--state", &url]);
    assert_eq!((code, outcome["seal"].as_str()), (Some(0), Some("unsealed")), "{outcome}");

    let key = site.folder.path().join("a.key");
    std::fs::write(&key, "0123456789abcdef0123456789abcdef\n").unwrap();
    let key = key.to_str().unwrap();
    site.lend("ROWPORT_AUDIT_KEY", key);
    // Anchors from before are not signed, and would be told as such.
    std::fs::remove_file(site.folder.path().join("data/audit-anchors.ndjson")).unwrap();
    let (one, two) = (site.serve(), site.serve());
    exported(&one);
    exported(&two);
    let sealed = ["--state", &url, "--audit-key", key];
    let (code, outcome) = verify(site.folder.path(), &sealed);
    assert_eq!((code, wrong(&outcome)), (Some(0), vec![]), "while it is served: {outcome}");
    ended(one);
    ended(two);
    let (code, outcome) = verify(site.folder.path(), &sealed);
    assert_eq!((code, wrong(&outcome)), (Some(0), vec![]), "{outcome}");

    site.state().execute("UPDATE rowport.audit SET principal_name = 'somebody else' WHERE seq = 2");
    let (code, outcome) = verify(site.folder.path(), &sealed);
    assert_eq!((code, wrong(&outcome)), (Some(8), vec!["altered"]), "{outcome}");
    assert_eq!(outcome["findings"][0]["seq"], 2);
}
