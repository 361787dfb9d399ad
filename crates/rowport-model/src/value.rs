use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

/// A value of a filter or a cursor, with the type of the column that it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i128),
    /// An exact decimal number in plain notation: `-12.50`.
    Decimal(String),
    /// A floating point number.
    Float(f64),
    /// Text, and every type that travels as text.
    Text(String),
    /// A number as a person wrote it, compared with a column of texts. Where the type of such a column says nothing of
    /// its values, it is the number as well as the text.
    Written(String),
    /// Text that is not UTF-8, as its bytes.
    RawText(Vec<u8>),
    /// A date.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A date and time without a zone.
    Timestamp(DateTime),
    /// A moment.
    TimestampTz(Timestamp),
    /// Bytes.
    Bytes(Vec<u8>),
}
