//! Saved views and presets: what both have in common. Each change is a single transaction, so it happens whole or not
//! at all.

use jiff::Timestamp;
use rowport_model::{Permission, Principal};
use serde_json::json;

use crate::actor::Actor;
use crate::audit::NewEvent;
use crate::context::Context;
use crate::database::{Query, Row, query};
use crate::error::StoreError;
use crate::names::{self, MAX_PER_DATASET, MAX_PER_OWNER, MAX_TOTAL_BYTES};
use crate::tx::Tx;

/// The dataset that something is saved for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatasetRef<'a> {
    /// The source's name.
    pub source: &'a str,
    /// The dataset's name: `table` or `schema.table`.
    pub dataset: &'a str,
}

const LIST: &str = "SELECT id, source, dataset, name, body, updated_by, created_at, updated_at \
    FROM saved WHERE kind = $1 AND source = $2 AND dataset = $3 AND tenant = $4 ORDER BY name_folded";

/// How many there are, how many of them are of one principal, and how large all but one of them are together.
const COUNT: &str = "SELECT count(*) AS n, \
    COALESCE(sum(CASE WHEN created_by IN ($5, $6) THEN 1 ELSE 0 END), 0) AS own, \
    COALESCE(sum(CASE WHEN id = $7 THEN 0 ELSE length(body) END), 0) AS size \
    FROM saved WHERE kind = $1 AND source = $2 AND dataset = $3 AND tenant = $4";

const OWNER: &str = "SELECT created_by, name FROM saved \
    WHERE kind = $1 AND source = $2 AND dataset = $3 AND id = $4 AND tenant = $5";

const CREATE: &str = "INSERT INTO saved (kind, source, dataset, id, name, name_folded, body, \
    created_at, created_by, updated_at, updated_by, tenant) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9, $10) \
    RETURNING id, source, dataset, name, body, updated_by, created_at, updated_at";

const UPDATE: &str = "UPDATE saved SET name = $5, name_folded = $6, body = $7, updated_at = $8, updated_by = $9 \
    WHERE kind = $1 AND source = $2 AND dataset = $3 AND id = $4 AND tenant = $10 \
    RETURNING id, source, dataset, name, body, updated_by, created_at, updated_at";

const DELETE: &str = "DELETE FROM saved WHERE kind = $1 AND source = $2 AND dataset = $3 AND id = $4 \
    AND tenant = $5";

/// Waits for whoever else creates, on databases with more than one writer.
const TURN: &str = "UPDATE counters SET value = value WHERE name = 'runs'";

/// What is saved, as the database has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    View,
    Preset,
}

impl Kind {
    /// As it is stored and as messages say it.
    pub(crate) fn as_str(self) -> &'static str {
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

/// One of them, with its body still as text.
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
    pub(crate) dataset: DatasetRef<'a>,
    pub(crate) tenant: &'a str,
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) body: String,
    pub(crate) by: &'a Principal,
    pub(crate) now: Timestamp,
}

/// What is to be deleted.
pub(crate) struct Deleting<'a> {
    pub(crate) dataset: DatasetRef<'a>,
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

/// Whose saved things a principal sees: those of its tenant. A principal without a tenant shares those without one.
pub(crate) fn tenant_of(principal: &Principal) -> &str {
    principal.access().tenant().unwrap_or_default()
}

/// The saved things of a state, of one kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SavedThings<'a> {
    pub(crate) context: &'a Context,
    pub(crate) kind: Kind,
}

