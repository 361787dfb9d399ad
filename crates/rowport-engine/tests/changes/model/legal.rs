//! Taking back in a legal order: of each row only what was done to it last.

use std::collections::BTreeMap;

use super::desk::Sources;
use super::rows::Row;
use super::steps::{Outside, Step};

/// What was done to each row and not taken back.
#[derive(Default)]
pub struct Legal {
    rows: BTreeMap<i64, History>,
}

#[derive(Default)]
struct History {
    done: Vec<Done>,
    /// The change set that took back what was done last, which can be taken back as long as nothing else is done.
    undone: Option<usize>,
}

/// Something that was done to a row.
#[derive(Clone, PartialEq)]
enum Done {
    /// By the change set at this place of the model.
    Through(usize),
    /// Beside Rowport, and what the row was.
    Beside(Option<Row>),
}

impl Legal {
    /// Does a step, or as much of it as is legal.
    pub async fn step(&mut self, desk: &mut Sources<'_>, step: &Step) {
        match step {
            Step::Delete(_) | Step::Set(..) => {
                let before = desk.model.changes.len();
                desk.step(step).await;
                self.note(desk, before);
            }
            Step::Outside { id, what } => {
                let what = match what {
                    Outside::Delete => Outside::Delete,
                    // A row that by chance has the values of before could be taken back, which would be no legal order.
                    Outside::Change | Outside::PutBack(_) => Outside::Change,
                };
                let was = desk.model.rows.get(id).cloned();
                desk.outside(*id, what);
                let history = self.rows.entry(*id).or_default();
                history.done.push(Done::Beside(was));
                history.undone = None;
            }
            Step::Undo { change, only, force: _ } if !desk.model.changes.is_empty() => {
                let change = change.index(desk.model.changes.len());
                self.undo(desk, change, only.as_deref()).await;
            }
            Step::Undo { .. } | Step::Restore(_) => {}
        }
    }

    /// Takes everything back that was done, in an order that the dice choose.
    pub async fn undo_everything(&mut self, desk: &mut Sources<'_>, mut dice: u64) {
        loop {
            let mut last: Vec<(i64, Done)> =
                self.rows.iter().filter_map(|(id, row)| Some((*id, row.done.last()?.clone()))).collect();
            if last.is_empty() {
                return;
            }
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (id, done) = last.swap_remove((dice >> 33) as usize % last.len());
            match done {
                Done::Through(change) => self.undo(desk, change, None).await,
                Done::Beside(row) => {
                    desk.put(id, row);
                    self.rows.get_mut(&id).unwrap().done.pop();
                }
            }
        }
    }

    /// Takes a change set back, of the rows to which nothing was done since.
    async fn undo(&mut self, desk: &mut Sources<'_>, change: usize, only: Option<&[i64]>) {
        let is_legal = |id: &i64| {
            let row = &self.rows[id];
            row.done.last() == Some(&Done::Through(change)) || row.undone == Some(change)
        };
        let rows: Vec<i64> = desk.model.left(change, only).into_iter().filter(is_legal).collect();
        if rows.is_empty() {
            return;
        }
        let all = rows == desk.model.left(change, None);
        let before = desk.model.changes.len();
        desk.undo(change, (!all).then_some(&rows), false).await;
        let back: Vec<i64> = desk.model.changes[before].images.keys().copied().collect();
        assert_eq!(back, rows, "nothing is kept that nobody has touched since");
        self.note(desk, before);
    }

    /// Notes what the last change set did, if there is one at this place.
    fn note(&mut self, desk: &Sources<'_>, place: usize) {
        let Some(change) = desk.model.changes.get(place) else { return };
        for id in change.images.keys() {
            let row = self.rows.entry(*id).or_default();
            if change.undoes.is_some_and(|undone| row.done.last() == Some(&Done::Through(undone))) {
                row.done.pop();
                row.undone = Some(place);
            } else {
                row.done.push(Done::Through(place));
                row.undone = None;
            }
        }
    }
}
