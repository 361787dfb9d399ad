//! Artifacts: the files that runs make. A row is written once the file is whole and durable, in the transaction that
//! completes the run; a file without a row is nobody's and is swept.

mod bucket;
mod expected;
mod folder;
mod key;
mod object;
mod storage;

use jiff::Timestamp;
use rowport_model::Clock;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::bucket::{Bucket, BucketSettings, Bytes, Upload};
pub use self::expected::{Expected, Forecast};
pub use self::folder::Folder;
use self::object::AttemptFiles;
pub use self::object::ObjectMetadata;
pub use self::storage::{Storage, Target};
use crate::context::Context;
use crate::database::{Row, query};
use crate::error::StoreError;
use crate::hex::hex;
use crate::number::to_i64;
use crate::secrets;
use crate::timestamp::timestamp;
use crate::tx::Tx;

/// A file that a run made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Artifact {
    /// 128 random bits: it cannot be guessed.
    pub id: String,
    /// The run that made it.
    pub run_id: String,
    /// Where it is in the storage. Nobody outside needs to know.
    #[serde(skip)]
    #[schema(ignore)]
    pub storage_key: String,
    /// The name that people see.
    pub file_name: String,
    /// Its media type, as HTTP says it.
    pub media_type: String,
    /// Its length.
    pub bytes: u64,
    /// Of its bytes, in hexadecimal.
    pub sha256: String,
    /// Rows, snapshot, view and columns.
    #[schema(value_type = Object)]
    pub manifest: serde_json::Value,
    /// When it was published.
    #[serde(with = "crate::timestamp")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it goes away.
    #[serde(with = "crate::timestamp")]
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// Whether it can still be downloaded, as far as the store knows: neither revoked nor removed.
    pub available: bool,
    /// What of the dataset it shows.
    #[serde(skip)]
    #[schema(ignore)]
    pub scope: String,
}

/// A file to publish. It is whole and durable already.
#[derive(Debug, Clone)]
pub struct NewArtifact {
    /// Where it is in the storage; it has the run and the attempt in it.
    pub storage_key: String,
    /// The name that people see.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// Its length.
    pub bytes: u64,
    /// Of its bytes, in hexadecimal.
    pub sha256: String,
    /// Rows, snapshot, view and columns.
    pub manifest: serde_json::Value,
    /// When it goes away.
    pub expires_at: Timestamp,
    /// What of the dataset it shows.
    pub scope: String,
}

/// The files that can be downloaded now, taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DownloadTotals {
    /// How many.
    pub files: u64,
    /// Their lengths together.
    pub bytes: u64,
    /// When the first of them goes away.
    pub next_expires_at: Option<Timestamp>,
}

/// The artifacts of a [`Store`](crate::Store).
#[derive(Debug, Clone, Copy)]
pub struct Artifacts<'a> {
    pub(crate) context: &'a Context,
}

pub(crate) const COLUMNS: &str = "id, run_id, storage_key, file_name, media_type, bytes, sha256, manifest, \
    created_at, expires_at, revoked_at, removed_at, scope";

const PUBLISH: &str = "INSERT INTO artifacts (id, run_id, storage_key, file_name, media_type, bytes, \
    sha256, manifest, created_at, expires_at, scope) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// Whose a place in the storage is: of an attempt that is under way, or of a file that is given out.
const OWNED: &str = "SELECT 'attempt' AS owner FROM runs WHERE id = $1 AND attempt = $2 AND state IN ('running', 'cancelling') \
    UNION ALL SELECT 'file' FROM artifacts WHERE run_id = $1 AND storage_key LIKE $3 AND removed_at IS NULL \
    AND revoked_at IS NULL AND expires_at > $4";

const GONE: &str = "UPDATE artifacts SET removed_at = $3 WHERE run_id = $1 AND storage_key LIKE $2 \
    AND removed_at IS NULL AND (revoked_at IS NOT NULL OR expires_at <= $3)";

/// What tells the storages of two states apart.
const OWNER: &str = "storage-owner-1";

