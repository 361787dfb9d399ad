//! Statements that change rows. Pieces are written in textual order, so that positional placeholders agree.

use rowport_model::{Assigned, Assignment, ColumnRef, Expr, OutputColumn, Query};

use super::compile::Writer;
use super::{Dialect, Statement};

/// The rows of a query, locked until the transaction ends.
pub(crate) fn compile_locking(query: &Query, dialect: &dyn Dialect) -> Statement {
    let mut statement = super::compile(query, dialect);
    statement.sql.push_str(dialect.lock());
    statement
}

/// Deletes the rows of a query without joins; where the database can, answers with its columns.
pub(crate) fn compile_delete(query: &Query, dialect: &dyn Dialect, returning: bool) -> Statement {
    let mut writer = Writer::new(dialect);
    let mut sql = dialect.delete_from(&dialect.table(&query.dataset));
    sql.push_str(&writer.only(query));
    if returning {
        sql.push_str(&writer.returning(query));
    }
    writer.statement(sql)
}

/// Sets fields in the rows of a query without joins. It answers with none of them: what a database answers an update
/// with is from before its triggers.
pub(crate) fn compile_update(query: &Query, assignments: &[Assignment], dialect: &dyn Dialect) -> Statement {
    let mut writer = Writer::new(dialect);
    let copies = |assignment: &Assignment| matches!(assignment.value, Assigned::Copy(_));
    let twice = dialect.sets_one_by_one() && assignments.len() > 1 && assignments.iter().any(copies);
    let fields: Vec<_> = assignments
        .iter()
        .map(|assignment| {
            let value = writer.assigned(assignment, usize::from(twice));
            let column = dialect.identifier(&assignment.column.name);
            if twice { format!("t0.{column} = {value}") } else { format!("{column} = {value}") }
        })
        .collect();
    let table = dialect.table(&query.dataset);
    let beside = if twice { writer.beside(query, &table) } else { String::new() };
    let mut sql = format!("UPDATE {table} AS t0{beside} SET {}", fields.join(", "));
    sql.push_str(&writer.only(query));
    writer.statement(sql)
}

impl Writer<'_> {
    fn only(&mut self, query: &Query) -> String {
        // A query with joins would name tables here that are not there, which the database refuses.
        format!(" WHERE {}", self.predicate(&query.filter))
    }

    fn returning(&mut self, query: &Query) -> String {
        let table = self.dialect.returned_from(&self.dialect.table(&query.dataset));
        let column = |column: &OutputColumn| {
            let sql = match &column.expr {
                Expr::Column(stored) => format!("{table}.{}", self.dialect.identifier(&stored.name)),
                expr => self.expr(expr),
            };
            self.dialect.fetch(sql, &column.expr)
        };
        let columns: Vec<_> = query.columns.iter().map(column).collect();
        format!(" RETURNING {}", columns.join(", "))
    }

    /// The same rows once more as `t1`, which keep what they were while `t0` is set.
    fn beside(&mut self, query: &Query, table: &str) -> String {
        let keys = query.order.iter().filter_map(|order| match &order.expr {
            Expr::Column(column) => Some(self.dialect.identifier(&column.name)),
            _ => None,
        });
        let same: Vec<_> = keys.map(|key| format!("t1.{key} = t0.{key}")).collect();
        format!(" JOIN {table} AS t1 ON {}", same.join(" AND "))
    }

    /// What a field becomes. Others are copied as the table of that number has them.
    fn assigned(&mut self, assignment: &Assignment, copied_from: usize) -> String {
        let column = Expr::Column(assignment.column.clone());
        match &assignment.value {
            Assigned::Null => "NULL".to_owned(),
            Assigned::Value(value) => self.dialect.assign(&mut self.binds, value, &column),
            Assigned::Copy(other) => {
                let other = ColumnRef { table: copied_from, ..other.clone() };
                self.expr(&Expr::Column(other))
            }
            Assigned::Add(amount) => {
                let own = self.expr(&column);
                let amount = self.dialect.bind(&mut self.binds, amount, &column);
                format!("{own} + {amount}")
            }
            Assigned::Replace { find, with } => {
                let own = self.expr(&column);
                let find = self.dialect.text(&mut self.binds, find);
                let with = self.dialect.text(&mut self.binds, with);
                format!("replace({own}, {find}, {with})")
            }
        }
    }
}
