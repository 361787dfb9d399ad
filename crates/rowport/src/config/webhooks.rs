use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rowport_engine::notify::{Secret, WebhookSettings};
use rowport_fetch::Reach;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::Checks;
use super::notifications::{events, timeout};
use super::sources::{Held, variable};

/// A webhook.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookSection {
    /// The environment variable that holds the address: `https://…`. In many addresses the path is a secret.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["WAREHOUSE_WEBHOOK_URL"]))]
    url_env: Spanned<String>,
    /// The environment variable that holds what messages are signed with: `whsec_` and 24 to 64 random bytes in base64.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["WAREHOUSE_WEBHOOK_SECRET"]))]
    secret_env: Spanned<String>,
    /// What is told. Everything when absent.
    #[schemars(with = "Vec<String>", extend("examples" = [["run.completed", "run.failed"]]))]
    #[serde(default)]
    events: Option<Vec<Spanned<String>>>,
    /// Whether it may lead into a network that is not public, such as your own, and may be without TLS.
    #[schemars(with = "bool", extend("default" = false, "examples" = [true]))]
    #[serde(default)]
    allow_private: Option<bool>,
    /// How long one attempt may take; a minute at most.
    #[schemars(with = "String", length(min = 1), extend("default" = "15s", "examples" = ["15s"]))]
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

const URL: Held = Held {
    what: "the webhook's address",
    key: "url_env",
    example: "WAREHOUSE_WEBHOOK_URL",
    value: "https://…",
};
const SECRET: Held = Held {
    what: "the webhook's secret",
    key: "secret_env",
    example: "WAREHOUSE_WEBHOOK_SECRET",
    value: "whsec_…",
};

impl WebhookSection {
    pub(super) fn settings(self, name: &Spanned<String>, checks: &mut Checks<'_>) -> Option<WebhookSettings> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        let text = name.get_ref();
        if text.is_empty() || !text.chars().all(fits) {
            let message = format!("`{}` cannot be the name of a webhook", text.escape_debug());
            checks.wrong(name.span(), message, "lower-case letters, digits, `-` and `_`");
        }
        let private = self.allow_private == Some(true);
        let url = address(&self.url_env, private, checks);
        let key = key(&self.secret_env, checks);
        let events = events(self.events, checks);
        let timeout = timeout(self.timeout, Duration::from_secs(15), checks);
        Some(WebhookSettings {
            name: text.clone(),
            url: url?,
            key: key?,
            events,
            reach: if private { Reach::Anywhere } else { Reach::Public },
            timeout,
        })
    }
}

fn address(name: &Spanned<String>, private: bool, checks: &mut Checks<'_>) -> Option<Secret> {
    let text = variable(name, URL, checks)?;
    match Url::parse(text.trim()) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            let hint = "messages are signed with `secret_env`, and need no login";
            checks.wrong(name.span(), "there is a login in the address that this variable holds", hint);
            None
        }
        Ok(url) if url.scheme() == "http" && !private => {
            let hint = "use `https://`, or write `allow_private = true` if it is in your own network";
            checks.wrong(name.span(), "everybody on the way to this address could read the messages", hint);
            None
        }
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            Some(Secret(url.as_str().as_bytes().to_vec()))
        }
        _ => {
            checks.wrong(name.span(), "this variable holds no address of a webhook", "`https://…`");
            None
        }
    }
}

/// The key within a secret, as Standard Webhooks write it.
fn key(name: &Spanned<String>, checks: &mut Checks<'_>) -> Option<Secret> {
    let text = variable(name, SECRET, checks)?;
    let key = text.trim().strip_prefix("whsec_").and_then(|key| BASE64_STANDARD.decode(key).ok());
    let key = key.filter(|key| (24..=64).contains(&key.len()));
    if key.is_none() {
        let hint = "`whsec_` and 24 to 64 random bytes in base64: `echo whsec_$(openssl rand -base64 32)`";
        checks.wrong(name.span(), "this variable holds no secret of a webhook", hint);
    }
    key.map(Secret)
}
