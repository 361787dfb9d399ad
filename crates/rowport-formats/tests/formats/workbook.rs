//! Workbooks hold exactly what they were given, and look as a person would have made them.

use std::io::{Cursor, Read};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use calamine::{Data, Reader, Xlsx};
use proptest::prelude::*;
use rowport_formats::{EncodeError, EncodeOptions, Format};
use rowport_model::{ColumnType, IntegerWidth, field_for};

use crate::tables::{Cell, Table, array, encoded, reads_as, tables};

fn workbook(table: &Table, options: EncodeOptions) -> Vec<u8> {
    encoded(Format::Xlsx, &table.schema, &table.batches, options).unwrap()
}

fn texts_table(columns: &[&str], rows: &[&[Option<&str>]]) -> Table {
    let fields: Vec<Field> = columns.iter().map(|name| field_for(name, &ColumnType::Text, None)).collect();
    let schema = Arc::new(Schema::new(fields));
    let column = |index: usize| rows.iter().map(|row| row[index]).collect::<StringArray>();
    let arrays: Vec<ArrayRef> = (0..columns.len()).map(|index| Arc::new(column(index)) as ArrayRef).collect();
    let batch = RecordBatch::try_new(schema.clone(), arrays).unwrap();
    Table { schema, batches: vec![batch], rows: Vec::new() }
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn sheets(bytes: &[u8]) -> Vec<(String, calamine::Range<Data>)> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    book.sheet_names().into_iter().map(|name| (name.clone(), book.worksheet_range(&name).unwrap())).collect()
}

/// What Excel makes of a text with escapes; calamine leaves some of them to its caller.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 7).and_then(|code| code.strip_suffix('_'));
        let code = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        out.push_str(&rest[..at]);
        match code {
            Some(character) => {
                out.push(character);
                rest = &rest[at + 7..];
            }
            None => {
                out.push_str("_x");
                rest = &rest[at + 2..];
            }
        }
    }
    out + rest
}

fn inline_texts(xml: &str) -> Vec<String> {
    let texts = xml.split("<is><t").skip(1).map(|rest| {
        let inner = &rest[rest.find('>').unwrap() + 1..rest.find("</t>").unwrap()];
        let plain = inner.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        assert!(!inner.contains(|character: char| character < ' ' && !"\n\t".contains(character)));
        unescaped(&plain)
    });
    texts.collect()
}

fn is_same(read: &Data, cell: &Cell) -> bool {
    let exact_text = |text: &str| reads_as(text, cell) || reads_as(&unescaped(text), cell);
    match (read, cell) {
        (Data::Empty, Cell::Null) => true,
        // calamine does not tell an empty text from no text.
        (Data::Empty, Cell::Text(text) | Cell::Json(text)) => text.is_empty(),
        (Data::Bool(read), Cell::Boolean(value)) => read == value,
        (Data::Float(read), Cell::Float64(value)) => read == value,
        (Data::Float(read), Cell::Float32(value)) => *read as f32 == *value,
        (Data::Float(read), Cell::Integer(value)) => {
            *read == *value as f64 && value.abs() < 1_000_000_000_000_000
        }
        (Data::Float(read), Cell::Unsigned(value)) => {
            *read == *value as f64 && *value < 1_000_000_000_000_000
        }
        (Data::Float(read), Cell::Decimal(value, scale)) => {
            reads_as(&format!("{read:.*}", *scale as usize), &Cell::Decimal(*value, *scale))
        }
        (Data::DateTime(read), Cell::Date(value)) => read.as_f64() == f64::from(*value + 25_569),
        (Data::DateTime(read), Cell::Time(value)) => (read.as_f64() * 86_400e6).round() as i64 == *value,
        (Data::DateTime(read), Cell::Timestamp(value) | Cell::Moment(value)) => {
            let (serial, day) = (read.as_f64(), 86_400_000_000);
            let micros = |per_second: f64| (serial.fract() * 86_400.0 * per_second).round() as i64;
            let since_1970 = |of_day: i64| (serial.trunc() as i64 - 25_569) * day + of_day;
            match value % 1000 {
                0 => since_1970(micros(1e3) * 1000) == *value,
                _ => since_1970(micros(1e6)) == *value,
            }
        }
        // Line ends become line feeds in some readers; the exact texts are checked without one.
        (Data::String(_), Cell::Text(_) | Cell::Json(_)) => true,
        (Data::String(read), _) => exact_text(read),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn every_value_reads_back(table in tables(true), guard in any::<bool>(), links in any::<bool>()) {
        let bytes = workbook(&table, EncodeOptions { guard, links, ..Default::default() });
        prop_assert_eq!(&bytes, &workbook(&table, EncodeOptions { guard, links, ..Default::default() }));
        let (name, range) = sheets(&bytes).remove(0);
        prop_assert_eq!(name, "Data");
        for (at, row) in table.rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                let read = range.get_value((at as u32 + 1, column as u32)).unwrap_or(&Data::Empty);
                prop_assert!(is_same(read, cell), "{read:?} is not {cell:?}");
            }
        }
        let texts = inline_texts(&part(&bytes, "xl/worksheets/sheet1.xml"));
        for cell in table.rows.iter().flatten() {
            if let Cell::Text(text) | Cell::Json(text) = cell {
                prop_assert!(texts.contains(text), "{text:?} is in none of {texts:?}");
            }
        }
    }
}

