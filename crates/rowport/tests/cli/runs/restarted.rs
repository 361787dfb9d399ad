//! The PostgreSQL server that has both the source and the state is stopped, killed and started again, and its
//! connections are ended, while exports are asked for and done. What was acknowledged is done, and Rowport goes on by
//! itself.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rowport_model::SourceKind;
use rowport_testkit::{Database, PATIENCE, Server, Stop, wait_until};

use super::served::Site;
use crate::binary::{cases, sha256};

const ROWS: u32 = 20_000;

/// Between two faults.
const PAUSE: Duration = Duration::from_secs(2);

#[test]
fn what_was_acknowledged_is_done_although_the_server_is_restarted_again_and_again() {
    let server = Server::start(SourceKind::Postgres);
    let (state, source) = (server.create(), server.create());
    // The throwaway servers are in no hurry to write down what was committed; one that keeps a state is.
    state.execute(
        "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET synchronous_commit = on'; END $$",
    );
    source.execute(&format!(
        "CREATE TABLE records (id int PRIMARY KEY, name text NOT NULL);
         INSERT INTO records SELECT i, 'a name, \"quoted\" ' || i FROM generate_series(1, {ROWS}) i; CHECKPOINT"
    ));
    let site = Site::of(source, Some(state), "2s");
    let served = site.serve();
    let (mut asked, mut refused) = (Vec::new(), 0);
    let (started, lasting) = (Instant::now(), Duration::from_secs(cases(120) as u64));
    let over = AtomicBool::new(false);
    let restarts = AtomicU32::new(0);
    let ended = std::thread::scope(|scope| {
        let faults = scope.spawn(|| faults(&server, site.state(), &over, &restarts));
        while started.elapsed() < lasting || restarts.load(Ordering::Relaxed) < 2 || asked.is_empty() {
            if started.elapsed() > lasting + PATIENCE {
                over.store(true, Ordering::Relaxed);
                panic!("the server is not restarted");
            }
            match served.try_export("csv") {
                Some(id) => asked.push(id),
                None => refused += 1,
            }
            std::thread::sleep(Duration::from_millis(150));
        }
        over.store(true, Ordering::Relaxed);
        faults.join().unwrap()
    });
    let restarts = restarts.into_inner();
    assert!(ended > 0, "nothing was tried");
    for id in &asked {
        let done = served.wait_for(id, "completed", |run| run["state"] == "completed");
        assert_eq!(done["progress"]["rows"], ROWS, "{done}");
        assert_eq!(done["artifact"]["sha256"], sha256(&served.download(id)), "{done}");
    }
    // Each connection that is used from now on is a good one.
    for _ in 0..20 {
        let run = served.export("csv");
        let id = run["id"].as_str().unwrap();
        let done = served.wait_for(id, "completed", |run| run["state"] == "completed");
        // On a busy machine a process may be late with its own lease; but only then is anything begun twice.
        assert!(done["attempt"] == 1 || served.said().contains("outcome=\"lost\""), "{done}");
    }
    let stuck = "SELECT 1 FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' \
                 AND state_change < now() - interval '1 second'";
    wait_until("no transaction is left open", || site.state().rows(stuck).is_empty());
    eprintln!(
        "{restarts} restarts, {ended} connections ended: {} exports acknowledged and done, {refused} refused",
        asked.len()
    );
    served.kill();
    drop(site);
}

/// Stops the server, ends connections and so on, until it is over, and counts the restarts. Answers how many connections
/// were ended. The server runs afterwards.
fn faults(server: &Server, state: &Database, over: &AtomicBool, restarts: &AtomicU32) -> usize {
    const END: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE application_name LIKE 'rowport%' AND pid <> pg_backend_pid()";
    let mut ended = 0;
    for how in [Stop::Fast, Stop::Immediate].into_iter().cycle() {
        std::thread::sleep(PAUSE);
        ended += state.rows(END).len();
        std::thread::sleep(PAUSE);
        if over.load(Ordering::Relaxed) {
            break;
        }
        server.stop(how);
        std::thread::sleep(Duration::from_millis(500));
        server.resume();
        restarts.fetch_add(1, Ordering::Relaxed);
    }
    ended
}
