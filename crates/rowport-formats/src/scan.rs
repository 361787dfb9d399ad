//! Looks for a few bytes in short texts, eight bytes at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// A set of bytes to look for, and optionally all bytes below 0x20.
#[derive(Debug, Clone)]
pub(crate) struct ByteSet<const N: usize> {
    spread: [u64; N],
    controls: bool,
    table: [bool; 256],
}

impl<const N: usize> ByteSet<N> {
    pub(crate) const fn new(bytes: [u8; N], controls: bool) -> Self {
        let (mut spread, mut table) = ([0; N], [false; 256]);
        let mut index = 0;
        while index < N {
            spread[index] = bytes[index] as u64 * ONES;
            table[bytes[index] as usize] = true;
            index += 1;
        }
        index = 0;
        while controls && index < 0x20 {
            table[index] = true;
            index += 1;
        }
        Self { spread, controls, table }
    }

    /// Whether the byte is in the set.
    #[inline]
    pub(crate) fn has(&self, byte: u8) -> bool {
        self.table[usize::from(byte)]
    }

    /// Whether any byte of the text is in the set.
    #[inline]
    pub(crate) fn occurs_in(&self, text: &[u8]) -> bool {
        let (words, rest) = text.as_chunks::<8>();
        if let Some(last) = text.last_chunk::<8>() {
            // The last eight bytes overlap the words, which is cheaper than a loop over the rest.
            words.iter().any(|word| self.occurs_in_word(*word)) || self.occurs_in_word(*last)
        } else {
            rest.iter().any(|byte| self.has(*byte))
        }
    }

    /// Where the first byte of the set is.
    #[inline]
    pub(crate) fn find(&self, text: &[u8]) -> Option<usize> {
        let mut at = 0;
        for word in text.as_chunks::<8>().0 {
            if self.occurs_in_word(*word) {
                break;
            }
            at += 8;
        }
        text[at..].iter().position(|byte| self.has(*byte)).map(|offset| at + offset)
    }

    #[inline]
    fn occurs_in_word(&self, word: [u8; 8]) -> bool {
        let word = u64::from_le_bytes(word);
        // Bit 7 of a byte of `found` can also be set by a borrow from a true hit below it, never without one.
        let mut found = 0;
        for spread in self.spread {
            let difference = word ^ spread;
            found |= difference.wrapping_sub(ONES) & !difference;
        }
        if self.controls {
            found |= word.wrapping_sub(0x20 * ONES) & !word;
        }
        found & HIGHS != 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_what_a_plain_loop_finds(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            let set = ByteSet::new([b'"', b',', b'\n'], false);
            let plain = text.iter().position(|byte| [b'"', b',', b'\n'].contains(byte));
            prop_assert_eq!(set.find(&text), plain);
            prop_assert_eq!(set.occurs_in(&text), plain.is_some());
            let set = ByteSet::new([b'"', b'\\'], true);
            let plain = text.iter().position(|byte| [b'"', b'\\'].contains(byte) || *byte < 0x20);
            prop_assert_eq!(set.find(&text), plain);
            prop_assert_eq!(set.occurs_in(&text), plain.is_some());
        }
    }
}
