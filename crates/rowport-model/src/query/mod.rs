//! A view after it was resolved: names are columns that exist and are allowed, values have types.

mod catalog;
mod changes;
mod code;
mod condition;
mod keys;
mod resolve;

use thiserror::Error;

pub use catalog::{Catalog, ResolvedDataset};
pub use changes::{Assigned, Assignment, Parents, deletion_mark, may_know_of, rows_with_keys};
pub use resolve::arithmetic_type;

use crate::column::ColumnType;
use crate::cursor::CursorError;
use crate::dataset::DatasetName;
use crate::policy::MASK;
use crate::value::Value;

/// A request to a driver. Drivers compile it to SQL of their dialect with every value bound.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The table or view that rows come from; table 0.
    pub dataset: DatasetName,
    /// Parents reached through foreign keys; tables 1 and up, in this order.
    pub joins: Vec<Join>,
    /// What each row shows.
    pub columns: Vec<OutputColumn>,
    /// Which rows, with the principal's scope and "not deleted" already in it.
    pub filter: Predicate,
    /// The order; ends with the dataset's key when `total_order` is true.
    pub order: Vec<OrderBy>,
    /// Whether no two rows are equal in the order.
    pub total_order: bool,
    /// Only rows after the one with these values, one for each of `order`; `None` is NULL.
    pub after: Option<Vec<Option<Value>>>,
    /// At most so many rows.
    pub limit: Option<u64>,
    /// Rows, or something counted from them.
    pub output: Output,
    /// Names the view that cursors belong to: equal for equal filter, sort and search on the same dataset.
    pub fingerprint: String,
}

/// What a query answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// The rows.
    Rows,
    /// One row with one integer: how many rows there are, counting no further than `at_most`.
    Count {
        /// Where counting stops.
        at_most: Option<u64>,
    },
    /// The order's values of every n-th row.
    Landmarks {
        /// n.
        every: u64,
    },
}

/// A parent reached through a foreign key. Always a left join to a unique key, so it neither adds nor removes rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// The parent.
    pub dataset: DatasetName,
    /// The column that refers to it.
    pub from: ColumnRef,
    /// The parent's column that is referred to.
    pub to: String,
    /// Which of the parent's rows there are: one that is deleted or another tenant's is as if it were not there.
    pub scope: Predicate,
}

/// A column of one of the query's tables.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnRef {
    /// 0 for the dataset itself, else one more than the index of the join.
    pub table: usize,
    /// The name in the database.
    pub name: String,
    /// The type.
    pub column_type: ColumnType,
    /// The type in the database's words.
    pub native_type: String,
    /// What the driver says of the type in statements.
    pub compared_as: String,
    /// Whether it may be NULL here; always for a parent's column.
    pub nullable: bool,
}

/// A column of the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputColumn {
    /// The name in the view.
    pub name: String,
    /// The name for people.
    pub label: String,
    /// Where it comes from.
    pub expr: Expr,
    /// The currency, if it is money.
    pub currency: Option<String>,
}

impl OutputColumn {
    /// A stored column, by its own name.
    pub fn stored(column: &ColumnRef) -> Self {
        let name = column.name.clone();
        Self { label: name.clone(), name, expr: Expr::Column(column.clone()), currency: None }
    }
}

/// Something with a value in each row.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A stored column.
    Column(ColumnRef),
    /// A number from the configuration, as its digits.
    Number(String),
    /// A text from the configuration.
    Text(String),
    /// Two values computed with.
    Arithmetic {
        /// Left of the sign.
        left: Box<Expr>,
        /// The sign.
        operator: Arithmetic,
        /// Right of the sign.
        right: Box<Expr>,
        /// The type of the result.
        column_type: ColumnType,
    },
    /// Texts one after another, NULL as the empty text.
    Concat(Vec<Expr>),
    /// The place of the row in an order, where rows that are equal in it have the same one. Only in the answer's columns.
    Rank(Vec<OrderBy>),
}

/// The signs of arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, as floating point, NULL for a division by zero.
    Divide,
}

