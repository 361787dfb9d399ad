//! Changing rows from the command line: as on the page, first what would happen, then a confirmation of exactly that.

pub mod bulk;
pub mod history;
pub mod prepare;
pub mod trash;
pub mod undo;

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use rowport_engine::changes::{
    CascadeOutcome, Changes, Confirmed, IdempotencyKey, Outcome, OutcomeState, Request, RowFailure, Target,
    UndoRequest,
};
use rowport_model::{ChangeKind, ErrorCode, Key, OnDelete, Principal};
use rowport_store::{Actor, Ids};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::export::cancel_on_interrupt;
use crate::failure::Failure;
use crate::sources::OneSource;
use crate::terminal::plain;

/// Which dataset of which source.
#[derive(Args)]
struct OfDataset {
    #[command(flatten)]
    source: OneSource,
    /// The table, with `schema.` before it where the schema is not the default one.
    #[arg(long)]
    dataset: String,
}

/// How the outcome is told.
#[derive(Args)]
struct OutputArgs {
    /// The outcome as JSON.
    #[arg(long)]
    json: bool,
}

/// What tells a change from another one that is asked for in the same words.
#[derive(Args)]
struct Repeatable {
    /// A name for this change: the same command with the same name does it once, however often it is given.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

/// Somebody at this machine with a dataset at hand.
struct CliSession {
    changes: Changes,
    me: Principal,
    source: String,
    dataset: String,
}

impl OfDataset {
    fn open(self) -> Result<CliSession, Failure> {
        let (sources, source) = self.source.open()?;
        let ids = Arc::new(Ids::default());
        // A confirmation is used by the process that gave it, or by nobody.
        let changes = Changes::new(Arc::new(sources), ids.secret().to_vec(), ids);
        Ok(CliSession { changes, me: Principal::local(), source, dataset: self.dataset })
    }
}

impl CliSession {
    fn target(&self) -> Target<'_> {
        Target { principal: &self.me, source: &self.source, dataset: &self.dataset }
    }

    fn actor(&self) -> Actor {
        Actor { principal: self.me.id().to_owned(), name: self.me.name().to_owned(), ..Actor::default() }
    }

    /// Keys as they are written on the command line.
    async fn keys(&self, texts: &[String]) -> Result<Vec<Key>, Failure> {
        let columns = self.changes.key_columns(self.target()).await?.len();
        Ok(texts.iter().map(|text| Key::written(text, columns)).collect())
    }

    /// Shows what an action comes to, and does it once it is confirmed.
    async fn confirm_and_work(
        &self,
        request: &Request,
        what: &str,
        confirm: Option<u64>,
        repeatable: &Repeatable,
        output: &OutputArgs,
    ) -> Result<ExitCode, Failure> {
        let key = self.key(repeatable, request)?;
        // What was done before shows other rows by now.
        if let Some(key) = &key
            && let Some(confirmed) = self.changes.made_before(self.target(), key).await?
        {
            return self.go_on(&confirmed, output).await;
        }
        let preview = self.changes.preview(self.target(), request).await?;
        let mut rows = preview.rows;
        for of in &preview.dependents {
            let columns = of.columns.join(", ");
            match of.rows {
                Some(cascaded) => {
                    rows += cascaded;
                    let becomes = if of.on_delete == OnDelete::Cascade { "deleted" } else { "cut loose" };
                    told_first(&format!(
                        "{} of {} ({columns}) {} {becomes} with them",
                        counted(cascaded),
                        of.dataset,
                        if cascaded == 1 { "is" } else { "are" }
                    ))?;
                }
                None => {
                    tracing::info!(dataset = of.dataset, columns, on_delete = ?of.on_delete, "refers to it")
                }
            }
        }
        if let Some(rows) = preview.would_fail.filter(|rows| *rows > 0) {
            told_first(&format!("{} would not be changed:", counted(rows)))?;
            for failure in &preview.failures {
                told_first(in_a_line(failure).trim_end())?;
            }
        }
        if let Some(rows) = preview.cannot_be_undone.filter(|rows| *rows > 0) {
            told_first(&format!("{} could not be put back by an undo:", counted(rows)))?;
            for row in &preview.not_undoable {
                told_first(in_a_line(row).trim_end())?;
            }
        }
        confirmed(rows, what, confirm)?;
        let (actor, token) = (self.actor(), &preview.confirmation);
        let confirmed = self.changes.confirm(self.target(), &actor, request, token, key.as_ref()).await?;
        self.go_on(&confirmed, output).await
    }

