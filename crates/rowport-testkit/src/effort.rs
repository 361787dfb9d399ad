//! How much is tried: `make test` tries a tenth of what `make soak` does.

/// Whether the checks that take minutes run too: `ROWPORT_SOAK` is set.
pub fn soak() -> bool {
    std::env::var_os("ROWPORT_SOAK").is_some()
}

/// How often something is tried: all of it in the soak, a tenth otherwise, and `ROWPORT_CASES` times where that is set.
pub fn cases(full: usize) -> usize {
    match number("ROWPORT_CASES") {
        Some(count) => usize::try_from(count).unwrap_or(usize::MAX),
        None if soak() => full,
        None => full.div_ceil(10),
    }
}

/// Where the dice begin, where `ROWPORT_SEED` says so.
pub fn seed() -> Option<u64> {
    number("ROWPORT_SEED")
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}
