//! A table and its model: each step is done to both.

use std::collections::BTreeMap;

use rowport_engine::changes::{Outcome, OutcomeState, TrashRequest, UndoRequest};
use rowport_model::{Key, SetField};
use rowport_store::Actor;
use serde_json::json;

use super::rows::{Expected, Model, Row};
use super::steps::{Outside, ROWS, Step, Which};
use crate::desk::{Shop, key};

/// A table of its own, with a model of it.
pub struct Sources<'a> {
    shop: &'a Shop,
    table: String,
    pub model: Model,
    /// How many change sets there were, and edits beside them.
    pub steps: u64,
}

impl<'a> Sources<'a> {
    pub async fn new(shop: &'a Shop, number: u32) -> Self {
        let table = format!("things_{number}");
        let mut model = Model::default();
        for id in 1..=ROWS {
            let text = |texts: &[&str], place: i64| {
                let text = texts[place as usize % texts.len()];
                (!text.is_empty()).then(|| text.to_owned())
            };
            let name = text(&["a", "ab", "", "bb", "it's a"], id);
            let note = text(&["b", "", "aba"], id);
            let amount = (id % 7 != 0).then_some(id % 13);
            let other = (id % 5 != 0).then_some(id % 11 - 3);
            model.put(id, Some(Row { name, note, amount, other }));
        }
        let rows: Vec<_> = model.rows.iter().map(|(id, row)| row.values(*id)).collect();
        shop.database.execute(&format!(
            "DROP TABLE IF EXISTS things_{};
             CREATE TABLE {table} (id integer PRIMARY KEY, name text, note text, amount integer CHECK (amount >= 0),
                other integer);
             INSERT INTO {table} VALUES {}",
            number - 1,
            rows.join(", ")
        ));
        shop.desk.forget("shop").await;
        Self { shop, table, model, steps: 0 }
    }

    /// The table's rows, value by value.
    pub fn rows(&self) -> BTreeMap<i64, Row> {
        let sql = format!("SELECT id, name, note, amount, other FROM {}", self.table);
        let row = |row: Vec<Option<Vec<u8>>>| {
            let mut values =
                row.into_iter().map(|value| value.map(|value| String::from_utf8(value).unwrap()));
            let mut next = || values.next().unwrap();
            let number = |text: Option<String>| text.map(|text| text.parse::<i64>().unwrap());
            let id = number(next()).unwrap();
            (id, Row { name: next(), note: next(), amount: number(next()), other: number(next()) })
        };
        self.shop.database.rows(&sql).into_iter().map(row).collect()
    }

    /// Does a step, and checks what is said to have come of it.
    pub async fn step(&mut self, step: &Step) {
        match step {
            Step::Delete(which) => self.change(which, None).await,
            Step::Set(which, fields) => self.change(which, Some(fields)).await,
            Step::Outside { id, what } => self.outside(*id, *what),
            Step::Undo { change, only, force } if !self.model.changes.is_empty() => {
                let change = change.index(self.model.changes.len());
                self.undo(change, only.as_deref(), *force).await;
            }
            Step::Restore(chosen) if !self.model.trash().is_empty() => {
                let trash = self.model.trash();
                let chosen = chosen.iter().map(|index| trash[index.index(trash.len())]);
                for (change, id) in chosen.collect::<std::collections::BTreeSet<_>>() {
                    self.undo(change, Some(&[id]), false).await;
                }
            }
            Step::Undo { .. } | Step::Restore(_) => {}
        }
    }

    pub async fn change(&mut self, which: &Which, fields: Option<&[SetField]>) {
        let request = which.request(fields);
        if self.model.chosen(which).is_empty() {
            let refused = self.shop.confirm(&self.table, &request).await;
            assert_eq!(refused.map_err(|error| error.code().as_str()), Err("bad_change"));
            return;
        }
        let expected = self.model.change(which, fields);
        let outcome = self.shop.bulk(&self.table, &request).await;
        self.came_to(&expected, outcome);
    }

