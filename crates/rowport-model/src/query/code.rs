use super::QueryError;
use crate::ErrorCode;

impl QueryError {
    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::UnknownColumn { .. } => ErrorCode::UnknownColumn,
            Self::MaskedColumn { .. } => ErrorCode::MaskedColumn,
            Self::TooMany { .. } => ErrorCode::TooLarge,
            Self::Cursor(_) | Self::NoOrder { .. } => ErrorCode::BadCursor,
            Self::BadOperator { .. } | Self::BadValue { .. } => ErrorCode::BadFilter,
            Self::NoKey { .. } | Self::ComputedKey { .. } => ErrorCode::NoKey,
            Self::NoTransactions { .. } => ErrorCode::NoTransactions,
            Self::Inherited { .. } => ErrorCode::Inherited,
            Self::BadKey { .. } | Self::BadKeyValue { .. } | Self::UnfitKey { .. } => ErrorCode::BadKey,
            Self::NoFields | Self::BadFieldValue { .. } => ErrorCode::BadChange,
            Self::NotWritable { .. } => ErrorCode::NotWritable,
            Self::RepeatedColumn { .. } | Self::NoColumns | Self::NotSortable { .. } | Self::BadSearch => {
                ErrorCode::BadView
            }
        }
    }
}
