//! Reading runs: one, the history, and what has changed.

use std::collections::HashMap;

use rowport_model::Principal;
use serde_json::Value;

use super::work::read_checkpoint;
use super::{COLUMNS, Run, RunState, Runs, owner_filter, read};
use crate::artifacts::{self, Artifact};
use crate::database::query;
use crate::error::StoreError;

/// Which runs of the history.
#[derive(Debug, Clone, Default)]
pub struct RunsWanted<'a> {
    /// Everybody's, for whoever administers Rowport; their own for all others.
    pub everyone: bool,
    /// Only of this kind.
    pub kind: Option<&'a str>,
    /// Only in this state.
    pub state: Option<RunState>,
    /// Only of this dataset, as `source` and `dataset`.
    pub dataset: Option<(&'a str, &'a str)>,
    /// Only those asked for before this run, for the next page.
    pub before: Option<&'a str>,
    /// At most so many.
    pub limit: u32,
}

/// What lists have of a run. A request may name ten thousand rows, and a list two hundred runs.
fn listed() -> String {
    let short =
        format!("CASE WHEN length(request) <= {LISTED_REQUEST} THEN request ELSE '{{}}' END AS request");
    COLUMNS.replace("request", &short)
}

/// Characters.
const LISTED_REQUEST: usize = 8_192;

impl Runs<'_> {
    /// One run.
    pub async fn get(&self, principal: &Principal, id: &str) -> Result<Run, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM runs WHERE id = $1 AND ($2 = '' OR principal = $2) AND deleted_at IS NULL"
        );
        let found = query(sql).bind(id).bind(owner_filter(principal));
        let found = found.fetch_optional(&self.context.database, read).await?;
        let run = found.ok_or_else(|| StoreError::UnknownRun { id: id.to_owned() })?;
        Ok(self.with_artifacts(vec![run]).await?.remove(0))
    }

    /// One run, whosever it is and whether or not it was deleted: for what follows from its end.
    pub(crate) async fn get_of_any(&self, id: &str) -> Result<Option<Run>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM runs WHERE id = $1");
        let found = query(sql).bind(id).fetch_optional(&self.context.database, read).await?;
        Ok(self.with_artifacts(found.into_iter().collect()).await?.pop())
    }

    /// What the last attempt of a run noted of how far it is; none once the run has ended.
    pub async fn checkpoint_of(&self, id: &str) -> Result<Option<Value>, StoreError> {
        let checkpoint = query("SELECT checkpoint FROM runs WHERE id = $1").bind(id);
        Ok(checkpoint.fetch_optional(&self.context.database, read_checkpoint).await?.flatten())
    }

    /// The history, the latest first.
    pub async fn list(&self, principal: &Principal, wanted: RunsWanted<'_>) -> Result<Vec<Run>, StoreError> {
        // Every condition is always there and a missing one is met by everything, so that there is one statement.
        let sql = format!(
            "SELECT {} FROM runs WHERE ($1 = '' OR principal = $1) AND deleted_at IS NULL \
             AND ($2 = '' OR kind = $2) AND ($3 = '' OR state = $3) \
             AND ($4 = '' OR (source = $4 AND dataset = $5)) AND ($6 = '' OR id < $6) ORDER BY id DESC LIMIT $7",
            listed()
        );
        let (source, dataset) = wanted.dataset.unwrap_or_default();
        let runs = query(sql)
            .bind(if wanted.everyone { owner_filter(principal) } else { principal.id() })
            .bind(wanted.kind.unwrap_or_default())
            .bind(wanted.state.map(RunState::as_str).unwrap_or_default())
            .bind(source)
            .bind(dataset)
            .bind(wanted.before.unwrap_or_default())
            .bind(wanted.limit)
            .fetch_all(&self.context.database, read)
            .await?;
        self.with_artifacts(runs).await
    }

    /// Whosever runs have changed since a version, in the order of their changes; deleted ones too.
    pub async fn changed_since(&self, version: i64, limit: u32) -> Result<Vec<Run>, StoreError> {
        let sql = format!("SELECT {} FROM runs WHERE version > $1 ORDER BY version LIMIT $2", listed());
        let runs = query(sql).bind(version).bind(limit).fetch_all(&self.context.database, read).await?;
        self.with_artifacts(runs).await
    }

    /// How many runs have changed since a version, counted no further than `most`.
    pub async fn count_changed_since(&self, version: i64, most: u32) -> Result<u32, StoreError> {
        const COUNT: &str = "SELECT count(*) FROM (SELECT id FROM runs WHERE version > $1 ORDER BY version LIMIT $2) AS changed";
        let count = query(COUNT).bind(version).bind(most).fetch_number(&self.context.database).await?;
        Ok(u32::try_from(count).unwrap_or(most))
    }

    /// The version of the latest change.
    pub async fn version(&self) -> Result<i64, StoreError> {
        let version = query("SELECT value FROM counters WHERE name = 'runs'");
        version.fetch_number(&self.context.database).await
    }

    async fn with_artifacts(&self, mut runs: Vec<Run>) -> Result<Vec<Run>, StoreError> {
        let mut found: HashMap<String, Artifact> = HashMap::new();
        for run in runs.iter().filter(|run| run.state == RunState::Completed) {
            let sql = format!("SELECT {} FROM artifacts WHERE run_id = $1", artifacts::COLUMNS);
            let artifact = query(sql).bind(&run.id);
            let artifact = artifact.fetch_optional(&self.context.database, artifacts::read).await?;
            if let Some(artifact) = artifact {
                found.insert(run.id.clone(), artifact);
            }
        }
        for run in &mut runs {
            run.artifact = found.remove(&run.id);
        }
        Ok(runs)
    }
}
