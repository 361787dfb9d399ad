//! PostgreSQL ends every connection to the state again and again while exports are asked for and done. What was
//! acknowledged is done, and nobody has to restart anything.

use std::time::{Duration, Instant};

use rowport_testkit::PATIENCE;

use super::served::{Site, State};
use crate::binary::{cases, sha256};

const END: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND application_name = 'rowport state'";

#[test]
fn what_was_acknowledged_is_done_although_every_connection_is_ended_again_and_again() {
    let site = Site::new(State::Postgres, 30_000, "2s");
    let served = site.serve();
    let (mut asked, mut refused, mut ended) = (Vec::new(), 0, 0);
    let lasting = Duration::from_secs(cases(100) as u64);
    let (started, mut last) = (Instant::now(), Instant::now());
    while started.elapsed() < lasting || ended == 0 || asked.is_empty() {
        assert!(started.elapsed() < lasting + PATIENCE, "nothing was tried");
        match served.try_export("csv") {
            Some(id) => asked.push(id),
            None => refused += 1,
        }
        if last.elapsed() > Duration::from_secs(2) {
            last = Instant::now();
            ended += site.state().rows(END).len();
        }
        std::thread::sleep(Duration::from_millis(150));
    }
    for id in &asked {
        let done = served.wait_for(id, "completed", |run| run["state"] == "completed");
        assert_eq!(done["artifact"]["sha256"], sha256(&served.download(id)), "{done}");
    }
    assert!(!served.said().contains("panicked"), "{}", served.said());
    eprintln!("{ended} connections ended: {} exports acknowledged and done, {refused} refused", asked.len());
}
