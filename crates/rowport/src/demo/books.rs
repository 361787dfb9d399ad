use std::fmt::Write;

use rusqlite::params;

use super::catalogue::Good;
use super::dice::Dice;
use super::{Pen, Summary, words};

const STATUS: &[&str] = &[
    "delivered",
    "delivered",
    "delivered",
    "delivered",
    "shipped",
    "paid",
    "pending",
    "returned",
    "refunded",
    "cancelled",
];

/// Writes the bookkeeping of an online seller.
pub fn write(pen: &mut Pen<'_>, summary: &Summary, goods: &[Good]) -> rusqlite::Result<()> {
    let mut insert = pen.transaction.prepare(
        "INSERT INTO records (order_id, sale_date, item, quantity, price_cents, cost_cents, shipping_cents, fee_cents,
                              status, note, brand_id, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    let (mut order, mut updated) = (String::new(), String::new());
    for number in 0..summary.records {
        let dice = &mut pen.dice;
        order_id(number, &mut order);
        let day = pen.calendar.day(dice);
        let good = dice.pick_early(goods);
        let quantity = if dice.percent(80) { 1 } else { dice.between(2, 12) };
        // Now and then there was a sale.
        let price = if dice.percent(12) { good.price_cents * 3 / 4 } else { good.price_cents };
        let cost = price * dice.between(35, 80) / 100;
        let shipping = dice.pick(&[0, 390, 490, 490, 590, 890, 1490]);
        let fee = price * quantity * dice.between(5, 15) / 100;
        let status = dice.pick(STATUS);
        let note = note(dice);
        let brand = dice.percent(95).then_some(good.brand);
        let changed = pen.calendar.day_after(dice, day, 40);
        pen.calendar.moment(dice, changed, &mut updated);
        let date = pen.calendar.date(day);
        insert.execute(params![
            order, date, good.name, quantity, price, cost, shipping, fee, status, note, brand, updated
        ])?;
        pen.count();
    }
    Ok(())
}

/// Sixteen digits that look random, never come twice, and are too long for a spreadsheet's numbers: multiplying by a
/// number that shares no factor with 10^16 visits every remainder once.
fn order_id(number: u64, out: &mut String) {
    const END: u128 = 10_000_000_000_000_000;
    let scattered = (u128::from(number) * 6_180_339_887_498_949 + 2_718_281_828_459_045) % END;
    out.clear();
    // Writing to a string cannot fail.
    let _ = write!(out, "{scattered:016}");
}

fn note(dice: &mut Dice) -> Option<&'static str> {
    match dice.below(100) {
        0..50 => None,
        50..53 => Some(""),
        53..80 => Some(dice.pick(words::PLAIN_NOTES)),
        _ => Some(dice.pick(words::HARD_NOTES)),
    }
}
