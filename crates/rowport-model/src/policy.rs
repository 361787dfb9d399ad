/// What a principal may see of one dataset. Obtaining a [`ResolvedDataset`](crate::ResolvedDataset) takes one, so
/// that no path to rows can leave it out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatasetPolicy {
    /// Columns that for this principal do not exist: neither read, filtered, sorted, searched nor counted by.
    pub hidden_columns: Vec<String>,
    /// Columns that are there, every value of them [`MASK`]; neither filtered, sorted, searched nor counted by.
    pub masked_columns: Vec<String>,
    /// The soft-delete column, if the dataset has one: rows where it is not NULL do not exist.
    pub deleted_at: Option<String>,
    /// The column that says who deleted a row, if the dataset has one.
    pub deleted_by: Option<String>,
    /// Which rows there are with regard to that: not the deleted ones, unless the trash is looked at.
    pub deleted: Deleted,
    /// Whose rows there are; those of others do not exist.
    pub tenant: Option<TenantScope>,
    /// The tenant whose people look at it, in datasets of which every tenant sees the same rows, too.
    pub viewers: Option<String>,
}

/// What becomes of rows that are marked as deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Deleted {
    /// They do not exist.
    #[default]
    LeftOut,
    /// Only they exist: the trash.
    Only,
    /// Only those exist that were marked before this moment. None of them where the mark is no moment.
    Before(jiff::Timestamp),
    /// They exist beside the others: for undoing changes of rows, deleted or not.
    Included,
}

/// The rows of one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantScope {
    /// The column that says whose a row is.
    pub column: String,
    /// The tenant, as text in the notation of filters. One that does not fit the column's type has no rows.
    pub value: String,
}

/// What stands for each value of a masked column, NULL included.
pub const MASK: &str = "•••";
