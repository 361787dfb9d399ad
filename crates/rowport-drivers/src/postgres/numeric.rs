//! PostgreSQL's NUMERIC on the wire: digits of base 10,000.

use arrow_buffer::i256;

/// A number as the server sent it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numeric<'a> {
    digits: &'a [u8],
    /// The power of 10,000 of the first digit.
    weight: i32,
    sign: u16,
    /// Decimal digits after the point that are shown.
    display_scale: usize,
}

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const POSITIVE_INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;

impl<'a> Numeric<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (head, digits) = bytes.split_at_checked(8)?;
        let word = |index: usize| [head[index], head[index + 1]];
        let count = usize::from(u16::from_be_bytes(word(0)));
        (digits.len() == count * 2).then(|| Self {
            digits,
            weight: i32::from(i16::from_be_bytes(word(2))),
            sign: u16::from_be_bytes(word(4)),
            display_scale: usize::from(u16::from_be_bytes(word(6))),
        })
    }

    /// The words for what is not a number.
    pub(super) fn special(&self) -> Option<&'static str> {
        match self.sign {
            NAN => Some("NaN"),
            POSITIVE_INFINITY => Some("Infinity"),
            NEGATIVE_INFINITY => Some("-Infinity"),
            _ => None,
        }
    }

    /// The number times ten to the power of `scale`, if it fits and nothing is cut off.
    pub(super) fn to_i128(self, scale: u8) -> Option<i128> {
        let mut value = 0_i128;
        for (index, digit) in self.digits().enumerate() {
            let (factor, digit) = self.step(index, digit, scale)?;
            value = value.checked_mul(factor.into())?.checked_add(digit.into())?;
        }
        for _ in 0..self.trailing_zeros(scale) {
            value = value.checked_mul(10)?;
        }
        Some(if self.sign == NEGATIVE { -value } else { value })
    }

    /// The same for more than 38 digits.
    pub(super) fn to_i256(self, scale: u8) -> Option<i256> {
        let mut value = i256::ZERO;
        for (index, digit) in self.digits().enumerate() {
            let (factor, digit) = self.step(index, digit, scale)?;
            value = value
                .checked_mul(i256::from_i128(factor.into()))?
                .checked_add(i256::from_i128(digit.into()))?;
        }
        for _ in 0..self.trailing_zeros(scale) {
            value = value.checked_mul(i256::from_i128(10))?;
        }
        Some(if self.sign == NEGATIVE { value.checked_neg()? } else { value })
    }

    /// Plain notation with the number's own scale, as PostgreSQL prints it.
    pub(super) fn write(self, out: &mut Vec<u8>) {
        if let Some(words) = self.special() {
            out.extend_from_slice(words.as_bytes());
            return;
        }
        if self.sign == NEGATIVE {
            out.push(b'-');
        }
        let digit = |place: i32| -> u16 {
            let index = self.weight - place;
            usize::try_from(index).ok().and_then(|index| self.digits().nth(index)).unwrap_or(0)
        };
        if self.weight < 0 {
            out.push(b'0');
        } else {
            out.extend_from_slice(digit(self.weight).to_string().as_bytes());
            for place in (0..self.weight).rev() {
                push_four(out, digit(place), 4);
            }
        }
        if self.display_scale > 0 {
            out.push(b'.');
            let mut left = self.display_scale;
            let mut place = -1;
            while left > 0 {
                push_four(out, digit(place), left.min(4));
                left -= left.min(4);
                place -= 1;
            }
        }
    }

    fn digits(&self) -> impl Iterator<Item = u16> + Clone + use<'a> {
        self.digits.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
    }

    /// What the value so far is multiplied by and what is added to it for the digit at `index`. The last digit may
    /// reach below the scale; what stands there must be zeros.
    fn step(&self, index: usize, digit: u16, scale: u8) -> Option<(u32, u32)> {
        let lowest = (self.weight - index as i32) * 4 + i32::from(scale);
        match lowest {
            0.. => Some((10_000, digit.into())),
            -3..=-1 => {
                let cut = 10_u32.pow(lowest.unsigned_abs());
                (u32::from(digit) % cut == 0).then(|| (10_000 / cut, u32::from(digit) / cut))
            }
            _ => (digit == 0).then_some((1, 0)),
        }
    }

    /// How often the value is still multiplied by ten after its last digit.
    fn trailing_zeros(&self, scale: u8) -> u32 {
        let count = (self.digits.len() / 2) as i32;
        if count == 0 {
            return 0;
        }
        let lowest = (self.weight - (count - 1)) * 4 + i32::from(scale);
        u32::try_from(lowest).unwrap_or(0)
    }
}

/// The first `count` of a digit's four decimal digits.
fn push_four(out: &mut Vec<u8>, digit: u16, count: usize) {
    let four = [digit / 1_000, digit / 100 % 10, digit / 10 % 10, digit % 10];
    out.extend(four.iter().take(count).map(|decimal| b'0' + *decimal as u8));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(weight: i16, sign: u16, scale: u16, digits: &[u16]) -> Vec<u8> {
        let mut bytes = (digits.len() as u16).to_be_bytes().to_vec();
        bytes.extend(weight.to_be_bytes());
        bytes.extend(sign.to_be_bytes());
        bytes.extend(scale.to_be_bytes());
        bytes.extend(digits.iter().flat_map(|digit| digit.to_be_bytes()));
        bytes
    }

    #[test]
    fn numbers_are_written_as_the_server_prints_them() {
        for (weight, sign, scale, digits, text, at_two) in [
            (0, 0, 2, vec![12, 5000], "12.50", Some(1_250)),
            (1, NEGATIVE, 0, vec![1, 2], "-10002", Some(-1_000_200)),
            (-1, 0, 4, vec![5], "0.0005", None),
            (0, 0, 0, vec![], "0", Some(0)),
            (2, 0, 0, vec![7], "700000000", Some(70_000_000_000)),
            (-2, 0, 9, vec![12, 3000], "0.000000123000"[..11].into(), None),
            (0, NAN, 0, vec![], "NaN", Some(0)),
        ] {
            let bytes = wire(weight, sign, scale, &digits);
            let numeric = Numeric::read(&bytes).unwrap();
            let mut out = Vec::new();
            numeric.write(&mut out);
            assert_eq!(String::from_utf8(out).unwrap(), text);
            assert_eq!(numeric.to_i128(2), at_two, "{text}");
            assert_eq!(numeric.to_i256(2), at_two.map(i256::from_i128), "{text}");
        }
        assert!(Numeric::read(&[0, 1, 0]).is_none());
    }
}
