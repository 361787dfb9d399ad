//! From a change set to another one that takes it back.

use rowport_drivers::Transaction;
use rowport_drivers::journal::{self, ChangeSet, Chunk, NewChangeSet, NewChunk};
use rowport_model::{ChangeAction, ResolvedDataset};
use rowport_store::Actor;

use super::apply::steps::steps;
use super::apply::undo::UndoRequest;
use super::confirm::STRIDE;
use super::images;
use super::selection::Chosen;
use super::selection::named_keys::NamedKeys;
use super::{Changes, Confirmed, IdempotencyKey, Target, known};
use crate::error::EngineError;

impl Changes {
    /// Inserts the change set that undoes another one: all of it, with its cascade, or some of its rows. Once for
    /// each idempotency key.
    pub async fn undo(
        &self,
        target: Target<'_>,
        actor: &Actor,
        change_set: &str,
        request: &UndoRequest,
        key: Option<&IdempotencyKey>,
    ) -> Result<Confirmed, EngineError> {
        self.once(target, key, self.reverse_now(target, actor, change_set, request, key)).await
    }

    async fn reverse_now(
        &self,
        target: Target<'_>,
        actor: &Actor,
        change_set: &str,
        request: &UndoRequest,
        key: Option<&IdempotencyKey>,
    ) -> Result<Confirmed, EngineError> {
        let Target { principal, source, dataset } = target;
        let now = self.sources.clock().now();
        let catalog = self.sources.catalog_with(principal, source, dataset).await?;
        let mut transaction = self.sources.driver(source)?.begin().await?;
        journal::is_ready(transaction.as_mut()).await?;
        let found = ChangeSet::find(transaction.as_mut(), change_set).await?;
        let set = known(found, change_set, dataset, principal.access().tenant())?;
        let resolved = self.permitted_step(transaction.as_mut(), &catalog, target, &set).await?;
        if now.as_millisecond() >= set.undo_until {
            let message = "the time for that is over";
            return Err(EngineError::NotUndoable { id: set.id, message });
        }
        let only = request.keys.as_deref().map(|keys| Chosen::keys(&resolved, keys)).transpose()?;
        let mut sets = match only {
            Some(_) => vec![set],
            None => steps(transaction.as_mut(), set).await?,
        };
        // The parent of the cascade comes first.
        sets.sort_by_key(|set| set.sequence);
        let first = self.ids.next(now);
        let mut rows = 0;
        for set in &sets {
            let is_first = set.id == change_set;
            let resolved = self.permitted_step(transaction.as_mut(), &catalog, target, set).await?;
            let parent_first = is_first && !set.action.is_parent_first();
            let of = set.action.bulk_kind();
            let action = ChangeAction::Undo { of, force: request.force, parent_first };
            let key = key.filter(|_| is_first);
            let asked = key.map(|key| key.request.clone());
            let id = if is_first { first.clone() } else { self.ids.next(now) };
            let new = self.new_set(id, principal, actor, &resolved, action);
            let parent_change_set = (!is_first).then(|| first.clone());
            let sequence = if is_first { 0 } else { set.sequence };
            let (undoes, idempotency_key) = (Some(set.id.clone()), key.map(|key| key.key.clone()));
            let new =
                NewChangeSet { request: asked, undoes, parent_change_set, sequence, idempotency_key, ..new };
            rows += insert_undo_chunks(transaction.as_mut(), set, new, &resolved, only.as_ref()).await?;
        }
        if rows == 0 {
            // Dropping the transaction takes the change set back that has no rows.
            let message = "nothing of it is left to take back";
            return Err(EngineError::NotUndoable { id: change_set.to_owned(), message });
        }
        transaction.commit().await?;
        Ok(Confirmed { change_set: first, rows, repeated: false })
    }
}

/// Inserts the chunks for the rows of a change set that are not undone yet, and returns how many rows that are.
async fn insert_undo_chunks(
    transaction: &mut dyn Transaction,
    set: &ChangeSet,
    new: NewChangeSet,
    dataset: &ResolvedDataset<'_>,
    only: Option<&NamedKeys>,
) -> Result<u64, EngineError> {
    let key = dataset.change_key()?;
    let (mut chunks, mut rows, mut number) = (Vec::new(), 0, 0);
    for original in Chunk::done(transaction, &set.id).await? {
        let Some(original) = Chunk::find(transaction, &set.id, original, false).await? else { continue };
        let Some(image) = original.after.as_ref().or(original.before.as_ref()) else { continue };
        let image = images::columns(&images::unpack(image)?, &key)?;
        let keys = images::keys(&image, &key)?;
        let wanted = |place: &usize| {
            let named = only.is_none_or(|only| only.place(&keys[*place]).is_some());
            named && !original.undone.contains(*place)
        };
        let places: Vec<usize> = (0..keys.len()).filter(wanted).collect();
        if !places.is_empty() {
            let keys = images::pack(&images::rows(&image, &places)?)?;
            let from = Some((set.id.clone(), original.chunk));
            chunks.push(NewChunk { chunk: number, rows: places.len() as u64, keys, from });
            number += STRIDE;
            rows += places.len() as u64;
        }
    }
    if rows > 0 || new.parent_change_set.is_none() {
        let id = new.id.clone();
        NewChangeSet { rows, ..new }.insert(transaction).await?;
        for chunk in chunks {
            chunk.insert(transaction, &id).await?;
        }
    }
    Ok(rows)
}
