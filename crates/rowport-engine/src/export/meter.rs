use metrics::{Label, counter, histogram};
use rowport_formats::{Format, Manifest};
use tokio::time::Instant;

use super::plan::Tier;
use crate::error::EngineError;

/// Counts one export, from its beginning to its end. One that is dropped before its end was given up by its reader,
/// the one that
/// wanted it.
#[derive(Debug)]
pub struct ExportMeter {
    tier: &'static str,
    format: &'static str,
    began: Instant,
    ended: bool,
}

impl ExportMeter {
    /// An export begins.
    pub fn begin(tier: Tier, format: Format) -> Self {
        Self { tier: tier.name(), format: format.name(), began: Instant::now(), ended: false }
    }

    /// It ended, well or badly.
    pub fn end(mut self, outcome: Result<&Manifest, &EngineError>) {
        match outcome {
            Ok(manifest) => {
                self.count("completed");
                counter!("rowport_export_rows_total", self.labels()).increment(manifest.rows);
                counter!("rowport_export_bytes_total", self.labels()).increment(manifest.bytes);
                histogram!("rowport_export_seconds", self.labels()).record(self.began.elapsed());
            }
            Err(EngineError::Cancelled) => self.count("cancelled"),
            Err(error) => {
                self.count("failed");
                let labels = [
                    Label::from_static_parts("tier", self.tier),
                    Label::from_static_parts("code", error.code().as_str()),
                ];
                counter!("rowport_export_failures_total", labels.to_vec()).increment(1);
            }
        }
    }

    fn count(&mut self, outcome: &'static str) {
        self.ended = true;
        let mut labels = self.labels();
        labels.push(Label::from_static_parts("outcome", outcome));
        counter!("rowport_exports_total", labels).increment(1);
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::from_static_parts("tier", self.tier), Label::from_static_parts("format", self.format)]
    }
}

impl Drop for ExportMeter {
    fn drop(&mut self) {
        if !self.ended {
            self.count("cancelled");
        }
    }
}
