//! How events hang together: each says the hash of the one before it in its tenant's chain.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::hex::hex;

/// What an event says, word for word as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct AuditRecord<'a> {
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
    pub(crate) fn next(&self, record: &AuditRecord<'_>) -> Self {
        let position = self.position + 1;
        let mut words = Words(Sha256::new());
        words.bytes(EVENT);
        words.bytes(self.hash.as_bytes());
        words.number(position);
        words.number(record.seq);
        words.bytes(record.id.as_bytes());
        words.number(record.at);
        for text in [record.action, record.principal, record.principal_name] {
            words.bytes(text.as_bytes());
        }
        for text in
            [record.tenant, record.address, record.request, record.source, record.dataset, record.subject]
        {
            words.optional(text);
        }
        words.bytes(record.detail.as_bytes());
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

    const RECORD: AuditRecord<'_> = AuditRecord {
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
        let record = |change: fn(&mut AuditRecord<'static>)| {
            let mut record = RECORD;
            change(&mut record);
            Link::default().next(&record).hash
        };
        let hashes = [
            record(|_| {}),
            record(|record| record.seq = 8),
            record(|record| record.id = "another"),
            record(|record| record.at += 1),
            record(|record| record.action = "user.deleted"),
            record(|record| record.principal = "user:2"),
            record(|record| record.principal_name = "Bob"),
            record(|record| record.tenant = Some("")),
            record(|record| record.address = None),
            record(|record| record.request = Some("1")),
            record(|record| record.source = None),
            record(|record| (record.source, record.dataset) = (Some("shopord"), Some("ers"))),
            record(|record| (record.dataset, record.subject) = (None, Some("orders"))),
            record(|record| record.detail = "{ }"),
        ];
        let different: std::collections::HashSet<&String> = hashes.iter().collect();
        assert_eq!(different.len(), hashes.len());
    }

    #[test]
    fn the_hash_before_and_the_position_are_in_the_next() {
        let first = Link::default().next(&RECORD);
        let other = Link { position: 1, ..Link::default() };
        assert_eq!(first.position, 1);
        assert_ne!(first.next(&RECORD).hash, first.hash);
        assert_ne!(other.next(&RECORD).hash, first.hash);
    }
}