#[test]
fn a_sheet_has_a_frozen_header_a_filter_and_widths() {
    let table = texts_table(&["name", "=note"], &[&[Some("a"), Some("b")], &[None, Some("a longer text")]]);
    let bytes = workbook(&table, EncodeOptions::default());
    let xml = part(&bytes, "xl/worksheets/sheet1.xml");
    for piece in [
        "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>",
        "<autoFilter ref=\"A1:B3\"/>",
        "<col min=\"2\" max=\"2\" width=\"14.7109375\" customWidth=\"1\"/>",
        "<c r=\"A1\" s=\"1\" t=\"inlineStr\"><is><t>name</t></is></c>",
        "<c r=\"B1\" s=\"2\" t=\"inlineStr\"><is><t>=note</t></is></c>",
        "<row r=\"3\"><c r=\"B3\" t=\"inlineStr\">",
    ] {
        assert!(xml.contains(piece), "{piece} is not in {xml}");
    }
    assert!(part(&bytes, "xl/workbook.xml").contains("'Data'!$A$1:$B$3"));
    let bare = workbook(&table, EncodeOptions { header_row: false, ..Default::default() });
    let xml = part(&bare, "xl/worksheets/sheet1.xml");
    assert!(!xml.contains("pane") && !xml.contains("autoFilter") && xml.contains("<row r=\"1\"><c r=\"A1\""));
}

#[test]
fn a_workbook_without_rows_still_opens() {
    let table = texts_table(&["name"], &[]);
    let (name, range) = sheets(&workbook(&table, EncodeOptions::default())).remove(0);
    assert_eq!((name.as_str(), range.get_value((0, 0))), ("Data", Some(&Data::String("name".to_owned()))));
}

#[test]
fn texts_stay_texts_when_they_are_edited() {
    let table =
        texts_table(&["t"], &[&[Some("=1+1")], &[Some("'=1")], &[Some("007")], &[Some("-5")], &[Some("x")]]);
    let bytes = workbook(&table, EncodeOptions::default());
    let xml = part(&bytes, "xl/worksheets/sheet1.xml");
    let styles = part(&bytes, "xl/styles.xml");
    let styles: Vec<&str> = styles.split("<cellXfs").nth(1).unwrap().split("<xf ").skip(1).collect();
    let style = |place: &str| {
        let rest = &xml[xml.find(&format!("r=\"{place}\"")).unwrap()..];
        let number = rest[..rest.find('>').unwrap()].split(" s=\"").nth(1).map_or("0", |rest| &rest[..1]);
        styles[number.parse::<usize>().unwrap()]
    };
    assert!(style("A2").contains("quotePrefix=\"1\"") && style("A3").contains("quotePrefix=\"1\""));
    assert!(style("A4").contains("numFmtId=\"49\"") && style("A5").contains("numFmtId=\"49\""));
    assert!(style("A6").contains("numFmtId=\"0\""));
    assert!(xml.contains("<t>=1+1</t>") && xml.contains("<t>'=1</t>"));
}

#[test]
fn web_addresses_are_links() {
    let table =
        texts_table(&["url"], &[&[Some("https://example.com/?a=1&b=2#top")], &[Some("https://bad host/")]]);
    let bytes = workbook(&table, EncodeOptions::default());
    let xml = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(
        xml.contains("<hyperlinks><hyperlink ref=\"A2\" r:id=\"rId1\" location=\"top\"/></hyperlinks>"),
        "{xml}"
    );
    let relationships = part(&bytes, "xl/worksheets/_rels/sheet1.xml.rels");
    assert!(relationships.contains("Target=\"https://example.com/?a=1&amp;b=2\" TargetMode=\"External\""));
    let plain = workbook(&table, EncodeOptions { links: false, ..Default::default() });
    assert!(!part(&plain, "xl/worksheets/sheet1.xml").contains("hyperlink"));
}

