//! Removing rows of the trash for good, where the journal has them. Their keys stay: what was removed is no secret to
//! the audit, and what it held is gone.

use std::sync::Arc;

use arrow_array::{RecordBatch, UInt32Array};
use arrow_schema::Schema;
use arrow_select::take::take;
use rowport_drivers::Transaction;
use rowport_drivers::journal::{Chunk, ChunkResult};
use rowport_model::ErrorCode;

use crate::changes::apply::job::{ChunkOutcome, Job, failure};
use crate::changes::images;
use crate::error::EngineError;

impl Job<'_> {
    /// Removes the values of a chunk's rows from the chunk that has them. Both this and bringing rows back lock that
    /// chunk first, so whichever comes second finds what the other has done.
    pub(in crate::changes) async fn purge(
        &self,
        transaction: &mut dyn Transaction,
        chunk: &Chunk,
        (set_id, number): &(String, i64),
    ) -> Result<ChunkOutcome, EngineError> {
        let gone = || EngineError::UnknownChangeSet { id: set_id.clone() };
        let original = Chunk::find(transaction, set_id, *number, true).await?.ok_or_else(gone)?;
        let mut undone = original.undone;
        let (mut failures, mut places) = (Vec::new(), Vec::new());
        let image = original.before.as_deref().map(images::unpack).transpose()?;
        let place_of = image.as_ref().map(|image| images::by_key(image, &self.key)).transpose()?;
        for key in images::keys(&images::unpack(&chunk.keys)?, &self.key)? {
            match place_of.as_ref().and_then(|places| places.get(&key)) {
                Some(place) if undone.insert(*place) => places.push(*place),
                _ => failures.push(failure(&key, ErrorCode::TakenBack, "it was restored or purged before")),
            }
        }
        if let Some(image) = image.filter(|_| !places.is_empty()) {
            let keys: Vec<_> = self.key.iter().map(|column| column.name.as_str()).collect();
            let image = images::pack(&without_values(&image, &places, &keys)?)?;
            Chunk::purge(transaction, set_id, *number, Some(image), undone).await?;
        }
        let skipped = failures.len() as u64;
        let done = ChunkResult { rows: places.len() as u64, ..ChunkResult::default() };
        Ok(ChunkOutcome { done, failures, skipped, ..ChunkOutcome::default() })
    }
}

/// A batch whose rows at these places have nothing but their keys. The values are not only said to be NULL: they are
/// not in it any more.
fn without_values(batch: &RecordBatch, places: &[usize], keys: &[&str]) -> Result<RecordBatch, EngineError> {
    let broken = |error| EngineError::internal(format!("an image of the journal: {error}"));
    let mut indices: Vec<Option<u32>> = (0..).take(batch.num_rows()).map(Some).collect();
    for place in places {
        indices[*place] = None;
    }
    let indices = UInt32Array::from(indices);
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
        match keys.contains(&field.name().as_str()) {
            true => Ok(Arc::clone(column)),
            false => take(column, &indices, None),
        }
    });
    let columns = columns.collect::<Result<Vec<_>, _>>().map_err(broken)?;
    let fields: Vec<_> =
        schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true)).collect();
    let schema = Schema::new_with_metadata(fields, schema.metadata().clone());
    RecordBatch::try_new(Arc::new(schema), columns).map_err(broken)
}

#[cfg(test)]
mod tests {
    use arrow_array::{Array, ArrayRef, Int64Array, StringArray};

    use super::*;

    #[test]
    fn values_that_are_purged_are_in_no_byte_of_the_image() {
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("id", Arc::new(Int64Array::from(vec![1, 2, 3]))),
            ("name", Arc::new(StringArray::from(vec!["keep", "a secret", "keep as well"]))),
            ("number", Arc::new(Int64Array::from(vec![4, 0x5ec2_e700_5ec2_e700, 6]))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let without = without_values(&batch, &[1], &["id"]).unwrap();
        assert_eq!(without.column(0), batch.column(0));
        for column in 1..3 {
            let nulls: Vec<bool> = (0..3).map(|row| without.column(column).is_null(row)).collect();
            assert_eq!(nulls, [false, true, false]);
            for buffer in without.column(column).to_data().buffers() {
                let bytes = buffer.as_slice();
                assert!(!bytes.windows(6).any(|six| six == b"secret"));
                assert!(!bytes.windows(8).any(|eight| eight == 0x5ec2_e700_5ec2_e700_i64.to_le_bytes()));
            }
        }
    }
}
