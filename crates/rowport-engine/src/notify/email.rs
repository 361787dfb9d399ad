//! E-mail over SMTP.

use std::io;
use std::time::SystemTime;

use jiff::Timestamp;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use rowport_model::ErrorCode;

use super::message::Letter;
use super::notifier::Refusal;
use super::settings::{EmailSettings, SmtpSecurity};

/// Sends one message to one address. The same `id` is the same message, whenever it comes.
pub(super) async fn send(
    settings: &EmailSettings,
    to: &str,
    id: &str,
    at: Timestamp,
    letter: Letter,
) -> Result<(), Refusal> {
    let message = message(settings, to, id, at, letter)?;
    transport(settings)?.send(message).await.map(drop).map_err(|error| refused(settings, &error))
}

/// Whether the server is there, is who it should be, and takes the login. Sends nothing. The error says what is wrong.
pub async fn check_email(settings: &EmailSettings) -> Result<(), String> {
    let checking = async {
        match transport(settings)?.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => {
                Err(Refusal::for_now(ErrorCode::MailUnreachable, "the server broke the connection off"))
            }
            Err(error) => Err(refused(settings, &error)),
        }
    };
    let late = || Refusal::for_now(ErrorCode::NoAnswer, "the server took too long");
    let checked = tokio::time::timeout(settings.timeout, checking).await;
    checked.unwrap_or_else(|_| Err(late())).map_err(|refusal| refusal.message)
}

/// Whether this is an address that messages can come from: `rowport@example.org` or `Rowport <rowport@example.org>`.
pub fn is_mailbox(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

fn message(
    settings: &EmailSettings,
    to: &str,
    id: &str,
    at: Timestamp,
    letter: Letter,
) -> Result<Message, Refusal> {
    let bad = |_| Refusal::for_good(ErrorCode::BadAddress, "the e-mail address cannot be written to");
    let from: Mailbox = settings.from.parse().map_err(bad)?;
    let id = format!("<{id}@{}>", from.email.domain());
    // So that no out-of-office reply is sent to a program.
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    let message = Message::builder()
        .from(from)
        .to(Mailbox::new(None, to.parse().map_err(bad)?))
        .subject(letter.subject)
        .message_id(Some(id))
        .date(SystemTime::from(at))
        .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text);
    message.map_err(|error| Refusal::for_good(ErrorCode::BadMessage, error.to_string()))
}

fn transport(settings: &EmailSettings) -> Result<AsyncSmtpTransport<Tokio1Executor>, Refusal> {
    let tls = match settings.security {
        SmtpSecurity::StartTls => Tls::Required(trust(settings)?),
        SmtpSecurity::Tls => Tls::Wrapper(trust(settings)?),
        SmtpSecurity::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.server)
        .port(settings.port)
        .timeout(Some(settings.timeout))
        .tls(tls);
    if let Some((name, password)) = &settings.login {
        builder = builder.credentials(Credentials::new(name.clone(), password.text().to_owned()));
    }
    Ok(builder.build())
}

fn trust(settings: &EmailSettings) -> Result<TlsParameters, Refusal> {
    let bad = |error: Error| Refusal::for_good(ErrorCode::MailUntrusted, error.to_string());
    let mut builder =
        TlsParameters::builder(settings.server.clone()).certificate_store(CertificateStore::WebpkiRoots);
    if let Some(authority) = &settings.authority {
        builder = builder.add_root_certificate(Certificate::from_pem(authority).map_err(bad)?);
    }
    builder.build_rustls().map_err(bad)
}

/// What a mail server's answers mean. A login that is refused may be put right while the message waits.
fn refused(settings: &EmailSettings, error: &Error) -> Refusal {
    let told = |words: &dyn std::fmt::Display| format!("{}: {words}", settings.server);
    match error.status().map(u16::from) {
        Some(530 | 534 | 535 | 538) | Some(..500) => Refusal::for_now(ErrorCode::MailRefused, told(error)),
        Some(_) => Refusal::for_good(ErrorCode::MailRefused, told(error)),
        None => {
            let cause = cause(error);
            let broken = cause.downcast_ref::<io::Error>().map(io::Error::kind);
            // This is how a handshake that fails is told.
            let untrusted = error.is_tls() || broken == Some(io::ErrorKind::InvalidData);
            Refusal::for_now(
                if untrusted { ErrorCode::MailUntrusted } else { ErrorCode::MailUnreachable },
                told(cause),
            )
        }
    }
}

/// What the transport's own words are wrapped around.
fn cause(error: &Error) -> &(dyn std::error::Error + 'static) {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    while let Some(within) = cause.source().filter(|_| !cause.is::<io::Error>()) {
        cause = within;
    }
    cause
}
