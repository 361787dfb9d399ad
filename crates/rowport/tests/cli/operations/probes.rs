use std::time::{Duration, Instant};

use crate::binary::run;
use crate::runs::served::{Served, Site, State};

/// Asks until the answer is as wanted: an answer is believed for five seconds.
fn wait_for(served: &Served, status: &str, body: &str) {
    rowport_testkit::wait_until(format!("{status} {body}"), || {
        let (head, said) = served.exchange("GET", "/readyz", &[], "");
        head.starts_with(&format!("http/1.0 {status}")) && said == body
    });
}

const READY: &str = r#"{"status":"ready","checks":{"state":"ok","storage":"ok"}}"#;

#[test]
fn a_probe_comes_by_address_and_hears_whether_and_no_more() {
    let site = Site::new(State::Postgres, 10, "2s");
    let served = site.serve();
    for host in ["host: 10.1.2.3:7878", "host: rowport.example", "host: localhost"] {
        let (head, body) = served.exchange("GET", "/healthz", &[host], "");
        assert!(head.starts_with("http/1.0 200") && head.contains("cache-control: no-store"), "{head}");
        assert_eq!(body, r#"{"status":"ok"}"#);
        let (head, body) = served.exchange("GET", "/readyz", &[host], "");
        assert!(head.starts_with("http/1.0 200"), "{head}");
        assert_eq!(body, READY);
    }
    // What is not a probe is for this machine only, as ever.
    let (head, _) = served.exchange("GET", "/api/v1/health", &["host: rowport.example"], "");
    assert!(head.starts_with("http/1.0 403"), "{head}");
}

#[test]
fn a_process_that_cannot_write_files_or_reach_its_state_is_not_ready() {
    let site = Site::new(State::Postgres, 10, "2s");
    let served = site.serve();
    wait_for(&served, "200", READY);
    let artifacts = site.folder.path().join("data/artifacts");
    std::fs::remove_dir_all(&artifacts).unwrap();
    wait_for(
        &served,
        "503",
        r#"{"status":"unready","checks":{"state":"ok","storage":"storage_unavailable"}}"#,
    );
    std::fs::create_dir(&artifacts).unwrap();
    wait_for(&served, "200", READY);
    assert!(site.artifacts().is_empty(), "a check leaves nothing behind: {:?}", site.artifacts());
    site.state().execute("ALTER TABLE rowport.migrations RENAME TO elsewhere");
    wait_for(&served, "503", r#"{"status":"unready","checks":{"state":"store_unavailable","storage":"ok"}}"#);
    site.state().execute("ALTER TABLE rowport.elsewhere RENAME TO migrations");
    wait_for(&served, "200", READY);
    site.state().execute(
        "DELETE FROM rowport.migrations WHERE number = (SELECT max(number) FROM rowport.migrations)",
    );
    wait_for(&served, "503", r#"{"status":"unready","checks":{"state":"store_unavailable","storage":"ok"}}"#);
}

#[test]
fn a_process_that_is_asked_to_end_says_so_before_it_takes_no_more() {
    let site = Site::new(State::Sqlite, 10, "2s");
    site.configure("shutdown_delay = \"1h\"");
    let served = site.serve();
    wait_for(&served, "200", READY);
    served.signal("TERM");
    wait_for(&served, "503", r#"{"status":"draining"}"#);
    // Whoever has not heard of it yet is answered all the same.
    let (head, _) = served.exchange("GET", "/api/v1/sources", &[], "");
    assert!(head.starts_with("http/1.0 200"), "{head}");
    let (head, _) = served.exchange("GET", "/healthz", &[], "");
    assert!(head.starts_with("http/1.0 200"), "{head}");
}

#[test]
fn a_process_that_has_waited_for_load_balancers_ends_by_itself() {
    let site = Site::new(State::Sqlite, 10, "2s");
    site.configure("shutdown_delay = \"3s\"");
    let served = site.serve();
    let asked = Instant::now();
    served.signal("TERM");
    let (code, said) = served.wait();
    assert_eq!(code, Some(0), "{said}");
    assert!(asked.elapsed() >= Duration::from_secs(3), "{:?}", asked.elapsed());
}

#[test]
fn somebody_at_a_terminal_does_not_wait_for_load_balancers() {
    let site = Site::new(State::Sqlite, 10, "2s");
    site.configure("shutdown_delay = \"1h\"");
    let served = site.serve();
    served.signal("INT");
    let (code, said) = served.wait();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn the_doctor_asks_a_process_whether_it_is_ready() {
    let site = Site::new(State::Sqlite, 10, "2s");
    let served = site.serve();
    let url = format!("http://{}", served.address());
    let answer = run(&["doctor", "--ready", &url]);
    assert_eq!(
        (answer.code, String::from_utf8(answer.stdout).unwrap()),
        (Some(0), format!("ok    readiness of {url}: ready\n"))
    );
    served.kill();
    let answer = run(&["doctor", "--ready", &url]);
    assert_eq!(answer.code, Some(1), "{answer:?}");
}

#[test]
fn the_doctor_looks_at_the_state_and_leaves_it_as_it_is() {
    let site = Site::new(State::Postgres, 10, "2s");
    let data = site.folder.path().join("data");
    let source = format!("db={}", site.source.url());
    let state = site.state().url();
    let doctor = |more: &[&str]| {
        let mut arguments = vec!["doctor", "--source", &source, "--data-dir", data.to_str().unwrap()];
        arguments.extend(more);
        let answer = run(&arguments);
        (answer.code, String::from_utf8(answer.stdout).unwrap())
    };
    // Of a state on a server there is no folder in which a key would be made.
    for (more, missing) in [(&[][..], 4), (&["--state", state], 3)] {
        let (code, said) = doctor(more);
        assert!(code == Some(0) && said.matches("not there yet").count() == missing, "{said}");
    }
    assert!(!data.exists());
    site.serve().kill();
    let (code, said) = doctor(&["--state", state]);
    assert!(code == Some(0) && said.contains("ok    state on PostgreSQL: version "), "{said}");
    site.state().execute("INSERT INTO rowport.migrations VALUES (9999)");
    let (code, said) = doctor(&["--state", state]);
    assert!(code == Some(1) && said.contains("was written by a newer Rowport"), "{said}");
}

#[test]
fn the_doctor_says_whether_the_audit_can_be_sealed() {
    let site = Site::new(State::Postgres, 10, "2s");
    let (data, key) = (site.folder.path().join("data"), site.folder.path().join("audit.key"));
    let doctor = |more: &[&str]| {
        let answer = run(&[&["doctor", "--data-dir", data.to_str().unwrap()], more].concat());
        (answer.code, String::from_utf8(answer.stdout).unwrap())
    };
    let (state, named) = (["--state", site.state().url()], ["--audit-key", key.to_str().unwrap()]);
    let (code, said) = doctor(&state);
    assert!(code == Some(0) && said.contains("the audit is not sealed"), "{said}");
    assert!(said.contains("--audit-key"), "{said}");
    let (code, said) = doctor(&[state, named].concat());
    assert!(code == Some(1) && said.contains("FAIL  the audit's key: "), "there is no such file: {said}");
    for (text, well) in [("too short", false), ("long enough that nobody can guess it", true)] {
        std::fs::write(&key, text).unwrap();
        for more in [&named[..], &[state, named].concat()] {
            let (code, said) = doctor(more);
            assert_eq!(code, Some(if well { 0 } else { 1 }), "{said}");
            assert_eq!(said.contains(&format!("ok    the audit's key: {} can be read", key.display())), well);
        }
    }
}
