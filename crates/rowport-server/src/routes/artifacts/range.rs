//! Byte ranges, by RFC 9110. One range at a time; a request for several gets the whole file, as it may.

/// What a request wants of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    Whole,
    /// From one byte to another, both included.
    Part(u64, u64),
    /// Bytes that the file does not have.
    Beyond,
}

/// What `Range` means for a file of `length` bytes. One that cannot be understood is ignored, as the RFC says.
pub(super) fn wanted(range: &str, length: u64) -> Wanted {
    let Some(spec) = range.trim().strip_prefix("bytes=") else { return Wanted::Whole };
    let Some((from, to)) = spec.trim().split_once('-') else { return Wanted::Whole };
    if spec.contains(',') {
        return Wanted::Whole;
    }
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number that is too large is beyond every file.
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    match (number(from), number(to)) {
        (None, Some(last)) if from.is_empty() => match last.min(length) {
            0 => Wanted::Beyond,
            last => Wanted::Part(length - last, length - 1),
        },
        (Some(from), None) if to.is_empty() => part(from, u64::MAX, length),
        (Some(from), Some(to)) if from <= to => part(from, to, length),
        _ => Wanted::Whole,
    }
}

fn part(from: u64, to: u64, length: u64) -> Wanted {
    if from >= length { Wanted::Beyond } else { Wanted::Part(from, to.min(length - 1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_mean_what_the_rfc_says() {
        for (range, length, meant) in [
            ("bytes=0-", 10, Wanted::Part(0, 9)),
            ("bytes=3-4", 10, Wanted::Part(3, 4)),
            ("bytes=3-99", 10, Wanted::Part(3, 9)),
            ("bytes=9-9", 10, Wanted::Part(9, 9)),
            ("bytes=10-", 10, Wanted::Beyond),
            ("bytes=-3", 10, Wanted::Part(7, 9)),
            ("bytes=-99", 10, Wanted::Part(0, 9)),
            ("bytes=-0", 10, Wanted::Beyond),
            ("bytes=0-", 0, Wanted::Beyond),
            ("bytes=99999999999999999999-", 10, Wanted::Beyond),
            ("bytes=4-3", 10, Wanted::Whole),
            ("bytes=0-1,3-4", 10, Wanted::Whole),
            ("bytes=+1-2", 10, Wanted::Whole),
            ("rows=0-1", 10, Wanted::Whole),
            ("bytes=", 10, Wanted::Whole),
            ("bytes=-", 10, Wanted::Whole),
        ] {
            assert_eq!(wanted(range, length), meant, "{range}");
        }
    }
}
