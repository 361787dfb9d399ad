use std::collections::HashMap;

use arrow_schema::{DataType, Field, TimeUnit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A column of a dataset as the database describes it, refined by the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Column {
    /// The name in the database.
    pub name: String,
    /// The name for people; the same as `name` unless configured.
    pub label: String,
    /// The type as Rowport knows it.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// The type in the database's own words, such as `numeric(10,2)`.
    pub native_type: String,
    /// What the driver says of the type in statements: on PostgreSQL the type without a length, on MySQL the character
    /// set and the collation of a text. Empty where nothing needs to be said.
    #[serde(skip)]
    pub compared_as: String,
    /// Whether the column may hold NULL.
    pub nullable: bool,
    /// The default in the database's own words, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub default: Option<String>,
    /// An ISO 4217 code when the numbers are money, for display and for XLSX formats.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub currency: Option<String>,
    /// Whether the column is computed from others by the configuration rather than stored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub computed: bool,
    /// Whether the database makes the value from other columns, so that it cannot be written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub generated: bool,
    /// Whether the values are kept from the principal: each is a mask, and nothing can be asked of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
}

/// How many bits an integer column has, and whether it has a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum IntegerWidth {
    /// 16 bits, signed.
    I16,
    /// 32 bits, signed.
    I32,
    /// 64 bits, signed.
    I64,
    /// 64 bits, unsigned (MySQL's `BIGINT UNSIGNED`).
    U64,
}

/// The type of a column, the same for the three kinds of database.
///
/// What Arrow holds exactly travels in its Arrow type; everything else travels as text in the database's own
/// notation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ColumnType {
    /// True or false.
    Boolean,
    /// A whole number.
    Integer {
        /// Bits and sign.
        width: IntegerWidth,
    },
    /// An exact decimal number. Without a precision, or with more than 76 digits, it travels as text.
    Decimal {
        /// All digits together, where the database fixes them.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        precision: Option<u16>,
        /// Digits after the point, where the database fixes them.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        scale: Option<i16>,
    },
    /// A binary floating point number of 32 or 64 bits.
    Float {
        /// 32 or 64.
        bits: u8,
    },
    /// Text.
    Text,
    /// One of a fixed list of texts.
    Enum {
        /// The texts, in the database's order.
        values: Vec<String>,
    },
    /// A UUID, as lower-case text.
    Uuid,
    /// A JSON document, as its text.
    Json,
    /// A calendar date.
    Date,
    /// A time of day, in microseconds.
    Time,
    /// A date and time without a zone, in microseconds.
    Timestamp,
    /// A moment in time, in microseconds, shown in UTC.
    TimestampTz,
    /// A span of time, in the database's own notation.
    Interval,
    /// Bytes.
    Bytes,
    /// An array, as the text of a JSON array.
    Array,
    /// Any other type, in the database's own text notation.
    Other,
}

/// The names of the children of a *mixed* column, in the order of their type ids.
///
/// A database may hold a value that the type of its column cannot: `'infinity'::date`, MySQL's `0000-00-00`, a
/// text in SQLite's INTEGER column. The batch that meets one carries that column as a dense union instead of the
/// declared Arrow type: child 0 has the declared type, and the rest are named here. Text formats write each value
/// by its own type; Parquet, whose columns have one type, refuses and says where. The last child holds texts that are
/// not UTF-8, as their bytes: they are shown like bytes, but compare as the texts that they are.
pub const MIXED_CHILDREN: [&str; 6] = ["declared", "integer", "float", "text", "bytes", "raw_text"];

const TYPE_KEY: &str = "rowport.type";
const CURRENCY_KEY: &str = "rowport.currency";

impl ColumnType {
    /// The Arrow type in which values of this column travel.
    pub fn arrow(&self) -> DataType {
        match self {
            Self::Boolean => DataType::Boolean,
            Self::Integer { width: IntegerWidth::I16 } => DataType::Int16,
            Self::Integer { width: IntegerWidth::I32 } => DataType::Int32,
            Self::Integer { width: IntegerWidth::I64 } => DataType::Int64,
            Self::Integer { width: IntegerWidth::U64 } => DataType::UInt64,
            Self::Decimal { precision: Some(precision), scale: Some(scale) }
                if (0..=i16::try_from(*precision).unwrap_or(i16::MAX)).contains(scale)
                    && *precision <= 76 =>
            {
                // Both fit: the guard keeps them at 76 or below.
                let (precision, scale) = (*precision as u8, *scale as i8);
                if precision <= 38 {
                    DataType::Decimal128(precision, scale)
                } else {
                    DataType::Decimal256(precision, scale)
                }
            }
            Self::Float { bits: 32 } => DataType::Float32,
            Self::Float { .. } => DataType::Float64,
            Self::Date => DataType::Date32,
            Self::Time => DataType::Time64(TimeUnit::Microsecond),
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::TimestampTz => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Bytes => DataType::Binary,
            Self::Decimal { .. }
            | Self::Text
            | Self::Enum { .. }
            | Self::Uuid
            | Self::Json
            | Self::Interval
            | Self::Array
            | Self::Other => DataType::Utf8,
        }
    }

    /// Whether values are numbers that can be compared and computed with.
    pub fn is_numeric(&self) -> bool {
        matches!(self, Self::Integer { .. } | Self::Decimal { .. } | Self::Float { .. })
    }

    /// Whether free-text search and `contains` look at this column.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Enum { .. })
    }

    /// Whether a keyset can be ordered by this column: its values have a total order that comparison agrees with.
    pub fn is_sortable(&self) -> bool {
        !matches!(self, Self::Json | Self::Array | Self::Other | Self::Interval)
    }

    /// One word for messages and documents.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer { .. } => "integer",
            Self::Decimal { .. } => "decimal",
            Self::Float { .. } => "float",
            Self::Text => "text",
            Self::Enum { .. } => "enum",
            Self::Uuid => "uuid",
            Self::Json => "json",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::TimestampTz => "timestamp_tz",
            Self::Interval => "interval",
            Self::Bytes => "bytes",
            Self::Array => "array",
            Self::Other => "other",
        }
    }
}

/// The Arrow field of an output column. The column's type and currency travel in the field's metadata, so that an
/// encoder can tell a UUID from a JSON document although both are text to Arrow.
pub fn field_for(name: &str, column_type: &ColumnType, currency: Option<&str>) -> Field {
    let mut metadata = HashMap::from([(TYPE_KEY.to_owned(), column_type.word().to_owned())]);
    if let Some(currency) = currency {
        metadata.insert(CURRENCY_KEY.to_owned(), currency.to_owned());
    }
    Field::new(name, column_type.arrow(), true).with_metadata(metadata)
}

/// The type word and the currency that [`field_for`] put into a field's metadata.
pub fn column_type_of(field: &Field) -> (&str, Option<&str>) {
    let metadata = field.metadata();
    (metadata.get(TYPE_KEY).map_or("text", String::as_str), metadata.get(CURRENCY_KEY).map(String::as_str))
}
