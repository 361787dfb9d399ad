//! The statements of a merge. The staged rows are `s`, with a number `n` and columns `c0`, `c1` …; the dataset is `t0`.

use std::ops::Range;

use rowport_model::{ColumnRef, ColumnType, Expr, IntegerWidth, Output, OutputColumn, Query};

use super::Staging;
use crate::query::{Dialect, Statement, Writer};

/// A merge in the words of one database.
pub(super) struct Statements<'a> {
    pub(super) dialect: &'a dyn Dialect,
    pub(super) staging: &'a Staging,
    pub(super) target: &'a Query,
    /// Some of the staged rows, or all.
    pub(super) rows: Option<Range<u64>>,
}

/// A row that matches, and what there is to do with it: `n * STATES` and one of these.
pub(super) const STATES: u64 = 4;
pub(super) const UNCHANGED: u64 = 0;
pub(super) const CHANGING: u64 = 1;
pub(super) const OUT_OF_SCOPE: u64 = 2;

/// The select list and the FROM of a query without rows that has the columns of a staging table, each in the type of its
/// column in the dataset and free to be NULL, whatever the dataset says: what is missing is the merge's to find.
pub(crate) fn creation(staging: &Staging, dialect: &dyn Dialect) -> String {
    let columns = staging.columns.iter().enumerate();
    let columns: Vec<_> =
        columns.map(|(index, it)| format!("t0.{} AS c{index}", dialect.identifier(&it.name))).collect();
    let table = dialect.table(&staging.dataset);
    format!("{} FROM (SELECT 1 AS one) AS o LEFT JOIN {table} AS t0 ON 1 = 0", columns.join(", "))
}

