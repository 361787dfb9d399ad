//! The use cases of Rowport: what people do with datasets, whoever asks and however.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

pub mod settings;
