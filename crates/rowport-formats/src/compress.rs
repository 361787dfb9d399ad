use std::io::{self, Write};

use flate2::GzBuilder;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a whole file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// gzip, which everything can open.
    Gzip,
    /// Zstandard: smaller and quicker.
    Zstd,
}

impl Compression {
    /// The name in requests and manifests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// What follows the format's own extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Gzip => "gz",
            Self::Zstd => "zst",
        }
    }

    /// The media type of the compressed file.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Gzip => "application/gzip",
            Self::Zstd => "application/zstd",
        }
    }

    /// The compression with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Gzip, Self::Zstd].into_iter().find(|compression| compression.name() == name)
    }
}

/// Compresses a stream piece by piece. The same input gives the same bytes: no time, no host gets into them.
pub struct Compressor {
    inner: Inner,
}

enum Inner {
    Gzip(flate2::write::GzEncoder<Vec<u8>>),
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
}

impl Compressor {
    /// A compressor that has seen nothing yet.
    pub fn new(compression: Compression) -> io::Result<Self> {
        const GZIP_LEVEL: u32 = 4;
        const ZSTD_LEVEL: i32 = 3;
        let inner = match compression {
            Compression::Gzip => {
                // 255 means that the operating system is unknown.
                let builder = GzBuilder::new().mtime(0).operating_system(255);
                Inner::Gzip(builder.write(Vec::new(), flate2::Compression::new(GZIP_LEVEL)))
            }
            Compression::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), ZSTD_LEVEL)?;
                encoder.include_checksum(true)?;
                Inner::Zstd(encoder)
            }
        };
        Ok(Self { inner })
    }

    /// Takes plain bytes and appends the compressed ones that are ready.
    pub fn write(&mut self, plain: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        match &mut self.inner {
            Inner::Gzip(encoder) => {
                encoder.write_all(plain)?;
                out.append(encoder.get_mut());
            }
            Inner::Zstd(encoder) => {
                encoder.write_all(plain)?;
                out.append(encoder.get_mut());
            }
        }
        Ok(())
    }

    /// Appends everything written so far in a form that a reader can already decompress, which costs a little size.
    pub fn flush(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        match &mut self.inner {
            Inner::Gzip(encoder) => {
                encoder.flush()?;
                out.append(encoder.get_mut());
            }
            Inner::Zstd(encoder) => {
                encoder.flush()?;
                out.append(encoder.get_mut());
            }
        }
        Ok(())
    }

    /// Appends the end of the stream.
    pub fn finish(self, out: &mut Vec<u8>) -> io::Result<()> {
        let rest = match self.inner {
            Inner::Gzip(encoder) => encoder.finish()?,
            Inner::Zstd(encoder) => encoder.finish()?,
        };
        out.extend_from_slice(&rest);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn compressed(compression: Compression, pieces: &[&[u8]]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut compressor = Compressor::new(compression).unwrap();
        for piece in pieces {
            compressor.write(piece, &mut out).unwrap();
        }
        compressor.finish(&mut out).unwrap();
        out
    }

    #[test]
    fn a_stream_reads_back_and_is_always_the_same() {
        let text = b"one,two\n".repeat(100_000);
        for compression in [Compression::Gzip, Compression::Zstd] {
            let first = compressed(compression, &[&text[..1000], &text[1000..]]);
            assert_eq!(first, compressed(compression, &[&text[..1000], &text[1000..]]));
            let mut plain = Vec::new();
            match compression {
                Compression::Gzip => {
                    flate2::read::GzDecoder::new(&first[..]).read_to_end(&mut plain).unwrap();
                }
                Compression::Zstd => plain = zstd::decode_all(&first[..]).unwrap(),
            }
            assert_eq!(plain, text);
            assert!(!compressed(compression, &[]).is_empty());
        }
    }

    #[test]
    fn a_flush_makes_everything_readable() {
        for compression in [Compression::Gzip, Compression::Zstd] {
            let mut out = Vec::new();
            let mut compressor = Compressor::new(compression).unwrap();
            compressor.write(b"hello", &mut out).unwrap();
            compressor.flush(&mut out).unwrap();
            let mut plain = [0; 5];
            match compression {
                Compression::Gzip => flate2::read::GzDecoder::new(&out[..]).read_exact(&mut plain).unwrap(),
                Compression::Zstd => {
                    zstd::stream::read::Decoder::new(&out[..]).unwrap().read_exact(&mut plain).unwrap();
                }
            }
            assert_eq!(&plain, b"hello");
        }
    }
}
