use super::{Columns, to_i64};
use crate::error::DriverError;
use crate::transaction::{JournalValue, Transaction};

/// A chunk that is to be done.
#[derive(Debug, Clone)]
pub struct NewChunk {
    /// Its number; there is room between two numbers for splitting the first.
    pub chunk: i64,
    /// How many rows it names.
    pub rows: u64,
    /// Their keys.
    pub keys: Vec<u8>,
    /// The chunk of another change set that it undoes.
    pub from: Option<(String, i64)>,
}

/// A chunk as it stands.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// Its number.
    pub chunk: i64,
    /// How far it is.
    pub state: ChunkState,
    /// How many rows it names.
    pub rows: u64,
    /// Their keys.
    pub keys: Vec<u8>,
    /// The rows that were changed, as they were; none where there were no rows before.
    pub before: Option<Vec<u8>>,
    /// The same rows as they were afterwards; none where there are none any more.
    pub after: Option<Vec<u8>>,
    /// How many rows were changed.
    pub done: u64,
    /// The rows that were not, and why, as JSON.
    pub failures: Option<String>,
    /// Which of the changed rows were undone.
    pub undone: UndoneRows,
    /// The chunk of another change set that it undoes.
    pub from: Option<(String, i64)>,
}

/// How far a chunk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChunkState {
    /// It is to be done.
    Pending,
    /// Every row of it was tried.
    Done,
}

/// What came of a chunk.
#[derive(Debug, Clone, Default)]
pub struct ChunkResult {
    /// The rows that were changed, as they were.
    pub before: Option<Vec<u8>>,
    /// The same rows as they are now.
    pub after: Option<Vec<u8>>,
    /// How many they are.
    pub rows: u64,
    /// The rows that were not changed, and why, as JSON.
    pub failures: Option<String>,
}

/// The deleted rows that are looked for.
#[derive(Debug, Clone, Copy)]
pub struct Trash<'a> {
    /// Of this dataset.
    pub dataset: &'a str,
    /// Deleted by people of this tenant only.
    pub tenant: Option<&'a str>,
    /// Deleted before this time only, in milliseconds since 1970.
    pub before: Option<i64>,
}

/// The changed rows of a chunk that were undone: a bit for each, in the order of the images.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UndoneRows(Vec<u8>);

impl UndoneRows {
    /// Whether this row of the images was undone.
    pub fn contains(&self, row: usize) -> bool {
        self.0.get(row / 8).is_some_and(|byte| byte & (1 << (row % 8)) != 0)
    }

    /// Notes that this row was undone. True when it was not before.
    pub fn insert(&mut self, row: usize) -> bool {
        if self.0.len() <= row / 8 {
            self.0.resize(row / 8 + 1, 0);
        }
        let (byte, bit) = (&mut self.0[row / 8], 1 << (row % 8));
        let new = *byte & bit == 0;
        *byte |= bit;
        new
    }

    /// How many rows were undone.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|byte| u64::from(byte.count_ones())).sum()
    }
}

impl Trash<'_> {
    /// What its chunks have in common, and the values for it.
    fn conditions(&self) -> (Vec<JournalValue>, String) {
        let mut binds: Vec<JournalValue> = vec![self.dataset.into()];
        let mut conditions = "s.dataset = $1 AND c.state = 'done' AND c.after_image IS NULL \
                              AND c.before_image IS NOT NULL AND c.undone_count < c.done_count"
            .to_owned();
        if let Some(tenant) = self.tenant {
            binds.push(tenant.into());
            conditions.push_str(&format!(" AND s.tenant = ${}", binds.len()));
        }
        if let Some(before) = self.before {
            binds.push(before.into());
            conditions.push_str(&format!(" AND s.created_at < ${}", binds.len()));
        }
        (binds, conditions)
    }
}

const ADD: &str = "INSERT INTO {change_chunks} \
    (change_set, chunk, state, key_count, keys_image, from_change_set, from_chunk) \
    VALUES ($1, $2, 'pending', $3, $4, $5, $6)";

const COLUMNS: &str = "chunk, state, key_count, keys_image, before_image, after_image, done_count, failures, undone_rows, \
    from_change_set, from_chunk";

const FINISH: &str = "UPDATE {change_chunks} SET state = 'done', before_image = $1, after_image = $2, \
    done_count = $3, failures = $4, done_at = $5 WHERE change_set = $6 AND chunk = $7 AND state = 'pending'";

