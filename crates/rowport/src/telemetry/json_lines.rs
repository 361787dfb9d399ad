//! Log lines as JSON: one flat object each, with what the line says and what is known of the request or run around it.

use std::fmt::Debug;
use std::sync::Arc;

use rowport_model::Clock;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::logs::is_for_traces;

/// What takes whole lines.
pub(super) type Write = Box<dyn Fn(&[u8]) + Send + Sync>;

/// Writes each event as `{"time", "level", "target", "message", …}`.
pub(super) struct JsonLines {
    clock: Arc<dyn Clock>,
    write: Write,
}

impl JsonLines {
    /// `write` is given whole lines.
    pub(super) fn new(clock: Arc<dyn Clock>, write: Write) -> Self {
        Self { clock, write }
    }
}

/// What is known of a span.
#[derive(Default)]
struct Known(Map<String, Value>);

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for JsonLines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut known = Known::default();
        attributes.record(&mut known);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(known);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(known) = span.extensions_mut().get_mut::<Known>()
        {
            values.record(known);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Known::default();
        let metadata = event.metadata();
        line.0.insert("time".to_owned(), self.clock.now().to_string().into());
        line.0.insert("level".to_owned(), metadata.level().as_str().into());
        line.0.insert("target".to_owned(), metadata.target().into());
        event.record(&mut line);
        // From the inside out: what is nearer counts more.
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(known) = span.extensions().get::<Known>() {
                for (name, value) in &known.0 {
                    line.0.entry(name).or_insert_with(|| value.clone());
                }
            }
        }
        if let Ok(mut bytes) = serde_json::to_vec(&line.0) {
            bytes.push(b'\n');
            (self.write)(&bytes);
        }
    }
}

impl Known {
    fn insert(&mut self, field: &Field, value: Value) {
        if !is_for_traces(field.name()) {
            self.0.insert(field.name().to_owned(), value);
        }
    }
}

impl Visit for Known {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field, value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.insert(field, format!("{value:?}").into());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> jiff::Timestamp {
            "2026-01-31T12:00:00Z".parse().unwrap()
        }
    }

    #[test]
    fn a_line_says_what_is_known_of_all_around_it() {
        let lines = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&lines);
        let write = move |line: &[u8]| heard.lock().unwrap().push_str(std::str::from_utf8(line).unwrap());
        let subscriber = tracing_subscriber::registry().with(JsonLines::new(Arc::new(Noon), Box::new(write)));
        tracing::subscriber::with_default(subscriber, || {
            let outer = tracing::error_span!(
                "request",
                request_id = "r-1",
                trace_id = tracing::field::Empty,
                otel.kind = "server"
            );
            let _outer = outer.enter();
            outer.record("trace_id", "0af7");
            let _inner = tracing::error_span!("run", run = "a", request_id = "nearer").entered();
            tracing::warn!(target: "rowport::x", rows = 3, "two\n\"lines\"");
        });
        assert_eq!(
            *lines.lock().unwrap(),
            "{\"time\":\"2026-01-31T12:00:00Z\",\"level\":\"WARN\",\"target\":\"rowport::x\",\
             \"message\":\"two\\n\\\"lines\\\"\",\"rows\":3,\"run\":\"a\",\"request_id\":\"nearer\",\"trace_id\":\"0af7\"}\n"
        );
    }
}
