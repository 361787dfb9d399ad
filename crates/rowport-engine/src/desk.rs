use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rowport_drivers::{Driver, DriverError, Limits, ServerInfo, connect};
use rowport_model::{Catalog, Clock, Dataset, Principal, SourceKind, nearest};
use tokio::sync::Mutex;

use crate::error::EngineError;
use crate::refine::refine;
use crate::settings::{DatasetSettings, DeskSettings, ExportSettings, SettingProblem, SourceSettings};

/// The sources, and what is known of their datasets.
pub struct Desk {
    sources: Vec<Source>,
    pub(crate) workspace: Option<String>,
    pub(crate) exports: ExportSettings,
    pub(crate) clock: Arc<dyn Clock>,
}

struct Source {
    settings: SourceSettings,
    driver: Arc<dyn Driver>,
    described: Mutex<Option<Described>>,
}

/// What a source said of itself, and when.
struct Described {
    at: Timestamp,
    catalog: Arc<Catalog>,
    problems: Vec<SettingProblem>,
}

/// Asks a database what it has, in a task of its own: a caller that leaves must not leave a connection in the middle
/// of an answer, and a server that hangs must not hold up everybody who waits for the same description.
async fn introspect(driver: Arc<dyn Driver>) -> Result<Vec<Dataset>, EngineError> {
    let task = tokio::spawn(async move { driver.introspect().await });
    match tokio::time::timeout(INTROSPECTION, task).await {
        Ok(Ok(datasets)) => Ok(datasets?),
        Ok(Err(error)) => Err(EngineError::internal(error.to_string())),
        Err(_) => Err(DriverError::Timeout { seconds: INTROSPECTION.as_secs() }.into()),
    }
}

/// How long a database may take to say what it has.
const INTROSPECTION: Duration = Duration::from_secs(30);

/// How long a description of a source is believed. A dataset that is not in it is asked for again at once.
const BELIEVED: Duration = Duration::from_secs(30);

/// A source as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceStatus {
    /// The name in addresses.
    pub name: String,
    /// The name for people.
    pub label: String,
    /// The kind of database.
    pub kind: SourceKind,
}

impl Desk {
    /// A desk for these settings. Databases are connected to when they are first asked.
    pub fn new(settings: DeskSettings, limits: Limits, clock: Arc<dyn Clock>) -> Result<Self, EngineError> {
        let sources = settings
            .sources
            .into_iter()
            .map(|settings| {
                let driver = connect(&settings.url, limits)?;
                Ok(Source { settings, driver, described: Mutex::new(None) })
            })
            .collect::<Result<_, EngineError>>()?;
        Ok(Self { sources, workspace: settings.workspace, exports: settings.exports, clock })
    }

    /// The sources that the principal may know of.
    pub fn sources(&self, _principal: &Principal) -> Vec<SourceStatus> {
        let status = |source: &Source| SourceStatus {
            name: source.settings.name.clone(),
            label: source.settings.label.clone(),
            kind: source.driver.kind(),
        };
        self.sources.iter().map(status).collect()
    }

    /// Connects and asks the server who it is.
    pub async fn check(&self, _principal: &Principal, source: &str) -> Result<ServerInfo, EngineError> {
        Ok(self.source(source)?.driver.check().await?)
    }

    /// What the principal may see of a source.
    pub async fn catalog(&self, principal: &Principal, source: &str) -> Result<Arc<Catalog>, EngineError> {
        self.describe(principal, source, false).await
    }

    /// The catalog, once it is certain that the dataset is in it; it may have been made a moment ago.
    pub async fn catalog_with(
        &self,
        principal: &Principal,
        source: &str,
        dataset: &str,
    ) -> Result<Arc<Catalog>, EngineError> {
        let catalog = self.describe(principal, source, false).await?;
        if catalog.dataset(dataset).is_some() {
            return Ok(catalog);
        }
        let catalog = self.describe(principal, source, true).await?;
        if catalog.dataset(dataset).is_some() {
            return Ok(catalog);
        }
        Err(EngineError::UnknownDataset {
            name: dataset.to_owned(),
            source_name: source.to_owned(),
            suggestion: nearest(dataset, catalog.datasets().map(|dataset| dataset.name().to_string())),
        })
    }

    /// Forgets what a source said of itself: something in it turned out to have changed.
    pub async fn forget(&self, source: &str) {
        if let Ok(source) = self.source(source) {
            *source.described.lock().await = None;
        }
    }

    /// Where the settings do not fit the database.
    pub async fn setting_problems(
        &self,
        principal: &Principal,
        source: &str,
    ) -> Result<Vec<SettingProblem>, EngineError> {
        self.describe(principal, source, true).await?;
        let described = self.source(source)?.described.lock().await;
        Ok(described.as_ref().map(|described| described.problems.clone()).unwrap_or_default())
    }

    /// The settings of one dataset, for what the catalog does not carry.
    pub fn dataset_settings(&self, source: &str, dataset: &str) -> Option<&DatasetSettings> {
        self.source(source).ok()?.settings.datasets.get(dataset)
    }

    /// The clock that everything here goes by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    pub(crate) fn driver(&self, source: &str) -> Result<&Arc<dyn Driver>, EngineError> {
        Ok(&self.source(source)?.driver)
    }

    fn source(&self, name: &str) -> Result<&Source, EngineError> {
        self.sources
            .iter()
            .find(|source| source.settings.name == name)
            .ok_or_else(|| EngineError::UnknownSource { name: name.to_owned() })
    }

    async fn describe(
        &self,
        _principal: &Principal,
        source: &str,
        afresh: bool,
    ) -> Result<Arc<Catalog>, EngineError> {
        let source = self.source(source)?;
        // Held while the database is asked, so that a burst of requests asks it once.
        let mut described = source.described.lock().await;
        let now = self.clock.now();
        if let Some(known) = described.as_ref().filter(|_| !afresh) {
            let age = now.duration_since(known.at);
            if age.unsigned_abs() < BELIEVED {
                return Ok(Arc::clone(&known.catalog));
            }
        }
        let datasets = introspect(Arc::clone(&source.driver)).await?;
        let (refined, problems) = refine(datasets, &source.settings);
        let entries = refined.into_iter().map(|refined| (Arc::new(refined.dataset), refined.policy));
        let catalog = Arc::new(Catalog::new(entries));
        *described = Some(Described { at: now, catalog: Arc::clone(&catalog), problems });
        Ok(catalog)
    }
}
