//! What changes ask of a dataset: its keys, its rows as they are stored, and the fields that are set.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::catalog::ResolvedDataset;
use super::condition;
use super::resolve::{column_ref, scope};
use super::{ColumnRef, Comparison, Expr, OrderBy, Output, OutputColumn, Predicate, Query, QueryError};
use crate::assignment::{FieldValue, SetField};
use crate::column::{Column, ColumnType};
use crate::dataset::DatasetKind;
use crate::filter::Literal;
use crate::policy::{Deleted, TenantScope};
use crate::value::Value;
use crate::view::View;

/// A field that is set, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The column.
    pub column: ColumnRef,
    /// What it becomes.
    pub value: Assigned,
}

/// What a field becomes, resolved.
#[derive(Debug, Clone, PartialEq)]
pub enum Assigned {
    /// NULL.
    Null,
    /// This value.
    Value(Value),
    /// What the column holds.
    Copy(ColumnRef),
    /// Itself and so much more.
    Add(Value),
    /// Its text with one replaced by another.
    Replace {
        /// What is looked for.
        find: String,
        /// What takes its place.
        with: String,
    },
}

/// What rows may refer to by one foreign key.
#[derive(Debug, Clone, PartialEq)]
pub struct Parents {
    /// The columns that refer.
    pub columns: Vec<ColumnRef>,
    /// The columns that they refer to, in the same order.
    pub referenced: Vec<ColumnRef>,
    /// The rows that the principal's tenant has there, deleted or not; none where the dataset is not there for it.
    pub rows: Option<Query>,
}

/// What marks a row as deleted at a moment: that moment, or true where there is no room for one.
pub fn deletion_mark(column_type: &ColumnType, now: Timestamp) -> Value {
    let here = now.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    match column_type {
        ColumnType::Boolean => Value::Boolean(true),
        ColumnType::Date => Value::Date(here.date()),
        ColumnType::Timestamp => Value::Timestamp(here),
        ColumnType::Integer { .. } => Value::Integer(now.as_second().into()),
        ColumnType::TimestampTz => Value::TimestampTz(now),
        _ => Value::Text(now.to_string()),
    }
}

/// A mark from before the year 2000 is none: zeros, ones and the beginning of 1970 are how others say no or yes.
const NEVER_BEFORE: i64 = 946_684_800;

/// The condition that a mark was set before a moment; none where the mark is no moment.
pub(super) fn marked_before(mark: Expr, moment: Timestamp) -> Option<Predicate> {
    let column_type = mark.column_type();
    let is_moment = matches!(
        column_type,
        ColumnType::Date | ColumnType::Timestamp | ColumnType::TimestampTz | ColumnType::Integer { .. }
    );
    let compared = |comparison, moment| Predicate::Compare {
        expr: mark.clone(),
        comparison,
        value: deletion_mark(&column_type, moment),
    };
    let sensible = Timestamp::from_second(NEVER_BEFORE).unwrap_or_default();
    is_moment.then(|| {
        let parts = [(Comparison::GreaterOrEqual, sensible), (Comparison::Less, moment)];
        Predicate::All(parts.into_iter().map(|(comparison, moment)| compared(comparison, moment)).collect())
    })
}

/// Whether people of one tenant, or those of none, may know of what people of another did.
pub fn may_know_of(viewers: Option<&str>, tenant: Option<&str>) -> bool {
    viewers.is_none() || viewers == tenant
}

/// The most rows whose key has several columns that one predicate names: databases plan such lists slowly.
const COMPOSITE: usize = 500;

/// The condition that a row is one of those with these keys. NULL is in no key.
pub fn rows_with_keys(key: &[ColumnRef], keys: &[Vec<Option<Value>>]) -> Predicate {
    if let [column] = key {
        let values: Vec<_> = keys.iter().filter_map(|key| key.first().cloned().flatten()).collect();
        return match values.is_empty() {
            true => Predicate::Any(Vec::new()),
            false => Predicate::In { expr: Expr::Column(column.clone()), values },
        };
    }
    let one = |values: &Vec<Option<Value>>| {
        let parts = key.iter().zip(values).map(|(column, value)| match value {
            Some(value) => Predicate::Compare {
                expr: Expr::Column(column.clone()),
                comparison: Comparison::Equal,
                value: value.clone(),
            },
            None => Predicate::Any(Vec::new()),
        });
        Predicate::All(parts.collect())
    };
    Predicate::Any(keys.iter().map(one).collect())
}

