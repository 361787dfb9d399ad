//! What a view means, written down once more and as plainly as possible: from the view as a person writes it,
//! over rows in memory. It shares no code with the resolver, the compiler or the drivers.

use std::cmp::Ordering;

use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, ToSpan};
use rowport_model::{Condition, Filter, Literal, Operator, SourceKind, View};

use super::data::{Item, Table};
use crate::source::NOW;

#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Null,
    /// In thousandths, so that halves of hundredths can be compared with.
    Number(i128),
    Float(f64),
    Boolean(bool),
    Text(String),
    Day(Date),
    Moment(DateTime),
    Bytes(Vec<u8>),
}

/// The rows that a view shows, as `canonical` texts.
pub fn rows(table: &Table, view: &View, limit: Option<u64>, kind: SourceKind) -> Vec<Vec<String>> {
    let mut items: Vec<&Item> = table
        .items
        .iter()
        .filter(|item| view.filter.as_ref().is_none_or(|filter| holds(table, item, filter)))
        .filter(|item| view.search.as_ref().is_none_or(|search| found(item, search.trim(), kind)))
        .collect();
    items.sort_by(|left, right| {
        let by_sort = view.sort.iter().map(|sort| {
            compare(&cell(table, left, &sort.column), &cell(table, right, &sort.column), sort.descending)
        });
        by_sort.fold(Ordering::Equal, Ordering::then).then(left.id.cmp(&right.id))
    });
    let columns = view.columns.as_ref().unwrap();
    let limit = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap());
    let show = |item: &&Item| columns.iter().map(|name| written(name, &cell(table, item, name))).collect();
    items.iter().take(limit).map(show).collect()
}

/// A cell of a database in the notation of [`rows`]: databases write 1.5 as `1.50`, `'1.50'` or `1.5`.
pub fn canonical(column: &str, cell: &str) -> String {
    let bare = cell.strip_prefix('\'').and_then(|cell| cell.strip_suffix('\'')).unwrap_or(cell);
    match column {
        _ if cell == "NULL" => cell.to_owned(),
        // MariaDB gives the zeros that it computes no sign.
        "share" if cell == "-0" => "0".to_owned(),
        "d" | "gross" => bare.parse::<f64>().unwrap().to_string(),
        _ => cell.to_owned(),
    }
}

fn written(column: &str, cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Number(number) if matches!(column, "d" | "gross") => (*number as f64 / 1_000.0).to_string(),
        Cell::Number(number) => (number / 1_000).to_string(),
        Cell::Float(number) => canonical(column, &number.to_string()),
        Cell::Boolean(value) => value.to_string(),
        Cell::Text(text) => format!("'{text}'"),
        Cell::Day(day) => day.to_string(),
        Cell::Moment(moment) => moment.to_string(),
        Cell::Bytes(bytes) => {
            format!("x'{}'", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
        }
    }
}

