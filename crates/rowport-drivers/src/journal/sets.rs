use rowport_model::ChangeAction;

use super::{Columns, stored_action, to_i64};
use crate::error::DriverError;
use crate::transaction::{JournalValue, Transaction};

/// A change set that begins.
#[derive(Debug, Clone)]
pub struct NewChangeSet {
    /// A new id, larger than those before.
    pub id: String,
    /// The dataset's name.
    pub dataset: String,
    /// What it does.
    pub action: ChangeAction,
    /// The request that was sent with an idempotency key, summed up.
    pub request: Option<String>,
    /// The columns of the images, as JSON.
    pub columns: String,
    /// The id of the principal who does it.
    pub actor: String,
    /// Their name at the time.
    pub actor_name: String,
    /// The tenant whose rows they may change, where they may not change all.
    pub tenant: Option<String>,
    /// The request that asked for it.
    pub request_id: Option<String>,
    /// Where it came from.
    pub address: Option<String>,
    /// The run that does it, where one does.
    pub run_id: Option<String>,
    /// The change set that it undoes.
    pub undoes: Option<String>,
    /// The change set that it is cascaded from: that of the rows that these depend on.
    pub parent_change_set: Option<String>,
    /// Its turn among those that are cascaded from the same one; 0 is that one's own.
    pub sequence: u64,
    /// A digest of the request's idempotency key, unique among change sets.
    pub idempotency_key: Option<String>,
    /// How many rows were confirmed.
    pub rows: u64,
    /// Now, in milliseconds since 1970.
    pub created_at: i64,
    /// The time until which it can be undone, in milliseconds since 1970.
    pub undo_until: i64,
}

/// A change set as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeSet {
    /// Its id.
    pub id: String,
    /// The dataset's name.
    pub dataset: String,
    /// What it does.
    pub action: ChangeAction,
    /// The request that was sent with an idempotency key, summed up.
    pub request: Option<String>,
    /// The columns of the images, as JSON.
    pub columns: String,
    /// The id of the principal who did it.
    pub actor: String,
    /// Their name at the time.
    pub actor_name: String,
    /// The tenant whose rows they could change, where they could not change all.
    pub tenant: Option<String>,
    /// The request that asked for it.
    pub request_id: Option<String>,
    /// Where it came from.
    pub address: Option<String>,
    /// The run that does it.
    pub run_id: Option<String>,
    /// The change set that it undoes.
    pub undoes: Option<String>,
    /// The change set that it is cascaded from: that of the rows that these depend on.
    pub parent_change_set: Option<String>,
    /// Its turn among those that are cascaded from the same one; 0 is that one's own.
    pub sequence: u64,
    /// How far it is.
    pub state: ChangeSetState,
    /// How many rows were confirmed.
    pub rows: u64,
    /// How many are changed.
    pub done: u64,
    /// How many the database did not take.
    pub failed: u64,
    /// How many were skipped, because another client had changed them since.
    pub skipped: u64,
    /// When it began, in milliseconds since 1970.
    pub created_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// The time until which it can be undone.
    pub undo_until: i64,
}

/// How far a change set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeSetState {
    /// Chunks are still to be done.
    Open,
    /// Everything was tried.
    Done,
    /// It was stopped; what was done stays done.
    Cancelled,
}

/// Which change sets are looked for, newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// Of this dataset only.
    pub dataset: Option<&'a str>,
    /// Of this tenant only.
    pub tenant: Option<&'a str>,
    /// Older than this one.
    pub before: Option<&'a str>,
    /// At most so many.
    pub limit: u32,
}

const CREATE: &str = "INSERT INTO {change_sets} (id, dataset, action, details, columns, actor, actor_name, tenant, \
    request_id, address, run_id, undoes, parent_change_set, sequence, idempotency_key, state, row_count, created_at, undo_until) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'open', $16, $17, $18)";

const COLUMNS: &str = "id, dataset, details, columns, actor, actor_name, tenant, request_id, address, run_id, \
    undoes, parent_change_set, sequence, state, row_count, done_count, failed_count, skipped_count, created_at, ended_at, undo_until";