/// Which rows. Two-valued: what SQL finds neither true nor false is false, and [`Predicate::Not`] turns that to true.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// All hold; true when empty.
    All(Vec<Predicate>),
    /// At least one holds; false when empty.
    Any(Vec<Predicate>),
    /// It does not hold.
    Not(Box<Predicate>),
    /// A value compared with.
    Compare {
        /// Left.
        expr: Expr,
        /// How.
        comparison: Comparison,
        /// Right; of the type of `expr`.
        value: Value,
    },
    /// One of a list.
    In {
        /// What.
        expr: Expr,
        /// The list; of the type of `expr`.
        values: Vec<Value>,
    },
    /// A piece of text in the value's text notation, in any case.
    Match {
        /// What.
        expr: Expr,
        /// Where in the text.
        place: TextMatch,
        /// The piece, taken literally.
        text: String,
    },
    /// The very text, character by character, whatever the column's collation holds to be equal.
    Exactly {
        /// What; a column of text.
        expr: Expr,
        /// The text.
        text: String,
    },
    /// NULL.
    IsNull(Expr),
    /// The empty text, or no bytes.
    IsEmptyText(Expr),
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same.
    Equal,
    /// Left is smaller.
    Less,
    /// Left is smaller or the same.
    LessOrEqual,
    /// Left is larger.
    Greater,
    /// Left is larger or the same.
    GreaterOrEqual,
}

/// Where a piece of text must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextMatch {
    /// Anywhere.
    Contains,
    /// At the beginning.
    StartsWith,
    /// At the end.
    EndsWith,
}

/// One column of the order. NULL comes last in both directions.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderBy {
    /// What is ordered by.
    pub expr: Expr,
    /// Largest first.
    pub descending: bool,
    /// Whether it only tells rows apart, as the key behind a sort does: then the database's own order is as good as any.
    pub tells_apart: bool,
}

/// A view that does not fit its dataset.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QueryError {
    /// No such column, or not for this principal: the two answer alike.
    #[error("there is no column `{column}` in `{dataset}`{}", suggestion.as_ref().map(|s| format!("; did you mean `{s}`?")).unwrap_or_default())]
    UnknownColumn {
        /// The name asked for.
        column: String,
        /// Of this dataset.
        dataset: String,
        /// A visible column with a similar name.
        suggestion: Option<String>,
    },
    /// The principal sees that the column is there, and a mask for each of its values.
    #[error(
        "`{column}` of `{dataset}` is masked for you: it can be shown as {MASK}, and not be filtered, sorted, searched, \
         computed with or changed"
    )]
    MaskedColumn {
        /// Which.
        column: String,
        /// Of this dataset.
        dataset: String,
    },
    /// The same column twice.
    #[error("the column `{column}` is asked for twice")]
    RepeatedColumn {
        /// Which.
        column: String,
    },
    /// No columns at all.
    #[error("a view needs at least one column")]
    NoColumns,
    /// Too many columns, sorts or values.
    #[error("{what} are limited to {limit}, and there are {found}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        limit: usize,
        /// How many there are.
        found: usize,
    },
    /// A type that has no order.
    #[error("`{column}` is of type {found} and cannot be sorted by")]
    NotSortable {
        /// Which column.
        column: String,
        /// Its type.
        found: &'static str,
    },
    /// An operator that this type does not have.
    #[error("`{operator}` cannot be asked of `{column}`, which is of type {found}")]
    BadOperator {
        /// Which column.
        column: String,
        /// What was asked.
        operator: &'static str,
        /// The column's type.
        found: &'static str,
    },
    /// A value that does not have the column's type.
    #[error("`{value}` is not {expected}, which `{column}` is compared with")]
    BadValue {
        /// Which column.
        column: String,
        /// What was given.
        value: String,
        /// What would do.
        expected: String,
    },
    /// A text to search for that no database can be asked for.
    #[error("the search has a NUL character in it")]
    BadSearch,
    /// A cursor of another view, or none at all.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// A cursor for a dataset that has no total order.
    #[error("`{dataset}` has no key, so it has no order to continue in: read it in one request or export it")]
    NoOrder {
        /// Which.
        dataset: String,
    },
    /// Rows without a key cannot be named, so they cannot be changed.
    #[error("`{dataset}` has no key that you may see, so its rows cannot be told apart and changed")]
    NoKey {
        /// The dataset.
        dataset: String,
    },
    /// Rows cannot be inserted again with a key that the database computes, so they cannot be changed.
    #[error(
        "the key of `{dataset}` has `{column}` in it, which is computed, so its rows cannot be changed and restored by it"
    )]
    ComputedKey {
        /// The dataset.
        dataset: String,
        /// The column.
        column: String,
    },
    /// A change there and its journal could not be one transaction.
    #[error(
        "`{dataset}` is kept by an engine without transactions, so what is changed there could not be taken back"
    )]
    NoTransactions {
        /// The dataset.
        dataset: String,
    },
    /// Rows of other tables are among its rows.
    #[error(
        "other tables inherit from `{dataset}`, so some of its rows are theirs: it can be read, and rows are changed in \
         the table that stores them"
    )]
    Inherited {
        /// The dataset.
        dataset: String,
    },
    /// A key with another number of values than the dataset's.
    #[error("a key of `{dataset}` has {expected} values ({columns}), each a text, a number, true or false")]
    BadKey {
        /// The dataset.
        dataset: String,
        /// How many it has.
        expected: usize,
        /// Their names.
        columns: String,
    },
    /// A value in a key that its column cannot hold.
    #[error("`{value}` is not {expected}, which `{column}` holds in every key")]
    BadKeyValue {
        /// Which column.
        column: String,
        /// What was given.
        value: String,
        /// What would do.
        expected: String,
    },
    /// A value in a key that the database found unfit for its column.
    #[error("a key has a value that no row of `{dataset}` can have")]
    UnfitKey {
        /// The dataset.
        dataset: String,
    },
    /// A value that cannot be put into a field.
    #[error("`{value}` cannot be put into `{column}`, which takes {expected}")]
    BadFieldValue {
        /// Which column.
        column: String,
        /// What was given.
        value: String,
        /// What would do.
        expected: String,
    },
    /// Nothing to set.
    #[error("there is no field to set")]
    NoFields,
    /// A column that bulk actions do not write.
    #[error("`{column}` cannot be set: it {reason}")]
    NotWritable {
        /// The column.
        column: String,
        /// Why.
        reason: &'static str,
    },
}