    /// Takes a change back, all of it or some rows.
    async fn undo(
        &self,
        change_set: &str,
        request: &UndoRequest,
        repeatable: &Repeatable,
        output: &OutputArgs,
    ) -> Result<ExitCode, Failure> {
        let (actor, key) = (self.actor(), self.key(repeatable, &(change_set, request))?);
        let confirmed = self.changes.undo(self.target(), &actor, change_set, request, key.as_ref()).await?;
        self.go_on(&confirmed, output).await
    }

    fn key(&self, repeatable: &Repeatable, asks: &impl Serialize) -> Result<Option<IdempotencyKey>, Failure> {
        let key = repeatable.idempotency_key.as_deref();
        let key = key.map(|key| IdempotencyKey::new(self.target(), key, asks));
        key.transpose().map_err(Failure::usage)
    }

    /// Works on a change set that was put down just now. One that the same command has put down before is waited for, and
    /// taken over if nobody works on it.
    async fn go_on(&self, confirmed: &Confirmed, output: &OutputArgs) -> Result<ExitCode, Failure> {
        if !confirmed.repeated {
            return self.work(confirmed, 1, output).await;
        }
        let outcome = self.changes.wait(self.target(), &confirmed.change_set).await?;
        match outcome.state {
            OutcomeState::Open => self.take_over(&outcome, output).await,
            _ => tell(&outcome, output),
        }
    }

    /// Works on what is left of a change set. Whoever had it before may still be there; from now on it is refused.
    async fn take_over(&self, outcome: &Outcome, output: &OutputArgs) -> Result<ExitCode, Failure> {
        let left = outcome.rows.saturating_sub(outcome.done + outcome.failed + outcome.skipped);
        let confirmed = Confirmed { change_set: outcome.change_set.clone(), rows: left, repeated: true };
        let attempt = self.changes.next_attempt(self.target(), &confirmed.change_set).await?;
        self.work(&confirmed, attempt, output).await
    }

    /// Works on a change set until it has ended, and tells what came of it.
    async fn work(
        &self,
        confirmed: &Confirmed,
        attempt: u32,
        output: &OutputArgs,
    ) -> Result<ExitCode, Failure> {
        let cancel = CancellationToken::new();
        cancel_on_interrupt(cancel.clone());
        let total = confirmed.rows;
        let shows = std::io::stderr().is_terminal();
        let mut done = 0;
        let progress = |rows| {
            done += rows;
            if shows {
                // A terminal that is gone is not worth stopping for.
                let _ = write!(std::io::stderr(), "\r{done} of {total} rows");
            }
        };
        let id = &confirmed.change_set;
        let outcome = self.changes.work(self.target(), id, attempt, &cancel, progress).await;
        if shows {
            let _ = writeln!(std::io::stderr());
        }
        if cancel.is_cancelled() && outcome.is_err() {
            self.changes.cancel(self.target(), id, attempt).await?;
            let hint = format!("what was done stays done; `rowport undo {id}` takes it back");
            return Err(Failure::from(rowport_engine::EngineError::Cancelled).with_hint(hint));
        }
        tell(&outcome?, output)
    }
}

/// Writes what came of a change set. Rows that were not changed make the exit code 7.
fn tell(outcome: &Outcome, output: &OutputArgs) -> Result<ExitCode, Failure> {
    let text = match output.json {
        true => serde_json::to_string_pretty(outcome).map_err(Failure::other)? + "\n",
        false => in_words(outcome),
    };
    write_out(&text)?;
    Ok(if outcome.is_whole() { ExitCode::SUCCESS } else { ExitCode::from(7) })
}

