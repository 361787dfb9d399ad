//! Standard Webhooks: `webhook-id`, `webhook-timestamp`, and `webhook-signature`, which is an HMAC-SHA256 over id,
//! timestamp and body.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, StatusCode, header};
use jiff::Timestamp;
use rowport_fetch::{FetchError, Fetcher};
use rowport_model::ErrorCode;
use sha2::Sha256;

use super::notifier::Refusal;
use super::settings::{Secret, WebhookSettings};

/// What is read of an answer: it says nothing that matters beyond its status.
const MOST_BYTES: usize = 64 << 10;

/// Posts the message once. The same `id` is the same message, whenever it comes.
pub(super) async fn post(
    settings: &WebhookSettings,
    id: &str,
    now: Timestamp,
    body: String,
) -> Result<(), Refusal> {
    let timestamp = now.as_second();
    let request = Request::post(settings.url.text())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("Rowport/", env!("CARGO_PKG_VERSION")))
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature(&settings.key, id, timestamp, &body))
        .body(Bytes::from(body))
        .map_err(|_| Refusal::for_good(ErrorCode::BadAddress, "the address cannot be used"))?;
    let fetcher = Fetcher::new(settings.reach, settings.timeout, MOST_BYTES).map_err(refused)?;
    let status = fetcher.send(request).await.map_err(refused)?.status();
    match status {
        _ if status.is_success() => Ok(()),
        // The standard's status for: the receiver is gone.
        StatusCode::GONE => {
            Err(Refusal::for_good(ErrorCode::WebhookRefused, "it answered 410: it wants no more of them"))
        }
        _ if status.is_redirection() => {
            let message = format!("it answered {}, and redirects are not followed", status.as_u16());
            Err(Refusal::for_now(ErrorCode::WebhookRefused, message))
        }
        _ => Err(Refusal::for_now(ErrorCode::WebhookRefused, format!("it answered {}", status.as_u16()))),
    }
}

fn signature(key: &Secret, id: &str, timestamp: i64, body: &str) -> String {
    // An HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key.0) else { return String::new() };
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

/// An address that is refused today may be allowed tomorrow, or lead elsewhere; but as long as neither is so, asking
/// again is no use.
fn refused(error: FetchError) -> Refusal {
    match error {
        FetchError::BadAddress { .. } | FetchError::NotPublic { .. } => {
            Refusal::for_good(error.code(), error.to_string())
        }
        _ => Refusal::for_now(error.code(), error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_of_the_standards_own_example() {
        let key = Secret(BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        let signed = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
