//! Everything about one person, in all datasets that know them, as one archive.
//!
//! - The configuration says which kinds of person there are and by which columns each dataset knows one.
//! - An archive is whole or refused: a dataset, a row or a column that finds rows and is kept from whoever asks is not
//!   left out in silence. Columns that are only shown, or are masks, are counted in the manifest.
//! - Each file is byte for byte the export of its dataset under a filter, and has its manifest.

mod archive;
mod prepare;

use rowport_formats::Format;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use archive::{SubjectArchive, SubjectFile, SubjectManifest};
pub use prepare::PreparedSubjectExport;

use crate::error::EngineError;

/// A kind of person that an archive can be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubjectKind {
    /// The name in requests.
    #[schema(example = "customer")]
    pub name: String,
    /// The name for people.
    #[schema(example = "Customer")]
    pub label: String,
    /// The datasets that know one.
    pub datasets: Vec<SubjectDataset>,
}

/// A dataset that an archive has a file of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubjectDataset {
    /// The source's name.
    pub source: String,
    /// The dataset's name.
    pub dataset: String,
}

/// An archive, asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectRequest {
    /// The kind of person.
    #[schema(min_length = 1, max_length = 80, example = "customer")]
    pub subject: String,
    /// What the person is known by: the value of the columns that the configuration names.
    #[schema(min_length = 1, max_length = 1000, example = "42")]
    pub value: String,
    /// The format of the files.
    #[serde(default)]
    pub format: ArchiveFormat,
}

/// The format of the files in an archive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ArchiveFormat {
    /// One JSON object a line: nothing about a value is lost.
    #[default]
    Ndjson,
    /// Comma-separated values, for people.
    Csv,
}

impl ArchiveFormat {
    /// The format of each file.
    pub fn format(self) -> Format {
        match self {
            Self::Ndjson => Format::Ndjson,
            Self::Csv => Format::Csv,
        }
    }
}

/// What somebody is known by is an id, a number or an address; no longer than this.
const MAX_VALUE_CHARACTERS: usize = 1_000;

impl SubjectRequest {
    /// The request as JSON, as a run keeps it.
    pub fn to_json(&self) -> serde_json::Value {
        // Texts; serialising them cannot fail.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The request that was stored.
    pub fn from_json(value: &serde_json::Value) -> Result<Self, EngineError> {
        Self::deserialize(value).map_err(|error| {
            EngineError::internal(format!("a stored subject export cannot be read: {error}"))
        })
    }

    fn check(&self) -> Result<(), EngineError> {
        let length = self.value.chars().count();
        if self.value.trim().is_empty() || length > MAX_VALUE_CHARACTERS {
            let message =
                format!("`value` is what the person is known by, 1 to {MAX_VALUE_CHARACTERS} characters");
            return Err(EngineError::BadExport { message });
        }
        Ok(())
    }
}
