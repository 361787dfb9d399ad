//! How a process that serves ends: it says that it is about to, lets go of its work, and then ends.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The steps of an end. Each is set once and stays so.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    /// The process has been asked to end: it is not ready for more, and begins no more runs.
    pub draining: CancellationToken,
    /// It takes no more requests; those that are under way may end.
    pub closing: CancellationToken,
}

/// How long the steps may take.
#[derive(Debug, Clone, Copy)]
pub struct ShutdownTimes {
    /// From `SIGTERM` to closing: so long requests are still taken, while whoever sends them hears that this
    /// process is not ready any more.
    pub delay: Duration,
    /// From closing to the end of everything, finished or not.
    pub limit: Duration,
}

impl Shutdown {
    /// Follows signals from now on. `SIGINT` is somebody at a terminal, who is not kept waiting for others to notice;
    /// a second signal ends the process at once.
    pub fn on_signals(times: ShutdownTimes) -> Self {
        let shutdown = Self::default();
        // Listened to before this returns: a signal that comes early must not end the process in its own way.
        let listening = signal(SignalKind::terminate())
            .and_then(|terminate| Ok((terminate, signal(SignalKind::interrupt())?)));
        match listening {
            Ok((terminate, interrupt)) => {
                drop(tokio::spawn(shutdown.clone().follow(times, terminate, interrupt)))
            }
            Err(error) => {
                tracing::warn!(%error, "signals cannot be listened to: they end this process at once")
            }
        }
        shutdown
    }

    /// Both steps at once: there is nothing left to wait for.
    pub fn now(&self) {
        self.draining.cancel();
        self.closing.cancel();
    }

    async fn follow(self, times: ShutdownTimes, mut terminate: Signal, mut interrupt: Signal) {
        let delay = tokio::select! {
            _ = terminate.recv() => times.delay,
            _ = interrupt.recv() => Duration::ZERO,
        };
        tracing::info!("asked to end: no more runs are begun, and what is under way may end");
        self.draining.cancel();
        let again = again_within(delay, &mut terminate, &mut interrupt).await;
        self.closing.cancel();
        if !again {
            again_within(times.limit, &mut terminate, &mut interrupt).await;
        }
        std::process::exit(130);
    }
}

/// Waits, and answers whether another signal came meanwhile.
async fn again_within(time: Duration, terminate: &mut Signal, interrupt: &mut Signal) -> bool {
    tokio::select! {
        _ = terminate.recv() => true,
        _ = interrupt.recv() => true,
        () = tokio::time::sleep(time) => false,
    }
}
