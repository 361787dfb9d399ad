//! The cell styles of a workbook: which there are, and the part of the file that describes them.

use arrow_schema::{DataType, Field, Schema};
use rowport_model::column_type_of;

use super::xml::write_attribute;

/// The number of a cell style.
pub(super) type StyleId = usize;

/// The first number of a format that is not built into Excel.
const FIRST_CUSTOM_FORMAT: usize = 164;
const GENERAL: usize = 0;
const WHOLE: usize = 1;
const AS_TEXT: usize = 49;

const PLAIN_FONT: usize = 0;
const BOLD_FONT: usize = 1;
const LINK_FONT: usize = 2;
const NO_FILL: usize = 0;
const HEADER_FILL: usize = 2;

/// All styles of a workbook.
pub(super) struct Styles {
    formats: Vec<String>,
    styles: Vec<Style>,
    pub(super) header: StyleId,
    pub(super) guarded_header: StyleId,
    /// For texts that look like numbers: they stay texts when somebody edits them.
    pub(super) text: StyleId,
    /// For texts that begin like a formula: an invisible apostrophe keeps them texts.
    pub(super) guarded: StyleId,
    pub(super) link: StyleId,
    pub(super) whole: StyleId,
    pub(super) date: StyleId,
    pub(super) time: StyleId,
    pub(super) time_with_millis: StyleId,
    pub(super) timestamp: StyleId,
    pub(super) timestamp_with_millis: StyleId,
    /// For moments in time, which say their zone.
    pub(super) moment: StyleId,
    pub(super) moment_with_millis: StyleId,
    /// For each column, the style of its numbers.
    pub(super) numbers: Vec<StyleId>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Style {
    format: usize,
    font: usize,
    fill: usize,
    quoted: bool,
}

impl Styles {
    pub(super) fn new(schema: &Schema) -> Self {
        let mut table = Table::default();
        let of_format = |table: &mut Table, code: &str| {
            let format = table.format(code);
            table.style(Style { format, ..Style::default() })
        };
        table.style(Style::default());
        let header = Style { font: BOLD_FONT, fill: HEADER_FILL, ..Style::default() };
        Self {
            header: table.style(header),
            guarded_header: table.style(Style { quoted: true, ..header }),
            text: table.style(Style { format: AS_TEXT, ..Style::default() }),
            guarded: table.style(Style { format: AS_TEXT, quoted: true, ..Style::default() }),
            link: table.style(Style { font: LINK_FONT, ..Style::default() }),
            whole: table.style(Style { format: WHOLE, ..Style::default() }),
            date: of_format(&mut table, "yyyy-mm-dd"),
            time: of_format(&mut table, "hh:mm:ss"),
            time_with_millis: of_format(&mut table, "hh:mm:ss.000"),
            timestamp: of_format(&mut table, "yyyy-mm-dd hh:mm:ss"),
            timestamp_with_millis: of_format(&mut table, "yyyy-mm-dd hh:mm:ss.000"),
            moment: of_format(&mut table, "yyyy-mm-dd hh:mm:ss\" UTC\""),
            moment_with_millis: of_format(&mut table, "yyyy-mm-dd hh:mm:ss.000\" UTC\""),
            numbers: schema.fields().iter().map(|field| table.number(field)).collect(),
            formats: table.formats,
            styles: table.styles,
        }
    }

