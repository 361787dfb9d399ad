//! The columns in which rows differ before and after a change: these, and no others, an undo compares and writes.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use rowport_model::{ColumnRef, CursorValue};

use crate::cells;

/// The columns in which each row of an image differs from the same row of another.
pub(in crate::changes) struct Differences {
    /// Those in which some row differs.
    columns: Vec<Differing>,
    /// Sets of these columns, by their places.
    sets: Vec<Vec<usize>>,
    /// The place of each row's set.
    set_of: Vec<usize>,
}

/// A column of both images.
struct Differing {
    name: String,
    before: ArrayRef,
    after: ArrayRef,
}

impl Differences {
    /// The differences of the rows of two images, row by row. A column that only one of them has is none of them.
    pub(in crate::changes) fn between(before: &RecordBatch, after: &RecordBatch) -> Self {
        let both = before.schema_ref().fields().iter().zip(before.columns()).filter_map(|(field, before)| {
            let after = after.column_by_name(field.name())?;
            let differs = before.data_type() != after.data_type() || before != after;
            differs.then(|| Differing {
                name: field.name().clone(),
                before: before.clone(),
                after: after.clone(),
            })
        });
        let columns: Vec<Differing> = both.collect();
        let mut places: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        let set_of = (0..before.num_rows().min(after.num_rows())).map(|row| {
            let differs = |column: &usize| {
                let Differing { before, after, .. } = &columns[*column];
                value(before, row) != value(after, row)
            };
            let set: Vec<usize> = (0..columns.len()).filter(differs).collect();
            let next = places.len();
            *places.entry(set).or_insert(next)
        });
        let set_of = set_of.collect();
        let mut sets = vec![Vec::new(); places.len()];
        for (set, place) in places {
            sets[place] = set;
        }
        Self { columns, sets, set_of }
    }

    /// The columns in which a row differs, by their places.
    pub(in crate::changes) fn of(&self, row: usize) -> &[usize] {
        &self.sets[self.set_of[row]]
    }

    pub(in crate::changes) fn name(&self, column: usize) -> &str {
        &self.columns[column].name
    }

    /// The names of the columns in which any of these rows differs.
    pub(in crate::changes) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// Rows together that differ in the same columns, with these.
    pub(in crate::changes) fn groups(
        &self,
        rows: impl IntoIterator<Item = usize>,
    ) -> Vec<(&[usize], Vec<usize>)> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for row in rows {
            groups.entry(self.set_of[row]).or_default().push(row);
        }
        groups.into_iter().map(|(set, rows)| (self.sets[set].as_slice(), rows)).collect()
    }

    /// The columns, of those in which a row differs, that hold something else in another batch than after the change.
    pub(in crate::changes) fn changed_since<'a>(
        &'a self,
        row: usize,
        now: &'a RecordBatch,
        now_row: usize,
    ) -> impl Iterator<Item = &'a str> {
        self.of(row).iter().filter_map(move |column| {
            let Differing { name, after, .. } = &self.columns[*column];
            let is_same =
                now.column_by_name(name).is_some_and(|now| value(now, now_row) == value(after, row));
            (!is_same).then_some(name.as_str())
        })
    }
}

/// The columns in which a row of one batch holds something else than a row of another.
pub(in crate::changes) fn differing<'a>(
    columns: impl IntoIterator<Item = &'a str>,
    (these, this): (&RecordBatch, usize),
    (those, that): (&RecordBatch, usize),
) -> Vec<&'a str> {
    let differs = |name: &&str| match (these.column_by_name(name), those.column_by_name(name)) {
        (Some(these), Some(those)) => value(these, this) != value(those, that),
        _ => false,
    };
    columns.into_iter().filter(differs).collect()
}

/// The columns of a list with these names.
pub(in crate::changes) fn named(columns: &[ColumnRef], names: &[&str]) -> Vec<ColumnRef> {
    columns.iter().filter(|column| names.contains(&column.name.as_str())).cloned().collect()
}

/// A value, exact and comparable. In a mixed column the kind of value counts, too: a text that is not UTF-8 is written
/// like another one that is.
fn value(array: &ArrayRef, row: usize) -> (i8, CursorValue) {
    let kind = match array.data_type() {
        DataType::Union(..) => array.as_union().type_id(row),
        _ => 0,
    };
    (kind, cells::to_cursor(array, row))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Int64Array, StringArray};

    use super::*;

    fn batch(names: &[Option<&str>], numbers: &[i64]) -> RecordBatch {
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("id", Arc::new(Int64Array::from_iter_values(0..names.len() as i64))),
            ("name", Arc::new(StringArray::from(names.to_vec()))),
            ("number", Arc::new(Int64Array::from(numbers.to_vec()))),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    #[test]
    fn each_row_has_the_columns_in_which_it_differs() {
        let before = batch(&[Some("a"), None, Some("c"), Some("d")], &[1, 2, 3, 4]);
        let after = batch(&[Some("b"), Some(""), Some("c"), Some("d")], &[1, 9, 3, 5]);
        let differences = Differences::between(&before, &after);
        let names = |row| differences.of(row).iter().map(|it| differences.name(*it)).collect::<Vec<_>>();
        assert_eq!(names(0), ["name"]);
        assert_eq!(names(1), ["name", "number"]);
        assert_eq!(names(2), [""; 0]);
        assert_eq!(names(3), ["number"]);
        let groups = differences.groups([0, 1, 2, 3]);
        assert_eq!(groups.len(), 4);
        let changed: Vec<_> = differences.changed_since(1, &before, 1).collect();
        assert_eq!(changed, ["name", "number"]);
        assert_eq!(differences.changed_since(2, &after, 0).count(), 0, "it differs in nothing");
    }
}
