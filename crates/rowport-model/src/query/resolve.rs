//! From names to columns.

use jiff::Timestamp;

use super::catalog::ResolvedDataset;
use super::changes::as_stored;
use super::condition;
use super::{
    Arithmetic, ColumnRef, Expr, Join, OrderBy, Output, OutputColumn, Predicate, Query, QueryError, TextMatch,
};
use crate::column::{Column, ColumnType, IntegerWidth};
use crate::cursor::{Cursor, CursorError};
use crate::expression::Expression;
use crate::filter::{Condition, Filter, Literal, Operator};
use crate::nearest::nearest;
use crate::policy::{Deleted, MASK};
use crate::value::Value;
use crate::view::View;

/// More columns than PostgreSQL allows in one result.
const MAX_COLUMNS: usize = 1_600;
const MAX_SORTS: usize = 16;
/// How many foreign keys a dotted name may follow.
const MAX_LOOKUP_DEPTH: usize = 4;

/// A column found by name, before it is put into a query: which foreign keys lead to it.
pub(super) struct Found {
    pub(super) column: Column,
}

impl ResolvedDataset<'_> {
    /// Resolves a view. `now` is what relative dates are relative to.
    pub fn query(&self, view: &View, now: Timestamp) -> Result<Query, QueryError> {
        Resolver { dataset: self, joins: Vec::new(), now }.resolve(view)
    }

    /// Resolves a view whose rows come in the order of its sorts, and where these leave it open as the database gives
    /// them: without the key at the end, along which it would have to read them.
    pub fn query_as_it_comes(&self, view: &View, now: Timestamp) -> Result<Query, QueryError> {
        let sorted = Resolver { dataset: self, joins: Vec::new(), now }.sorts(view)?.len();
        let mut query = self.query(view, now)?;
        query.total_order &= query.order.len() == sorted;
        query.order.truncate(sorted);
        Ok(query)
    }

    /// Resolves a view and continues after a cursor.
    pub fn query_after(&self, view: &View, cursor: &str, now: Timestamp) -> Result<Query, QueryError> {
        let mut query = self.query(view, now)?;
        if query.order.is_empty() {
            return Err(QueryError::NoOrder { dataset: self.name().to_string() });
        }
        let cursor = Cursor::decode(cursor, &query.fingerprint, query.order.len())?;
        let loosely = self.inner().loosely_typed;
        let mut values = query.order.iter().zip(&cursor.values);
        if !values.all(|(order, value)| loosely || super::keys::fits(&order.expr, value)) {
            return Err(CursorError::Unfit.into());
        }
        query.after = Some(cursor.to_values()?);
        Ok(query)
    }

    /// The column that a plain, lookup or dotted name leads to.
    pub(super) fn find_path(&self, path: &str) -> Option<Found> {
        let mut resolver = Resolver { dataset: self, joins: Vec::new(), now: Timestamp::UNIX_EPOCH };
        resolver.output(path).ok().map(|(column, _)| Found { column })
    }

    /// The column that a plain, lookup or dotted name leads to, as views show it.
    pub fn column_at(&self, path: &str) -> Option<Column> {
        self.find_path(path).map(|found| found.column)
    }
}

struct Resolver<'a> {
    dataset: &'a ResolvedDataset<'a>,
    joins: Vec<Join>,
    now: Timestamp,
}

