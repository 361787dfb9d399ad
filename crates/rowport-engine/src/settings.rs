//! What the configuration says of sources and datasets, free of its file format.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use rowport_drivers::SourceUrl;
use rowport_model::Expression;

/// Everything a desk needs to know.
#[derive(Debug, Clone, Default)]
pub struct EngineSettings {
    /// The sources, in the order in which people see them.
    pub sources: Vec<SourceSettings>,
    /// The name that file names begin with.
    pub workspace: Option<String>,
    /// Export thresholds and limits.
    pub exports: ExportSettings,
    /// How long changes can be taken back.
    pub changes: ChangeSettings,
    /// The kinds of person that an archive can be about.
    pub subjects: Vec<SubjectSettings>,
}

/// A kind of person, such as a customer. Datasets say by which columns they know one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectSettings {
    /// The name in requests: lower-case letters, digits, `-` and `_`.
    pub name: String,
    /// The name for people.
    pub label: String,
}

/// One database.
#[derive(Debug, Clone)]
pub struct SourceSettings {
    /// The name in addresses: lower-case letters, digits, `-` and `_`.
    pub name: String,
    /// The name for people.
    pub label: String,
    /// Where it is.
    pub url: SourceUrl,
    /// Refinements, by dataset name (`table` or `schema.table`).
    pub datasets: BTreeMap<String, DatasetSettings>,
}

/// Refinements of one dataset. All of them are optional.
#[derive(Debug, Clone, Default)]
pub struct DatasetSettings {
    /// The name for people.
    pub label: Option<String>,
    /// Leaves the dataset out altogether.
    pub hidden: bool,
    /// The columns that name one row, where the database does not say: of a view, or of a table without a key.
    pub key: Option<Vec<String>>,
    /// The soft-delete column: rows where it is not NULL do not exist.
    pub deleted_at: Option<String>,
    /// The column that says who deleted a row.
    pub deleted_by: Option<String>,
    /// The column that says whose a row is. Principals of a tenant see the rows that have its name there.
    pub tenant: Option<String>,
    /// Whether every tenant sees the whole of it. A dataset that neither names a tenant column nor is shared is not there
    /// for principals of a tenant.
    pub shared: Shared,
    /// By which columns its rows belong to a person, by kind of person: any of them has what that person is known by.
    pub subjects: BTreeMap<String, Vec<String>>,
    /// Refinements, by column.
    pub columns: BTreeMap<String, ColumnSettings>,
    /// Computed columns, by name.
    pub computed: BTreeMap<String, ComputedSettings>,
    /// Columns reached through foreign keys: name to path (`album_title = "AlbumId.Title"`).
    pub lookups: BTreeMap<String, String>,
    /// Column presets: name to columns.
    pub presets: BTreeMap<String, Vec<String>>,
}

/// What people of tenants may do with a dataset whose rows belong to no tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shared {
    /// Nothing: it is not there for them.
    #[default]
    No,
    /// See the whole of it.
    Read,
    /// See the whole of it, and change it for all others as far as their roles allow.
    Write,
}

/// Refinements of one column.
#[derive(Debug, Clone, Default)]
pub struct ColumnSettings {
    /// The name for people.
    pub label: Option<String>,
    /// The column does not exist for anybody.
    pub hidden: bool,
    /// Only principals who may `records.reveal` see its values; for all others they are masked.
    pub sensitive: bool,
    /// An admin has said that it is not sensitive, so its name is not pointed out.
    pub reviewed: bool,
    /// An ISO 4217 code.
    pub currency: Option<String>,
}

/// A computed column.
#[derive(Debug, Clone)]
pub struct ComputedSettings {
    /// How it is computed.
    pub expression: Expression,
    /// The name for people.
    pub label: Option<String>,
    /// An ISO 4217 code.
    pub currency: Option<String>,
}

/// When an export is direct and when it is streamed, and what it may hold.
#[derive(Debug, Clone)]
pub struct ExportSettings {
    /// Exports of at most so many rows are complete before their first byte is sent.
    pub direct_rows: u64,
    /// Exports of at most so many rows are sent while they are read; larger ones are for the background.
    pub streamed_rows: u64,
    /// How long the file of a background export is kept.
    pub retention: Duration,
    /// How long a slow reader may hold the snapshot before the rest is spooled to disk.
    pub snapshot_patience: Duration,
    /// How many bytes may be spooled for one export.
    pub spool_bytes: u64,
    /// The folder on whose disk they are spooled, in files without a name; the system's own for temporary files when
    /// there is none.
    pub spool_folder: Option<PathBuf>,
}

impl Default for ExportSettings {
    fn default() -> Self {
        Self {
            direct_rows: 10_000,
            streamed_rows: 100_000,
            retention: Duration::from_secs(24 * 60 * 60),
            snapshot_patience: Duration::from_secs(30),
            spool_bytes: 20 << 30,
            spool_folder: None,
        }
    }
}

/// How long changes can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeSettings {
    /// For how long a change can be undone.
    pub undo: Duration,
    /// How long deleted rows stay in the trash.
    pub trash: Duration,
    /// Whether rows that are marked as deleted are removed then as well: they may have been marked long before Rowport
    /// came, by an application that counts on them.
    pub purge_marked: bool,
}

impl Default for ChangeSettings {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self { undo: 7 * DAY, trash: 30 * DAY, purge_marked: false }
    }
}

/// A setting that does not fit the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingProblem {
    /// Where, as keys from the source on: `["sources", "shop", "datasets", "orders", "columns", "totl"]`.
    pub path: Vec<String>,
    /// What is wrong.
    pub message: String,
    /// What would be right, if that can be said.
    pub hint: Option<String>,
}
