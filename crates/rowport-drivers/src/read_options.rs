/// How a query is read.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions {
    /// At most so many rows in a batch.
    pub batch_rows: usize,
    /// A batch ends early when its values reach so many bytes.
    pub batch_bytes: usize,
    /// Whether the statement limit holds.
    pub limited: bool,
}

impl ReadOptions {
    /// For exports: no limit on time.
    pub const EXPORT: Self = Self { batch_rows: 1_024, batch_bytes: 1 << 20, limited: false };
    /// For pages and counts.
    pub const PAGE: Self = Self { batch_rows: 1_024, batch_bytes: 8 << 20, limited: true };
}
