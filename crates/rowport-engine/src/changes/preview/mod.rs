//! The preview: how many rows, their dependents, and the confirmation for exactly these.

pub(in crate::changes) mod dry_run;

use jiff::SignedDuration;
use rowport_drivers::Refusal;
use rowport_drivers::journal::{self, NewChangeSet};
use rowport_model::{BulkKind, Catalog, OnDelete, ResolvedDataset, Terms};
use rowport_store::Actor;
use serde::Serialize;
use utoipa::ToSchema;

use crate::changes::cascade::{CascadePlan, InsertContext, digest_of};
use crate::changes::confirm::Request;
use crate::changes::outcome::{sees_all_columns, without_hidden};
use crate::changes::preview::dry_run::DryRun;
use crate::changes::selection::Sum;
use crate::changes::selection::chosen_rows::ChosenRows;
use crate::changes::token::{ConfirmationClaims, digest};
use crate::changes::{BulkAction, Changes, RowFailure, Target};
use crate::error::EngineError;

/// What would be done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Preview {
    /// How many rows.
    pub rows: u64,
    /// How many of the named keys have no row.
    pub missing: u64,
    /// The confirmation for exactly these rows: it goes with the request that does it.
    pub confirmation: String,
    /// Until when it can be used, as RFC 3339 in UTC.
    pub until: String,
    /// How many of the rows would not be changed, which was tried and undone; absent where it was not: of more than
    /// 1,000 rows, while another client changes them, or where it would tell of columns that the caller does not see.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub would_fail: Option<u64>,
    /// The first hundred of these, and why.
    pub failures: Vec<RowFailure>,
    /// How many of the rows could not be restored as they are by an undo, which was tried as well; absent where it
    /// was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub cannot_be_undone: Option<u64>,
    /// The first hundred of these, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub not_undoable: Vec<RowFailure>,
    /// Whether the rows can be brought back.
    pub undoable: bool,
    /// The datasets whose rows refer to rows of this one, and what becomes of them. Only for deletions.
    pub dependents: Vec<Dependents>,
}

/// Rows of another dataset that refer to these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Dependents {
    /// The dataset.
    pub dataset: String,
    /// Its columns that refer.
    pub columns: Vec<String>,
    /// What the database does with them.
    pub on_delete: OnDelete,
    /// How many of them are cascaded; absent without a cascade, or where the principal may not change them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rows: Option<u64>,
}

/// What was found of the rows.
struct PreviewRead {
    sum: Sum,
    /// How many keys were named.
    named: Option<u64>,
    /// What would become of the rows, where that was tried.
    tried: Option<DryRun>,
    /// The digest of the cascade.
    cascade: Option<String>,
    /// The cascade, by reference.
    dependents: Vec<Dependents>,
}

/// How many of the rows that would not be changed are listed.
const LISTED: usize = 100;

/// How long a confirmation can be used.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(15);

