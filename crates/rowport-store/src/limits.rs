//! How often something may happen. What was admitted is counted in the store, so that all processes share a limit.

use jiff::{SignedDuration, Timestamp};
use rowport_model::Clock;

use crate::context::Context;
use crate::database::{Executor, Row, query};
use crate::error::StoreError;
use crate::timestamp::timestamp;
use crate::tx::Tx;

/// What tries are counted for: an account, a network, both together. The parts are kept apart, so that no text that a
/// caller chooses can name another bucket than its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThrottleKey(String);

impl ThrottleKey {
    /// The bucket of this kind with these parts.
    pub fn of(kind: &'static str, parts: &[&str]) -> Self {
        // A JSON list quotes each part and says where it ends.
        Self(serde_json::json!([kind, parts]).to_string())
    }
}

/// So many times within a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many times at most.
    pub most: u32,
    /// Counted back from now.
    pub within: SignedDuration,
}

/// What a limit leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// The limit.
    pub limit: Limit,
    /// How many more times now.
    pub left: u32,
    /// When there will be one more than now.
    pub resets_at: Timestamp,
}

/// The limits of a [`Store`](crate::Store).
#[derive(Debug, Clone, Copy)]
pub struct Limits<'a> {
    pub(crate) context: &'a Context,
}

/// Waits for whoever else is admitted, so that no two pass a limit together.
const TURN: &str = "UPDATE counters SET value = value WHERE name = 'runs'";

const COUNT: &str = "SELECT count(*) AS n, COALESCE(min(at), 0) AS first FROM admissions \
    WHERE principal = $1 AND kind = $2 AND at > $3";

impl Limits<'_> {
    /// Admits one more, unless a limit is reached: then the answer is the one that takes longest to give way.
    pub async fn admit(
        &self,
        clock: &dyn Clock,
        principal: &str,
        kind: &str,
        limits: &[Limit],
    ) -> Result<Result<Vec<Admission>, Admission>, StoreError> {
        let now = clock.now();
        let id = self.context.ids.next(now);
        let Some(longest) = limits.iter().map(|limit| limit.within).max() else { return Ok(Ok(Vec::new())) };
        let mut tx = Tx::begin(self.context).await?;
        query(TURN).execute(&mut tx).await?;
        let mut left = Vec::new();
        for limit in limits {
            left.push(count(&mut tx, principal, kind, *limit, now).await?);
        }
        let refused = left.iter().filter(|it| it.left == 0).max_by_key(|it| it.resets_at).copied();
        if let Some(refused) = refused {
            return Ok(Err(refused));
        }
        query("DELETE FROM admissions WHERE principal = $1 AND kind = $2 AND at <= $3")
            .bind(principal)
            .bind(kind)
            .bind((now - longest).as_millisecond())
            .execute(&mut tx)
            .await?;
        query("INSERT INTO admissions (id, principal, kind, at) VALUES ($1, $2, $3, $4)")
            .bind(&id)
            .bind(principal)
            .bind(kind)
            .bind(now.as_millisecond())
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        for admission in &mut left {
            admission.left -= 1;
        }
        Ok(Ok(left))
    }

    /// What is left of the limits now.
    pub async fn left(
        &self,
        clock: &dyn Clock,
        principal: &str,
        kind: &str,
        limits: &[Limit],
    ) -> Result<Vec<Admission>, StoreError> {
        let now = clock.now();
        let mut left = Vec::new();
        for limit in limits {
            left.push(count(&self.context.database, principal, kind, *limit, now).await?);
        }
        Ok(left)
    }

    /// Counts a try, and answers when the next one may be made if there were too many. The count begins anew when its
    /// time is over, or when it is forgiven.
    pub async fn throttle(
        &self,
        clock: &dyn Clock,
        bucket: &ThrottleKey,
        limit: Limit,
    ) -> Result<Result<(), Timestamp>, StoreError> {
        // One statement, so that tries at the same time are all counted.
        const TRY: &str = "INSERT INTO throttles (bucket, count, until) VALUES ($1, 1, $3) \
            ON CONFLICT (bucket) DO UPDATE SET \
            count = CASE WHEN throttles.until <= $2 THEN 1 ELSE throttles.count + 1 END, \
            until = CASE WHEN throttles.until <= $2 THEN $3 ELSE throttles.until END RETURNING count, until";
        let now = clock.now();
        let (at, until) = (now.as_millisecond(), (now + limit.within).as_millisecond());
        let read = |row: &Row| Ok((row.number("count")?, row.number("until")?));
        let tried = query(TRY).bind(&bucket.0).bind(at).bind(until);
        let tried = tried.fetch_one(&self.context.database, read).await?;
        Ok(if tried.0 > i64::from(limit.most) { Err(timestamp(tried.1)) } else { Ok(()) })
    }

    /// Counts one try less: it was none of those that are counted.
    pub async fn take_back(&self, bucket: &ThrottleKey) -> Result<(), StoreError> {
        query("UPDATE throttles SET count = count - 1 WHERE bucket = $1 AND count > 0")
            .bind(&bucket.0)
            .execute(&self.context.database)
            .await
            .map(drop)
    }

    /// Forgets the tries of a bucket, and those of all buckets whose time is over.
    pub async fn forgive(&self, clock: &dyn Clock, bucket: &ThrottleKey) -> Result<(), StoreError> {
        query("DELETE FROM throttles WHERE bucket = $1 OR until <= $2")
            .bind(&bucket.0)
            .bind(clock.now().as_millisecond())
            .execute(&self.context.database)
            .await
            .map(drop)
    }
}

/// What a limit leaves now.
async fn count(
    executor: impl Executor,
    principal: &str,
    kind: &str,
    limit: Limit,
    now: Timestamp,
) -> Result<Admission, StoreError> {
    let since = (now - limit.within).as_millisecond();
    let counted = query(COUNT).bind(principal).bind(kind).bind(since);
    counted.fetch_one(executor, |row| admission(limit, row, now)).await
}

fn admission(limit: Limit, row: &Row, now: Timestamp) -> Result<Admission, sqlx::Error> {
    let used = u32::try_from(row.number("n")?).unwrap_or(u32::MAX);
    let first = row.number("first")?;
    let resets_at = if used == 0 { now } else { timestamp(first) + limit.within };
    Ok(Admission { limit, left: limit.most.saturating_sub(used), resets_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_bucket_never_run_into_each_other() {
        let texts = ["", "a", "a b", "b", "a\"", "\",\"", "[", "a\",\"b", "\u{0}", ","];
        let mut seen = std::collections::HashMap::new();
        for kind in ["account", "network"] {
            for one in texts {
                assert_eq!(seen.insert(ThrottleKey::of(kind, &[one]).0, (kind, one, None)), None);
                for two in texts {
                    assert_eq!(
                        seen.insert(ThrottleKey::of(kind, &[one, two]).0, (kind, one, Some(two))),
                        None
                    );
                }
            }
        }
    }
}
