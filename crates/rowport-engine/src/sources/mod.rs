pub(crate) mod refine;
pub(crate) mod source;
mod touched;

use std::sync::Arc;

use rowport_drivers::{Driver, Limits, PoolUse, ServerInfo, connect};
use rowport_model::{
    Catalog, Clock, ColumnEffect, ColumnRule, Dataset, DatasetAt, DatasetPolicy, Names, Permission,
    Principal, SourceKind, TenantScope, nearest,
};
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::checks;
use crate::error::EngineError;
use crate::settings::{
    ChangeSettings, DatasetSettings, EngineSettings, ExportSettings, SettingProblem, Shared, SubjectSettings,
};
use crate::sources::refine::{Refined, Tenancy};
use crate::sources::source::{Described, Source};
use touched::TouchedSources;

/// The sources, and what is known of their datasets.
pub struct Sources {
    sources: Vec<Arc<Source>>,
    pub(crate) workspace: Option<String>,
    pub(crate) exports: ExportSettings,
    pub(crate) changes: ChangeSettings,
    pub(crate) subjects: Vec<SubjectSettings>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Where rows were changed a moment ago.
    pub(crate) touched: TouchedSources,
}

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

/// A rule on columns that names what is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleProblem {
    /// The dataset as the rule names it.
    pub dataset: String,
    /// The column as the rule names it.
    pub column: String,
    /// What is not there, and what follows.
    pub message: String,
}

impl Sources {
    /// A desk for these settings. Databases are connected to when they are first asked.
    pub fn new(settings: EngineSettings, limits: Limits, clock: Arc<dyn Clock>) -> Result<Self, EngineError> {
        let EngineSettings { sources, workspace, exports, changes, subjects } = settings;
        let sources = sources
            .into_iter()
            .map(|settings| {
                let driver = connect(&settings.url, limits)?;
                Ok(Arc::new(Source::new(settings, driver, limits)))
            })
            .collect::<Result<_, EngineError>>()?;
        Ok(Self { sources, workspace, exports, changes, subjects, clock, touched: TouchedSources::default() })
    }

    /// The sources that the principal may know of: those where a dataset could be that they may read.
    pub fn sources(&self, principal: &Principal) -> Vec<SourceStatus> {
        let status = |source: &Arc<Source>| SourceStatus {
            name: source.settings.name.clone(),
            label: source.settings.label.clone(),
            kind: source.driver.kind(),
        };
        let known = |source: &&Arc<Source>| principal.access().reaches(&source.settings.name);
        self.sources.iter().filter(known).map(status).collect()
    }

    /// Connects and asks the server who it is.
    pub async fn check(&self, source: &str) -> Result<ServerInfo, EngineError> {
        Ok(self.source(source)?.driver.check().await?)
    }

    /// How the connections to each source are used at this moment.
    pub fn pools(&self) -> impl Iterator<Item = (&str, PoolUse)> {
        self.sources.iter().map(|source| (source.settings.name.as_str(), source.driver.pool()))
    }

    /// What the principal may see of a source.
    pub async fn catalog(&self, principal: &Principal, source: &str) -> Result<Arc<Catalog>, EngineError> {
        let source = self.source_for(principal, source)?;
        let described = source.believed(&self.clock).await?;
        Ok(catalog_for(&described, principal, source))
    }

    /// The catalog, once it is certain that the dataset is in it; it may have been made a moment ago.
    pub async fn catalog_with(
        &self,
        principal: &Principal,
        source: &str,
        dataset: &str,
    ) -> Result<Arc<Catalog>, EngineError> {
        let (source, arrived) = (self.source_for(principal, source)?, Instant::now());
        let mut described = source.believed(&self.clock).await?;
        // One that is there and not for this principal does not come to be for them by being looked for again.
        if described.catalog.dataset(dataset).is_none() {
            described = source.after_a_miss(&self.clock, arrived, described).await?;
        }
        self.with(&described, principal, source, dataset)
    }

    /// The same from a description that was begun after this was asked for: for what must not be out of date.
    pub(crate) async fn catalog_afresh(
        &self,
        principal: &Principal,
        source: &str,
        dataset: &str,
    ) -> Result<Arc<Catalog>, EngineError> {
        let source = self.source_for(principal, source)?;
        let described = source.read(&self.clock, Instant::now()).await?;
        self.with(&described, principal, source, dataset)
    }

