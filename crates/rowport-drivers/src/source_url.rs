//! How a URL names a source.

use std::fmt;

use rowport_model::SourceKind;

use crate::error::DriverError;

/// The schemes of URLs, and the kinds of database that they name.
const SCHEMES: [(&str, SourceKind); 5] = [
    ("postgres", SourceKind::Postgres),
    ("postgresql", SourceKind::Postgres),
    ("mysql", SourceKind::Mysql),
    ("mariadb", SourceKind::Mysql),
    ("sqlite", SourceKind::Sqlite),
];

/// `postgres://…`, `mysql://…` or `sqlite:PATH`. Printing it leaves the password out.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceUrl {
    text: String,
    kind: SourceKind,
}

impl SourceUrl {
    /// Reads a URL. The scheme decides the driver.
    pub fn parse(text: &str) -> Result<Self, DriverError> {
        let known = || SCHEMES.map(|(scheme, _)| format!("{scheme}:")).join(", ");
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(DriverError::BadUrl { message: format!("it must begin with one of {}", known()) });
        };
        let Some((_, kind)) = SCHEMES.into_iter().find(|(known, _)| *known == scheme) else {
            let message = format!("`{scheme}:` is not known; it must begin with one of {}", known());
            return Err(DriverError::BadUrl { message });
        };
        if rest.trim_start_matches('/').is_empty() {
            return Err(DriverError::BadUrl { message: format!("nothing follows `{scheme}:`") });
        }
        Ok(Self { text: text.to_owned(), kind })
    }

    /// Which kind of database it names.
    pub fn kind(&self) -> SourceKind {
        self.kind
    }

    /// The whole URL, password included: for connecting only.
    pub(crate) fn secret(&self) -> &str {
        &self.text
    }

    /// The name of the database or file, for a default label.
    pub fn database(&self) -> String {
        let path = self.text.split(['?', '#']).next().unwrap_or_default();
        let last = match self.kind {
            SourceKind::Sqlite => path.rsplit(['/', ':']).next().unwrap_or_default().to_owned(),
            // Only what is surely the path: a URL without one ends in the password and the host.
            _ => url::Url::parse(&self.text)
                .ok()
                .and_then(|url| url.path_segments()?.next_back().map(str::to_owned))
                .unwrap_or_default(),
        };
        let stem =
            if self.kind == SourceKind::Sqlite { last.split('.').next().unwrap_or(&last) } else { &last };
        if stem.is_empty() { self.kind.to_string() } else { stem.to_owned() }
    }
}

impl fmt::Display for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match url::Url::parse(&self.text) {
            Ok(mut url) if url.has_host() => {
                if url.password().is_some() {
                    // Fails only for URLs without a host, which were sorted out above.
                    let _ = url.set_password(Some("***"));
                }
                // A parameter may hold a password too.
                url.set_query(None);
                url.set_fragment(None);
                url.fmt(f)
            }
            _ if self.kind == SourceKind::Sqlite => f.write_str(&self.text),
            _ => write!(f, "{}:…", self.kind),
        }
    }
}

impl fmt::Debug for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use rowport_model::ErrorCode;

    use super::*;

    #[test]
    fn the_scheme_decides_the_driver() {
        for (text, kind, database) in [
            ("postgres://u:p@h/shop", SourceKind::Postgres, "shop"),
            ("postgresql://h/shop?sslmode=require", SourceKind::Postgres, "shop"),
            ("mysql://u@h:3306/shop", SourceKind::Mysql, "shop"),
            ("postgres://u:hunter2@h", SourceKind::Postgres, "postgres"),
            ("mysql://u:hunter2@h?ssl-mode=required", SourceKind::Mysql, "mysql"),
            ("sqlite:/tmp/shop.db", SourceKind::Sqlite, "shop"),
            ("sqlite:shop.sqlite", SourceKind::Sqlite, "shop"),
        ] {
            let url = SourceUrl::parse(text).unwrap();
            assert_eq!((url.kind(), url.database().as_str()), (kind, database), "{text}");
        }
        for text in ["shop.db", "oracle://h/x", "sqlite:", "postgres://"] {
            assert_eq!(SourceUrl::parse(text).unwrap_err().code(), ErrorCode::BadSourceUrl, "{text}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        for text in [
            "postgres://u:hunter2@h/shop",
            "mysql://u:hunter2@h/x?password=hunter2",
            "mysql:hunter2",
            "postgres://u:12#hunter2@h/db",
        ] {
            let url = SourceUrl::parse(text).unwrap();
            assert!(!format!("{url} {url:?}").contains("hunter2"), "{url}");
        }
    }
}
