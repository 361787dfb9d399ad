//! Sources as the command line names them.

use std::path::Path;
use std::sync::Arc;

use rowport_drivers::{Limits, SourceUrl};
use rowport_engine::Desk;
use rowport_engine::settings::{DeskSettings, SourceSettings};
use rowport_model::SystemClock;

use crate::config;
use crate::failure::Failure;

/// One source for one command: a URL, or the name of a configured one.
pub fn one(source: &str, config_file: Option<&Path>) -> Result<(Desk, String), Failure> {
    let mut settings = match config_file {
        Some(file) => config::load(file).map_err(Failure::config)?.desk,
        None => DeskSettings::default(),
    };
    let name = if settings.sources.iter().any(|known| known.name == source) {
        source.to_owned()
    } else {
        let added = from_url(source, &settings.sources)?;
        let name = added.name.clone();
        settings.sources = vec![added];
        name
    };
    Ok((desk(settings)?, name))
}

/// A desk on the machine's clock.
pub fn desk(settings: DeskSettings) -> Result<Desk, Failure> {
    Ok(Desk::new(settings, Limits::default(), Arc::new(SystemClock))?)
}

/// A source from `URL` or `NAME=URL`, with a name that none of the others has.
pub fn from_url(text: &str, others: &[SourceSettings]) -> Result<SourceSettings, Failure> {
    let (name, url) = match text.split_once('=') {
        Some((name, url)) if is_name(name) => (Some(name.to_owned()), url),
        _ => (None, text),
    };
    let url = SourceUrl::parse(url)?;
    let label = name.clone().unwrap_or_else(|| url.database());
    let base = name.unwrap_or_else(|| to_name(&label));
    let taken = |name: &str| others.iter().any(|other| other.name == name);
    let name = std::iter::once(base.clone())
        .chain((2..).map(|number| format!("{base}-{number}")))
        .find(|name| !taken(name))
        .unwrap_or(base);
    Ok(SourceSettings { name, label, url, datasets: Default::default() })
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}

fn to_name(label: &str) -> String {
    let name: String = label
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' })
        .collect();
    let name = name.trim_matches('-').to_owned();
    if name.is_empty() { "source".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_get_names_of_their_own() {
        let first = from_url("sqlite:Shop Data.db", &[]).unwrap();
        assert_eq!((first.name.as_str(), first.label.as_str()), ("shop-data", "Shop Data"));
        let second = from_url("sqlite:/elsewhere/Shop Data.db", std::slice::from_ref(&first)).unwrap();
        assert_eq!(second.name, "shop-data-2");
        let named = from_url("crm=postgres://u@h/x?options=a=b", &[]).unwrap();
        assert_eq!(named.name, "crm");
        assert!(from_url("postgres://u@h/x?a=b", &[]).is_ok());
        assert!(from_url("nonsense", &[]).is_err());
    }
}
