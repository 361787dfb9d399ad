//! Deflate in independent chunks on two threads, in order.
//!
//! Every chunk but the last ends with a sync flush, so that the chunks put together are one deflate stream. Which
//! thread took a chunk leaves no trace in the bytes.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use crc32fast::Hasher;
use flate2::{Compress, Compression, FlushCompress, Status};

use super::zip::Sums;

/// How much makes a chunk.
pub(crate) const CHUNK_BYTES: usize = 512 << 10;
/// The levels that chunks take in turn. Level 4 makes a sheet 10% smaller than level 3 for a quarter more of the
/// whole time; one chunk in three at level 4 gets a third of the one for a third of the other.
const LEVELS: [u32; 3] = [3, 3, 4];
const THREADS: usize = 2;
/// How many chunks a thread has in its hands or before it.
const DEPTH: usize = 2;

/// A chunk after its deflation. The plain bytes come along so that their memory is used again.
struct Packed {
    plain: Vec<u8>,
    bytes: Vec<u8>,
    hasher: Hasher,
}

/// The chunk's number, its bytes, and a buffer for the packed ones.
type Job = (usize, Vec<u8>, Vec<u8>);

struct Worker {
    /// `None` only while the worker is being stopped.
    jobs: Option<SyncSender<Job>>,
    done: Receiver<Result<Packed, String>>,
    thread: Option<JoinHandle<()>>,
}

/// Deflates one entry after another.
pub(crate) struct Deflater {
    own: ChunkCompressor,
    workers: Vec<Worker>,
    sent: usize,
    received: usize,
    spare: Vec<Vec<u8>>,
    hasher: Hasher,
    packed: u64,
}

impl Deflater {
    pub(crate) fn new() -> Self {
        Self {
            own: ChunkCompressor::new(),
            workers: Vec::new(),
            sent: 0,
            received: 0,
            spare: Vec::new(),
            hasher: Hasher::new(),
            packed: 0,
        }
    }

    /// Takes the bytes out of `plain`, which is empty afterwards, and hands finished data to `sink`.
    pub(crate) fn push(&mut self, plain: &mut Vec<u8>, mut sink: impl FnMut(&[u8])) -> Result<(), String> {
        if self.workers.is_empty() {
            // The threads begin with the first full chunk: a small workbook needs none.
            self.workers = (0..THREADS).map(|_| Worker::spawn()).collect::<Result<_, _>>()?;
        }
        if self.sent - self.received >= THREADS * DEPTH {
            self.receive(&mut sink)?;
        }
        let fresh = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(CHUNK_BYTES + CHUNK_BYTES / 8));
        let job = (self.sent, std::mem::replace(plain, fresh), self.spare.pop().unwrap_or_default());
        let jobs = self.workers[self.sent % THREADS].jobs.as_ref();
        jobs.and_then(|jobs| jobs.send(job).ok()).ok_or("a deflating thread has stopped")?;
        self.sent += 1;
        self.take_finished(sink)
    }

    /// Hands over what is finished already, without waiting.
    pub(crate) fn take_finished(&mut self, mut sink: impl FnMut(&[u8])) -> Result<(), String> {
        while self.received < self.sent {
            let Ok(packed) = self.workers[self.received % THREADS].done.try_recv() else { break };
            self.received += 1;
            self.accept(packed?, &mut sink);
        }
        Ok(())
    }

    /// Deflates a whole small entry by itself. Only between entries.
    pub(crate) fn whole(&mut self, plain: Vec<u8>) -> Result<(Vec<u8>, Sums), String> {
        let packed = self.own.pack(0, plain, Vec::new(), FlushCompress::Finish)?;
        let plain = packed.hasher.total_len();
        let sums = Sums { crc: packed.hasher.finalize(), packed: packed.bytes.len() as u64, plain };
        Ok((packed.bytes, sums))
    }

    /// Ends the entry with the rest of its bytes, and gives its sums.
    pub(crate) fn finish(
        &mut self,
        plain: &mut Vec<u8>,
        mut sink: impl FnMut(&[u8]),
    ) -> Result<Sums, String> {
        while self.received < self.sent {
            self.receive(&mut sink)?;
        }
        let bytes = self.spare.pop().unwrap_or_default();
        let last = self.own.pack(0, std::mem::take(plain), bytes, FlushCompress::Finish)?;
        self.accept(last, &mut sink);
        *plain = self.spare.pop().unwrap_or_default();
        let hasher = std::mem::take(&mut self.hasher);
        let packed = std::mem::take(&mut self.packed);
        Ok(Sums { plain: hasher.total_len(), crc: hasher.finalize(), packed })
    }

    fn receive(&mut self, sink: &mut impl FnMut(&[u8])) -> Result<(), String> {
        let worker = &self.workers[self.received % THREADS];
        let packed = worker.done.recv().map_err(|_| "a deflating thread has stopped")??;
        self.received += 1;
        self.accept(packed, sink);
        Ok(())
    }

    fn accept(&mut self, packed: Packed, sink: &mut impl FnMut(&[u8])) {
        self.hasher.combine(&packed.hasher);
        self.packed += packed.bytes.len() as u64;
        sink(&packed.bytes);
        for mut buffer in [packed.bytes, packed.plain] {
            // A single row can be far larger than a chunk, and such a buffer is not worth keeping.
            if buffer.capacity() <= 4 * CHUNK_BYTES {
                buffer.clear();
                self.spare.push(buffer);
            }
        }
    }
}

