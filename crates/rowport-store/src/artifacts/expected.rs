use std::time::Duration;

use tokio::sync::watch;

/// How long a file will probably be, for a target that has to choose before it is whole.
#[derive(Debug, Clone)]
pub struct Expected(watch::Receiver<Known>);

/// Says how long a file will probably be. The last word counts.
#[derive(Debug, Clone)]
pub struct Forecast(watch::Sender<Known>);

#[derive(Debug, Clone, Copy)]
enum Known {
    NotYet,
    Never,
    Bytes(u64),
}

impl Forecast {
    /// A forecast that nothing is known of yet, and the end that is told of it.
    pub fn new() -> (Self, Expected) {
        let (sender, receiver) = watch::channel(Known::NotYet);
        (Self(sender), Expected(receiver))
    }

    /// So many bytes are expected in all.
    pub fn expect(&self, bytes: u64) {
        self.0.send_replace(Known::Bytes(bytes));
    }

    /// Nothing will be known, so nobody needs to wait.
    pub fn never(&self) {
        self.0.send_replace(Known::Never);
    }
}

impl Expected {
    /// Nothing is known and never will be.
    pub fn unknown() -> Self {
        let (sender, receiver) = watch::channel(Known::Never);
        drop(sender);
        Self(receiver)
    }

    /// The bytes, if they become known in time.
    pub(super) async fn within(&mut self, patience: Duration) -> Option<u64> {
        let known = self.0.wait_for(|known| !matches!(known, Known::NotYet));
        match tokio::time::timeout(patience, known).await {
            Ok(Ok(known)) => match *known {
                Known::Bytes(bytes) => Some(bytes),
                Known::Never | Known::NotYet => None,
            },
            Ok(Err(_)) | Err(_) => None,
        }
    }
}
