use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rowport_model::Principal;

use crate::access::{Actor, ApiKeys, Invitations, Roles, Sessions, Users};
use crate::artifacts::Artifacts;
use crate::audit::{Audit, AuditKey};
use crate::database::{Database, Postgres, Sqlite};
use crate::deliveries::{Channel, Deliveries};
use crate::error::StoreError;
use crate::ids::Ids;
use crate::limits::Limits;
use crate::presets::Presets;
use crate::runs::Runs;
use crate::views::SavedViews;

/// Rowport's own state.
#[derive(Debug)]
pub struct Store {
    pub(crate) database: Database,
    pub(crate) ids: Ids,
    /// Over which it is told that a run has ended.
    pub(crate) channels: Vec<Channel>,
    /// What events are sealed with, where they are.
    pub(crate) audit_key: Option<AuditKey>,
}

/// The version of a state, before anything is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateVersion {
    /// What was found; 0 when there is nothing yet.
    pub found: i64,
    /// What this program makes of it.
    pub known: i64,
}

/// The dataset that something is saved for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The source's name.
    pub source: &'a str,
    /// The dataset's name: `table` or `schema.table`.
    pub dataset: &'a str,
}

impl Store {
    /// Opens the file, or makes it (and the folder that it is in), and brings it to the present version.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self::on(Database::Sqlite(Sqlite::open(path).await?)))
    }

    /// Connects to PostgreSQL, and brings the schema `rowport` there to the present version.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Ok(Self::on(Database::Postgres(Postgres::open(url).await?)))
    }

    /// The key that this store seals its audit with.
    pub fn audit_key(&self) -> Option<&AuditKey> {
        self.audit_key.as_ref()
    }

    /// Looks at a file without changing it.
    pub async fn look_at(path: &Path) -> Result<StateVersion, StoreError> {
        Sqlite::look_at(path).await
    }

    /// Looks at the schema on PostgreSQL without changing it.
    pub async fn look_at_server(url: &str) -> Result<StateVersion, StoreError> {
        Postgres::look_at(url).await
    }

    /// A store that is gone when it is dropped.
    pub async fn in_memory() -> Result<Self, StoreError> {
        Ok(Self::on(Database::Sqlite(Sqlite::in_memory().await?)))
    }

    fn on(database: Database) -> Self {
        Self { database, ids: Ids::default(), channels: Vec::new(), audit_key: None }
    }

    /// The same store with another source of ids.
    #[must_use]
    pub fn with_ids(self, ids: Ids) -> Self {
        Self { ids, ..self }
    }

    /// The same store, whose runs are told of over these channels when they end.
    #[must_use]
    pub fn telling(self, channels: Vec<Channel>) -> Self {
        Self { channels, ..self }
    }

    /// What is told to the outside.
    pub fn deliveries(&self) -> Deliveries<'_> {
        Deliveries { store: self }
    }

    /// The saved views.
    pub fn views(&self) -> SavedViews<'_> {
        SavedViews { store: self, actor: None }
    }

    /// The saved column presets.
    pub fn presets(&self) -> Presets<'_> {
        Presets { store: self, actor: None }
    }

    /// The runs.
    pub fn runs(&self) -> Runs<'_> {
        Runs { store: self }
    }

    /// The files that runs made.
    pub fn artifacts(&self) -> Artifacts<'_> {
        Artifacts { store: self }
    }

    /// The people.
    pub fn users(&self) -> Users<'_> {
        Users { store: self }
    }

    /// What people can be allowed.
    pub fn roles(&self) -> Roles<'_> {
        Roles { store: self }
    }

    /// The browsers that people are signed in with.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions { store: self }
    }

    /// What programs sign in with.
    pub fn api_keys(&self) -> ApiKeys<'_> {
        ApiKeys { store: self }
    }

    /// One-time links.
    pub fn invitations(&self) -> Invitations<'_> {
        Invitations { store: self }
    }

    /// Who did what.
    pub fn audit(&self) -> Audit<'_> {
        Audit { store: self }
    }

    /// How often something may happen.
    pub fn limits(&self) -> Limits<'_> {
        Limits { store: self }
    }

    /// A name for a process that no other has or ever had.
    pub fn process_name(&self) -> String {
        format!("{}-{}", std::process::id(), self.ids.unguessable())
    }

    /// Bits that nobody can guess, as a salt.
    pub fn random(&self) -> [u8; 32] {
        self.ids.secret()
    }

    /// Whether the state can be read and is of this program's version, for the health of the whole.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.database.check().await
    }

    /// The connections that are open to the state, and how many of them nobody uses.
    pub fn connections(&self) -> (u32, usize) {
        self.database.connections()
    }

    /// The file; `None` where there is none.
    pub fn path(&self) -> Option<PathBuf> {
        self.database.path()
    }

    /// Waits for what is being written and closes the file. Dropping the store does the same later.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

/// What is saved, as the database has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    View,
    Preset,
}

impl Kind {
    /// As it is stored and as messages say it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Preset => "preset",
        }
    }

    /// What the audit calls what is done with one: made, changed and deleted.
    pub(crate) fn actions(self) -> [&'static str; 3] {
        match self {
            Self::View => ["view.created", "view.changed", "view.deleted"],
            Self::Preset => ["preset.created", "preset.changed", "preset.deleted"],
        }
    }

    pub(crate) fn unknown(self, id: &str) -> StoreError {
        let id = id.to_owned();
        match self {
            Self::View => StoreError::UnknownView { id },
            Self::Preset => StoreError::UnknownPreset { id },
        }
    }
}

/// One row, with its body still as text.
pub(crate) struct Saved {
    pub(crate) id: String,
    pub(crate) source: String,
    pub(crate) dataset: String,
    pub(crate) name: String,
    pub(crate) body: String,
    pub(crate) saved_by: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What is to be written, already checked.
pub(crate) struct Writing<'a> {
    pub(crate) kind: Kind,
    pub(crate) place: Place<'a>,
    pub(crate) tenant: &'a str,
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) body: String,
    pub(crate) by: &'a Principal,
    pub(crate) now: Timestamp,
}

/// What is to be deleted.
pub(crate) struct Deleting<'a> {
    pub(crate) kind: Kind,
    pub(crate) place: Place<'a>,
    pub(crate) id: &'a str,
    pub(crate) by: &'a Principal,
    pub(crate) now: Timestamp,
}

/// Who acts, as the audit has it: as the request says, or else by the principal alone.
pub(crate) fn acting(actor: Option<&Actor>, principal: &Principal) -> Actor {
    actor.cloned().unwrap_or_else(|| Actor {
        principal: principal.id().to_owned(),
        name: principal.name().to_owned(),
        tenant: principal.access().tenant().map(str::to_owned),
        ..Actor::default()
    })
}

/// Whose saved things a principal sees: those of its tenant. Whoever has none shares those without one.
pub(crate) fn tenant_of(principal: &Principal) -> &str {
    principal.access().tenant().unwrap_or_default()
}
