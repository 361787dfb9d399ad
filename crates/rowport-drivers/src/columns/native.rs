//! A column of its declared Arrow type.

use std::sync::Arc;

use arrow_array::types::{
    Date32Type, Decimal128Type, Decimal256Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    Time64MicrosecondType, TimestampMicrosecondType, UInt64Type,
};
use arrow_array::{ArrayRef, ArrowPrimitiveType, BinaryArray, BooleanArray, PrimitiveArray, StringArray};
use arrow_buffer::{
    BooleanBufferBuilder, Buffer, NullBuffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer, i256,
};
use arrow_schema::DataType;

/// Values and which of them are NULL.
pub(crate) struct NativeColumn {
    pub(crate) values: Values,
    nulls: NullBufferBuilder,
}

/// The values, by the type that they travel in. NULL takes a place with a default value.
pub(crate) enum Values {
    Boolean(BooleanBufferBuilder),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    U64(Vec<u64>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    I128(Vec<i128>),
    I256(Vec<i256>),
    /// Text (checked at the end of a batch) and bytes.
    Bytes {
        offsets: Vec<i32>,
        data: Vec<u8>,
    },
}

/// A batch is bounded by bytes, so its columns begin small.
const FIRST_CAPACITY: usize = 1_024;

impl NativeColumn {
    pub(super) fn new(data_type: &DataType) -> Self {
        let values = match data_type {
            DataType::Boolean => Values::Boolean(BooleanBufferBuilder::new(FIRST_CAPACITY)),
            DataType::Int16 => Values::I16(Vec::with_capacity(FIRST_CAPACITY)),
            DataType::Int32 | DataType::Date32 => Values::I32(Vec::with_capacity(FIRST_CAPACITY)),
            DataType::UInt64 => Values::U64(Vec::with_capacity(FIRST_CAPACITY)),
            DataType::Float32 => Values::F32(Vec::with_capacity(FIRST_CAPACITY)),
            DataType::Float64 => Values::F64(Vec::with_capacity(FIRST_CAPACITY)),
            DataType::Decimal128(..) => Values::I128(Vec::with_capacity(FIRST_CAPACITY)),
            DataType::Decimal256(..) => Values::I256(Vec::with_capacity(FIRST_CAPACITY)),
            DataType::Int64 | DataType::Time64(_) | DataType::Timestamp(..) => {
                Values::I64(Vec::with_capacity(FIRST_CAPACITY))
            }
            _ => Values::Bytes { offsets: vec![0], data: Vec::with_capacity(FIRST_CAPACITY * 8) },
        };
        Self { values, nulls: NullBufferBuilder::new(FIRST_CAPACITY) }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.nulls.len()
    }

    #[inline]
    pub(crate) fn push_null(&mut self) {
        self.nulls.append_null();
        match &mut self.values {
            Values::Boolean(values) => values.append(false),
            Values::I16(values) => values.push(0),
            Values::I32(values) => values.push(0),
            Values::I64(values) => values.push(0),
            Values::U64(values) => values.push(0),
            Values::F32(values) => values.push(0.0),
            Values::F64(values) => values.push(0.0),
            Values::I128(values) => values.push(0),
            Values::I256(values) => values.push(i256::ZERO),
            Values::Bytes { offsets, data } => offsets.push(data.len() as i32),
        }
    }

