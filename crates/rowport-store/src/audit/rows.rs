//! The rows that were changed in a source: one event for each, summed up by an event of the chain for each chunk.

use jiff::Timestamp;
use rowport_model::ChangeKind;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::Audit;
use super::chain::Words;
use super::events::{self, AuditEvent};
use super::record::{KNOWN, NewEvent};
use crate::actor::Actor;
use crate::database::{Row, query};
use crate::error::StoreError;
use crate::hex::hex;
use crate::tx::Tx;

/// What the actions of events about rows begin with.
pub(super) const CHUNK: &str = "chunk.";

/// A chunk of a change set whose rows were changed.
#[derive(Debug, Clone)]
pub struct RelayedChunk<'a> {
    /// The change set.
    pub change_set: &'a str,
    /// The chunk's number.
    pub chunk: i64,
    /// In which dataset, as source and name.
    pub dataset: (&'a str, &'a str),
    /// What was done to the rows.
    pub action: ChangeKind,
    /// When.
    pub at: Timestamp,
    /// The rows, in the order of the chunk's images.
    pub rows: &'a [RowEvent],
}

/// A row that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowEvent {
    /// JSON: the values of the key's columns as texts.
    pub key: String,
    /// SHA-256 of the row before and after.
    pub digest: Vec<u8>,
}

/// Which events about a row.
#[derive(Debug, Clone, Copy)]
pub struct RowsWanted<'a> {
    /// The ways in which the row's key may be written there, as [`RowEvent`] has it.
    pub keys: &'a [String],
    /// In which dataset, as source and name.
    pub dataset: (&'a str, &'a str),
    /// Only of this tenant.
    pub tenant: Option<&'a str>,
    /// Only those with a smaller number, for the next page.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

/// An event about a row, with what its chunk has in common.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundRow {
    /// The chunk's event; its subject is the change set.
    pub event: AuditEvent,
    /// The chunk's number.
    pub chunk: i64,
    /// The row's place in the chunk's images.
    pub place: usize,
    /// SHA-256 of the row before and after.
    pub digest: Vec<u8>,
}

/// So many rows are written by one statement.
const PIECE: usize = 1_000;

impl Audit<'_> {
    /// Writes down that rows were changed: once, however often it is asked for. True when it was not there before.
    pub async fn relay(&self, actor: &Actor, chunk: &RelayedChunk<'_>) -> Result<bool, StoreError> {
        let id = format!("{}/{}", chunk.change_set, chunk.chunk);
        let action = format!("{CHUNK}{}", chunk.action);
        let detail =
            json!({ "chunk": chunk.chunk, "rows": chunk.rows.len(), "digest": digest_of(chunk.rows) });
        let mut tx = Tx::begin(self.context).await?;
        if query(KNOWN).bind(&id).exists(&mut tx).await? {
            return Ok(false);
        }
        let event = NewEvent {
            action: &action,
            dataset: Some(chunk.dataset),
            subject: Some(chunk.change_set),
            detail,
        };
        // Another process that does the same at this moment finds the id taken, and fails.
        let seq = tx.record_as(&id, chunk.at, actor, &event).await?;
        for (piece, rows) in (0..).zip(chunk.rows.chunks(PIECE)) {
            let mut insert = query(insert(rows.len())).bind(seq);
            for (place, row) in (piece * PIECE as i64..).zip(rows) {
                insert = insert.bind(place).bind(&row.key).bind(row.digest.as_slice());
            }
            insert.execute(&mut tx).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// What happened to a row, the latest first.
    pub async fn rows(&self, wanted: RowsWanted<'_>) -> Result<Vec<FoundRow>, StoreError> {
        let columns = events::COLUMNS.replace("seq,", "audit.seq,");
        let keys: Vec<_> = (6..).take(wanted.keys.len()).map(|number| format!("${number}")).collect();
        let keys = if keys.is_empty() { "''".to_owned() } else { keys.join(", ") };
        let sql = format!(
            "SELECT {columns}, place, digest FROM row_events JOIN audit ON audit.seq = row_events.seq \
             WHERE row_key IN ({keys}) AND source = $1 AND dataset = $2 AND ($3 = '' OR tenant = $3) \
             AND row_events.seq < $4 ORDER BY row_events.seq DESC LIMIT $5"
        );
        let query = query(sql)
            .bind(wanted.dataset.0)
            .bind(wanted.dataset.1)
            .bind(wanted.tenant.unwrap_or_default())
            .bind(wanted.before.unwrap_or(i64::MAX))
            .bind(wanted.limit);
        let query = wanted.keys.iter().fold(query, |query, key| query.bind(key));
        query.fetch_all(&self.context.database, found).await
    }
}

/// The rows of a chunk, summed up.
pub(super) fn digest_of(rows: &[RowEvent]) -> String {
    let mut words = Words(Sha256::new());
    for row in rows {
        words.bytes(row.key.as_bytes());
        words.bytes(&row.digest);
    }
    hex(&words.0.finalize())
}

/// The statement that writes so many rows. All of them have the number of their chunk's event.
fn insert(rows: usize) -> String {
    let mut sql = "INSERT INTO row_events (seq, place, row_key, digest) VALUES ".to_owned();
    for row in 0..rows {
        let first = 2 + 3 * row;
        let comma = if row == 0 { "" } else { ", " };
        sql.push_str(&format!("{comma}($1, ${first}, ${}, ${})", first + 1, first + 2));
    }
    sql
}

fn found(row: &Row) -> Result<FoundRow, sqlx::Error> {
    let event = events::read(row)?;
    Ok(FoundRow {
        chunk: event.detail["chunk"].as_i64().unwrap_or_default(),
        place: usize::try_from(row.number("place")?).unwrap_or(usize::MAX),
        digest: row.bytes("digest")?,
        event,
    })
}
