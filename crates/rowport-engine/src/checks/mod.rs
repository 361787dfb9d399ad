//! What the configuration says of a source, held against what the source has.

mod deleted;
mod paths;
mod secrets;

use rowport_model::Principal;

use crate::error::EngineError;
use crate::settings::SettingProblem;
use crate::sources::Sources;

pub(crate) use paths::unreachable;
pub use secrets::SecretColumns;

impl Sources {
    /// Where the settings do not fit the database, its rows included: what [`Desk::setting_problems`] finds, and
    /// what takes a
    /// look at rows.
    pub async fn check_settings(&self, source: &str) -> Result<Vec<SettingProblem>, EngineError> {
        let mut problems = self.setting_problems(source).await?;
        problems.extend(self.fully_deleted(source).await?);
        Ok(problems)
    }

    /// Columns that are named like secrets and that every reader of their dataset sees.
    pub async fn secret_columns(&self, source: &str) -> Result<Vec<SecretColumns>, EngineError> {
        let catalog = self.catalog(&Principal::local(), source).await?;
        let shown = |dataset: &str, column: &str| {
            let settings = self.dataset_settings(source, dataset).and_then(|it| it.columns.get(column));
            settings.is_none_or(|column| !column.sensitive && !column.reviewed)
        };
        Ok(secrets::found(&catalog, shown))
    }
}
