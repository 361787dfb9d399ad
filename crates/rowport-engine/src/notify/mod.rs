//! Telling the outside that a run has ended: by e-mail, and by webhooks signed as Standard Webhooks say.
//!
//! - The store inserts the deliveries in the transaction that ends the run, so nothing goes untold because a
//!   process died in between.
//! - A [`Notifier`] in each process that works on runs claims one delivery after the other, tries it, and writes down
//!   what came of it. What fails and may go better is tried again, with growing pauses, a limited number of times.
//! - What is told has names and counts and nothing of rows: not even the words of a database, which may quote one.
//! - Nothing is told until a channel is configured.

mod email;
mod message;
mod notifier;
mod reasons;
mod settings;
mod webhook;

pub use email::{check_email, is_mailbox};
pub use notifier::{ChannelStatus, Notifier};
pub use settings::{EmailSettings, NotifySettings, Secret, SmtpSecurity, WebhookSettings};
