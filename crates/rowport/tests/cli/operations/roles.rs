use std::time::Duration;

use crate::binary::sha256;
use crate::runs::served::{Site, State};

#[test]
fn what_a_web_process_takes_a_worker_does() {
    let site = Site::new(State::Postgres, 5_000, "10m");
    let web = site.serve_with(&["--role", "web"]);
    let asked: Vec<_> = (0..3).map(|_| web.export("csv")["id"].as_str().unwrap().to_owned()).collect();
    std::thread::sleep(Duration::from_secs(3));
    for id in &asked {
        let run = web.run(id);
        assert_eq!(
            (&run["state"], &run["attempt"]),
            (&"queued".into(), &0.into()),
            "a web process works: {run}"
        );
    }
    let worker = site.serve_with(&["--role", "worker"]);
    for id in &asked {
        let done = web.wait_for(id, "completed", |run| run["state"] == "completed");
        assert_eq!((&done["attempt"], &done["progress"]["rows"]), (&1.into(), &5_000.into()));
        assert_eq!(done["artifact"]["sha256"], sha256(&web.download(id)));
    }
    for path in ["/", "/api/v1/health", "/api/v1/runs", "/api/v1/sources", "/metrics"] {
        let (head, _) = worker.exchange("GET", path, &[], "");
        assert!(head.starts_with("http/1.0 404"), "a worker answers {path}: {head}");
    }
    for path in ["/healthz", "/readyz"] {
        let (head, _) = worker.exchange("GET", path, &["host: 10.0.0.1"], "");
        assert!(head.starts_with("http/1.0 200"), "{path}: {head}");
    }
    for process in [web, worker] {
        process.signal("TERM");
        let (code, said) = process.wait();
        assert_eq!(code, Some(0), "{said}");
    }
}