impl Resolver<'_> {
    fn resolve(mut self, view: &View) -> Result<Query, QueryError> {
        let columns = self.columns(view)?;
        let mut filters = Vec::new();
        filters.extend(scope(self.dataset, 0, self.now));
        if let Some(filter) = &view.filter {
            filters.push(self.filter(filter)?);
        }
        if let Some(search) = view.search.as_deref().map(str::trim).filter(|search| !search.is_empty()) {
            // A database could not even be asked for it, and no text has it.
            if search.contains('\0') {
                return Err(QueryError::BadSearch);
            }
            filters.push(self.search(search));
        }
        let (order, total_order) = self.order(view)?;
        let filter = if filters.len() == 1 { filters.remove(0) } else { Predicate::All(filters) };
        Ok(Query {
            dataset: self.dataset.name().clone(),
            fingerprint: self.fingerprint(view),
            joins: self.joins,
            columns,
            filter,
            order,
            total_order,
            after: None,
            limit: None,
            output: Output::Rows,
        })
    }

    fn columns(&mut self, view: &View) -> Result<Vec<OutputColumn>, QueryError> {
        let names: Vec<String> = match &view.columns {
            Some(names) => names.clone(),
            None => self.dataset.shown_columns().map(|column| column.name.clone()).collect(),
        };
        if names.is_empty() {
            return Err(QueryError::NoColumns);
        }
        if names.len() > MAX_COLUMNS {
            return Err(QueryError::TooMany { what: "columns", limit: MAX_COLUMNS, found: names.len() });
        }
        let mut columns: Vec<OutputColumn> = Vec::with_capacity(names.len());
        for name in names {
            if columns.iter().any(|column| column.name == name) {
                return Err(QueryError::RepeatedColumn { column: name });
            }
            let (column, expr) = self.output(&name)?;
            columns.push(OutputColumn { name, label: column.label, expr, currency: column.currency });
        }
        Ok(columns)
    }

    /// The column as a view shows it and where its value comes from.
    fn output(&mut self, name: &str) -> Result<(Column, Expr), QueryError> {
        if let Some(column) = self.dataset.column(name) {
            let column = column.clone();
            let computed = self.dataset.inner().computed.iter().find(|computed| computed.name == name);
            let expr = match computed {
                // A computed column over one that is hidden is hidden with it.
                Some(computed) => {
                    self.expression(&computed.expression.clone()).map_err(|_| self.unknown(name))?
                }
                None => stored(&column, 0, false),
            };
            return Ok((column, expr));
        }
        let lookup = self.dataset.inner().lookups.iter().find(|lookup| lookup.name == name);
        let lookup = lookup.filter(|lookup| self.dataset.allows(&lookup.name));
        let path = lookup.map_or(name, |lookup| &lookup.path).to_owned();
        let (mut column, expr) = self.path(&path).ok_or_else(|| self.unknown(name))?;
        column.name = name.to_owned();
        Ok((column, expr))
    }

    /// A column to compute, filter or order by. One that is masked is refused: whatever depended on it would tell
    /// something of its values.
    fn expr(&mut self, name: &str) -> Result<Expr, QueryError> {
        match self.output(name)? {
            (column, _) if column.masked => Err(self.dataset.masked(name)),
            (_, expr) => Ok(expr),
        }
    }

    /// `AlbumId.ArtistId.Name`: every part but the last is a column with a foreign key of its own.
    fn path(&mut self, path: &str) -> Option<(Column, Expr)> {
        let parts: Vec<&str> = path.split('.').collect();
        let (last, steps) = parts.split_last()?;
        if steps.is_empty() || steps.len() > MAX_LOOKUP_DEPTH {
            return None;
        }
        let mut here = self.dataset.clone();
        let mut table = 0;
        for step in steps {
            let from = here.column(step).filter(|column| !column.computed)?.clone();
            let followed = here.foreign_keys().find(|(key, _)| key.columns == [*step]);
            let (to, parent) = followed.and_then(|(key, parent)| {
                Some((key.referenced_columns.first()?.clone(), parent.name().clone()))
            })?;
            let parent = self.dataset.catalog.named(&parent)?;
            // Not every database makes sure that what is referred to is unique; a join to several parents would
            // double rows.
            let inner = parent.inner();
            let unique = std::iter::once(&inner.key).chain(&inner.unique).chain(&inner.unique_but_null);
            if !unique.into_iter().any(|names| *names == [to.as_str()]) {
                return None;
            }
            table = self.join(&parent, column_ref(&from, table, table > 0), to);
            here = parent;
        }
        let column = here.column(last).filter(|column| !column.computed)?.clone();
        let expr = stored(&column, table, true);
        let label = match steps.last() {
            Some(step) => format!("{} {}", step.trim_end_matches("_id").trim_end_matches("Id"), column.label),
            None => column.label.clone(),
        };
        Some((Column { label, nullable: true, ..column }, expr))
    }

    /// The table number of the join to that parent, which is added unless it stands already.
    fn join(&mut self, parent: &ResolvedDataset<'_>, from: ColumnRef, to: String) -> usize {
        let same = |known: &Join| known.dataset == *parent.name() && known.from == from && known.to == to;
        if let Some(index) = self.joins.iter().position(same) {
            return index + 1;
        }
        let table = self.joins.len() + 1;
        let scope = Predicate::All(scope(parent, table, self.now));
        self.joins.push(Join { dataset: parent.name().clone(), from, to, scope });
        table
    }

    fn expression(&mut self, expression: &Expression) -> Result<Expr, QueryError> {
        Ok(match expression {
            Expression::Column(name) => self.expr(name)?,
            Expression::Number(digits) => Expr::Number(digits.clone()),
            Expression::Text(text) => Expr::Text(text.clone()),
            Expression::Concat(parts) => {
                Expr::Concat(parts.iter().map(|part| self.expression(part)).collect::<Result<_, _>>()?)
            }
            Expression::Binary(left, sign, right) => {
                let (left, right) = (self.expression(left)?, self.expression(right)?);
                let operator = match sign {
                    '+' => Arithmetic::Add,
                    '-' => Arithmetic::Subtract,
                    '*' => Arithmetic::Multiply,
                    _ => Arithmetic::Divide,
                };
                let column_type = arithmetic_result(operator, &left.column_type(), &right.column_type());
                Expr::Arithmetic { left: Box::new(left), operator, right: Box::new(right), column_type }
            }
        })
    }

    fn filter(&mut self, filter: &Filter) -> Result<Predicate, QueryError> {
        Ok(match filter {
            Filter::And(parts) => {
                Predicate::All(parts.iter().map(|part| self.filter(part)).collect::<Result<_, _>>()?)
            }
            Filter::Or(parts) => {
                Predicate::Any(parts.iter().map(|part| self.filter(part)).collect::<Result<_, _>>()?)
            }
            Filter::Not(inner) => Predicate::Not(Box::new(self.filter(inner)?)),
            Filter::Condition(condition) => {
                let expr = self.expr(&condition.column)?;
                condition::predicate(condition, expr, self.now)?
            }
        })
    }

    /// Text columns that contain the text, and integer and UUID columns that equal it.
    fn search(&self, search: &str) -> Predicate {
        let number = search.parse::<i64>().ok();
        let uuid = condition::uuid(search);
        let searched = self.dataset.columns().filter(|it| !it.computed && self.dataset.reads(&it.name));
        let parts = searched.filter_map(|column| {
            let expr = Expr::Column(column_ref(column, 0, false));
            match (&column.column_type, number, &uuid) {
                (ColumnType::Integer { .. }, Some(number), _) => Some(Predicate::Compare {
                    expr,
                    comparison: super::Comparison::Equal,
                    value: Value::Integer(number.into()),
                }),
                (ColumnType::Uuid, _, Some(uuid)) => Some(Predicate::Compare {
                    expr,
                    comparison: super::Comparison::Equal,
                    value: Value::Text(uuid.clone()),
                }),
                (column_type, ..) if column_type.is_text() => {
                    Some(Predicate::Match { expr, place: TextMatch::Contains, text: search.to_owned() })
                }
                _ => None,
            }
        });
        Predicate::Any(parts.collect())
    }

    /// The order that people ask for.
    fn sorts(&mut self, view: &View) -> Result<Vec<OrderBy>, QueryError> {
        if view.sort.len() > MAX_SORTS {
            return Err(QueryError::TooMany { what: "sorts", limit: MAX_SORTS, found: view.sort.len() });
        }
        let mut order: Vec<OrderBy> = Vec::new();
        for sort in &view.sort {
            let expr = self.expr(&sort.column)?;
            if !expr.column_type().is_sortable() {
                let found = expr.column_type().word();
                return Err(QueryError::NotSortable { column: sort.column.clone(), found });
            }
            if !order.iter().any(|known| known.expr == expr) {
                order.push(OrderBy { expr, descending: sort.descending, tells_apart: false });
            }
        }
        Ok(order)
    }

    /// The same with the key at its end, and whether it is total.
    fn order(&mut self, view: &View) -> Result<(Vec<OrderBy>, bool), QueryError> {
        let mut order = self.sorts(view)?;
        let key = self.dataset.key();
        let total = !key.is_empty();
        for column in key {
            let expr = Expr::Column(as_stored(column));
            if !order.iter().any(|known| known.expr == expr) {
                order.push(OrderBy { expr, descending: false, tells_apart: true });
            }
        }
        Ok((order, total))
    }

    fn unknown(&self, name: &str) -> QueryError {
        let lower = name.to_lowercase();
        // Whether a computed column is there is found out by resolving it, which is what just failed.
        let names = || {
            let stored = self.dataset.columns().filter(|column| !column.computed);
            stored.map(|column| column.name.clone())
        };
        let begins_alike = |other: &String| {
            let other = other.to_lowercase();
            lower.len() > 2 && (other.starts_with(&lower) || lower.starts_with(&other))
        };
        QueryError::UnknownColumn {
            column: name.to_owned(),
            dataset: self.dataset.name().to_string(),
            suggestion: nearest(name, names()).or_else(|| names().find(begins_alike)),
        }
    }

    /// A 64-bit FNV-1a of what the order and the rows depend on. It guards against mistakes, not against malice:
    /// a cursor used with another view would skip rows without a word.
    fn fingerprint(&self, view: &View) -> String {
        let key: Vec<_> = self.dataset.key().iter().map(|column| column.name.clone()).collect();
        let parts = serde_json::json!([self.dataset.name(), view.filter, view.sort, view.search, key]);
        let hash = parts.to_string().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{hash:016x}")
    }
}

