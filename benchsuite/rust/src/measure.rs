//! The stopwatch. It is not in Python because a process inherits its parent's peak of resident memory over `exec`: the
//! parent must be smaller than anything that it measures.

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::mem::MaybeUninit;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Where the command's standard output goes.
pub enum Output<'a> {
    Nowhere,
    File(&'a str),
    /// Into this process, which looks at the time and forgets the bytes.
    Pipe,
}

pub fn run(command: &[&str], output: Output<'_>) -> Result<(), Box<dyn Error>> {
    let [program, arguments @ ..] = command else { return Err("no command to measure".into()) };
    let stdout = match output {
        Output::Nowhere => Stdio::null(),
        Output::File(path) => File::create(path)?.into(),
        Output::Pipe => Stdio::piped(),
    };
    let start = Instant::now();
    let mut child = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(stdout).spawn()?;
    let (mut first_byte, mut bytes) = (None, 0_u64);
    if let Some(mut pipe) = child.stdout.take() {
        let mut buffer = [0; 64 * 1024];
        loop {
            let count = pipe.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            first_byte.get_or_insert_with(|| start.elapsed());
            bytes += count as u64;
        }
    }
    let (status, peak_kib) = wait(child.id())?;
    let wall = start.elapsed().as_secs_f64();
    let first_byte = first_byte.map_or("null".to_owned(), |time| format!("{:.6}", time.as_secs_f64()));
    println!(
        r#"{{"wall": {wall:.6}, "peak_kib": {peak_kib}, "first_byte": {first_byte}, "bytes": {bytes}, "status": {status}}}"#
    );
    Ok(())
}

/// The exit status as the kernel gives it, and `ru_maxrss`, which Linux counts in KiB.
fn wait(pid: u32) -> Result<(i32, i64), Box<dyn Error>> {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both pointers are valid for writing, and all zeroes is a valid `rusage`.
    let (waited, usage) = unsafe {
        let waited = libc::wait4(i32::try_from(pid)?, &raw mut status, 0, usage.as_mut_ptr());
        (waited, usage.assume_init())
    };
    if waited < 0 {
        return Err(std::io::Error::last_os_error().into());
    }
    Ok((status, usage.ru_maxrss))
}
