//! How long the parts of an upload are.
//!
//! An upload has 10,000 parts at most, so a long file needs longer ones. All but the last are of one length where the
//! file's length is known well enough, as some servers want them to be: it is chosen when the first part is full, before
//! anything was sent. A file that turns out to be longer than expected has longer parts near the end.

/// S3 takes no more parts than this.
pub(super) const MOST_PARTS: usize = 10_000;

/// What is expected fits into so many; the others are for what was not expected.
const EXPECTED_PARTS: usize = 8_000;

/// Beyond those, parts become twice as long after so many.
const STEP: usize = 250;

/// The longest part, by which an upload reaches the 5 TB that an object has at most.
const LONGEST: usize = 512 << 20;

/// So many parts are on their way at once, unless these bytes are too many.
const UNDER_WAY: usize = 4;
const UNDER_WAY_BYTES: usize = 256 << 20;

/// The lengths of one upload's parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct PartLengths {
    part: usize,
    longest: usize,
}

impl PartLengths {
    /// Parts for a file of that length: a multiple of `shortest`, so that nothing changes for files that are short enough.
    pub(super) fn new(shortest: usize, expected: Option<u64>) -> Self {
        let longest = LONGEST.max(shortest);
        let needed = expected.map_or(0, |bytes| bytes.div_ceil(EXPECTED_PARTS as u64));
        let needed = usize::try_from(needed).unwrap_or(usize::MAX).min(longest);
        let part = needed.div_ceil(shortest.max(1)).max(1).saturating_mul(shortest).min(longest);
        Self { part, longest }
    }

    /// The length of the part that follows on so many.
    pub(super) fn after(&self, sent: usize) -> usize {
        match sent.checked_sub(EXPECTED_PARTS) {
            None => self.part,
            Some(beyond) => {
                let doublings = u32::try_from(beyond / STEP + 1).unwrap_or(u32::MAX);
                let length = self.part.checked_shl(doublings).filter(|length| *length >= self.part);
                length.map_or(self.longest, |length| length.min(self.longest))
            }
        }
    }

    /// How many parts of that length may be on their way at once.
    pub(super) fn under_way(length: usize) -> usize {
        (UNDER_WAY_BYTES / length.max(1)).clamp(1, UNDER_WAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    /// How many bytes all parts hold together.
    fn capacity(lengths: PartLengths) -> u64 {
        (0..MOST_PARTS).map(|sent| lengths.after(sent) as u64).sum()
    }

    fn parts_for(bytes: u64, lengths: PartLengths) -> usize {
        let mut left = bytes;
        (0..)
            .take_while(|sent| {
                let more = left > 0;
                left = left.saturating_sub(lengths.after(*sent) as u64);
                more
            })
            .count()
    }

    #[test]
    fn two_hundred_gigabytes_are_eight_thousand_parts_of_one_length() {
        let bytes = 200_000_000_000;
        let lengths = PartLengths::new(8 * MIB, Some(bytes));
        assert_eq!(lengths.after(0), 24 * MIB);
        assert_eq!(parts_for(bytes, lengths), 7_948);
        assert_eq!(lengths.after(7_947), 24 * MIB, "all of one length");
        assert!(parts_for(bytes * 3, lengths) < MOST_PARTS, "three times as long as expected fits, too");
    }

    #[test]
    fn a_file_of_which_nothing_is_known_may_have_half_a_terabyte() {
        let lengths = PartLengths::new(8 * MIB, None);
        assert_eq!((lengths.after(0), lengths.after(7_999)), (8 * MIB, 8 * MIB));
        assert!(capacity(lengths) > 500 << 30, "{}", capacity(lengths));
    }

    #[test]
    fn an_object_of_five_terabytes_fits_and_memory_is_bounded() {
        let lengths = PartLengths::new(8 * MIB, Some(5_000_000_000_000));
        assert!(capacity(lengths) >= 5_000_000_000_000);
        for expected in [None, Some(1), Some(1 << 30), Some(200_000_000_000), Some(u64::MAX)] {
            let lengths = PartLengths::new(8 * MIB, expected);
            for sent in [0, 7_999, 8_000, 9_000, 9_999] {
                let length = lengths.after(sent);
                let held = length * (1 + PartLengths::under_way(length));
                assert!(held <= 1 << 30, "{held} bytes with {expected:?} after {sent}");
            }
        }
    }

    #[test]
    fn what_is_short_goes_up_as_it_is_configured() {
        for shortest in [5 * MIB, 8 * MIB, 64 * MIB, 1 << 30] {
            for expected in [None, Some(0), Some(1), Some((shortest as u64) * 7_000)] {
                assert_eq!(PartLengths::new(shortest, expected).after(0), shortest);
            }
        }
    }
}
