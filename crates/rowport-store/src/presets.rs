use std::collections::HashSet;

use jiff::Timestamp;
use rowport_model::{Clock, Principal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::context::Context;
use crate::error::StoreError;
use crate::names::{self, MAX_BODY_BYTES};
use crate::saved::{DatasetRef, Deleting, Kind, Saved, SavedThings, Writing, acting, tenant_of};

/// A choice of columns that somebody saved under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Preset {
    /// A version 7 UUID.
    pub id: String,
    /// The source.
    pub source: String,
    /// The dataset.
    pub dataset: String,
    /// The name, unique among the dataset's saved presets in any capitals.
    pub name: String,
    /// The columns, in order. They are not checked here: the dataset may have changed since.
    pub columns: Vec<String>,
    /// Who saved it last.
    pub saved_by: String,
    /// When it was first saved.
    #[serde(with = "crate::timestamp")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last saved.
    #[serde(with = "crate::timestamp")]
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// The saved column presets of a [`Store`](crate::Store).
#[derive(Debug, Clone, Copy)]
pub struct Presets<'a> {
    pub(crate) context: &'a Context,
    pub(crate) actor: Option<&'a Actor>,
}

impl<'a> Presets<'a> {
    /// The same for a request, of which the audit has more than the principal.
    #[must_use]
    pub fn by(self, actor: &'a Actor) -> Self {
        Self { actor: Some(actor), ..self }
    }

    /// The dataset's presets, ordered by name.
    pub async fn list(
        &self,
        principal: &Principal,
        dataset: DatasetRef<'_>,
    ) -> Result<Vec<Preset>, StoreError> {
        self.saved().list(dataset, tenant_of(principal)).await?.into_iter().map(read).collect()
    }

    /// Saves a new preset.
    pub async fn create(
        &self,
        principal: &Principal,
        clock: &dyn Clock,
        dataset: DatasetRef<'_>,
        name: &str,
        columns: &[String],
    ) -> Result<Preset, StoreError> {
        let now = clock.now();
        let id = self.context.ids.next(now);
        let writing = writing(principal, now, dataset, &id, name, columns)?;
        read(self.saved().create(writing, &acting(self.actor, principal)).await?)
    }

    /// Replaces the name and the columns of a preset.
    pub async fn update(
        &self,
        principal: &Principal,
        clock: &dyn Clock,
        dataset: DatasetRef<'_>,
        id: &str,
        name: &str,
        columns: &[String],
    ) -> Result<Preset, StoreError> {
        let writing = writing(principal, clock.now(), dataset, id, name, columns)?;
        read(self.saved().update(writing, &acting(self.actor, principal)).await?)
    }

    /// Deletes a preset.
    pub async fn delete(
        &self,
        principal: &Principal,
        clock: &dyn Clock,
        dataset: DatasetRef<'_>,
        id: &str,
    ) -> Result<(), StoreError> {
        let deleting = Deleting { dataset, id, by: principal, now: clock.now() };
        self.saved().delete(deleting, &acting(self.actor, principal)).await
    }

    fn saved(&self) -> SavedThings<'_> {
        SavedThings { context: self.context, kind: Kind::Preset }
    }
}

fn writing<'a>(
    principal: &'a Principal,
    now: Timestamp,
    dataset: DatasetRef<'a>,
    id: &'a str,
    name: &'a str,
    columns: &[String],
) -> Result<Writing<'a>, StoreError> {
    let name = names::checked(name)?;
    if columns.is_empty() {
        return Err(StoreError::BadPreset { message: "there are none".to_owned() });
    }
    let mut seen = HashSet::new();
    if let Some(twice) = columns.iter().find(|column| !seen.insert(column.as_str())) {
        return Err(StoreError::BadPreset { message: format!("`{twice}` is there twice") });
    }
    // A list of texts; serialising it cannot fail.
    let body = serde_json::to_string(columns).unwrap_or_default();
    if body.len() > MAX_BODY_BYTES {
        return Err(StoreError::TooLarge { what: Kind::Preset.as_str(), limit: MAX_BODY_BYTES });
    }
    Ok(Writing { dataset, tenant: tenant_of(principal), id, name, body, by: principal, now })
}

fn read(saved: Saved) -> Result<Preset, StoreError> {
    let columns = serde_json::from_str(&saved.body).map_err(|error| StoreError::Damaged {
        what: Kind::Preset.as_str(),
        id: saved.id.clone(),
        message: error.to_string(),
    })?;
    Ok(Preset {
        id: saved.id,
        source: saved.source,
        dataset: saved.dataset,
        name: saved.name,
        columns,
        saved_by: saved.saved_by,
        created_at: saved.created_at,
        updated_at: saved.updated_at,
    })
}
