//! The names that the values of enums have in the database.

/// A name that no value has, written by a newer program or by hand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {what} `{name}`")]
pub struct UnknownName {
    what: &'static str,
    name: String,
}

/// The one of `all` that has this name.
pub(crate) fn find<T: Copy>(
    what: &'static str,
    all: &[T],
    as_str: fn(T) -> &'static str,
    name: &str,
) -> Result<T, UnknownName> {
    let found = all.iter().copied().find(|one| as_str(*one) == name);
    found.ok_or_else(|| UnknownName { what, name: name.to_owned() })
}
