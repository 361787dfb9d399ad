//! Encodes generated rows of 13 columns and prints the time for a row, the size and the peak memory.
//!
//! `cargo run --release -p rowport-formats --example encode_speed -- [rows] [format] [file]`

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{Schema, SchemaRef};
use rowport_formats::{Compression, Compressor, EncodeOptions, Envelope, Format, encoder};
use rowport_model::{ColumnType, IntegerWidth, field_for};

const BATCH: usize = 8_192;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rows: usize = arguments.first().map_or(1_000_000, |rows| rows.parse().unwrap());
    let only = arguments.get(1).map(|name| Format::from_name(name).unwrap());
    for format in Format::ALL.into_iter().filter(|format| only.is_none_or(|only| only == *format)) {
        let mut file = arguments.get(2).map(|path| std::fs::File::create(path).unwrap());
        run(format, rows, |bytes| {
            if let Some(file) = &mut file {
                file.write_all(bytes).unwrap();
            }
        });
    }
    if only.is_none() {
        for compression in [Compression::Gzip, Compression::Zstd] {
            let mut compressor = Compressor::new(compression).unwrap();
            let mut out = Vec::new();
            let mut size = 0;
            print!("{:4} of ", compression.name());
            run(Format::Csv, rows, |bytes| {
                compressor.write(bytes, &mut out).unwrap();
                size += out.len();
                out.clear();
            });
            println!("     to {size} bytes");
        }
    }
}

/// Encodes the rows; making them is not counted.
fn run(format: Format, rows: usize, mut sink: impl FnMut(&[u8])) {
    let schema = schema();
    let mut encoder = encoder(format, schema.clone(), EncodeOptions::default(), Envelope::default()).unwrap();
    let (mut out, mut size, mut spent) = (Vec::new(), 0, Duration::ZERO);
    let mut timed = |step: &mut dyn FnMut(&mut Vec<u8>)| {
        let start = Instant::now();
        step(&mut out);
        sink(&out);
        spent += start.elapsed();
        size += out.len();
        out.clear();
    };
    timed(&mut |out| encoder.start(out).unwrap());
    for first in (0..rows).step_by(BATCH) {
        let batch = batch(&schema, first as i64, BATCH.min(rows - first) as i64);
        timed(&mut |out| encoder.encode(&batch, out).unwrap());
    }
    timed(&mut |out| encoder.finish(out).unwrap());
    let per_row = spent.as_nanos() as f64 / rows as f64;
    let name = format.name();
    println!("{name:8} {per_row:7.0} ns/row {:6.1} ns/cell {size:11} bytes, peak {}", per_row / 13.0, peak());
}

fn schema() -> SchemaRef {
    let integer = ColumnType::Integer { width: IntegerWidth::I64 };
    let money = ColumnType::Decimal { precision: Some(12), scale: Some(2) };
    let fields = [
        ("id", integer, None),
        ("order_id", ColumnType::Text, None),
        ("item", ColumnType::Text, None),
        ("quantity", ColumnType::Integer { width: IntegerWidth::I32 }, None),
        ("price", money.clone(), Some("USD")),
        ("cost", money, Some("USD")),
        ("rating", ColumnType::Float { bits: 64 }, None),
        ("status", ColumnType::Text, None),
        ("paid", ColumnType::Boolean, None),
        ("sold_on", ColumnType::Date, None),
        ("created_at", ColumnType::Timestamp, None),
        ("updated_at", ColumnType::TimestampTz, None),
        ("note", ColumnType::Text, None),
    ];
    Arc::new(Schema::new(
        fields.iter().map(|(name, kind, money)| field_for(name, kind, *money)).collect::<Vec<_>>(),
    ))
}

fn batch(schema: &SchemaRef, first: i64, count: i64) -> RecordBatch {
    let rows =
        || (first..first + count).map(|row| (row, row.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64) >> 20));
    let items = ["Blue kettle", "Desk lamp, brass", "Notebook A5", "Wool scarf \"Oslo\"", "USB-C cable 2 m"];
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(rows().map(|(row, _)| row + 1))),
        Arc::new(StringArray::from_iter_values(
            rows().map(|(_, hash)| format!("ORD-{:011}", hash.unsigned_abs())),
        )),
        Arc::new(StringArray::from_iter_values(rows().map(|(_, hash)| items[hash.rem_euclid(5) as usize]))),
        Arc::new(Int32Array::from_iter_values(rows().map(|(_, hash)| hash.rem_euclid(20) as i32 + 1))),
        Arc::new(
            Decimal128Array::from_iter_values(rows().map(|(_, hash)| i128::from(hash.rem_euclid(99_999))))
                .with_precision_and_scale(12, 2)
                .unwrap(),
        ),
        Arc::new(
            Decimal128Array::from_iter_values(rows().map(|(_, hash)| i128::from(hash.rem_euclid(70_001))))
                .with_precision_and_scale(12, 2)
                .unwrap(),
        ),
        Arc::new(Float64Array::from_iter_values(
            rows().map(|(_, hash)| hash.rem_euclid(1_000_003) as f64 / 200_000.6),
        )),
        Arc::new(StringArray::from_iter_values(
            rows().map(|(_, hash)| ["paid", "shipped", "returned"][hash.rem_euclid(3) as usize]),
        )),
        Arc::new(BooleanArray::from_iter(rows().map(|(_, hash)| Some(hash & 1 == 0)))),
        Arc::new(Date32Array::from_iter_values(
            rows().map(|(_, hash)| 18_000 + hash.rem_euclid(2_500) as i32),
        )),
        Arc::new(TimestampMicrosecondArray::from_iter_values(
            rows().map(|(row, _)| 1_700_000_000_000_000 + row * 1_000_000),
        )),
        Arc::new(
            TimestampMicrosecondArray::from_iter_values(
                rows().map(|(row, hash)| {
                    1_710_000_000_000_000 + row * 1_000_000 + hash.rem_euclid(1_000) * 1_000
                }),
            )
            .with_timezone("UTC"),
        ),
        Arc::new(StringArray::from_iter(rows().map(|(row, hash)| {
            (row % 3 == 0).then(|| format!("Called about {}, line {row}", hash & 0xffff))
        }))),
    ];
    RecordBatch::try_new(schema.clone(), columns).unwrap()
}

/// The most memory that the process had, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_once(':'))
        .map_or("unknown".to_owned(), |(_, value)| value.trim().to_owned())
}
