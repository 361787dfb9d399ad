//! Runs: one row for each execution of background work. `docs/reference/run-states.md` is their state machine.
//!
//! A run that is being worked on belongs to the attempt that claimed it. Every write of a worker names the run and
//! the attempt; once another worker has claimed the run, or it has ended, such a write changes nothing and answers
//! [`StoreError::Lost`]. So a worker that was stopped for longer than its lease can do no harm when it wakes up.

mod census;
mod history;
mod queue;
mod retention;
mod work;

use jiff::Timestamp;
use rowport_model::{ErrorCode, Permission, Principal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::artifacts::Artifact;
use crate::context::Context;
use crate::database::Row;
use crate::name::{self, UnknownName};
use crate::timestamp::timestamp;

pub use self::census::RunCount;
pub use self::history::RunsWanted;
pub use self::queue::NewRun;
pub use self::work::{Claim, Claiming, Failure, MAX_CHECKPOINT_BYTES, Recovered};

/// The kinds of background work. A run of another kind was asked for by a newer version on the same state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// A view as a file.
    Export,
    /// Everything about one person as an archive.
    SubjectExport,
    /// A change of many rows.
    Change,
}

impl RunKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Export, Self::SubjectExport, Self::Change];

    /// As the store and the API have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Export => "export",
            Self::SubjectExport => "subject_export",
            Self::Change => "change",
        }
    }
}

impl std::str::FromStr for RunKind {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        name::find("kind of run", &Self::ALL, Self::as_str, name)
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// It waits for a worker.
    Queued,
    /// A worker is at it.
    Running,
    /// A worker is at it and has been asked to stop.
    Cancelling,
    /// It was stopped because somebody asked for that.
    Cancelled,
    /// It is done, and what it made is there.
    Completed,
    /// It cannot be done; the run says why.
    Failed,
}

impl RunState {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Cancelling, Self::Cancelled, Self::Completed, Self::Failed];

    /// As it is stored and as addresses say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// Whether it will never change again.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Cancelled | Self::Completed | Self::Failed)
    }
}

impl std::str::FromStr for RunState {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        name::find("state of a run", &Self::ALL, Self::as_str, name)
    }
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunProgress {
    /// Rows done.
    pub rows: u64,
    /// Rows expected, when that is known; an estimate for large datasets.
    pub rows_expected: Option<u64>,
    /// Bytes written.
    pub bytes: u64,
}

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunError {
    /// The stable code.
    #[serde(deserialize_with = "ErrorCode::deserialize_stored")]
    pub code: ErrorCode,
    /// What went wrong, in words.
    pub message: String,
}

/// One execution of background work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// A version 7 UUID.
    pub id: String,
    /// The kind of work.
    #[schema(value_type = RunKind)]
    pub kind: String,
    /// Where it stands.
    pub state: RunState,
    /// Whose it is.
    pub principal: String,
    /// The source; empty for a run over several.
    pub source: String,
    /// The dataset; empty for a run over several.
    pub dataset: String,
    /// The run that this one is a part of.
    pub parent: Option<String>,
    /// The run that this one repeats.
    pub rerun_of: Option<String>,
    /// What was asked for.
    #[schema(value_type = Object)]
    pub request: serde_json::Value,
    /// How often it was begun.
    pub attempt: u32,
    /// How far it is.
    pub progress: RunProgress,
    /// Why it failed, or why its last attempt did.
    pub error: Option<RunError>,
    /// The file that it made.
    pub artifact: Option<Artifact>,
    /// When it was asked for.
    #[serde(with = "crate::timestamp")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When the present attempt began.
    #[serde(with = "crate::timestamp::optional")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(with = "crate::timestamp::optional")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
    /// The tenant that whoever asked for it belonged to then.
    pub tenant: Option<String>,
    /// Its owner deleted it; it is only told of so that a list can drop it.
    pub deleted: bool,
    /// Rises with every change to any run: whoever has seen this one asks for what is above it.
    pub version: i64,
}

/// The runs of a [`Store`](crate::Store).
#[derive(Debug, Clone, Copy)]
pub struct Runs<'a> {
    pub(crate) context: &'a Context,
}

/// What is read of a run. Its artifact is read apart.
const COLUMNS: &str = "id, kind, state, principal, source, dataset, parent, rerun_of, request, attempt, \
    rows_done, rows_expected, bytes_done, error_code, error_message, created_at, started_at, finished_at, \
    deleted_at, version, tenant";

/// Whose runs a principal may see and change, as statements have it: their own, or everybody's (the empty text) for
/// whoever administers Rowport.
fn owner_filter(principal: &Principal) -> &str {
    match principal.access().allows_somewhere(Permission::Admin) {
        true => "",
        false => principal.id(),
    }
}

fn read(row: &Row) -> Result<Run, sqlx::Error> {
    let unsigned = |column| row.number(column).map(|number| u64::try_from(number).unwrap_or(0));
    let error = match (row.text_or_none("error_code")?, row.text_or_none("error_message")?) {
        (Some(code), Some(message)) => Some(RunError { code: ErrorCode::from_stored(&code), message }),
        _ => None,
    };
    Ok(Run {
        id: row.text("id")?,
        kind: row.text("kind")?,
        state: row.parse("state")?,
        principal: row.text("principal")?,
        source: row.text("source")?,
        dataset: row.text("dataset")?,
        parent: row.text_or_none("parent")?,
        rerun_of: row.text_or_none("rerun_of")?,
        request: serde_json::from_str(&row.text("request")?)
            .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
        attempt: u32::try_from(row.number("attempt")?).unwrap_or(u32::MAX),
        progress: RunProgress {
            rows: unsigned("rows_done")?,
            rows_expected: row.number_or_none("rows_expected")?.and_then(|rows| u64::try_from(rows).ok()),
            bytes: unsigned("bytes_done")?,
        },
        error,
        artifact: None,
        created_at: timestamp(row.number("created_at")?),
        started_at: row.number_or_none("started_at")?.map(timestamp),
        finished_at: row.number_or_none("finished_at")?.map(timestamp),
        tenant: row.text_or_none("tenant")?,
        deleted: row.number_or_none("deleted_at")?.is_some(),
        version: row.number("version")?,
    })
}
