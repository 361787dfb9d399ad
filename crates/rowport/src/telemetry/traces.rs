use std::time::Duration;

use async_trait::async_trait;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use rowport_fetch::{Fetcher, Reach};
use tokio::runtime::Handle;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

use crate::failure::Failure;

/// Sends a span for each request and each attempt of a run to a collector, by OTLP over HTTP.
pub struct Traces {
    provider: SdkTracerProvider,
}

/// How long the collector may take, and how much it may say.
const PATIENCE: Duration = Duration::from_secs(10);
const MOST_BYTES: usize = 1 << 20;

impl Traces {
    /// `endpoint` is the collector's, such as `http://127.0.0.1:4318`, without `/v1/traces`. For within a runtime.
    pub fn start(endpoint: &str) -> Result<Self, Failure> {
        let wrong = |error: &dyn std::fmt::Display| Failure::output("traces cannot be sent", error);
        // Whoever runs Rowport has chosen the collector, and mostly it stands beside.
        let fetcher = Fetcher::new(Reach::Anywhere, PATIENCE, MOST_BYTES).map_err(|error| wrong(&error))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client { fetcher, runtime: Handle::current() })
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .with_timeout(PATIENCE)
            .build()
            .map_err(|error| wrong(&error))?;
        let resource = Resource::builder()
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .with_service_name(std::env::var("OTEL_SERVICE_NAME").unwrap_or_else(|_| "rowport".to_owned()))
            .build();
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
        opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
        Ok(Self { provider })
    }

    /// What turns spans into those of the traces.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: tracing::Subscriber + for<'l> LookupSpan<'l>,
    {
        let tracer = self.provider.tracer("rowport");
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
    }

    /// Sends what is left. Blocks until it is sent, or for a few seconds.
    pub fn finish(self) {
        if let Err(error) = self.provider.shutdown() {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

/// The exporter runs on a thread of its own, which has no runtime: the work is done in ours.
#[derive(Debug)]
struct Client {
    fetcher: Fetcher,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let fetcher = self.fetcher.clone();
        let answer = self.runtime.spawn(async move { fetcher.send(request).await });
        Ok(answer.await??)
    }
}
