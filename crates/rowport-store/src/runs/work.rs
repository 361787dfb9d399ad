//! What workers do: claim a run, say how far they are, and end it. Every write after the claim is fenced.

use jiff::{SignedDuration, Timestamp};
use rowport_model::{Clock, ErrorCode};
use serde_json::Value;

use super::queue::next_version;
use super::{COLUMNS, Run, RunProgress, RunState, Runs, read};
use crate::artifacts::{self, NewArtifact};
use crate::database::{Query, Row, query};
use crate::error::StoreError;
use crate::number::to_i64;
use crate::tx::Tx;

/// How a worker claims.
#[derive(Debug, Clone, Copy)]
pub struct Claiming<'a> {
    /// Who it is: unique among all processes that ever were.
    pub worker: &'a str,
    /// How long the run is its own without a word from it.
    pub lease: SignedDuration,
    /// How many runs of one principal may be worked on at once.
    pub per_principal: u32,
    /// The kinds of runs that it can do. All others stay in the queue, for a program that knows them.
    pub kinds: &'a [&'a str],
}

/// A run that is this worker's, until another has it.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The run as it was claimed.
    pub run: Run,
    /// How far the attempts before it have come, where one of them said so.
    pub checkpoint: Option<Value>,
    attempt: i64,
}

/// How an attempt failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// A stable code.
    pub code: ErrorCode,
    /// What went wrong, in words.
    pub message: String,
    /// When to try again, where another attempt may go better.
    pub retry_at: Option<Timestamp>,
}

/// What was found of workers that went away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Runs that wait for another worker now.
    pub queued: u64,
    /// Runs that were to be cancelled, and are.
    pub cancelled: u64,
    /// Runs that have been tried often enough.
    pub failed: u64,
}

/// A checkpoint has at most so many bytes of JSON: it says where to go on, and holds no work.
pub const MAX_CHECKPOINT_BYTES: usize = 64 << 10;

/// Most important first, then whoever has least under way, then the longest waiting.
const CLAIMABLE: &str = "SELECT r.id AS id FROM runs r WHERE r.state = 'queued' AND r.not_before <= $1 \
    AND r.kind IN ({kinds}) AND (SELECT count(*) FROM runs o WHERE o.principal = r.principal AND o.state IN ('running', 'cancelling')) < $2 \
    ORDER BY r.priority DESC, \
    (SELECT count(*) FROM runs o WHERE o.principal = r.principal AND o.state IN ('running', 'cancelling')), \
    r.not_before, r.id LIMIT 1";

const CLAIM: &str = "UPDATE runs SET state = 'running', attempt = attempt + 1, worker = $2, lease_until = $3, \
    started_at = $4, rows_done = 0, bytes_done = 0, version = $5 WHERE id = $1";

/// `$1` and `$2` are the run and the attempt in every statement of a worker: the fence.
const HEARTBEAT: &str = "UPDATE runs SET lease_until = $3, rows_done = $4, bytes_done = $5, \
    rows_expected = COALESCE($6, rows_expected), version = $7 \
    WHERE id = $1 AND attempt = $2 AND state IN ('running', 'cancelling') RETURNING state";

const CHECKPOINT: &str =
    "UPDATE runs SET checkpoint = $3 WHERE id = $1 AND attempt = $2 AND state = 'running'";

const COMPLETE: &str = "UPDATE runs SET state = 'completed', finished_at = $3, rows_done = $4, rows_expected = $4, \
    bytes_done = $5, error_code = NULL, error_message = NULL, worker = NULL, lease_until = NULL, checkpoint = NULL, \
    version = $6 \
    WHERE id = $1 AND attempt = $2 AND state = 'running'";

const CANCELLED: &str = "UPDATE runs SET state = 'cancelled', finished_at = $3, worker = NULL, lease_until = NULL, \
    checkpoint = NULL, version = $4 WHERE id = $1 AND attempt = $2 AND state IN ('running', 'cancelling')";