impl Default for Deflater {
    fn default() -> Self {
        Self::new()
    }
}

impl Worker {
    fn spawn() -> Result<Self, String> {
        let (jobs, taken) = sync_channel::<Job>(DEPTH);
        let (finished, done) = sync_channel(DEPTH);
        let run = move || {
            let mut compressor = ChunkCompressor::new();
            for (number, plain, bytes) in taken {
                if finished.send(compressor.pack(number, plain, bytes, FlushCompress::Sync)).is_err() {
                    break;
                }
            }
        };
        let thread = thread::Builder::new().name("deflate".to_owned()).spawn(run);
        let thread = thread.map_err(|error| format!("no thread for deflating: {error}"))?;
        Ok(Self { jobs: Some(jobs), done, thread: Some(thread) })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked was reported when its result did not come.
            drop(thread.join());
        }
    }
}

/// Deflates chunks that know nothing of each other.
struct ChunkCompressor {
    /// One for each of the levels.
    by_level: [Compress; LEVELS.len()],
}

impl ChunkCompressor {
    fn new() -> Self {
        Self { by_level: LEVELS.map(|level| Compress::new(Compression::new(level), false)) }
    }

    fn pack(
        &mut self,
        number: usize,
        plain: Vec<u8>,
        mut bytes: Vec<u8>,
        flush: FlushCompress,
    ) -> Result<Packed, String> {
        let inner = &mut self.by_level[number % LEVELS.len()];
        inner.reset();
        bytes.clear();
        bytes.reserve(plain.len() / 4 + 1024);
        loop {
            let rest = &plain[inner.total_in() as usize..];
            let status = inner.compress_vec(rest, &mut bytes, flush).map_err(|error| error.to_string())?;
            let all_taken = inner.total_in() == plain.len() as u64;
            // A flush is complete when it left room in the buffer; the end of a stream says so itself.
            let complete = match flush {
                FlushCompress::Finish => status == Status::StreamEnd,
                _ => all_taken && bytes.len() < bytes.capacity(),
            };
            if complete {
                let mut hasher = Hasher::new();
                hasher.update(&plain);
                return Ok(Packed { plain, bytes, hasher });
            }
            bytes.reserve(plain.len() / 4 + 1024);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    fn noise(seed: u64, length: usize) -> Vec<u8> {
        let mut state = seed | 1;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 56) as u8
        };
        std::iter::repeat_with(next).take(length).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn chunks_of_any_kind_make_one_stream(lengths in proptest::collection::vec(0_usize..300_000, 1..12)) {
            let mut deflater = Deflater::new();
            for seed in 0..2 {
                let chunks: Vec<_> =
                    lengths.iter().map(|length| if seed == 0 { noise(7, *length) } else { vec![b'a'; *length] }).collect();
                let mut stream = Vec::new();
                for chunk in &chunks {
                    deflater.push(&mut chunk.clone(), |bytes| stream.extend_from_slice(bytes)).unwrap();
                }
                let sums = deflater.finish(&mut b"end".to_vec(), |bytes| stream.extend_from_slice(bytes)).unwrap();
                let expected = [chunks.concat(), b"end".to_vec()].concat();
                let mut plain = Vec::new();
                flate2::read::DeflateDecoder::new(&stream[..]).read_to_end(&mut plain).unwrap();
                prop_assert!(plain == expected);
                prop_assert_eq!(sums.plain, expected.len() as u64);
                prop_assert_eq!(sums.packed, stream.len() as u64);
                prop_assert_eq!(sums.crc, crc32fast::hash(&expected));
            }
        }
    }
}
