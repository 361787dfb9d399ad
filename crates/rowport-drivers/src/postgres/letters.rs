//! What a query asks for that no value of the database can be: letters that its encoding does not have, and dates that are
//! none. The server would refuse the whole query; a comparison with such a value is false.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use rowport_model::{Predicate, Query, Value};
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};

/// Which letters a database has, as far as anything asked for them.
#[derive(Debug, Default)]
pub(super) struct Letters {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The server's name of the encoding.
    encoding: Option<String>,
    letters: HashMap<char, bool>,
}

/// How many letters are remembered. No single-byte encoding has so many.
const REMEMBERED: usize = 4_096;

/// Whether the connection is in a transaction, which a refused letter would end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Outside,
    InTransaction,
}

impl Letters {
    /// The query with everything left out that no value can equal.
    pub(super) async fn answerable(
        &self,
        connection: &mut PgConnection,
        place: Place,
        query: &Query,
    ) -> Result<Query, sqlx::Error> {
        let mut asked = BTreeSet::new();
        each_predicate(query, &mut |predicate| letters_of(predicate, &mut asked));
        let lacking = self.lacking(connection, place, asked).await?;
        let is_possible = |text: &str| !text.chars().any(|letter| lacking.contains(&letter));
        let mut query = query.clone();
        query.filter = possible(query.filter, &is_possible);
        for join in &mut query.joins {
            join.scope = possible(std::mem::replace(&mut join.scope, Predicate::everything()), &is_possible);
        }
        Ok(query)
    }

    /// Those of the letters that the database's encoding does not have.
    async fn lacking(
        &self,
        connection: &mut PgConnection,
        place: Place,
        asked: BTreeSet<char>,
    ) -> Result<BTreeSet<char>, sqlx::Error> {
        let mut lacking = BTreeSet::new();
        if asked.is_empty() {
            return Ok(lacking);
        }
        let encoding = self.encoding(connection).await?;
        // Without an encoding the server takes every byte.
        if matches!(encoding.as_str(), "UTF8" | "SQL_ASCII") {
            return Ok(lacking);
        }
        let known = self.lock().letters.clone();
        lacking.extend(asked.iter().filter(|letter| known.get(letter) == Some(&false)));
        let unknown: Vec<char> = asked.into_iter().filter(|letter| !known.contains_key(letter)).collect();
        // Halves of what is refused, until each letter that is stands alone.
        let mut pieces: Vec<&[char]> = vec![&unknown];
        while let Some(piece) = pieces.pop() {
            let has = piece.is_empty() || converts(connection, place, &encoding, piece).await?;
            match piece {
                [letter] if !has => {
                    lacking.insert(*letter);
                }
                piece if !has => {
                    let (left, right) = piece.split_at(piece.len() / 2);
                    pieces.extend([left, right]);
                }
                _ => {}
            }
        }
        let mut known = self.lock();
        if known.letters.len() + unknown.len() > REMEMBERED {
            known.letters.clear();
        }
        known.letters.extend(unknown.iter().map(|letter| (*letter, !lacking.contains(letter))));
        Ok(lacking)
    }

