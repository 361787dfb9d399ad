//! The journal's versions, each made of the one before by the statements of one folder.
//!
//! A version that was published is not edited: journals of it exist. What comes next is a folder with the next number,
//! whose last statement writes that number. Not every database can do several such statements as one, so each can be run
//! once more: by its own words (`IF NOT EXISTS`), or by a line before it, `-- Unless change_sets has sequence:`, which
//! names a column or an index of one of the tables.

use std::collections::BTreeSet;

use super::VERSION;
use crate::error::DriverError;

/// The statements of each version, from the first on, in one database's words.
pub(crate) type Migrations = [&'static str; VERSION as usize];

pub(crate) const POSTGRES: Migrations = [
    include_str!("0001/postgres.sql"),
    include_str!("0002/postgres.sql"),
    include_str!("0003/postgres.sql"),
    include_str!("0004/postgres.sql"),
];
pub(crate) const MYSQL: Migrations = [
    include_str!("0001/mysql.sql"),
    include_str!("0002/mysql.sql"),
    include_str!("0003/mysql.sql"),
    include_str!("0004/mysql.sql"),
];
pub(crate) const SQLITE: Migrations = [
    include_str!("0001/sqlite.sql"),
    include_str!("0002/sqlite.sql"),
    include_str!("0003/sqlite.sql"),
    include_str!("0004/sqlite.sql"),
];

/// What a version made of the columns of the one before: where it is there, that one was complete.
const RENAMED: [(i64, &str); 1] = [(3, "change_sets.parent_change_set")];

/// What preparing a source came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prepared {
    /// The journal is new.
    Made,
    /// The journal was of this earlier version.
    Upgraded {
        /// The version that it had.
        from: i64,
    },
    /// The journal was there, and nothing was done.
    Present,
}

/// A journal as a database has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    /// Its version; 0 where there is none.
    pub(crate) version: i64,
    /// The columns and indexes of its tables, as `change_sets.sequence`.
    pub(crate) parts: BTreeSet<String>,
}

impl Found {
    /// The journal whose tables have these columns, for a login that may not read its version. Statements of a version
    /// that was complete are never among those that it needs: they would make columns anew that were renamed since.
    pub(crate) fn unread(parts: BTreeSet<String>) -> Self {
        let renamed = RENAMED.iter().rev().find(|(_, part)| parts.contains(*part));
        Self { version: renamed.map_or(0, |(version, _)| version - 1), parts }
    }

    /// The statements that make it this program's version, in their order.
    pub(crate) fn needs(&self, migrations: &Migrations) -> Result<Vec<&'static str>, DriverError> {
        if self.version > VERSION {
            return Err(DriverError::JournalNewer { found: self.version, known: VERSION });
        }
        let done = usize::try_from(self.version).unwrap_or(0);
        let statements = migrations.iter().skip(done).flat_map(|version| statements(version));
        Ok(statements.filter(|statement| !self.has(statement)).collect())
    }

    /// What running them comes to.
    pub(crate) fn prepared(&self) -> Prepared {
        match self.version {
            VERSION => Prepared::Present,
            0 => Prepared::Made,
            from => Prepared::Upgraded { from },
        }
    }

    fn has(&self, statement: &str) -> bool {
        let condition = statement.lines().find_map(|line| line.strip_prefix("-- Unless ")?.strip_suffix(':'));
        let part = condition.and_then(|condition| condition.split_once(" has "));
        part.is_some_and(|(table, part)| self.parts.contains(&format!("{table}.{part}")))
    }
}

/// The statements for an admin to read and to run: those that are needed, and the rights that another login is given.
pub(crate) fn script(needed: &[&str], grants: Option<&str>) -> String {
    let mut text = match needed {
        [] => format!("-- The journal is there, in version {VERSION}: no table is to be made or altered.\n"),
        needed => {
            needed.iter().map(|statement| format!("{}\n", statement.trim_start_matches('\n'))).collect()
        }
    };
    if let Some(grants) = grants {
        text.push_str("\n-- What the login that Rowport uses may do with these tables.\n");
        text.push_str(grants);
    }
    text
}

/// A text in single statements, each with the comments before it.
fn statements(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split_inclusive(";\n").map(str::trim_end).filter(|statement| !statement.is_empty())
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    /// A new version adds a line; no line ever changes.
    const PUBLISHED: [[&str; 3]; VERSION as usize] = [
        ["c47ff2dac8e421fb", "f20826a21a289206", "a7c552813dc50957"],
        ["b6f26d601a1f7a81", "245e27fe89084daa", "763add8b17f97580"],
        ["4641ee5e1fca7712", "09eb2ad9d84e18fb", "0668c4b3e518e6fd"],
        ["080484eaaed82e90", "99364d28f90faa40", "6b288fea06bbc5ee"],
    ];

    #[test]
    fn a_version_that_was_published_is_never_edited() {
        for (version, digests) in PUBLISHED.iter().enumerate() {
            let texts = [POSTGRES[version], MYSQL[version], SQLITE[version]];
            let found = texts.map(|text| {
                let digest = Sha256::digest(text.as_bytes());
                digest[..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>()
            });
            assert_eq!(found, *digests, "version {} of the journal", version + 1);
        }
    }

    #[test]
    fn the_last_statement_of_each_version_writes_its_number() {
        for migrations in [POSTGRES, MYSQL, SQLITE] {
            for (version, text) in (1..).zip(migrations) {
                let last = statements(text).last().unwrap_or_default();
                let writes = [format!("SELECT {version} "), format!("SET version = {version} ")];
                assert!(writes.iter().any(|words| last.contains(words.as_str())), "{last}");
            }
        }
    }

    #[test]
    fn what_a_journal_has_is_not_made_again() {
        let new = Found::default().needs(&MYSQL).unwrap();
        assert_eq!(new.len(), 21);
        let parts = ["change_sets.along_with", "change_sets.place"].map(str::to_owned).into();
        let older = Found { version: 1, parts };
        let needed = older.needs(&MYSQL).unwrap();
        assert_eq!(needed.len(), 15, "{needed:?}");
        assert!(!needed.iter().any(|statement| statement.contains("ADD COLUMN along_with")), "{needed:?}");
        let unread = Found::unread(["change_sets.parent_change_set".to_owned()].into());
        let needed = unread.needs(&MYSQL).unwrap();
        assert!(!needed.iter().any(|statement| statement.contains("ADD COLUMN along_with")), "{needed:?}");
        let current = Found { version: VERSION, ..Found::default() };
        assert_eq!((current.needs(&MYSQL).unwrap().len(), current.prepared()), (0, Prepared::Present));
        let newer = Found { version: VERSION + 1, ..Found::default() };
        assert!(matches!(newer.needs(&MYSQL), Err(DriverError::JournalNewer { .. })));
    }
}
