use std::time::Duration;

use rowport_engine::notify::{EmailSettings, Secret, SmtpSecurity, is_mailbox};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Checks;
use super::notifications::{events, timeout};
use super::sources::{Held, variable};

/// E-mail over SMTP.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EmailSection {
    /// The mail server: a name or an address, without a port.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["smtp.example.org"]))]
    server: Spanned<String>,
    /// Its port. The default is 587, 465 with `security = "tls"`, and 25 with `security = "none"`.
    #[schemars(with = "u32", extend("examples" = [587]))]
    #[serde(default)]
    port: Option<Spanned<u32>>,
    /// How the connection is protected: by `starttls`, by `tls` from the start, or not at all (`none`).
    #[schemars(with = "String", length(min = 1), extend("default" = "starttls", "examples" = ["starttls", "tls", "none"]))]
    #[serde(default)]
    security: Option<Spanned<String>>,
    /// The file of an authority's certificate, in PEM, that is trusted beside the usual ones.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["/etc/ssl/our-authority.pem"]))]
    #[serde(default)]
    ca_file: Option<Spanned<String>>,
    /// The name to log in with. Rowport does not log in when absent.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["rowport"]))]
    #[serde(default)]
    username: Option<Spanned<String>>,
    /// The environment variable that holds the password.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["ROWPORT_SMTP_PASSWORD"]))]
    #[serde(default)]
    password_env: Option<Spanned<String>>,
    /// The sender.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["Rowport <rowport@example.org>"]))]
    from: Spanned<String>,
    /// What is told. Everything when absent.
    #[schemars(with = "Vec<String>", extend("examples" = [["run.completed", "run.failed"]]))]
    #[serde(default)]
    events: Option<Vec<Spanned<String>>>,
    /// How long one attempt may take; a minute at most.
    #[schemars(with = "String", length(min = 1), extend("default" = "30s", "examples" = ["30s"]))]
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

const PASSWORD: Held = Held {
    what: "the password of the mail server",
    key: "password_env",
    example: "ROWPORT_SMTP_PASSWORD",
    value: "…",
};

impl EmailSection {
    pub(super) fn settings(self, checks: &mut Checks<'_>) -> Option<EmailSettings> {
        let security = self.security.as_ref().map_or(Some(SmtpSecurity::StartTls), |it| security(it, checks));
        let server = server(&self.server, checks);
        let port = self.port.map(|port| checked_port(&port, checks));
        let login = login(self.username, self.password_env, checks);
        let authority = self.ca_file.map(|file| authority(&file, checks));
        if !is_mailbox(self.from.get_ref()) {
            let hint = "`rowport@example.org` or `Rowport <rowport@example.org>`";
            checks.wrong(self.from.span(), "no e-mail can come from this", hint);
        }
        let events = events(self.events, checks);
        let timeout = timeout(self.timeout, Duration::from_secs(30), checks);
        let (login, server, security) = (login?, server?, security?);
        let here = matches!(server.as_str(), "localhost" | "127.0.0.1" | "::1");
        if security == SmtpSecurity::None && login.is_some() && !here {
            let hint = "use `starttls` or `tls`, or a server that needs no login";
            checks.wrong(
                self.server.span(),
                "everybody on the way to this server could read the password",
                hint,
            );
            return None;
        }
        let usual = match security {
            SmtpSecurity::StartTls => 587,
            SmtpSecurity::Tls => 465,
            SmtpSecurity::None => 25,
        };
        Some(EmailSettings {
            server,
            port: port.unwrap_or(Some(usual))?,
            security,
            authority: authority.unwrap_or(Some(None))?,
            login,
            from: self.from.into_inner(),
            events,
            timeout,
        })
    }
}

fn security(text: &Spanned<String>, checks: &mut Checks<'_>) -> Option<SmtpSecurity> {
    match text.get_ref().as_str() {
        "starttls" => Some(SmtpSecurity::StartTls),
        "tls" => Some(SmtpSecurity::Tls),
        "none" => Some(SmtpSecurity::None),
        other => {
            let message = format!("`{}` is no way to protect a connection", other.escape_debug());
            checks.wrong(text.span(), message, "`starttls`, `tls` or `none`");
            None
        }
    }
}

fn server(text: &Spanned<String>, checks: &mut Checks<'_>) -> Option<String> {
    let name = text.get_ref();
    let fits = |c: char| c.is_alphanumeric() || "-._".contains(c);
    if name.parse::<std::net::IpAddr>().is_ok() || name.chars().all(fits) {
        return Some(name.clone());
    }
    // Not repeated: somebody may have put a URL with a login here.
    let hint = "a name or an address such as `smtp.example.org`; the port stands in `port`";
    checks.wrong(text.span(), "this is not the name of a mail server", hint);
    None
}

fn checked_port(port: &Spanned<u32>, checks: &mut Checks<'_>) -> Option<u16> {
    let fit = u16::try_from(*port.get_ref()).ok().filter(|port| *port > 0);
    if fit.is_none() {
        checks.wrong(
            port.span(),
            format!("{} is no port", port.get_ref()),
            "1 to 65535; mostly 587, 465 or 25",
        );
    }
    fit
}

/// `None` is a mistake that was told, `Some(None)` no login.
fn login(
    name: Option<Spanned<String>>,
    password: Option<Spanned<String>>,
    checks: &mut Checks<'_>,
) -> Option<Option<(String, Secret)>> {
    match (name, password) {
        (None, None) => Some(None),
        (Some(name), Some(password)) => {
            let password = variable(&password, PASSWORD, checks)?;
            Some(Some((name.into_inner(), Secret(password.into_bytes()))))
        }
        (Some(alone), None) | (None, Some(alone)) => {
            checks.wrong(alone.span(), "`username` and `password_env` go together", "give both, or neither");
            None
        }
    }
}

fn authority(file: &Spanned<String>, checks: &mut Checks<'_>) -> Option<Option<Vec<u8>>> {
    let path = checks.beside(file.get_ref());
    match std::fs::read(&path) {
        Ok(bytes) if bytes.windows(11).any(|piece| piece == b"-----BEGIN ") => Some(Some(bytes)),
        Ok(_) => {
            checks.wrong(file.span(), "there is no certificate in this file", "a certificate in PEM");
            None
        }
        Err(error) => {
            checks.wrong(file.span(), format!("the file cannot be read: {error}"), "a certificate in PEM");
            None
        }
    }
}
