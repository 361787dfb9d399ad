//! The drivers that there are. A new one is a line here, and a line of its URL schemes in `source_url`.

use std::sync::Arc;

use rowport_model::SourceKind;

use crate::driver::{Driver, Limits};
use crate::error::DriverError;
use crate::source_url::SourceUrl;
use crate::{mysql, postgres, sqlite};

/// Makes a driver for a source. It connects when it is first used.
pub fn connect(url: &SourceUrl, limits: Limits) -> Result<Arc<dyn Driver>, DriverError> {
    match url.kind() {
        SourceKind::Postgres => postgres::open(url, limits),
        SourceKind::Mysql => mysql::open(url, limits),
        SourceKind::Sqlite => sqlite::open(url, limits),
    }
}
