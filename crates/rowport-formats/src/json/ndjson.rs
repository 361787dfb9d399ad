use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::object::ObjectWriter;
use crate::{EncodeError, Encoder};

/// Writes one JSON object a line and nothing else.
pub(crate) struct NdjsonEncoder {
    objects: ObjectWriter,
}

impl NdjsonEncoder {
    pub(crate) fn new(schema: SchemaRef) -> Result<Self, EncodeError> {
        Ok(Self { objects: ObjectWriter::new(schema)? })
    }
}

impl Encoder for NdjsonEncoder {
    fn start(&mut self, _out: &mut Vec<u8>) -> Result<(), EncodeError> {
        Ok(())
    }

    fn encode(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.objects.write(batch, b"", out)
    }

    fn finish(&mut self, _out: &mut Vec<u8>) -> Result<(), EncodeError> {
        Ok(())
    }
}
