//! A column of which some values are not of the declared type.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BinaryArray, Float64Array, Int64Array, StringArray, UnionArray};
use arrow_buffer::ScalarBuffer;
use arrow_schema::{DataType, Field, UnionFields};
use rowport_model::MIXED_CHILDREN;

use super::Misfit;

/// Which child each row is in, and the children that are not the declared one.
pub(super) struct MixedColumn {
    type_ids: Vec<i8>,
    offsets: Vec<i32>,
    integers: Vec<i64>,
    floats: Vec<f64>,
    texts: Vec<Vec<u8>>,
    bytes: Vec<Vec<u8>>,
    raw_texts: Vec<Vec<u8>>,
}

impl MixedColumn {
    /// For a column that already holds `length` values of its declared type.
    pub(super) fn after_native(length: usize) -> Self {
        Self {
            type_ids: vec![0; length],
            offsets: (0..length).map(offset).collect(),
            integers: Vec::new(),
            floats: Vec::new(),
            texts: Vec::new(),
            bytes: Vec::new(),
            raw_texts: Vec::new(),
        }
    }

    pub(super) fn points_to_native(&mut self, index: usize) {
        self.type_ids.push(0);
        self.offsets.push(offset(index));
    }

    pub(super) fn push(&mut self, value: Misfit<'_>) {
        let (type_id, index) = match value {
            Misfit::Integer(value) => (1, append(&mut self.integers, value)),
            Misfit::Float(value) => (2, append(&mut self.floats, value)),
            Misfit::Text(value) if std::str::from_utf8(value).is_ok() => {
                (3, append(&mut self.texts, value.to_vec()))
            }
            Misfit::Bytes(value) => (4, append(&mut self.bytes, value.to_vec())),
            Misfit::Text(value) | Misfit::RawText(value) => (5, append(&mut self.raw_texts, value.to_vec())),
        };
        self.type_ids.push(type_id);
        self.offsets.push(offset(index));
    }

    pub(super) fn len(&self) -> usize {
        self.type_ids.len()
    }

    /// Where in the declared column the row's value is, if it is there.
    pub(super) fn native_index(&self, row: usize) -> Option<usize> {
        (self.type_ids[row] == 0).then(|| self.offset(row))
    }

    /// The row's value, which must not be in the declared column.
    pub(super) fn value(&self, row: usize) -> Misfit<'_> {
        let index = self.offset(row);
        match self.type_ids[row] {
            1 => Misfit::Integer(self.integers[index]),
            2 => Misfit::Float(self.floats[index]),
            3 => Misfit::Text(&self.texts[index]),
            4 => Misfit::Bytes(&self.bytes[index]),
            _ => Misfit::RawText(&self.raw_texts[index]),
        }
    }

    fn offset(&self, row: usize) -> usize {
        usize::try_from(self.offsets[row]).unwrap_or(0)
    }

    pub(super) fn finish(self, native: ArrayRef) -> Result<ArrayRef, String> {
        let texts = self.texts.iter().map(|text| std::str::from_utf8(text)).collect::<Result<Vec<_>, _>>();
        let texts = texts.map_err(|error| format!("a text is not UTF-8: {error}"))?;
        let children: Vec<ArrayRef> = vec![
            native,
            Arc::new(Int64Array::from(self.integers)),
            Arc::new(Float64Array::from(self.floats)),
            Arc::new(StringArray::from_iter_values(texts)),
            Arc::new(BinaryArray::from_iter_values(&self.bytes)),
            Arc::new(BinaryArray::from_iter_values(&self.raw_texts)),
        ];
        let fields = children.iter().zip(MIXED_CHILDREN).map(|(child, name)| {
            let data_type: DataType = child.data_type().clone();
            Field::new(name, data_type, true)
        });
        let fields = UnionFields::try_new(0..6_i8, fields).map_err(|error| error.to_string())?;
        let (type_ids, offsets) = (ScalarBuffer::from(self.type_ids), ScalarBuffer::from(self.offsets));
        UnionArray::try_new(fields, type_ids, Some(offsets), children)
            .map(|array| Arc::new(array) as ArrayRef)
            .map_err(|error| error.to_string())
    }
}

fn append<T>(values: &mut Vec<T>, value: T) -> usize {
    values.push(value);
    values.len() - 1
}

/// A batch has far fewer rows than `i32::MAX`.
fn offset(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}
