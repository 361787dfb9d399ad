//! The disk of the artifacts is full for a while. Nothing is half-published, the run says why it waits, and when there
//! is room again it goes on by itself.

use std::path::Path;
use std::time::{Duration, Instant};

use super::served::{Served, Site, State};
use crate::binary::{sha256, soak};
use crate::disks::SmallDisk;

/// About three megabytes of CSV: two such files fit, and none beside what others put there.
const ROWS: u32 = 60_000;

/// A site whose artifacts have a disk of eight megabytes; `None` where none can be mounted.
fn site(room: &str) -> Option<(Site, SmallDisk)> {
    let site = Site::new(State::Sqlite, ROWS, "2s");
    std::fs::create_dir_all(site.artifacts_folder()).unwrap();
    let disk = SmallDisk::mount(&site.artifacts_folder(), room)?;
    Some((site, disk))
}

/// What somebody else put on the disk.
const OTHERS: &str = "others";

fn take_room(artifacts: &Path, bytes: usize) {
    std::fs::write(artifacts.join(OTHERS), vec![b'x'; bytes]).unwrap();
}

fn free_room(artifacts: &Path) {
    std::fs::remove_file(artifacts.join(OTHERS)).unwrap();
}

fn waits_for_room(served: &Served, id: &str) {
    let run = served.wait_for(id, "held up", |run| run["error"]["code"] == "storage_full");
    assert!(run["artifact"].is_null(), "{run}");
}

fn is_done(served: &Served, id: &str) {
    let done = served.wait_for(id, "completed", |run| run["state"] == "completed");
    assert_eq!(done["progress"]["rows"], ROWS, "{done}");
    assert_eq!(done["artifact"]["sha256"], sha256(&served.download(id)), "{done}");
}

#[test]
fn a_run_whose_file_does_not_fit_waits_until_it_does() {
    let Some((site, _disk)) = site("8m") else { return };
    let artifacts = site.artifacts_folder();
    take_room(&artifacts, 6 << 20);
    let served = site.serve();
    let id = served.export("csv")["id"].as_str().unwrap().to_owned();
    waits_for_room(&served, &id);
    assert_eq!(site.artifacts(), [OTHERS], "something of the file stays behind");
    if soak() {
        // Nobody frees any room, and it gives up.
        let (started, patience) = (Instant::now(), Duration::from_secs(600));
        while served.run(&id)["state"] != "failed" {
            assert!(started.elapsed() < patience, "{}", served.run(&id));
            std::thread::sleep(Duration::from_secs(1));
        }
        assert_eq!(served.run(&id)["error"]["code"], "storage_full");
        assert_eq!(site.artifacts(), [OTHERS]);
    }
    let given_up = served.run(&id)["state"] == "failed";
    let later = served.export("csv")["id"].as_str().unwrap().to_owned();
    waits_for_room(&served, &later);
    free_room(&artifacts);
    is_done(&served, &later);
    if !given_up {
        is_done(&served, &id);
    }
    served.kill();
}

#[test]
fn a_disk_without_room_for_one_more_name_is_a_full_one() {
    // The root, whose folder it is, the file of others, and nothing else.
    let Some((site, _disk)) = site("8m,nr_inodes=4") else { return };
    let artifacts = site.artifacts_folder();
    take_room(&artifacts, 1);
    let served = site.serve();
    std::fs::write(artifacts.join("another"), "").unwrap();
    let id = served.export("csv")["id"].as_str().unwrap().to_owned();
    waits_for_room(&served, &id);
    served.kill();
}
