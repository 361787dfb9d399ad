use std::fmt::Write;

use rusqlite::params;

use super::{Pen, Summary, words};

/// Departments, their categories with the range of prices in cents, and the things in them.
type Department = (&'static str, &'static [Category]);
type Category = (&'static str, i64, i64, &'static [&'static str]);

const DEPARTMENTS: &[Department] = &[
    (
        "Kitchen",
        &[
            ("Cookware", 1_900, 14_900, &["cast-iron pan", "stock pot", "milk pan", "wok", "griddle"]),
            (
                "Tableware",
                600,
                4_900,
                &["dinner plate", "soup bowl", "espresso cup", "butter dish", "carafe"],
            ),
            ("Knives & boards", 1_200, 18_900, &["bread knife", "paring knife", "chopping board", "cleaver"]),
            ("Baking", 500, 3_900, &["loaf tin", "rolling pin", "proofing basket", "cake stand"]),
        ],
    ),
    (
        "Garden",
        &[
            ("Tools", 900, 7_900, &["hand trowel", "pruning saw", "hoe", "dibber", "leaf rake"]),
            (
                "Pots & planters",
                700,
                8_900,
                &["terracotta pot", "window box", "hanging basket", "zinc planter"],
            ),
            ("Seeds", 190, 690, &["poppy seeds", "tomato seeds", "meadow mix", "basil seeds"]),
            ("Watering", 800, 5_900, &["watering can", "rain gauge", "hose reel", "mister"]),
        ],
    ),
    (
        "Stationery",
        &[
            ("Notebooks", 450, 2_900, &["pocket notebook", "sketchbook", "ledger", "travel journal"]),
            ("Writing", 190, 9_900, &["fountain pen", "pencil set", "brush pen", "ink bottle"]),
            ("Desk", 690, 6_900, &["letter tray", "desk lamp", "paperweight", "blotter", "tape dispenser"]),
        ],
    ),
    (
        "Outdoors",
        &[
            ("Camp", 1_500, 39_900, &["two-person tent", "camp stove", "sleeping mat", "enamel mug"]),
            ("Walking", 900, 15_900, &["walking pole", "rucksack", "map case", "wool socks"]),
            ("Water", 1_200, 49_900, &["dry bag", "life vest", "paddle", "swim buoy"]),
        ],
    ),
    (
        "Toys & games",
        &[
            (
                "Wooden toys",
                590,
                6_900,
                &["building blocks", "pull-along duck", "marble run", "spinning top"],
            ),
            ("Puzzles", 890, 3_900, &["1000-piece puzzle", "tangram", "dice tower", "card box"]),
            ("Soft toys", 990, 4_900, &["plush whale", "rag doll", "hand puppet"]),
        ],
    ),
    (
        "Lighting",
        &[
            ("Lamps", 2_900, 24_900, &["table lamp", "floor lamp", "clip lamp", "pendant"]),
            ("Candles", 390, 3_900, &["beeswax candle", "tea lights", "candle snuffer", "lantern"]),
        ],
    ),
    (
        "Textiles",
        &[
            ("Bed", 1_900, 19_900, &["duvet cover", "wool blanket", "pillowcase", "quilt"]),
            ("Bath", 790, 5_900, &["bath towel", "bath mat", "washcloth", "robe"]),
            ("Table", 490, 4_900, &["tea towel", "apron", "napkin set", "table runner"]),
        ],
    ),
    (
        "Workshop",
        &[
            ("Hand tools", 690, 12_900, &["block plane", "mallet", "screwdriver set", "marking gauge"]),
            ("Fixings", 150, 990, &["brass screws", "cup hooks", "felt pads", "wood glue"]),
        ],
    ),
];

const QUALITIES: &[&str] = &[
    "Everyday",
    "Heritage",
    "Little",
    "Grand",
    "Northern",
    "Old-school",
    "Harbour",
    "Sunday",
    "Honest",
    "Plain",
    "Recycled",
    "Fancy",
];

const VARIANTS: &[&str] = &[
    "",
    "",
    "",
    ", small",
    ", large",
    ", set of 3",
    ", teal",
    ", \"the good one\"",
    ", 12\"",
    ", left-handed",
    " (2nd quality)",
    ", grün",
    ", 30 cm",
    "; limited",
];

/// Something that can be sold.
pub struct Good {
    pub name: String,
    pub price_cents: i64,
    pub brand: i64,
}

pub fn departments() -> u64 {
    DEPARTMENTS.len() as u64
}

pub fn categories() -> u64 {
    DEPARTMENTS.iter().map(|(_, categories)| categories.len() as u64).sum()
}

pub fn things() -> u64 {
    all_categories().map(|(.., things)| things.len() as u64).sum()
}

fn all_categories() -> impl Iterator<Item = &'static Category> {
    DEPARTMENTS.iter().flat_map(|(_, categories)| categories.iter())
}

/// Any thing of the catalogue, in plain words.
pub fn any_thing(dice: &mut super::dice::Dice) -> &'static str {
    let (_, categories) = dice.pick(DEPARTMENTS);
    let (.., things) = dice.pick(categories);
    dice.pick(things)
}

