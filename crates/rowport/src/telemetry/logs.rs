use std::io::{IsTerminal, Write};
use std::sync::Arc;

use rowport_model::{Clock, SystemClock};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use super::json_lines::JsonLines;
use super::{LogFormat, Traces};

/// For commands that somebody waits for: what is wrong, as text, on standard error.
pub fn start_quiet() {
    tracing_subscriber::registry().with(to_stderr(LogFormat::Text, "warn")).init();
}

/// For a process that serves: a line for each request, on standard error, and traces where they are wanted.
/// `ROWPORT_LOG` says otherwise.
pub fn start(format: LogFormat, chatty: bool, traces: Option<&Traces>) {
    // What libraries do is their business, unless it goes wrong.
    let lines = to_stderr(format, if chatty { "warn,rowport=info" } else { "warn" });
    // Only our own requests and runs: a library's spans would say what it does, and not what for.
    let ours = filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with("rowport"));
    let spans = traces.map(|traces| traces.layer().with_filter(ours));
    tracing_subscriber::registry().with(lines).with(spans).init();
    if format == LogFormat::Json {
        std::panic::set_hook(Box::new(|panic| {
            tracing::error!(place = panic.location().map(tracing::field::display), "{}", said(panic));
        }));
    }
}

fn to_stderr(format: LogFormat, usually: &str) -> Box<dyn Layer<Registry> + Send + Sync> {
    let filter = EnvFilter::try_from_env("ROWPORT_LOG").unwrap_or_else(|_| EnvFilter::new(usually));
    match format {
        LogFormat::Json => {
            let clock: Arc<dyn Clock> = Arc::new(SystemClock);
            JsonLines::new(clock, Box::new(|line| drop(std::io::stderr().lock().write_all(line))))
                .with_filter(filter)
                .boxed()
        }
        LogFormat::Text => tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            // Colours in a log file are only in the way.
            .with_ansi(std::io::stderr().is_terminal())
            .fmt_fields(format::debug_fn(|writer, field, value| match field.name() {
                "message" => write!(writer, "{value:?}"),
                name if is_for_traces(name) => Ok(()),
                name => write!(writer, " {name}={value:?}"),
            }))
            .with_filter(filter)
            .boxed(),
    }
}

/// What traces are told in words of their own, and lines say better.
pub(super) fn is_for_traces(field: &str) -> bool {
    field.starts_with("otel.") || field.starts_with("http.")
}

/// A panic in words.
fn said(panic: &std::panic::PanicHookInfo<'_>) -> String {
    format!("panicked: {}", panic.payload_as_str().unwrap_or("for no stated reason"))
}
