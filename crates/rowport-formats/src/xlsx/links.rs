//! Web addresses as links: which texts are one, and the parts of the file that say where the links lead.

use super::xml::write_attribute;

/// Excel takes at most this many links on a sheet.
const MAX_LINKS: usize = 65_530;
/// The links of a sheet are written behind its rows, so their addresses are held until then. Beyond this, addresses
/// stay plain text.
const MAX_BYTES: usize = 16 << 20;
const MAX_ADDRESS: usize = 2_079;

/// The links of one sheet.
#[derive(Default)]
pub(super) struct Links {
    count: usize,
    elements: Vec<u8>,
    relationships: Vec<u8>,
}

impl Links {
    /// Notes a link, unless the sheet has as many as it can have.
    pub(super) fn add(&mut self, column: &[u8], row: &[u8], address: &str) -> bool {
        if self.count >= MAX_LINKS || self.elements.len() + self.relationships.len() > MAX_BYTES {
            return false;
        }
        self.count += 1;
        let id = format!("rId{}", self.count);
        // Excel keeps what follows the `#` beside the address, not in it.
        let (target, location) = address.split_once('#').map_or((address, None), |(to, at)| (to, Some(at)));

        let elements = &mut self.elements;
        elements.extend_from_slice(b"<hyperlink ref=\"");
        elements.extend_from_slice(column);
        elements.extend_from_slice(row);
        elements.extend_from_slice(b"\" r:id=\"");
        elements.extend_from_slice(id.as_bytes());
        if let Some(location) = location {
            elements.extend_from_slice(b"\" location=\"");
            write_attribute(location, elements);
        }
        elements.extend_from_slice(b"\"/>");

        let relationships = &mut self.relationships;
        relationships.extend_from_slice(b"<Relationship Id=\"");
        relationships.extend_from_slice(id.as_bytes());
        relationships.extend_from_slice(
            b"\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink\" Target=\"",
        );
        write_attribute(target, relationships);
        relationships.extend_from_slice(b"\" TargetMode=\"External\"/>");
        true
    }

    /// The `hyperlink` elements of the sheet, one after the other.
    pub(super) fn elements(&self) -> &[u8] {
        &self.elements
    }

    /// The `Relationship` elements to which they refer.
    pub(super) fn relationships(&self) -> &[u8] {
        &self.relationships
    }
}

/// Whether a text is an http or https address that Excel takes as it stands. One bad address makes Excel call the
/// whole file damaged, so anything doubtful stays text.
#[inline]
pub(super) fn is_address(text: &str) -> bool {
    // Four bytes decide almost every text.
    text.as_bytes().first_chunk::<4>() == Some(b"http") && is_http_address(text)
}

fn is_http_address(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let host = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    text.len() <= MAX_ADDRESS
        && is_host(host)
        && rest.matches('#').count() <= 1
        && rest.bytes().enumerate().all(|(at, byte)| match byte {
            b'%' => {
                rest.as_bytes().get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
            }
            byte => byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=".contains(&byte),
        })
}

fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "80"));
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    name.bytes().all(letters)
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && port.len() <= 5
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && !port.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sound_addresses_become_links() {
        for text in [
            "http://example.com",
            "https://example.com:8080/a?b=c&d=%20#top",
            "https://example.com/it's(fine)",
        ] {
            assert!(is_address(text), "{text}");
        }
        for text in [
            "http://",
            "https:///x",
            "https://exa mple.com",
            "https://example.com/a b",
            "https://example.com/%zz",
            "https://example.com/%2",
            "https://example.com/#a#b",
            "https://example.com/ä",
            "https://example.com:x/",
            "https://user:secret@example.com/",
            "ftp://example.com",
            "javascript:alert(1)",
            "https://example.com/\"onclick",
            "httpx",
        ] {
            assert!(!is_address(text), "{text}");
        }
        assert!(!is_address(&format!("https://example.com/{}", "x".repeat(2_079))));
    }

    #[test]
    fn a_sheet_takes_no_more_links_than_excel_does() {
        let mut links = Links::default();
        let taken = (0..70_000).filter(|_| links.add(b"A", b"1", "https://example.com")).count();
        assert_eq!(taken, MAX_LINKS);
    }
}
