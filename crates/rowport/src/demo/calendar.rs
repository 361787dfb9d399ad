use std::fmt::Write;

use jiff::civil::date;

use super::dice::Dice;

/// Every day from 2023 until the middle of 2026, written out once: writing a date anew for each of a million rows
/// would take longer than all the rest. The years are fixed, because the same seed makes the same workspace at any time.
pub struct Calendar(Vec<String>);

impl Calendar {
    pub fn new() -> Self {
        let last = date(2026, 6, 30);
        Self(
            date(2023, 1, 1)
                .series(jiff::Span::new().days(1))
                .take_while(|day| *day <= last)
                .map(|day| day.to_string())
                .collect(),
        )
    }

    /// A day's number. There are more and more events towards the end.
    pub fn day(&self, dice: &mut Dice) -> usize {
        let end = self.0.len() as u64;
        dice.below(end).max(dice.below(end)) as usize
    }

    /// A day up to `spread` days after another one, if the calendar lasts so long.
    pub fn day_after(&self, dice: &mut Dice, day: usize, spread: u64) -> usize {
        (day + dice.below(spread + 1) as usize).min(self.0.len() - 1)
    }

    /// `YYYY-MM-DD`.
    pub fn date(&self, day: usize) -> &str {
        &self.0[day]
    }

    /// Some moment of that day, as `YYYY-MM-DD HH:MM:SS` in place of what `out` held.
    pub fn moment(&self, dice: &mut Dice, day: usize, out: &mut String) {
        let second = dice.below(86_400);
        out.clear();
        // Writing to a string cannot fail.
        let _ =
            write!(out, "{} {:02}:{:02}:{:02}", self.date(day), second / 3600, second / 60 % 60, second % 60);
    }
}
