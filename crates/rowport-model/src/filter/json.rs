//! The JSON notation: `{"and": [{"column": "status", "op": "eq", "value": "paid"}, …]}`.

use serde_json::{Map, Value, json};

use super::parse::is_number;
use super::{Condition, Filter, FilterError, Literal, Operator};

pub(super) fn read(value: &Value) -> Result<Filter, FilterError> {
    Reader { values: 0 }.filter(value, "", 0)
}

pub(super) fn write(filter: &Filter) -> Value {
    match filter {
        Filter::And(parts) => json!({ "and": parts.iter().map(write).collect::<Vec<_>>() }),
        Filter::Or(parts) => json!({ "or": parts.iter().map(write).collect::<Vec<_>>() }),
        Filter::Not(inner) => json!({ "not": write(inner) }),
        Filter::Condition(condition) => write_condition(condition),
    }
}

fn write_condition(condition: &Condition) -> Value {
    let mut object = Map::new();
    object.insert("column".to_owned(), condition.column.clone().into());
    object.insert("op".to_owned(), condition.operator.name().into());
    match condition.operator.values() {
        '0' => {}
        '1' => {
            object.insert("value".to_owned(), condition.values.first().map_or(Value::Null, write_literal));
        }
        _ => {
            object.insert("values".to_owned(), condition.values.iter().map(write_literal).collect());
        }
    }
    Value::Object(object)
}

/// A number that does not come back from a JSON reader as it was written travels as `{"number": "1.50"}`.
fn write_literal(literal: &Literal) -> Value {
    match literal {
        Literal::Boolean(value) => (*value).into(),
        Literal::Number(digits) => match serde_json::from_str::<serde_json::Number>(digits) {
            Ok(number) if number.to_string() == *digits => Value::Number(number),
            _ => json!({ "number": digits }),
        },
        Literal::Text(text) => text.clone().into(),
    }
}

struct Reader {
    values: usize,
}

impl Reader {
    fn filter(&mut self, value: &Value, path: &str, depth: usize) -> Result<Filter, FilterError> {
        if depth > Filter::MAX_DEPTH {
            return Err(wrong(path, &format!("groups nest deeper than {}", Filter::MAX_DEPTH)));
        }
        let Value::Object(object) = value else {
            return Err(wrong(path, "expected an object with `and`, `or`, `not` or `column`"));
        };
        if let Some(key) = ["and", "or", "not"].into_iter().find(|key| object.contains_key(*key)) {
            if object.len() > 1 {
                return Err(wrong(path, &format!("`{key}` stands alone in its object")));
            }
            let inner = &object[key];
            let here = format!("{path}/{key}");
            if key == "not" {
                return Ok(Filter::Not(Box::new(self.filter(inner, &here, depth + 1)?)));
            }
            let Value::Array(parts) = inner else {
                return Err(wrong(&here, "expected a list of filters"));
            };
            let parts = parts
                .iter()
                .enumerate()
                .map(|(index, part)| self.filter(part, &format!("{here}/{index}"), depth + 1))
                .collect::<Result<_, _>>()?;
            return Ok(if key == "and" { Filter::And(parts) } else { Filter::Or(parts) });
        }
        self.condition(object, path).map(Filter::Condition)
    }

    fn condition(&mut self, object: &Map<String, Value>, path: &str) -> Result<Condition, FilterError> {
        if let Some(unknown) =
            object.keys().find(|key| !["column", "op", "value", "values"].contains(&key.as_str()))
        {
            return Err(wrong(
                path,
                &format!("unknown key `{unknown}`; expected `column`, `op` and `value` or `values`"),
            ));
        }
        let text = |key: &str| match object.get(key) {
            Some(Value::String(text)) => Ok(text.clone()),
            _ => Err(wrong(path, &format!("expected `{key}` as text"))),
        };
        let column = text("column")?;
        let name = text("op")?;
        let operator = Operator::from_name(&name).ok_or_else(|| {
            let known: Vec<_> = Operator::ALL.iter().map(|operator| operator.name()).collect();
            wrong(
                &format!("{path}/op"),
                &format!("unknown operator `{name}`; known are {}", known.join(", ")),
            )
        })?;
        let values = match (operator.values(), object.get("value"), object.get("values")) {
            ('0', None, None) => Vec::new(),
            ('1', Some(value), None) => vec![self.literal(value, &format!("{path}/value"))?],
            (count @ ('2' | '*'), None, Some(Value::Array(values))) if count == '*' || values.len() == 2 => {
                values
                    .iter()
                    .enumerate()
                    .map(|(index, value)| self.literal(value, &format!("{path}/values/{index}")))
                    .collect::<Result<_, _>>()?
            }
            (count, ..) => {
                let expected = match count {
                    '0' => "no value",
                    '1' => "one `value`",
                    '2' => "`values` with two entries",
                    _ => "`values` as a list",
                };
                return Err(wrong(path, &format!("`{name}` takes {expected}")));
            }
        };
        Ok(Condition { column, operator, values })
    }

    fn literal(&mut self, value: &Value, path: &str) -> Result<Literal, FilterError> {
        self.values += 1;
        if self.values > Filter::MAX_VALUES {
            return Err(wrong(path, &format!("more than {} values", Filter::MAX_VALUES)));
        }
        match value {
            Value::Bool(value) => Ok(Literal::Boolean(*value)),
            Value::Number(number) => Ok(Literal::Number(number.to_string())),
            Value::String(text) => Ok(Literal::Text(text.clone())),
            Value::Object(object) if object.len() == 1 => match object.get("number") {
                Some(Value::String(digits)) if is_number(digits) => Ok(Literal::Number(digits.clone())),
                _ => Err(wrong(path, "expected text, a number, true or false")),
            },
            Value::Null => Err(wrong(path, "null is not compared with; use the operator `is_null`")),
            _ => Err(wrong(path, "expected text, a number, true or false")),
        }
    }
}

fn wrong(path: &str, message: &str) -> FilterError {
    FilterError::Json {
        path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
        message: message.to_owned(),
    }
}