    /// The part `xl/styles.xml`.
    pub(super) fn part(&self) -> Vec<u8> {
        let mut xml = Vec::new();
        xml.extend_from_slice(
            b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
              <styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">",
        );
        xml.extend_from_slice(format!("<numFmts count=\"{}\">", self.formats.len()).as_bytes());
        for (index, code) in self.formats.iter().enumerate() {
            let id = FIRST_CUSTOM_FORMAT + index;
            xml.extend_from_slice(format!("<numFmt numFmtId=\"{id}\" formatCode=\"").as_bytes());
            write_attribute(code, &mut xml);
            xml.extend_from_slice(b"\"/>");
        }
        xml.extend_from_slice(FONTS_AND_FILLS.as_bytes());
        xml.extend_from_slice(format!("<cellXfs count=\"{}\">", self.styles.len()).as_bytes());
        for style in &self.styles {
            xml.extend_from_slice(style.element().as_bytes());
        }
        xml.extend_from_slice(
            b"</cellXfs><cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles>\
              <dxfs count=\"0\"/></styleSheet>",
        );
        xml
    }
}

const FONTS_AND_FILLS: &str = "</numFmts>\
<fonts count=\"3\">\
<font><sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font>\
<font><b/><sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font>\
<font><u/><sz val=\"11\"/><color rgb=\"FF0563C1\"/><name val=\"Calibri\"/><family val=\"2\"/></font>\
</fonts>\
<fills count=\"3\">\
<fill><patternFill patternType=\"none\"/></fill>\
<fill><patternFill patternType=\"gray125\"/></fill>\
<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFD9E1F2\"/><bgColor indexed=\"64\"/></patternFill></fill>\
</fills>\
<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>";

impl Style {
    fn element(self) -> String {
        let flag = |applies: bool, name: &str| if applies { format!(" {name}=\"1\"") } else { String::new() };
        format!(
            "<xf numFmtId=\"{}\" fontId=\"{}\" fillId=\"{}\" borderId=\"0\" xfId=\"0\"{}{}{}{}/>",
            self.format,
            self.font,
            self.fill,
            flag(self.quoted, "quotePrefix"),
            flag(self.format != GENERAL, "applyNumberFormat"),
            flag(self.font != PLAIN_FONT, "applyFont"),
            flag(self.fill != NO_FILL, "applyFill"),
        )
    }
}

#[derive(Default)]
struct Table {
    formats: Vec<String>,
    styles: Vec<Style>,
}

impl Table {
    fn style(&mut self, style: Style) -> StyleId {
        place_of(&mut self.styles, style)
    }

    fn format(&mut self, code: &str) -> usize {
        FIRST_CUSTOM_FORMAT + place_of(&mut self.formats, code.to_owned())
    }

    /// The style of a column's numbers: money, as many decimals as the column has, or as Excel likes.
    fn number(&mut self, field: &Field) -> StyleId {
        let (word, currency) = column_type_of(field);
        let places = match field.data_type() {
            DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale) => {
                Some(usize::from(scale.max(&0).unsigned_abs()))
            }
            DataType::Int16 | DataType::Int32 | DataType::Int64 | DataType::UInt64 => Some(0),
            _ => None,
        };
        let is_number = places.is_some() || matches!(word, "float" | "decimal");
        let format = match (currency, places) {
            (Some(code), _) if is_number => {
                let places = places.unwrap_or_else(|| usual_places(code));
                self.format(&money_format(code, places))
            }
            (_, Some(0)) => WHOLE,
            (_, Some(places)) => self.format(&format!("0.{}", "0".repeat(places.min(30)))),
            (_, None) => GENERAL,
        };
        self.style(Style { format, ..Style::default() })
    }
}

fn place_of<T: PartialEq>(list: &mut Vec<T>, item: T) -> usize {
    list.iter().position(|known| *known == item).unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    })
}

/// A number format that shows a currency. The code comes from a configuration, so only letters of it are used.
fn money_format(code: &str, places: usize) -> String {
    let letters: String = code.chars().filter(char::is_ascii_alphabetic).take(3).collect();
    let symbol = match letters.to_ascii_uppercase().as_str() {
        "USD" => "$".to_owned(),
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        "JPY" | "CNY" => "¥".to_owned(),
        "INR" => "₹".to_owned(),
        other => format!("{other} "),
    };
    let decimals = if places == 0 { String::new() } else { format!(".{}", "0".repeat(places.min(30))) };
    format!("\"{symbol}\"#,##0{decimals}")
}

/// How many decimals prices in a currency usually have.
fn usual_places(code: &str) -> usize {
    match code.to_ascii_uppercase().as_str() {
        "JPY" | "KRW" | "VND" | "CLP" | "ISK" => 0,
        "BHD" | "JOD" | "KWD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_shown_with_its_sign_and_its_decimals() {
        assert_eq!(money_format("USD", 2), "\"$\"#,##0.00");
        assert_eq!(money_format("JPY", 0), "\"¥\"#,##0");
        assert_eq!(money_format("chf", 2), "\"CHF \"#,##0.00");
        assert_eq!(money_format("\"x;y", 1), "\"XY \"#,##0.0");
    }
}
