//! Writes the text notation so that it reads back as the same filter.

use std::fmt::{Formatter, Result, Write};

use super::{Condition, Filter, Literal, Operator};

pub(super) fn write(filter: &Filter, f: &mut Formatter<'_>, nested: bool) -> Result {
    match filter {
        Filter::And(parts) => group(parts, " and ", f, nested),
        Filter::Or(parts) => group(parts, " or ", f, nested),
        Filter::Not(inner) => {
            f.write_str("not (")?;
            write(inner, f, false)?;
            f.write_char(')')
        }
        Filter::Condition(condition) => write_condition(condition, f),
    }
}

fn group(parts: &[Filter], joint: &str, f: &mut Formatter<'_>, nested: bool) -> Result {
    if nested {
        f.write_char('(')?;
    }
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(joint)?;
        }
        write(part, f, true)?;
    }
    if nested {
        f.write_char(')')?;
    }
    Ok(())
}

fn write_condition(condition: &Condition, f: &mut Formatter<'_>) -> Result {
    if is_bare(&condition.column) {
        f.write_str(&condition.column)?;
    } else {
        write_quoted(&condition.column, f)?;
    }
    write!(f, " {}", condition.operator.text())?;
    match (condition.operator, condition.values.as_slice()) {
        (Operator::In | Operator::NotIn, values) => {
            f.write_str(" (")?;
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    f.write_str(", ")?;
                }
                write_literal(value, f)?;
            }
            f.write_char(')')
        }
        (Operator::InLast | Operator::InNext, [Literal::Text(span)]) => write!(f, " {span}"),
        (Operator::Between, [low, high]) => {
            f.write_char(' ')?;
            write_literal(low, f)?;
            f.write_str(" and ")?;
            write_literal(high, f)
        }
        (_, values) => values.iter().try_for_each(|value| {
            f.write_char(' ')?;
            write_literal(value, f)
        }),
    }
}

fn write_literal(literal: &Literal, f: &mut Formatter<'_>) -> Result {
    match literal {
        Literal::Boolean(value) => write!(f, "{value}"),
        Literal::Number(digits) => f.write_str(digits),
        Literal::Text(text) => write_quoted(text, f),
    }
}

fn write_quoted(text: &str, f: &mut Formatter<'_>) -> Result {
    write!(f, "\"{}\"", text.replace('"', "\"\""))
}

/// Whether a column's name can stand without quotes and not be taken for a keyword.
fn is_bare(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
        && !["and", "or", "not"].iter().any(|keyword| name.eq_ignore_ascii_case(keyword))
}
