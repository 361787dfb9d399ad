use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use rowport_model::{Clock, ErrorCode};
use rowport_store::{DeliveryEvent, DueDelivery, Store, StoreError, Undelivered};
use serde::Serialize;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::settings::{EMAIL, NotifySettings};
use super::{email, message, webhook};
use crate::error::EngineError;

/// Tells the outside that runs have ended, in as many processes as there are.
#[derive(Clone)]
pub struct Notifier {
    parts: Arc<Parts>,
}

struct Parts {
    settings: NotifySettings,
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    /// Something may be waiting.
    hint: Notify,
}

/// A channel that is configured, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChannelStatus {
    /// `email`, or `webhook:` and its name.
    #[schema(example = "webhook:warehouse")]
    pub name: String,
    /// Where it leads: the mail server, or the webhook's host.
    #[schema(example = "hooks.example.org")]
    pub host: String,
    /// The sender of e-mail.
    #[schema(example = "Rowport <rowport@example.org>")]
    pub from: Option<String>,
    /// What is told over it.
    pub events: Vec<DeliveryEvent>,
    /// Each message goes to the person who asked for the run.
    pub personal: bool,
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: ErrorCode,
    pub(super) message: String,
    /// Whether trying again would come to the same.
    for_good: bool,
}

/// So many messages are on their way at once, so that one host that hangs does not hold up the others.
const AT_ONCE: usize = 4;
/// How often is looked for more while messages are on their way.
const POLL: Duration = Duration::from_secs(1);
/// A message is tried so often: over some five hours with the usual pauses.
const ATTEMPTS: u32 = 7;
/// The log of deliveries goes back so far.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long messages on their way may take to arrive once the process is asked to end.
const LAST: Duration = Duration::from_secs(10);

impl Notifier {
    /// A notifier that has not begun.
    pub fn new(settings: NotifySettings, store: Arc<Store>, clock: Arc<dyn Clock>) -> Self {
        Self { parts: Arc::new(Parts { settings, store, clock, hint: Notify::new() }) }
    }

    /// What is configured.
    pub fn channels(&self) -> Vec<ChannelStatus> {
        let settings = &self.parts.settings;
        let email = settings.email.iter().map(|email| ChannelStatus {
            name: EMAIL.to_owned(),
            host: email.server.clone(),
            from: Some(email.from.clone()),
            events: email.events.clone(),
            personal: true,
        });
        let webhooks = settings.webhooks.iter().map(|webhook| ChannelStatus {
            name: webhook.channel(),
            host: webhook.host(),
            from: None,
            events: webhook.events.clone(),
            personal: false,
        });
        email.chain(webhooks).collect()
    }

    /// Says that there is something to tell, so that it need not wait for the next look.
    pub fn hint(&self) {
        self.parts.hint.notify_one();
    }

    /// Waits until [`hint`](Self::hint) was called.
    pub(crate) async fn hinted(&self) {
        self.parts.hint.notified().await;
    }

    /// Delivers what is due, until nothing is and nothing is on its way; or until `stop`, and what is on its way then has a
    /// moment to arrive. What does not is tried again by whichever process finds it once its lease is over.
    pub(crate) async fn deliver(&self, stop: &CancellationToken) -> Result<(), EngineError> {
        let slots = Arc::new(Semaphore::new(AT_ONCE));
        let mut attempts = JoinSet::new();
        let mut ended = Ok(());
        while !stop.is_cancelled() {
            while attempts.try_join_next().is_some() {}
            let slot = tokio::select! {
                slot = Arc::clone(&slots).acquire_owned() => slot,
                () = stop.cancelled() => break,
            };
            // It is never closed.
            let Ok(slot) = slot else { break };
            match self.parts.claim().await {
                Ok(Some(due)) => {
                    let parts = Arc::clone(&self.parts);
                    attempts.spawn(async move {
                        parts.attempt(due).await;
                        drop(slot);
                    });
                    continue;
                }
                Ok(None) => {}
                Err(error) => ended = Err(error.into()),
            }
            drop(slot);
            if attempts.is_empty() {
                return ended;
            }
            // A message that hangs does not hold up those that come after it.
            tokio::select! {
                _ = attempts.join_next() => {}
                () = self.hinted() => {}
                () = tokio::time::sleep(POLL) => {}
                () = stop.cancelled() => {}
            }
        }
        let arriving = async { while attempts.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(LAST, arriving).await;
        ended
    }

    /// Forgets old deliveries.
    pub(crate) async fn tidy(&self) -> Result<(), EngineError> {
        if self.parts.settings.channels().is_empty() {
            return Ok(());
        }
        let forgotten = self.parts.store.deliveries().forget(self.parts.clock.now() - KEPT).await;
        forgotten.inspect_err(|error| tracing::warn!(%error, "old deliveries cannot be forgotten"))?;
        Ok(())
    }
}

impl Parts {
    async fn claim(&self) -> Result<Option<DueDelivery>, StoreError> {
        let lease = SignedDuration::try_from(self.settings.lease()).unwrap_or(SignedDuration::from_mins(5));
        let claimed = self.store.deliveries().claim(self.clock.as_ref(), lease).await;
        claimed.inspect_err(|error| tracing::warn!(%error, "what is to be told cannot be read"))
    }

