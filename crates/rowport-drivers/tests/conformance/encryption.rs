//! Connections through TLS, to servers that take no others, with certificates made for the test.

use std::path::Path;
use std::sync::Arc;

use rowport_drivers::{Driver, DriverError, Limits, ReadOptions, SourceUrl, connect};
use rowport_model::{SourceKind, View};
use rowport_testkit::{Certificates, Database, Server};

use crate::cancelling::{ENDLESS, idle};
use crate::source::{batches, catalog};

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_is_read_through_tls_and_believed_only_with_its_certificate() {
    through_tls(SourceKind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_is_read_through_tls_and_believed_only_with_its_certificate() {
    through_tls(SourceKind::Mysql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_url_that_asks_for_tls_is_not_content_with_less() {
    for kind in [SourceKind::Postgres, SourceKind::Mysql] {
        let database = Database::create(kind);
        for mode in [Mode::Required, Mode::Authority, Mode::Name] {
            let error = check(&source(&database, mode, None)).await.unwrap_err();
            assert!(matches!(error, DriverError::Unencrypted { .. }), "{kind} {mode:?}: {error:?}");
            assert_eq!(error.code().as_str(), "source_unreachable");
        }
    }
}

/// What a URL may ask of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Plain,
    /// Whatever the server has; this is what a URL says that says nothing.
    Preferred,
    Required,
    /// Signed by somebody who is trusted.
    Authority,
    /// That, and for this host.
    Name,
}

async fn through_tls(kind: SourceKind) {
    let (ours, others) = (Certificates::new("IP:127.0.0.1"), Certificates::new("IP:127.0.0.1"));
    let server = Server::start_with_tls(kind, &ours);
    let database = server.create();
    let (ours, others) = (ours.authority(), others.authority());
    for (mode, authority) in [
        (Mode::Preferred, None),
        (Mode::Required, None),
        (Mode::Authority, Some(&*ours)),
        (Mode::Name, Some(&*ours)),
    ] {
        let encrypted = check(&source(&database, mode, authority)).await;
        assert_eq!(encrypted.unwrap(), Some(true), "{kind} {mode:?}");
    }
    for (mode, authority) in [
        (Mode::Authority, None),
        (Mode::Name, None),
        (Mode::Authority, Some(&*others)),
        (Mode::Name, Some(&*others)),
    ] {
        let error = check(&source(&database, mode, authority)).await.unwrap_err();
        assert!(matches!(error, DriverError::Unencrypted { .. }), "{kind} {mode:?} {authority:?}: {error:?}");
        assert!(error.to_string().contains("certificate"), "{error}");
    }
    let error = check(&source(&database, Mode::Plain, None)).await.unwrap_err();
    assert_eq!(error.code().as_str(), "source_refused", "{kind}: the server takes no plain text: {error}");
    // Reading, and stopping what is read, go the same way: nothing else is let in.
    reads_and_stops(&database, source(&database, Mode::Name, Some(&ours))).await;

    let elsewhere = Certificates::new("DNS:db.example");
    let server = Server::start_with_tls(kind, &elsewhere);
    let database = server.create();
    let authority = elsewhere.authority();
    let error = check(&source(&database, Mode::Name, Some(&authority))).await.unwrap_err();
    assert!(error.to_string().contains("not valid for name"), "{kind}: {error}");
    let encrypted = check(&source(&database, Mode::Authority, Some(&authority))).await;
    assert_eq!(encrypted.unwrap(), Some(true), "{kind}: the name does not matter then");
}

async fn reads_and_stops(database: &Database, driver: Arc<dyn Driver>) {
    database.execute(ENDLESS);
    let catalog = catalog(driver.introspect().await.unwrap());
    let query = |dataset: &str| {
        let now = crate::source::NOW.parse().unwrap();
        catalog.dataset(dataset).unwrap().query(&View::default(), now).unwrap()
    };
    let ten = batches(driver.read(query("ten"), ReadOptions::EXPORT).await.unwrap()).await.unwrap();
    assert_eq!(ten.iter().map(|batch| batch.num_rows()).sum::<usize>(), 10);
    let mut endless = driver.read(query("endless"), ReadOptions::EXPORT).await.unwrap();
    assert!(endless.next().await.unwrap().is_ok());
    drop(endless);
    idle(database).await;
}

async fn check(driver: &Arc<dyn Driver>) -> Result<Option<bool>, DriverError> {
    driver.check().await.map(|server| server.encrypted)
}

/// The driver for a database whose URL says how much the connection is to be trusted.
fn source(database: &Database, mode: Mode, authority: Option<&Path>) -> Arc<dyn Driver> {
    let (modes, names) = match database.kind() {
        SourceKind::Postgres => {
            (["disable", "prefer", "require", "verify-ca", "verify-full"], ["sslmode", "sslrootcert"])
        }
        _ => (["DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"], ["ssl-mode", "ssl-ca"]),
    };
    let mut url = format!("{}?{}={}", database.url(), names[0], modes[mode as usize]);
    if let Some(authority) = authority {
        url.push_str(&format!("&{}={}", names[1], authority.display()));
    }
    connect(&SourceUrl::parse(&url).unwrap(), Limits::default()).unwrap()
}
