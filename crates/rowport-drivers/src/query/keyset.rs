//! "After this row", in an order of several columns with NULL last.

use rowport_model::{Expr, OrderBy, Query, Value};

use super::compile::Writer;

/// One term of ORDER BY.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term<'a> {
    order: &'a OrderBy,
    /// Which of the query's order it comes from.
    index: usize,
    form: Form,
}

/// What of a value a term orders by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The value as people understand it.
    Sorted,
    /// The value as the database tells it from others.
    Exact,
}

impl<'a> Term<'a> {
    pub(super) fn expr(&self) -> &'a Expr {
        &self.order.expr
    }

    pub(super) fn descending(&self) -> bool {
        self.order.descending
    }
}

/// The terms of a query's order. Where a sort takes different values to be equal, the values themselves come last, so that
/// no two rows are equal in all terms.
pub(super) fn terms<'a>(writer: &mut Writer<'_>, order: &'a [OrderBy]) -> Vec<Term<'a>> {
    let mut terms = Vec::with_capacity(order.len());
    let mut ties = Vec::new();
    for (index, order) in order.iter().enumerate() {
        let exact = Term { order, index, form: Form::Exact };
        let has_own_form = !order.tells_apart && writer.sorted(&order.expr).is_some();
        terms.push(if has_own_form { Term { form: Form::Sorted, ..exact } } else { exact });
        if has_own_form {
            ties.push(exact);
        }
    }
    terms.extend(ties);
    terms
}

impl Writer<'_> {
    /// What a term orders by.
    pub(super) fn term(&mut self, term: &Term<'_>) -> String {
        let sorted = match term.form {
            Form::Exact => None,
            Form::Sorted => self.sorted(term.expr()),
        };
        sorted.unwrap_or_else(|| self.comparable(term.expr()))
    }

    fn sorted(&mut self, expr: &Expr) -> Option<String> {
        // A constant of an expression is bound each time that it is written.
        let bound = self.binds.len();
        let sql = self.expr(expr);
        let sorted = self.dialect.sorted(&sql, expr);
        if sorted.is_none() {
            self.binds.truncate(bound);
        }
        sorted
    }

    /// The same of a value.
    fn placeholder(&mut self, term: &Term<'_>, value: &Value) -> String {
        let placeholder = self.dialect.bind(&mut self.binds, value, term.expr());
        match term.form {
            Form::Exact => placeholder,
            Form::Sorted => self.dialect.sorted(&placeholder, term.expr()).unwrap_or(placeholder),
        }
    }
}

/// The condition that a row comes after the one with these values.
pub(super) fn after(writer: &mut Writer<'_>, query: &Query, values: &[Option<Value>]) -> String {
    let terms = terms(writer, &query.order);
    let terms: Vec<_> = terms
        .into_iter()
        .filter_map(|term| values.get(term.index).map(|value| (term, value.as_ref())))
        .collect();
    if let Some(row) = as_rows(writer, &terms) {
        return row;
    }
    // A bound on the first column alone lets an index find where to begin; the alternatives below are exact.
    let bound = match terms.first() {
        Some((term, Some(value))) if !term.expr().nullable() => {
            let comparison = if term.descending() { "<=" } else { ">=" };
            Some(compare(writer, term, comparison, value))
        }
        _ => None,
    };
    let mut alternatives = Vec::new();
    for (index, (term, value)) in terms.iter().enumerate() {
        // Nothing comes after NULL in its column. Asked first: a piece that is written and then left out would
        // leave its values among those bound.
        let Some(value) = value else { continue };
        let mut parts: Vec<_> =
            terms[..index].iter().map(|(term, value)| same(writer, term, *value)).collect();
        parts.push(beyond(writer, term, value));
        alternatives.push(format!("({})", parts.join(" AND ")));
    }
    if alternatives.is_empty() {
        return "(1 = 0)".to_owned();
    }
    let exact = format!("({})", alternatives.join(" OR "));
    bound.map_or(exact.clone(), |bound| format!("{bound} AND {exact}"))
}

/// `(a, b) > (?, ?)`, where all columns have one direction and none may be NULL.
fn as_rows(writer: &mut Writer<'_>, terms: &[(Term<'_>, Option<&Value>)]) -> Option<String> {
    let (first, _) = terms.first()?;
    let one_way = terms.iter().all(|(term, _)| term.descending() == first.descending());
    let exact = terms.iter().all(|(term, value)| !term.expr().nullable() && value.is_some());
    if !(one_way && exact && (writer.dialect.compares_rows() || terms.len() == 1)) {
        return None;
    }
    let columns: Vec<_> = terms.iter().map(|(term, _)| writer.term(term)).collect();
    let placeholders: Vec<_> =
        terms.iter().filter_map(|(term, value)| value.map(|value| writer.placeholder(term, value))).collect();
    let comparison = if first.descending() { "<" } else { ">" };
    Some(match columns.as_slice() {
        [column] => format!("({column} {comparison} {})", placeholders[0]),
        _ => format!("(({}) {comparison} ({}))", columns.join(", "), placeholders.join(", ")),
    })
}

fn same(writer: &mut Writer<'_>, term: &Term<'_>, value: Option<&Value>) -> String {
    match value {
        Some(value) => compare(writer, term, "=", value),
        None => is_null(writer, term),
    }
}

fn beyond(writer: &mut Writer<'_>, term: &Term<'_>, value: &Value) -> String {
    let comparison = compare(writer, term, if term.descending() { "<" } else { ">" }, value);
    match term.expr().nullable() {
        true => format!("({comparison} OR {})", is_null(writer, term)),
        false => comparison,
    }
}

fn is_null(writer: &mut Writer<'_>, term: &Term<'_>) -> String {
    let sql = writer.term(term);
    format!("({})", writer.dialect.is_null(&sql, term.expr()))
}

fn compare(writer: &mut Writer<'_>, term: &Term<'_>, comparison: &str, value: &Value) -> String {
    let left = writer.term(term);
    let right = writer.placeholder(term, value);
    format!("({left} {comparison} {right})")
}
