use std::collections::BTreeMap;
use std::time::Duration;

use rowport_engine::notify::NotifySettings;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Checks;
use super::email::EmailSection;
use super::exports::checked;
use super::quantities::duration;
use super::structure::Named;
use super::webhooks::WebhookSection;
use rowport_store::DeliveryEvent;

/// Telling the outside that background work has ended. Nothing is told unless a channel is configured.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct NotificationsSection {
    /// How long the second attempt of a message waits; each further one, of seven, waits five times as long.
    #[schemars(with = "String", length(min = 1), extend("default" = "5s", "examples" = ["5s"]))]
    retry_after: Option<Spanned<String>>,
    /// E-mail over SMTP, to the person who asked for the run.
    #[schemars(with = "EmailSection")]
    email: Option<EmailSection>,
    /// Webhooks by name, signed as Standard Webhooks say. A name has lower-case letters, digits, `-` and `_`.
    #[schemars(with = "BTreeMap<String, WebhookSection>")]
    #[schemars(extend("propertyNames" = { "pattern": "^[a-z0-9_-]+$" }))]
    webhooks: Named<WebhookSection>,
}

/// No attempt holds on to its message for longer.
const LONGEST: Duration = Duration::from_secs(60);

impl NotificationsSection {
    /// `page` is where people reach the page, for links.
    pub(super) fn settings(self, page: Option<String>, checks: &mut Checks<'_>) -> NotifySettings {
        let default = NotifySettings::default();
        let mut webhooks: Vec<_> = self.webhooks.into_iter().collect();
        webhooks.sort_by_key(|(name, _)| name.span().start);
        NotifySettings {
            page,
            retry_after: self
                .retry_after
                .and_then(|text| checked(duration(text.get_ref()), &text, checks))
                .unwrap_or(default.retry_after),
            email: self.email.and_then(|email| email.settings(checks)),
            webhooks: webhooks
                .into_iter()
                .filter_map(|(name, webhook)| webhook.settings(&name, checks))
                .collect(),
        }
    }
}

/// What is told over a channel: both ends of runs unless one is chosen.
pub(super) fn events(chosen: Option<Vec<Spanned<String>>>, checks: &mut Checks<'_>) -> Vec<DeliveryEvent> {
    const KNOWN: [DeliveryEvent; 2] = [DeliveryEvent::RunCompleted, DeliveryEvent::RunFailed];
    let Some(chosen) = chosen else { return KNOWN.to_vec() };
    let mut events = Vec::new();
    for word in chosen {
        match KNOWN.into_iter().find(|known| known.as_str() == word.get_ref()) {
            Some(event) => events.push(event),
            None => {
                let message = format!("`{}` is nothing that is told", word.get_ref().escape_debug());
                checks.wrong(word.span(), message, "`run.completed` or `run.failed`");
            }
        }
    }
    events
}

/// How long one attempt may take.
pub(super) fn timeout(text: Option<Spanned<String>>, default: Duration, checks: &mut Checks<'_>) -> Duration {
    let Some(text) = text else { return default };
    match checked(duration(text.get_ref()), &text, checks) {
        Some(timeout) if timeout > LONGEST => {
            checks.wrong(text.span(), "that is longer than an attempt may take", "`60s` at most");
            default
        }
        Some(timeout) => timeout,
        None => default,
    }
}
