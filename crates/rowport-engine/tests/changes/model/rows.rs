//! What rows should be after each step, and what each change set may still take back.

use std::collections::BTreeMap;

use rowport_model::{FieldValue, SetField};

use super::steps::{Fit, Which};

/// A row beside its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub name: Option<String>,
    pub note: Option<String>,
    /// Never below zero: a check of the database.
    pub amount: Option<i64>,
    pub other: Option<i64>,
}

/// What one change set did to one row.
#[derive(Debug, Clone)]
pub struct Image {
    pub before: Option<Row>,
    pub after: Option<Row>,
    pub taken: bool,
}

/// A change set.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub id: String,
    pub images: BTreeMap<i64, Image>,
    /// The change set that it takes back.
    pub undoes: Option<usize>,
}

/// What should come of a change set.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Expected {
    pub done: u64,
    pub failed: u64,
    pub kept: u64,
    /// The rows that were not changed, with the reason's code.
    pub codes: BTreeMap<i64, &'static str>,
}

/// The table and its journal.
#[derive(Debug, Default)]
pub struct Model {
    pub rows: BTreeMap<i64, Row>,
    pub changes: Vec<Change>,
}

impl Row {
    fn number(&self, column: &str) -> Option<i64> {
        if column == "amount" { self.amount } else { self.other }
    }

    fn text(&self, column: &str) -> Option<&String> {
        if column == "name" { self.name.as_ref() } else { self.note.as_ref() }
    }

    /// The row with these fields set, each from what the row was before all of them.
    fn with(&self, fields: &[SetField]) -> Self {
        let mut row = self.clone();
        for field in fields {
            match field.column.as_str() {
                column @ ("amount" | "other") => {
                    let value = match &field.to {
                        FieldValue::Value(value) => value.as_i64(),
                        FieldValue::Copy(other) => self.number(other),
                        FieldValue::Add(amount) => {
                            self.number(column).zip(amount.as_i64()).map(|(a, b)| a + b)
                        }
                        FieldValue::Replace { .. } => panic!("numbers have no text"),
                        FieldValue::Clear => None,
                    };
                    *(if column == "amount" { &mut row.amount } else { &mut row.other }) = value;
                }
                column => {
                    let value = match &field.to {
                        FieldValue::Value(value) => value.as_str().map(str::to_owned),
                        FieldValue::Copy(other) => self.text(other).cloned(),
                        FieldValue::Replace { find, with } => {
                            self.text(column).map(|text| text.replace(find, with))
                        }
                        FieldValue::Add(_) => panic!("texts do not grow"),
                        FieldValue::Clear => None,
                    };
                    *(if column == "name" { &mut row.name } else { &mut row.note }) = value;
                }
            }
        }
        row
    }

    /// What another row becomes by undoing a change from this row to `after`: it gets back what differs, if it still has
    /// what it was changed to there or that is forced.
    fn put_back(&self, after: &Self, current: &Self, force: bool) -> Option<Self> {
        let field = |before: &dyn Fn(&Self) -> Field| {
            let (before, after, current) = (before(self), before(after), before(current));
            match (before == after, force || after == current) {
                (true, _) => Some(current),
                (false, true) => Some(before),
                (false, false) => None,
            }
        };
        Some(Self {
            name: field(&|row| Field::Text(row.name.clone()))?.text(),
            note: field(&|row| Field::Text(row.note.clone()))?.text(),
            amount: field(&|row| Field::Number(row.amount))?.number(),
            other: field(&|row| Field::Number(row.other))?.number(),
        })
    }

    fn is_allowed(&self) -> bool {
        self.amount.is_none_or(|amount| amount >= 0)
    }
}

/// A value of either kind.
#[derive(PartialEq)]
enum Field {
    Text(Option<String>),
    Number(Option<i64>),
}

impl Field {
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => text,
            Self::Number(_) => panic!("it is a number"),
        }
    }

    fn number(self) -> Option<i64> {
        match self {
            Self::Number(number) => number,
            Self::Text(_) => panic!("it is a text"),
        }
    }
}

impl Image {
    /// What the row becomes by undoing this, or why that is not done.
    fn undone(&self, current: Option<&Row>, force: bool) -> Result<Option<Row>, &'static str> {
        match (&self.before, &self.after, current) {
            (_, None, Some(_)) => Err("key_taken"),
            (before, None, None) => Ok(before.clone()),
            (_, Some(_), None) => Err("gone"),
            (Some(before), Some(after), Some(current)) => {
                before.put_back(after, current, force).map(Some).ok_or("changed_since")
            }
            (None, Some(after), Some(current)) if force || after == current => Ok(None),
            (None, Some(_), Some(_)) => Err("changed_since"),
        }
    }
}