/// Writes departments, categories, products and sellers, and returns the products.
pub fn write(pen: &mut Pen<'_>, summary: &Summary) -> rusqlite::Result<Vec<Good>> {
    let mut department = pen.transaction.prepare("INSERT INTO departments (name) VALUES (?1)")?;
    let mut category =
        pen.transaction.prepare("INSERT INTO categories (department_id, name) VALUES (?1, ?2)")?;
    for (number, (name, categories)) in (1_i64..).zip(DEPARTMENTS) {
        department.execute(params![name])?;
        pen.count();
        for (name, ..) in *categories {
            category.execute(params![number, name])?;
            pen.count();
        }
    }
    let goods = write_products(pen, summary)?;
    write_sellers(pen, summary)?;
    Ok(goods)
}

fn write_products(pen: &mut Pen<'_>, summary: &Summary) -> rusqlite::Result<Vec<Good>> {
    let mut insert = pen.transaction.prepare(
        "INSERT INTO products (category_id, brand_id, name, price_cents, weight_kg, discontinued) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    // Every thing once, then again in other qualities and variants until there are enough.
    let things: Vec<_> = (1_i64..)
        .zip(all_categories())
        .flat_map(|(id, &(_, low, high, things))| things.iter().map(move |thing| (id, low, high, *thing)))
        .collect();
    let mut goods = Vec::new();
    for (category, low, high, thing) in things.iter().cycle().take(summary.products as usize) {
        let dice = &mut pen.dice;
        let name = format!("{} {thing}{}", dice.pick(QUALITIES), dice.pick(VARIANTS));
        // Prices end in 90 or 95 or 00, as prices do.
        let price_cents = dice.between(low / 100, high / 100) * 100 + dice.pick(&[90, 95, 0, 50]);
        let brand = dice.between(1, summary.brands as i64);
        let weight = dice.percent(85).then(|| (dice.long_tail(14) + 5) as f64 / 1000.0);
        let branded = dice.percent(90).then_some(brand);
        insert.execute(params![category, branded, name, price_cents, weight, dice.percent(7)])?;
        goods.push(Good { name, price_cents, brand });
        pen.count();
    }
    Ok(goods)
}

fn write_sellers(pen: &mut Pen<'_>, summary: &Summary) -> rusqlite::Result<()> {
    let mut insert = pen.transaction.prepare(
        "INSERT INTO sellers (name, url, category_id, rating, times_seen, first_seen_at, last_seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let categories = categories() as i64;
    let (mut first_seen, mut last_seen, mut url) = (String::new(), String::new(), String::new());
    for number in 1..=summary.sellers {
        let dice = &mut pen.dice;
        let name = format!("{} {}", dice.pick(words::SELLER_FIRST), dice.pick(words::SELLER_SECOND));
        url.clear();
        let _ = write!(url, "https://market.example/shops/{}-{number}", slug(&name));
        let first = pen.calendar.day(dice);
        let times_seen = if dice.percent(30) { 1 } else { dice.long_tail(7) + 2 };
        let last = if times_seen == 1 { first } else { pen.calendar.day_after(dice, first, 300) };
        pen.calendar.moment(dice, first, &mut first_seen);
        pen.calendar.moment(dice, last, &mut last_seen);
        // Twice on one day: the later moment is the last one.
        if times_seen == 1 || last_seen < first_seen {
            last_seen.clone_from(&first_seen);
        }
        let rating = dice.percent(80).then(|| dice.between(20, 50) as f64 / 10.0);
        insert.execute(params![
            name,
            url,
            dice.between(1, categories),
            rating,
            times_seen,
            first_seen,
            last_seen
        ])?;
        pen.count();
    }
    Ok(())
}

fn slug(name: &str) -> String {
    let words: Vec<_> =
        name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-").to_ascii_lowercase()
}
