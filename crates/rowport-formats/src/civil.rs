//! From days since 1970-01-01 to a calendar date, fast enough for every cell of an export.

/// Whole 400-year cycles that are added before the division, so that every `i32` of days becomes positive.
const CYCLES: u64 = 15_000;
const DAYS_PER_CYCLE: u64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: u64 = 719_468;

/// Year, month and day of a day number, in the proleptic Gregorian calendar.
///
/// The years begin in March, so that the leap day is the last one, and divisions by constants become multiplications
/// (C. Neri and L. Schneider, "Euclidean affine functions and their application to calendar algorithms").
#[inline]
pub(crate) fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let shifted = (i64::from(days) + (EPOCH + DAYS_PER_CYCLE * CYCLES) as i64) as u64;
    let quarter_days = 4 * shifted + 3;
    let century = quarter_days / DAYS_PER_CYCLE;
    let day_of_century = (quarter_days % DAYS_PER_CYCLE / 4) as u32;

    let product = 2_939_745 * u64::from(4 * day_of_century + 3);
    let year_of_century = (product >> 32) as u32;
    let day_of_year = (product as u32) / 2_939_745 / 4;

    let month_and_day = 2_141 * day_of_year + 197_913;
    let (month, day) = (month_and_day >> 16, (month_and_day & 0xffff) / 2_141 + 1);
    let in_next_year = day_of_year >= 306;

    let year =
        (100 * century) as i64 + i64::from(year_of_century) - (400 * CYCLES) as i64 + i64::from(in_next_year);
    (year as i32, if in_next_year { month - 12 } else { month }, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days_in_month(year: i32, month: u32) -> u32 {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    #[test]
    fn every_day_of_twelve_thousand_years_follows_the_one_before() {
        let (mut year, mut month, mut day) = (-999, 1, 1);
        let first = (-4_000_000..0).find(|days| civil_from_days(*days) == (year, month, day)).unwrap();
        let mut days = first;
        while year < 11_000 {
            assert_eq!(civil_from_days(days), (year, month, day), "day number {days}");
            days += 1;
            day += 1;
            if day > days_in_month(year, month) {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
    }

    #[test]
    fn known_days_are_right() {
        assert_eq!(civil_from_days(0), (1970, 1, 1));
        assert_eq!(civil_from_days(-719_162), (1, 1, 1));
        assert_eq!(civil_from_days(2_932_896), (9999, 12, 31));
        assert_eq!(civil_from_days(i32::MAX), (5_881_580, 7, 11));
        assert_eq!(civil_from_days(i32::MIN), (-5_877_641, 6, 23));
    }
}