impl ResolvedDataset<'_> {
    /// The columns that name a row in changes: the dataset's key, where the principal may see all of it. A key that the
    /// database computes names no row in changes: a row that is inserted again could not be given its key.
    pub fn change_key(&self) -> Result<Vec<ColumnRef>, QueryError> {
        let key = self.key();
        let names: Vec<_> = key.iter().map(|column| column.name.as_str()).collect();
        if key.is_empty() || self.inner().key != names {
            return Err(QueryError::NoKey { dataset: self.name().to_string() });
        }
        match key.iter().find(|column| column.generated || column.computed) {
            Some(column) => {
                Err(QueryError::ComputedKey { dataset: self.name().to_string(), column: column.name.clone() })
            }
            None => Ok(key.into_iter().map(as_stored).collect()),
        }
    }

    /// The columns that name a row, as they are stored: the dataset's key, or another unique key where a part of it is
    /// hidden. Empty where there is none.
    pub fn row_key(&self) -> Vec<ColumnRef> {
        self.key().into_iter().map(as_stored).collect()
    }

    /// How many rows of this dataset one statement may name by their keys.
    pub fn keys_at_once(&self, most: usize) -> usize {
        if self.inner().key.len() > 1 { most.min(COMPOSITE) } else { most }
    }

    /// What is stored of each row and can be stored again, hidden and masked columns too: a row that is to come back
    /// comes back whole.
    pub fn stored_columns(&self) -> Vec<ColumnRef> {
        let stored = self.inner().columns.iter().filter(|column| !column.computed && !column.generated);
        stored.map(as_stored).collect()
    }

    /// The keys of a view's rows, in the key's order whatever the view's is.
    pub fn keys_query(&self, view: &View, now: Timestamp) -> Result<Query, QueryError> {
        let key = self.change_key()?;
        let mut query = self.rows_query(view, now)?;
        query.columns = key.iter().map(OutputColumn::stored).collect();
        Ok(query)
    }

    /// Everything that is stored of a view's rows, in the key's order.
    pub fn stored_query(&self, view: &View, now: Timestamp) -> Result<Query, QueryError> {
        let mut query = self.rows_query(view, now)?;
        query.columns = self.stored_columns().iter().map(OutputColumn::stored).collect();
        Ok(query)
    }

    /// Whether a column may be an end of a reference: it refers to other rows, or others may refer to it.
    pub fn is_in_references(&self, column: &str) -> bool {
        let dataset = self.inner();
        let refers = dataset.foreign_keys.iter().map(|key| &key.columns);
        refers.chain(&dataset.unique).chain([&dataset.key]).flatten().any(|name| name == column)
    }

    /// Whose rows there are, where that is not everybody's.
    pub fn tenant(&self) -> Option<&TenantScope> {
        self.policy.tenant.as_ref()
    }

    /// What rows may refer to, by foreign key, where they may refer to rows of the principal's tenant only. None of it is
    /// for the principal to see: the columns on both sides may be hidden.
    pub fn parents(&self, now: Timestamp) -> Vec<Parents> {
        if self.viewers().is_none() {
            return Vec::new();
        }
        let parents = self.inner().foreign_keys.iter().filter_map(|key| {
            let stored = |name: &String| self.inner().column(name).map(as_stored);
            let columns: Vec<_> = key.columns.iter().map(stored).collect::<Option<_>>()?;
            let parent = self.catalog.named(&key.references);
            let parent = parent.map(|parent| parent.with_deleted(Deleted::Included));
            let Some(parent) = parent else {
                return Some(Parents { columns, referenced: Vec::new(), rows: None });
            };
            let stored = |name: &String| parent.inner().column(name).map(as_stored);
            let referenced: Vec<_> = key.referenced_columns.iter().map(stored).collect::<Option<_>>()?;
            let rows = Query {
                dataset: parent.name().clone(),
                joins: Vec::new(),
                columns: referenced.iter().map(OutputColumn::stored).collect(),
                filter: Predicate::All(scope(&parent, 0, now)),
                order: Vec::new(),
                total_order: false,
                after: None,
                limit: None,
                output: Output::Rows,
                fingerprint: String::new(),
            };
            Some(Parents { columns, referenced, rows: Some(rows) })
        });
        parents.collect()
    }

    /// The tenant that the principal belongs to, whether or not rows are told apart by it.
    pub fn viewers(&self) -> Option<&str> {
        self.policy.viewers.as_deref()
    }

    /// Whether the principal may know of what people of this tenant did here: the one rule for the trash, histories,
    /// changes and undo.
    pub fn may_know_of(&self, tenant: Option<&str>) -> bool {
        may_know_of(self.viewers(), tenant)
    }

    /// Whether the principal may write all of these columns: the one rule for setting fields, undoing and redoing it, and
    /// what cascades. One that is not there any more is found later, row by row.
    pub fn may_write<'c>(&self, columns: impl IntoIterator<Item = &'c str>) -> bool {
        let is_there = |name: &str| self.inner().column(name).is_some();
        columns.into_iter().all(|name| !is_there(name) || self.writable(name).is_ok())
    }

    fn writable(&self, name: &str) -> Result<&Column, QueryError> {
        let column = self.readable(name)?;
        self.refuse_unwritable(column)?;
        Ok(column)
    }

    /// Refuses a view of the database, whose rows are those of other datasets, a table without transactions, and one that
    /// other tables inherit from: a row of theirs that came back would be in this table.
    pub fn refuse_unchangeable(&self) -> Result<(), QueryError> {
        match self.inner().kind {
            DatasetKind::Table if self.inner().without_transactions => {
                Err(QueryError::NoTransactions { dataset: self.name().to_string() })
            }
            DatasetKind::Table if self.inner().inherited => {
                Err(QueryError::Inherited { dataset: self.name().to_string() })
            }
            DatasetKind::Table => Ok(()),
            DatasetKind::View => Err(QueryError::NoKey { dataset: self.name().to_string() }),
        }
    }

    fn rows_query(&self, view: &View, now: Timestamp) -> Result<Query, QueryError> {
        let key = self.change_key()?;
        let names = key.iter().map(|column| column.name.clone()).collect();
        let view = View { columns: Some(names), sort: Vec::new(), ..view.clone() };
        let mut query = self.query(&view, now)?;
        let by = |column: &ColumnRef| OrderBy {
            expr: Expr::Column(column.clone()),
            descending: false,
            tells_apart: true,
        };
        query.order = key.iter().map(by).collect();
        Ok(query)
    }

    /// The fields that an action sets, each of them one that the principal sees and that may be written.
    pub fn assignments(&self, fields: &[SetField]) -> Result<Vec<Assignment>, QueryError> {
        let mut assignments: Vec<Assignment> = Vec::with_capacity(fields.len());
        for field in fields {
            if assignments.iter().any(|known| known.column.name == field.column) {
                return Err(QueryError::RepeatedColumn { column: field.column.clone() });
            }
            assignments.push(self.assignment(field)?);
        }
        match assignments.is_empty() {
            true => Err(QueryError::NoFields),
            false => Ok(assignments),
        }
    }

    fn assignment(&self, field: &SetField) -> Result<Assignment, QueryError> {
        let column = self.writable(&field.column)?;
        let wrong = |found: &str, expected: String| QueryError::BadFieldValue {
            column: field.column.clone(),
            value: found.chars().take(80).collect(),
            expected,
        };
        let column_type = &column.column_type;
        let value = match &field.to {
            FieldValue::Clear => Assigned::Null,
            FieldValue::Value(Json::Null) => Assigned::Null,
            FieldValue::Value(value) => Assigned::Value(written(column, value)?),
            FieldValue::Copy(other) => Assigned::Copy(self.copied(column, other)?),
            FieldValue::Add(amount) if column_type.is_numeric() => Assigned::Add(written(column, amount)?),
            FieldValue::Add(amount) => {
                let found = column_type.word();
                let expected = format!("no amount to grow by, being of type {found}: only numbers grow");
                return Err(wrong(&amount.to_string(), expected));
            }
            FieldValue::Replace { find, with } if *column_type == ColumnType::Text && !find.is_empty() => {
                if [find, with].iter().any(|text| text.contains('\0')) {
                    return Err(wrong(find, "text without NUL characters".to_owned()));
                }
                Assigned::Replace { find: find.clone(), with: with.clone() }
            }
            FieldValue::Replace { find, .. } => {
                return Err(wrong(find, "some text to find, if it is a column of text".to_owned()));
            }
        };
        if value == Assigned::Null && !column.nullable {
            return Err(wrong("NULL", "a value, which every row must have".to_owned()));
        }
        Ok(Assignment { column: column_ref(column, 0, false), value })
    }

    /// The column that another one is copied from: one that is stored, whose values the other takes.
    fn copied(&self, to: &Column, from: &str) -> Result<ColumnRef, QueryError> {
        let found = self.readable(from)?;
        let expected = match found.computed {
            true => "a stored column: the other one is computed by the configuration".to_owned(),
            false if takes(to, found) => return Ok(column_ref(found, 0, false)),
            false => {
                let (to, from) = (to.column_type.word(), found.column_type.word());
                format!("a column of a type that fits: it is of type {to}, and the other of type {from}")
            }
        };
        Err(QueryError::BadFieldValue { column: to.name.clone(), value: from.to_owned(), expected })
    }

    /// A column whose values the principal may see. One that is computed from a column that they may not see is as if
    /// it were not there.
    fn readable(&self, name: &str) -> Result<&Column, QueryError> {
        match self.shown_columns().find(|column| column.name == name) {
            Some(column) if self.reads(name) => Ok(column),
            Some(_) => Err(self.masked(name)),
            None => Err(QueryError::UnknownColumn {
                column: name.to_owned(),
                dataset: self.name().to_string(),
                suggestion: crate::nearest::nearest(name, self.shown_columns().map(|it| it.name.clone())),
            }),
        }
    }

    /// The refusal of a column that is there, and of which the principal sees a mask.
    pub(super) fn masked(&self, name: &str) -> QueryError {
        QueryError::MaskedColumn { column: name.to_owned(), dataset: self.name().to_string() }
    }

    fn refuse_unwritable(&self, column: &Column) -> Result<(), QueryError> {
        let name = &column.name;
        let policy = &self.policy;
        let reason = if column.computed || column.generated {
            "is computed from others"
        } else if self.inner().key.contains(name) {
            "is part of the key, by which every change names its row"
        } else if policy.deleted_at.as_ref() == Some(name) || policy.deleted_by.as_ref() == Some(name) {
            "says whether a row is deleted: delete or restore it instead"
        } else if policy.tenant.as_ref().is_some_and(|tenant| tenant.column == *name) {
            "says whose a row is"
        } else {
            return Ok(());
        };
        Err(QueryError::NotWritable { column: name.clone(), reason })
    }
}

