//! Tables of random rows in every type, mixed columns included, and the readers' side of the value notation.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array, Float32Array,
    Float64Array, Int16Array, Int64Array, RecordBatch, StringArray, Time64MicrosecondArray,
    TimestampMicrosecondArray, UInt64Array, UnionArray,
};
use arrow_buffer::{ScalarBuffer, i256};
use arrow_schema::{DataType, Field, Schema, SchemaRef, UnionFields};
use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use rowport_formats::{EncodeError, EncodeOptions, Envelope, Format, encoder};
use rowport_model::{ColumnType, IntegerWidth, MIXED_CHILDREN, field_for};

/// A value as the test knows it.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Null,
    Boolean(bool),
    Integer(i64),
    Unsigned(u64),
    Float32(f32),
    Float64(f64),
    Decimal(i256, i8),
    Text(String),
    Json(String),
    Bytes(Vec<u8>),
    Date(i32),
    Time(i64),
    Timestamp(i64),
    Moment(i64),
}

/// A schema, rows in one or two batches, and the same rows as cells.
#[derive(Debug, Clone)]
pub struct Table {
    pub schema: SchemaRef,
    pub batches: Vec<RecordBatch>,
    pub rows: Vec<Vec<Cell>>,
}

/// All bytes of an encoder.
pub fn encoded(
    format: Format,
    schema: &SchemaRef,
    batches: &[RecordBatch],
    options: EncodeOptions,
) -> Result<Vec<u8>, EncodeError> {
    let envelope = Envelope { dataset: "things".to_owned(), ..Envelope::default() };
    let mut encoder = encoder(format, schema.clone(), options, envelope)?;
    let mut out = Vec::new();
    encoder.start(&mut out)?;
    for batch in batches {
        encoder.encode(batch, &mut out)?;
    }
    encoder.finish(&mut out)?;
    Ok(out)
}

/// The types that the tables have, as columns.
pub fn kinds() -> Vec<ColumnType> {
    vec![
        ColumnType::Boolean,
        ColumnType::Integer { width: IntegerWidth::I16 },
        ColumnType::Integer { width: IntegerWidth::I64 },
        ColumnType::Integer { width: IntegerWidth::U64 },
        ColumnType::Float { bits: 32 },
        ColumnType::Float { bits: 64 },
        ColumnType::Decimal { precision: Some(12), scale: Some(2) },
        ColumnType::Decimal { precision: Some(76), scale: Some(10) },
        ColumnType::Text,
        ColumnType::Json,
        ColumnType::Bytes,
        ColumnType::Date,
        ColumnType::Time,
        ColumnType::Timestamp,
        ColumnType::TimestampTz,
    ]
}

/// Texts made of what formats stumble over.
pub fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        proptest::sample::select(vec![
            "",
            ",",
            "\t",
            "\"",
            "\n",
            "\r",
            "\r\n",
            " ",
            "'",
            "=",
            "+",
            "-",
            "@",
            "＝",
            "NULL",
            "\\.",
            "\\",
            "_x0041_",
            "_x005F_",
            "<b>",
            "&amp;",
            "]]>",
            "🦀",
            "日本",
            "\0",
            "\u{1f}",
            "\u{7f}",
            "\u{feff}",
            "\u{fffe}",
            "\u{ffff}",
            "\u{2028}",
            "007",
            "1e5",
            "true",
            "https://example.com/?a=1&b=2",
        ])
        .prop_map(str::to_owned),
        ".{0,12}",
    ];
    proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

/// Tables of any columns.
pub fn tables(with_mixed: bool) -> impl Strategy<Value = Table> {
    let column = (proptest::sample::select(kinds()), any::<bool>())
        .prop_map(move |(kind, mixed)| (kind, mixed && with_mixed));
    (proptest::collection::vec(column, 2..7), 0_usize..12, 0_usize..12).prop_flat_map(
        |(columns, first, second)| {
            let rows: Vec<_> = (0..first + second)
                .map(|_| columns.iter().map(|(kind, mixed)| cell(kind, *mixed)).collect::<Vec<_>>())
                .collect();
            rows.prop_map(move |rows| table(&columns, rows, first))
        },
    )
}