impl Statements<'_> {
    /// The rows that will be changed, as they are, and the numbers of the staged rows beside them; locked.
    pub(super) fn changing(&self) -> Statement {
        let mut writer = Writer::new(self.dialect);
        let columns = writer.columns(self.target).join(", ");
        let scope = writer.predicate(&self.target.filter);
        let (joined, range, differs) = (self.joined(), self.in_range(), self.differs());
        let lock = self.dialect.lock();
        writer.statement(format!(
            "SELECT {columns}, s.n{joined} WHERE {range} AND {scope} AND ({differs}) ORDER BY s.n{lock}"
        ))
    }

    /// The staged rows that match a row of the dataset, each with its state.
    pub(super) fn matched(&self) -> Statement {
        let mut writer = Writer::new(self.dialect);
        let scope = writer.predicate(&self.target.filter);
        let sql = format!(
            "SELECT s.n * {STATES} + CASE WHEN {scope} THEN CASE WHEN {} THEN {CHANGING} ELSE {UNCHANGED} END \
             ELSE {OUT_OF_SCOPE} END AS n{} WHERE {} ORDER BY s.n",
            self.differs(),
            self.joined(),
            self.in_range(),
        );
        writer.statement(sql)
    }

    /// The numbers of staged rows whose key another staged row has as well; one of them.
    pub(super) fn repeated(&self) -> Statement {
        let keys: Vec<_> = self.key_columns().map(|(staged, _)| staged).collect();
        let known: Vec<_> = keys.iter().map(|key| format!(" AND {key} IS NOT NULL")).collect();
        let sql = format!(
            "SELECT max(s.n) AS n FROM {} AS s WHERE {}{} GROUP BY {} HAVING count(*) > 1 LIMIT 1",
            self.dialect.staging(&self.staging.table()),
            self.in_range(),
            known.concat(),
            keys.join(", "),
        );
        Writer::new(self.dialect).statement(sql)
    }

    /// Changes the rows that [`Self::changing`] has found.
    pub(super) fn update(&self) -> Statement {
        let mut writer = Writer::new(self.dialect);
        let fields: Vec<_> = self
            .staging
            .set()
            .map(|(index, column)| (self.dialect.identifier(&column.name), format!("s.c{index}")))
            .collect();
        let scope = writer.predicate(&self.target.filter);
        let condition = format!("{} AND {scope} AND ({})", self.in_range(), self.differs());
        let (table, staging) = (self.table(), self.dialect.staging(&self.staging.table()));
        let sql = self.dialect.update_from(&table, &staging, &fields, &self.same_key(), &condition);
        writer.statement(sql)
    }

    /// Inserts the staged rows; where some match, without these.
    pub(super) fn insert(&self, some_match: bool) -> Statement {
        let table = self.table();
        let columns = self.staging.columns.iter();
        let names: Vec<_> = columns.map(|column| self.dialect.identifier(&column.name)).collect();
        let values: Vec<_> = (0..names.len()).map(|index| format!("s.c{index}")).collect();
        let unmatched = match some_match {
            true => format!(" AND NOT EXISTS (SELECT 1 FROM {table} AS t0 WHERE {})", self.same_key()),
            false => String::new(),
        };
        let sql = format!(
            "INSERT INTO {table} ({}){} SELECT {} FROM {} AS s WHERE {}{unmatched}",
            names.join(", "),
            self.dialect.inserts_own_values(),
            values.join(", "),
            self.dialect.staging(&self.staging.table()),
            self.in_range(),
        );
        Writer::new(self.dialect).statement(sql)
    }

    /// The rows of the target whose key no staged row has, as they are; locked.
    pub(super) fn missing(&self) -> Statement {
        let mut writer = Writer::new(self.dialect);
        let columns = writer.columns(self.target).join(", ");
        let missing = self.is_missing(&mut writer);
        let lock = self.dialect.lock();
        let sql = format!("SELECT {columns} FROM {} AS t0 WHERE {missing}{lock}", self.table());
        writer.statement(sql)
    }

    /// Deletes the rows that [`Self::missing`] has found.
    pub(super) fn delete_missing(&self) -> Statement {
        let mut writer = Writer::new(self.dialect);
        let missing = self.is_missing(&mut writer);
        let sql = format!("{} WHERE {missing}", self.dialect.delete_from(&self.table()));
        writer.statement(sql)
    }

    /// The columns of [`Self::changing`].
    pub(super) fn images_and_numbers(&self) -> Query {
        let mut query = self.target.clone();
        query.columns.push(number());
        query
    }

    /// The column of [`Self::matched`] and [`Self::repeated`].
    pub(super) fn numbers(&self) -> Query {
        Query { columns: vec![number()], output: Output::Rows, ..self.target.clone() }
    }

    /// A row without its key cannot be missing: no staged row could name it.
    fn is_missing(&self, writer: &mut Writer<'_>) -> String {
        let scope = writer.predicate(&self.target.filter);
        let nullable = self.staging.key.iter().filter(|key| key.nullable);
        let named = nullable.map(|key| format!(" AND t0.{} IS NOT NULL", self.dialect.identifier(&key.name)));
        format!(
            "{scope}{} AND NOT EXISTS (SELECT 1 FROM {} AS s WHERE {})",
            named.collect::<String>(),
            self.dialect.staging(&self.staging.table()),
            self.same_key(),
        )
    }

    fn joined(&self) -> String {
        let staging = self.dialect.staging(&self.staging.table());
        format!(" FROM {staging} AS s JOIN {} AS t0 ON {}", self.table(), self.same_key())
    }

    fn table(&self) -> String {
        self.dialect.table(&self.staging.dataset)
    }

    /// The staged columns of the key, and the dataset's.
    fn key_columns(&self) -> impl Iterator<Item = (String, String)> {
        let staged = self.staging.key_indexes().into_iter().map(|index| format!("s.{index}"));
        let stored = |key: &ColumnRef| format!("t0.{}", self.dialect.identifier(&key.name));
        staged.zip(self.staging.key.iter().map(stored))
    }

    /// The dataset's column comes first: SQLite compares by the collation of the left one.
    fn same_key(&self) -> String {
        let same: Vec<_> =
            self.key_columns().map(|(staged, stored)| format!("{stored} = {staged}")).collect();
        same.join(" AND ")
    }

    fn differs(&self) -> String {
        let differs = |(index, column): (usize, &ColumnRef)| {
            let stored = format!("t0.{}", self.dialect.identifier(&column.name));
            self.dialect.differs(&stored, &format!("s.c{index}"), column)
        };
        let differs: Vec<_> = self.staging.set().map(differs).collect();
        if differs.is_empty() { "1 = 0".to_owned() } else { differs.join(" OR ") }
    }

    fn in_range(&self) -> String {
        match &self.rows {
            Some(rows) => format!("s.n >= {} AND s.n < {}", rows.start, rows.end),
            None => "1 = 1".to_owned(),
        }
    }
}

/// The number of a staged row, as a column of an answer.
fn number() -> OutputColumn {
    let column = ColumnRef {
        table: 0,
        name: "n".to_owned(),
        column_type: ColumnType::Integer { width: IntegerWidth::I64 },
        native_type: "bigint".to_owned(),
        compared_as: "bigint".to_owned(),
        nullable: false,
    };
    OutputColumn { name: "n".to_owned(), label: "n".to_owned(), expr: Expr::Column(column), currency: None }
}