    /// Empties a column of texts.
    pub(super) fn take_values(&mut self) -> Vec<Option<Vec<u8>>> {
        let nulls = self.nulls.finish();
        let Values::Bytes { offsets, data } = &mut self.values else { return Vec::new() };
        let (offsets, data) = (std::mem::replace(offsets, vec![0]), std::mem::take(data));
        let bounds = offsets.windows(2).map(|pair| (pair[0] as usize, pair[1] as usize));
        bounds
            .enumerate()
            .map(|(row, (from, to))| {
                nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)).then(|| data[from..to].to_vec())
            })
            .collect()
    }

    /// The array, leaving the column empty; `None`, leaving it as it is, when a text is not UTF-8.
    pub(super) fn finish(&mut self, data_type: &DataType) -> Result<Option<ArrayRef>, String> {
        let nulls = self.nulls.finish();
        macro_rules! primitive {
            ($type:ty, $values:expr) => {{
                let values: ScalarBuffer<<$type as ArrowPrimitiveType>::Native> =
                    std::mem::take($values).into();
                $values.reserve(FIRST_CAPACITY);
                let array =
                    PrimitiveArray::<$type>::try_new(values, nulls).map_err(|error| error.to_string())?;
                Ok(Some(Arc::new(array.with_data_type(data_type.clone())) as ArrayRef))
            }};
        }
        match (&mut self.values, data_type) {
            (Values::Boolean(values), _) => Ok(Some(Arc::new(BooleanArray::new(values.finish(), nulls)))),
            (Values::I16(values), _) => primitive!(Int16Type, values),
            (Values::I32(values), DataType::Date32) => primitive!(Date32Type, values),
            (Values::I32(values), _) => primitive!(Int32Type, values),
            (Values::I64(values), DataType::Time64(_)) => primitive!(Time64MicrosecondType, values),
            (Values::I64(values), DataType::Timestamp(..)) => primitive!(TimestampMicrosecondType, values),
            (Values::I64(values), _) => primitive!(Int64Type, values),
            (Values::U64(values), _) => primitive!(UInt64Type, values),
            (Values::F32(values), _) => primitive!(Float32Type, values),
            (Values::F64(values), _) => primitive!(Float64Type, values),
            (Values::I128(values), _) => primitive!(Decimal128Type, values),
            (Values::I256(values), _) => primitive!(Decimal256Type, values),
            (Values::Bytes { offsets, data }, _) => {
                let capacity = data.len();
                let data = std::mem::replace(data, Vec::with_capacity(capacity));
                let offsets = std::mem::replace(offsets, vec![0]);
                if i32::try_from(data.len()).is_err() {
                    return Err("the values of one batch are larger than 2 GiB".to_owned());
                }
                let (offsets, data) = (OffsetBuffer::new(offsets.into()), Buffer::from(data));
                if matches!(data_type, DataType::Binary) {
                    return BinaryArray::try_new(offsets, data, nulls)
                        .map(|array| Some(Arc::new(array) as ArrayRef))
                        .map_err(|error| error.to_string());
                }
                match StringArray::try_new(offsets.clone(), data.clone(), nulls.clone()) {
                    Ok(array) => Ok(Some(Arc::new(array))),
                    Err(_) => {
                        self.put_back(&offsets, &data, nulls.as_ref());
                        Ok(None)
                    }
                }
            }
        }
    }

    #[cold]
    fn put_back(&mut self, offsets: &[i32], data: &[u8], nulls: Option<&NullBuffer>) {
        match nulls {
            Some(nulls) => self.nulls.append_buffer(nulls),
            None => self.nulls.append_n_non_nulls(offsets.len() - 1),
        }
        self.values = Values::Bytes { offsets: offsets.to_vec(), data: data.to_vec() };
    }
}

/// One method for each kind of value: appends it and says it is not NULL. Called on a column of another kind it
/// appends NULL, which the conformance suite would notice at once; the reader of a column is chosen with its type.
macro_rules! push {
    ($($name:ident $variant:ident $type:ty),+ $(,)?) => {
        impl NativeColumn {
            $(#[inline]
            pub(crate) fn $name(&mut self, value: $type) {
                if let Values::$variant(values) = &mut self.values {
                    values.push(value);
                    self.nulls.append_non_null();
                } else {
                    debug_assert!(false, "a value was pushed to a column of another kind");
                    self.push_null();
                }
            })+
        }
    };
}

push! {
    push_i16 I16 i16,
    push_i32 I32 i32,
    push_i64 I64 i64,
    push_u64 U64 u64,
    push_f32 F32 f32,
    push_f64 F64 f64,
    push_i128 I128 i128,
    push_i256 I256 i256,
}

impl NativeColumn {
    #[inline]
    pub(crate) fn push_bool(&mut self, value: bool) {
        if let Values::Boolean(values) = &mut self.values {
            values.append(value);
            self.nulls.append_non_null();
        } else {
            debug_assert!(false, "a boolean was pushed to a column of another kind");
            self.push_null();
        }
    }

    #[inline]
    pub(crate) fn push_bytes(&mut self, value: &[u8]) {
        self.extend_bytes(|data| data.extend_from_slice(value));
    }

    /// Appends one text or one run of bytes by writing it in place.
    #[inline]
    pub(crate) fn extend_bytes(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if let Values::Bytes { offsets, data } = &mut self.values {
            write(data);
            // A batch beyond 2 GiB is refused when it is finished.
            offsets.push(data.len() as i32);
            self.nulls.append_non_null();
        } else {
            debug_assert!(false, "bytes were pushed to a column of another kind");
            self.push_null();
        }
    }
}
