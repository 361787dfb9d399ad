//! The proleptic Gregorian calendar, as fast as a reader of rows needs it.

/// Days since 1970-01-01, if there is such a day in the years 1 to 9999, which every format can write.
#[inline]
pub(crate) fn days_since_1970(year: i32, month: i32, day: i32) -> Option<i32> {
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    if day > 28 && day > days_in_month(year, month) {
        return None;
    }
    // Counted from 1 March of year 0, so that the leap day comes last.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        for (date, days) in [
            ((1970, 1, 1), Some(0)),
            ((1, 1, 1), Some(-719_162)),
            ((9999, 12, 31), Some(2_932_896)),
            ((2000, 2, 29), Some(11_016)),
            ((1900, 2, 29), None),
            ((2020, 4, 31), None),
            ((0, 1, 1), None),
            ((2020, 0, 1), None),
        ] {
            assert_eq!(days_since_1970(date.0, date.1, date.2), days, "{date:?}");
        }
    }
}
