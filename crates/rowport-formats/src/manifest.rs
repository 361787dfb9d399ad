use rowport_model::Snapshot;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::{Compression, Format, Notation};

/// What an export promises about its file, so that anybody can check that the file is whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// How many rows the file has, without header rows.
    pub rows: u64,
    /// How many bytes the file has, as it is stored.
    pub bytes: u64,
    /// The SHA-256 of the file as it is stored, in lower-case hexadecimal.
    pub sha256: String,
    /// The instant whose state the rows show, as RFC 3339, where the source can name one.
    pub snapshot_at: Option<String>,
    /// Whether that is one state of the whole source.
    #[serde(default)]
    pub snapshot: Snapshot,
    /// When the export was made, as RFC 3339.
    pub exported_at: String,
    /// The dataset's name.
    pub dataset: String,
    /// The kind of database behind it, such as `postgres`.
    pub source_kind: String,
    /// The format of the file.
    pub format: Format,
    /// How the file as a whole is compressed.
    pub compression: Option<Compression>,
    /// The columns of the file, in their order.
    pub columns: Vec<ManifestColumn>,
    /// The filter as text, where there was one.
    pub filter: Option<String>,
    /// The sort as people asked for it.
    pub sort: Vec<String>,
    /// The free-text search, where there was one.
    pub search: Option<String>,
    /// Whether the order of the rows is total.
    pub order: RowOrder,
    /// The key that makes the order total; empty without one.
    pub order_key: Vec<String>,
    /// Whether the formula guard was applied, so that an import knows to take it off.
    pub guard: bool,
    /// What stands for NULL in the text formats.
    pub null: String,
    /// How dates and decimal numbers are written in the text formats.
    pub notation: Notation,
    /// The byte between the fields, in the formats that have one.
    pub delimiter: Option<char>,
    /// Whether the file begins with a header row.
    pub header_row: bool,
}

/// A column as the manifest describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestColumn {
    /// The name in the dataset.
    pub name: String,
    /// What the header row says.
    pub header: String,
    /// The type word.
    #[serde(rename = "type")]
    pub column_type: String,
}

/// Whether two exports of the same snapshot have their rows in the same order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RowOrder {
    /// A unique key ends the sort, so no two rows could change places.
    #[default]
    Total,
    /// No key ends the sort, as the dataset has none or none was wanted; the rows are complete, and where the sort leaves
    /// their order open it is the database's choice.
    None,
}

/// Counts and hashes the bytes of a file as they pass by.
#[derive(Debug, Clone, Default)]
pub struct Digest {
    sha256: Sha256,
    bytes: u64,
}

/// How many bytes passed by, and their SHA-256 in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestSum {
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: String,
}

impl Digest {
    /// A digest of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    /// How many bytes passed by so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The sum over everything so far. The digest can go on.
    pub fn sum(&self) -> DigestSum {
        let hash = self.sha256.clone().finalize();
        DigestSum { bytes: self.bytes, sha256: hash.iter().map(|byte| format!("{byte:02x}")).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_that_of_all_pieces() {
        let mut digest = Digest::new();
        digest.update(b"a");
        digest.update(b"bc");
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest.sum(), DigestSum { bytes: 3, sha256: expected.to_owned() });
    }
}