/// An attempt that failed while it was to be cancelled is cancelled: nobody wants another.
const FAIL: &str = "UPDATE runs SET \
    state = CASE WHEN state = 'cancelling' THEN 'cancelled' \
        WHEN CAST($5 AS BIGINT) IS NOT NULL AND tries_left > 0 THEN 'queued' ELSE 'failed' END, \
    finished_at = CASE WHEN state = 'running' AND CAST($5 AS BIGINT) IS NOT NULL AND tries_left > 0 \
        THEN NULL ELSE CAST($6 AS BIGINT) END, \
    tries_left = CASE WHEN CAST($5 AS BIGINT) IS NOT NULL AND tries_left > 0 THEN tries_left - 1 ELSE tries_left END, \
    checkpoint = CASE WHEN state = 'running' AND CAST($5 AS BIGINT) IS NOT NULL AND tries_left > 0 \
        THEN checkpoint END, \
    not_before = COALESCE(CAST($5 AS BIGINT), not_before), error_code = $3, error_message = $4, \
    worker = NULL, lease_until = NULL, version = $7 \
    WHERE id = $1 AND attempt = $2 AND state IN ('running', 'cancelling') RETURNING state";

/// Given back unharmed: it costs no try.
const RELEASE: &str = "UPDATE runs SET state = CASE state WHEN 'cancelling' THEN 'cancelled' ELSE 'queued' END, \
    finished_at = CASE state WHEN 'cancelling' THEN CAST($3 AS BIGINT) ELSE NULL END, not_before = $3, \
    checkpoint = CASE state WHEN 'cancelling' THEN NULL ELSE checkpoint END, \
    worker = NULL, lease_until = NULL, version = $4 \
    WHERE id = $1 AND attempt = $2 AND state IN ('running', 'cancelling')";

const EXPIRED: &str = "SELECT id, state, tries_left FROM runs \
    WHERE state IN ('running', 'cancelling') AND lease_until < $1 ORDER BY id LIMIT 100";

const RECOVER: &str = "UPDATE runs SET state = $3, finished_at = CASE $3 WHEN 'queued' THEN NULL ELSE $4 END, \
    not_before = $4, tries_left = tries_left - (CASE $3 WHEN 'queued' THEN 1 ELSE 0 END), \
    checkpoint = CASE $3 WHEN 'queued' THEN checkpoint END, \
    error_code = CASE $3 WHEN 'cancelled' THEN error_code ELSE $6 END, \
    error_message = CASE $3 WHEN 'cancelled' THEN error_message \
        ELSE 'the process that worked on it went away' END, \
    worker = NULL, lease_until = NULL, version = $5 \
    WHERE id = $1 AND lease_until < $2 AND state IN ('running', 'cancelling')";

