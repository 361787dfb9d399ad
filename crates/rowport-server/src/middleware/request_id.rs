//! A name for each request: in its answer, in every log line about it, and in its problem if it has one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// The name of the request that is being answered.
pub(crate) fn current() -> Option<String> {
    CURRENT.try_with(String::clone).ok()
}

/// Answers a request under its name.
pub(super) async fn scope<T>(id: String, answering: impl Future<Output = T>) -> T {
    CURRENT.scope(id, answering).await
}

/// Names requests: with the name that they came with, or with one of this process's own.
#[derive(Debug, Clone)]
pub(crate) struct RequestIds {
    process: Arc<str>,
    next: Arc<AtomicU64>,
}

impl RequestIds {
    /// `process` tells this process from all others.
    pub(crate) fn new(process: &str) -> Self {
        // The end of its name is random; so much of it is enough to tell a few processes apart.
        let tail = process.len().saturating_sub(12);
        Self { process: process.get(tail..).unwrap_or(process).into(), next: Arc::default() }
    }

    pub(super) fn name(&self, headers: &HeaderMap) -> String {
        let given = headers.get(&HEADER).and_then(|id| id.to_str().ok()).filter(|id| is_well_formed(id));
        given.map_or_else(
            || format!("{}-{}", self.process, self.next.fetch_add(1, Ordering::Relaxed)),
            str::to_owned,
        )
    }
}

/// As a header. A name consists of what may stand there.
pub(super) fn value(id: &str) -> HeaderValue {
    HeaderValue::from_str(id).unwrap_or_else(|_| HeaderValue::from_static("-"))
}

/// What proxies send: a UUID, a hexadecimal number, something like it. Anything else stays out of our logs.
fn is_well_formed(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_well_formed_name_is_kept_and_any_other_replaced() {
        let ids = RequestIds::new("p");
        let name =
            |text: &str| ids.name(&HeaderMap::from_iter([(HEADER, HeaderValue::from_str(text).unwrap())]));
        assert_eq!(name("0af7651916cd43dd-8448.eb_21"), "0af7651916cd43dd-8448.eb_21");
        for (number, text) in ["", "a b", "a\"b", "ada@example.com", &"a".repeat(65)].iter().enumerate() {
            assert_eq!(name(text), format!("p-{number}"));
        }
        assert_eq!(ids.name(&HeaderMap::new()), "p-5");
    }
}
