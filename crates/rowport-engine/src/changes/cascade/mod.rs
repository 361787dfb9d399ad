//! Dependents that are deleted, or whose references are cleared, with the rows that they refer to.
//!
//! What the database does by itself is in no journal. So these rows get change sets of their own, inserted together with
//! their parent, and applied before it: its rows have no dependents any more when their turn comes.
//! An undo goes the other way round.

mod insert;

use rowport_model::{
    Catalog, ColumnRef, DatasetName, FieldValue, ForeignKey, OnDelete, Permission, Principal,
    ResolvedDataset, Selection, SetField,
};

use super::{BulkAction, Changes, Request};
use crate::error::EngineError;

pub(in crate::changes) use insert::{InsertContext, digest_of};

/// The references to a dataset's rows, as far as the principal may follow them.
pub(super) struct CascadePlan<'a> {
    /// The dataset itself, and those whose rows are deleted along: each after all that its rows refer to.
    datasets: Vec<ResolvedDataset<'a>>,
    references: Vec<Reference<'a>>,
}

/// A foreign key along which a deletion goes on.
struct Reference<'a> {
    parent: DatasetName,
    child: ResolvedDataset<'a>,
    /// The child's columns.
    columns: Vec<ColumnRef>,
    /// Where in the parent's key the values stand that they refer to.
    places: Vec<usize>,
    on_delete: OnDelete,
}

impl Changes {
    /// The cascade of a request, if it asks for one.
    pub(super) fn cascade<'a>(
        &self,
        principal: &Principal,
        source: &str,
        catalog: &'a Catalog,
        dataset: &ResolvedDataset<'a>,
        request: &Request,
    ) -> Result<Option<CascadePlan<'a>>, EngineError> {
        if !request.cascade {
            return Ok(None);
        }
        if request.action != BulkAction::Delete || dataset.soft_delete().is_some() {
            let message = "nothing goes along unless rows are really deleted, which these are not".to_owned();
            return Err(EngineError::BadChange { message });
        }
        let may = |permission, name: &str| self.sources.permit(principal, permission, source, name).is_ok();
        let by_key = matches!(request.selection, Selection::Keys(_));
        let mut walk =
            Walk { catalog, may: &may, by_key, path: Vec::new(), left: Vec::new(), references: Vec::new() };
        walk.visit(dataset.clone());
        walk.left.reverse();
        Ok(Some(CascadePlan { datasets: walk.left, references: walk.references }))
    }
}

impl<'a> CascadePlan<'a> {
    /// The references whose rows are deleted, or those whose rows refer to nothing afterwards.
    fn references(&self, on_delete: OnDelete) -> impl Iterator<Item = &Reference<'a>> {
        self.references.iter().filter(move |reference| reference.on_delete == on_delete)
    }
}

/// Fields that refer to nothing.
fn cleared(columns: &[ColumnRef]) -> Vec<SetField> {
    let clear = |column: &ColumnRef| SetField { column: column.name.clone(), to: FieldValue::Clear };
    columns.iter().map(clear).collect()
}

/// Goes through the references, from parents to children.
struct Walk<'a, 'm> {
    catalog: &'a Catalog,
    may: &'m dyn Fn(Permission, &str) -> bool,
    /// Whether the rows were chosen by their keys, and fit whatever they hold.
    by_key: bool,
    /// The datasets from the first to this one.
    path: Vec<DatasetName>,
    /// The datasets of which everything is known, children before parents.
    left: Vec<ResolvedDataset<'a>>,
    references: Vec<Reference<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn visit(&mut self, dataset: ResolvedDataset<'a>) {
        self.path.push(dataset.name().clone());
        for (child, foreign_key) in dataset.referring() {
            let Some(reference) = self.followed(&dataset, &child.name, foreign_key) else { continue };
            if reference.on_delete == OnDelete::Cascade {
                // Rows that refer to each other in a circle have no order of deletion.
                if self.path.contains(&child.name) {
                    continue;
                }
                if !self.left.iter().any(|known| *known.name() == child.name) {
                    self.visit(reference.child.clone());
                }
            }
            self.references.push(reference);
        }
        self.path.pop();
        self.left.push(dataset);
    }

    /// The reference, if the principal may do with its rows what the database would do. Where they may not, the rows that
    /// it refers to are not deleted, and that is said of each.
    fn followed(
        &self,
        parent: &ResolvedDataset<'a>,
        child: &DatasetName,
        foreign_key: ForeignKey,
    ) -> Option<Reference<'a>> {
        let name = child.to_string();
        let child = self.catalog.dataset(&name)?;
        let permissions: &[Permission] = match foreign_key.on_delete {
            // What is marked elsewhere is really deleted here, and in no trash.
            OnDelete::Cascade if child.soft_delete().is_some() => {
                &[Permission::RecordsDelete, Permission::RecordsPurge]
            }
            OnDelete::Cascade => &[Permission::RecordsDelete],
            OnDelete::SetNull => &[Permission::RecordsUpdate],
            OnDelete::Refuse | OnDelete::SetDefault => return None,
        };
        child.refuse_unchangeable().ok()?;
        child.change_key().ok()?;
        let key = parent.change_key().ok()?;
        let place = |name: &String| key.iter().position(|column| column.name == *name);
        let places = foreign_key.referenced_columns.iter().map(place).collect::<Option<Vec<_>>>()?;
        let stored = child.stored_columns();
        let column = |name: &String| {
            child.column(name).filter(|column| !column.masked)?;
            stored.iter().find(|column| column.name == *name).cloned()
        };
        let columns = foreign_key.columns.iter().map(column).collect::<Option<Vec<_>>>()?;
        let on_delete = foreign_key.on_delete;
        if on_delete == OnDelete::SetNull {
            child.assignments(&cleared(&columns)).ok()?;
            // A row whose reference is cleared might not match any more the view that chose it.
            if !self.by_key && self.path.first() == Some(child.name()) {
                return None;
            }
        }
        let parent = parent.name().clone();
        let may = permissions.iter().all(|permission| (self.may)(*permission, &name));
        may.then_some(Reference { parent, child, columns, places, on_delete })
    }
}
