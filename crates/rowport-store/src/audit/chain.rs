//! How events hang together: each says the hash of the one before it in its tenant's chain.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::hex::hex;

/// What an event says, word for word as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Said<'a> {
    pub(crate) seq: i64,
    pub(crate) id: &'a str,
    pub(crate) at: i64,
    pub(crate) action: &'a str,
    pub(crate) principal: &'a str,
    pub(crate) principal_name: &'a str,
    pub(crate) tenant: Option<&'a str>,
    pub(crate) address: Option<&'a str>,
    pub(crate) request: Option<&'a str>,
    pub(crate) source: Option<&'a str>,
    pub(crate) dataset: Option<&'a str>,
    pub(crate) subject: Option<&'a str>,
    pub(crate) detail: &'a str,
}

/// A place in a chain. The one before the first event is the default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Link {
    /// 1 for the first event.
    pub(crate) position: i64,
    /// In hexadecimal.
    pub(crate) hash: String,
}

/// The last links of all chains, by tenant.
pub(crate) type Heads = BTreeMap<String, Link>;

/// So that what is hashed here is never mistaken for something else that is.
const EVENT: &[u8] = b"rowport audit event 1";

impl Link {
    /// The place after this one, for an event that says this.
    pub(crate) fn next(&self, said: &Said<'_>) -> Self {
        let position = self.position + 1;
        let mut words = Words(Sha256::new());
        words.bytes(EVENT);
        words.bytes(self.hash.as_bytes());
        words.number(position);
        words.number(said.seq);
        words.bytes(said.id.as_bytes());
        words.number(said.at);
        for text in [said.action, said.principal, said.principal_name] {
            words.bytes(text.as_bytes());
        }
        for text in [said.tenant, said.address, said.request, said.source, said.dataset, said.subject] {
            words.optional(text);
        }
        words.bytes(said.detail.as_bytes());
        Self { position, hash: hex(&words.0.finalize()) }
    }
}

/// The last links of all chains, summed up.
pub(crate) fn digest(heads: &Heads) -> String {
    let mut words = Words(Sha256::new());
    for (tenant, link) in heads {
        words.bytes(tenant.as_bytes());
        words.number(link.position);
        words.bytes(link.hash.as_bytes());
    }
    hex(&words.0.finalize())
}

/// Writes words so that no two lists of them are the same bytes: each with its length before it.
pub(crate) struct Words(pub(crate) Sha256);

impl Words {
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    pub(crate) fn number(&mut self, number: i64) {
        self.0.update(number.to_le_bytes());
    }

    fn optional(&mut self, text: Option<&str>) {
        self.0.update([u8::from(text.is_some())]);
        self.bytes(text.unwrap_or_default().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: Said<'_> = Said {
        seq: 7,
        id: "an id",
        at: 1_767_225_600_000,
        action: "user.created",
        principal: "user:1",
        principal_name: "Ada",
        tenant: None,
        address: Some(""),
        request: None,
        source: Some("shop"),
        dataset: Some("orders"),
        subject: None,
        detail: "{}",
    };

    #[test]
    fn every_word_of_an_event_is_in_its_hash() {
        let said = |change: fn(&mut Said<'static>)| {
            let mut said = SAID;
            change(&mut said);
            Link::default().next(&said).hash
        };
        let hashes = [
            said(|_| {}),
            said(|said| said.seq = 8),
            said(|said| said.id = "another"),
            said(|said| said.at += 1),
            said(|said| said.action = "user.deleted"),
            said(|said| said.principal = "user:2"),
            said(|said| said.principal_name = "Bob"),
            said(|said| said.tenant = Some("")),
            said(|said| said.address = None),
            said(|said| said.request = Some("1")),
            said(|said| said.source = None),
            said(|said| (said.source, said.dataset) = (Some("shopord"), Some("ers"))),
            said(|said| (said.dataset, said.subject) = (None, Some("orders"))),
            said(|said| said.detail = "{ }"),
        ];
        let different: std::collections::HashSet<&String> = hashes.iter().collect();
        assert_eq!(different.len(), hashes.len());
    }

    #[test]
    fn the_hash_before_and_the_position_are_in_the_next() {
        let first = Link::default().next(&SAID);
        let other = Link { position: 1, ..Link::default() };
        assert_eq!(first.position, 1);
        assert_ne!(first.next(&SAID).hash, first.hash);
        assert_ne!(other.next(&SAID).hash, first.hash);
    }
}
