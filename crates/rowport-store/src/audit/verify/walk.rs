//! The way from the first event to the last.

use super::{Finding, RowEvent, SealCheck, SealCompared, Stored, Verified, Wrong};
use crate::audit::Anchor;
use crate::audit::chain::{Heads, Link, digest};
use crate::audit::rows::CHUNK;
use crate::audit::state::State;
use crate::audit_key::AuditKey;

/// So many findings are told one by one.
const TOLD: usize = 1_000;

/// How far one has come, and what was found on the way.
pub(super) struct Walk<'a> {
    state: State,
    key: Option<&'a AuditKey>,
    /// Those that are still ahead, the next one last.
    anchors: Vec<&'a Anchor>,
    /// Whether every event is met, and not those of one tenant only.
    whole: bool,
    /// The last number that was passed.
    at: i64,
    heads: Heads,
    /// What the seal comes to; none before it begins.
    seal: Option<String>,
    found: Verified,
}

impl<'a> Walk<'a> {
    pub(super) fn new(state: State, key: Option<&'a AuditKey>, anchors: &'a [Anchor]) -> Self {
        let mut ahead: Vec<&Anchor> = anchors.iter().collect();
        ahead.sort_by_key(|anchor| std::cmp::Reverse(anchor.seq));
        let seal = match (key, &state.seal) {
            (Some(_), seal) => {
                SealCheck::Compared(SealCompared { since: seal.as_ref().map_or(0, |seal| seal.since) })
            }
            (None, Some(_)) => SealCheck::NoKey,
            (None, None) => SealCheck::Unsealed,
        };
        let found = Verified {
            events: 0,
            unchained: 0,
            chains: 0,
            rows: 0,
            anchors: anchors.len(),
            seal,
            findings: Vec::new(),
            more: 0,
        };
        Self { state, key, anchors: ahead, whole: true, at: 0, heads: Heads::new(), seal: None, found }
    }

    /// Past the events of one tenant. The seal and the anchors are about everybody's.
    pub(super) fn of_tenant(state: State, tenant: &str) -> Self {
        let heads = state.heads.into_iter().filter(|(of, _)| of == tenant).collect();
        let mut walk = Self::new(State { heads, seal: None, ..state }, None, &[]);
        walk.found.seal = SealCheck::OfEverybody;
        Self { whole: false, ..walk }
    }

    /// The number of the last event that is looked at.
    pub(super) fn last(&self) -> i64 {
        self.state.seq
    }

    /// Compares an event with what comes before it.
    pub(super) fn pass(&mut self, event: &Stored) {
        self.found.events += 1;
        if event.seq <= self.at {
            return self.wrong(Wrong::Inserted, Some(event.seq), "no event was ever given this number");
        }
        self.go_to(event.seq - 1);
        self.at = event.seq;
        let unchained = event.seq <= self.state.unchained;
        if event.link == Link::default() {
            match unchained {
                true => self.found.unchained += 1,
                false => self.wrong(Wrong::Inserted, Some(event.seq), "the event has no place in a chain"),
            }
            return;
        }
        let chain = self.heads.entry(event.chain().to_owned()).or_default();
        let follows = chain.next(&event.record()) == event.link && !unchained;
        // From what is there, so that one alteration is told once.
        *chain = event.link.clone();
        if !follows {
            let message = "the event does not follow from the one before it in its chain: one of them is not what it was";
            self.wrong(Wrong::Altered, Some(event.seq), message);
        }
        if let Some((key, seal)) = self.key.zip(self.seal.as_deref()) {
            self.seal = Some(key.extend(seal, event.seq, &event.link.hash));
        }
    }

    /// Whether an event sums up events about rows.
    pub(super) fn is_about_rows(&self, event: &Stored) -> bool {
        event.action.starts_with(CHUNK)
    }

    /// Compares events about rows with the event that sums them up.
    pub(super) fn compare_rows(&mut self, event: &Stored, rows: &[(i64, RowEvent)]) {
        self.found.rows += rows.len() as u64;
        if !event.sums_up(rows) {
            self.wrong(
                Wrong::Rows,
                Some(event.seq),
                "the events about its rows are not those that it was written with",
            );
        }
    }

