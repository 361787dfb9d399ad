//! Asking for runs, and taking that back.

use rowport_model::{Clock, Principal};
use serde_json::{Value, json};

use super::{COLUMNS, Run, RunKind, Runs, owner_filter, read};
use crate::actor::Actor;
use crate::audit::NewEvent;
use crate::database::query;
use crate::error::StoreError;
use crate::number::to_i64;
use crate::tx::Tx;

/// A run, asked for.
#[derive(Debug, Clone)]
pub struct NewRun<'a> {
    /// Its id, where it was known before: a second run that asks for it is the first.
    pub id: Option<&'a str>,
    /// The kind of work.
    pub kind: RunKind,
    /// The source; empty for a run over several.
    pub source: &'a str,
    /// The dataset; empty for a run over several.
    pub dataset: &'a str,
    /// What is asked for.
    pub request: &'a Value,
    /// Higher ones go first.
    pub priority: i32,
    /// How often it is tried again after an attempt that failed through no fault of its own.
    pub tries: u32,
    /// Rows expected, when that is known.
    pub rows_expected: Option<u64>,
    /// The run that this one repeats.
    pub rerun_of: Option<&'a str>,
    /// The kind of person that it is about, where it is about one. Who that is, the audit need not keep.
    pub about: Option<&'a str>,
}

/// The number of a change: first thing in each transaction, so that changes become visible in their order, and so
/// that no two transactions can wait for each other.
const NEXT_VERSION: &str = "UPDATE counters SET value = value + 1 WHERE name = 'runs' RETURNING value";

/// Bytes. Ten thousand keys of usual length have room.
const LONGEST_REQUEST: usize = 512 * 1024;

const ENQUEUE: &str = "INSERT INTO runs (id, kind, state, principal, source, dataset, rerun_of, request, priority, \
    not_before, attempt, tries_left, rows_done, rows_expected, bytes_done, created_at, version, tenant) \
    VALUES ($1, $2, 'queued', $3, $4, $5, $6, $7, $8, $9, 0, $10, 0, $11, 0, $9, $12, $13)";

/// A run that nobody works on ends at once; a worker is asked to stop.
const CANCEL: &str = "UPDATE runs SET \
    finished_at = CASE state WHEN 'queued' THEN $3 ELSE finished_at END, \
    checkpoint = CASE state WHEN 'queued' THEN NULL ELSE checkpoint END, \
    state = CASE state WHEN 'queued' THEN 'cancelled' ELSE 'cancelling' END, version = $4 \
    WHERE id = $1 AND ($2 = '' OR principal = $2) AND deleted_at IS NULL AND state IN ('queued', 'running', 'cancelling')";

const DELETE: &str = "UPDATE runs SET deleted_at = $3, version = $4 WHERE id = $1 AND ($2 = '' OR principal = $2) \
    AND deleted_at IS NULL AND state IN ('completed', 'failed', 'cancelled')";

/// The files of a deleted run are no longer given out, and the sweep removes them.
const REVOKE: &str = "UPDATE artifacts SET revoked_at = $2 WHERE run_id = $1 AND revoked_at IS NULL";

