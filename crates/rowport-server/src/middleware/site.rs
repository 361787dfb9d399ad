//! Whether a request comes from our own page, or from no page at all.
//!
//! A web page elsewhere can make a browser send requests to loopback. It cannot choose the Host header (unless its
//! own name resolves to loopback, which the Host check catches), and browsers say where a request comes from in
//! Origin and Sec-Fetch-Site.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};

use crate::error::ApiError;

pub(super) fn check(request: &Request) -> Result<(), ApiError> {
    let headers = request.headers();
    let host = text(headers, &header::HOST).or_else(|| request.uri().authority().map(|host| host.as_str()));
    let Some(host) = host.filter(|host| is_loopback(host)) else {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "forbidden_host",
            "the Host header must name this machine: localhost, 127.0.0.1 or [::1]",
        ));
    };
    if !request.uri().path().starts_with("/api/") {
        return Ok(());
    }
    let elsewhere = || {
        Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "forbidden_origin",
            "the request came from another site's page",
        ))
    };
    if let Some(origin) = text(headers, &header::ORIGIN)
        && origin.strip_prefix("http://").is_none_or(|origin| !origin.eq_ignore_ascii_case(host))
    {
        return elsewhere();
    }
    match text(headers, &HeaderName::from_static("sec-fetch-site")) {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => elsewhere(),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    // A header that is not text is as good as a wrong one.
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => return rest.split(']').next() == Some("::1"),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1"
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn asked(path: &str, headers: &[(&str, &str)]) -> bool {
        let builder =
            headers.iter().fold(Request::builder().uri(path), |b, (name, value)| b.header(*name, *value));
        check(&builder.body(Body::empty()).unwrap()).is_ok()
    }

    #[test]
    fn only_this_machine_and_our_own_page_get_in() {
        let api = "/api/v1/sources";
        assert!(asked(api, &[("host", "127.0.0.1:7878")]));
        assert!(asked(api, &[("host", "[::1]:7878"), ("origin", "http://[::1]:7878")]));
        assert!(asked(api, &[("host", "localhost"), ("sec-fetch-site", "same-origin")]));
        assert!(!asked(api, &[("host", "rebound.example:7878")]));
        assert!(!asked(api, &[("host", "127.0.0.1.example")]));
        assert!(!asked(api, &[]));
        assert!(!asked(api, &[("host", "localhost:7878"), ("origin", "http://localhost:3000")]));
        assert!(!asked(api, &[("host", "localhost:7878"), ("origin", "null")]));
        assert!(!asked(api, &[("host", "localhost:7878"), ("sec-fetch-site", "same-site")]));
        assert!(!asked(api, &[("host", "localhost:7878"), ("sec-fetch-site", "cross-site")]));
        // A link to the page may stand anywhere.
        assert!(asked("/", &[("host", "localhost:7878"), ("sec-fetch-site", "cross-site")]));
    }
}