/// Which rows of a dataset there are at all for this principal. The columns that say it may be hidden from them.
///
/// What cannot be said in a query hides every row rather than showing all.
pub(super) fn scope(dataset: &ResolvedDataset<'_>, table: usize, now: Timestamp) -> Vec<Predicate> {
    let nothing = || Predicate::Any(Vec::new());
    let column = |name: &str| {
        let column = dataset.inner().column(name)?;
        Some(Expr::Column(column_ref(column, table, table > 0)))
    };
    let policy = &dataset.policy;
    let mut scope = Vec::new();
    if let Some(deleted_at) = &policy.deleted_at {
        let is_null = column(deleted_at).map(Predicate::IsNull);
        scope.push(match policy.deleted {
            Deleted::LeftOut => is_null.unwrap_or_else(nothing),
            Deleted::Only => is_null.map_or_else(nothing, |it| Predicate::Not(Box::new(it))),
            Deleted::Before(moment) => column(deleted_at)
                .and_then(|mark| super::changes::marked_before(mark, moment))
                .unwrap_or_else(nothing),
            Deleted::Included => Predicate::everything(),
        });
    }
    if let Some(tenant) = &policy.tenant {
        let condition = Condition {
            column: tenant.column.clone(),
            operator: Operator::Equals,
            values: vec![Literal::Text(tenant.value.clone())],
        };
        let expr = column(&tenant.column);
        let same = expr.clone().and_then(|expr| condition::predicate(&condition, expr, now).ok());
        scope.push(same.unwrap_or_else(nothing));
        // To many a collation "acme" and "ACME " are equal, and they are two tenants. The comparison above stays: it is
        // what an index helps with.
        if let Some(expr) = expr.filter(|expr| expr.column_type() == ColumnType::Text) {
            scope.push(Predicate::Exactly { expr, text: tenant.value.clone() });
        }
    }
    scope
}