fn cell(kind: &ColumnType, mixed: bool) -> BoxedStrategy<Cell> {
    let declared = match kind {
        ColumnType::Boolean => any::<bool>().prop_map(Cell::Boolean).boxed(),
        ColumnType::Integer { width: IntegerWidth::I16 } => {
            any::<i16>().prop_map(|it| Cell::Integer(it.into())).boxed()
        }
        ColumnType::Integer { width: IntegerWidth::U64 } => any::<u64>().prop_map(Cell::Unsigned).boxed(),
        ColumnType::Integer { .. } => any::<i64>().prop_map(Cell::Integer).boxed(),
        ColumnType::Float { bits: 32 } => any::<f32>().prop_map(Cell::Float32).boxed(),
        ColumnType::Float { .. } => floats().prop_map(Cell::Float64).boxed(),
        ColumnType::Decimal { precision: Some(12), .. } => {
            (-999_999_999_999_i64..=999_999_999_999).prop_map(|it| Cell::Decimal(i256::from(it), 2)).boxed()
        }
        ColumnType::Decimal { .. } => (any::<i128>(), any::<i64>())
            .prop_map(|(wide, factor)| {
                Cell::Decimal(i256::from_i128(wide).wrapping_mul(i256::from(factor)), 10)
            })
            .boxed(),
        ColumnType::Json => json_documents().prop_map(Cell::Json).boxed(),
        ColumnType::Bytes => proptest::collection::vec(any::<u8>(), 0..9).prop_map(Cell::Bytes).boxed(),
        ColumnType::Date => (-719_162..=2_932_896).prop_map(Cell::Date).boxed(),
        ColumnType::Time => (0..=86_400_000_000_i64).prop_map(Cell::Time).boxed(),
        ColumnType::Timestamp => micros().prop_map(Cell::Timestamp).boxed(),
        ColumnType::TimestampTz => micros().prop_map(Cell::Moment).boxed(),
        _ => texts().prop_map(Cell::Text).boxed(),
    };
    let declared = prop_oneof![1 => Just(Cell::Null), 5 => declared];
    if !mixed {
        return declared.boxed();
    }
    let stray = prop_oneof![
        any::<i64>().prop_map(Cell::Integer),
        floats().prop_map(Cell::Float64),
        texts().prop_map(Cell::Text),
        proptest::collection::vec(any::<u8>(), 0..9).prop_map(Cell::Bytes),
    ];
    prop_oneof![declared, stray].boxed()
}

fn floats() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        proptest::sample::select(vec![0.0, -0.0, 1.0, 1e300, 5e-324, f64::NAN, f64::NEG_INFINITY])
    ]
}

fn micros() -> impl Strategy<Value = i64> {
    // Years 1 to 9999, with and without a fraction.
    let seconds = -62_135_596_800_i64..=253_402_300_799;
    (seconds, proptest::sample::select(vec![0, 1, 500_000, 999_999, 1_000]))
        .prop_map(|(s, f)| s * 1_000_000 + f)
}

fn json_documents() -> impl Strategy<Value = String> {
    (texts(), any::<i32>(), 0..4).prop_map(|(text, number, layout)| {
        let document = serde_json::json!({ "a b": text, "n": [number, null, true, {}] });
        match layout {
            0 => "not {json".to_owned(),
            1 => serde_json::to_string(&document).unwrap(),
            2 => serde_json::to_string(&text).unwrap(),
            _ => serde_json::to_string_pretty(&document).unwrap(),
        }
    })
}

fn table(columns: &[(ColumnType, bool)], rows: Vec<Vec<Cell>>, first: usize) -> Table {
    let named = columns.iter().enumerate();
    let fields: Vec<Field> =
        named.map(|(index, (kind, _))| field_for(&format!("c{index}"), kind, None)).collect();
    let schema = Arc::new(Schema::new(fields));
    let batch = |rows: &[Vec<Cell>]| {
        let arrays: Vec<ArrayRef> = columns
            .iter()
            .enumerate()
            .map(|(index, (kind, mixed))| {
                let cells: Vec<Cell> = rows.iter().map(|row| row[index].clone()).collect();
                if *mixed { mixed_array(kind, &cells) } else { array(&kind.arrow(), &cells) }
            })
            .collect();
        let pairs = schema.fields().iter().zip(&arrays);
        let fields: Vec<Field> =
            pairs.map(|(field, array)| Field::new(field.name(), array.data_type().clone(), true)).collect();
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows.len()));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).unwrap()
    };
    let batches = vec![batch(&rows[..first]), batch(&rows[first..])];
    Table { schema, batches, rows }
}

/// An array of the type, with the cells of that type; all others are NULL.
pub fn array(data_type: &DataType, cells: &[Cell]) -> ArrayRef {
    macro_rules! collect {
        ($array:ty, $pattern:pat => $value:expr) => {
            cells.iter().map(|cell| if let $pattern = cell { Some($value) } else { None }).collect::<$array>()
        };
    }
    match data_type {
        DataType::Boolean => Arc::new(collect!(BooleanArray, Cell::Boolean(it) => *it)),
        DataType::Int16 => Arc::new(collect!(Int16Array, Cell::Integer(it) => *it as i16)),
        DataType::Int64 => Arc::new(collect!(Int64Array, Cell::Integer(it) => *it)),
        DataType::UInt64 => Arc::new(collect!(UInt64Array, Cell::Unsigned(it) => *it)),
        DataType::Float32 => Arc::new(collect!(Float32Array, Cell::Float32(it) => *it)),
        DataType::Float64 => Arc::new(collect!(Float64Array, Cell::Float64(it) => *it)),
        DataType::Decimal128(precision, scale) => {
            let array = collect!(Decimal128Array, Cell::Decimal(it, _) => it.as_i128());
            Arc::new(array.with_precision_and_scale(*precision, *scale).unwrap())
        }
        DataType::Decimal256(precision, scale) => {
            let array = collect!(Decimal256Array, Cell::Decimal(it, _) => *it);
            Arc::new(array.with_precision_and_scale(*precision, *scale).unwrap())
        }
        DataType::Utf8 => Arc::new(collect!(StringArray, Cell::Text(it) | Cell::Json(it) => it.as_str())),
        DataType::Binary => Arc::new(collect!(BinaryArray, Cell::Bytes(it) => it.as_slice())),
        DataType::Date32 => Arc::new(collect!(Date32Array, Cell::Date(it) => *it)),
        DataType::Time64(_) => Arc::new(collect!(Time64MicrosecondArray, Cell::Time(it) => *it)),
        DataType::Timestamp(_, zone) => Arc::new(
            collect!(TimestampMicrosecondArray, Cell::Timestamp(it) | Cell::Moment(it) => *it)
                .with_timezone_opt(zone.clone()),
        ),
        other => panic!("no array of {other}"),
    }
}

