//! `rowport.toml`: how it is read, and how its mistakes are told.
//!
//! Reading takes four steps, and each goes on past the mistakes that it finds, so that a person sees all of them:
//!
//! 1. the text is parsed as TOML ([`origin`] remembers where everything stands);
//! 2. [`structure`] compares it with the JSON Schema that the structs here derive: unknown keys, wrong types. What
//!    does not fit is taken out;
//! 3. serde reads the rest into those structs, one file for each section;
//! 4. each section turns itself into settings: addresses, expressions, currencies, durations.
//!
//! The schema that editors use is thus the one that is enforced. Secrets stay out of every message: see [`secrets`].

mod changes;
mod connections;
mod currencies;
mod datasets;
mod email;
mod exports;
mod limits;
mod nearest;
mod notifications;
mod origin;
mod problem;
mod quantities;
mod runs;
mod schema;
mod secrets;
mod server;
mod sources;
mod storage;
mod structure;
mod subjects;
mod telemetry;
mod webhooks;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rowport_engine::settings::{EngineSettings, SettingProblem};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, Deserializer};

use changes::ChangesSection;
use connections::ConnectionsSection;
use exports::{ExportsSection, checked};
use limits::LimitsSection;
use notifications::NotificationsSection;
use origin::{Mistake, Origin};
use quantities::duration;
use runs::RunsSection;
use sources::SourceSection;
use storage::StorageSection;
use structure::Named;
use subjects::SubjectSection;
use telemetry::TelemetrySection;

pub use connections::Connections;
pub use problem::{ConfigError, Problem};
pub use schema::json_schema;
pub use server::{ServerSettings, parse_listen};

/// A configuration without mistakes. The default is that of having no file.
#[derive(Debug, Default)]
pub struct Loaded {
    /// What the engine needs to know.
    pub engine: EngineSettings,
    /// What the server needs to know.
    pub server: ServerSettings,
    origin: Origin,
}

/// Reads a file. Relative paths in it are relative to its folder.
pub fn load(path: &Path) -> Result<Loaded, ConfigError> {
    let file = path.display().to_string();
    let bytes = std::fs::read(path)
        .map_err(|error| ConfigError::whole(&file, format!("the file cannot be read: {error}")))?;
    match String::from_utf8(bytes) {
        Ok(text) => parse(&text, path),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
            let message = format!("the file is not UTF-8 text: line {line} has other bytes");
            Err(ConfigError::whole(&file, message))
        }
    }
}

/// Reads a text as if it stood in that file.
pub fn parse(text: &str, path: &Path) -> Result<Loaded, ConfigError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    interpret(text, &path.display().to_string(), folder, &|name| std::env::var(name).ok())
}

/// Where an environment variable's value comes from.
type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// `file` is what messages call the text, `folder` what relative paths are relative to.
fn interpret(
    text: &str,
    file: &str,
    folder: &Path,
    environment: Environment<'_>,
) -> Result<Loaded, ConfigError> {
    let mut origin = Origin::new(file, text);
    let mut mistakes = Vec::new();
    let document = read(text, &mut origin, &mut mistakes);
    let subjects = BTreeSet::new();
    let mut checks = Checks { mistakes: &mut mistakes, origin: &origin, folder, environment, subjects };
    let (engine, server) = document.settings(&mut checks);
    if mistakes.is_empty() { Ok(Loaded { engine, server, origin }) } else { Err(origin.report(mistakes)) }
}

impl Loaded {
    /// Line and column, from 1, of what a path of keys names: `["sources", "shop", "datasets", "orders"]`. What is
    /// not in the file itself is found at the key around it, as long as that belongs to the same source.
    #[cfg_attr(not(test), expect(dead_code, reason = "commands show whole reports, which have the places"))]
    pub fn locate(&self, path: &[String]) -> Option<(usize, usize)> {
        self.origin.find(path).map(|span| self.origin.position(span.start))
    }

    /// Settings that do not fit the database, told like the mistakes of the file itself.
    pub fn report(&self, problems: &[SettingProblem]) -> ConfigError {
        self.origin.report(
            problems
                .iter()
                .map(|problem| {
                    // The engine gives the name that comes nearest.
                    let hint = problem.hint.as_ref().map(|name| format!("did you mean `{name}`?"));
                    Mistake::new(self.origin.find(&problem.path), &problem.message, hint)
                })
                .collect(),
        )
    }
}