/// An attempt that was there before is not one that another has overtaken.
const CLAIM: &str =
    "UPDATE {change_sets} SET attempt = $1 WHERE id = $2 AND attempt <= $3 AND state = 'open'";

/// The fence: an attempt that has lost the change set changes nothing.
const ADVANCE: &str = "UPDATE {change_sets} SET done_count = done_count + $1, failed_count = failed_count + $2, \
    skipped_count = skipped_count + $3 WHERE id = $4 AND attempt = $5 AND state = 'open'";

const END: &str =
    "UPDATE {change_sets} SET state = $1, ended_at = $2 WHERE id = $3 AND attempt = $4 AND state = 'open'";

impl ChangeSetState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
}

impl NewChangeSet {
    /// Inserts it. A second one with the same id or key is refused as not unique; while the first is being inserted, the
    /// second waits.
    pub async fn insert(&self, transaction: &mut dyn Transaction) -> Result<(), DriverError> {
        let stored = stored_action::write(&self.action, self.request.as_deref())?;
        let binds = vec![
            self.id.as_str().into(),
            self.dataset.as_str().into(),
            self.action.kind().as_str().into(),
            stored.as_str().into(),
            self.columns.as_str().into(),
            self.actor.as_str().into(),
            self.actor_name.as_str().into(),
            self.tenant.as_deref().into(),
            self.request_id.as_deref().into(),
            self.address.as_deref().into(),
            self.run_id.as_deref().into(),
            self.undoes.as_deref().into(),
            self.parent_change_set.as_deref().into(),
            to_i64(self.sequence).into(),
            self.idempotency_key.as_deref().into(),
            to_i64(self.rows).into(),
            self.created_at.into(),
            self.undo_until.into(),
        ];
        transaction.journal_execute(CREATE, binds).await.map(|_| ())
    }
}

impl ChangeSet {
    /// The one with this id.
    pub async fn find(transaction: &mut dyn Transaction, id: &str) -> Result<Option<Self>, DriverError> {
        Self::find_by(transaction, "id", id).await
    }

    /// The change set with this idempotency key.
    pub async fn with_idempotency_key(
        transaction: &mut dyn Transaction,
        key: &str,
    ) -> Result<Option<Self>, DriverError> {
        Self::find_by(transaction, "idempotency_key", key).await
    }

    /// Those that are cascaded from one, by their sequence.
    pub async fn cascaded_from(
        transaction: &mut dyn Transaction,
        id: &str,
    ) -> Result<Vec<Self>, DriverError> {
        let sql =
            format!("SELECT {COLUMNS} FROM {{change_sets}} WHERE parent_change_set = $1 ORDER BY sequence");
        let rows = transaction.journal_fetch(&sql, vec![id.into()]).await?;
        rows.into_iter().map(Self::read).collect()
    }

    /// Those that a filter finds.
    pub async fn list(
        transaction: &mut dyn Transaction,
        filter: &Filter<'_>,
    ) -> Result<Vec<Self>, DriverError> {
        let mut binds: Vec<JournalValue> = Vec::new();
        let mut conditions = vec!["1 = 1".to_owned()];
        for (column, sign, value) in
            [("dataset", "=", filter.dataset), ("tenant", "=", filter.tenant), ("id", "<", filter.before)]
        {
            if let Some(value) = value {
                binds.push(value.into());
                conditions.push(format!("{column} {sign} ${}", binds.len()));
            }
        }
        let conditions = conditions.join(" AND ");
        let limit = filter.limit;
        let sql = format!(
            "SELECT {COLUMNS} FROM {{change_sets}} WHERE {conditions} ORDER BY id DESC LIMIT {limit}"
        );
        let rows = transaction.journal_fetch(&sql, binds).await?;
        rows.into_iter().map(Self::read).collect()
    }

    /// Records how many rows it has, once they are inserted.
    pub async fn count(transaction: &mut dyn Transaction, id: &str, rows: u64) -> Result<(), DriverError> {
        let sql = "UPDATE {change_sets} SET row_count = $1 WHERE id = $2";
        transaction.journal_execute(sql, vec![to_i64(rows).into(), id.into()]).await.map(|_| ())
    }

