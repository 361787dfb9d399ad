//! What may be saved: names, sizes and how many.

use unicode_normalization::UnicodeNormalization;

use crate::error::StoreError;

/// An e-mail address has at most so many bytes.
const LONGEST_EMAIL: usize = 254;

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

/// Invisible characters that turn the direction of a line: an address with one looks like another address.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// An e-mail address as it is kept, composed (NFC); `None` for what is no address, or has characters in it that are not
/// seen. Only a message that arrives shows that it is one.
pub fn email(text: &str) -> Option<String> {
    let email: String = text.trim().nfc().collect();
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !is_invisible(c);
    let fit = email.len() <= LONGEST_EMAIL
        && email.chars().all(plain)
        && email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    fit.then_some(email)
}

/// The form in which two names are the same.
pub(crate) fn folded(name: &str) -> String {
    name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use rowport_model::ErrorCode;

    use super::*;

    #[test]
    fn an_address_is_composed_and_has_only_characters_that_are_seen() {
        assert_eq!(email(" Ada@example.org ").as_deref(), Some("Ada@example.org"));
        // Typed on another system, it is the same person.
        assert_eq!(email("zoe\u{308}@example.org"), email("zo\u{eb}@example.org"));
        for hidden in [
            "\u{200b}",
            "\u{200d}",
            "\u{202e}",
            "\u{2066}",
            "\u{feff}",
            "\u{ad}",
            "\u{e0041}",
            " ",
            "\t",
            "\0",
            "\u{a0}",
        ] {
            assert_eq!(email(&format!("ad{hidden}a@example.org")), None, "{hidden:?}");
        }
        for text in ["", "ada", "@example.org", "ada@", &format!("{}@example.org", "a".repeat(250))] {
            assert_eq!(email(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_has_1_to_80_characters_around_which_spaces_do_not_count() {
        assert_eq!(checked("  Unpaid orders ").unwrap(), "Unpaid orders");
        assert_eq!(checked(&"é".repeat(80)).unwrap().chars().count(), 80);
        for name in ["", " \t", "a\nb", "a\0b", &"é".repeat(81)] {
            assert_eq!(checked(name).unwrap_err().code(), ErrorCode::BadName, "{name:?}");
        }
    }
}
