use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use rowport_model::{Snapshot, column_type_of};
use serde::Serialize;

use super::object::ObjectWriter;
use crate::{Digest, EncodeError, EncodeOptions, Encoder, Envelope};

/// Writes the envelope with the rows in it.
///
/// The count and the digest come after the rows, because nobody knows them earlier. `rows_bytes` and `rows_sha256`
/// are those of the array of rows, from its `[` to its `]`, both included.
pub(crate) struct JsonEncoder {
    objects: ObjectWriter,
    digest: Digest,
    opening: Vec<u8>,
}

#[derive(Serialize)]
struct Opening<'a> {
    exported_at: &'a str,
    dataset: &'a str,
    snapshot_at: Option<&'a str>,
    #[serde(skip_serializing_if = "Snapshot::is_one")]
    snapshot: Snapshot,
    view: &'a serde_json::Value,
    columns: Vec<OpeningColumn<'a>>,
}

#[derive(Serialize)]
struct OpeningColumn<'a> {
    name: &'a str,
    label: &'a str,
    #[serde(rename = "type")]
    column_type: &'a str,
}

#[derive(Serialize)]
struct Closing<'a> {
    count: u64,
    manifest: ClosingManifest<'a>,
}

#[derive(Serialize)]
struct ClosingManifest<'a> {
    rows: u64,
    rows_bytes: u64,
    rows_sha256: &'a str,
}

impl JsonEncoder {
    pub(crate) fn new(
        schema: SchemaRef,
        options: EncodeOptions,
        envelope: &Envelope,
    ) -> Result<Self, EncodeError> {
        let opening = opening(&schema, &options.headers_for(&schema)?, envelope)?;
        Ok(Self { objects: ObjectWriter::new(schema)?, digest: Digest::new(), opening })
    }

    fn digested(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.digest.update(bytes);
        out.extend_from_slice(bytes);
    }
}

impl Encoder for JsonEncoder {
    fn start(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(&self.opening);
        self.digested(b"[\n", out);
        Ok(())
    }

    fn encode(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let start = out.len();
        self.objects.write(batch, b",", out)?;
        self.digest.update(&out[start..]);
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.digested(b"]", out);
        let rows = self.objects.rows;
        let sum = self.digest.sum();
        let manifest = ClosingManifest { rows, rows_bytes: sum.bytes, rows_sha256: &sum.sha256 };
        let closing = json(&Closing { count: rows, manifest }, rows)?;
        // The closing members continue the object that the opening began.
        out.push(b',');
        out.extend_from_slice(&closing[1..]);
        out.push(b'\n');
        Ok(())
    }
}

/// The envelope up to the array of rows.
fn opening(schema: &Schema, headers: &[String], envelope: &Envelope) -> Result<Vec<u8>, EncodeError> {
    let columns = schema.fields().iter().zip(headers).map(|(field, label)| OpeningColumn {
        name: field.name(),
        label,
        column_type: column_type_of(field).0,
    });
    let mut bytes = json(
        &Opening {
            exported_at: &envelope.exported_at,
            dataset: &envelope.dataset,
            snapshot_at: envelope.snapshot_at.as_deref(),
            snapshot: envelope.snapshot,
            view: &envelope.view,
            columns: columns.collect(),
        },
        0,
    )?;
    bytes.pop();
    bytes.extend_from_slice(b",\"rows\":");
    Ok(bytes)
}

fn json(value: &impl Serialize, row: u64) -> Result<Vec<u8>, EncodeError> {
    serde_json::to_vec(value).map_err(|error| EncodeError::Internal { row, detail: error.to_string() })
}