const SET_UNDONE: &str =
    "UPDATE {change_chunks} SET undone_rows = $1, undone_count = $2 WHERE change_set = $3 AND chunk = $4";

const PURGE: &str = "UPDATE {change_chunks} SET before_image = $1, undone_rows = $2, undone_count = $3 \
    WHERE change_set = $4 AND chunk = $5";

const PENDING: &str =
    "SELECT chunk FROM {change_chunks} WHERE change_set = $1 AND state = 'pending' ORDER BY chunk";

const FAILURES: &str = "SELECT chunk, failures FROM {change_chunks} WHERE change_set = $1 AND chunk > $2 \
    AND failures IS NOT NULL ORDER BY chunk LIMIT 1";

const NUMBERS: &str =
    "SELECT chunk FROM {change_chunks} WHERE change_set = $1 AND state = 'done' ORDER BY chunk DESC";

const REMOVE: &str = "DELETE FROM {change_chunks} WHERE change_set = $1 AND chunk = $2 AND state = 'pending'";

impl NewChunk {
    /// Inserts it.
    pub async fn insert(
        &self,
        transaction: &mut dyn Transaction,
        change_set: &str,
    ) -> Result<(), DriverError> {
        let binds = vec![
            change_set.into(),
            self.chunk.into(),
            to_i64(self.rows).into(),
            self.keys.clone().into(),
            self.from.as_ref().map(|(change_set, _)| change_set.as_str()).into(),
            JournalValue::Integer(self.from.as_ref().map(|(_, chunk)| *chunk)),
        ];
        transaction.journal_execute(ADD, binds).await.map(|_| ())
    }
}

impl Chunk {
    /// The numbers of those that are to be done.
    pub async fn pending(
        transaction: &mut dyn Transaction,
        change_set: &str,
    ) -> Result<Vec<i64>, DriverError> {
        numbers(transaction, PENDING, change_set).await
    }

    /// The numbers of those that were done, the last first.
    pub async fn done(transaction: &mut dyn Transaction, change_set: &str) -> Result<Vec<i64>, DriverError> {
        numbers(transaction, NUMBERS, change_set).await
    }

    /// The one with this number. Where it is locked, no other transaction changes it until this one ends.
    pub async fn find(
        transaction: &mut dyn Transaction,
        change_set: &str,
        chunk: i64,
        locked: bool,
    ) -> Result<Option<Self>, DriverError> {
        let lock = if locked { "{lock}" } else { "" };
        let sql =
            format!("SELECT {COLUMNS} FROM {{change_chunks}} WHERE change_set = $1 AND chunk = $2{lock}");
        let rows = transaction.journal_fetch(&sql, vec![change_set.into(), chunk.into()]).await?;
        rows.into_iter().next().map(Self::read).transpose()
    }

    /// What is known of rows that were not changed, of the next chunk after one that has such rows.
    pub async fn next_failures(
        transaction: &mut dyn Transaction,
        change_set: &str,
        after: i64,
    ) -> Result<Option<(i64, String)>, DriverError> {
        let rows = transaction.journal_fetch(FAILURES, vec![change_set.into(), after.into()]).await?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let mut row = Columns::new(row);
        Ok(Some((row.integer()?, row.text()?)))
    }

    /// The next chunk of a dataset with deleted rows that did not come back, the last deleted first; from the given
    /// chunk on, where there is one, which may be the answer.
    pub async fn next_in_trash(
        transaction: &mut dyn Transaction,
        trash: &Trash<'_>,
        from: Option<(&str, i64)>,
    ) -> Result<Option<(String, i64)>, DriverError> {
        let (mut binds, mut conditions) = trash.conditions();
        if let Some((change_set, chunk)) = from {
            let bound = binds.len();
            binds.extend([change_set.into(), change_set.into(), JournalValue::from(chunk)]);
            let (older, same, number) = (bound + 1, bound + 2, bound + 3);
            conditions.push_str(&format!(
                " AND (c.change_set < ${older} OR (c.change_set = ${same} AND c.chunk <= ${number}))"
            ));
        }
        let sql = format!(
            "SELECT c.change_set, c.chunk FROM {{change_chunks}} c JOIN {{change_sets}} s ON s.id = c.change_set \
             WHERE {conditions} ORDER BY c.change_set DESC, c.chunk DESC LIMIT 1"
        );
        let rows = transaction.journal_fetch(&sql, binds).await?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let mut row = Columns::new(row);
        Ok(Some((row.text()?, row.integer()?)))
    }

