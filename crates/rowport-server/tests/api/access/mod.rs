//! Who may do what, over HTTP.

mod limits;
mod matrix;
mod people;
mod scope;
mod signing_in;
