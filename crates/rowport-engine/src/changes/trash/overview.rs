//! What lies in the trash of all datasets together.

use rowport_drivers::journal;
use rowport_model::{Permission, Principal};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Changes, EngineError};
use super::{TrashTotals, in_table};

/// What lies in the trash of one dataset.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DatasetTrash {
    /// The source.
    pub source: String,
    /// The dataset.
    pub dataset: String,
    /// The dataset's name for people.
    pub label: String,
    /// How many rows; estimated beyond 10,000 where they are marked.
    pub rows: u64,
    /// How many of them are removed for good within the next seven days.
    pub soon: u64,
}

impl Changes {
    /// Every dataset with rows in its trash which the principal may restore. A source that does not answer has none.
    pub async fn trash_overview(&self, principal: &Principal) -> Vec<DatasetTrash> {
        let mut found = Vec::new();
        for source in self.sources.sources(principal) {
            match self.trash_of_source(principal, &source.name).await {
                Ok(of_source) => found.extend(of_source),
                Err(EngineError::Driver(error)) if error.is_unprepared() => {}
                Err(error) => tracing::warn!(source = source.name, %error, "its trash cannot be counted"),
            }
        }
        found
    }

    /// For how many days rows are kept in the trash.
    pub fn trash_days(&self) -> u64 {
        self.days()
    }

    async fn trash_of_source(
        &self,
        principal: &Principal,
        source: &str,
    ) -> Result<Vec<DatasetTrash>, EngineError> {
        let catalog = self.sources.catalog(principal, source).await?;
        let mut transaction = self.sources.driver(source)?.begin_reading().await?;
        journal::is_ready(transaction.as_mut()).await?;
        let mut totals = Vec::new();
        let may = |dataset: &str| {
            self.sources.permit(principal, Permission::RecordsDelete, source, dataset).is_ok()
        };
        for dataset in catalog.datasets() {
            let name = dataset.name().to_string();
            if dataset.change_key().is_err() || !may(&name) || in_table(&dataset).is_some() {
                continue;
            }
            totals.push((dataset.clone(), self.journalled_totals(transaction.as_mut(), &dataset).await?));
        }
        transaction.commit().await?;
        for dataset in catalog.datasets().filter(|dataset| may(&dataset.name().to_string())) {
            if let (Some(deleted), Ok(_)) = (in_table(&dataset), dataset.change_key()) {
                let of_dataset = self.marked_totals(source, &deleted).await?;
                totals.push((dataset, of_dataset));
            }
        }
        let some = totals.into_iter().filter(|(_, totals)| totals.rows > 0);
        let some = some.map(|(dataset, TrashTotals { rows, soon, .. })| DatasetTrash {
            source: source.to_owned(),
            dataset: dataset.name().to_string(),
            label: dataset.visible().label,
            rows,
            soon,
        });
        Ok(some.collect())
    }
}