/// A mixed column: what fits the declared type in child 0, and the rest by its own type.
pub fn mixed_array(kind: &ColumnType, cells: &[Cell]) -> ArrayRef {
    let types = [kind.arrow(), DataType::Int64, DataType::Float64, DataType::Utf8, DataType::Binary];
    let mut children: [Vec<Cell>; 5] = Default::default();
    let (mut ids, mut offsets) = (Vec::new(), Vec::new());
    for cell in cells {
        let own = array(&types[0], std::slice::from_ref(cell));
        let child = match cell {
            Cell::Null => 0,
            _ if own.is_valid(0) && fits(kind, cell) => 0,
            Cell::Integer(_) => 1,
            Cell::Float64(_) => 2,
            Cell::Text(_) => 3,
            Cell::Bytes(_) => 4,
            other => panic!("{other:?} has no child"),
        };
        ids.push(child as i8);
        offsets.push(children[child].len() as i32);
        children[child].push(cell.clone());
    }
    let arrays: Vec<ArrayRef> = types.iter().zip(&children).map(|(kind, cells)| array(kind, cells)).collect();
    let fields = types.iter().zip(MIXED_CHILDREN).map(|(kind, name)| Field::new(name, kind.clone(), true));
    let fields = UnionFields::try_new(0..5, fields).unwrap();
    let union =
        UnionArray::try_new(fields, ScalarBuffer::from(ids), Some(ScalarBuffer::from(offsets)), arrays);
    Arc::new(union.unwrap())
}

fn fits(kind: &ColumnType, cell: &Cell) -> bool {
    match (kind, cell) {
        (ColumnType::Integer { width: IntegerWidth::I16 }, Cell::Integer(value)) => {
            i16::try_from(*value).is_ok()
        }
        (ColumnType::Json, Cell::Text(_)) => false,
        _ => true,
    }
}

/// Whether somebody who reads this text finds exactly this value in it.
pub fn reads_as(text: &str, cell: &Cell) -> bool {
    let days = |date: Date| (date - Date::constant(1970, 1, 1)).get_days();
    let since_epoch =
        |moment: DateTime| moment.to_zoned(jiff::tz::TimeZone::UTC).map(|it| it.timestamp().as_microsecond());
    match cell {
        Cell::Null => false,
        Cell::Boolean(value) => text == if *value { "true" } else { "false" },
        Cell::Integer(value) => text.parse() == Ok(*value),
        Cell::Unsigned(value) => text.parse() == Ok(*value),
        Cell::Float32(value) if value.is_nan() => text == "NaN",
        Cell::Float64(value) if value.is_nan() => text == "NaN",
        Cell::Float32(value) => text.parse().is_ok_and(|read: f32| read.to_bits() == value.to_bits()),
        Cell::Float64(value) => text.parse().is_ok_and(|read: f64| read.to_bits() == value.to_bits()),
        Cell::Decimal(value, scale) => {
            let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
            fraction.len() == *scale as usize && i256::from_string(&text.replace('.', "")) == Some(*value)
        }
        Cell::Text(value) | Cell::Json(value) => text == value,
        Cell::Bytes(value) => {
            let digits = value.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            text == format!("\\x{digits}")
        }
        Cell::Date(value) => text.parse().is_ok_and(|date: Date| days(date) == *value),
        Cell::Time(86_400_000_000) => text == "24:00:00",
        Cell::Time(value) => {
            text.parse().is_ok_and(|time: Time| Time::midnight() + value.microseconds() == time)
        }
        Cell::Timestamp(value) => text
            .parse()
            .is_ok_and(|moment: DateTime| since_epoch(moment).is_ok_and(|micros| micros == *value)),
        Cell::Moment(value) => {
            // jiff's timestamps end a day before the year 10000.
            let local = text.strip_suffix('Z').and_then(|local| local.parse::<DateTime>().ok());
            text.parse::<Timestamp>().is_ok_and(|moment| moment.as_microsecond() == *value)
                || local.is_some_and(|moment| since_epoch(moment).is_ok_and(|micros| micros == *value))
        }
    }
}