    fn with(
        &self,
        described: &Described,
        principal: &Principal,
        source: &Source,
        dataset: &str,
    ) -> Result<Arc<Catalog>, EngineError> {
        let catalog = catalog_for(described, principal, source);
        if catalog.dataset(dataset).is_some() {
            return Ok(catalog);
        }
        Err(EngineError::UnknownDataset {
            name: dataset.to_owned(),
            source_name: source.settings.name.clone(),
            suggestion: nearest(dataset, catalog.datasets().map(|dataset| dataset.name().to_string())),
        })
    }

    /// Forgets what a source said of itself.
    pub async fn forget(&self, source: &str) {
        if let Ok(source) = self.source(source) {
            source.forget();
        }
    }

    /// Where the settings do not fit the database.
    pub async fn setting_problems(&self, source: &str) -> Result<Vec<SettingProblem>, EngineError> {
        let source = self.source(source)?;
        let described = source.read(&self.clock, Instant::now()).await?;
        let mut problems = described.problems.clone();
        problems.extend(checks::unreachable(&source.settings, &described.catalog));
        Ok(problems)
    }

    /// Which rules name what is not there: a dataset that is named with such a column is absent for those who have the
    /// rule. Of a source that does not answer nothing is said.
    pub async fn rule_problems(&self, rules: &[ColumnRule]) -> Vec<RuleProblem> {
        let mut problems = Vec::new();
        for rule in rules.iter().filter(|rule| rule.names_a_dataset()) {
            if let Some(message) = self.rule_problem(rule).await {
                let (dataset, column) = (rule.dataset.clone(), rule.column.clone());
                problems.push(RuleProblem { dataset, column, message });
            }
        }
        problems
    }

    async fn rule_problem(&self, rule: &ColumnRule) -> Option<String> {
        let (name, _) = rule.dataset.split_once('/').unwrap_or((&rule.dataset, ""));
        let Some(source) = self.sources.iter().find(|it| it.settings.name.eq_ignore_ascii_case(name)) else {
            return Some(format!("there is no source `{name}`, so the rule keeps nothing back"));
        };
        let described = source.believed(&self.clock).await.ok()?;
        let (source, names) = (source.settings.name.as_str(), source.driver.kind().names());
        let is_about = |refined: &&Refined| {
            let dataset = refined.dataset.name.to_string();
            rule.is_about(&DatasetAt { source, dataset: &dataset, names })
        };
        match described.datasets.iter().find(is_about) {
            None => Some(format!("there is no dataset `{}`, so the rule keeps nothing back", rule.dataset)),
            Some(refined) if has_column(&refined.dataset, &rule.column, names) => None,
            Some(_) => Some(format!(
                "`{}` has no column `{}`, so it is absent for everyone with this role",
                rule.dataset, rule.column
            )),
        }
    }

    /// The settings of one dataset, for what the catalog does not carry.
    pub fn dataset_settings(&self, source: &str, dataset: &str) -> Option<&DatasetSettings> {
        self.source(source).ok()?.settings.datasets.get(dataset)
    }

    /// The settings of every dataset that has some, with the names of its source and of itself.
    pub(crate) fn every_setting(&self) -> impl Iterator<Item = (&str, &str, &DatasetSettings)> {
        self.sources.iter().map(|source| &source.settings).flat_map(|source| {
            source.datasets.iter().map(|(name, settings)| (source.name.as_str(), name.as_str(), settings))
        })
    }

