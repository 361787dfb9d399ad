//! JSON (an envelope around the rows) and NDJSON (the rows alone): one object a line, keys in column order.
//!
//! Integers and decimals are numbers with all their digits, which readers may have to be told to keep. NaN and the
//! infinities, which JSON does not know, are strings. A value of a JSON or array column is embedded as the document
//! that it is; SQL's NULL and the document `null` therefore look the same. Anything else is a string.

mod document;
mod envelope;
mod escape;
mod ndjson;
mod object;

pub(crate) use envelope::JsonEncoder;
pub(crate) use ndjson::NdjsonEncoder;