/// A stored column as views show it: where it is masked, the mask in its place, so that no value leaves the database.
fn stored(column: &Column, table: usize, outer: bool) -> Expr {
    match column.masked {
        true => Expr::Text(MASK.to_owned()),
        false => Expr::Column(column_ref(column, table, outer)),
    }
}

pub(super) fn column_ref(column: &Column, table: usize, outer: bool) -> ColumnRef {
    ColumnRef {
        table,
        name: column.name.clone(),
        column_type: column.column_type.clone(),
        native_type: column.native_type.clone(),
        compared_as: column.compared_as.clone(),
        nullable: column.nullable || outer,
    }
}

/// Whole numbers stay whole, floating point is catching, and everything else is decimal.
fn arithmetic_result(operator: Arithmetic, left: &ColumnType, right: &ColumnType) -> ColumnType {
    let float = |t: &ColumnType| matches!(t, ColumnType::Float { .. });
    let integer = |t: &ColumnType| matches!(t, ColumnType::Integer { .. });
    if operator == Arithmetic::Divide || float(left) || float(right) {
        ColumnType::Float { bits: 64 }
    } else if integer(left) && integer(right) {
        ColumnType::Integer { width: IntegerWidth::I64 }
    } else {
        ColumnType::Decimal { precision: None, scale: None }
    }
}

/// The type of `left sign right`, the sign being that of an [`Expression`].
pub fn arithmetic_type(sign: char, left: &ColumnType, right: &ColumnType) -> ColumnType {
    arithmetic_result(if sign == '/' { Arithmetic::Divide } else { Arithmetic::Add }, left, right)
}
