use std::fmt::Write;

use jiff::ToSpan;
use jiff::civil::{Date, Time, time};
use rusqlite::{Transaction, params};

use super::{Pen, Summary, catalogue, words};

/// How many tags each post of every eight has. A fixed pattern, so that the number of rows is known before the start.
const TAGS_OF_POSTS: [u64; 8] = [1, 0, 2, 0, 1, 3, 0, 1];

/// The posts that are deleted: which, how many days ago, when, and by whom. They have no tags, so that nothing refers to
/// them and they can be removed for good.
const DELETED: [(i64, i64, Time, Option<&str>); 6] = [
    (2, 1, time(16, 40, 12, 0), Some("Moderation")),
    (7, 3, time(9, 5, 0, 0), Some("Moderation")),
    (10, 12, time(11, 31, 47, 0), Some("Support")),
    (15, 18, time(14, 2, 9, 0), None),
    (23, 25, time(8, 58, 30, 0), Some("Support")),
    (26, 27, time(17, 20, 55, 0), Some("Moderation")),
];

/// How many rows `post_tags` has for so many posts.
pub fn post_tags(posts: u64) -> u64 {
    let rest = (posts % 8) as usize;
    posts / 8 * TAGS_OF_POSTS.iter().sum::<u64>() + TAGS_OF_POSTS[..rest].iter().sum::<u64>()
}

/// Writes brands, groups, tags, accounts and posts.
pub fn write(pen: &mut Pen<'_>, summary: &Summary) -> rusqlite::Result<()> {
    write_names(pen, summary)?;
    write_accounts(pen, summary)?;
    write_posts(pen, summary)
}

/// Marks a handful of posts as deleted, as far as there are so many, so that the trash of the example is not empty.
pub fn delete_some(transaction: &Transaction<'_>, today: Date) -> rusqlite::Result<()> {
    let mut mark = transaction.prepare("UPDATE posts SET deleted_at = ?2, deleted_by = ?3 WHERE id = ?1")?;
    for (post, days, at, by) in DELETED {
        let moment = today.saturating_sub(days.days()).to_datetime(at);
        mark.execute(params![post, moment.strftime("%F %T").to_string(), by])?;
    }
    Ok(())
}

fn write_names(pen: &mut Pen<'_>, summary: &Summary) -> rusqlite::Result<()> {
    let mut brand =
        pen.transaction.prepare("INSERT INTO brands (name, founded_on, notes) VALUES (?1, ?2, ?3)")?;
    for name in words::BRANDS.iter().take(summary.brands as usize) {
        let founded = jiff::civil::date(
            pen.dice.between(1891, 2022) as i16,
            pen.dice.between(1, 12) as i8,
            pen.dice.between(1, 28) as i8,
        );
        let notes = pen.dice.percent(40).then(|| pen.dice.pick(words::PLAIN_NOTES));
        brand.execute(params![name, founded.to_string(), notes])?;
        pen.count();
    }
    let mut group = pen.transaction.prepare("INSERT INTO groups (name, description) VALUES (?1, ?2)")?;
    for (name, description) in words::GROUPS.iter().take(summary.groups as usize) {
        group.execute(params![name, pen.dice.percent(80).then_some(description)])?;
        pen.count();
    }
    let mut tag = pen.transaction.prepare("INSERT INTO tags (name, colour) VALUES (?1, ?2)")?;
    for (name, colour) in words::TAGS.iter().take(summary.tags as usize) {
        tag.execute(params![name, colour])?;
        pen.count();
    }
    Ok(())
}

fn write_accounts(pen: &mut Pen<'_>, summary: &Summary) -> rusqlite::Result<()> {
    let mut insert = pen.transaction.prepare(
        "INSERT INTO accounts (platform, handle, url, followers, verified, brand_id, group_id, status, last_seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let mut seen = String::new();
    for number in 1..=summary.accounts {
        let dice = &mut pen.dice;
        let platform = dice.pick_early(words::PLATFORMS);
        let handle =
            format!("{}_{}{number}", dice.pick(words::HANDLE_FIRST), dice.pick(words::HANDLE_SECOND));
        let url = format!("https://{platform}.example/@{handle}");
        let followers = dice.long_tail(23);
        let verified = followers > 50_000 && dice.percent(60);
        let brand = dice.percent(75).then(|| dice.between(1, summary.brands as i64));
        let group = dice.percent(60).then(|| dice.between(1, summary.groups as i64));
        let status = dice.pick(words::ACCOUNT_STATUS);
        let day = pen.calendar.day(dice);
        pen.calendar.moment(dice, day, &mut seen);
        let seen = dice.percent(92).then_some(&seen);
        insert.execute(params![platform, handle, url, followers, verified, brand, group, status, seen])?;
        pen.count();
    }
    Ok(())
}

fn write_posts(pen: &mut Pen<'_>, summary: &Summary) -> rusqlite::Result<()> {
    let mut post = pen.transaction.prepare(
        "INSERT INTO posts (account_id, url, text, likes, views, posted_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let mut post_tag = pen.transaction.prepare("INSERT INTO post_tags (post_id, tag_id) VALUES (?1, ?2)")?;
    let (mut url, mut text, mut posted) = (String::new(), String::new(), String::new());
    for (number, tags) in (1..=summary.posts).zip(TAGS_OF_POSTS.into_iter().cycle()) {
        let dice = &mut pen.dice;
        let account = dice.between(1, summary.accounts as i64);
        url.clear();
        let _ = write!(url, "https://posts.example/{account}/{number:010}");
        text.clear();
        let (before, after) = dice.pick(words::POST_OPENINGS).split_once("{}").unwrap_or_default();
        let thing = catalogue::any_thing(dice);
        for part in [before, thing, after, dice.pick(words::POST_MIDDLES), dice.pick(words::POST_ENDINGS)] {
            text.push_str(part);
        }
        let views = dice.long_tail(24);
        let likes = views * dice.between(0, 18) / 100;
        let day = pen.calendar.day(dice);
        pen.calendar.moment(dice, day, &mut posted);
        post.execute(params![account, url, text, likes, views, posted])?;
        pen.count();
        // One after the other from some tag on, so that none comes twice.
        let first = pen.dice.below(summary.tags);
        for step in 0..tags {
            let tag = (first + step) % summary.tags + 1;
            post_tag.execute(params![number as i64, tag as i64])?;
            pen.count();
        }
    }
    Ok(())
}
