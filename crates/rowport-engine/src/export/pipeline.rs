use std::io::Write;

use rowport_drivers::BatchStream;
use rowport_formats::{Compressor, Digest, EncodeOptions, Encoder, Envelope, Manifest, encoder};
use rowport_store::StoreError;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::error::EngineError;

/// An export whose snapshot is taken: rows are on their way.
pub struct OpenExport {
    stream: BatchStream,
    encoder: Box<dyn Encoder>,
    compressor: Option<Compressor>,
    manifest: Manifest,
}

/// How far an export has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows read.
    pub rows: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// Bytes are handed to the sink when so many have gathered: fewer calls, and still flat memory.
const SINK_BYTES: usize = 128 << 10;

impl OpenExport {
    pub(super) fn new(
        stream: BatchStream,
        options: EncodeOptions,
        mut envelope: Envelope,
        mut manifest: Manifest,
    ) -> Result<Self, EngineError> {
        envelope.snapshot_at = Some(stream.snapshot_at.clone());
        manifest.snapshot_at = Some(stream.snapshot_at.clone());
        (envelope.snapshot, manifest.snapshot) = (stream.snapshot, stream.snapshot);
        let encoder = encoder(manifest.format, stream.schema.clone(), options, envelope)?;
        let compressor = manifest.compression.map(Compressor::new).transpose().map_err(compress_error)?;
        Ok(Self { stream, encoder, compressor, manifest })
    }

    /// Reads, encodes and writes everything. For a thread that may block, within a runtime. An error means that
    /// what the sink has is not a whole file.
    pub fn write_to(
        mut self,
        sink: &mut dyn Write,
        progress: &mut dyn FnMut(Progress),
        cancel: &CancellationToken,
    ) -> Result<Manifest, EngineError> {
        let runtime = Handle::current();
        let mut output =
            Output { sink, compressor: self.compressor.take(), digest: Digest::new(), packed: Vec::new() };
        let mut bytes = Vec::with_capacity(SINK_BYTES * 2);
        let mut rows = 0;
        self.encoder.start(&mut bytes)?;
        loop {
            let next = runtime.block_on(async {
                tokio::select! {
                    biased;
                    () = cancel.cancelled() => Err(EngineError::Cancelled),
                    batch = self.stream.next() => batch.transpose().map_err(EngineError::from),
                }
            })?;
            let Some(batch) = next else { break };
            self.encoder.encode(&batch, &mut bytes)?;
            // The first rows leave at once: the reader may be waiting for a first byte.
            if rows == 0 || bytes.len() >= SINK_BYTES {
                output.write(&mut bytes)?;
            }
            rows += batch.num_rows() as u64;
            progress(Progress { rows, bytes: output.digest.bytes() });
        }
        self.encoder.finish(&mut bytes)?;
        output.write(&mut bytes)?;
        let sum = output.finish()?;
        progress(Progress { rows, bytes: sum.bytes });
        Ok(Manifest { rows, bytes: sum.bytes, sha256: sum.sha256, ..self.manifest })
    }
}

struct Output<'a> {
    sink: &'a mut dyn Write,
    compressor: Option<Compressor>,
    digest: Digest,
    packed: Vec<u8>,
}

impl Output<'_> {
    /// Passes the bytes on and empties the buffer.
    fn write(&mut self, bytes: &mut Vec<u8>) -> Result<(), EngineError> {
        match &mut self.compressor {
            None => pass(self.sink, &mut self.digest, bytes)?,
            Some(compressor) => {
                compressor.write(bytes, &mut self.packed).map_err(compress_error)?;
                pass(self.sink, &mut self.digest, &self.packed)?;
                self.packed.clear();
            }
        }
        bytes.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<rowport_formats::DigestSum, EngineError> {
        if let Some(compressor) = self.compressor.take() {
            compressor.finish(&mut self.packed).map_err(compress_error)?;
            pass(self.sink, &mut self.digest, &self.packed)?;
        }
        self.sink.flush().map_err(output_error)?;
        Ok(self.digest.sum())
    }
}

fn pass(sink: &mut dyn Write, digest: &mut Digest, bytes: &[u8]) -> Result<(), EngineError> {
    digest.update(bytes);
    sink.write_all(bytes).map_err(output_error)
}

/// What an error of a sink means.
pub(crate) fn output_error(error: std::io::Error) -> EngineError {
    match error.kind() {
        // The reader of the pipe or of the answer went away.
        std::io::ErrorKind::BrokenPipe => EngineError::Cancelled,
        // What an upload failed with passed through `Write` in an error of the standard library.
        _ => match error.downcast::<StoreError>() {
            Ok(error) => EngineError::Store(error),
            Err(error) => EngineError::Output { what: "the output".to_owned(), error },
        },
    }
}

/// Compressing into memory fails only by a mistake of ours or of the library.
fn compress_error(error: std::io::Error) -> EngineError {
    EngineError::internal(format!("the compressor failed: {error}"))
}
