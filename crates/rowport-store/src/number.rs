//! Counts as the databases have them.

/// Counts are far below this limit, and a database's integers end there.
pub(crate) fn to_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
