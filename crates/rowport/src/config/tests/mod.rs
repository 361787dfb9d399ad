//! Good configurations, bad ones, and the documents about both.

mod documents;
mod good;
mod mistakes;

use super::{ConfigError, Loaded, interpret};

/// Reads a text as `rowport.toml` in `/etc/rowport`, with one environment variable of each kind.
fn read(text: &str) -> Result<Loaded, ConfigError> {
    interpret(text, "rowport.toml", "/etc/rowport".as_ref(), &|name| match name {
        "SHOP_DATABASE_URL" => Some("postgres://reader:hunter2@db/shop".to_owned()),
        "BAD_DATABASE_URL" => Some("hunter2:nonsense".to_owned()),
        "ROWPORT_S3_KEY" => Some("the key".to_owned()),
        "ROWPORT_S3_SECRET" => Some("hunter2".to_owned()),
        "ROWPORT_SMTP_PASSWORD" => Some("hunter2".to_owned()),
        "WAREHOUSE_WEBHOOK_URL" => Some("https://hooks.example.org/hunter2".to_owned()),
        "OPEN_WEBHOOK_URL" => Some("http://10.0.0.1/hunter2".to_owned()),
        "LOGIN_WEBHOOK_URL" => Some("https://u:hunter2@hooks.example.org/".to_owned()),
        "WAREHOUSE_WEBHOOK_SECRET" => Some("whsec_aHVudGVyMi5odW50ZXIyLmh1bnRlcjIu".to_owned()),
        "EMPTY" => Some(" ".to_owned()),
        _ => None,
    })
}
