//! (being written)
use crate::{
    error::DriverError,
    registry::SourceUrl,
    seam::{Driver, Limits},
};
use std::sync::Arc;
pub(crate) fn open(_: &SourceUrl, _: Limits) -> Result<Arc<dyn Driver>, DriverError> {
    Err(DriverError::protocol("not yet"))
}
