//! Zip archives as streams: several files in one, and the ground that workbooks stand on.

mod deflate;
mod zip;

pub(crate) use self::deflate::{CHUNK_BYTES, Deflater};
pub(crate) use self::zip::{Outgrown, ZipWriter};
use crate::EncodeError;

/// Files in a zip archive, one after another.
///
/// Like an [`Encoder`](crate::Encoder) it appends bytes to a buffer that its caller empties, and what it holds back is
/// bounded: about a chunk for each deflating thread, and a line for each file. A file has 4 GiB at most, plain and
/// packed; the archive has no limit. The same files give the same bytes.
#[derive(Default)]
pub struct Archive {
    zip: ZipWriter,
    deflater: Deflater,
    /// What of the present file was not deflated yet.
    plain: Vec<u8>,
}

impl Archive {
    /// An archive without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a file. Its name may have folders in it, with `/` between, and is no other file's.
    pub fn begin(&mut self, name: &str, out: &mut Vec<u8>) {
        self.zip.begin(name.to_owned(), out);
    }

    /// Takes more of the file that was begun.
    pub fn write(&mut self, plain: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.plain.extend_from_slice(plain);
        if self.plain.len() < CHUNK_BYTES {
            return Ok(());
        }
        let zip = &mut self.zip;
        self.deflater.push(&mut self.plain, |bytes| zip.data(bytes, out)).map_err(failed)
    }

    /// Ends the file that was begun.
    pub fn end(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let zip = &mut self.zip;
        let sums = self.deflater.finish(&mut self.plain, |bytes| zip.data(bytes, out)).map_err(failed)?;
        let outgrown =
            |Outgrown| EncodeError::TooLarge { row: 0, detail: "a file of the archive outgrew 4 GiB" };
        self.zip.end(sums, out).map_err(outgrown)
    }

    /// Writes the directory at the archive's end.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        self.zip.finish(out);
    }
}

fn failed(detail: String) -> EncodeError {
    EncodeError::Internal { row: 0, detail }
}