/// Rowport's configuration. Everything is optional: without it, every table and view of the sources named on the
/// command line is shown as the database describes it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "rowport.toml")]
struct Document {
    /// The name that the names of exported files begin with.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["shop"]))]
    workspace: Option<Spanned<String>>,
    /// The address and port of the page and the API.
    #[schemars(with = "String", length(min = 1))]
    #[schemars(extend("default" = "127.0.0.1:7878", "examples" = ["127.0.0.1:7878", "[::1]:7878"]))]
    listen: Option<Spanned<String>>,
    /// Where people find the page, when that is not the address that is listened on: behind a proxy, or under a name.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["https://desk.example.org"]))]
    public_url: Option<Spanned<String>>,
    /// A proxy of yours stands before Rowport and says in `X-Forwarded-For` who asks. Without one, anybody could say so.
    #[schemars(extend("default" = false, "examples" = [true]))]
    behind_proxy: bool,
    /// The folder of Rowport's own state, of the files of background exports, and of what is spooled for slow readers.
    #[schemars(with = "String", length(min = 1))]
    #[schemars(extend("default" = "rowport-data", "examples" = ["./rowport-data"]))]
    data_dir: Option<Spanned<String>>,
    /// For how long after `SIGTERM` requests are still taken, while `/readyz` says that this process is about to end:
    /// long enough for a load balancer to notice. Requests are refused at once when absent.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["5s"]))]
    shutdown_delay: Option<Spanned<String>>,
    /// Thresholds and limits of exports.
    exports: ExportsSection,
    /// How long changes can be taken back.
    changes: ChangesSection,
    /// Background work.
    runs: RunsSection,
    /// How often one person may do something.
    limits: LimitsSection,
    /// How many connections there may be.
    connections: ConnectionsSection,
    /// Where the files of background exports go, if not into a folder.
    #[schemars(with = "StorageSection")]
    storage: Option<StorageSection>,
    /// Telling the outside that background work has ended.
    notifications: NotificationsSection,
    /// What Rowport tells of itself while it serves.
    telemetry: TelemetrySection,
    /// The kinds of person that an archive can be about, by name: lower-case letters, digits, `-` and `_`. Each dataset
    /// that knows one says by which columns.
    #[schemars(with = "std::collections::BTreeMap<String, SubjectSection>")]
    #[schemars(extend("propertyNames" = { "pattern": "^[a-z0-9_-]+$" }))]
    subjects: Named<SubjectSection>,
    /// The databases, by name, in the order in which people see them. A name has lower-case letters, digits, `-`
    /// and `_`: it is part of addresses.
    #[schemars(with = "std::collections::BTreeMap<String, SourceSection>")]
    #[schemars(extend("propertyNames" = { "pattern": "^[a-z0-9_-]+$" }))]
    sources: Named<SourceSection>,
}

impl Document {
    fn settings(self, checks: &mut Checks<'_>) -> (EngineSettings, ServerSettings) {
        let subjects = subjects::settings(self.subjects, checks);
        let sources = EngineSettings {
            workspace: self.workspace.and_then(|name| server::workspace(&name, checks)),
            exports: self.exports.settings(checks),
            changes: self.changes.settings(checks),
            sources: sources::settings(self.sources, checks),
            subjects: subjects.known_to_datasets(checks),
        };
        let runs = self.runs.settings(checks);
        let telemetry = self.telemetry.settings(checks);
        let shutdown_delay =
            self.shutdown_delay.and_then(|text| checked(duration(text.get_ref()), &text, checks));
        let limits = self.limits.settings(checks);
        let connections = self.connections.settings(checks);
        let site = server::site(self.public_url, self.behind_proxy, checks);
        let notify = self.notifications.settings(site.address(), checks);
        let bucket = self.storage.and_then(|storage| storage.settings(checks));
        let server = server::settings(self.listen, self.data_dir, checks);
        let server = ServerSettings { runs, limits, connections, site, ..server };
        (sources, ServerSettings { bucket, notify, telemetry, shutdown_delay, ..server })
    }
}

/// The document without what does not fit the schema.
fn read(text: &str, origin: &mut Origin, mistakes: &mut Vec<Mistake>) -> Document {
    let (mut table, errors) = DeTable::parse_recoverable(text);
    mistakes.extend(errors.iter().map(|error| origin.syntax(error)));
    let schema = json_schema();
    secrets::hide(&table, text, &schema, mistakes, origin);
    structure::fit(&schema, &mut table, origin, mistakes);
    match Document::deserialize(Deserializer::from(table)) {
        Ok(document) => document,
        Err(error) => {
            // The structure was found to fit, so this is not expected; but a mistake must not pass in silence.
            mistakes.push(Mistake::new(error.span(), error.message(), None));
            Document::default()
        }
    }
}

/// What the sections check with, and where they say what is wrong.
struct Checks<'a> {
    mistakes: &'a mut Vec<Mistake>,
    origin: &'a Origin,
    folder: &'a Path,
    environment: Environment<'a>,
    /// The kinds of person that are declared.
    subjects: BTreeSet<String>,
}

impl Checks<'_> {
    /// A path as the file means it: relative to its folder, wherever Rowport is started.
    fn beside(&self, path: &str) -> PathBuf {
        self.folder.join(path.strip_prefix("./").unwrap_or(path))
    }

    fn wrong(&mut self, span: std::ops::Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        self.mistakes.push(Mistake::new(Some(span), message, Some(hint.into())));
    }
}