impl Model {
    /// The keys of the rows that a selection has.
    pub fn chosen(&self, which: &Which) -> Vec<i64> {
        let fits = |(id, row): &(&i64, &Row)| match which {
            Which::Keys(keys) => keys.contains(id),
            Which::View { fit, except } => fit.fits(**id, row) && !except.contains(id),
        };
        self.rows.iter().filter(fits).map(|(id, _)| *id).collect()
    }

    /// Deletes rows, or sets fields in them. The change set is the last of the model's from then on.
    pub fn change(&mut self, which: &Which, fields: Option<&[SetField]>) -> Expected {
        let (mut change, mut expected) = (Change::default(), Expected::default());
        for id in self.chosen(which) {
            let before = self.rows[&id].clone();
            let after = fields.map(|fields| before.with(fields));
            if after.as_ref().is_some_and(|after| !after.is_allowed()) {
                expected.codes.insert(id, "check_failed");
                expected.failed += 1;
                continue;
            }
            self.put(id, after.clone());
            change.images.insert(id, Image { before: Some(before), after, taken: false });
            expected.done += 1;
        }
        self.changes.push(change);
        expected
    }

    /// The keys of the rows that a change set may still take back, of those that are named.
    pub fn left(&self, change: usize, only: Option<&[i64]>) -> Vec<i64> {
        let images = self.changes[change].images.iter().filter(|(_, image)| !image.taken);
        images.map(|(id, _)| *id).filter(|id| only.is_none_or(|only| only.contains(id))).collect()
    }

    /// Takes rows of a change set back. The change set that does is the last of the model's from then on.
    pub fn undo(&mut self, undone: usize, only: Option<&[i64]>, force: bool) -> Expected {
        let (mut change, mut expected) = (Change::default(), Expected::default());
        change.undoes = Some(undone);
        for id in self.left(undone, only) {
            let current = self.rows.get(&id).cloned();
            let image = self.changes[undone].images.get_mut(&id).unwrap();
            match image.undone(current.as_ref(), force) {
                Ok(after) => {
                    image.taken = true;
                    self.put(id, after.clone());
                    change.images.insert(id, Image { before: current, after, taken: false });
                    expected.done += 1;
                }
                Err(code) => {
                    expected.codes.insert(id, code);
                    expected.kept += 1;
                }
            }
        }
        self.changes.push(change);
        expected
    }

    /// What lies in the trash: each deleted row with its change set, in no particular order.
    pub fn trash(&self) -> Vec<(usize, i64)> {
        let changes = self.changes.iter().enumerate();
        let deleted = changes.flat_map(|(place, change)| {
            let images = change.images.iter();
            let gone = images.filter(|(_, image)| image.after.is_none() && !image.taken);
            gone.map(move |(id, _)| (place, *id))
        });
        deleted.collect()
    }

    /// Gives a row these values, or takes it away.
    pub fn put(&mut self, id: i64, row: Option<Row>) {
        match row {
            Some(row) => self.rows.insert(id, row),
            None => self.rows.remove(&id),
        };
    }
}

impl Row {
    /// The row as SQL writes it, its key first.
    pub fn values(&self, id: i64) -> String {
        let text = |text: &Option<String>| match text {
            Some(text) => format!("'{}'", text.replace('\'', "''")),
            None => "NULL".to_owned(),
        };
        let number = |number: Option<i64>| number.map_or("NULL".to_owned(), |number| number.to_string());
        let (name, note) = (text(&self.name), text(&self.note));
        format!("({id}, {name}, {note}, {}, {})", number(self.amount), number(self.other))
    }
}

impl Fit {
    fn fits(&self, id: i64, row: &Row) -> bool {
        match self {
            Self::Everything => true,
            Self::IdUpTo(last) => id <= *last,
            Self::AmountOver(least) => row.amount.is_some_and(|amount| amount > *least),
            Self::AmountNotOver(least) => row.amount.is_none_or(|amount| amount <= *least),
            Self::NoName => row.name.is_none(),
            Self::NameHas(text) => row.name.as_ref().is_some_and(|name| name.contains(text)),
        }
    }
}
