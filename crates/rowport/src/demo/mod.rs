//! The example workspace: a social-media tracker, an online seller's bookkeeping, and sellers found by collection
//! runs, in one SQLite file of any size. The same seed makes the same content, on every machine and at any time,
//! but for when its few deleted posts were deleted: that is some days before it is made. Every person, brand and shop
//! is made up.

mod books;
mod calendar;
mod catalogue;
mod dice;
mod social;
mod words;

#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rusqlite::{Connection, Transaction};

use calendar::Calendar;
use dice::Dice;

/// How many rows each dataset has; each field is the dataset of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    pub brands: u64,
    pub groups: u64,
    pub accounts: u64,
    pub posts: u64,
    pub tags: u64,
    pub post_tags: u64,
    pub records: u64,
    pub departments: u64,
    pub categories: u64,
    pub products: u64,
    pub sellers: u64,
}

impl Summary {
    /// What [`generate`] will make of so many records. Posts grow with the records; what people look up by name grows
    /// with their square root.
    pub fn of(rows: u64) -> Self {
        let root = rows.isqrt();
        let posts = rows / 2;
        Self {
            brands: (root / 10).clamp(8, words::BRANDS.len() as u64),
            groups: (root / 60).clamp(5, words::GROUPS.len() as u64),
            accounts: (root * 2).max(24),
            posts,
            tags: (root / 10).clamp(12, words::TAGS.len() as u64),
            post_tags: social::post_tags(posts),
            records: rows,
            departments: catalogue::departments(),
            categories: catalogue::categories(),
            products: (root * 4).max(catalogue::things()),
            sellers: (root * 8).max(40),
        }
    }

    /// All rows of all datasets together.
    pub fn total(&self) -> u64 {
        self.brands
            + self.groups
            + self.accounts
            + self.posts
            + self.tags
            + self.post_tags
            + self.records
            + self.departments
            + self.categories
            + self.products
            + self.sellers
    }
}

/// Why there is no example workspace.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The file is there already: an example never replaces what somebody may have changed.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// The file cannot be made.
    #[error("cannot make {path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// SQLite cannot write it: the disk is full, say.
    #[error("cannot fill {path}: {error}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        error: rusqlite::Error,
    },
}

/// Makes the example workspace with `rows` records as an SQLite file at `path`, as of `today`, and says what is in it.
/// `progress` hears now and then how many rows of all datasets are written, of [`Summary::total`]. The file appears when it is complete.
///
/// # Errors
///
/// Fails if the file exists already or cannot be written; nothing is left behind then.
pub fn generate(
    path: &Path,
    rows: u64,
    seed: u64,
    today: Date,
    progress: &mut dyn FnMut(u64),
) -> Result<Summary, DemoError> {
    if path.exists() {
        return Err(DemoError::Exists(path.to_owned()));
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".partial");
    let beside = PathBuf::from(beside);
    let io = |error| DemoError::Io { path: path.to_owned(), error };
    if beside.exists() {
        // Somebody killed an earlier attempt.
        fs::remove_file(&beside).map_err(io)?;
    }
    // SQLite would only say that it cannot open the file; the system says why.
    fs::File::create(&beside).map_err(io)?;
    let summary = Summary::of(rows);
    let written = fill(&beside, &summary, seed, today, progress)
        .map_err(|error| DemoError::Sqlite { path: path.to_owned(), error })
        .and_then(|()| fs::rename(&beside, path).map_err(io));
    if let Err(error) = written {
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    Ok(summary)
}

fn fill(
    path: &Path,
    summary: &Summary,
    seed: u64,
    today: Date,
    progress: &mut dyn FnMut(u64),
) -> rusqlite::Result<()> {
    let mut connection = Connection::open(path)?;
    // An unfinished file is thrown away, so it needs neither a journal nor a disk that keeps up. The cache bounds the
    // memory, sorting for the indexes included.
    connection.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA foreign_keys = OFF; PRAGMA cache_size = -16384; PRAGMA temp_store = FILE;",
    )?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(include_str!("schema.sql"))?;
    let mut pen = Pen {
        transaction: &transaction,
        dice: Dice::new(seed),
        calendar: Calendar::new(),
        written: 0,
        progress,
    };
    social::write(&mut pen, summary)?;
    social::delete_some(&transaction, today)?;
    let goods = catalogue::write(&mut pen, summary)?;
    books::write(&mut pen, summary, &goods)?;
    // Built at the end and in order, an index costs a tenth of what it costs row by row.
    transaction.execute_batch(include_str!("indexes.sql"))?;
    transaction.commit()?;
    connection.close().map_err(|(_, error)| error)
}

/// What every part of the workspace is written with.
struct Pen<'a> {
    transaction: &'a Transaction<'a>,
    dice: Dice,
    calendar: Calendar,
    written: u64,
    progress: &'a mut dyn FnMut(u64),
}

impl Pen<'_> {
    fn count(&mut self) {
        self.written += 1;
        if self.written.is_multiple_of(10_000) {
            (self.progress)(self.written);
        }
    }
}
