//! The change journal: tables in the target database that hold what is needed to undo a change.
//!
//! A *change set* is one action of a principal; its rows are recorded in *chunks*, a few thousand rows each. A chunk names the
//! rows that were confirmed before it is worked on, and holds their images, before and after, once it is done. Chunks
//! rather than rows, because a row of its own for each changed row costs several times the change itself.
//!
//! Every function here takes the [`Transaction`] that makes the change: both are there afterwards, or neither is.

mod chunks;
mod definition;
mod migrations;
mod relay;
mod sets;
mod stored_action;

pub use chunks::{Chunk, ChunkResult, ChunkState, NewChunk, Trash, UndoneRows};
pub(crate) use definition::{MYSQL, POSTGRES, SQLITE};
pub use migrations::Prepared;
pub(crate) use migrations::{Found, script};
pub use relay::Unrelayed;
pub use sets::{ChangeSet, ChangeSetState, Filter, NewChangeSet};

use crate::error::DriverError;
use crate::transaction::{JournalValue, Transaction};

/// The version of the tables that this program reads and writes: that of the last of `migrations/`.
pub const VERSION: i64 = 4;

/// Whether the journal is there, in the version that this program knows.
pub async fn is_ready(transaction: &mut dyn Transaction) -> Result<(), DriverError> {
    let rows = transaction.journal_fetch("SELECT version FROM {journal}", Vec::new()).await;
    let rows = match rows {
        Err(DriverError::Vanished { .. }) => return Err(DriverError::NoJournal),
        other => other.map_err(DriverError::of_journal)?,
    };
    let row = rows.into_iter().next().unwrap_or_default();
    match row.into_iter().next() {
        Some(JournalValue::Integer(Some(VERSION))) => Ok(()),
        Some(JournalValue::Integer(Some(found))) if found < VERSION => {
            Err(DriverError::JournalOutdated { found, known: VERSION })
        }
        Some(JournalValue::Integer(Some(found))) => Err(DriverError::JournalNewer { found, known: VERSION }),
        // Preparing it was stopped in the middle.
        None | Some(JournalValue::Integer(None)) => Err(DriverError::NoJournal),
        Some(other) => Err(unexpected_value("a number", &other)),
    }
}

/// Whether the login may write the journal. Changes nothing.
pub async fn is_writable(transaction: &mut dyn Transaction) -> Result<(), DriverError> {
    is_ready(transaction).await?;
    for statement in [
        "UPDATE {change_sets} SET attempt = attempt WHERE 1 = 0",
        "DELETE FROM {change_chunks} WHERE 1 = 0",
        "DELETE FROM {change_sets} WHERE 1 = 0",
        "UPDATE {change_chunks} SET relayed = relayed WHERE 1 = 0",
        "INSERT INTO {change_chunks} (change_set, chunk, state, key_count, keys_image) \
         SELECT change_set, chunk, state, key_count, keys_image FROM {change_chunks} WHERE 1 = 0",
    ] {
        transaction.journal_execute(statement, Vec::new()).await.map_err(DriverError::of_journal)?;
    }
    Ok(())
}

/// Reads the columns of an answer's row one after the other.
struct Columns(std::vec::IntoIter<JournalValue>);

impl Columns {
    fn new(row: Vec<JournalValue>) -> Self {
        Self(row.into_iter())
    }

    fn next(&mut self) -> Result<JournalValue, DriverError> {
        self.0.next().ok_or_else(|| DriverError::protocol("the journal answered with too few columns"))
    }

    fn integer_or_none(&mut self) -> Result<Option<i64>, DriverError> {
        match self.next()? {
            JournalValue::Integer(value) => Ok(value),
            other => Err(unexpected_value("a number", &other)),
        }
    }

    fn integer(&mut self) -> Result<i64, DriverError> {
        self.integer_or_none()?.ok_or_else(|| DriverError::protocol("the journal lacks a number"))
    }

    fn count(&mut self) -> Result<u64, DriverError> {
        Ok(u64::try_from(self.integer()?).unwrap_or(0))
    }

    fn text_or_none(&mut self) -> Result<Option<String>, DriverError> {
        match self.next()? {
            JournalValue::Text(value) => Ok(value),
            // MySQL takes text of a binary collation to be bytes.
            JournalValue::Bytes(value) => value
                .map(|bytes| {
                    String::from_utf8(bytes).map_err(|_| DriverError::protocol("a text is not UTF-8"))
                })
                .transpose(),
            other => Err(unexpected_value("a text", &other)),
        }
    }

    fn text(&mut self) -> Result<String, DriverError> {
        self.text_or_none()?.ok_or_else(|| DriverError::protocol("the journal lacks a text"))
    }

    fn bytes_or_none(&mut self) -> Result<Option<Vec<u8>>, DriverError> {
        match self.next()? {
            JournalValue::Bytes(value) => Ok(value),
            other => Err(unexpected_value("bytes", &other)),
        }
    }
}

fn unexpected_value(expected: &str, found: &JournalValue) -> DriverError {
    let found = match found {
        JournalValue::Integer(_) => "a number",
        JournalValue::Text(_) => "a text",
        JournalValue::Bytes(_) => "bytes",
    };
    DriverError::protocol(format!("the journal has {found} where {expected} is expected"))
}

fn to_i64(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