    /// Everything was passed.
    pub(super) fn arrive(&mut self) {
        self.go_to(self.state.seq);
        self.go_by_anchors(i64::MAX);
        self.begin_seal(i64::MAX);
        self.compare_heads();
        self.compare_seal();
    }

    /// Compares how many events about rows there are with how many were met.
    pub(super) fn compare_count(&mut self, rows: i64) {
        if u64::try_from(rows).ok() != Some(self.found.rows) {
            let message = format!(
                "{} events about rows belong to no event",
                i128::from(rows) - i128::from(self.found.rows)
            );
            self.wrong(Wrong::Rows, None, &message);
        }
    }

    /// Compares the last numbers with the last one that was given out.
    pub(super) fn compare_end(&mut self, (events, rows, last_number): (i64, i64, Option<i64>)) {
        let Some(last_number) = last_number else {
            return self.wrong(Wrong::Removed, None, "it is not known any more how many events there are");
        };
        if events > last_number {
            self.wrong(Wrong::Inserted, Some(events), "no event was ever given this number");
        }
        if rows > last_number {
            self.wrong(Wrong::Rows, Some(rows), "there are events about rows that belong to no event");
        }
    }

    pub(super) fn verified(mut self) -> Verified {
        self.found.chains = self.heads.len();
        self.found
    }

    /// Goes on to a number that need not be there: what was to be met before it is looked at now.
    fn go_to(&mut self, seq: i64) {
        if seq > self.at && self.whole {
            let message = match seq - self.at {
                1 => format!("event {seq} is not there any more"),
                count => format!("{count} events are not there any more: {} to {seq}", self.at + 1),
            };
            self.wrong(Wrong::Removed, Some(self.at + 1), &message);
        }
        self.go_by_anchors(seq);
        self.begin_seal(seq);
    }

    /// Compares the anchors up to a number with what the audit came to there.
    fn go_by_anchors(&mut self, seq: i64) {
        while let Some(anchor) = self.anchors.pop_if(|anchor| anchor.seq <= seq) {
            let what = match () {
                () if self.key.is_some_and(|key| !anchor.is_signed(key)) => {
                    "is not signed with the audit's key"
                }
                () if anchor.seq > self.state.seq => "knows of events that are not there any more",
                () if anchor.heads != digest(&self.heads) => "says that the audit was another one then",
                () => continue,
            };
            let message = format!("the anchor of {} {what}", anchor.at);
            self.wrong(Wrong::Anchor, Some(anchor.seq), &message);
        }
    }

    /// Begins to follow the seal where it begins.
    fn begin_seal(&mut self, seq: i64) {
        let Some((key, stored)) = self.key.zip(self.state.seal.as_ref()) else { return };
        if self.seal.is_none() && stored.since <= seq {
            self.seal = Some(key.begin(stored.since, self.state.unchained, &digest(&self.heads)));
        }
    }

    fn compare_heads(&mut self) {
        let names = |heads: &Heads| heads.keys().cloned().collect::<std::collections::BTreeSet<_>>();
        for tenant in names(&self.heads).union(&names(&self.state.heads)) {
            if self.heads.get(tenant) != self.state.heads.get(tenant) {
                let chain = match tenant.as_str() {
                    "" => "the chain of events without a tenant".to_owned(),
                    tenant => format!("the chain of `{tenant}`"),
                };
                let message = format!("{chain} ends elsewhere than was noted");
                self.wrong(Wrong::Head, None, &message);
            }
        }
    }

    fn compare_seal(&mut self) {
        let Some(key) = self.key else { return };
        let message = match &self.state.seal {
            None => "the audit is not sealed",
            Some(stored) if stored.key != key.id() => "the audit is sealed with another key",
            Some(stored) if stored.seq != self.state.seq => "the last events were written without the key",
            Some(stored) if Some(&stored.seal) != self.seal.as_ref() => {
                "the seal does not fit the events: they were altered by somebody who has not the key"
            }
            Some(_) => return,
        };
        self.wrong(Wrong::Seal, None, message);
    }

    fn wrong(&mut self, wrong: Wrong, seq: Option<i64>, message: &str) {
        match self.found.findings.len() {
            TOLD.. => self.found.more += 1,
            _ => self.found.findings.push(Finding { wrong, seq, message: message.to_owned() }),
        }
    }
}
