use super::names::SheetNames;
use super::parts;
use super::sheet::{Sheet, SheetLayout};
use super::styles::Styles;
use crate::EncodeError;
use crate::archive::{CHUNK_BYTES, Deflater, ZipWriter};

/// More sheets than this are of no use to a person, and slow to open.
const MAX_SHEETS: usize = 1_000;
/// The first chunk is small, so that the first rows leave at once.
const FIRST_CHUNK_BYTES: usize = 64 << 10;

/// The workbook as a zip archive that grows at its end: one sheet open, the earlier ones written.
pub(super) struct Book {
    zip: ZipWriter,
    deflater: Deflater,
    styles: Styles,
    names: SheetNames,
    sheet: Option<Sheet>,
    closed: Vec<ClosedSheet>,
    /// The XML of the open sheet that was not deflated yet.
    buffer: Vec<u8>,
    chunk_bytes: usize,
}

/// What the workbook's own parts have to know of a sheet.
pub(super) struct ClosedSheet {
    pub(super) name: String,
    /// The range of the auto-filter, if there is one.
    pub(super) filter: Option<String>,
}

impl Book {
    pub(super) fn new(styles: Styles) -> Self {
        Self {
            zip: ZipWriter::default(),
            deflater: Deflater::new(),
            styles,
            names: SheetNames::default(),
            sheet: None,
            closed: Vec::new(),
            buffer: Vec::new(),
            chunk_bytes: FIRST_CHUNK_BYTES,
        }
    }

    /// Writes the parts that do not depend on the rows.
    pub(super) fn start(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.part("_rels/.rels", parts::PACKAGE_RELATIONSHIPS.into(), 0, out)?;
        self.part("docProps/app.xml", parts::APPLICATION_PROPERTIES.into(), 0, out)?;
        self.part("docProps/core.xml", parts::CORE_PROPERTIES.into(), 0, out)?;
        let styles = self.styles.part();
        self.part("xl/styles.xml", styles, 0, out)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sheet.is_none() && self.closed.is_empty()
    }

    /// Whether there is no sheet that takes another row.
    #[inline]
    pub(super) fn needs_sheet(&self) -> bool {
        self.sheet.as_ref().is_none_or(|sheet| sheet.is_full(self.buffer.len()))
    }

    /// Ends the open sheet and begins another. `row` is how many rows were written.
    pub(super) fn next_sheet(
        &mut self,
        name: &str,
        layout: &SheetLayout,
        row: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        self.close_sheet(layout, row, out)?;
        let number = self.closed.len() + 1;
        if number > MAX_SHEETS {
            return Err(EncodeError::TooManySheets { row: row + 1, sheet: number, limit: MAX_SHEETS });
        }
        self.sheet = Some(Sheet::new(self.names.assign(name), layout.has_header()));
        self.zip.begin(format!("xl/worksheets/sheet{number}.xml"), out);
        layout.open(number == 1, &mut self.buffer);
        Ok(())
    }

    /// The open sheet, and where the XML of its next row goes.
    ///
    /// Only after [`Self::next_sheet`]; the sheet made here otherwise belongs to no file.
    #[inline]
    pub(super) fn row_target(&mut self) -> (&mut Sheet, &mut Vec<u8>) {
        (self.sheet.get_or_insert_with(|| Sheet::new(String::new(), false)), &mut self.buffer)
    }

    /// Deflates what has gathered, if it is enough for a chunk. `row` is how many rows were written.
    #[inline]
    pub(super) fn row_written(&mut self, row: u64, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if self.buffer.len() < self.chunk_bytes {
            return Ok(());
        }
        self.chunk_bytes = CHUNK_BYTES;
        if let Some(sheet) = &mut self.sheet {
            sheet.bytes += self.buffer.len() as u64;
        }
        let zip = &mut self.zip;
        self.deflater
            .push(&mut self.buffer, |bytes| zip.data(bytes, out))
            .map_err(|detail| failed(row, detail))
    }

    /// Writes the chunks that are deflated already, without waiting for others.
    pub(super) fn take_finished(&mut self, row: u64, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let zip = &mut self.zip;
        self.deflater.take_finished(|bytes| zip.data(bytes, out)).map_err(|detail| failed(row, detail))
    }

    /// Ends the open sheet and the workbook.
    pub(super) fn finish(
        &mut self,
        layout: &SheetLayout,
        row: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        self.close_sheet(layout, row, out)?;
        self.part("xl/workbook.xml", parts::workbook(&self.closed), row, out)?;
        let relationships = parts::workbook_relationships(self.closed.len());
        self.part("xl/_rels/workbook.xml.rels", relationships, row, out)?;
        self.part("[Content_Types].xml", parts::content_types(self.closed.len()), row, out)?;
        self.zip.finish(out);
        Ok(())
    }

    fn close_sheet(&mut self, layout: &SheetLayout, row: u64, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let Some(sheet) = self.sheet.take() else { return Ok(()) };
        layout.close(&sheet, &mut self.buffer);
        let zip = &mut self.zip;
        let sums = self.deflater.finish(&mut self.buffer, |bytes| zip.data(bytes, out));
        let outgrown = |_| EncodeError::TooLarge { row, detail: "a sheet of the workbook outgrew 4 GiB" };
        self.zip.end(sums.map_err(|detail| failed(row, detail))?, out).map_err(outgrown)?;
        let number = self.closed.len() + 1;
        if !sheet.links.relationships().is_empty() {
            let part = parts::sheet_relationships(sheet.links.relationships());
            self.part(&format!("xl/worksheets/_rels/sheet{number}.xml.rels"), part, row, out)?;
        }
        self.closed.push(ClosedSheet { filter: layout.filter_range(sheet.rows, true), name: sheet.name });
        Ok(())
    }

    fn part(&mut self, name: &str, xml: Vec<u8>, row: u64, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let (data, sums) = self.deflater.whole(xml).map_err(|detail| failed(row, detail))?;
        self.zip.whole(name.to_owned(), &data, sums, out);
        Ok(())
    }
}

fn failed(row: u64, detail: String) -> EncodeError {
    EncodeError::Internal { row, detail }
}