impl Runs<'_> {
    /// The next run, claimed for the worker; `None` when there is none that it may have.
    pub async fn claim(
        &self,
        clock: &dyn Clock,
        claiming: Claiming<'_>,
    ) -> Result<Option<Claim>, StoreError> {
        let now = clock.now().as_millisecond();
        // Looked for without the lock first: mostly there is nothing.
        let claimable = || claimable(now, claiming);
        if !claimable().exists(&self.context.database).await? {
            return Ok(None);
        }
        let mut tx = Tx::begin(self.context).await?;
        let version = next_version(&mut tx).await?;
        let found = claimable().fetch_optional(&mut tx, |row| row.text("id")).await?;
        let Some(id) = found else { return Ok(None) };
        query(CLAIM)
            .bind(&id)
            .bind(claiming.worker)
            .bind(now + claiming.lease.as_millis() as i64)
            .bind(now)
            .bind(version)
            .execute(&mut tx)
            .await?;
        let claim = query(format!("SELECT {COLUMNS}, checkpoint FROM runs WHERE id = $1")).bind(&id);
        let claim = claim.fetch_one(&mut tx, Claim::read).await?;
        tx.commit().await?;
        Ok(Some(claim))
    }

    /// Says that the worker is alive and how far it is. The answer is `Cancelling` when it should stop.
    pub async fn heartbeat(
        &self,
        clock: &dyn Clock,
        claim: &Claim,
        lease: SignedDuration,
        progress: RunProgress,
    ) -> Result<RunState, StoreError> {
        let until = clock.now().as_millisecond() + lease.as_millis() as i64;
        let mut tx = Tx::begin(self.context).await?;
        let version = next_version(&mut tx).await?;
        let state = query(HEARTBEAT)
            .bind(&claim.run.id)
            .bind(claim.attempt)
            .bind(until)
            .bind(to_i64(progress.rows))
            .bind(to_i64(progress.bytes))
            .bind(progress.rows_expected.map(to_i64))
            .bind(version)
            .fetch_optional(&mut tx, |row| row.parse("state"))
            .await?
            .ok_or_else(|| claim.lost())?;
        tx.commit().await?;
        Ok(state)
    }

    /// Notes how far the work has come, for the attempt that may follow. The text is opaque: only the kind of the run can
    /// read it. Nothing is noted where the run is another's or is to be cancelled; both answer [`StoreError::Lost`].
    pub async fn checkpoint(&self, claim: &Claim, checkpoint: &Value) -> Result<(), StoreError> {
        let checkpoint = checkpoint.to_string();
        if checkpoint.len() > MAX_CHECKPOINT_BYTES {
            return Err(StoreError::LongCheckpoint { bytes: checkpoint.len(), max: MAX_CHECKPOINT_BYTES });
        }
        let mut tx = Tx::begin(self.context).await?;
        let noted = query(CHECKPOINT).bind(&claim.run.id).bind(claim.attempt).bind(&checkpoint);
        if noted.execute(&mut tx).await? != 1 {
            return Err(claim.lost());
        }
        tx.commit().await
    }

    /// Ends the run well, publishes its file if it made one, and puts down whom to tell: all of it or nothing. The answer
    /// is the file's id.
    pub async fn complete(
        &self,
        clock: &dyn Clock,
        claim: &Claim,
        progress: RunProgress,
        artifact: Option<&NewArtifact>,
    ) -> Result<Option<String>, StoreError> {
        let now = clock.now().as_millisecond();
        let id = self.context.ids.unguessable();
        let mut tx = Tx::begin(self.context).await?;
        let version = next_version(&mut tx).await?;
        let completed = query(COMPLETE)
            .bind(&claim.run.id)
            .bind(claim.attempt)
            .bind(now)
            .bind(to_i64(progress.rows))
            .bind(to_i64(progress.bytes))
            .bind(version)
            .execute(&mut tx)
            .await?;
        if completed != 1 {
            return Err(claim.lost());
        }
        if let Some(artifact) = artifact {
            artifacts::publish(&mut tx, &id, &claim.run.id, artifact, now).await?;
        }
        tx.enqueue_deliveries(&claim.run.id, now).await?;
        tx.commit().await?;
        Ok(artifact.map(|_| id))
    }

    /// Ends the attempt badly. The run waits for another one, if there is a moment for it and a try left; the answer
    /// is its new state.
    pub async fn fail(
        &self,
        clock: &dyn Clock,
        claim: &Claim,
        failure: &Failure,
    ) -> Result<RunState, StoreError> {
        let now = clock.now().as_millisecond();
        let mut tx = Tx::begin(self.context).await?;
        let version = next_version(&mut tx).await?;
        let state = query(FAIL)
            .bind(&claim.run.id)
            .bind(claim.attempt)
            .bind(failure.code.as_str())
            .bind(&failure.message)
            .bind(failure.retry_at.map(Timestamp::as_millisecond))
            .bind(now)
            .bind(version)
            .fetch_optional(&mut tx, |row| row.parse("state"))
            .await?
            .ok_or_else(|| claim.lost())?;
        tx.enqueue_deliveries(&claim.run.id, now).await?;
        tx.commit().await?;
        Ok(state)
    }

    /// Ends the attempt because somebody asked for that.
    pub async fn cancelled(&self, clock: &dyn Clock, claim: &Claim) -> Result<(), StoreError> {
        self.end(CANCELLED, clock, claim).await
    }

    /// Gives the run back, because the worker is about to stop.
    pub async fn release(&self, clock: &dyn Clock, claim: &Claim) -> Result<(), StoreError> {
        self.end(RELEASE, clock, claim).await
    }

    /// Takes the runs of workers that have not been heard of for longer than their lease.
    pub async fn recover(&self, clock: &dyn Clock) -> Result<Recovered, StoreError> {
        let now = clock.now().as_millisecond();
        let read = |row: &Row| Ok((row.text("id")?, row.text("state")?, row.number("tries_left")?));
        let expired = query(EXPIRED).bind(now).fetch_all(&self.context.database, read).await?;
        let mut recovered = Recovered::default();
        for (id, state, tries_left) in expired {
            let (next, count) = match (state.as_str(), tries_left) {
                ("cancelling", _) => (RunState::Cancelled, &mut recovered.cancelled),
                (_, 1..) => (RunState::Queued, &mut recovered.queued),
                _ => (RunState::Failed, &mut recovered.failed),
            };
            *count += self.recover_one(&id, next, now).await?;
        }
        Ok(recovered)
    }

    async fn recover_one(&self, id: &str, next: RunState, now: i64) -> Result<u64, StoreError> {
        let mut tx = Tx::begin(self.context).await?;
        let version = next_version(&mut tx).await?;
        let recovered = query(RECOVER)
            .bind(id)
            .bind(now)
            .bind(next.as_str())
            .bind(now)
            .bind(version)
            .bind(ErrorCode::WorkerLost.as_str())
            .execute(&mut tx)
            .await?;
        if recovered > 0 {
            tx.enqueue_deliveries(id, now).await?;
        }
        tx.commit().await?;
        Ok(recovered)
    }

    async fn end(&self, statement: &'static str, clock: &dyn Clock, claim: &Claim) -> Result<(), StoreError> {
        let now = clock.now().as_millisecond();
        let mut tx = Tx::begin(self.context).await?;
        let version = next_version(&mut tx).await?;
        let ended = query(statement)
            .bind(&claim.run.id)
            .bind(claim.attempt)
            .bind(now)
            .bind(version)
            .execute(&mut tx)
            .await?;
        if ended != 1 {
            return Err(claim.lost());
        }
        tx.commit().await
    }
}

/// The runs that a worker may have, the next one first.
fn claimable<'q>(now: i64, claiming: Claiming<'q>) -> Query<'q> {
    let kinds: Vec<_> = (3..).take(claiming.kinds.len()).map(|number| format!("${number}")).collect();
    let kinds = if kinds.is_empty() { "NULL".to_owned() } else { kinds.join(", ") };
    let query = query(CLAIMABLE.replace("{kinds}", &kinds)).bind(now).bind(claiming.per_principal);
    claiming.kinds.iter().fold(query, |query, kind| query.bind(*kind))
}

pub(super) fn read_checkpoint(row: &Row) -> Result<Option<Value>, sqlx::Error> {
    let checkpoint = row.text_or_none("checkpoint")?;
    let checkpoint = checkpoint.map(|json| serde_json::from_str(&json)).transpose();
    checkpoint.map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

impl Claim {
    fn read(row: &Row) -> Result<Self, sqlx::Error> {
        let run = read(row)?;
        Ok(Self { attempt: i64::from(run.attempt), checkpoint: read_checkpoint(row)?, run })
    }

    fn lost(&self) -> StoreError {
        StoreError::Lost { id: self.run.id.clone(), attempt: self.run.attempt }
    }
}
