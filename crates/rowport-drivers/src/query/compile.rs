use rowport_model::{Arithmetic, ColumnType, Expr, OrderBy, Output, OutputColumn, Predicate, Query};

use super::keyset;
use super::{Bind, Dialect, Statement};

/// Writes the statement. Pieces are written in textual order, so that positional placeholders agree.
pub(crate) fn compile(query: &Query, dialect: &dyn Dialect) -> Statement {
    let mut writer = Writer::new(dialect);
    let sql = match query.output {
        Output::Rows => writer.rows(query),
        Output::Count { at_most } => writer.count(query, at_most),
        Output::Landmarks { every } => writer.landmarks(query, every),
    };
    writer.statement(sql)
}

/// Writes the pieces of a statement, and collects the values bound in them.
pub(crate) struct Writer<'a> {
    pub(super) dialect: &'a dyn Dialect,
    pub(super) binds: Vec<Bind>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(dialect: &'a dyn Dialect) -> Self {
        Self { dialect, binds: Vec::new() }
    }

    /// The statement whose pieces were written.
    pub(crate) fn statement(self, sql: String) -> Statement {
        Statement { sql, binds: self.binds }
    }

    fn rows(&mut self, query: &Query) -> String {
        let columns = self.columns(query);
        let from = self.from(query);
        let order = self.order(query);
        let limit = query.limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default();
        format!("SELECT {}{from}{order}{limit}", columns.join(", "))
    }

    /// The select list.
    pub(crate) fn columns(&mut self, query: &Query) -> Vec<String> {
        let column = |column: &OutputColumn| {
            let sql = self.expr(&column.expr);
            self.dialect.fetch(sql, &column.expr)
        };
        query.columns.iter().map(column).collect()
    }

    fn count(&mut self, query: &Query, at_most: Option<u64>) -> String {
        let from = self.from(query);
        let limit = match (at_most, query.limit) {
            (Some(most), Some(limit)) => Some(most.min(limit)),
            (most, limit) => most.or(limit),
        };
        match limit {
            None => format!("SELECT count(*){from}"),
            Some(limit) => format!("SELECT count(*) FROM (SELECT 1 AS one{from} LIMIT {limit}) AS counted"),
        }
    }

    /// The order's values at every n-th row. Row numbers are given in the same order that pages have.
    fn landmarks(&mut self, query: &Query, every: u64) -> String {
        let columns: Vec<_> = query
            .order
            .iter()
            .enumerate()
            .map(|(index, order)| {
                let sql = self.expr(&order.expr);
                format!("{} AS o{index}", self.dialect.fetch(sql, &order.expr))
            })
            .collect();
        let over = self.order(query);
        let from = self.from(query);
        let names: Vec<_> = (0..query.order.len()).map(|index| format!("o{index}")).collect();
        format!(
            "SELECT {} FROM (SELECT {}, row_number() OVER ({}) AS place{from}) AS numbered \
             WHERE place % {every} = 0 ORDER BY place",
            names.join(", "),
            columns.join(", "),
            over.trim_start(),
        )
    }

    /// FROM and WHERE.
    fn from(&mut self, query: &Query) -> String {
        let mut sql = format!(" FROM {} AS t0", self.dialect.table(&query.dataset));
        for (index, join) in query.joins.iter().enumerate() {
            let (table, to) = (index + 1, self.dialect.identifier(&join.to));
            let from = self.expr(&Expr::Column(join.from.clone()));
            sql.push_str(&format!(
                " LEFT JOIN {} AS t{table} ON t{table}.{to} = {from}",
                self.dialect.table(&join.dataset)
            ));
            if join.scope != Predicate::everything() {
                let scope = self.predicate(&join.scope);
                sql.push_str(&format!(" AND {scope}"));
            }
        }
        let filter = match &query.filter {
            Predicate::All(parts) if parts.is_empty() => None,
            filter => Some(self.predicate(filter)),
        };
        let after = query.after.as_ref().map(|after| keyset::after(self, query, after));
        let conditions: Vec<_> = filter.into_iter().chain(after).collect();
        if !conditions.is_empty() {
            sql.push_str(" WHERE ");
            sql.push_str(&conditions.join(" AND "));
        }
        sql
    }

    fn order(&mut self, query: &Query) -> String {
        if query.order.is_empty() {
            return String::new();
        }
        format!(" ORDER BY {}", self.terms(&query.order).join(", "))
    }

    fn terms(&mut self, order: &[OrderBy]) -> Vec<String> {
        let terms = keyset::terms(self, order).into_iter().map(|term| {
            let sql = self.term(&term);
            self.dialect.order(&sql, term.descending(), term.expr().nullable())
        });
        terms.collect()
    }

    pub(super) fn comparable(&mut self, expr: &Expr) -> String {
        let sql = self.expr(expr);
        self.dialect.comparable(sql, expr)
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Column(column) => format!("t{}.{}", column.table, self.dialect.identifier(&column.name)),
            // Digits and at most one point, as the expression's reader made sure.
            Expr::Number(digits) => digits.clone(),
            Expr::Text(text) => self.dialect.text(&mut self.binds, text),
            Expr::Concat(parts) => {
                let parts = parts.iter().map(|part| self.expr(part)).collect();
                self.dialect.concat(parts)
            }
            Expr::Arithmetic { left, operator, right, column_type } => {
                self.arithmetic(left, *operator, right, column_type)
            }
            Expr::Rank(order) => {
                let terms = self.terms(order);
                format!("dense_rank() OVER (ORDER BY {})", terms.join(", "))
            }
        }
    }

    fn arithmetic(
        &mut self,
        left: &Expr,
        operator: Arithmetic,
        right: &Expr,
        column_type: &ColumnType,
    ) -> String {
        let left = self.expr(left);
        let left = self.dialect.number(left, column_type);
        let right = self.expr(right);
        let right = self.dialect.number(right, column_type);
        match operator {
            Arithmetic::Add => format!("({left} + {right})"),
            Arithmetic::Subtract => format!("({left} - {right})"),
            Arithmetic::Multiply => format!("({left} * {right})"),
            Arithmetic::Divide => format!("({left} / NULLIF({right}, 0))"),
        }
    }

    /// Every predicate comes in parentheses of its own, so that they can stand beside each other.
    pub(crate) fn predicate(&mut self, predicate: &Predicate) -> String {
        match predicate {
            Predicate::All(parts) => self.group(parts, " AND ", "(1 = 1)"),
            Predicate::Any(parts) => self.group(parts, " OR ", "(1 = 0)"),
            // SQL's third truth value ends here: neither true nor false counts as false, so its negation is true.
            Predicate::Not(inner) => format!("({} IS NOT TRUE)", self.predicate(inner)),
            Predicate::Compare { expr, comparison, value } => {
                let sql = self.expr(expr);
                format!("({})", self.dialect.compare(&mut self.binds, sql, expr, *comparison, value))
            }
            Predicate::In { expr, values } => {
                let sql = self.expr(expr);
                format!("({})", self.dialect.one_of(&mut self.binds, sql, expr, values))
            }
            Predicate::Match { expr, place: position, text } => {
                let sql = self.expr(expr);
                format!("({})", self.dialect.matches(&mut self.binds, sql, *position, text))
            }
            Predicate::Exactly { expr, text } => {
                let sql = self.expr(expr);
                format!("({})", self.dialect.exactly(&mut self.binds, sql, text))
            }
            Predicate::IsNull(expr) => {
                let sql = self.expr(expr);
                format!("({})", self.dialect.is_null(&sql, expr))
            }
            Predicate::IsEmptyText(expr) if expr.column_type() == ColumnType::Bytes => {
                format!("(length({}) = 0)", self.expr(expr))
            }
            Predicate::IsEmptyText(expr) => {
                let sql = self.expr(expr);
                format!("({})", self.dialect.is_empty_text(&sql, expr))
            }
        }
    }

    fn group(&mut self, parts: &[Predicate], joint: &str, empty: &str) -> String {
        if parts.is_empty() {
            return empty.to_owned();
        }
        let parts: Vec<_> = parts.iter().map(|part| self.predicate(part)).collect();
        format!("({})", balanced(&parts, joint))
    }
}

/// Joins as a tree rather than a chain: SQLite allows expressions to be 1,000 deep, and a chain is as deep as long.
fn balanced(parts: &[String], joint: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        _ => {
            let (left, right) = parts.split_at(parts.len() / 2);
            format!("({}{joint}{})", balanced(left, joint), balanced(right, joint))
        }
    }
}