    /// Tries once and writes down what came of it. Where that cannot be written, the lease ends and it is tried again.
    async fn attempt(&self, due: DueDelivery) {
        let outcome = self.send(&due).await;
        let delivery = &due.delivery;
        let (channel, attempt) = (delivery.channel.as_str(), delivery.attempt);
        let (deliveries, clock) = (self.store.deliveries(), self.clock.as_ref());
        let written = match outcome {
            Ok(()) => {
                count(channel, "sent");
                tracing::info!(delivery = delivery.id, channel, attempt, "a message was delivered");
                deliveries.sent(clock, delivery).await
            }
            Err(refusal) => {
                // The sender of a test waits for its result.
                let again = !refusal.for_good && attempt < ATTEMPTS && delivery.event != DeliveryEvent::Test;
                count(channel, if again { "retried" } else { "failed" });
                // A mail server's words may name people; its code does not.
                tracing::warn!(
                    delivery = delivery.id,
                    channel,
                    attempt,
                    code = refusal.code.as_str(),
                    again,
                    "a message was not delivered"
                );
                let retry_at = again.then(|| clock.now() + pause(self.settings.retry_after, attempt));
                let why = Undelivered { code: refusal.code, message: refusal.message, retry_at };
                deliveries.failed(clock, delivery, &why).await
            }
        };
        if let Err(error) = written {
            tracing::warn!(%error, "what came of a message cannot be written down");
        }
    }

    async fn send(&self, due: &DueDelivery) -> Result<(), Refusal> {
        let (delivery, page) = (&due.delivery, self.settings.page.as_deref());
        if due.run.as_ref().is_some_and(|run| run.deleted) {
            return Err(Refusal::for_good(ErrorCode::RunDeleted, "the run was deleted before this was told"));
        }
        let late = || Refusal::for_now(ErrorCode::NoAnswer, "there was no answer in time");
        if let Some(settings) = self.settings.email.as_ref().filter(|_| delivery.channel == EMAIL) {
            let address = self.address(delivery.recipient.as_deref()).await?;
            let letter = message::letter(due, page);
            let sending = email::send(settings, &address, &delivery.id, delivery.created_at, letter);
            // The transport's own limit is for each step.
            return tokio::time::timeout(settings.timeout, sending).await.unwrap_or_else(|_| Err(late()));
        }
        let webhook = self.settings.webhooks.iter().find(|webhook| webhook.channel() == delivery.channel);
        // Only channels of this configuration are claimed.
        let webhook =
            webhook.ok_or_else(|| Refusal::for_now(ErrorCode::ChannelGone, "it is not configured here"))?;
        webhook::post(webhook, &delivery.id, self.clock.now(), message::payload(due, page)).await
    }

    /// The e-mail address of a person. A suspended person gets nothing.
    async fn address(&self, principal: Option<&str>) -> Result<String, Refusal> {
        let nobody =
            || Refusal::for_good(ErrorCode::NobodyToTell, "they are not there any more, or are suspended");
        let id = principal.and_then(|principal| principal.strip_prefix("user:")).ok_or_else(nobody)?;
        match self.store.users().get(id).await {
            Ok(user) if !user.suspended => Ok(user.email),
            Ok(_) | Err(StoreError::UnknownUser { .. }) => Err(nobody()),
            Err(error) => Err(Refusal::for_now(error.code(), error.to_string())),
        }
    }
}

/// By kind of channel: names of webhooks are for those who administer them.
fn count(channel: &str, outcome: &'static str) {
    let kind = if channel == EMAIL { "email" } else { "webhook" };
    metrics::counter!("rowport_deliveries_total", "channel" => kind, "outcome" => outcome).increment(1);
}

/// Five times as long after each attempt.
fn pause(first: Duration, attempt: u32) -> SignedDuration {
    let factor = 5_u32.saturating_pow(attempt.saturating_sub(1));
    SignedDuration::try_from(first.saturating_mul(factor)).unwrap_or(SignedDuration::from_hours(24))
}

impl Refusal {
    pub(super) fn for_good(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), for_good: true }
    }

    pub(super) fn for_now(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), for_good: false }
    }
}