fn in_words(outcome: &Outcome) -> String {
    let done = match outcome.action {
        ChangeKind::Delete | ChangeKind::Purge => "deleted",
        ChangeKind::Restore => "restored",
        ChangeKind::Set | ChangeKind::Undo => "changed",
    };
    let mut text = format!("{} of {} {done}", outcome.done, counted(outcome.rows));
    if outcome.failed > 0 {
        text.push_str(&format!(", {} failed", outcome.failed));
    }
    if outcome.skipped > 0 {
        text.push_str(&format!(", {} left alone", outcome.skipped));
    }
    text.push_str(&match outcome.action {
        ChangeKind::Purge => format!("\nchange set {}, which cannot be undone\n", outcome.change_set),
        // There is nothing to undo.
        ChangeKind::Delete | ChangeKind::Set | ChangeKind::Restore | ChangeKind::Undo
            if outcome.done == 0 =>
        {
            format!("\nchange set {}\n", outcome.change_set)
        }
        ChangeKind::Delete | ChangeKind::Set | ChangeKind::Restore | ChangeKind::Undo => {
            format!("\nchange set {}, can be undone until {}\n", outcome.change_set, outcome.undo_until)
        }
    });
    for cascaded in &outcome.cascade {
        let CascadeOutcome { dataset, done, rows, change_set, .. } = cascaded;
        let dataset = plain(dataset);
        text.push_str(&format!(
            "  along with them: {done} of {} of {dataset} (change set {change_set})\n",
            counted(*rows)
        ));
    }
    for row in outcome.failures.iter().chain(&outcome.altered) {
        text.push_str(&in_a_line(row));
    }
    text
}

/// A row of which there is something to say, in a line of its own.
fn in_a_line(row: &RowFailure) -> String {
    let key = plain(&Key::write(&row.key));
    let said = row.database.as_ref().map(|said| format!(": {}", plain(said))).unwrap_or_default();
    let columns: Vec<&str> = match row.code == ErrorCode::Altered {
        true => row.versions.iter().map(|field| field.column.as_str()).collect(),
        false => Vec::new(),
    };
    let columns =
        if columns.is_empty() { String::new() } else { format!(": {}", plain(&columns.join(", "))) };
    format!("  {key}: {} ({}){columns}{said}\n", plain(&row.message), row.code)
}

/// So many rows, in words.
fn counted(rows: u64) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

/// Says something before anything is asked or done.
fn told_first(text: &str) -> Result<(), Failure> {
    let output = writeln!(std::io::stderr(), "{}", plain(text));
    output.map_err(|error| Failure::output("what would be done cannot be said", &error))
}

/// A value without quotes around it, for a line.
fn shown(value: &serde_json::Value) -> String {
    plain(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn write_out(text: &str) -> Result<(), Failure> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::output("the outcome cannot be written", &error))
        }
        _ => Ok(()),
    }
}

/// Makes sure that somebody means it: by the number of rows given beforehand, or typed now.
fn confirmed(rows: u64, what: &str, given: Option<u64>) -> Result<(), Failure> {
    match given {
        Some(given) if given == rows => return Ok(()),
        Some(given) => {
            let message = format!("{what} {}, and --confirm says {given}: nothing was done", counted(rows));
            return Err(Failure::request(message));
        }
        None => {}
    }
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Failure::usage(format!("{what} {}", counted(rows)))
            .with_hint(format!("confirm it with --confirm {rows}")));
    }
    let mut stderr = std::io::stderr();
    let asked =
        write!(stderr, "{what} {}. Type the number to go on: ", counted(rows)).and_then(|()| stderr.flush());
    asked.map_err(|error| Failure::output("the question cannot be asked", &error))?;
    let mut typed = String::new();
    stdin.lock().read_line(&mut typed).map_err(Failure::other)?;
    match typed.trim().replace([',', '.', ' '], "").parse::<u64>() {
        Ok(typed) if typed == rows => Ok(()),
        _ => Err(Failure::request("not confirmed: nothing was done")),
    }
}
