//! From a [`Query`](rowport_model::Query) to one SQL statement. What the three databases share stands in
//! [`compile`], what they say differently in each driver's [`Dialect`].

mod compile;
mod keyset;
mod write;

use rowport_model::{ColumnRef, ColumnType, Comparison, DatasetName, Expr, TextMatch, Value};

pub(crate) use compile::{Writer, compile};
pub(crate) use write::{compile_delete, compile_locking, compile_update};

/// A statement and the values bound to it, in the order in which the text names them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) binds: Vec<Bind>,
}

/// A bound value, in the forms that databases take.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bind {
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    /// Text that is not UTF-8.
    RawText(Vec<u8>),
}

/// What each database says in its own way. Methods that take `binds` add to it in textual order.
pub(crate) trait Dialect: Send + Sync {
    /// A name in the database's quotes.
    fn identifier(&self, name: &str) -> String;

    /// A table, with its schema where it has one.
    fn table(&self, name: &DatasetName) -> String;

    /// The select-list form of a stored column or expression: what its reader expects on the wire.
    fn fetch(&self, sql: String, expr: &Expr) -> String;

    /// The form that is compared and ordered by. It tells all values apart that the database's keys tell apart.
    fn comparable(&self, sql: String, expr: &Expr) -> String;

    /// The form that a person's sort orders by, where it takes values to be equal that [`Self::comparable`] tells apart:
    /// moments in several spellings.
    fn sorted(&self, _sql: &str, _expr: &Expr) -> Option<String> {
        None
    }

    /// A condition of a person's filter; `sql` is the column or expression as it is stored.
    fn compare(
        &self,
        binds: &mut Vec<Bind>,
        sql: String,
        expr: &Expr,
        comparison: Comparison,
        value: &Value,
    ) -> String {
        let left = self.comparable(sql, expr);
        let right = self.bind(binds, value, expr);
        format!("{left} {} {right}", sign(comparison))
    }

    /// A placeholder for a value that is compared with `expr`.
    fn bind(&self, binds: &mut Vec<Bind>, value: &Value, expr: &Expr) -> String;

    /// `sql`, the column or expression as it is stored, is one of a non-empty list.
    fn one_of(&self, binds: &mut Vec<Bind>, sql: String, expr: &Expr, values: &[Value]) -> String {
        let left = self.comparable(sql, expr);
        let placeholders: Vec<_> = values.iter().map(|value| self.bind(binds, value, expr)).collect();
        format!("{left} IN ({})", placeholders.join(", "))
    }

    /// `sql` is NULL.
    fn is_null(&self, sql: &str, _expr: &Expr) -> String {
        format!("{sql} IS NULL")
    }

    /// `sql`, which is of a text type, is the empty text.
    fn is_empty_text(&self, sql: &str, _expr: &Expr) -> String {
        format!("{sql} = ''")
    }

    /// `sql`, which is of a text type, is `text` in each of its characters.
    fn exactly(&self, binds: &mut Vec<Bind>, sql: String, text: &str) -> String;

    /// `sql` has `text` at this position, in any case.
    fn matches(&self, binds: &mut Vec<Bind>, sql: String, position: TextMatch, text: &str) -> String;

    /// An operand of arithmetic, of the type that the result is to have.
    fn number(&self, sql: String, column_type: &ColumnType) -> String;

    /// A placeholder for a text of the configuration.
    fn text(&self, binds: &mut Vec<Bind>, text: &str) -> String;

    /// Texts one after another, NULL as the empty text.
    fn concat(&self, parts: Vec<String>) -> String;

    /// One term of ORDER BY, with NULL last.
    fn order(&self, sql: &str, descending: bool, nullable: bool) -> String {
        let direction = if descending { " DESC" } else { "" };
        let nulls = if nullable { " NULLS LAST" } else { "" };
        format!("{sql}{direction}{nulls}")
    }

    /// A placeholder for a value that is stored in `expr`. Comparing may be generous with what no column holds; storing is not.
    fn assign(&self, binds: &mut Vec<Bind>, value: &Value, expr: &Expr) -> String {
        self.bind(binds, value, expr)
    }

    /// How a deletion of rows of a table begins, the table being known as `t0`.
    fn delete_from(&self, table: &str) -> String {
        format!("DELETE FROM {table} AS t0")
    }

    /// What the rows of a table that is known as `t0` are called in what a change of them answers.
    fn returned_from(&self, _table: &str) -> String {
        "t0".to_owned()
    }

    /// Whether an update sets its fields one by one, so that the second sees what the first has become.
    fn sets_one_by_one(&self) -> bool {
        false
    }

    /// What follows a query whose rows of `t0` are locked until the transaction ends.
    fn lock(&self) -> &'static str {
        " FOR UPDATE OF t0"
    }

    /// A staging table of this name.
    fn staging(&self, name: &str) -> String;

    /// Whether two stored values of a column differ, of which either may be NULL: by what they are, where the type knows
    /// several spellings of one value, and a text by each of its characters.
    fn differs(&self, stored: &str, staged: &str, column: &ColumnRef) -> String;

    /// Sets fields of `t0` to values of the staged rows `s`.
    fn update_from(
        &self,
        table: &str,
        staging: &str,
        fields: &[(String, String)],
        same_key: &str,
        condition: &str,
    ) -> String {
        let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let fields = fields.join(", ");
        format!("UPDATE {table} AS t0 SET {fields} FROM {staging} AS s WHERE {same_key} AND {condition}")
    }

    /// What an insertion says after its columns, so that generated keys may be given.
    fn inserts_own_values(&self) -> &'static str {
        ""
    }

    /// Whether `(a, b) > (?, ?)` makes good use of an index.
    fn compares_rows(&self) -> bool;
}

pub(crate) fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

/// A pattern for LIKE with `!` as its escape character.
pub(crate) fn like_pattern(position: TextMatch, text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    if position != TextMatch::StartsWith {
        pattern.push('%');
    }
    for character in text.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    if position != TextMatch::EndsWith {
        pattern.push('%');
    }
    pattern
}

/// A name between quotes, the quotes inside doubled.
pub(crate) fn quoted(name: &str, quote: char) -> String {
    let mut quoted = String::with_capacity(name.len() + 2);
    quoted.push(quote);
    for character in name.chars() {
        if character == quote {
            quoted.push(quote);
        }
        quoted.push(character);
    }
    quoted.push(quote);
    quoted
}