    /// Makes it this attempt's. False when a later attempt has it, or when it has ended.
    pub async fn claim(
        transaction: &mut dyn Transaction,
        id: &str,
        attempt: u32,
    ) -> Result<bool, DriverError> {
        let attempt = i64::from(attempt);
        let changed =
            transaction.journal_execute(CLAIM, vec![attempt.into(), id.into(), attempt.into()]).await?;
        Ok(changed > 0 || Self::is_claimed(transaction, id, attempt).await?)
    }

    /// A database that counts only rows which became different says nothing of one that was this attempt's already.
    async fn is_claimed(
        transaction: &mut dyn Transaction,
        id: &str,
        attempt: i64,
    ) -> Result<bool, DriverError> {
        let sql = "SELECT 1 FROM {change_sets} WHERE id = $1 AND attempt = $2 AND state = 'open'";
        Ok(!transaction.journal_fetch(sql, vec![id.into(), attempt.into()]).await?.is_empty())
    }

    /// The attempt that has it now.
    pub async fn attempt(transaction: &mut dyn Transaction, id: &str) -> Result<u32, DriverError> {
        let sql = "SELECT attempt FROM {change_sets} WHERE id = $1";
        let rows = transaction.journal_fetch(sql, vec![id.into()]).await?;
        let row = rows.into_iter().next().unwrap_or_default();
        Ok(u32::try_from(Columns::new(row).integer()?).unwrap_or(u32::MAX))
    }

    /// Counts what a chunk brought. False when a later attempt has the change set, or when it has ended: then nothing of
    /// the transaction may last.
    pub async fn advance(
        transaction: &mut dyn Transaction,
        id: &str,
        attempt: u32,
        [done, failed, skipped]: [u64; 3],
    ) -> Result<bool, DriverError> {
        if done + failed + skipped == 0 {
            return Self::is_claimed(transaction, id, attempt.into()).await;
        }
        let binds = vec![
            to_i64(done).into(),
            to_i64(failed).into(),
            to_i64(skipped).into(),
            id.into(),
            i64::from(attempt).into(),
        ];
        Ok(transaction.journal_execute(ADVANCE, binds).await? == 1)
    }

    /// Ends it. False when a later attempt has it, or when it has ended before.
    pub async fn end(
        transaction: &mut dyn Transaction,
        id: &str,
        attempt: u32,
        state: ChangeSetState,
        now: i64,
    ) -> Result<bool, DriverError> {
        let binds = vec![state.as_str().into(), now.into(), id.into(), i64::from(attempt).into()];
        Ok(transaction.journal_execute(END, binds).await? == 1)
    }

    async fn find_by(
        transaction: &mut dyn Transaction,
        column: &str,
        value: &str,
    ) -> Result<Option<Self>, DriverError> {
        let sql = format!("SELECT {COLUMNS} FROM {{change_sets}} WHERE {column} = $1");
        let rows = transaction.journal_fetch(&sql, vec![value.into()]).await?;
        rows.into_iter().next().map(Self::read).transpose()
    }

    fn read(row: Vec<JournalValue>) -> Result<Self, DriverError> {
        let mut row = Columns::new(row);
        let (id, dataset) = (row.text()?, row.text()?);
        let (action, request) = stored_action::read(&row.text()?)?;
        Ok(Self {
            id,
            dataset,
            action,
            request,
            columns: row.text()?,
            actor: row.text()?,
            actor_name: row.text()?,
            tenant: row.text_or_none()?,
            request_id: row.text_or_none()?,
            address: row.text_or_none()?,
            run_id: row.text_or_none()?,
            undoes: row.text_or_none()?,
            parent_change_set: row.text_or_none()?,
            sequence: row.count()?,
            state: match row.text()?.as_str() {
                "open" => ChangeSetState::Open,
                "done" => ChangeSetState::Done,
                "cancelled" => ChangeSetState::Cancelled,
                other => {
                    let message = format!("the journal has a change set in the state `{other}`");
                    return Err(DriverError::protocol(message));
                }
            },
            rows: row.count()?,
            done: row.count()?,
            failed: row.count()?,
            skipped: row.count()?,
            created_at: row.integer()?,
            ended_at: row.integer_or_none()?,
            undo_until: row.integer()?,
        })
    }
}
