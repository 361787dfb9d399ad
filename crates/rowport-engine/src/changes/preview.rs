//! The dry run: how many rows, what hangs on them, and the confirmation for exactly these.

use jiff::SignedDuration;
use rowport_drivers::journal;
use rowport_model::{Catalog, OnDelete, ResolvedDataset};
use rowport_store::Actor;
use serde::Serialize;
use utoipa::ToSchema;

use super::chosen_rows::ChosenRows;
use super::confirm::Request;
use super::token::{Shown, digest};
use super::{BulkAction, Changes, Details, RowFailure, Target, job, permission_for, rehearsal};
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
    /// How many of the rows would not be changed, which was tried and taken back; absent where it was not: of more
    /// than 1,000 rows, or while somebody else changes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub would_fail: Option<u64>,
    /// The first hundred of these, and why.
    pub failures: Vec<RowFailure>,
    /// Whether the rows can be brought back.
    pub undoable: bool,
    /// The datasets whose rows refer to rows of this one, and what becomes of them. Only for deletions.
    pub dependants: Vec<Dependants>,
}

/// Rows of another dataset that refer to these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Dependants {
    /// The dataset.
    pub dataset: String,
    /// Its columns that refer.
    pub columns: Vec<String>,
    /// What the database does with them.
    pub on_delete: OnDelete,
}

/// How many of the rows that would not be changed are listed.
const LISTED: usize = 100;

/// How long a confirmation can be used.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(15);

impl Changes {
    /// Looks at what an action would do, without doing any of it.
    pub async fn preview(&self, target: Target<'_>, request: &Request) -> Result<Preview, EngineError> {
        let Target { principal, source, dataset } = target;
        let catalog = self.desk.catalog_with(principal, source, dataset).await?;
        let resolved = self.permitted(&catalog, target, &request.action)?;
        let now = self.desk.clock().now();
        let mut transaction = self.desk.driver(source)?.begin_reading().await?;
        journal::is_ready(transaction.as_mut()).await?;
        let Request { action, selection, .. } = request;
        let mut chosen = ChosenRows::of(&self.desk, source, &resolved, action, selection, now)?;
        let named = chosen.named();
        let view = chosen.view();
        let (mut pieces, mut seen) = (Vec::new(), 0);
        while let Some(piece) = chosen.next(transaction.as_mut()).await? {
            seen += piece.keys.num_rows() as u64;
            match seen > rehearsal::MOST {
                true => pieces.clear(),
                false => pieces.push(piece),
            }
        }
        transaction.commit().await?;
        let sum = chosen.sum()?;
        if sum.rows == 0 {
            return Err(EngineError::BadChange { message: "there are no such rows".to_owned() });
        }
        let details = Details { view, ..Details::of(action) };
        let id = self.ids.next(now);
        let failures = match seen <= rehearsal::MOST {
            true => {
                let actor = Actor::default();
                let new = self.new_set(id.clone(), principal, &actor, &resolved, action.word(), details);
                self.rehearse(source, &resolved, new, pieces).await?
            }
            false => None,
        };
        let until = now + GOOD_FOR;
        let shown = Shown {
            id,
            principal: principal.id().to_owned(),
            source: source.to_owned(),
            dataset: dataset.to_owned(),
            schema: schema_of(&resolved),
            request: digest(request),
            rows: sum.rows,
            keys: sum.digest,
            until: until.as_second(),
        };
        let deletes = match (&request.action, resolved.soft_delete()) {
            (BulkAction::Delete, marks) => marks.is_none(),
            // What the journal has was deleted before.
            (BulkAction::Purge, marks) => marks.is_some(),
            _ => false,
        };
        Ok(Preview {
            rows: sum.rows,
            missing: named.unwrap_or(sum.rows).saturating_sub(sum.rows),
            confirmation: self.signer.sign(&shown),
            until: until.to_string(),
            would_fail: failures.as_ref().map(|failures| failures.len() as u64),
            failures: Self::shown_failures(&resolved, failures.unwrap_or_default()),
            undoable: request.action != BulkAction::Purge,
            dependants: if deletes { dependants(&resolved) } else { Vec::new() },
        })
    }

    fn shown_failures(dataset: &ResolvedDataset<'_>, mut failures: Vec<RowFailure>) -> Vec<RowFailure> {
        failures.truncate(LISTED);
        job::without_hidden(dataset, &mut failures);
        failures
    }

    /// The dataset, if the principal may do this with it.
    pub(super) fn permitted<'a>(
        &self,
        catalog: &'a Catalog,
        target: Target<'_>,
        action: &BulkAction,
    ) -> Result<ResolvedDataset<'a>, EngineError> {
        let Target { principal, source, dataset } = target;
        let resolved = catalog.dataset(dataset);
        let resolved = resolved.ok_or_else(|| EngineError::internal("the dataset went away"))?;
        self.desk.permit(principal, permission_for(action.word()), source, dataset)?;
        resolved.refuse_unchangeable()?;
        if let BulkAction::Set { fields } = action {
            resolved.assignments(fields)?;
        }
        Ok(resolved)
    }
}

/// What a confirmation depends on besides the rows.
pub(super) fn schema_of(dataset: &ResolvedDataset<'_>) -> String {
    let columns: Vec<_> = dataset
        .stored_columns()
        .into_iter()
        .map(|column| (column.name, column.native_type, column.nullable))
        .collect();
    let key: Vec<_> = dataset.key().iter().map(|column| column.name.clone()).collect();
    digest(&(columns, key))
}

fn dependants(dataset: &ResolvedDataset<'_>) -> Vec<Dependants> {
    let of = |(other, key): (rowport_model::Dataset, rowport_model::ForeignKey)| Dependants {
        dataset: other.name.to_string(),
        columns: key.columns,
        on_delete: key.on_delete,
    };
    dataset.referring().into_iter().map(of).collect()
}
