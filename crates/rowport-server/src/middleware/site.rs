//! Whether a request comes from our own page, or from no page at all.
//!
//! A web page elsewhere can make a browser send requests to loopback. It cannot choose the Host header (unless its
//! own name resolves to loopback, which the Host check catches), and browsers say where a request comes from in
//! Origin and Sec-Fetch-Site.

use std::net::SocketAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::response::{IntoResponse, Response};
use rowport_model::ErrorCode;

use super::authority::{Authority, Host};
use super::refused_page;
use crate::error::ApiError;

/// Where the page is, as browsers see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    /// The name and port that browsers say, where a proxy or a name of its own stands before Rowport.
    pub host: Option<String>,
    /// Browsers reach it over TLS, so cookies are for TLS only.
    pub secure: bool,
    /// A proxy of ours says in `X-Forwarded-For` who asks.
    pub behind_proxy: bool,
    /// The address that is listened on, where other machines reach it: those may name it by its number.
    pub listen: Option<SocketAddr>,
    /// The port that browsers know it by. Cookies know no ports, so that of another server on this machine has
    /// another name.
    pub port: Option<u16>,
}

/// Why a request is refused before it reaches a route.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It names another host: this one, where it is an address at all.
    Host(Option<String>),
    /// Another site's page sent it.
    Origin,
}

impl Site {
    /// Where people reach the page, where that is known: `https://desk.example.org`.
    pub fn address(&self) -> Option<String> {
        let scheme = if self.secure { "https" } else { "http" };
        self.host.as_ref().map(|host| format!("{scheme}://{host}"))
    }

    pub(super) fn check(&self, request: &Request) -> Result<(), Refusal> {
        let headers = request.headers();
        let Some(host) = named(headers).or_else(|| request.uri().authority().map(|host| host.as_str()))
        else {
            return Err(Refusal::Host(None));
        };
        let known = Authority::parse(host);
        if !known.as_ref().is_some_and(|host| self.is_ours(host)) {
            // Only what is an address is said again.
            return Err(Refusal::Host(known.map(|_| host.to_owned())));
        }
        if !request.uri().path().starts_with("/api/") || is_followed_link(request) {
            return Ok(());
        }
        if let Some(origin) = text(headers, &header::ORIGIN)
            && !self.is_our_origin(origin, host)
        {
            return Err(Refusal::Origin);
        }
        match text(headers, &HeaderName::from_static("sec-fetch-site")) {
            None | Some("same-origin" | "none") => Ok(()),
            Some(_) => Err(Refusal::Origin),
        }
    }

    /// A name that resolves to this machine may be an attacker's; a number is no name.
    fn is_ours(&self, host: &Authority) -> bool {
        let port = if self.secure { 443 } else { 80 };
        let ours = self.host.as_deref().and_then(Authority::parse);
        host.is_loopback()
            || ours.is_some_and(|ours| ours.is_same(host, port))
            || (self.listen.is_some() && matches!(host.host, Host::Number(_)))
    }

    /// Behind a proxy the Host header may be the inner one; what browsers see is the configured name.
    fn is_our_origin(&self, origin: &str, host: &str) -> bool {
        let (scheme, port) = if self.secure { ("https://", 443) } else { ("http://", 80) };
        let host = self.host.as_deref().filter(|_| self.secure).unwrap_or(host);
        let origin = origin.strip_prefix(scheme).and_then(Authority::parse);
        origin.zip(Authority::parse(host)).is_some_and(|(origin, host)| origin.is_same(&host, port))
    }
}

impl Refusal {
    /// The answer: a page for people who typed the address, and a problem for programs.
    pub(super) fn answer(&self, request: &Request) -> Response {
        let accepted = text(request.headers(), &header::ACCEPT).unwrap_or_default();
        match self {
            Self::Host(host)
                if accepted.contains("text/html") && !request.uri().path().starts_with("/api/") =>
            {
                refused_page::answer(host.as_deref())
            }
            Self::Host(host) => {
                let name = host.as_deref().unwrap_or("NAME");
                let detail = format!(
                    "the Host header must name this machine (localhost, 127.0.0.1 or [::1]) or the configured `public_url`; \
                     to be found by this name, Rowport needs `public_url = \"http://{name}\"` in rowport.toml, or https"
                );
                ApiError::new(ErrorCode::ForbiddenHost, detail).into_response()
            }
            Self::Origin => {
                let detail = "the request came from another site's page";
                ApiError::new(ErrorCode::ForbiddenOrigin, detail).into_response()
            }
        }
    }
}

