//! The facade of the crate: it opens the state, and hands out its repositories.

use std::path::{Path, PathBuf};

use crate::access::{ApiKeys, Invitations, Roles, Sessions, Users};
use crate::artifacts::Artifacts;
use crate::audit::{Audit, Sealing};
use crate::audit_key::AuditKey;
use crate::channel::Channel;
use crate::context::Context;
use crate::database::{Database, Postgres, Sqlite, StateVersion};
use crate::deliveries::Deliveries;
use crate::error::StoreError;
use crate::ids::Ids;
use crate::limits::Limits;
use crate::presets::Presets;
use crate::runs::Runs;
use crate::secrets;
use crate::views::SavedViews;

/// Rowport's own state.
#[derive(Debug)]
pub struct Store {
    pub(crate) context: Context,
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
        self.context.audit_key.as_ref()
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
        Self { context: Context { database, ids: Ids::default(), channels: Vec::new(), audit_key: None } }
    }

    /// The same store with another source of ids.
    #[must_use]
    pub fn with_ids(self, ids: Ids) -> Self {
        Self { context: Context { ids, ..self.context } }
    }

    /// The same store, whose runs are told of over these channels when they end.
    #[must_use]
    pub fn telling(self, channels: Vec<Channel>) -> Self {
        Self { context: Context { channels, ..self.context } }
    }

    /// The same store, which seals each event with this key. The first time that happens, everything that is there
    /// already is taken as it is.
    pub async fn sealing(self, key: AuditKey) -> Result<(Self, Sealing), StoreError> {
        let sealing = self.audit().seal(&key).await?;
        let audit_key = (sealing != Sealing::OtherKey).then_some(key);
        Ok((Self { context: Context { audit_key, ..self.context } }, sealing))
    }

    /// What is told to the outside.
    pub fn deliveries(&self) -> Deliveries<'_> {
        Deliveries { context: &self.context }
    }

    /// The saved views.
    pub fn views(&self) -> SavedViews<'_> {
        SavedViews { context: &self.context, actor: None }
    }

    /// The saved column presets.
    pub fn presets(&self) -> Presets<'_> {
        Presets { context: &self.context, actor: None }
    }

    /// The runs.
    pub fn runs(&self) -> Runs<'_> {
        Runs { context: &self.context }
    }

    /// The files that runs made.
    pub fn artifacts(&self) -> Artifacts<'_> {
        Artifacts { context: &self.context }
    }

    /// The people.
    pub fn users(&self) -> Users<'_> {
        Users { context: &self.context }
    }

    /// What people can be allowed.
    pub fn roles(&self) -> Roles<'_> {
        Roles { context: &self.context }
    }

    /// The browsers that people are signed in with.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions { context: &self.context }
    }

    /// What programs sign in with.
    pub fn api_keys(&self) -> ApiKeys<'_> {
        ApiKeys { context: &self.context }
    }

    /// One-time links.
    pub fn invitations(&self) -> Invitations<'_> {
        Invitations { context: &self.context }
    }

    /// Who did what.
    pub fn audit(&self) -> Audit<'_> {
        Audit { context: &self.context }
    }

    /// How often something may happen.
    pub fn limits(&self) -> Limits<'_> {
        Limits { context: &self.context }
    }

    /// The secret of this name: 32 random bytes, made when they are first asked for, and then the same for ever and
    /// for every process on this state.
    pub async fn secret(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        secrets::secret(&self.context, name).await
    }

    /// A name for a process that no other has or ever had.
    pub fn process_name(&self) -> String {
        format!("{}-{}", std::process::id(), self.context.ids.unguessable())
    }

    /// Bits that nobody can guess, as a salt.
    pub fn random(&self) -> [u8; 32] {
        self.context.ids.secret()
    }

    /// Whether the state can be read and is of this program's version, for the health of the whole.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.context.database.check().await
    }

    /// The connections that are open to the state, and how many of them nobody uses.
    pub fn connections(&self) -> (u32, usize) {
        self.context.database.connections()
    }

    /// The file; `None` where there is none.
    pub fn path(&self) -> Option<PathBuf> {
        self.context.database.path()
    }

    /// Waits for what is being written and closes the file. Dropping the store does the same later.
    pub async fn close(&self) {
        self.context.database.close().await;
    }
}
