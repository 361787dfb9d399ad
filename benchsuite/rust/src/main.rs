//! `measure [--pipe | --stdout FILE] -- COMMAND…` runs a command and prints its time, its peak of resident memory and,
//! through a pipe, its first byte, as JSON. `xlsx URL FILE` writes the records from PostgreSQL with rust_xlsxwriter in
//! constant memory.

mod measure;
mod xlsx;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["measure", "--pipe", "--", ref command @ ..] => measure::run(command, measure::Output::Pipe)?,
        ["measure", "--stdout", file, "--", ref command @ ..] => measure::run(command, measure::Output::File(file))?,
        ["measure", "--", ref command @ ..] => measure::run(command, measure::Output::Nowhere)?,
        ["xlsx", url, path] => xlsx::write(url, path)?,
        _ => return Err("usage: measure [--pipe | --stdout FILE] -- COMMAND… | xlsx URL FILE".into()),
    }
    Ok(())
}
