use std::collections::HashSet;

/// The longest name of a sheet, in UTF-16 units.
const MAX_LENGTH: usize = 31;

/// Gives every sheet of a workbook a name that Excel accepts and no other sheet has.
#[derive(Default)]
pub(super) struct SheetNames {
    /// In lower case, because Excel does not tell cases apart.
    used: HashSet<String>,
}

impl SheetNames {
    /// The wanted name, as near as possible.
    pub(super) fn assign(&mut self, wanted: &str) -> String {
        let base = sanitised(wanted);
        let mut name = truncated(&base, MAX_LENGTH).to_owned();
        let mut number = 2_usize;
        while !self.used.insert(name.to_lowercase()) {
            let suffix = format!(" ({number})");
            name = format!("{}{suffix}", truncated(&base, MAX_LENGTH - suffix.len()));
            number += 1;
        }
        name
    }
}

fn sanitised(wanted: &str) -> String {
    let allowed = |character: char| match character {
        '[' | ']' | ':' | '*' | '?' | '/' | '\\' => '_',
        control if control.is_control() => ' ',
        '\u{fffe}' | '\u{ffff}' => ' ',
        other => other,
    };
    let name: String = wanted.chars().map(allowed).collect();
    // Excel refuses an apostrophe at either end, and the name "History", which it keeps for itself.
    let name = name.trim().trim_matches('\'').trim();
    match name {
        "" => "(empty)".to_owned(),
        name if name.eq_ignore_ascii_case("history") => format!("{name}_"),
        name => name.to_owned(),
    }
}

fn truncated(name: &str, units: usize) -> &str {
    let mut length = 0;
    let end = name.char_indices().find(|(_, character)| {
        length += character.len_utf16();
        length > units
    });
    let name = end.map_or(name, |(end, _)| &name[..end]);
    // The cut may have laid bare what a name must not end with.
    name.trim_end_matches(['\'', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_acceptable_and_unique() {
        let mut names = SheetNames::default();
        assert_eq!(names.assign("Orders"), "Orders");
        assert_eq!(names.assign("orders"), "orders (2)");
        assert_eq!(names.assign("a[b]:c*d?e/f\\g"), "a_b__c_d_e_f_g");
        assert_eq!(names.assign("''"), "(empty)");
        assert_eq!(names.assign(""), "(empty) (2)");
        assert_eq!(names.assign("History"), "History_");
        assert_eq!(names.assign("'quoted'"), "quoted");
        assert_eq!(names.assign(&"x".repeat(40)), "x".repeat(31));
        assert_eq!(names.assign(&"x".repeat(40)), format!("{} (2)", "x".repeat(27)));
        assert_eq!(names.assign(&"🦀".repeat(20)), "🦀".repeat(15));
    }
}
