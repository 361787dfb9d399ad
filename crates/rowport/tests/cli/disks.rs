//! Real disks that are too small or broken, where we may make them: only root may mount.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file system in memory with room for so much.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one on a folder; `None` where that is not allowed. `room` is as `mount` has it: `2m`, or `2m,nr_inodes=9`.
    pub fn mount(folder: &Path, room: &str) -> Option<Self> {
        let options = format!("size={room}");
        let arguments = ["-t", "tmpfs", "-o", &options, "tmpfs"].map(str::to_owned);
        let mounted = done(Command::new("mount").args(arguments).arg(folder));
        if !mounted {
            eprintln!("not tried: only root may mount a disk");
        }
        mounted.then(|| Self(folder.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Whatever is in the way of it, the test has already said what went wrong.
        done(Command::new("umount").arg(&self.0));
    }
}

/// A file system on a disk that promises more than it has: what is written is taken, and lost when the system hands it
/// to the disk.
pub struct LyingDisk {
    device: String,
    folder: PathBuf,
    // Unmounted last: the image of the disk is in it.
    _image: SmallDisk,
    _place: tempfile::TempDir,
}

impl LyingDisk {
    /// Mounts one on a folder, 64 MiB by its own account and 8 MiB in truth; `None` where that is not allowed.
    pub fn mount(folder: &Path) -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        let image = SmallDisk::mount(place.path(), "8m")?;
        let path = place.path().join("image");
        std::fs::File::create(&path).unwrap().set_len(64 << 20).unwrap();
        if !done(Command::new("mke2fs").args(["-q", "-t", "ext4", "-O", "^has_journal"]).arg(&path)) {
            return None;
        }
        let device = Command::new("losetup").args(["--find", "--show"]).arg(&path).output().ok()?;
        let device = String::from_utf8(device.stdout).ok()?.trim().to_owned();
        if device.is_empty() {
            return None;
        }
        let disk = Self { device, folder: folder.to_owned(), _image: image, _place: place };
        done(Command::new("mount").args(["-o", "errors=continue", &disk.device]).arg(folder)).then_some(disk)
    }
}

impl Drop for LyingDisk {
    fn drop(&mut self) {
        done(Command::new("umount").arg(&self.folder));
        done(Command::new("losetup").args(["--detach", &self.device]));
    }
}

fn done(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
