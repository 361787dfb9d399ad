//! What Rowport tells of itself while it runs: log lines, metrics, traces.

mod json_lines;
mod logs;
mod metrics;
mod traces;

use std::net::SocketAddr;

use clap::ValueEnum;
use serde::Deserialize;

pub use logs::{start, start_quiet};
pub use metrics::Metrics;
pub use traces::Traces;

/// What is told, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TelemetrySettings {
    /// How log lines are written.
    pub log_format: LogFormat,
    /// Where Prometheus finds `/metrics`; nowhere when absent.
    pub metrics: Option<SocketAddr>,
    /// Where traces are sent, by OTLP over HTTP; nowhere when absent.
    pub traces: Option<String>,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}
