//! Random views over the tables of `data`.

use rowport_model::{Condition, Filter, Literal, Operator, Sort, View};

use super::data::{BIGS, DAYS, Dice, FLOATS, HUNDREDTHS, INTEGERS, MOMENTS, TEXTS, Table, UUIDS, hundredths};

const COLUMNS: &[&str] = &[
    "id",
    "i",
    "big",
    "d",
    "f",
    "b",
    "s",
    "day",
    "at",
    "u",
    "x",
    "parent_id",
    "parent_id.name",
    "parent_id.size",
    "parent_id.grand_id.title",
    "parent_id.grand_id",
    "twice",
    "share",
    "gross",
    "label",
];

/// A computed text has no collation of its own, and every database sorts UUIDs in its own way.
const SORTABLE: &[&str] = &[
    "id",
    "i",
    "big",
    "d",
    "f",
    "b",
    "s",
    "day",
    "at",
    "x",
    "parent_id",
    "parent_id.name",
    "parent_id.size",
    "parent_id.grand_id.title",
    "twice",
    "share",
    "gross",
];

pub fn random(dice: &mut Dice, table: &Table) -> (View, Option<u64>) {
    let mut columns: Vec<String> = Vec::new();
    for _ in 0..1 + dice.below(8) {
        let name = dice.pick(COLUMNS).to_owned();
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    let sort = (0..dice.below(4))
        .map(|_| Sort { column: dice.pick(SORTABLE).to_owned(), descending: dice.one_in(2) });
    let view = View {
        columns: Some(columns),
        sort: sort.collect(),
        filter: (!dice.one_in(4)).then(|| filter(dice, 0)),
        search: dice.one_in(6).then(|| search(dice)),
    };
    let limit = dice.one_in(4).then(|| dice.below(table.items.len()) as u64);
    (view, limit)
}

fn search(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => dice.pick(INTEGERS).to_string(),
        1 => dice.pick(UUIDS).to_owned(),
        _ => dice.pick(&["A", "ä", "Ж", "%", "'", "\\", "!", "b ", "nowhere"]).to_owned(),
    }
}

fn filter(dice: &mut Dice, depth: usize) -> Filter {
    let parts = |dice: &mut Dice| (0..dice.below(4)).map(|_| filter(dice, depth + 1)).collect();
    match dice.below(if depth < 3 { 6 } else { 3 }) {
        3 => Filter::And(parts(dice)),
        4 => Filter::Or(parts(dice)),
        5 => Filter::Not(Box::new(filter(dice, depth + 1))),
        _ => Filter::Condition(condition(dice)),
    }
}

fn condition(dice: &mut Dice) -> Condition {
    use Operator as O;
    let column = dice.pick(COLUMNS);
    let equal = [O::Equals, O::NotEquals, O::In, O::NotIn];
    let compared = [O::Less, O::LessOrEqual, O::Greater, O::GreaterOrEqual, O::Between];
    let texts = [O::Contains, O::NotContains, O::StartsWith, O::EndsWith];
    let mut operators = vec![O::IsNull, O::IsNotNull, O::IsEmpty, O::IsNotEmpty];
    match column {
        "x" => {}
        "b" => operators.extend(equal),
        "u" => operators.extend(equal.into_iter().chain(texts)),
        "label" => operators.extend(texts),
        "s" | "parent_id.name" | "parent_id.grand_id.title" => {
            operators.extend(equal.into_iter().chain(compared).chain(texts));
        }
        "day" | "at" => operators.extend(equal.into_iter().chain(compared).chain([O::InLast, O::InNext])),
        _ => operators.extend(equal.into_iter().chain(compared)),
    }
    let operator = dice.pick(&operators);
    let count = match operator.values() {
        '0' => 0,
        '1' => 1,
        '2' => 2,
        _ => dice.below(5),
    };
    let values = (0..count).map(|_| match operator {
        O::InLast | O::InNext => {
            Literal::Text(dice.pick(&["1 day", "13 hours", "2 months", "30 years"]).to_owned())
        }
        O::Contains | O::NotContains | O::StartsWith | O::EndsWith => Literal::Text(
            dice.pick(&["a", "B", "Ä", "жУК", "_", "%", "!", "'", "\\", " ", "😀", "-", "0", "", "\n"])
                .to_owned(),
        ),
        _ => literal(dice, column),
    });
    Condition { column: column.to_owned(), operator, values: values.collect() }
}

fn literal(dice: &mut Dice, column: &str) -> Literal {
    let number = |text: String| Literal::Number(text);
    match column {
        "id" | "parent_id" | "parent_id.grand_id" => number(dice.below(8).to_string()),
        "i" | "parent_id.size" | "twice" if dice.one_in(4) => number(format!("{}.5", dice.pick(INTEGERS))),
        "i" | "parent_id.size" | "twice" => number(dice.pick(INTEGERS).to_string()),
        "big" if dice.one_in(4) => number("99999999999999999999".to_owned()),
        "big" => number(dice.pick(BIGS).to_string()),
        "d" | "gross" if dice.one_in(4) => number(format!("{}5", hundredths(dice.pick(HUNDREDTHS)))),
        "d" | "gross" => number(hundredths(dice.pick(HUNDREDTHS))),
        "f" | "share" => number(dice.pick(FLOATS).to_string()),
        "b" => Literal::Boolean(dice.one_in(2)),
        "day" => Literal::Text(dice.pick(DAYS).to_owned()),
        "at" if dice.one_in(2) => Literal::Text(dice.pick(DAYS).to_owned()),
        "at" => Literal::Text(dice.pick(MOMENTS).to_owned()),
        "u" => Literal::Text(dice.pick(UUIDS).to_owned()),
        _ => Literal::Text(dice.pick(TEXTS).to_owned()),
    }
}
