//! What a table lets this login do, and what its rules make of it: asked once for each table that a transaction changes.

use sqlx::{PgConnection, Row};

use super::session::query;

/// A statement that changes rows, by the letter that the catalog has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    Update,
    Insert,
    Delete,
}

/// What is to be known of a table before its rows change.
#[derive(Debug, Clone, Default)]
pub(super) struct Rights {
    /// Whether rows may be locked, which takes the right to update at least one column.
    pub(super) locks_rows: bool,
    /// Whether the whole table may be locked against those who change it.
    pub(super) locks_table: bool,
    /// Whether policies decide which rows this login sees, and which of these it may change.
    pub(super) has_policies: bool,
    /// Whether it has rows of its own, as a view has not.
    is_table: bool,
    rules: Vec<String>,
}

impl Rights {
    pub(super) async fn read(connection: &mut PgConnection, table: &str) -> Result<Self, sqlx::Error> {
        let found = query(
            "SELECT has_any_column_privilege(c.oid, 'UPDATE'), \
                    has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE'), row_security_active(c.oid), \
                    c.relkind IN ('r', 'p'), \
                    ARRAY(SELECT r.ev_type::text || r.is_instead::text FROM pg_rewrite r WHERE r.ev_class = c.oid) \
             FROM pg_class c WHERE c.oid = to_regclass($1)",
        )
        .bind(table)
        .fetch_optional(connection)
        .await?;
        Ok(found.map_or_else(Self::default, |row| Self {
            locks_rows: row.get(0),
            locks_table: row.get(1),
            has_policies: row.get(2),
            is_table: row.get(3),
            rules: row.get(4),
        }))
    }

    /// Whether rows may be copied in, which is quicker than inserting them, and heeds neither policies nor rules.
    pub(super) fn takes_copies(&self) -> bool {
        let heeded = self.has_rules(Event::Insert) && !self.is_replaced(Event::Insert);
        self.is_table && !self.has_policies && !heeded
    }

    /// Whether rules do something beside what is asked, which COPY does not take.
    pub(super) fn has_rules(&self, event: Event) -> bool {
        self.rules.iter().any(|rule| rule.starts_with(event.letter()))
    }

    /// Whether a rule does something else than what is asked, for some rows or for all.
    pub(super) fn is_replaced(&self, event: Event) -> bool {
        self.rules.contains(&format!("{}true", event.letter()))
    }
}

impl Event {
    fn letter(self) -> char {
        match self {
            Self::Update => '2',
            Self::Insert => '3',
            Self::Delete => '4',
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Update => "UPDATE",
            Self::Insert => "INSERT",
            Self::Delete => "DELETE",
        }
    }
}