impl Changes {
    /// Looks at what an action would do, without doing any of it.
    pub async fn preview(&self, target: Target<'_>, request: &Request) -> Result<Preview, EngineError> {
        let Target { principal, source, dataset } = target;
        let catalog = self.sources.catalog_with(principal, source, dataset).await?;
        let resolved = self.permitted(&catalog, target, &request.action)?;
        let cascade = self.cascade(principal, source, &catalog, &resolved, request)?;
        let now = self.sources.clock().now();
        let id = self.ids.next(now);
        let looked = match cascade {
            None => self.look(target, &resolved, request, &id).await?,
            Some(cascade) => self.read_cascade(target, &resolved, request, &id, &cascade).await?,
        };
        let PreviewRead { sum, named, tried, cascade, mut dependents } = looked;
        let mut tried = tried.unwrap_or_default();
        tried.failures = tried.failures.map(|failures| telling(&resolved, failures));
        let until = now + GOOD_FOR;
        let shown = ConfirmationClaims {
            id,
            principal: principal.id().to_owned(),
            source: source.to_owned(),
            dataset: dataset.to_owned(),
            schema: self.signer.keyed("schema", &schema_of(&resolved)),
            request: self.signer.keyed("request", &request.digest()),
            rows: sum.rows,
            keys: self.signer.keyed("keys", &sum.digest),
            cascade: cascade.map(|cascade| self.signer.keyed("cascade", &cascade)),
            until: until.as_second(),
        };
        let deletes = match request.action.kind() {
            BulkKind::Delete => resolved.soft_delete().is_none(),
            // What the journal has was deleted before.
            BulkKind::Purge => resolved.soft_delete().is_some(),
            BulkKind::Set | BulkKind::Restore => false,
        };
        if deletes {
            let counted = |dependant: &Dependents| dependents.iter().any(|known| known.is_like(dependant));
            let others: Vec<_> = dependants_of(&resolved).filter(|dependant| !counted(dependant)).collect();
            dependents.extend(others);
        }
        Ok(Preview {
            rows: sum.rows,
            missing: named.unwrap_or(sum.rows).saturating_sub(sum.rows),
            confirmation: self.signer.sign(&shown),
            until: until.to_string(),
            would_fail: tried.failures.as_ref().map(|failures| failures.len() as u64),
            failures: Self::shown_failures(&resolved, tried.failures.unwrap_or_default()),
            cannot_be_undone: tried.stuck.as_ref().map(|stuck| stuck.rows),
            not_undoable: Self::shown_failures(&resolved, tried.stuck.unwrap_or_default().listed),
            undoable: request.action != BulkAction::Purge,
            dependents,
        })
    }

    /// Reads the rows, and tries it with them where they are not too many.
    async fn look(
        &self,
        target: Target<'_>,
        dataset: &ResolvedDataset<'_>,
        request: &Request,
        id: &str,
    ) -> Result<PreviewRead, EngineError> {
        let mut transaction = self.sources.driver(target.source)?.begin_reading().await?;
        journal::is_ready(transaction.as_mut()).await?;
        let (mut chosen, new) = self.chosen(target, dataset, request, id)?;
        let named = chosen.named();
        let (mut batches, mut seen) = (Vec::new(), 0);
        while let Some(batch) = chosen.next(transaction.as_mut()).await? {
            seen += batch.keys.num_rows() as u64;
            match seen > dry_run::MAX_ROWS {
                true => batches.clear(),
                false => batches.push(batch),
            }
        }
        transaction.commit().await?;
        let sum = some(chosen.sum()?)?;
        let tried = match seen <= dry_run::MAX_ROWS && may_be_tried(dataset, request.action.kind()) {
            true => Some(self.dry_run(target.source, dataset, new, batches).await?),
            false => None,
        };
        Ok(PreviewRead { sum, named, tried, cascade: None, dependents: Vec::new() })
    }

    /// The same with a cascade, which is inserted as on confirmation, in a transaction that is
    /// dropped and never committed.
    async fn read_cascade(
        &self,
        target: Target<'_>,
        dataset: &ResolvedDataset<'_>,
        request: &Request,
        id: &str,
        cascade: &CascadePlan<'_>,
    ) -> Result<PreviewRead, EngineError> {
        let mut transaction = self.sources.driver(target.source)?.begin().await?;
        journal::is_ready(transaction.as_mut()).await?;
        let (mut chosen, new) = self.chosen(target, dataset, request, id)?;
        let named = chosen.named();
        new.insert(transaction.as_mut()).await?;
        Self::insert_chunks(transaction.as_mut(), id, &mut chosen).await?;
        let sum = some(chosen.sum()?)?;
        let actor = Actor::default();
        let place = InsertContext { changes: self, target, actor: &actor, first: id, all_or_nothing: false };
        let (cascaded, dependents) = cascade.insert_change_sets(&place, transaction.as_mut()).await?;
        let rows = sum.rows + cascaded.iter().map(|set| set.rows).sum::<u64>();
        let tried = match rows <= dry_run::MAX_ROWS {
            true => Some(self.dry_run_recorded(target, transaction, id).await?),
            false => None,
        };
        Ok(PreviewRead { sum, named, tried, cascade: Some(digest_of(&cascaded)), dependents })
    }

