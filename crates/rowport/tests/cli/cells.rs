//! What other people's readers find in an export. CSV has a reader of its own here as well, because the csv crate does
//! not tell a quoted empty field from one without quotes, which is what sets an empty text apart from NULL.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Decimal256Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    Time64MicrosecondType, TimestampMicrosecondType, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use calamine::{Data, Reader, Xlsx};
use jiff::civil::DateTime;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A cell as a reader gives it.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Null,
    Text(String),
    /// A token of JSON, or a typed value of Parquet in the notation of the text formats.
    Value(String),
    Boolean(bool),
    Number(f64),
    /// A moment as Excel counts it.
    Serial(f64),
}

/// How a text format was written.
#[derive(Debug, Clone, Copy)]
pub struct Dialect<'a> {
    pub delimiter: char,
    pub null: &'a str,
    pub guard: bool,
}

impl Dialect<'static> {
    pub fn of(format: &str) -> Self {
        Self { delimiter: if format == "csv" { ',' } else { '\t' }, null: "", guard: format != "text" }
    }
}

/// The header, where the format has one, and the rows.
#[derive(Debug)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

/// Reads a file. `names` are the columns, for the formats whose rows are objects.
pub fn read(format: &str, path: &Path, names: &[String], dialect: Dialect<'_>) -> Table {
    let bytes = std::fs::read(path).unwrap();
    match format {
        "csv" | "tsv" => csv(&String::from_utf8(bytes).unwrap(), dialect),
        "text" => lines(&String::from_utf8(bytes).unwrap(), dialect),
        "json" => envelope(&bytes, names),
        "ndjson" => {
            let rows = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            let rows = rows.map(|line| object(serde_json::from_slice(line).unwrap(), names)).collect();
            Table { header: names.to_vec(), rows }
        }
        "xlsx" => sheet(&bytes, names.len()),
        "parquet" => parquet(path),
        other => panic!("{other} is no format"),
    }
}

fn csv(text: &str, dialect: Dialect<'_>) -> Table {
    let records = records(text, dialect.delimiter);
    let mut reader = ::csv::ReaderBuilder::new();
    let reader = reader.delimiter(dialect.delimiter as u8).has_headers(false).flexible(true);
    let theirs = reader.from_reader(text.as_bytes()).into_records().map(Result::unwrap);
    let theirs: Vec<Vec<String>> = theirs.map(|record| record.iter().map(str::to_owned).collect()).collect();
    let ours = records.iter().map(|record| record.iter().map(|(field, _)| field.clone()).collect::<Vec<_>>());
    // The csv crate passes over empty lines, which are a NULL in a file of one column.
    let filled = |record: &Vec<String>| record.as_slice() != [""];
    assert!(ours.filter(filled).eq(theirs.into_iter().filter(filled)), "the csv crate reads other fields");
    let cell = |(field, quoted): (String, bool)| match () {
        () if !quoted && field == dialect.null => Cell::Null,
        () if dialect.guard => Cell::Text(unguarded(&field).to_owned()),
        () => Cell::Text(field),
    };
    let mut rows = records.into_iter().map(|record| record.into_iter().map(cell).collect::<Vec<_>>());
    let header = rows.next().unwrap_or_default();
    let header =
        header.into_iter().map(|cell| if let Cell::Text(text) = cell { text } else { String::new() });
    Table { header: header.collect(), rows: rows.collect() }
}

/// The fields of RFC 4180, and whether they were quoted.
pub fn records(text: &str, delimiter: char) -> Vec<Vec<(String, bool)>> {
    let (mut records, mut record) = (Vec::new(), Vec::new());
    let mut characters = text.chars().peekable();
    while characters.peek().is_some() {
        let quoted = characters.next_if_eq(&'"').is_some();
        let mut field = String::new();
        let end = loop {
            let character = characters.next().expect("a line feed ends the last field");
            match character {
                '"' if quoted && characters.next_if_eq(&'"').is_none() => break characters.next().unwrap(),
                _ if !quoted && (character == delimiter || character == '\n') => break character,
                _ => field.push(character),
            }
        };
        record.push((field, quoted));
        assert!(end == delimiter || end == '\n', "{end:?} after a quoted field");
        if end == '\n' {
            records.push(std::mem::take(&mut record));
        }
    }
    assert!(record.is_empty(), "the last line has no end");
    records
}

/// The rule of docs/reference/formula-guard.md, taken back.
fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest)
            if rest
                .trim_start_matches('\'')
                .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) =>
        {
            rest
        }
        _ => text,
    }
}

fn lines(text: &str, dialect: Dialect<'_>) -> Table {
    let cells =
        |line: &str| line.split(dialect.delimiter).map(|field| Cell::Text(field.to_owned())).collect();
    let rows = text.strip_suffix('\n').map(|text| text.split('\n').map(cells).collect());
    Table { header: Vec::new(), rows: rows.unwrap_or_default() }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    count: usize,
    #[serde(borrow)]
    rows: Vec<BTreeMap<String, &'a RawValue>>,
    columns: Vec<BTreeMap<String, String>>,
}

