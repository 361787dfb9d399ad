//! The words of Rowport as types: datasets, columns, views, policies and queries. No I/O.
//!
//! A *view* is what a person asks for, by name and as text ([`View`]). A *query* is the same request after it
//! was resolved against the introspected dataset and the principal's policy ([`Query`]): every column exists,
//! is allowed, and every value has the type of its column. Drivers only ever see queries, so a column that was
//! not resolved cannot reach SQL.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod access;
mod assignment;
mod change_action;
mod clock;
mod column;
mod cursor;
mod dataset;
mod error_code;
mod expression;
mod filter;
mod named;
mod nearest;
mod policy;
mod principal;
mod query;
mod selection;
mod snapshot;
mod value;
mod view;

pub use access::{Access, ColumnEffect, ColumnRule, DatasetAt, Grant, Names, Permission};
pub use assignment::{FieldValue, SetField};
pub use change_action::{BulkKind, ChangeAction, ChangeKind, Terms};
pub use clock::{Clock, SystemClock};
pub use column::{Column, ColumnType, IntegerWidth, MIXED_CHILDREN, column_type_of, field_for};
pub use cursor::{Cursor, CursorError, CursorValue};
pub use dataset::{Dataset, DatasetKind, DatasetName, ForeignKey, Lookup, OnDelete, SourceKind};
pub use error_code::ErrorCode;
pub use expression::{ComputedColumn, Expression, ExpressionError};
pub use filter::{Condition, Filter, FilterError, Literal, Operator};
pub use named::UnknownName;
pub use nearest::nearest;
pub use policy::{DatasetPolicy, Deleted, MASK, TenantScope};
pub use principal::Principal;
pub use query::{
    Arithmetic, Assigned, Assignment, Catalog, ColumnRef, Comparison, Expr, Join, OrderBy, Output,
    OutputColumn, Parents, Predicate, Query, QueryError, ResolvedDataset, TextMatch, arithmetic_type,
    deletion_mark, may_know_of, rows_with_keys,
};
pub use selection::{Key, MAX_KEYS, Selection, bounded_keys, key_filter};
pub use snapshot::Snapshot;
pub use value::Value;
pub use view::{Sort, View};
