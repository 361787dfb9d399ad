//! "After this row", in an order of several columns with NULL last.

use rowport_model::{Expr, OrderBy, Query, Value};

use super::compile::Writer;

/// The condition that a row comes after the one with these values.
pub(super) fn after(writer: &mut Writer<'_>, query: &Query, values: &[Option<Value>]) -> String {
    if let Some(row) = as_rows(writer, query, values) {
        return row;
    }
    let terms: Vec<_> = query.order.iter().zip(values).collect();
    // A bound on the first column alone lets an index find the place; the alternatives below are exact.
    let bound = match terms.first() {
        Some((order, Some(value))) if !order.expr.nullable() => {
            let comparison = if order.descending { "<=" } else { ">=" };
            Some(compare(writer, &order.expr, comparison, value))
        }
        _ => None,
    };
    let mut alternatives = Vec::new();
    for (index, (order, value)) in terms.iter().enumerate() {
        // Nothing comes after NULL in its column. Asked first: a piece that is written and then left out would
        // leave its values among those bound.
        let Some(value) = value else { continue };
        let mut parts: Vec<_> =
            terms[..index].iter().map(|(order, value)| same(writer, &order.expr, value)).collect();
        parts.push(beyond(writer, order, value));
        alternatives.push(format!("({})", parts.join(" AND ")));
    }
    if alternatives.is_empty() {
        return "(1 = 0)".to_owned();
    }
    let exact = format!("({})", alternatives.join(" OR "));
    bound.map_or(exact.clone(), |bound| format!("{bound} AND {exact}"))
}

/// `(a, b) > (?, ?)`, where all columns have one direction and none may be NULL.
fn as_rows(writer: &mut Writer<'_>, query: &Query, values: &[Option<Value>]) -> Option<String> {
    let one_way = |first: &OrderBy| query.order.iter().all(|order| order.descending == first.descending);
    let first = query.order.first()?;
    let exact = query.order.iter().all(|order| !order.expr.nullable()) && values.iter().all(Option::is_some);
    if !(one_way(first) && exact && (writer.dialect.compares_rows() || query.order.len() == 1)) {
        return None;
    }
    let columns: Vec<_> = query.order.iter().map(|order| writer.comparable(&order.expr)).collect();
    let places: Vec<_> = query
        .order
        .iter()
        .zip(values.iter().flatten())
        .map(|(order, value)| writer.dialect.bind(&mut writer.binds, value, &order.expr))
        .collect();
    let comparison = if first.descending { "<" } else { ">" };
    Some(match columns.as_slice() {
        [column] => format!("({column} {comparison} {})", places[0]),
        _ => format!("(({}) {comparison} ({}))", columns.join(", "), places.join(", ")),
    })
}

fn same(writer: &mut Writer<'_>, expr: &Expr, value: &Option<Value>) -> String {
    match value {
        Some(value) => compare(writer, expr, "=", value),
        None => format!("({} IS NULL)", writer.comparable(expr)),
    }
}

fn beyond(writer: &mut Writer<'_>, order: &OrderBy, value: &Value) -> String {
    let comparison = compare(writer, &order.expr, if order.descending { "<" } else { ">" }, value);
    match order.expr.nullable() {
        true => format!("({comparison} OR {} IS NULL)", writer.comparable(&order.expr)),
        false => comparison,
    }
}

fn compare(writer: &mut Writer<'_>, expr: &Expr, comparison: &str, value: &Value) -> String {
    let left = writer.comparable(expr);
    let right = writer.dialect.bind(&mut writer.binds, value, expr);
    format!("({left} {comparison} {right})")
}
