use std::process::ExitCode;

use clap::{Args, Subcommand};
use rowport_engine::changes::{BulkAction, Request};
use rowport_model::{FieldValue, Filter, Selection, SetField, View};

use super::{CliSession, OfDataset, OutputArgs, Repeatable};
use crate::failure::Failure;

/// Change many rows at once. What was changed can be taken back.
#[derive(Subcommand)]
pub enum Bulk {
    /// Delete rows. They are in the trash afterwards.
    Delete(Delete),
    /// Set fields of rows.
    Set(Box<Set>),
    /// Go on with a change set whose process was ended in the middle.
    Resume(Resume),
}

/// Which rows, and what is asked first.
#[derive(Args)]
struct Chosen {
    #[command(flatten)]
    of: OfDataset,
    /// Which rows: `status = "paid" and price > 100`, or JSON. All rows when neither this, a search nor keys are given.
    #[arg(long)]
    filter: Option<String>,
    /// Text that must stand in one of the text columns.
    #[arg(long)]
    search: Option<String>,
    /// The rows with these keys instead; of a key of several columns the values, separated by commas, one with a comma in it in double quotes.
    #[arg(long, num_args = 1.., conflicts_with_all = ["filter", "search"])]
    key: Vec<String>,
    /// How many rows it must be, instead of being asked.
    #[arg(long, value_name = "ROWS")]
    confirm: Option<u64>,
    /// Do nothing unless every row can be changed.
    #[arg(long)]
    all_or_nothing: bool,
    #[command(flatten)]
    repeatable: Repeatable,
    #[command(flatten)]
    output: OutputArgs,
}

/// Delete rows. They are in the trash afterwards.
#[derive(Args)]
pub struct Delete {
    #[command(flatten)]
    chosen: Chosen,
    /// Delete rows of other tables that the database would delete with these, too. They come back with them.
    #[arg(long)]
    cascade: bool,
}

/// Set fields of rows.
#[derive(Args)]
pub struct Set {
    #[command(flatten)]
    chosen: Chosen,
    /// Give a column a value: `status=paid`.
    #[arg(long, value_name = "COLUMN=VALUE")]
    set: Vec<String>,
    /// Take a column's value away.
    #[arg(long, value_name = "COLUMN")]
    clear: Vec<String>,
    /// Give a column what another one has: `shipped_to=billed_to`.
    #[arg(long, value_name = "COLUMN=COLUMN")]
    copy: Vec<String>,
    /// Add to a number: `price=0.50`, or `price=-1`.
    #[arg(long, value_name = "COLUMN=AMOUNT")]
    add: Vec<String>,
    /// Replace a text wherever it stands: `city=Sankt =St. `.
    #[arg(long, value_name = "COLUMN=FIND=WITH")]
    replace: Vec<String>,
}

/// Go on with a change set whose process was ended in the middle.
#[derive(Args)]
pub struct Resume {
    /// The change set.
    change_set: String,
    #[command(flatten)]
    of: OfDataset,
    #[command(flatten)]
    output: OutputArgs,
}

impl Bulk {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Delete(Delete { chosen, cascade }) => {
                chosen.run(BulkAction::Delete, cascade, "this deletes").await
            }
            Self::Set(set) => {
                let fields = set.fields()?;
                set.chosen.run(BulkAction::Set { fields }, false, "this changes").await
            }
            Self::Resume(resume) => resume.run().await,
        }
    }
}

impl Chosen {
    async fn run(self, action: BulkAction, cascade: bool, what: &str) -> Result<ExitCode, Failure> {
        let Self { of, filter, search, key, confirm, all_or_nothing, repeatable, output } = self;
        let filter = filter.as_deref().map(Filter::parse).transpose().map_err(Failure::request)?;
        let session = of.open()?;
        let selection = match key.is_empty() {
            true => Selection::View { view: View { filter, search, ..View::default() }, except: Vec::new() },
            false => Selection::Keys(session.keys(&key).await?),
        };
        let request = Request { all_or_nothing, cascade, ..Request::new(action, selection) };
        session.confirm_and_work(&request, what, confirm, &repeatable, &output).await
    }
}

impl Set {
    fn fields(&self) -> Result<Vec<SetField>, Failure> {
        let mut fields = Vec::new();
        let halves = |text: &str| match text.split_once('=') {
            Some((column, rest)) => Ok((column.to_owned(), rest.to_owned())),
            None => Err(Failure::usage(format!("`{text}` has no `=` in it"))),
        };
        for text in &self.set {
            let (column, value) = halves(text)?;
            fields.push(SetField { column, to: FieldValue::Value(value.into()) });
        }
        for column in &self.clear {
            fields.push(SetField { column: column.clone(), to: FieldValue::Clear });
        }
        for text in &self.copy {
            let (column, from) = halves(text)?;
            fields.push(SetField { column, to: FieldValue::Copy(from) });
        }
        for text in &self.add {
            let (column, amount) = halves(text)?;
            fields.push(SetField { column, to: FieldValue::Add(amount.into()) });
        }
        for text in &self.replace {
            let (column, rest) = halves(text)?;
            let (find, with) = halves(&rest)?;
            fields.push(SetField { column, to: FieldValue::Replace { find, with } });
        }
        Ok(fields)
    }
}

impl Resume {
    async fn run(self) -> Result<ExitCode, Failure> {
        let session: CliSession = self.of.open()?;
        let outcome = session.changes.outcome(session.target(), &self.change_set).await?;
        session.take_over(&outcome, &self.output).await
    }
}
