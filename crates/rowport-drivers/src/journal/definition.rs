//! The journal's tables, in each database's words, and how statements about them are written.
//!
//! Statements name tables as `{change_sets}` and placeholders as `$1`, `$2` … in the order of their values, each
//! once; `{lock}` ends a query whose rows stay locked until the transaction ends, and `{integer}` is the type
//! of large numbers.

use super::migrations::{self, Migrations};

/// How one kind of database writes the journal's statements.
pub(crate) struct Notation {
    /// The statements of each version of the tables.
    pub(crate) migrations: Migrations,
    prefix: &'static str,
    /// What `{lock}` stands for: the rows that are found are locked.
    lock: &'static str,
    /// What `{integer}` stands for: the type to which a sum is cast.
    integer: &'static str,
    placeholder: fn(usize) -> String,
}

pub(crate) const POSTGRES: Notation = Notation {
    migrations: migrations::POSTGRES,
    prefix: "rowport_journal.",
    lock: " FOR UPDATE",
    integer: "bigint",
    placeholder: |number| format!("${number}"),
};

pub(crate) const MYSQL: Notation = Notation {
    migrations: migrations::MYSQL,
    prefix: "_rowport_",
    lock: " FOR UPDATE",
    integer: "SIGNED",
    placeholder: |_| "?".to_owned(),
};

pub(crate) const SQLITE: Notation = Notation {
    migrations: migrations::SQLITE,
    prefix: "_rowport_",
    lock: "",
    integer: "INTEGER",
    placeholder: |number| format!("?{number}"),
};

impl Notation {
    /// A statement as the database reads it.
    pub(crate) fn write(&self, sql: &str) -> String {
        let mut written = String::with_capacity(sql.len() + 64);
        let mut rest = sql;
        while let Some(at) = rest.find(['{', '$']) {
            written.push_str(&rest[..at]);
            let special = &rest[at..];
            if let Some(end) = special.find('}').filter(|_| special.starts_with('{')) {
                match &special[1..end] {
                    "lock" => written.push_str(self.lock),
                    "integer" => written.push_str(self.integer),
                    table => written.extend([self.prefix, table]),
                }
                rest = &special[end + 1..];
            } else {
                let digits = special[1..].bytes().take_while(u8::is_ascii_digit).count();
                let number = special[1..=digits].parse().unwrap_or(0);
                written.push_str(&(self.placeholder)(number));
                rest = &special[1 + digits..];
            }
        }
        written.push_str(rest);
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_placeholders_are_written_as_each_database_reads_them() {
        let sql = "UPDATE {change_sets} SET state = $1 WHERE id = $2";
        for (notation, written) in [
            (POSTGRES, "UPDATE rowport_journal.change_sets SET state = $1 WHERE id = $2"),
            (MYSQL, "UPDATE _rowport_change_sets SET state = ? WHERE id = ?"),
            (SQLITE, "UPDATE _rowport_change_sets SET state = ?1 WHERE id = ?2"),
        ] {
            assert_eq!(notation.write(sql), written);
        }
    }
}