    /// The rows of a request, and the change set that they would have.
    fn chosen<'a>(
        &'a self,
        target: Target<'a>,
        dataset: &'a ResolvedDataset<'a>,
        request: &Request,
        id: &str,
    ) -> Result<(ChosenRows<'a>, NewChangeSet), EngineError> {
        let Request { action, selection, .. } = request;
        let now = self.sources.clock().now();
        let chosen = ChosenRows::of(&self.sources, target.source, dataset, action, selection, now)?;
        let action = action.change(Terms { view: chosen.view(), all_or_nothing: false });
        let actor = Actor::default();
        let new = self.new_set(id.to_owned(), target.principal, &actor, dataset, action);
        Ok((chosen, new))
    }

    fn shown_failures(dataset: &ResolvedDataset<'_>, mut failures: Vec<RowFailure>) -> Vec<RowFailure> {
        failures.truncate(LISTED);
        without_hidden(dataset, &mut failures);
        failures
    }

    /// The dataset, if the principal may do this with it.
    pub(in crate::changes) fn permitted<'a>(
        &self,
        catalog: &'a Catalog,
        target: Target<'_>,
        action: &BulkAction,
    ) -> Result<ResolvedDataset<'a>, EngineError> {
        let Target { principal, source, dataset } = target;
        let resolved = catalog.dataset(dataset);
        let resolved = resolved.ok_or_else(|| EngineError::internal("the dataset went away"))?;
        self.sources.permit(principal, action.kind().permission(), source, dataset)?;
        resolved.refuse_unchangeable()?;
        if let BulkAction::Set { fields } = action {
            resolved.assignments(fields)?;
        }
        Ok(resolved)
    }
}

/// What a confirmation depends on besides the rows.
pub(in crate::changes) fn schema_of(dataset: &ResolvedDataset<'_>) -> String {
    let columns: Vec<_> = dataset
        .stored_columns()
        .into_iter()
        .map(|column| (column.name, column.native_type, column.nullable))
        .collect();
    let key: Vec<_> = dataset.key().iter().map(|column| column.name.clone()).collect();
    digest(&(columns, key))
}

/// A selection that is not empty.
fn some(sum: Sum) -> Result<Sum, EngineError> {
    match sum.rows {
        0 => Err(EngineError::BadChange { message: "there are no such rows".to_owned() }),
        _ => Ok(sum),
    }
}

fn dependants_of(dataset: &ResolvedDataset<'_>) -> impl Iterator<Item = Dependents> {
    dataset.referring().into_iter().map(|(other, key)| Dependents {
        dataset: other.name.to_string(),
        columns: key.columns,
        on_delete: key.on_delete,
        rows: None,
    })
}

impl Dependents {
    /// Whether both are of the same foreign key.
    fn is_like(&self, other: &Self) -> bool {
        self.dataset == other.dataset && self.columns == other.columns
    }
}

/// Whether an action may be tried beforehand. A constraint over a column that is kept from the principal would tell its
/// values, one trial after the other, and no trial is in the audit.
pub(in crate::changes) fn may_be_tried(dataset: &ResolvedDataset<'_>, kind: BulkKind) -> bool {
    sees_all_columns(dataset)
        || match kind {
            BulkKind::Set | BulkKind::Restore => false,
            BulkKind::Delete | BulkKind::Purge => true,
        }
}

/// Of the rows that would not be deleted those that may be told of: not what a rule of the database says of columns that
/// are kept from the principal.
fn telling(dataset: &ResolvedDataset<'_>, mut failures: Vec<RowFailure>) -> Vec<RowFailure> {
    if !sees_all_columns(dataset) {
        failures.retain(|failure| !Refusal::from_code(failure.code).is_some_and(tells_of_values));
    }
    failures
}

/// Whether the database has looked at columns for this reason that the caller may not know.
fn tells_of_values(reason: Refusal) -> bool {
    match reason {
        Refusal::Check | Refusal::Unique | Refusal::Other | Refusal::NotNull | Refusal::Unfit => true,
        Refusal::ForeignKey | Refusal::Size | Refusal::Skipped => false,
    }
}