impl Expr {
    /// The type of the value.
    pub fn column_type(&self) -> ColumnType {
        match self {
            Self::Column(column) => column.column_type.clone(),
            Self::Number(digits) if digits.contains('.') => {
                ColumnType::Decimal { precision: None, scale: None }
            }
            Self::Number(_) | Self::Rank(_) => ColumnType::Integer { width: crate::IntegerWidth::I64 },
            Self::Text(_) | Self::Concat(_) => ColumnType::Text,
            Self::Arithmetic { column_type, .. } => column_type.clone(),
        }
    }

    /// Whether the value may be NULL.
    pub fn nullable(&self) -> bool {
        match self {
            Self::Column(column) => column.nullable,
            Self::Number(_) | Self::Text(_) | Self::Concat(_) | Self::Rank(_) => false,
            Self::Arithmetic { left, operator, right, .. } => {
                *operator == Arithmetic::Divide || left.nullable() || right.nullable()
            }
        }
    }
}

impl Predicate {
    /// The predicate that every row fulfils.
    pub fn everything() -> Self {
        Self::All(Vec::new())
    }
}

impl Query {
    /// The query whose answer is how many rows this one has.
    pub fn count(mut self, at_most: Option<u64>) -> Self {
        self.output = Output::Count { at_most };
        self
    }

    /// The query whose answer is the order's values at every n-th row.
    pub fn landmarks(mut self, every: u64) -> Self {
        self.output = Output::Landmarks { every };
        self
    }

    /// Appends the row's rank in the order, so that it can be seen which rows are equal in it.
    pub fn with_ranks(mut self) -> Self {
        let name = "\u{0}rank".to_owned();
        let expr = Expr::Rank(self.order.clone());
        self.columns.push(OutputColumn { label: name.clone(), name, expr, currency: None });
        self
    }

    /// Appends the order's columns to the row, so that a cursor can be made from the last one. They are named
    /// `\u{0}order0` and on, which no database allows a column to be called.
    pub fn with_order_columns(mut self) -> Self {
        for (index, order) in self.order.iter().enumerate() {
            let name = format!("\u{0}order{index}");
            self.columns.push(OutputColumn {
                label: name.clone(),
                name,
                expr: order.expr.clone(),
                currency: None,
            });
        }
        self
    }
}