    /// The clock that everything here goes by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    pub(crate) fn driver(&self, source: &str) -> Result<&Arc<dyn Driver>, EngineError> {
        Ok(&self.source(source)?.driver)
    }

    /// The driver for what is read beside a transaction, which counts for both.
    pub(crate) fn driver_beside(&self, source: &str) -> Result<&Arc<dyn Driver>, EngineError> {
        Ok(&self.source(source)?.uncounted)
    }

    /// Something in what a source said of itself turned out to have changed.
    pub(crate) fn doubt(&self, source: &str) {
        if let Ok(source) = self.source(source) {
            source.doubt();
        }
    }

    fn source(&self, name: &str) -> Result<&Arc<Source>, EngineError> {
        self.sources
            .iter()
            .find(|source| source.settings.name == name)
            .ok_or_else(|| EngineError::UnknownSource { name: name.to_owned() })
    }

    /// The source, if the principal may know of it; another one is as if it were not there.
    fn source_for(&self, principal: &Principal, name: &str) -> Result<&Arc<Source>, EngineError> {
        match principal.access().reaches(name) {
            true => self.source(name),
            false => Err(EngineError::UnknownSource { name: name.to_owned() }),
        }
    }

    /// Refuses an action on a dataset that the principal may see but not do this with.
    pub(crate) fn permit(
        &self,
        principal: &Principal,
        permission: Permission,
        source: &str,
        dataset: &str,
    ) -> Result<(), EngineError> {
        let dataset_name = dataset.to_owned();
        if !principal.access().allows(permission, source, dataset) {
            return Err(EngineError::Forbidden { permission: permission.word(), dataset: dataset_name });
        }
        let shared = self.dataset_settings(source, dataset).map_or(Shared::No, |settings| settings.shared);
        match principal.access().tenant().is_some() && permission.writes() && shared == Shared::Read {
            true => Err(EngineError::SharedForReading { dataset: dataset_name }),
            false => Ok(()),
        }
    }
}

/// The datasets as the principal may see them: the only place where catalogs are made.
fn catalog_for(described: &Described, principal: &Principal, source: &Source) -> Arc<Catalog> {
    if principal.access().is_everything() {
        return Arc::clone(&described.catalog);
    }
    let (name, names) = (&source.settings.name, source.driver.kind().names());
    let entries = described.datasets.iter().filter_map(|refined| {
        let policy = policy_for(principal, name, names, refined)?;
        Some((Arc::clone(&refined.dataset), policy))
    });
    Arc::new(Catalog::new(entries))
}

/// What the principal may see of a dataset; `None` where that is nothing at all.
fn policy_for(principal: &Principal, source: &str, names: Names, refined: &Refined) -> Option<DatasetPolicy> {
    let access = principal.access();
    let dataset = refined.dataset.name.to_string();
    if !access.allows(Permission::RecordsRead, source, &dataset) {
        return None;
    }
    let at = DatasetAt { source, dataset: &dataset, names };
    // What a rule is to keep back is not found, so nothing is sure to be kept back.
    if access.columns_named(&at).any(|column| !has_column(&refined.dataset, column, names)) {
        return None;
    }
    let mut policy = refined.policy.clone();
    policy.viewers = access.tenant().map(str::to_owned);
    policy.tenant = match (access.tenant(), &refined.tenancy) {
        (None, _) | (Some(_), Tenancy::Shared) => None,
        (Some(_), Tenancy::Unknown) => return None,
        (Some(tenant), Tenancy::Column(column)) => {
            Some(TenantScope { column: column.clone(), value: tenant.to_owned() })
        }
    };
    let reveals = access.allows(Permission::RecordsReveal, source, &dataset);
    for column in &refined.dataset.columns {
        let sensitive = !reveals && refined.sensitive.contains(&column.name);
        match access.effect_on(&at, &column.name) {
            Some(ColumnEffect::Hidden) => policy.hidden_columns.push(column.name.clone()),
            Some(ColumnEffect::Masked) => policy.masked_columns.push(column.name.clone()),
            None if sensitive => policy.masked_columns.push(column.name.clone()),
            None => {}
        }
    }
    // A lookup is a name for a column elsewhere; a rule may say that name.
    let hidden = |name: &str| access.effect_on(&at, name).is_some();
    policy
        .hidden_columns
        .extend(refined.dataset.lookups.iter().map(|it| it.name.clone()).filter(|it| hidden(it)));
    Some(policy)
}

/// Whether a rule's column is one of the dataset's, stored, computed or a lookup.
fn has_column(dataset: &Dataset, column: &str, names: Names) -> bool {
    let stored = dataset.columns.iter().map(|known| &known.name);
    stored.chain(dataset.lookups.iter().map(|known| &known.name)).any(|known| names.same(known, column))
}
