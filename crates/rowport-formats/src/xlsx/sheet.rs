use super::cell::CellWriter;
use super::links::Links;
use super::widths::column_width;
use crate::EncodeError;
use crate::column::Column;

/// The last row of a sheet.
const MAX_ROWS: u32 = 1_048_576;
/// A sheet's XML ends well before the 4 GiB of a zip entry, so that the last row and the links still fit.
const MAX_BYTES: u64 = 3 << 30;

/// The sheet that is being written.
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) links: Links,
    /// The rows so far, with the header.
    pub(super) rows: u32,
    /// The bytes of XML that left the buffer.
    pub(super) bytes: u64,
}

impl Sheet {
    pub(super) fn new(name: String, has_header: bool) -> Self {
        Self { name, links: Links::default(), rows: u32::from(has_header), bytes: 0 }
    }

    /// The number of a new row.
    #[inline]
    pub(super) fn add_row(&mut self) -> u32 {
        self.rows += 1;
        self.rows
    }

    /// Whether the next row belongs on another sheet.
    #[inline]
    pub(super) fn is_full(&self, buffered: usize) -> bool {
        self.rows >= MAX_ROWS || self.bytes + buffered as u64 >= MAX_BYTES
    }
}

/// What all sheets of a workbook have in common.
pub(super) struct SheetLayout {
    headers: Vec<String>,
    /// The header row as XML.
    header_row: Option<Vec<u8>>,
    last_column: Option<Vec<u8>>,
    widths: Option<Vec<usize>>,
}

impl SheetLayout {
    pub(super) fn new(
        headers: Vec<String>,
        header_row: bool,
        cells: &CellWriter,
    ) -> Result<Self, EncodeError> {
        let last_column = cells.last_column().map(<[u8]>::to_vec);
        let mut xml = Vec::new();
        if header_row {
            cells
                .write_header(&headers, &mut xml)
                .map_err(|long| long.at(0, headers[long.column].clone()))?;
        }
        Ok(Self { headers, header_row: header_row.then_some(xml), last_column, widths: None })
    }

    /// Takes the widths of the columns from the first batch.
    pub(super) fn measure_once(&mut self, columns: &[Column<'_>], rows: usize) {
        if self.widths.is_none() {
            let pairs = self.headers.iter().zip(columns);
            self.widths =
                Some(pairs.map(|(header, column)| column_width(header, Some(column), rows)).collect());
        }
    }

    pub(super) fn has_header(&self) -> bool {
        self.header_row.is_some()
    }

    /// The cells to which the auto-filter of a sheet with so many rows applies.
    pub(super) fn filter_range(&self, rows: u32, absolute: bool) -> Option<String> {
        let last = self.last_column.as_ref().filter(|_| self.has_header())?;
        let last = String::from_utf8_lossy(last);
        Some(if absolute { format!("$A$1:${last}${rows}") } else { format!("A1:{last}{rows}") })
    }

    /// Writes everything before the first row of data.
    pub(super) fn open(&self, is_first: bool, out: &mut Vec<u8>) {
        out.extend_from_slice(
            b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
              <worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
              xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
              <sheetViews><sheetView ",
        );
        out.extend_from_slice(if is_first { b"tabSelected=\"1\" " } else { b"" });
        out.extend_from_slice(b"workbookViewId=\"0\">");
        if self.has_header() {
            out.extend_from_slice(
                b"<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>\
                  <selection pane=\"bottomLeft\" activeCell=\"A2\" sqref=\"A2\"/>",
            );
        }
        out.extend_from_slice(b"</sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/>");
        self.write_widths(out);
        out.extend_from_slice(b"<sheetData>");
        out.extend_from_slice(self.header_row.as_deref().unwrap_or_default());
    }

    /// Writes everything after the last row.
    pub(super) fn close(&self, sheet: &Sheet, out: &mut Vec<u8>) {
        out.extend_from_slice(b"</sheetData>");
        if let Some(range) = self.filter_range(sheet.rows, false) {
            out.extend_from_slice(format!("<autoFilter ref=\"{range}\"/>").as_bytes());
        }
        if !sheet.links.elements().is_empty() {
            out.extend_from_slice(b"<hyperlinks>");
            out.extend_from_slice(sheet.links.elements());
            out.extend_from_slice(b"</hyperlinks>");
        }
        out.extend_from_slice(b"</worksheet>");
    }

    fn write_widths(&self, out: &mut Vec<u8>) {
        if self.headers.is_empty() {
            return;
        }
        out.extend_from_slice(b"<cols>");
        for (index, header) in self.headers.iter().enumerate() {
            let measured = self.widths.as_ref().map(|widths| widths[index]);
            let width = measured.unwrap_or_else(|| column_width(header, None, 0));
            let place = index + 1;
            out.extend_from_slice(
                format!("<col min=\"{place}\" max=\"{place}\" width=\"{width}.7109375\" customWidth=\"1\"/>")
                    .as_bytes(),
            );
        }
        out.extend_from_slice(b"</cols>");
    }
}
