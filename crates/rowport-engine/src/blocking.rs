//! Work that takes a while and waits for nothing.

use tokio::runtime::{Handle, RuntimeFlavor};

/// So many pieces are worked on in less than a moment.
const LIGHT: usize = 10_000;

/// Does work on so many pieces. Where they are many, other tasks of this thread go on elsewhere meanwhile.
pub(crate) fn heavily<T>(pieces: usize, work: impl FnOnce() -> T) -> T {
    let elsewhere =
        Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
    match elsewhere && pieces > LIGHT {
        true => tokio::task::block_in_place(work),
        false => work(),
    }
}
