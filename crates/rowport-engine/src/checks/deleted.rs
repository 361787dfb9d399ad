use rowport_drivers::DriverError;
use rowport_model::{Deleted, Principal, ResolvedDataset, View};

use crate::error::EngineError;
use crate::settings::SettingProblem;
use crate::sources::Sources;

impl Sources {
    /// Datasets of which every row counts as deleted: the column is not what says so.
    pub(super) async fn fully_deleted(&self, source: &str) -> Result<Vec<SettingProblem>, EngineError> {
        let catalog = self.catalog(&Principal::local(), source).await?;
        let mut problems = Vec::new();
        for dataset in catalog.datasets().filter(ResolvedDataset::leaves_out_deleted) {
            // One that cannot be NULL is a mistake by itself, and was said.
            let Some((column, _)) = dataset.soft_delete().filter(|(column, _)| column.nullable) else {
                continue;
            };
            let deleted = dataset.clone().with_deleted(Deleted::Only);
            if !self.has_rows(source, &deleted).await? || self.has_rows(source, &dataset).await? {
                continue;
            }
            let name = dataset.name().to_string();
            let message = format!(
                "every row of `{name}` has a value in `{}`, so all of them count as deleted and none is shown",
                column.name
            );
            let path = ["sources", source, "datasets", name.as_str(), "deleted_at"].map(str::to_owned);
            problems.push(SettingProblem { path: path.into(), message, hint: None });
        }
        Ok(problems)
    }

    /// Whether there is a row. A table in which none is found in time has none that anybody would see soon, either, but
    /// nothing is said of it.
    async fn has_rows(&self, source: &str, dataset: &ResolvedDataset<'_>) -> Result<bool, EngineError> {
        let query = dataset.query(&View::default(), self.clock.now())?.count(Some(1));
        match self.count_rows(source, query).await {
            Err(EngineError::Driver(DriverError::Timeout { .. })) => Ok(true),
            rows => Ok(rows? > 0),
        }
    }
}
