//! What a connection waits for, and for how long it may.

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::ConnectionSettings;

/// What one connection waits for. Its stream, its requests and its answers say how they get on.
pub(super) struct Pace {
    settings: ConnectionSettings,
    phase: watch::Sender<Phase>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing has been asked yet.
    Fresh { since: Instant },
    /// An answer was given, and no other request has begun.
    Idle { since: Instant },
    /// A part of a request's head is there.
    Head { since: Instant },
    /// A request is being answered. `stuck` says since when the other end takes nothing.
    Answering { stuck: Option<Instant> },
    /// It has to make room for another connection.
    Evicted,
}

/// While this lives, the connection has a request that is being answered.
pub(super) struct Answering(std::sync::Arc<Pace>);

impl Pace {
    /// That of a connection which was accepted now.
    pub(super) fn new(settings: ConnectionSettings) -> Self {
        Self { settings, phase: watch::Sender::new(Phase::Fresh { since: Instant::now() }) }
    }

    /// Bytes have arrived.
    pub(super) fn read(&self) {
        self.phase.send_if_modified(|phase| match phase {
            Phase::Fresh { .. } | Phase::Idle { .. } => {
                *phase = Phase::Head { since: Instant::now() };
                true
            }
            Phase::Head { .. } | Phase::Answering { .. } | Phase::Evicted => false,
        });
    }

    /// Bytes were taken by the other end's system, or could not be. What only puts a deadline off wakes no task: it is
    /// looked at again when it comes.
    pub(super) fn wrote(&self, taken: bool) {
        self.phase.send_if_modified(|phase| {
            match phase {
                Phase::Idle { since } if taken => *since = Instant::now(),
                Phase::Answering { stuck } if taken => *stuck = None,
                Phase::Answering { stuck: stuck @ None } => *stuck = Some(Instant::now()),
                _ => {}
            }
            false
        });
    }

    /// A request has come; `None` when the connection has been told to make room in this instant.
    pub(super) fn begin(self: &std::sync::Arc<Self>) -> Option<Answering> {
        self.phase.send_if_modified(|phase| {
            let goes_on = *phase != Phase::Evicted;
            if goes_on {
                *phase = Phase::Answering { stuck: None };
            }
            goes_on
        });
        (*self.phase.borrow() != Phase::Evicted).then(|| Answering(std::sync::Arc::clone(self)))
    }

    /// Since when no request of this connection is being answered; `None` while one is.
    pub(super) fn unused_since(&self) -> Option<Instant> {
        match *self.phase.borrow() {
            Phase::Fresh { since } | Phase::Idle { since } | Phase::Head { since } => Some(since),
            Phase::Answering { .. } | Phase::Evicted => None,
        }
    }

    /// Whether nothing was asked on it yet.
    pub(super) fn is_fresh(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Fresh { .. })
    }

    /// Has the connection make room, unless a request on it is being answered.
    pub(super) fn evict(&self) -> bool {
        self.phase.send_if_modified(|phase| {
            let unused = !matches!(phase, Phase::Answering { .. } | Phase::Evicted);
            if unused {
                *phase = Phase::Evicted;
            }
            unused
        })
    }

    /// Comes back when the connection is to be closed: it took too long, or has to make room.
    pub(super) async fn over(&self) {
        let mut phases = self.phase.subscribe();
        loop {
            let now = Instant::now();
            let phase = *phases.borrow_and_update();
            let deadline = match phase {
                Phase::Evicted => return,
                Phase::Fresh { since } | Phase::Head { since } => since + self.settings.head,
                Phase::Idle { since } => since + self.settings.idle,
                Phase::Answering { stuck: Some(since) } => since + self.settings.stuck,
                // Looked at again then: whether it is stuck is known without being told.
                Phase::Answering { stuck: None } => now + self.settings.stuck,
            };
            if deadline <= now {
                return;
            }
            tokio::select! {
                () = sleep_until(deadline) => {}
                // The sender lives as long as this.
                _ = phases.changed() => {}
            }
        }
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.phase.send_if_modified(|phase| {
            let answered = matches!(phase, Phase::Answering { .. });
            if answered {
                *phase = Phase::Idle { since: Instant::now() };
            }
            answered
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::time::{advance, timeout};

    use super::*;

    fn pace() -> Arc<Pace> {
        Arc::new(Pace::new(ConnectionSettings::default()))
    }

    /// How long it takes until the connection is over, with the clock that tests turn.
    async fn over_after(pace: &Pace) -> Duration {
        let began = Instant::now();
        pace.over().await;
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_over_when_what_it_waits_for_does_not_come() {
        let settings = ConnectionSettings::default();
        assert_eq!(over_after(&pace()).await, settings.head);
        let head = pace();
        advance(settings.head / 2).await;
        head.read();
        // More of it puts nothing off.
        advance(settings.head / 2).await;
        head.read();
        assert_eq!(over_after(&head).await, settings.head / 2);
        let idle = pace();
        idle.read();
        drop(idle.begin().unwrap());
        assert_eq!(over_after(&idle).await, settings.idle);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_may_take_as_long_as_its_reader_takes_some_of_it() {
        let settings = ConnectionSettings::default();
        let pace = pace();
        let answering = pace.begin().unwrap();
        assert!(timeout(Duration::from_secs(86_400), pace.over()).await.is_err(), "it may think for long");
        for _ in 0..100 {
            pace.wrote(false);
            assert!(timeout(settings.stuck - Duration::from_secs(1), pace.over()).await.is_err());
            pace.wrote(true);
        }
        pace.wrote(false);
        let after = over_after(&pace).await;
        assert!((settings.stuck..=2 * settings.stuck).contains(&after), "{after:?}");
        drop(answering);
        // What the system still has to send of the answer counts as use.
        advance(settings.idle / 2).await;
        pace.wrote(true);
        assert_eq!(over_after(&pace).await, settings.idle);
    }

    #[tokio::test(start_paused = true)]
    async fn only_a_connection_without_a_request_makes_room() {
        let pace = pace();
        let answering = pace.begin().unwrap();
        assert!(!pace.evict() && pace.unused_since().is_none());
        drop(answering);
        assert!(pace.unused_since().is_some() && pace.evict());
        assert_eq!(over_after(&pace).await, Duration::ZERO);
        assert!(pace.begin().is_none());
    }
}