fn cell(table: &Table, item: &Item, column: &str) -> Cell {
    let whole =
        |value: Option<i64>| value.map_or(Cell::Null, |value| Cell::Number(i128::from(value) * 1_000));
    let text = |value: Option<&str>| value.map_or(Cell::Null, |value| Cell::Text(value.to_owned()));
    let parent = || table.parents.iter().find(|parent| Some(parent.id) == item.parent_id);
    let title = |id: i64| table.grands[usize::try_from(id).unwrap() - 1];
    match column {
        "id" => whole(Some(item.id)),
        "i" => whole(item.i),
        "big" => whole(item.big),
        "d" => item.d.map_or(Cell::Null, |d| Cell::Number(i128::from(d) * 10)),
        "f" => item.f.map_or(Cell::Null, Cell::Float),
        "b" => item.b.map_or(Cell::Null, Cell::Boolean),
        "s" => text(item.s),
        "day" => item.day.map_or(Cell::Null, |day| Cell::Day(day.parse().unwrap())),
        "at" => item.at.map_or(Cell::Null, |at| Cell::Moment(at.parse().unwrap())),
        "u" => text(item.u),
        "x" => item.x.map_or(Cell::Null, |x| Cell::Bytes(x.to_vec())),
        "parent_id" => whole(item.parent_id),
        "parent_id.name" => text(parent().and_then(|parent| parent.name)),
        "parent_id.size" => whole(parent().and_then(|parent| parent.size)),
        "parent_id.grand_id" => whole(parent().and_then(|parent| parent.grand_id)),
        "parent_id.grand_id.title" => text(parent().and_then(|parent| title(parent.grand_id?))),
        "twice" => whole(item.i.zip(item.parent_id).map(|(i, parent)| i * 2 - parent)),
        "share" => match item.i.zip(item.f) {
            Some((i, f)) if f != 0.0 => Cell::Float(i as f64 / f),
            _ => Cell::Null,
        },
        "gross" => item.d.map_or(Cell::Null, |d| Cell::Number(i128::from(d) * 20 + 1_000)),
        "label" => {
            let name = parent().and_then(|parent| parent.name).unwrap_or_default();
            let i = item.i.map(|i| i.to_string()).unwrap_or_default();
            Cell::Text(format!("{}-{name}{i}", item.s.unwrap_or_default()))
        }
        other => panic!("there is no column {other}"),
    }
}

/// NULL comes last in both directions.
fn compare(left: &Cell, right: &Cell, descending: bool) -> Ordering {
    match (left, right) {
        (Cell::Null, Cell::Null) => Ordering::Equal,
        (Cell::Null, _) => Ordering::Greater,
        (_, Cell::Null) => Ordering::Less,
        _ => {
            let order = order(left, right);
            if descending { order.reverse() } else { order }
        }
    }
}

fn order(left: &Cell, right: &Cell) -> Ordering {
    match (left, right) {
        (Cell::Number(left), Cell::Number(right)) => left.cmp(right),
        (Cell::Float(left), Cell::Float(right)) => left.partial_cmp(right).unwrap(),
        (Cell::Boolean(left), Cell::Boolean(right)) => left.cmp(right),
        (Cell::Text(left), Cell::Text(right)) => left.as_bytes().cmp(right.as_bytes()),
        (Cell::Day(left), Cell::Day(right)) => left.cmp(right),
        (Cell::Moment(left), Cell::Moment(right)) => left.cmp(right),
        (Cell::Bytes(left), Cell::Bytes(right)) => left.cmp(right),
        _ => panic!("{left:?} and {right:?} are not compared"),
    }
}

fn holds(table: &Table, item: &Item, filter: &Filter) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().all(|part| holds(table, item, part)),
        Filter::Or(parts) => parts.iter().any(|part| holds(table, item, part)),
        Filter::Not(inner) => !holds(table, item, inner),
        Filter::Condition(condition) => asked(&cell(table, item, &condition.column), condition),
    }
}

fn asked(cell: &Cell, condition: &Condition) -> bool {
    use Operator as O;
    let values = &condition.values;
    let null = *cell == Cell::Null;
    let empty = null
        || *cell == Cell::Bytes(Vec::new())
        || (*cell == Cell::Text(String::new()) && condition.column != "u");
    match condition.operator {
        O::IsNull => null,
        O::IsNotNull => !null,
        O::IsEmpty => empty,
        O::IsNotEmpty => !empty,
        O::NotEquals => !values.iter().any(|value| equal(cell, value)),
        O::NotIn => !values.iter().any(|value| equal(cell, value)),
        O::NotContains => !matches(cell, O::Contains, &values[0]),
        _ if null => false,
        O::Equals | O::In => values.iter().any(|value| equal(cell, value)),
        O::Less => before(cell, &values[0], false),
        O::LessOrEqual => before(cell, &values[0], true),
        O::Greater => after(cell, &values[0], false),
        O::GreaterOrEqual => after(cell, &values[0], true),
        O::Between => after(cell, &values[0], true) && before(cell, &values[1], true),
        O::Contains | O::StartsWith | O::EndsWith => matches(cell, condition.operator, &values[0]),
        O::InLast => within(cell, &values[0], -1),
        O::InNext => within(cell, &values[0], 1),
    }
}