impl Runs<'_> {
    /// Puts a run in the queue, unless one with its id is there.
    pub async fn enqueue(
        &self,
        principal: &Principal,
        actor: &Actor,
        clock: &dyn Clock,
        new: NewRun<'_>,
    ) -> Result<Run, StoreError> {
        let request = new.request.to_string();
        if request.len() > LONGEST_REQUEST {
            return Err(StoreError::LongRequest { bytes: request.len(), most: LONGEST_REQUEST });
        }
        let now = clock.now();
        let id = new.id.map_or_else(|| self.context.ids.next(now), str::to_owned);
        let find = || query(format!("SELECT {COLUMNS} FROM runs WHERE id = $1")).bind(&id);
        let mut tx = Tx::begin(self.context).await?;
        let version = next_version(&mut tx).await?;
        // Raising the number was a lock as well: no other worker puts it in the queue now.
        if let Some(run) = find().fetch_optional(&mut tx, read).await? {
            return Ok(run);
        }
        query(ENQUEUE)
            .bind(&id)
            .bind(new.kind.as_str())
            .bind(principal.id())
            .bind(new.source)
            .bind(new.dataset)
            .bind(new.rerun_of)
            .bind(&request)
            .bind(i64::from(new.priority))
            .bind(now.as_millisecond())
            .bind(new.tries)
            .bind(new.rows_expected.map(to_i64))
            .bind(version)
            .bind(principal.access().tenant())
            .execute(&mut tx)
            .await?;
        let event = NewEvent {
            action: "run.asked",
            dataset: Some((new.source, new.dataset)).filter(|(source, _)| !source.is_empty()),
            subject: Some(&id),
            detail: json!({ "kind": new.kind, "rerun_of": new.rerun_of, "about": new.about }),
        };
        tx.record(now, actor, &event).await?;
        let run = find().fetch_one(&mut tx, read).await?;
        tx.commit().await?;
        Ok(run)
    }

    /// Asks for a run's end. One that waits is cancelled at once, one that runs is `cancelling` until its worker
    /// has let go of it. One that has ended is left as it is.
    pub async fn cancel(
        &self,
        principal: &Principal,
        actor: &Actor,
        clock: &dyn Clock,
        id: &str,
    ) -> Result<Run, StoreError> {
        self.change(CANCEL, None, (principal, actor), clock, id).await?;
        self.get(principal, id).await
    }

    /// Asks for the end of everything that somebody and their API keys have under way.
    pub async fn cancel_all_of(&self, clock: &dyn Clock, user: &str) -> Result<(), StoreError> {
        self.cancel_all(clock, self.under_way_of(user).await?).await
    }

    /// Asks for the end of these, whosever they are. Those that have ended are left alone.
    pub async fn cancel_all(&self, clock: &dyn Clock, ids: Vec<String>) -> Result<(), StoreError> {
        for id in ids {
            self.change(CANCEL, None, (&Principal::local(), &Actor::system()), clock, &id).await?;
        }
        Ok(())
    }

    /// The ids of what somebody and their API keys have under way.
    pub async fn under_way_of(&self, user: &str) -> Result<Vec<String>, StoreError> {
        query(
            "SELECT id FROM runs WHERE state IN ('queued', 'running') AND deleted_at IS NULL AND \
             (principal = 'user:' || $1 OR principal IN (SELECT 'key:' || id FROM api_keys WHERE user_id = $1))",
        )
        .bind(user)
        .fetch_all(&self.context.database, |row| row.text("id"))
        .await
    }

    /// Takes a run that has ended out of the history, and its file out of reach.
    pub async fn delete(
        &self,
        principal: &Principal,
        actor: &Actor,
        clock: &dyn Clock,
        id: &str,
    ) -> Result<(), StoreError> {
        if self.change(DELETE, Some(REVOKE), (principal, actor), clock, id).await? {
            return Ok(());
        }
        let run = self.get(principal, id).await?;
        Err(StoreError::StillRunning { id: run.id })
    }

    async fn change(
        &self,
        statement: &'static str,
        then: Option<&'static str>,
        (principal, actor): (&Principal, &Actor),
        clock: &dyn Clock,
        id: &str,
    ) -> Result<bool, StoreError> {
        let now = clock.now();
        let mut tx = Tx::begin(self.context).await?;
        let version = next_version(&mut tx).await?;
        let changed = query(statement)
            .bind(id)
            .bind(owner_filter(principal))
            .bind(now.as_millisecond())
            .bind(version)
            .execute(&mut tx)
            .await?;
        let changed = changed == 1;
        if let (true, Some(then)) = (changed, then) {
            query(then).bind(id).bind(now.as_millisecond()).execute(&mut tx).await?;
        }
        if changed {
            let action = if then.is_some() { "run.deleted" } else { "run.cancelled" };
            let event = NewEvent { action, subject: Some(id), ..NewEvent::default() };
            tx.record(now, actor, &event).await?;
        }
        tx.commit().await?;
        Ok(changed)
    }
}

/// Raises the number of changes, and says what it is now.
pub(super) async fn next_version(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    query(NEXT_VERSION).fetch_number(tx).await
}