impl Artifacts<'_> {
    /// One that can be downloaded now. All others are unknown, whatever the reason.
    pub async fn get(&self, clock: &dyn Clock, id: &str) -> Result<Artifact, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM artifacts \
             WHERE id = $1 AND revoked_at IS NULL AND removed_at IS NULL AND expires_at > $2"
        );
        let found = query(sql).bind(id).bind(clock.now().as_millisecond());
        let found = found.fetch_optional(&self.context.database, read).await?;
        found.ok_or_else(|| StoreError::UnknownArtifact { id: id.to_owned() })
    }

    /// How much is given out.
    pub async fn download_totals(&self, clock: &dyn Clock) -> Result<DownloadTotals, StoreError> {
        const GIVEN_OUT: &str = "SELECT count(*) AS files, CAST(COALESCE(sum(bytes), 0) AS BIGINT) AS bytes, \
            min(expires_at) AS next FROM artifacts WHERE revoked_at IS NULL AND removed_at IS NULL AND expires_at > $1";
        let read = |row: &Row| {
            Ok(DownloadTotals {
                files: u64::try_from(row.number("files")?).unwrap_or(0),
                bytes: u64::try_from(row.number("bytes")?).unwrap_or(0),
                next_expires_at: row.number_or_none("next")?.map(timestamp),
            })
        };
        let totals = query(GIVEN_OUT).bind(clock.now().as_millisecond());
        totals.fetch_one(&self.context.database, read).await
    }

    /// Takes the storage for this state, and says so in it. One that is another's answers
    /// [`StoreError::StorageForeign`]: each would sweep away the other's files. Not a lock: it answers `false` once, when
    /// the storage was taken just now.
    pub async fn own(&self, storage: &Storage) -> Result<bool, StoreError> {
        let owner = secrets::secret(self.context, OWNER).await?;
        storage.belongs_to(&hex(&owner)).await
    }

    /// Removes from the storage what belongs to no attempt that is under way and to no file that is given out.
    /// Answers how many places went.
    pub async fn sweep(&self, clock: &dyn Clock, storage: &Storage) -> Result<u64, StoreError> {
        let mut removed = 0;
        if !self.own(storage).await? {
            return Ok(0);
        }
        for AttemptFiles { run, attempt, unfinished } in storage.attempts().await? {
            // The rows are asked after the storage was listed: what is there belonged to an attempt by then.
            let now = clock.now().as_millisecond();
            let within = format!("{run}/{attempt}/%");
            let owner = query(OWNED)
                .bind(&run)
                .bind(attempt)
                .bind(&within)
                .bind(now)
                .fetch_optional(&self.context.database, |row| row.text("owner"))
                .await?;
            match owner.as_deref() {
                Some("file") if unfinished => storage.tidy_attempt(&run, attempt).await?,
                Some(_) => {}
                None => {
                    self.remove(storage, &run, attempt, &within, now).await?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    async fn remove(
        &self,
        storage: &Storage,
        run: &str,
        attempt: u32,
        within: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        storage.remove_attempt(run, attempt).await?;
        let gone = query(GONE).bind(run).bind(within).bind(now);
        gone.execute(&self.context.database).await.map(drop)
    }
}

/// Writes the row of a file, in the transaction that completes its run.
pub(crate) async fn publish(
    tx: &mut Tx<'_>,
    id: &str,
    run: &str,
    artifact: &NewArtifact,
    now: i64,
) -> Result<(), StoreError> {
    query(PUBLISH)
        .bind(id)
        .bind(run)
        .bind(&artifact.storage_key)
        .bind(&artifact.file_name)
        .bind(&artifact.media_type)
        .bind(to_i64(artifact.bytes))
        .bind(&artifact.sha256)
        .bind(artifact.manifest.to_string())
        .bind(now)
        .bind(artifact.expires_at.as_millisecond())
        .bind(&artifact.scope)
        .execute(tx)
        .await
        .map(drop)
}

pub(crate) fn read(row: &Row) -> Result<Artifact, sqlx::Error> {
    let revoked = row.number_or_none("revoked_at")?.is_some();
    let removed = row.number_or_none("removed_at")?.is_some();
    Ok(Artifact {
        id: row.text("id")?,
        run_id: row.text("run_id")?,
        storage_key: row.text("storage_key")?,
        file_name: row.text("file_name")?,
        media_type: row.text("media_type")?,
        bytes: u64::try_from(row.number("bytes")?).unwrap_or(0),
        sha256: row.text("sha256")?,
        manifest: serde_json::from_str(&row.text("manifest")?)
            .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
        created_at: timestamp(row.number("created_at")?),
        expires_at: timestamp(row.number("expires_at")?),
        available: !revoked && !removed,
        scope: row.text("scope")?,
    })
}
