//! Who may do what, over HTTP.

mod browsers;
mod changes;
mod dependents;
mod kept;
mod limits;
mod matrix;
mod own;
pub(crate) mod people;
mod row_history;
mod scope;
mod signing_in;
mod verified;
