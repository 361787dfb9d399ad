use std::fmt;
use std::time::Duration;

use rowport_fetch::Reach;
use rowport_store::{Channel, DeliveryEvent};

/// Over which channels it is told that runs have ended. Without any, nothing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifySettings {
    /// Where people reach the page, for links in messages; without a slash at its end.
    pub page: Option<String>,
    /// How long the second attempt waits; each further one waits five times as long.
    pub retry_after: Duration,
    /// By e-mail.
    pub email: Option<EmailSettings>,
    /// By webhooks.
    pub webhooks: Vec<WebhookSettings>,
}

/// How e-mail is sent: to the person who asked for the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailSettings {
    /// The server's name or address.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: SmtpSecurity,
    /// The certificate of an authority that is trusted as well, in PEM.
    pub authority: Option<Vec<u8>>,
    /// The login, where there is one: name and password.
    pub login: Option<(String, Secret)>,
    /// The sender: `Rowport <rowport@example.org>`.
    pub from: String,
    /// What is told.
    pub events: Vec<DeliveryEvent>,
    /// How long one attempt may take.
    pub timeout: Duration,
}

/// How the connection to a mail server is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// It begins in the open and must then be encrypted: the usual way on port 587.
    #[default]
    StartTls,
    /// It is encrypted from the start: port 465.
    Tls,
    /// It is not.
    None,
}

/// One webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Its name among the others.
    pub name: String,
    /// Where messages go. Something in it may be secret.
    pub url: Secret,
    /// What messages are signed with.
    pub key: Secret,
    /// What is told.
    pub events: Vec<DeliveryEvent>,
    /// Where it may lead.
    pub reach: Reach,
    /// How long one attempt may take.
    pub timeout: Duration,
}

/// Secret bytes, which `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub Vec<u8>);

/// The name of the channel by e-mail.
pub(super) const EMAIL: &str = "email";
/// What the names of channels by webhook begin with.
pub(super) const WEBHOOK: &str = "webhook:";

/// Between the end of an attempt and that of its lease there must be time to write down what came of it.
const SLACK: Duration = Duration::from_secs(10);

impl Default for NotifySettings {
    fn default() -> Self {
        Self { page: None, retry_after: Duration::from_secs(5), email: None, webhooks: Vec::new() }
    }
}

impl NotifySettings {
    /// The channels, as the store needs to know them.
    pub fn channels(&self) -> Vec<Channel> {
        let email = self.email.iter().map(|email| Channel {
            name: EMAIL.to_owned(),
            events: email.events.clone(),
            personal: true,
        });
        let webhooks = self.webhooks.iter().map(|webhook| Channel {
            name: webhook.channel(),
            events: webhook.events.clone(),
            personal: false,
        });
        email.chain(webhooks).collect()
    }

    /// How long a delivery stays with the process that claimed it: longer than any attempt takes.
    pub(super) fn lease(&self) -> Duration {
        let email = self.email.iter().map(|email| email.timeout);
        let webhooks = self.webhooks.iter().map(|webhook| webhook.timeout);
        email.chain(webhooks).max().unwrap_or_default() + SLACK
    }
}

impl WebhookSettings {
    /// The name of its channel.
    pub(super) fn channel(&self) -> String {
        format!("{WEBHOOK}{}", self.name)
    }

    /// The host that it goes to, which may be seen. A path or a query may be what makes an address a secret.
    pub(super) fn host(&self) -> String {
        let url: Option<http::Uri> = self.url.text().parse().ok();
        url.and_then(|url| url.host().map(str::to_owned)).unwrap_or_default()
    }
}

impl Secret {
    /// As text, where it is one.
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