/// A day that a moment is compared with stands for all of its moments.
fn day_of(cell: &Cell, literal: &Literal) -> Option<Date> {
    match (cell, literal) {
        (Cell::Moment(_), Literal::Text(text)) if text.len() == 10 => text.parse().ok(),
        _ => None,
    }
}

fn equal(cell: &Cell, literal: &Literal) -> bool {
    match (cell, day_of(cell, literal)) {
        (Cell::Null, _) => false,
        (Cell::Moment(moment), Some(day)) => moment.date() == day,
        _ => order(cell, &value(cell, literal)) == Ordering::Equal,
    }
}

fn before(cell: &Cell, literal: &Literal, same: bool) -> bool {
    match (cell, day_of(cell, literal)) {
        (Cell::Moment(moment), Some(day)) => moment.date() < day || (same && moment.date() == day),
        _ => match order(cell, &value(cell, literal)) {
            Ordering::Less => true,
            Ordering::Equal => same,
            Ordering::Greater => false,
        },
    }
}

fn after(cell: &Cell, literal: &Literal, same: bool) -> bool {
    !before(cell, literal, !same)
}

/// The literal with the type of the cell.
fn value(cell: &Cell, literal: &Literal) -> Cell {
    let text = match literal {
        Literal::Boolean(value) => return Cell::Boolean(*value),
        Literal::Number(text) | Literal::Text(text) => text,
    };
    match cell {
        Cell::Number(_) => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            Cell::Number(format!("{whole}{fraction:0<3}").parse().unwrap())
        }
        Cell::Float(_) => Cell::Float(text.parse().unwrap()),
        Cell::Day(_) => Cell::Day(text.parse().unwrap()),
        Cell::Moment(_) => Cell::Moment(text.parse().unwrap()),
        _ => Cell::Text(text.clone()),
    }
}

fn matches(cell: &Cell, operator: Operator, literal: &Literal) -> bool {
    let (Cell::Text(text), Literal::Text(piece)) = (cell, literal) else { return false };
    let (text, piece) = (text.to_lowercase(), piece.to_lowercase());
    match operator {
        Operator::StartsWith => text.starts_with(&piece),
        Operator::EndsWith => text.ends_with(&piece),
        _ => text.contains(&piece),
    }
}

fn within(cell: &Cell, literal: &Literal, sign: i64) -> bool {
    let Literal::Text(text) = literal else { return false };
    let (count, unit) = text.split_once(' ').unwrap();
    let count = count.parse::<i64>().unwrap() * sign;
    let span: Span = match unit.trim_end_matches('s') {
        "hour" => count.hours(),
        "day" => count.days(),
        "month" => count.months(),
        _ => count.years(),
    };
    let now: DateTime = NOW.trim_end_matches('Z').parse().unwrap();
    let then = now.checked_add(span).unwrap();
    let (from, to) = if sign < 0 { (then, now) } else { (now, then) };
    match cell {
        Cell::Moment(moment) => (from..=to).contains(moment),
        // A day is compared with the days of both ends.
        Cell::Day(day) => (from.date()..=to.date()).contains(&day.to_datetime(Time::midnight()).date()),
        _ => false,
    }
}

/// Stored texts have it somewhere, or a stored integer or UUID is it.
fn found(item: &Item, search: &str, kind: SourceKind) -> bool {
    if search.is_empty() {
        return true;
    }
    let has =
        |text: Option<&str>| text.is_some_and(|text| text.to_lowercase().contains(&search.to_lowercase()));
    let number = search.parse::<i64>().ok();
    let is = |value: Option<i64>| value.is_some() && value == number;
    // To SQLite a UUID is a text like any other.
    let uuid = if kind == SourceKind::Sqlite { has(item.u) } else { item.u == Some(search) };
    has(item.s) || is(Some(item.id)) || is(item.i) || is(item.big) || is(item.parent_id) || uuid
}
