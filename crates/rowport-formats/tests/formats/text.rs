//! CSV, TSV, JSON, NDJSON and plain text give back every value exactly.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rowport_formats::guard::unguard;
use rowport_formats::{Digest, EncodeOptions, Format};
use serde_json::value::RawValue;

use crate::tables::{Cell, encoded, reads_as, tables, texts};

proptest! {
    #[test]
    fn csv_reads_back_exactly(table in tables(true), guard in any::<bool>(), null in proptest::sample::select(vec!["", "NULL", "true", "0"])) {
        for (format, delimiter) in [(Format::Csv, b','), (Format::Tsv, b'\t'), (Format::Csv, b';')] {
            let delimiter_option = (delimiter == b';').then_some(delimiter);
            let options = EncodeOptions { guard, null: null.to_owned(), delimiter: delimiter_option, ..Default::default() };
            let bytes = encoded(format, &table.schema, &table.batches, options).unwrap();

            let records = quoted_records(std::str::from_utf8(&bytes).unwrap(), delimiter as char);
            prop_assert_eq!(records.len(), table.rows.len() + 1);
            for (record, row) in records[1..].iter().zip(&table.rows) {
                prop_assert_eq!(record.len(), row.len());
                for ((text, quoted), cell) in record.iter().zip(row) {
                    if *cell == Cell::Null {
                        prop_assert!(!quoted && text == null);
                    } else {
                        prop_assert!(*quoted || text != null);
                        let text = if guard { unguard(text) } else { text };
                        prop_assert!(reads_as(text, cell), "{text:?} is not {cell:?}");
                    }
                }
            }

            let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(&bytes[..]);
            let theirs: Vec<Vec<String>> =
                reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
            let ours: Vec<Vec<String>> =
                records[1..].iter().map(|record| record.iter().map(|(text, _)| text.clone()).collect()).collect();
            prop_assert_eq!(theirs, ours);
        }
    }

    #[test]
    fn headers_read_back_exactly(headers in proptest::collection::vec(texts(), 2)) {
        let schema = std::sync::Arc::new(arrow_schema::Schema::new(vec![
            arrow_schema::Field::new("a", arrow_schema::DataType::Utf8, true),
            arrow_schema::Field::new("b", arrow_schema::DataType::Utf8, true),
        ]));
        let options = EncodeOptions { headers: headers.clone(), ..Default::default() };
        let bytes = encoded(Format::Csv, &schema, &[], options).unwrap();
        let records = quoted_records(std::str::from_utf8(&bytes).unwrap(), ',');
        let read: Vec<String> = records[0].iter().map(|(text, _)| unguard(text).to_owned()).collect();
        prop_assert_eq!(read, headers);
    }

    #[test]
    fn ndjson_reads_back_exactly(table in tables(true)) {
        let bytes = encoded(Format::Ndjson, &table.schema, &table.batches, EncodeOptions::default()).unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        prop_assert!(text.is_empty() || text.ends_with('\n'));
        prop_assert_eq!(text.split_terminator('\n').count(), table.rows.len());
        for (line, row) in text.split_terminator('\n').zip(&table.rows) {
            let object: BTreeMap<String, &RawValue> = serde_json::from_str(line).unwrap();
            check_object(&object, row)?;
        }
    }

    #[test]
    fn json_reads_back_exactly(table in tables(true)) {
        #[derive(serde::Deserialize)]
        struct Envelope<'a> {
            dataset: String,
            columns: Vec<serde_json::Value>,
            #[serde(borrow)]
            rows: &'a RawValue,
            count: usize,
            manifest: Manifest,
        }
        #[derive(serde::Deserialize)]
        struct Manifest {
            rows: usize,
            rows_bytes: u64,
            rows_sha256: String,
        }
        let bytes = encoded(Format::Json, &table.schema, &table.batches, EncodeOptions::default()).unwrap();
        let envelope: Envelope = serde_json::from_slice(&bytes).unwrap();
        let rows: Vec<BTreeMap<String, &RawValue>> = serde_json::from_str(envelope.rows.get()).unwrap();
        prop_assert_eq!(envelope.dataset, "things");
        prop_assert_eq!(envelope.columns.len(), table.schema.fields().len());
        prop_assert_eq!((envelope.count, envelope.manifest.rows, rows.len()), (table.rows.len(), rows.len(), table.rows.len()));
        let mut digest = Digest::new();
        digest.update(envelope.rows.get().as_bytes());
        prop_assert_eq!(digest.sum().bytes, envelope.manifest.rows_bytes);
        prop_assert_eq!(digest.sum().sha256, envelope.manifest.rows_sha256);
        for (object, row) in rows.iter().zip(&table.rows) {
            check_object(object, row)?;
        }
    }

    #[test]
    fn plain_text_has_one_line_for_each_row(table in tables(true)) {
        let bytes = encoded(Format::Text, &table.schema, &table.batches, EncodeOptions::default()).unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        prop_assert_eq!(text.matches('\n').count(), table.rows.len());
        for line in text.split_terminator('\n') {
            prop_assert_eq!(line.split('\t').count(), table.schema.fields().len());
        }
    }
}

fn check_object(object: &BTreeMap<String, &RawValue>, row: &[Cell]) -> Result<(), TestCaseError> {
    prop_assert_eq!(object.len(), row.len());
    for (index, cell) in row.iter().enumerate() {
        let raw = object[&format!("c{index}")].get();
        let fine = match cell {
            Cell::Null => raw == "null",
            Cell::Json(document) => match serde_json::from_str::<serde_json::Value>(document) {
                Ok(value) => serde_json::from_str::<serde_json::Value>(raw).unwrap() == value,
                Err(_) => serde_json::from_str::<String>(raw).unwrap() == *document,
            },
            _ => match serde_json::from_str::<String>(raw) {
                Ok(text) => is_written_as_string(cell) && reads_as(&text, cell),
                Err(_) => !is_written_as_string(cell) && reads_as(raw, cell),
            },
        };
        prop_assert!(fine, "{raw} is not {cell:?}");
    }
    Ok(())
}

fn is_written_as_string(cell: &Cell) -> bool {
    match cell {
        Cell::Float64(value) => !value.is_finite(),
        Cell::Float32(value) => !value.is_finite(),
        Cell::Text(_)
        | Cell::Bytes(_)
        | Cell::Date(_)
        | Cell::Time(_)
        | Cell::Timestamp(_)
        | Cell::Moment(_) => true,
        _ => false,
    }
}

/// A reader that, unlike other people's, tells whether a field had quotes.
fn quoted_records(text: &str, delimiter: char) -> Vec<Vec<(String, bool)>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), (String::new(), false));
    let mut inside = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if inside && characters.peek() == Some(&'"') => field.0.extend(characters.next()),
            '"' if inside => inside = false,
            '"' if field.0.is_empty() => (inside, field.1) = (true, true),
            _ if inside => field.0.push(character),
            '\n' => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            _ if character == delimiter => record.push(std::mem::take(&mut field)),
            _ => field.0.push(character),
        }
    }
    assert!(!inside && record.is_empty() && field.0.is_empty(), "the last line has no end");
    records
}