    async fn encoding(&self, connection: &mut PgConnection) -> Result<String, sqlx::Error> {
        if let Some(encoding) = self.lock().encoding.clone() {
            return Ok(encoding);
        }
        let row = connection.fetch_one(sqlx::raw_sql("SELECT current_setting('server_encoding')")).await?;
        let encoding: String = row.try_get(0)?;
        self.lock().encoding = Some(encoding.clone());
        Ok(encoding)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        // Nothing that is done under the lock can leave a half-made state behind.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the encoding has all of these letters. They travel as hexadecimal digits: as text the server would refuse them
/// before it could be asked.
async fn converts(
    connection: &mut PgConnection,
    place: Place,
    encoding: &str,
    letters: &[char],
) -> Result<bool, sqlx::Error> {
    let text: String = letters.iter().collect();
    let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let encoding: String = encoding.chars().filter(|it| it.is_ascii_alphanumeric() || *it == '_').collect();
    let ask = format!("SELECT length(convert(decode('{digits}', 'hex'), 'UTF8', '{encoding}'))");
    let (before, after, otherwise) = match place {
        Place::Outside => ("", "", ""),
        Place::InTransaction => (
            "SAVEPOINT rowport_letters; ",
            "; RELEASE SAVEPOINT rowport_letters",
            "ROLLBACK TO SAVEPOINT rowport_letters; RELEASE SAVEPOINT rowport_letters",
        ),
    };
    let sql = format!("{before}{ask}{after}");
    match connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await {
        Ok(_) => Ok(true),
        // Class 22: data exceptions, of which "no equivalent in the encoding" is one.
        Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| code.starts_with("22")) => {
            if !otherwise.is_empty() {
                connection.execute(sqlx::raw_sql(otherwise)).await?;
            }
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

fn each_predicate(query: &Query, visit: &mut impl FnMut(&Predicate)) {
    let scopes = query.joins.iter().map(|join| &join.scope);
    for predicate in std::iter::once(&query.filter).chain(scopes) {
        visit(predicate);
    }
}

/// The letters beyond ASCII, which every encoding has, of all texts that are compared with.
fn letters_of(predicate: &Predicate, letters: &mut BTreeSet<char>) {
    let mut add = |text: &str| letters.extend(text.chars().filter(|letter| !letter.is_ascii()));
    match predicate {
        Predicate::All(parts) | Predicate::Any(parts) => {
            parts.iter().for_each(|part| letters_of(part, letters));
        }
        Predicate::Not(inner) => letters_of(inner, letters),
        Predicate::Compare { value, .. } => written(value).into_iter().for_each(add),
        Predicate::In { values, .. } => values.iter().filter_map(written).for_each(add),
        Predicate::Match { text, .. } | Predicate::Exactly { text, .. } => add(text),
        Predicate::IsNull(_) | Predicate::IsEmptyText(_) => {}
    }
}

fn written(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) | Value::Written(text) => Some(text),
        Value::Boolean(_)
        | Value::Integer(_)
        | Value::Decimal(_)
        | Value::Float(_)
        | Value::RawText(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Timestamp(_)
        | Value::TimestampTz(_)
        | Value::Bytes(_) => None,
    }
}

/// The predicate with every comparison false that cannot be true.
fn possible(predicate: Predicate, has_letters: &impl Fn(&str) -> bool) -> Predicate {
    let never = || Predicate::Any(Vec::new());
    let part = |parts: Vec<Predicate>| parts.into_iter().map(|part| possible(part, has_letters)).collect();
    match predicate {
        Predicate::All(parts) => Predicate::All(part(parts)),
        Predicate::Any(parts) => Predicate::Any(part(parts)),
        Predicate::Not(inner) => Predicate::Not(Box::new(possible(*inner, has_letters))),
        Predicate::Compare { expr, value, .. } if !can_be(&expr, &value, has_letters) => never(),
        Predicate::In { expr, mut values } => {
            values.retain(|value| can_be(&expr, value, has_letters));
            if values.is_empty() { never() } else { Predicate::In { expr, values } }
        }
        Predicate::Match { ref text, .. } | Predicate::Exactly { ref text, .. } if !has_letters(text) => {
            never()
        }
        other => other,
    }
}

fn can_be(expr: &rowport_model::Expr, value: &Value, has_letters: &impl Fn(&str) -> bool) -> bool {
    use rowport_model::ColumnType;
    let Some(text) = written(value) else { return true };
    let is_moment =
        matches!(expr.column_type(), ColumnType::Date | ColumnType::Timestamp | ColumnType::TimestampTz);
    let has_zero =
        text.starts_with("0000-") || text.get(4..7) == Some("-00") || text.get(7..10) == Some("-00");
    has_letters(text) && !(is_moment && has_zero)
}
