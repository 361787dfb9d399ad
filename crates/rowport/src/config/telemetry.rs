use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Checks;
use crate::telemetry::{LogFormat, TelemetrySettings};

/// What Rowport tells of itself while it serves.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct TelemetrySection {
    /// How log lines are written: `text` for people, `json` for programs.
    #[schemars(with = "String", length(min = 1), extend("default" = "text", "examples" = ["json", "text"]))]
    log_format: Option<Spanned<String>>,
    /// The address where Prometheus finds `/metrics`, which needs no sign-in. Nowhere when absent.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["127.0.0.1:9464"]))]
    metrics_listen: Option<Spanned<String>>,
    /// The collector that traces are sent to, by OTLP over HTTP. They are not sent when absent.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["http://127.0.0.1:4318"]))]
    traces_endpoint: Option<Spanned<String>>,
}

impl TelemetrySection {
    pub(super) fn settings(self, checks: &mut Checks<'_>) -> TelemetrySettings {
        TelemetrySettings {
            log_format: self.log_format.and_then(|text| log_format(&text, checks)).unwrap_or_default(),
            metrics: self.metrics_listen.and_then(|text| address(&text, checks)),
            traces: self.traces_endpoint.and_then(|text| endpoint(&text, checks)),
        }
    }
}

fn log_format(text: &Spanned<String>, checks: &mut Checks<'_>) -> Option<LogFormat> {
    match text.get_ref().as_str() {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        other => {
            let message = format!("`{}` is no format of log lines", other.escape_debug());
            checks.wrong(text.span(), message, "`text` or `json`");
            None
        }
    }
}

fn address(text: &Spanned<String>, checks: &mut Checks<'_>) -> Option<SocketAddr> {
    let address = text.get_ref().parse().ok();
    if address.is_none() {
        let message = format!("`{}` is not an address with a port", text.get_ref().escape_debug());
        checks.wrong(text.span(), message, "such as `127.0.0.1:9464`");
    }
    address
}

fn endpoint(text: &Spanned<String>, checks: &mut Checks<'_>) -> Option<String> {
    let endpoint = text.get_ref();
    let known = ["http://", "https://"].iter().any(|scheme| endpoint.starts_with(scheme));
    if !known {
        checks.wrong(text.span(), "this is not the URL of a collector", "such as `http://127.0.0.1:4318`");
    }
    known.then(|| endpoint.clone())
}