#[test]
fn a_sheet_begins_with_every_new_value() {
    let rows: Vec<Vec<Option<&str>>> = [Some("b/c"), Some("b/c"), Some("B_C"), None, Some("")]
        .iter()
        .map(|group| vec![*group, Some("x")])
        .collect();
    let rows: Vec<&[Option<&str>]> = rows.iter().map(Vec::as_slice).collect();
    let table = texts_table(&["platform", "post"], &rows);
    let options = EncodeOptions { sheet_by: Some("platform".to_owned()), ..Default::default() };
    let sheets = sheets(&workbook(&table, options.clone()));
    let names: Vec<(&str, usize)> =
        sheets.iter().map(|(name, range)| (name.as_str(), range.height())).collect();
    assert_eq!(names, [("b_c", 3), ("B_C (2)", 2), ("(empty)", 2), ("(empty) (2)", 2)]);
    let unknown = EncodeOptions { sheet_by: Some("nothing".to_owned()), ..options };
    assert_eq!(
        encoded(Format::Xlsx, &table.schema, &[], unknown).unwrap_err().code().as_str(),
        "invalid_option"
    );
}

#[test]
fn what_does_not_fit_is_an_error_with_a_place() {
    let long = "x".repeat(32_767);
    let table = texts_table(&["a", "b"], &[&[Some(""), Some(&long)], &[Some(""), Some(&format!("{long}x"))]]);
    let error = encoded(Format::Xlsx, &table.schema, &table.batches, EncodeOptions::default()).unwrap_err();
    assert_eq!((error.code().as_str(), error.row(), error.column()), ("cell_too_long", Some(2), Some("b")));
    let crabs = "🦀".repeat(16_384);
    let table = texts_table(&["a"], &[&[Some(&crabs)]]);
    let error = encoded(Format::Xlsx, &table.schema, &table.batches, EncodeOptions::default()).unwrap_err();
    assert!(matches!(error, EncodeError::CellTooLong { length: 32_768, .. }));

    let field = Field::new("many", DataType::Utf8, true);
    let wide = Arc::new(Schema::new(vec![field; 16_385]));
    let error = encoded(Format::Xlsx, &wide, &[], EncodeOptions::default()).unwrap_err();
    assert_eq!(error.code().as_str(), "too_many_columns");

    let groups: Vec<String> = (0..1_001).map(|group| format!("g{group}")).collect();
    let rows: Vec<[Option<&str>; 1]> = groups.iter().map(|group| [Some(group.as_str())]).collect();
    let rows: Vec<&[Option<&str>]> = rows.iter().map(|row| row.as_slice()).collect();
    let table = texts_table(&["g"], &rows);
    let options = EncodeOptions { sheet_by: Some("g".to_owned()), ..Default::default() };
    let error = encoded(Format::Xlsx, &table.schema, &table.batches, options).unwrap_err();
    assert_eq!((error.code().as_str(), error.row()), ("too_many_sheets", Some(1_001)));
}

#[test]
fn rows_beyond_the_last_go_on_the_next_sheet() {
    let integer = ColumnType::Integer { width: IntegerWidth::I16 };
    let schema = Arc::new(Schema::new(vec![field_for("n", &integer, None)]));
    let cells: Vec<Cell> = (0..1_048_577).map(|n| Cell::Integer(n % 100)).collect();
    let batch = RecordBatch::try_new(schema.clone(), vec![array(&DataType::Int16, &cells)]).unwrap();
    let batches: Vec<RecordBatch> =
        (0..cells.len()).step_by(8_192).map(|at| batch.slice(at, 8_192.min(cells.len() - at))).collect();
    let bytes = encoded(Format::Xlsx, &schema, &batches, EncodeOptions::default()).unwrap();
    let again = encoded(Format::Xlsx, &schema, &[batch], EncodeOptions::default()).unwrap();
    assert!(bytes == again, "the size of the batches shows in the file");
    let first = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(first.contains("<row r=\"1048576\">") && !first.contains("<row r=\"1048577\">"));
    let second = part(&bytes, "xl/worksheets/sheet2.xml");
    assert!(second.contains("<t>n</t>") && second.contains("<autoFilter ref=\"A1:A3\"/>"), "{second}");
    assert!(part(&bytes, "xl/workbook.xml").contains("name=\"Data (2)\""));
}

#[test]
fn the_first_bytes_leave_with_the_first_batches() {
    let row = [Some("some text of a usual length"); 1];
    let rows = vec![&row[..]; 8_192];
    let table = texts_table(&["t"], &rows);
    let mut encoder = rowport_formats::encoder(
        Format::Xlsx,
        table.schema.clone(),
        EncodeOptions::default(),
        Default::default(),
    )
    .unwrap();
    let mut out = Vec::new();
    encoder.start(&mut out).unwrap();
    assert!(out.starts_with(b"PK"));
    out.clear();
    encoder.encode(&table.batches[0], &mut out).unwrap();
    assert!(!out.is_empty());
}