/// Whether a column takes the values of another one on every database, as far as their types go.
fn takes(to: &Column, from: &Column) -> bool {
    use ColumnType as T;
    let is_day = |column_type: &T| matches!(column_type, T::Date | T::Timestamp | T::TimestampTz);
    match (&to.column_type, &from.column_type) {
        (T::Text, _) => !matches!(from.column_type, T::Bytes),
        (T::Enum { .. }, T::Enum { .. })
        | (T::Array | T::Other | T::Interval, T::Array | T::Other | T::Interval) => {
            to.native_type == from.native_type
        }
        (to, from) if to.is_numeric() => from.is_numeric(),
        (to, from) if is_day(to) => is_day(from),
        (to, from) => to == from,
    }
}

/// A value as a filter would read it, except that nothing is rounded on its way into the column.
fn written(column: &Column, value: &Json) -> Result<Value, QueryError> {
    let bad = |expected: &str| QueryError::BadFieldValue {
        column: column.name.clone(),
        value: value.to_string().chars().take(80).collect(),
        expected: expected.to_owned(),
    };
    let literal = match value {
        Json::Bool(value) => Literal::Boolean(*value),
        Json::Number(number) => Literal::Number(number.to_string()),
        Json::String(text) => Literal::Text(text.clone()),
        Json::Array(_) | Json::Object(_) if column.column_type == ColumnType::Json => {
            Literal::Text(value.to_string())
        }
        _ => return Err(bad("a text, a number, true, false or null")),
    };
    let typed =
        condition::typed(&column.name, &column.column_type, &literal).map_err(|error| match error {
            QueryError::BadValue { column, value, expected } => {
                QueryError::BadFieldValue { column, value, expected }
            }
            other => other,
        })?;
    match (&column.column_type, typed) {
        (ColumnType::Integer { .. }, Value::Decimal(_)) => Err(bad("a whole number")),
        // A date that is none can be asked for, where one is stored; none is stored anew.
        (ColumnType::Date | ColumnType::Timestamp | ColumnType::TimestampTz, Value::Text(_)) => {
            Err(bad("a date of the calendar"))
        }
        (_, Value::Written(text)) => Ok(Value::Text(text)),
        (_, typed) => Ok(typed),
    }
}

/// An array is stored and compared as the database writes it: the JSON that pages show of it could be neither.
pub(super) fn as_stored(column: &Column) -> ColumnRef {
    let stored = column_ref(column, 0, false);
    match column.column_type {
        ColumnType::Array => ColumnRef { column_type: ColumnType::Other, ..stored },
        _ => stored,
    }
}
