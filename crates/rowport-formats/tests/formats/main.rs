//! What every format promises, checked by reading the files with other people's code.
#![allow(clippy::unwrap_used)]

mod archive;
mod parquet;
mod tables;
mod text;
mod workbook;
