//! What is done to rows, through Rowport and beside it, and the dice for it.

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rowport_engine::changes::{BulkAction, Request};
use rowport_model::{FieldValue, Filter, Selection, SetField, View};
use serde_json::json;

use crate::desk::key;

/// The rows' keys begin with 1 and end with this: so many that chunks are worked on by their range, too.
pub const ROWS: i64 = 120;

/// Something that is done.
#[derive(Debug, Clone)]
pub enum Step {
    /// Rows are deleted.
    Delete(Which),
    /// Fields are set.
    Set(Which, Vec<SetField>),
    /// Somebody changes a row beside Rowport, deletes it, or inserts it again.
    Outside { id: i64, what: Outside },
    /// A change set is taken back, all of it or some rows.
    Undo { change: Index, only: Option<Vec<i64>>, force: bool },
    /// Rows are restored from the trash.
    Restore(Vec<Index>),
}

/// What somebody does beside Rowport.
#[derive(Debug, Clone, Copy)]
pub enum Outside {
    /// Gives the row a value that it never had, or inserts it with it.
    Change,
    Delete,
    /// Gives the row the values that a change set once found there.
    PutBack(usize),
}

/// Which rows.
#[derive(Debug, Clone)]
pub enum Which {
    Keys(Vec<i64>),
    View { fit: Fit, except: Vec<i64> },
}

/// A view's filter.
#[derive(Debug, Clone)]
pub enum Fit {
    Everything,
    IdUpTo(i64),
    AmountOver(i64),
    AmountNotOver(i64),
    NoName,
    NameHas(String),
}

impl Fit {
    fn filter(&self) -> Option<Filter> {
        let text = match self {
            Self::Everything => return None,
            Self::IdUpTo(last) => format!("id <= {last}"),
            Self::AmountOver(least) => format!("amount > {least}"),
            Self::AmountNotOver(least) => format!("not (amount > {least})"),
            Self::NoName => "name is null".to_owned(),
            Self::NameHas(text) => format!("name contains {text}"),
        };
        Some(Filter::parse(&text).unwrap())
    }
}

impl Which {
    /// The request to delete them, or to set fields in them.
    pub fn request(&self, fields: Option<&[SetField]>) -> Request {
        let selection = match self {
            Self::Keys(keys) => Selection::Keys(keys.iter().map(|id| key(*id)).collect()),
            Self::View { fit, except } => Selection::View {
                view: View { filter: fit.filter(), ..View::default() },
                except: except.iter().map(|id| key(*id)).collect(),
            },
        };
        let action = match fields {
            Some(fields) => BulkAction::Set { fields: fields.to_vec() },
            None => BulkAction::Delete,
        };
        Request::new(action, selection)
    }
}

pub fn step() -> impl Strategy<Value = Step> {
    let what = prop_oneof![
        4 => Just(Outside::Change),
        2 => Just(Outside::Delete),
        2 => (0..4_usize).prop_map(Outside::PutBack),
    ];
    prop_oneof![
        3 => which().prop_map(Step::Delete),
        5 => (which(), fields()).prop_map(|(which, fields)| Step::Set(which, fields)),
        4 => (1..=ROWS, what).prop_map(|(id, what)| Step::Outside { id, what }),
        6 => (any::<Index>(), proptest::option::weighted(0.3, keys()), proptest::bool::weighted(0.15))
            .prop_map(|(change, only, force)| Step::Undo { change, only, force }),
        2 => vec(any::<Index>(), 1..6).prop_map(Step::Restore),
    ]
}

/// Keys, of rows that are there and of some that never were.
fn keys() -> impl Strategy<Value = Vec<i64>> {
    prop_oneof![
        btree_set(1..=ROWS + 3, 1..8).prop_map(|keys| keys.into_iter().rev().collect()),
        (1..=ROWS, 0..ROWS).prop_map(|(first, more)| (first..=(first + more).min(ROWS)).collect()),
    ]
}

fn which() -> impl Strategy<Value = Which> {
    let fit = prop_oneof![
        Just(Fit::Everything),
        (1..=ROWS).prop_map(Fit::IdUpTo),
        (0..12_i64).prop_map(Fit::AmountOver),
        (0..12_i64).prop_map(Fit::AmountNotOver),
        Just(Fit::NoName),
        select(vec!["a", "bb", "it"]).prop_map(|text| Fit::NameHas(text.to_owned())),
    ];
    prop_oneof![
        keys().prop_map(Which::Keys),
        (fit, prop_oneof![Just(Vec::new()), keys()]).prop_map(|(fit, except)| Which::View { fit, except }),
    ]
}

/// One field or more, each once.
fn fields() -> impl Strategy<Value = Vec<SetField>> {
    let texts = || {
        let replace = (select(vec!["a", "b", "ab"]), select(vec!["", "a", "ba"]));
        prop_oneof![
            select(vec!["a", "ab", "bb a", "it's", "it"]).prop_map(|text| FieldValue::Value(json!(text))),
            select(vec!["name", "note"]).prop_map(|column| FieldValue::Copy(column.to_owned())),
            replace.prop_map(|(find, with)| FieldValue::Replace { find: find.into(), with: with.into() }),
            Just(FieldValue::Clear),
        ]
    };
    let numbers = || {
        prop_oneof![
            (-2..15_i64).prop_map(|number| FieldValue::Value(json!(number))),
            select(vec!["amount", "other"]).prop_map(|column| FieldValue::Copy(column.to_owned())),
            (-6..6_i64).prop_map(|number| FieldValue::Add(json!(number))),
            Just(FieldValue::Clear),
        ]
    };
    let columns = ["name", "note", "amount", "other"];
    (any::<[bool; 4]>(), texts(), texts(), numbers(), numbers(), 0..4_usize).prop_map(
        move |(set, name, note, amount, other, at_least)| {
            let values = columns.into_iter().zip([name, note, amount, other]).enumerate();
            let chosen = values.filter(|(place, _)| set[*place] || *place == at_least);
            chosen.map(|(_, (column, to))| SetField { column: column.to_owned(), to }).collect()
        },
    )
}
