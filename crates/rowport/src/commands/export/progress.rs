//! The line that shows how far an export has come.

use std::time::Duration;

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use rowport_engine::export::Progress;

/// Counts, rate and time left, or nothing at all.
#[derive(Clone)]
pub(super) struct ProgressLine(ProgressBar);

impl ProgressLine {
    pub(super) fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    pub(super) fn shown() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
        bar.set_style(style("{spinner} {human_pos} rows  {per_sec}  {msg}"));
        bar.enable_steady_tick(Duration::from_millis(250));
        Self(bar)
    }

    /// From now on it is known how many rows there will be.
    pub(super) fn expect(&self, rows: u64, exact: bool) {
        let about = if exact { "" } else { "about " };
        let of = format!("Exporting {{human_pos}} of {about}{} rows", HumanCount(rows));
        self.0.set_length(rows);
        self.0.set_style(style(&format!("{of}  {{bar:24}}  {{per_sec}}  {{eta}} left  {{msg}}")));
    }

    pub(super) fn report(&self, progress: Progress) {
        self.0.set_position(progress.rows);
        self.0.set_message(HumanBytes(progress.bytes).to_string());
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// The templates are our own; one that did not parse would show the default bar.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