fn envelope(bytes: &[u8], names: &[String]) -> Table {
    let envelope: Envelope<'_> = serde_json::from_slice(bytes).unwrap();
    assert_eq!(envelope.count, envelope.rows.len());
    let header = envelope.columns.into_iter().map(|mut column| column.remove("label").unwrap()).collect();
    Table { header, rows: envelope.rows.into_iter().map(|row| object(row, names)).collect() }
}

fn object(row: BTreeMap<String, &RawValue>, names: &[String]) -> Vec<Cell> {
    assert_eq!(row.len(), names.len());
    let cell = |name| match row[name].get() {
        "null" => Cell::Null,
        token => Cell::Value(token.to_owned()),
    };
    names.iter().map(cell).collect()
}

/// The first sheet: its types by calamine, its texts from the XML, because calamine leaves escapes to its caller.
fn sheet(bytes: &[u8], columns: usize) -> Table {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let name = book.sheet_names().remove(0);
    let range = book.worksheet_range(&name).unwrap();
    let xml = part(bytes, "xl/worksheets/sheet1.xml");
    let texts = inline_texts(&xml);
    let count = range.end().map_or(0, |end| end.0 as usize + 1).max(xml.matches("<row ").count());
    let cell = |row: usize, column: usize| {
        let place = place(row, column);
        match range.get_value((row as u32, column as u32)).unwrap_or(&Data::Empty) {
            Data::Empty | Data::String(_) => {
                texts.get(&place).map_or(Cell::Null, |text| Cell::Text(text.clone()))
            }
            Data::Bool(value) => Cell::Boolean(*value),
            Data::Float(value) => Cell::Number(*value),
            Data::Int(value) => Cell::Number(*value as f64),
            Data::DateTime(value) => Cell::Serial(value.as_f64()),
            other => panic!("{other:?} at {place}"),
        }
    };
    let mut rows = (0..count).map(|row| (0..columns).map(|column| cell(row, column)).collect::<Vec<_>>());
    let header = rows.next().unwrap_or_default();
    let header =
        header.into_iter().map(|cell| if let Cell::Text(text) = cell { text } else { String::new() });
    Table { header: header.collect(), rows: rows.collect() }
}

pub fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn place(row: usize, column: usize) -> String {
    let (mut letters, mut rest) = (String::new(), column + 1);
    while rest > 0 {
        letters.insert(0, (b'A' + ((rest - 1) % 26) as u8) as char);
        rest = (rest - 1) / 26;
    }
    format!("{letters}{}", row + 1)
}

fn inline_texts(xml: &str) -> BTreeMap<String, String> {
    let cells = xml.split("<c r=\"").skip(1).filter_map(|cell| {
        let (place, rest) = cell.split_once('"')?;
        let text = &rest[rest.find("<is><t")? + 6..rest.find("</t>")?];
        let text =
            text[text.find('>')? + 1..].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        Some((place.to_owned(), unescaped(&text)))
    });
    cells.collect()
}

/// What Excel makes of `_xHHHH_`.
fn unescaped(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 7).and_then(|code| code.strip_suffix('_'));
        let code = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        out.push_str(&rest[..at]);
        let read = match code {
            Some(character) => {
                out.push(character);
                7
            }
            None => {
                out.push_str("_x");
                2
            }
        };
        rest = &rest[at + read..];
    }
    out + rest
}

fn parquet(path: &Path) -> Table {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let header = reader.schema().fields().iter().map(|field| field.name().clone()).collect();
    let mut rows = Vec::new();
    for batch in reader.build().unwrap() {
        let batch = batch.unwrap();
        rows.extend(
            (0..batch.num_rows()).map(|row| batch.columns().iter().map(|array| arrow(array, row)).collect()),
        );
    }
    Table { header, rows }
}

fn arrow(array: &ArrayRef, row: usize) -> Cell {
    if array.is_null(row) {
        return Cell::Null;
    }
    let moment = |micros: i64| {
        let epoch: DateTime = "1970-01-01T00:00:00".parse().unwrap();
        epoch.checked_add(jiff::SignedDuration::from_micros(micros)).unwrap()
    };
    Cell::Value(match array.data_type() {
        DataType::Utf8 => return Cell::Text(array.as_string::<i32>().value(row).to_owned()),
        DataType::Boolean => return Cell::Boolean(array.as_boolean().value(row)),
        DataType::Float32 => return Cell::Number(array.as_primitive::<Float32Type>().value(row).into()),
        DataType::Float64 => return Cell::Number(array.as_primitive::<Float64Type>().value(row)),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).to_string(),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Decimal256(..) => array.as_primitive::<Decimal256Type>().value_as_string(row),
        DataType::Binary => {
            let digits = array.as_binary::<i32>().value(row).iter().map(|byte| format!("{byte:02x}"));
            format!("\\x{}", digits.collect::<String>())
        }
        DataType::Date32 => {
            let days = i64::from(array.as_primitive::<Date32Type>().value(row));
            moment(days * 86_400_000_000).date().to_string()
        }
        DataType::Time64(_) => {
            moment(array.as_primitive::<Time64MicrosecondType>().value(row)).time().to_string()
        }
        DataType::Timestamp(_, zone) => {
            let text = moment(array.as_primitive::<TimestampMicrosecondType>().value(row)).to_string();
            text.replacen('T', " ", 1) + if zone.is_some() { "Z" } else { "" }
        }
        other => panic!("no export should hold {other}"),
    })
}