    pub async fn undo(&mut self, change: usize, only: Option<&[i64]>, force: bool) {
        let id = self.model.changes[change].id.clone();
        let keys: Option<Vec<Key>> = only.map(|only| only.iter().map(|id| key(*id)).collect());
        let request = UndoRequest { keys, force };
        if self.model.left(change, only).is_empty() {
            let on = self.shop.on(&self.table);
            let refused = self.shop.changes.undo(on, &Actor::default(), &id, &request, None).await;
            assert_eq!(refused.map_err(|error| error.code().as_str()), Err("not_undoable"));
            return;
        }
        let expected = self.model.undo(change, only, force);
        let outcome = self.shop.undo_some(&self.table, &id, request).await;
        self.came_to(&expected, outcome);
    }

    /// What somebody does beside Rowport.
    pub fn outside(&mut self, id: i64, what: Outside) {
        let current = self.model.rows.get(&id).cloned();
        let found = self.model.changes.iter().filter_map(|change| change.images.get(&id)?.before.clone());
        let found: Vec<Row> = found.collect();
        let row = match what {
            Outside::Delete => None,
            Outside::PutBack(place) if !found.is_empty() => Some(found[place % found.len()].clone()),
            Outside::Change | Outside::PutBack(_) => {
                let row = current.unwrap_or(Row { name: None, note: None, amount: Some(1), other: None });
                Some(Row { note: Some(format!("outside {}", self.steps)), ..row })
            }
        };
        self.put(id, row);
    }

    /// Gives a row these values beside Rowport.
    pub fn put(&mut self, id: i64, row: Option<Row>) {
        let table = &self.table;
        let mut script = format!("DELETE FROM {table} WHERE id = {id}");
        if let Some(row) = &row {
            script = format!("BEGIN; {script}; INSERT INTO {table} VALUES {}; COMMIT", row.values(id));
        }
        self.shop.database.execute(&script);
        self.model.put(id, row);
        self.steps += 1;
    }

    /// Holds rows and trash against the model.
    pub async fn is_as_the_model(&self) {
        assert_eq!(self.rows(), self.model.rows);
        let request = TrashRequest { limit: 1_000, ..TrashRequest::default() };
        let trash = self.shop.changes.trash(self.shop.on(&self.table), &request).await.unwrap();
        assert!(trash.cursor.is_none(), "there are too many rows in the trash to look at");
        let mut found: Vec<_> =
            trash.rows.into_iter().map(|row| (row.change_set, row.key, row.values)).collect();
        let expected = self.model.trash().into_iter().map(|(change, id)| {
            let change = &self.model.changes[change];
            let Row { name, note, amount, other } = change.images[&id].before.as_ref().unwrap();
            let values = vec![json!(id), json!(name), json!(note), json!(amount), json!(other)];
            (Some(change.id.clone()), vec![json!(id.to_string())], values)
        });
        let mut expected: Vec<_> = expected.collect();
        found.sort_by_key(|row| format!("{row:?}"));
        expected.sort_by_key(|row| format!("{row:?}"));
        assert_eq!(found, expected, "the trash");
    }

    /// Takes the id of the last change set over, and holds what is said of it against what was expected.
    fn came_to(&mut self, expected: &Expected, outcome: Outcome) {
        self.steps += 1;
        assert_eq!(outcome.state, OutcomeState::Done);
        let id = |key: &serde_json::Value| key.as_str().unwrap().parse::<i64>().unwrap();
        let codes: BTreeMap<i64, &str> =
            outcome.failures.iter().map(|failure| (id(&failure.key[0]), failure.code.as_str())).collect();
        assert_eq!(outcome.rows, expected.done + expected.failed + expected.kept);
        assert_eq!(
            ((outcome.done, outcome.failed, outcome.skipped), codes),
            ((expected.done, expected.failed, expected.kept), expected.codes.clone())
        );
        self.model.changes.last_mut().unwrap().id = outcome.change_set;
    }
}