/// Whether the Host header is a name that leads to this machine and nowhere else, or a number, which is no name.
pub(crate) fn names_this_machine(headers: &HeaderMap) -> bool {
    let host = named(headers).and_then(Authority::parse);
    host.is_some_and(|host| host.is_loopback() || matches!(host.host, Host::Number(_)))
}

/// What the Host header says; one that is there twice says nothing that could be believed.
fn named(headers: &HeaderMap) -> Option<&str> {
    match headers.get_all(header::HOST).iter().count() {
        0 => None,
        1 => text(headers, &header::HOST),
        _ => Some("?"),
    }
}

/// A link to a file may stand anywhere, in a message for example: following it changes nothing, its address is its own
/// key, and what comes is for the person and not for the page that the link stood on.
fn is_followed_link(request: &Request) -> bool {
    let is = |name, value: &str| text(request.headers(), &HeaderName::from_static(name)) == Some(value);
    request.method() == Method::GET
        && request.uri().path().starts_with("/api/v1/artifacts/")
        && is("sec-fetch-mode", "navigate")
        && request.headers().get(header::ORIGIN).is_none()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    // A header that is not text is as good as a wrong one.
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn asked_of(site: &Site, path: &str, headers: &[(&str, &str)]) -> bool {
        let builder =
            headers.iter().fold(Request::builder().uri(path), |b, (name, value)| b.header(*name, *value));
        site.check(&builder.body(Body::empty()).unwrap()).is_ok()
    }

    fn asked(path: &str, headers: &[(&str, &str)]) -> bool {
        asked_of(&Site::default(), path, headers)
    }

    #[test]
    fn only_this_machine_and_our_own_page_get_in() {
        let api = "/api/v1/sources";
        assert!(asked(api, &[("host", "127.0.0.1:7878")]));
        assert!(asked(api, &[("host", "[::1]:7878"), ("origin", "http://[::1]:7878")]));
        assert!(asked(api, &[("host", "localhost"), ("sec-fetch-site", "same-origin")]));
        assert!(!asked(api, &[("host", "rebound.example:7878")]));
        assert!(!asked(api, &[("host", "127.0.0.1.example")]));
        assert!(!asked(api, &[("host", "[::1]evil.test")]));
        assert!(!asked(api, &[("host", "localhost:evil")]));
        assert!(!asked(api, &[("host", "localhost"), ("host", "evil.test")]));
        assert!(!asked(api, &[("host", "localhost"), ("origin", "http://localhost:80@evil.test")]));
        assert!(!asked(api, &[]));
        assert!(!asked(api, &[("host", "localhost:7878"), ("origin", "http://localhost:3000")]));
        assert!(!asked(api, &[("host", "localhost:7878"), ("origin", "null")]));
        assert!(!asked(api, &[("host", "localhost:7878"), ("sec-fetch-site", "same-site")]));
        assert!(!asked(api, &[("host", "localhost:7878"), ("sec-fetch-site", "cross-site")]));
        // A link to the page may stand anywhere.
        assert!(asked("/", &[("host", "localhost:7878"), ("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn a_public_name_is_ours_over_tls() {
        let host = Some("desk.example.org".to_owned());
        let site = Site { host, secure: true, ..Site::default() };
        let api = "/api/v1/sources";
        assert!(asked_of(
            &site,
            api,
            &[("host", "desk.example.org"), ("origin", "https://desk.example.org")]
        ));
        assert!(!asked_of(
            &site,
            api,
            &[("host", "desk.example.org"), ("origin", "http://desk.example.org")]
        ));
        assert!(!asked_of(&site, api, &[("host", "other.example.org")]));
        assert!(!asked_of(&site, api, &[("host", "10.0.0.7:7878")]));
        let site = Site { listen: Some("10.0.0.7:7878".parse().unwrap()), ..Site::default() };
        assert!(asked_of(&site, api, &[("host", "10.0.0.7:7878")]));
        assert!(!asked_of(&site, api, &[("host", "rebound.example:7878")]));
    }

    #[test]
    fn a_link_to_a_file_may_be_followed_from_anywhere() {
        let file = "/api/v1/artifacts/1/orders.csv";
        let followed =
            [("host", "localhost"), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
        assert!(asked(file, &followed));
        assert!(!asked("/api/v1/runs", &followed));
        let by_script = [("host", "localhost"), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")];
        assert!(!asked(file, &by_script));
    }
}
