//! Changes of generated tables and their undo: afterwards a table is what it was, as the database itself writes it, or
//! exactly the rows that are not are listed with a reason.

mod tables;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use rowport_engine::changes::{BulkAction, Changes, Outcome, OutcomeState, Request, RowFailure, UndoRequest};
use rowport_model::SourceKind;
use rowport_store::Actor;
use rowport_testkit::{Database, cases, seed};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::desk::{Shop, all, delete};
use tables::{Dice, Rights, Table};

on_every_database! {
    after_an_undo_a_table_is_what_it_was_or_says_which_rows_are_not,
}

/// What was met.
#[derive(Debug, Default)]
struct Met {
    whole: usize,
    listed: usize,
}

async fn after_an_undo_a_table_is_what_it_was_or_says_which_rows_are_not(kind: SourceKind) {
    let database = Database::create_in_memory(kind);
    if kind == SourceKind::Postgres {
        database.execute(
            "CREATE TYPE \"Odd Enum\" AS ENUM ('NULL', 'a b', 'it''s', '');
             CREATE TYPE time_unit AS ENUM ('day', 'week');
             CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",
        );
    }
    let owner = Shop::of(database, &[]).await;
    let login = match kind {
        SourceKind::Sqlite => None,
        _ => Some(owner.add_login("")),
    };
    let seed = seed().unwrap_or(42);
    let count = match kind {
        SourceKind::Sqlite => cases(1_500),
        _ => cases(400),
    };
    let mut met = Met::default();
    for number in 0..count as u64 {
        let mut dice = Dice::new(seed, number);
        let table = Table::new(kind, number, &mut dice);
        owner.database.execute(&table.create);
        let (desk, changes) = match (table.rights, &login) {
            (Rights::Owner, _) | (_, None) => (&owner.desk, &owner.changes),
            (rights, Some((name, (desk, changes)))) => {
                owner.database.execute(&grants(kind, &table.name, rights, name));
                (desk, changes)
            }
        };
        desk.forget("shop").await;
        let case = format!("seed {seed}, case {number} on {kind}: {}\n{}", table.create, table.trigger_sql);
        try_one(&owner, changes, &table, &mut dice, &mut met, &case).await;
        owner.database.execute(&format!("DROP TABLE {}; DROP TABLE p{number}", table.name));
    }
    let Met { whole, listed } = met;
    eprintln!(
        "{count} generated tables (seed {seed}) on {kind}: {whole} with all rows as they had been, {listed} with rows \
         listed that were not"
    );
    assert!(whole > count / 3 && listed > count / 30, "not all of it was met");
}

/// What a login needs for the change.
fn grants(kind: SourceKind, table: &str, rights: Rights, login: &str) -> String {
    match (kind, rights) {
        (SourceKind::Postgres, Rights::Rows) => format!(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {login};
             ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON {table} USING (true);"
        ),
        (_, Rights::Rows) => format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {login};"),
        _ => format!("GRANT SELECT, UPDATE (a0) ON {table} TO {login};"),
    }
}

fn chosen(table: &Table, dice: &mut Dice) -> Request {
    let place = if table.rights == Rights::Column { 0 } else { dice.below(table.columns.len()) };
    let copy = json!([{ "column": format!("a{place}"), "to": { "copy": format!("b{place}") } }]);
    let fields = match (table.rights, dice.below(6)) {
        (Rights::Column, _) | (_, 0..=2) => copy,
        (_, 3) => {
            json!([{ "column": "pid", "to": "clear" }, { "column": format!("b{place}"), "to": "clear" }])
        }
        _ => return delete(""),
    };
    let fields = serde_json::from_value(fields).unwrap();
    Request::new(BulkAction::Set { fields }, all(""))
}

async fn try_one(owner: &Shop, changes: &Changes, table: &Table, dice: &mut Dice, met: &mut Met, case: &str) {
    let name = table.name.as_str();
    let request = chosen(table, dice);
    let start = dump(owner, name);
    let early = table.trigger.is_some_and(|(_, early)| early);
    if early && !table.trigger_sql.is_empty() {
        owner.database.execute(&table.trigger_sql);
    }
    let on = owner.on(name);
    let preview = changes.preview(on, &request).await;
    let preview = preview.unwrap_or_else(|error| panic!("{error}: {request:?}\n{case}"));
    assert_eq!(dump(owner, name), start, "a preview changes nothing\n{case}");
    let (actor, never) = (Actor::default(), CancellationToken::new());
    let confirmed = changes.confirm(on, &actor, &request, &preview.confirmation, None).await.unwrap();
    let done = changes.work(on, &confirmed.change_set, 1, &never, |_| {}).await;
    let done = done.unwrap_or_else(|error| panic!("{error}: {request:?}\n{case}"));
    assert_eq!(done.state, OutcomeState::Done, "{case}");
    assert_eq!(done.done + done.failed + done.skipped, table.rows as u64, "{request:?}\n{case}");
    assert_eq!(
        Some(done.failed + done.skipped),
        preview.would_fail,
        "{request:?}: {:?}\n{case}",
        done.failures
    );
    if !early && !table.trigger_sql.is_empty() {
        owner.database.execute(&table.trigger_sql);
    }
    let middle = dump(owner, name);
    if done.done == 0 {
        assert_eq!(middle, start, "{case}");
        return;
    }
    let request = UndoRequest { keys: None, force: false };
    let undone = changes.undo(on, &actor, &done.change_set, &request, None).await.unwrap();
    let undone = changes.work(on, &undone.change_set, 1, &never, |_| {}).await;
    let undone = undone.unwrap_or_else(|error| panic!("{error}\n{case}"));
    assert_eq!(undone.done + undone.failed + undone.skipped, done.done, "{case}");
    assert!(
        undone.failures.iter().all(|failure| failure.code.as_str() != "changed_since"),
        "{undone:?}\n{case}"
    );
    let listed = listed(&undone);
    let end = dump(owner, name);
    let differ: BTreeSet<i64> = start.keys().copied().filter(|rid| start.get(rid) != end.get(rid)).collect();
    assert!(end.keys().all(|rid| start.contains_key(rid)), "no row is there that was not\n{case}");
    assert_eq!(
        listed.len(),
        differ.len(),
        "{:?} are listed, {differ:?} differ: {undone:?}\n{start:?}\n{end:?}\n{case}",
        listed
    );
    if (early || table.trigger.is_none()) && preview.cannot_be_undone.is_some() {
        // What the preview could not put back is what was not put back.
        assert_eq!(
            preview.cannot_be_undone,
            Some(undone.failed + undone.skipped),
            "{preview:?}\n{undone:?}\n{case}"
        );
    }
    if listed.is_empty() { met.whole += 1 } else { met.listed += 1 }
}

/// The rows that an undo could not put back as they were, by their keys, each with a reason.
fn listed(undone: &Outcome) -> BTreeSet<String> {
    let key = |row: &RowFailure| {
        assert!(!row.message.is_empty());
        json!(row.key).to_string()
    };
    undone.failures.iter().chain(&undone.altered).map(key).collect()
}

/// The table as the database writes it, by the number of each row.
fn dump(shop: &Shop, table: &str) -> BTreeMap<i64, Vec<Option<String>>> {
    let number = |row: &Vec<Option<String>>| {
        let first = if shop.database.kind() == SourceKind::Sqlite { &row[1] } else { &row[0] };
        let digits = first.as_deref().unwrap().trim_start_matches('(').split(',').next().unwrap();
        digits.parse().unwrap_or_else(|_| panic!("{row:?}"))
    };
    shop.rows(table, "rid").into_iter().map(|row| (number(&row), row)).collect()
}
