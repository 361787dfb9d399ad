use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a Host header names: a machine by name or number, and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Authority {
    pub(super) host: Host,
    pub(super) port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host {
    /// In small letters.
    Name(String),
    Number(IpAddr),
}

impl Authority {
    /// Reads `name`, `name:80`, `192.0.2.1:80`, `[2001:db8::1]` and so on, and nothing that has more in it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (number, port) = rest.split_once(']')?;
                (Host::Number(number.parse::<Ipv6Addr>().ok()?.into()), port)
            }
            None => {
                let (host, port) = text.split_at(text.find(':').unwrap_or(text.len()));
                (Host::parse(host)?, port)
            }
        };
        let port = match port.strip_prefix(':') {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
            None if port.is_empty() => None,
            _ => return None,
        };
        Some(Self { host, port })
    }

    /// Whether it names this machine for this machine alone.
    pub(super) fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Name(name) => name == "localhost",
            Host::Number(number) => {
                [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].contains(number)
            }
        }
    }

    /// Whether both name the same place, where this port is meant when none is named.
    pub(super) fn is_same(&self, other: &Self, default: u16) -> bool {
        self.host == other.host && self.port.unwrap_or(default) == other.port.unwrap_or(default)
    }
}

impl Host {
    fn parse(text: &str) -> Option<Self> {
        if let Ok(number) = text.parse::<Ipv4Addr>() {
            return Some(Self::Number(number.into()));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        (!text.is_empty() && text.bytes().all(plain)).then(|| Self::Name(text.to_ascii_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_a_name_or_a_number_and_a_port_and_nothing_more() {
        for text in ["localhost", "LOCALHOST:7878", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:7878"] {
            assert!(Authority::parse(text).is_some_and(|it| it.is_loopback()), "{text}");
        }
        for text in [
            "",
            ":80",
            "localhost:",
            "localhost:evil",
            "localhost:80:80",
            "localhost:99999",
            "localhost:+80",
            "[::1]evil.test",
            "[::1]:evil",
            "[::1",
            "::1",
            "[localhost]",
            "[127.0.0.1]",
            "a@localhost",
            "localhost/x",
            "localhost evil",
            "localhost,evil",
            "bücher.example",
            "[::1%25lo]",
            "?",
        ] {
            assert_eq!(Authority::parse(text), None, "{text}");
        }
        for text in [
            "127.0.0.1.evil.test",
            "localhost.evil.test",
            "localhost.",
            "evil.test",
            "127.0.0.2",
            "[::ffff:127.0.0.1]",
            "0.0.0.0",
        ] {
            assert!(Authority::parse(text).is_some_and(|it| !it.is_loopback()), "{text}");
        }
    }
}
