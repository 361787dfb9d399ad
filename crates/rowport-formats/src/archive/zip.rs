//! A zip archive as a stream: entries of unknown size, with their sizes and checksum behind them.

const LOCAL_HEADER: u32 = 0x0403_4b50;
const DATA_DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL_HEADER: u32 = 0x0201_4b50;
const END_OF_DIRECTORY: u32 = 0x0605_4b50;
const END_OF_DIRECTORY_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;

const NEEDS_DEFLATE: u16 = 20;
const NEEDS_ZIP64: u16 = 45;
const SIZES_FOLLOW: u16 = 1 << 3;
/// The name is UTF-8, which readers take it for anyway while it is ASCII.
const UTF8_NAME: u16 = 1 << 11;
const DEFLATED: u16 = 8;
/// 1980-01-01, the earliest date of the format: an archive says nothing about when it was made.
const DATE: u16 = 0x0021;

/// Writes one archive. Entries are deflated by the caller.
#[derive(Default)]
pub(crate) struct ZipWriter {
    offset: u64,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    flags: u16,
    offset: u64,
    sums: Sums,
}

/// What an archive says about an entry's data.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sums {
    pub(crate) crc: u32,
    pub(crate) packed: u64,
    pub(crate) plain: u64,
}

/// An entry has more bytes than its records can say: 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outgrown;

impl ZipWriter {
    /// Writes an entry whose deflated data are known.
    pub(crate) fn whole(&mut self, name: String, data: &[u8], sums: Sums, out: &mut Vec<u8>) {
        self.header(name, 0, sums, out);
        self.data(data, out);
    }

    /// Begins an entry whose data follow piece by piece.
    pub(crate) fn begin(&mut self, name: String, out: &mut Vec<u8>) {
        self.header(name, SIZES_FOLLOW, Sums::default(), out);
    }

    /// Writes deflated data of the entry that was begun.
    pub(crate) fn data(&mut self, data: &[u8], out: &mut Vec<u8>) {
        self.offset += data.len() as u64;
        out.extend_from_slice(data);
    }

    /// Ends the entry that was begun.
    pub(crate) fn end(&mut self, sums: Sums, out: &mut Vec<u8>) -> Result<(), Outgrown> {
        let (Ok(packed), Ok(plain)) = (u32::try_from(sums.packed), u32::try_from(sums.plain)) else {
            return Err(Outgrown);
        };
        if let Some(entry) = self.entries.last_mut() {
            entry.sums = sums;
        }
        let mut record = Record(Vec::with_capacity(16));
        record.u32(DATA_DESCRIPTOR).u32(sums.crc).u32(packed).u32(plain);
        self.data(&record.0, out);
        Ok(())
    }

    /// Writes the directory at the end of the archive.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        let start = self.offset;
        let mut directory = Record(Vec::new());
        for entry in &self.entries {
            entry.write_central(&mut directory);
        }
        let size = directory.0.len() as u64;
        let count = self.entries.len() as u64;
        if start + size >= u64::from(u32::MAX) || count >= u64::from(u16::MAX) {
            directory.u32(END_OF_DIRECTORY_64).u64(44).u16(NEEDS_ZIP64).u16(NEEDS_ZIP64).u32(0).u32(0);
            directory.u64(count).u64(count).u64(size).u64(start);
            directory.u32(LOCATOR_64).u32(0).u64(start + size).u32(1);
        }
        let short_count = u16::try_from(count).unwrap_or(u16::MAX);
        directory.u32(END_OF_DIRECTORY).u16(0).u16(0).u16(short_count).u16(short_count);
        directory.u32(saturated(size)).u32(saturated(start)).u16(0);
        self.data(&directory.0, out);
    }

    fn header(&mut self, name: String, flags: u16, sums: Sums, out: &mut Vec<u8>) {
        let flags = if name.is_ascii() { flags } else { flags | UTF8_NAME };
        let mut record = Record(Vec::with_capacity(30 + name.len()));
        record.u32(LOCAL_HEADER).u16(NEEDS_DEFLATE).u16(flags).u16(DEFLATED).u16(0).u16(DATE);
        record.u32(sums.crc).u32(saturated(sums.packed)).u32(saturated(sums.plain));
        record.u16(name.len() as u16).u16(0).bytes(name.as_bytes());
        self.entries.push(Entry { name, flags, offset: self.offset, sums });
        self.data(&record.0, out);
    }
}

impl Entry {
    fn write_central(&self, record: &mut Record) {
        // Only the offset of an entry can need 64 bits: `end` refuses larger entries.
        let far = self.offset >= u64::from(u32::MAX);
        let needs = if far { NEEDS_ZIP64 } else { NEEDS_DEFLATE };
        record.u32(CENTRAL_HEADER).u16(needs).u16(needs).u16(self.flags).u16(DEFLATED).u16(0).u16(DATE);
        record.u32(self.sums.crc).u32(saturated(self.sums.packed)).u32(saturated(self.sums.plain));
        record.u16(self.name.len() as u16).u16(if far { 12 } else { 0 });
        record.u16(0).u16(0).u16(0).u32(0).u32(saturated(self.offset)).bytes(self.name.as_bytes());
        if far {
            record.u16(1).u16(8).u64(self.offset);
        }
    }
}

/// A record of little-endian numbers.
struct Record(Vec<u8>);

impl Record {
    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn u16(&mut self, value: u16) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    fn u64(&mut self, value: u64) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }
}

fn saturated(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_beyond_four_gigabytes_has_64_bit_records() {
        let mut zip = ZipWriter::default();
        let mut out = Vec::new();
        zip.begin("a".to_owned(), &mut out);
        // The data are only pretended: the records are what is tested.
        zip.offset += u64::from(u32::MAX);
        zip.end(Sums::default(), &mut out).unwrap();
        zip.begin("b".to_owned(), &mut out);
        zip.end(Sums::default(), &mut out).unwrap();
        let second = zip.entries[1].offset;
        assert!(second > u64::from(u32::MAX));
        out.clear();
        zip.finish(&mut out);
        let extra = [&1_u16.to_le_bytes()[..], &8_u16.to_le_bytes(), &second.to_le_bytes()].concat();
        assert!(out.windows(extra.len()).any(|window| window == extra));
        assert!(out.windows(4).any(|window| window == END_OF_DIRECTORY_64.to_le_bytes()));
        assert!(out.windows(4).any(|window| window == LOCATOR_64.to_le_bytes()));
    }

    #[test]
    fn an_entry_beyond_four_gigabytes_is_refused() {
        let mut zip = ZipWriter::default();
        let mut out = Vec::new();
        zip.begin("a".to_owned(), &mut out);
        let sums = Sums { plain: 1 << 32, ..Sums::default() };
        assert_eq!(zip.end(sums, &mut out), Err(Outgrown));
    }
}
