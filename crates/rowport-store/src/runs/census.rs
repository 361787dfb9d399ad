//! How many runs there are that have not ended, for whoever watches over the whole.

use std::time::Duration;

use rowport_model::Clock;

use super::{RunState, Runs};
use crate::database::{Row, query};
use crate::error::StoreError;

/// The runs of one kind in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunCount {
    /// The kind of work.
    pub kind: String,
    /// Not a final one.
    pub state: RunState,
    /// How many.
    pub runs: u64,
    /// How long the one that waits longest could have been begun; zero when none could.
    pub waiting: Duration,
}

const UNDER_WAY: &str = "SELECT kind, state, count(*) AS runs, \
    min(CASE WHEN state = 'queued' AND not_before <= $1 THEN not_before END) AS since \
    FROM runs WHERE state IN ('queued', 'running', 'cancelling') GROUP BY kind, state ORDER BY kind, state";

impl Runs<'_> {
    /// Whosever runs that have not ended, by kind and state.
    pub async fn under_way(&self, clock: &dyn Clock) -> Result<Vec<RunCount>, StoreError> {
        let now = clock.now().as_millisecond();
        let count = |row: &Row| {
            let since = row.number_or_none("since")?;
            Ok(RunCount {
                kind: row.text("kind")?,
                state: row.parse("state")?,
                runs: u64::try_from(row.number("runs")?).unwrap_or(0),
                waiting: Duration::from_millis(since.map_or(0, |since| now.abs_diff(since))),
            })
        };
        query(UNDER_WAY).bind(now).fetch_all(&self.context.database, count).await
    }
}