impl SavedThings<'_> {
    pub(crate) async fn list(&self, dataset: DatasetRef<'_>, tenant: &str) -> Result<Vec<Saved>, StoreError> {
        let stored = query(LIST)
            .bind(self.kind.as_str())
            .bind(dataset.source)
            .bind(dataset.dataset)
            .bind(tenant)
            .fetch_all(&self.context.database, Stored::read)
            .await?;
        stored.into_iter().map(|stored| stored.parse(self.kind)).collect()
    }

    pub(crate) async fn create(&self, writing: Writing<'_>, actor: &Actor) -> Result<Saved, StoreError> {
        let Writing { dataset, id, name, by, now, .. } = writing;
        let what = self.kind.as_str();
        let mut tx = Tx::begin(self.context).await?;
        // No other client creates until this is committed, so writers at the same time cannot pass a limit together.
        query(TURN).execute(&mut tx).await?;
        let there = self.count(&writing, &mut tx).await?;
        if there.all >= i64::from(MAX_PER_DATASET) {
            return Err(StoreError::TooMany { what, limit: MAX_PER_DATASET });
        }
        if !administers(by) && there.own >= i64::from(MAX_PER_OWNER) {
            return Err(StoreError::TooManyOfOne { what, limit: MAX_PER_OWNER });
        }
        self.room_for(&writing, there.size)?;
        let saved = self.bind(CREATE, &writing).fetch_one(&mut tx, Stored::read).await?.parse(self.kind)?;
        tx.record(now, actor, &event(self.kind.actions()[0], dataset, id, name)).await?;
        tx.commit().await?;
        Ok(saved)
    }

    /// Replaces what its owner saved, or anything for those who administer Rowport.
    pub(crate) async fn update(&self, writing: Writing<'_>, actor: &Actor) -> Result<Saved, StoreError> {
        let Writing { dataset, tenant, id, name, by, now, .. } = writing;
        let mut tx = Tx::begin(self.context).await?;
        query(TURN).execute(&mut tx).await?;
        let (owner, _) = self.owner(dataset, id, tenant, &mut tx).await?;
        self.refuse_others(&owner, by)?;
        let there = self.count(&writing, &mut tx).await?;
        self.room_for(&writing, there.size)?;
        let stored = self.bind(UPDATE, &writing).fetch_optional(&mut tx, Stored::read).await?;
        let saved = stored.ok_or_else(|| self.kind.unknown(id))?.parse(self.kind)?;
        tx.record(now, actor, &event(self.kind.actions()[1], dataset, id, name)).await?;
        tx.commit().await?;
        Ok(saved)
    }

    /// Deletes what its owner saved, or anything for those who administer Rowport.
    pub(crate) async fn delete(&self, deleting: Deleting<'_>, actor: &Actor) -> Result<(), StoreError> {
        let Deleting { dataset, id, by, now } = deleting;
        let tenant = tenant_of(by);
        let mut tx = Tx::begin(self.context).await?;
        query(TURN).execute(&mut tx).await?;
        let (owner, name) = self.owner(dataset, id, tenant, &mut tx).await?;
        self.refuse_others(&owner, by)?;
        self.find(DELETE, dataset, id, tenant).execute(&mut tx).await?;
        tx.record(now, actor, &event(self.kind.actions()[2], dataset, id, &name)).await?;
        tx.commit().await
    }

    /// The statement with what is to be written.
    fn bind<'q>(&self, sql: &'static str, writing: &'q Writing<'_>) -> Query<'q> {
        query(sql)
            .bind(self.kind.as_str())
            .bind(writing.dataset.source)
            .bind(writing.dataset.dataset)
            .bind(writing.id)
            .bind(writing.name)
            .bind(names::folded(writing.name))
            .bind(&writing.body)
            .bind(writing.now.to_string())
            .bind(writing.by.id())
            .bind(writing.tenant)
            .on_unique_violation(StoreError::NameTaken {
                what: self.kind.as_str(),
                name: writing.name.to_owned(),
            })
    }

    /// How much there is beside what is to be written.
    async fn count(&self, writing: &Writing<'_>, tx: &mut Tx<'_>) -> Result<Count, StoreError> {
        query(COUNT)
            .bind(self.kind.as_str())
            .bind(writing.dataset.source)
            .bind(writing.dataset.dataset)
            .bind(writing.tenant)
            .bind(writing.by.id())
            .bind(writing.by.account())
            .bind(writing.id)
            .fetch_one(tx, Count::read)
            .await
    }

    /// Who saved the one of this id first, and its name.
    async fn owner(
        &self,
        dataset: DatasetRef<'_>,
        id: &str,
        tenant: &str,
        tx: &mut Tx<'_>,
    ) -> Result<(String, String), StoreError> {
        let read = |row: &Row| Ok((row.text("created_by")?, row.text("name")?));
        let found = self.find(OWNER, dataset, id, tenant).fetch_optional(tx, read).await?;
        found.ok_or_else(|| self.kind.unknown(id))
    }

    fn find<'q>(
        &self,
        sql: &'static str,
        dataset: DatasetRef<'q>,
        id: &'q str,
        tenant: &'q str,
    ) -> Query<'q> {
        query(sql).bind(self.kind.as_str()).bind(dataset.source).bind(dataset.dataset).bind(id).bind(tenant)
    }

    /// Refuses those who neither saved it, by themselves or with one of their keys, nor administer Rowport.
    fn refuse_others(&self, owner: &str, by: &Principal) -> Result<(), StoreError> {
        if administers(by) || owner == by.id() || owner == by.account() {
            Ok(())
        } else {
            Err(StoreError::NotTheOwner { what: self.kind.as_str() })
        }
    }

    fn room_for(&self, writing: &Writing<'_>, others: i64) -> Result<(), StoreError> {
        let others = usize::try_from(others).unwrap_or(usize::MAX);
        if others.saturating_add(writing.body.chars().count()) > MAX_TOTAL_BYTES {
            Err(StoreError::NoRoom { what: self.kind.as_str(), limit: MAX_TOTAL_BYTES })
        } else {
            Ok(())
        }
    }
}

/// What a dataset has of one kind.
struct Count {
    all: i64,
    /// Of one principal.
    own: i64,
    /// Characters together, without those of the one that is replaced.
    size: i64,
}

impl Count {
    fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self { all: row.number("n")?, own: row.number("own")?, size: row.number("size")? })
    }
}

/// A row as it is stored.
struct Stored {
    id: String,
    source: String,
    dataset: String,
    name: String,
    body: String,
    updated_by: String,
    created_at: String,
    updated_at: String,
}

impl Stored {
    fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.text("id")?,
            source: row.text("source")?,
            dataset: row.text("dataset")?,
            name: row.text("name")?,
            body: row.text("body")?,
            updated_by: row.text("updated_by")?,
            created_at: row.text("created_at")?,
            updated_at: row.text("updated_at")?,
        })
    }

    fn parse(self, kind: Kind) -> Result<Saved, StoreError> {
        let parse = |text: &str| {
            text.parse::<Timestamp>().map_err(|error| StoreError::Damaged {
                what: kind.as_str(),
                id: self.id.clone(),
                message: error.to_string(),
            })
        };
        Ok(Saved {
            created_at: parse(&self.created_at)?,
            updated_at: parse(&self.updated_at)?,
            id: self.id,
            source: self.source,
            dataset: self.dataset,
            name: self.name,
            body: self.body,
            saved_by: self.updated_by,
        })
    }
}

fn event<'a>(action: &'a str, dataset: DatasetRef<'a>, id: &'a str, name: &str) -> NewEvent<'a> {
    let dataset = Some((dataset.source, dataset.dataset));
    NewEvent { action, dataset, subject: Some(id), detail: json!({ "name": name }) }
}

fn administers(principal: &Principal) -> bool {
    principal.access().allows_somewhere(Permission::Admin)
}
