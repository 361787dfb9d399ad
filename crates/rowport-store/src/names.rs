//! What may be saved: names, sizes and how many.

use crate::error::StoreError;

/// A name has at most so many characters.
pub const MAX_NAME_CHARACTERS: usize = 80;
/// A dataset has at most so many saved views, and as many presets.
pub const MAX_PER_DATASET: u32 = 500;
/// Of these, those that are of one principal, unless it administers Rowport.
pub const MAX_PER_OWNER: u32 = 100;
/// A view or a list of columns has at most so many bytes of JSON.
pub const MAX_BODY_BYTES: usize = 64 << 10;
/// The views of a dataset have at most so many together, and so have its presets: everyone who opens it loads them.
pub const MAX_TOTAL_BYTES: usize = 1 << 20;

/// The name as it is kept: without spaces around it.
pub(crate) fn checked(name: &str) -> Result<&str, StoreError> {
    let name = name.trim();
    let wrong = |message: String| Err(StoreError::BadName { message });
    if name.is_empty() {
        return wrong("it is empty".to_owned());
    }
    let length = name.chars().count();
    if length > MAX_NAME_CHARACTERS {
        return wrong(format!("it has {length} characters, at most {MAX_NAME_CHARACTERS} are allowed"));
    }
    if name.chars().any(char::is_control) {
        return wrong("it has a line break or another control character".to_owned());
    }
    Ok(name)
}

/// The form in which two names are the same.
pub(crate) fn folded(name: &str) -> String {
    name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_1_to_80_characters_around_which_spaces_do_not_count() {
        assert_eq!(checked("  Unpaid orders ").unwrap(), "Unpaid orders");
        assert_eq!(checked(&"é".repeat(80)).unwrap().chars().count(), 80);
        for name in ["", " \t", "a\nb", "a\0b", &"é".repeat(81)] {
            assert_eq!(checked(name).unwrap_err().code(), "bad_name", "{name:?}");
        }
    }
}
