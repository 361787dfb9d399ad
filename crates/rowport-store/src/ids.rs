use std::fmt;
use std::sync::Mutex;

use jiff::Timestamp;
use uuid::{Builder, NoContext, Uuid};

use crate::hex::hex;

/// Where ids come from: version 7 UUIDs, made of the passed moment and of random bits.
#[derive(Default)]
pub struct Ids(Source);

#[derive(Default)]
enum Source {
    /// The operating system's randomness.
    #[default]
    System,
    /// A sequence that a test can repeat.
    Seeded(Mutex<u64>),
}

impl Ids {
    /// The same ids in every run, for tests. Not for ids that must not be guessed.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Mutex::new(seed)))
    }

    /// An id of that moment. Moments before 1970 count as its first millisecond.
    pub fn next(&self, now: Timestamp) -> String {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        match &self.0 {
            Source::System => {
                // Below 1,000, so that the nanoseconds fit.
                let nanos = (millis % 1_000) as u32 * 1_000_000;
                Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, millis / 1_000, nanos))
            }
            Source::Seeded(state) => {
                // A poisoned lock still holds a number, and any number will do.
                let mut state = state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let mut bytes = [0; 10];
                bytes[..8].copy_from_slice(&splitmix(&mut state).to_le_bytes());
                bytes[8..].copy_from_slice(&splitmix(&mut state).to_le_bytes()[..2]);
                Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
            }
        }
        .to_string()
    }
}

impl Ids {
    /// 128 random bits in hexadecimal, for what whoever knows its name may have.
    pub(crate) fn unguessable(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        hex(&bytes)
    }

    /// A key to sign with.
    pub fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        bytes
    }

    fn fill(&self, bytes: &mut [u8]) {
        match &self.0 {
            // Without randomness nothing here is safe, and no system that Rowport runs on is ever without.
            #[expect(clippy::expect_used, reason = "there is no going on without randomness")]
            Source::System => getrandom::fill(bytes).expect("the system's randomness"),
            Source::Seeded(state) => {
                let mut state = state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                for chunk in bytes.chunks_mut(8) {
                    chunk.copy_from_slice(&splitmix(&mut state).to_le_bytes()[..chunk.len()]);
                }
            }
        }
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::System => "Ids(system)",
            Source::Seeded(_) => "Ids(seeded)",
        })
    }
}

/// SplitMix64: small, and every seed gives a full sequence.
fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_version_7_uuid_of_its_moment() {
        let now: Timestamp = "2026-03-01T12:00:00.123456Z".parse().unwrap();
        for ids in [Ids::default(), Ids::seeded(1)] {
            let id = Uuid::parse_str(&ids.next(now)).unwrap();
            assert_eq!(id.get_version_num(), 7);
            let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
            assert_eq!((seconds as i64, nanos), (now.as_second(), 123_000_000));
            assert_ne!(ids.next(now), ids.next(now));
        }
    }

    #[test]
    fn a_seed_repeats_its_ids() {
        let ids = |seed| Ids::seeded(seed).next(Timestamp::UNIX_EPOCH);
        assert_eq!(ids(7), ids(7));
        assert_ne!(ids(7), ids(8));
    }
}
