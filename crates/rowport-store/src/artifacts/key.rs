//! Keys: `RUN/ATTEMPT/FILE`, the same in every storage. They are Rowport's own, and one that is not of this shape is
//! refused all the same, before it becomes a path.

use crate::error::StoreError;

/// The file that an attempt makes. Its name is the same for every run: the one that people see may have anything in it.
pub(super) const FILE: &str = "data";

/// The key of an attempt's file.
pub(super) fn key(run: &str, attempt: u32, file: &str) -> Result<String, StoreError> {
    let key = format!("{run}/{attempt}/{file}");
    check(&key)?;
    Ok(key)
}

/// Refuses what could leave the storage.
pub(super) fn check(key: &str) -> Result<(), StoreError> {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    if key.split('/').count() != 3 || !key.split('/').all(plain) {
        return Err(StoreError::UnknownArtifact { id: key.to_owned() });
    }
    Ok(())
}