    /// How many deleted rows did not come back.
    pub async fn count_in_trash(
        transaction: &mut dyn Transaction,
        trash: &Trash<'_>,
    ) -> Result<u64, DriverError> {
        let (binds, conditions) = trash.conditions();
        let sql = format!(
            "SELECT CAST(COALESCE(SUM(c.done_count - c.undone_count), 0) AS {{integer}}) FROM {{change_chunks}} c \
             JOIN {{change_sets}} s ON s.id = c.change_set WHERE {conditions}"
        );
        let rows = transaction.journal_fetch(&sql, binds).await?;
        Columns::new(rows.into_iter().next().unwrap_or_default()).count()
    }

    /// Records what came of it. False when that was done before.
    pub async fn finish(
        transaction: &mut dyn Transaction,
        change_set: &str,
        chunk: i64,
        result: ChunkResult,
        now: i64,
    ) -> Result<bool, DriverError> {
        let binds = vec![
            result.before.into(),
            result.after.into(),
            to_i64(result.rows).into(),
            JournalValue::Text(result.failures),
            now.into(),
            change_set.into(),
            chunk.into(),
        ];
        Ok(transaction.journal_execute(FINISH, binds).await? == 1)
    }

    /// Records which of its rows were undone.
    pub async fn set_undone(
        transaction: &mut dyn Transaction,
        change_set: &str,
        chunk: i64,
        undone: UndoneRows,
    ) -> Result<(), DriverError> {
        let count = to_i64(undone.count());
        let binds = vec![undone.0.into(), count.into(), change_set.into(), chunk.into()];
        transaction.journal_execute(SET_UNDONE, binds).await.map(|_| ())
    }

    /// Replaces an image by one without the values of some rows, and records that these cannot be undone any more.
    pub async fn purge(
        transaction: &mut dyn Transaction,
        change_set: &str,
        chunk: i64,
        image: Option<Vec<u8>>,
        undone: UndoneRows,
    ) -> Result<(), DriverError> {
        let count = to_i64(undone.count());
        let binds = vec![image.into(), undone.0.into(), count.into(), change_set.into(), chunk.into()];
        transaction.journal_execute(PURGE, binds).await.map(|_| ())
    }

    /// Replaces one that is to be done by two.
    pub async fn split(
        transaction: &mut dyn Transaction,
        change_set: &str,
        chunk: i64,
        halves: [NewChunk; 2],
    ) -> Result<(), DriverError> {
        transaction.journal_execute(REMOVE, vec![change_set.into(), chunk.into()]).await?;
        for half in halves {
            half.insert(transaction, change_set).await?;
        }
        Ok(())
    }

    fn read(row: Vec<JournalValue>) -> Result<Self, DriverError> {
        let mut row = Columns::new(row);
        Ok(Self {
            chunk: row.integer()?,
            state: if row.text()? == "done" { ChunkState::Done } else { ChunkState::Pending },
            rows: row.count()?,
            keys: row.bytes_or_none()?.unwrap_or_default(),
            before: row.bytes_or_none()?,
            after: row.bytes_or_none()?,
            done: row.count()?,
            failures: row.text_or_none()?,
            undone: UndoneRows(row.bytes_or_none()?.unwrap_or_default()),
            from: {
                let (change_set, chunk) = (row.text_or_none()?, row.integer_or_none()?);
                change_set.zip(chunk)
            },
        })
    }
}

async fn numbers(
    transaction: &mut dyn Transaction,
    sql: &str,
    change_set: &str,
) -> Result<Vec<i64>, DriverError> {
    let rows = transaction.journal_fetch(sql, vec![change_set.into()]).await?;
    rows.into_iter().map(|row| Columns::new(row).integer()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_undone_once() {
        let mut undone = UndoneRows::default();
        assert!(undone.insert(9) && undone.insert(0) && !undone.insert(9));
        assert_eq!([0, 1, 9, 4_000].map(|row| undone.contains(row)), [true, false, true, false]);
        assert_eq!(undone.count(), 2);
    }
}
