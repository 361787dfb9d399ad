//! Durations and sizes with a unit, so that nobody has to guess whether `30` means seconds.

use std::time::Duration;

/// `500ms`, `30s`, `5m`, `1h`, `2d`; above zero. The error is what was expected.
pub(super) fn duration(text: &str) -> Result<Duration, &'static str> {
    const UNITS: &[(&str, u64)] =
        &[("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    quantity(text, UNITS).map(Duration::from_millis).ok_or("a duration")
}

/// `500MB`, `20GiB`; above zero. The error is what was expected.
pub(super) fn bytes(text: &str) -> Result<u64, &'static str> {
    const UNITS: &[(&str, u64)] = &[
        ("B", 1),
        ("kB", 1_000),
        ("KB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("TiB", 1 << 40),
    ];
    quantity(text, UNITS).ok_or("a size")
}

fn quantity(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(*factor).filter(|quantity| *quantity > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_a_number_and_a_unit() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration(" 5 m "), Ok(Duration::from_secs(300)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(bytes("20GiB"), Ok(20 << 30));
        assert_eq!(bytes("1 kB"), Ok(1_000));
        for text in ["", "30", "s", "0s", "-1s", "1.5h", "30 sec", "1h30m", "99999999999999999999s", "20GiB"]
        {
            assert_eq!(duration(text), Err("a duration"), "{text}");
        }
        for text in ["", "20", "20gib", "0B", "30s", "18446744073709551615KiB"] {
            assert_eq!(bytes(text), Err("a size"), "{text}");
        }
    }
}
