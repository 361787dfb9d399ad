/// The candidate that was probably meant: at most one in four letters of the name differs, and one more.
pub fn nearest(name: &str, candidates: impl Iterator<Item = String>) -> Option<String> {
    let lower = name.to_lowercase();
    candidates
        .map(|candidate| (distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= 1 + lower.len() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, character) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (place, other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(character != *other);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered() {
        let names = || ["orders", "customers", "items"].into_iter().map(str::to_owned);
        assert_eq!(nearest("order", names()).as_deref(), Some("orders"));
        assert_eq!(nearest("Custmers", names()).as_deref(), Some("customers"));
        assert_eq!(nearest("invoices", names()), None);
    }
}
