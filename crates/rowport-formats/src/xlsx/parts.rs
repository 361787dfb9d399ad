//! The small parts of a workbook that say what the others are.

use super::book::ClosedSheet;
use super::xml::write_attribute;

pub(super) const PACKAGE_RELATIONSHIPS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
Target=\"xl/workbook.xml\"/>\
<Relationship Id=\"rId2\" \
Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" \
Target=\"docProps/core.xml\"/>\
<Relationship Id=\"rId3\" \
Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties\" \
Target=\"docProps/app.xml\"/>\
</Relationships>";

pub(super) const APPLICATION_PROPERTIES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">\
<Application>Rowport</Application></Properties>";

/// The times that other programs put here are left out: the same rows give the same file.
pub(super) const CORE_PROPERTIES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:creator>Rowport</dc:creator></cp:coreProperties>";

const RELATIONSHIPS: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">";

/// The part `xl/workbook.xml`: the sheets and their auto-filters.
pub(super) fn workbook(sheets: &[ClosedSheet]) -> Vec<u8> {
    let mut xml = Vec::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
         <workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
         xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
         <bookViews><workbookView/></bookViews><sheets>",
    );
    for (index, sheet) in sheets.iter().enumerate() {
        xml.extend_from_slice(b"<sheet name=\"");
        write_attribute(&sheet.name, &mut xml);
        let number = index + 1;
        xml.extend_from_slice(format!("\" sheetId=\"{number}\" r:id=\"rId{number}\"/>").as_bytes());
    }
    xml.extend_from_slice(b"</sheets>");
    if sheets.iter().any(|sheet| sheet.filter.is_some()) {
        write_filters(sheets, &mut xml);
    }
    xml.extend_from_slice(b"</workbook>");
    xml
}

/// The part `xl/_rels/workbook.xml.rels`.
pub(super) fn workbook_relationships(sheets: usize) -> Vec<u8> {
    let mut xml = RELATIONSHIPS.to_vec();
    let mut relationship = |id: usize, kind: &str, target: &str| {
        let base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let element = format!("<Relationship Id=\"rId{id}\" Type=\"{base}/{kind}\" Target=\"{target}\"/>");
        xml.extend_from_slice(element.as_bytes());
    };
    for number in 1..=sheets {
        relationship(number, "worksheet", &format!("worksheets/sheet{number}.xml"));
    }
    relationship(sheets + 1, "styles", "styles.xml");
    xml.extend_from_slice(b"</Relationships>");
    xml
}

/// The part that belongs to a sheet with links.
pub(super) fn sheet_relationships(relationships: &[u8]) -> Vec<u8> {
    [RELATIONSHIPS, relationships, b"</Relationships>"].concat()
}

/// The part `[Content_Types].xml`.
pub(super) fn content_types(sheets: usize) -> Vec<u8> {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
         <Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>",
    );
    let main = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let mut type_of = |part: &str, content_type: &str| {
        xml += &format!("<Override PartName=\"/{part}\" ContentType=\"{content_type}+xml\"/>");
    };
    type_of("xl/workbook.xml", &format!("{main}.sheet.main"));
    for number in 1..=sheets {
        type_of(&format!("xl/worksheets/sheet{number}.xml"), &format!("{main}.worksheet"));
    }
    type_of("xl/styles.xml", &format!("{main}.styles"));
    type_of("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties");
    type_of("docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties");
    xml += "</Types>";
    xml.into_bytes()
}

/// Excel remembers an auto-filter in a hidden name beside the sheet.
fn write_filters(sheets: &[ClosedSheet], xml: &mut Vec<u8>) {
    xml.extend_from_slice(b"<definedNames>");
    for (index, sheet) in sheets.iter().enumerate() {
        let Some(range) = &sheet.filter else { continue };
        xml.extend_from_slice(
            format!("<definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"{index}\" hidden=\"1\">")
                .as_bytes(),
        );
        write_attribute(&format!("'{}'!{range}", sheet.name.replace('\'', "''")), xml);
        xml.extend_from_slice(b"</definedName>");
    }
    xml.extend_from_slice(b"</definedNames>");
}
