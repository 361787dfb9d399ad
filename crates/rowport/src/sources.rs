//! Sources as the command line names them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use rowport_drivers::{Limits, SourceUrl};
use rowport_engine::Sources;
use rowport_engine::settings::{EngineSettings, SourceSettings};
use rowport_model::SystemClock;

use crate::config::{self, Loaded};
use crate::failure::Failure;

/// The source of a command that works on one.
#[derive(Args)]
pub struct OneSource {
    /// The name of a configured source, or `postgres://…`, `mysql://…`, `sqlite:PATH`. The configuration's only one when
    /// absent.
    #[arg(long, env = "ROWPORT_SOURCE", hide_env_values = true, value_name = "SOURCE")]
    source: Option<String>,
    /// The configuration; `rowport.toml` in this folder is used if it is there.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl OneSource {
    /// A desk with the source, and the source's name.
    pub fn open(&self) -> Result<(Sources, String), Failure> {
        let mut settings = configured(self.config.as_deref())?.unwrap_or_default().engine;
        let name = self.find(&mut settings)?;
        Ok((build(settings)?, name))
    }

    fn find(&self, settings: &mut EngineSettings) -> Result<String, Failure> {
        let Some(source) = &self.source else {
            return match &settings.sources[..] {
                [only] => Ok(only.name.clone()),
                sources => Err(Failure::usage("no source is given").with_hint(known(sources))),
            };
        };
        match resolve(source, &settings.sources)? {
            Resolved::Configured(name) => Ok(name),
            Resolved::Added(added) => {
                let name = added.name.clone();
                settings.sources = vec![added];
                Ok(name)
            }
        }
    }
}

/// What a source's text on the command line means.
enum Resolved {
    /// A source of the configuration.
    Configured(String),
    /// A database that the configuration does not have.
    Added(SourceSettings),
}

/// The file of a command: the one that was named, or `rowport.toml` of this folder if it is there.
pub fn config_file(named: Option<&Path>) -> Option<PathBuf> {
    let implied = Path::new("rowport.toml");
    named.map(Path::to_owned).or_else(|| implied.is_file().then(|| implied.to_owned()))
}

/// The configuration of a command, where there is one.
pub fn configured(named: Option<&Path>) -> Result<Option<Loaded>, Failure> {
    config_file(named).map(|file| config::load(&file).map_err(Failure::config)).transpose()
}

/// Adds the sources of the command line to those of the configuration. One that is configured stays as it is.
pub fn add(named: &[String], settings: &mut EngineSettings) -> Result<(), Failure> {
    for source in named {
        if let Resolved::Added(added) = resolve(source, &settings.sources)? {
            settings.sources.push(added);
        }
    }
    Ok(())
}

fn resolve(source: &str, configured: &[SourceSettings]) -> Result<Resolved, Failure> {
    if configured.iter().any(|known| known.name == source) {
        return Ok(Resolved::Configured(source.to_owned()));
    }
    // What has no colon is no URL: it is meant as a name.
    if !source.contains(':') {
        return Err(
            Failure::usage(format!("there is no source named `{source}`")).with_hint(known(configured))
        );
    }
    let added = from_url(source, configured)?;
    // A variable may hold what the configuration says, too; a name that is given makes it another source.
    let url = SourceUrl::parse(source).ok();
    let same = configured.iter().find(|known| url.as_ref() == Some(&known.url));
    Ok(same.map_or(Resolved::Added(added), |same| Resolved::Configured(same.name.clone())))
}

/// What a source could be.
fn known(configured: &[SourceSettings]) -> String {
    let names: Vec<&str> = configured.iter().map(|source| source.name.as_str()).collect();
    let known = match &names[..] {
        [] => "no configuration with sources was read: name one with --config FILE".to_owned(),
        names => format!("the configuration has {}", names.join(", ")),
    };
    format!("{known}; or give a URL: postgres://…, mysql://…, sqlite:PATH")
}

/// A desk on the machine's clock.
pub fn build(settings: EngineSettings) -> Result<Sources, Failure> {
    Ok(Sources::new(settings, Limits::default(), Arc::new(SystemClock))?)
}

/// A source from `URL` or `NAME=URL`, with a name that none of the others has.
fn from_url(text: &str, others: &[SourceSettings]) -> Result<SourceSettings, Failure> {
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

    #[test]
    fn a_source_is_a_configured_one_by_its_name_or_its_url() {
        let shop = from_url("shop=sqlite:shop.db", &[]).unwrap();
        let find = |source: Option<&str>, sources: &[SourceSettings]| {
            let given = OneSource { source: source.map(str::to_owned), config: None };
            let mut settings = EngineSettings { sources: sources.to_vec(), ..EngineSettings::default() };
            given.find(&mut settings)
        };
        let one = std::slice::from_ref(&shop);
        for source in [None, Some("shop"), Some("sqlite:shop.db")] {
            assert_eq!(find(source, one).unwrap(), "shop", "{source:?}");
        }
        assert_eq!(find(Some("sqlite:other.db"), one).unwrap(), "other");
        let unknown = find(Some("shpo"), one).unwrap_err();
        assert_eq!(unknown.message(), "there is no source named `shpo`");
        assert!(
            unknown.hint().unwrap().starts_with("the configuration has shop; or"),
            "{:?}",
            unknown.hint()
        );
        let two = [shop.clone(), from_url("crm=sqlite:crm.db", &[]).unwrap()];
        let which = find(None, &two).unwrap_err();
        assert!(which.hint().unwrap().contains("shop, crm"), "{:?}", which.hint());
        assert!(find(None, &[]).is_err());
        let mut settings = EngineSettings { sources: vec![shop], ..EngineSettings::default() };
        let given = ["shop", "sqlite:shop.db", "sqlite:other.db"].map(str::to_owned);
        add(&given, &mut settings).unwrap();
        let names: Vec<_> = settings.sources.iter().map(|source| source.name.as_str()).collect();
        assert_eq!(names, ["shop", "other"]);
    }
}
