//! Rowport's own state: people and what they may do, runs and the files that they make, the views and column presets
//! that people saved, and the audit.
//!
//! - On SQLite (`Store::open`): one file in WAL mode, readable by its owner only. On PostgreSQL (`Store::connect`):
//!   the schema `rowport`. One test suite runs on both.
//! - A file that is not Rowport's, or that a newer Rowport wrote, is refused untouched.
//! - Every change is one statement or one transaction, so a process killed at any instant leaves the state before it or after it, and
//!   writers at the same time cannot break a limit or save a name twice.
//! - A run belongs to the attempt that claimed it; what a worker writes after it lost the run changes nothing.
//! - The audit is chained and sealed, so that whoever alters it is found out: see `docs/decisions/audit.md`.
//! - That a run has ended is told to the outside: what is to be told stands beside the run's end, in its transaction.
//! - Whatever differs between databases stands in `src/database/` and `migrations/`.
//! - The clock is passed in, and so is who asks: a [`Principal`](rowport_model::Principal) sees its own, and an
//!   [`Actor`] stands in the audit, in the transaction of what it did.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod access;
mod actor;
mod artifacts;
mod audit;
mod audit_key;
mod channel;
mod context;
mod database;
mod deliveries;
mod error;
mod hex;
mod ids;
mod limits;
mod name;
mod names;
mod number;
mod presets;
mod runs;
mod saved;
mod secrets;
mod store;
mod timestamp;
mod tx;
mod views;

pub use access::{
    ADMIN_ROLE, ApiKey, ApiKeys, FoundKey, FoundSession, Invitations, Invited, NewApiKey, NewSession,
    NewUser, Role, RoleBody, Roles, Session, Sessions, Token, User, UserChange, Users,
};
pub use actor::Actor;
pub use artifacts::{
    Artifact, Artifacts, Bucket, BucketSettings, Bytes, DownloadTotals, Expected, Folder, Forecast,
    NewArtifact, ObjectMetadata, Storage, Target, Upload,
};
pub use audit::{
    Anchor, Audit, AuditEvent, EventsWanted, Finding, FoundRow, NewEvent, RelayedChunk, RowEvent, RowsWanted,
    SealCheck, SealCompared, Sealing, Verified, Wrong,
};
pub use audit_key::AuditKey;
pub use channel::{Channel, DeliveryEvent};
pub use database::StateVersion;
pub use deliveries::{Deliveries, Delivery, DeliveryState, DueDelivery, Undelivered};
pub use error::StoreError;
pub use ids::Ids;
pub use limits::{Admission, Limit, Limits, ThrottleKey};
pub use name::UnknownName;
pub use names::{
    MAX_BODY_BYTES, MAX_NAME_CHARACTERS, MAX_PER_DATASET, MAX_PER_OWNER, MAX_TOTAL_BYTES, email,
};
pub use presets::{Preset, Presets};
pub use runs::{
    Claim, Claiming, Failure, MAX_CHECKPOINT_BYTES, NewRun, Recovered, Run, RunCount, RunError, RunKind,
    RunProgress, RunState, Runs, RunsWanted,
};
pub use saved::DatasetRef;
pub use store::Store;
pub use views::{SavedView, SavedViews};
