use std::collections::{BTreeMap, HashSet};

use rowport_engine::settings::{ColumnSettings, ComputedSettings, DatasetSettings, Shared};
use rowport_model::Expression;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Checks;
use super::currencies;
use super::structure::Named;
use super::subjects;

/// Refinements of one table or view.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DatasetSection {
    /// The name for people; the name of the table unless given.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["Orders"]))]
    label: Option<String>,
    /// Leaves the dataset out altogether.
    #[schemars(extend("default" = false, "examples" = [true]))]
    hidden: bool,
    /// The columns that name one row, where the database does not say: of a view, or of a table without a key.
    #[schemars(with = "Vec<String>", inner(length(min = 1)), extend("examples" = [["id"]]))]
    key: Option<Spanned<Vec<Spanned<String>>>>,
    /// The soft-delete column: rows where it is not NULL do not exist.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["deleted_at"]))]
    deleted_at: Option<String>,
    /// The column that says who deleted a row, by name.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["deleted_by"]))]
    deleted_by: Option<String>,
    /// The column that says whose a row is: people of a tenant see the rows that have its name there, and only those.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["account_id"]))]
    tenant: Option<Spanned<String>>,
    /// People of every tenant see the whole of it. Without this and without `tenant` they see nothing of it.
    /// With `"write"` they change it for all others, too, as far as their roles allow.
    #[schemars(extend("default" = false, "examples" = [true, "write"]))]
    shared: SharedSection,
    /// By which columns rows belong to a person, by kind of person: any of them has what that person is known by. A
    /// dotted name reaches through a foreign key.
    #[schemars(with = "BTreeMap<String, Columns>", extend("examples" = [{ "customer": ["customer_id"] }]))]
    subjects: Named<Spanned<Vec<Spanned<String>>>>,
    /// Refinements of columns, by name.
    #[schemars(with = "BTreeMap<String, ColumnSection>")]
    columns: Named<ColumnSection>,
    /// Columns computed from others, by name.
    #[schemars(with = "BTreeMap<String, ComputedSection>")]
    computed: Named<ComputedSection>,
    /// Columns reached through foreign keys, by name: the columns of the way, joined by dots.
    #[schemars(with = "BTreeMap<String, Lookup>")]
    lookups: Named<Lookup>,
    /// Column presets: a name, and the columns in order.
    #[schemars(with = "BTreeMap<String, Columns>", extend("examples" = [{ "Essential": ["id", "total"] }]))]
    presets: Named<Spanned<Vec<Spanned<String>>>>,
}

/// Whether people of every tenant see it, and change it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "`shared` is true, false or \"write\"")]
#[schemars(inline)]
enum SharedSection {
    Seen(bool),
    Changed(SharedWord),
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum SharedWord {
    Write,
}

impl Default for SharedSection {
    fn default() -> Self {
        Self::Seen(false)
    }
}

impl From<SharedSection> for Shared {
    fn from(section: SharedSection) -> Self {
        match section {
            SharedSection::Seen(false) => Self::No,
            SharedSection::Seen(true) => Self::Read,
            SharedSection::Changed(SharedWord::Write) => Self::Write,
        }
    }
}

/// Refinements of one column.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct ColumnSection {
    /// The name for people; the name of the column unless given.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["Total"]))]
    label: Option<String>,
    /// The column does not exist for anybody: it is not read, filtered, sorted, searched or exported.
    #[schemars(extend("default" = false, "examples" = [true]))]
    hidden: bool,
    /// Only people who may `records.reveal` see its values; for all others each is a mask, and nothing can be asked of it.
    /// Where it is `false`, a name like `password` or `token` is not pointed out any more.
    #[schemars(with = "bool", extend("default" = false, "examples" = [true]))]
    sensitive: Option<bool>,
    /// The ISO 4217 code of the money in the column.
    #[schemars(with = "String", length(min = 1), extend("pattern" = "^[A-Z]{3}$", "examples" = ["EUR"]))]
    currency: Option<Spanned<String>>,
}

/// A computed column.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ComputedSection {
    /// Arithmetic over columns and numbers (`+ - * /` and parentheses), or texts joined with `||`.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["price - cost"]))]
    expression: Spanned<String>,
    /// The name for people; the name of the column unless given.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1), extend("examples" = ["Profit"]))]
    label: Option<String>,
    /// The ISO 4217 code of the money in the column.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1), extend("pattern" = "^[A-Z]{3}$", "examples" = ["EUR"]))]
    currency: Option<Spanned<String>>,
}

/// The way to a column: foreign key columns, then the column at the end.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
struct Lookup(
    #[schemars(with = "String", length(min = 1), extend("examples" = ["customer_id.name"]))] Spanned<String>,
);

/// The columns, in order.
#[derive(JsonSchema)]
#[schemars(transparent, inline)]
#[expect(dead_code, reason = "only its schema is used")]
struct Columns(#[schemars(inner(length(min = 1)), extend("examples" = [["id", "total"]]))] Vec<String>);

pub(super) fn settings(
    sections: Named<DatasetSection>,
    checks: &mut Checks<'_>,
) -> BTreeMap<String, DatasetSettings> {
    sections.into_iter().map(|(name, section)| (name.into_inner(), section.settings(checks))).collect()
}

impl DatasetSection {
    fn settings(self, checks: &mut Checks<'_>) -> DatasetSettings {
        let hidden: HashSet<String> = self
            .columns
            .iter()
            .filter(|(_, column)| column.hidden)
            .map(|(name, _)| name.get_ref().clone())
            .collect();
        if let Some(tenant) = self.tenant.as_ref().filter(|_| Shared::from(self.shared) != Shared::No) {
            let message = "a dataset that names a tenant column is not shared";
            checks.wrong(tenant.span(), message, "take out `tenant` or `shared`");
        }
        for name in self.lookups.keys() {
            if self.computed.contains_key(name.get_ref().as_str()) {
                let message = format!("`{}` is a computed column as well", name.get_ref().escape_debug());
                checks.wrong(name.span(), message, "give one of them another name");
            }
        }
        DatasetSettings {
            label: self.label.map(|label| label.trim().to_owned()),
            hidden: self.hidden,
            key: self.key.and_then(|key| key_columns(&key, checks)),
            deleted_at: self.deleted_at,
            deleted_by: self.deleted_by,
            tenant: self.tenant.map(Spanned::into_inner),
            shared: self.shared.into(),
            subjects: subjects::known_by(self.subjects, self.hidden, &hidden, checks),
            columns: self
                .columns
                .into_iter()
                .map(|(name, section)| (name.into_inner(), section.settings(checks)))
                .collect(),
            computed: self
                .computed
                .into_iter()
                .filter_map(|(name, section)| Some((name.into_inner(), section.settings(checks)?)))
                .collect(),
            lookups: self
                .lookups
                .into_iter()
                .filter_map(|(name, way)| Some((name.into_inner(), lookup(&way.0, checks)?)))
                .collect(),
            presets: presets(self.presets, &hidden, checks),
        }
    }
}

impl ColumnSection {
    fn settings(self, checks: &mut Checks<'_>) -> ColumnSettings {
        ColumnSettings {
            label: self.label.map(|label| label.trim().to_owned()),
            hidden: self.hidden,
            sensitive: self.sensitive.unwrap_or(false),
            reviewed: self.sensitive == Some(false),
            currency: self.currency.and_then(|code| currency(code, checks)),
        }
    }
}

impl ComputedSection {
    fn settings(self, checks: &mut Checks<'_>) -> Option<ComputedSettings> {
        let currency = self.currency.and_then(|code| currency(code, checks));
        let text = self.expression.get_ref();
        let expression = match Expression::parse(text) {
            Ok(expression) => expression,
            Err(error) => {
                let span = within(&self.expression, error.position, checks);
                checks.wrong(
                    span,
                    error.message,
                    "such as `price * quantity - cost` or `first || ' ' || last`",
                );
                return None;
            }
        };
        let label = self.label.map(|label| label.trim().to_owned());
        Some(ComputedSettings { expression, label, currency })
    }
}

/// The place of one character of a text, where the file writes the text as it is; else the whole text.
fn within(text: &Spanned<String>, characters: usize, checks: &Checks<'_>) -> std::ops::Range<usize> {
    let span = text.span();
    let inner = span.start + 1..span.end.saturating_sub(1);
    let plain = checks.origin.text().get(inner.clone()) == Some(text.get_ref().as_str());
    if !plain {
        return span;
    }
    let rest = text.get_ref().char_indices().nth(characters);
    match rest {
        Some((offset, character)) => inner.start + offset..inner.start + offset + character.len_utf8(),
        // The end: at the closing quote.
        None => inner.end..span.end,
    }
}

fn currency(code: Spanned<String>, checks: &mut Checks<'_>) -> Option<String> {
    let written = code.get_ref().as_str();
    if currencies::is_known(written) {
        return Some(code.into_inner());
    }
    let hint = match currencies::meant(written) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "three capital letters, such as `EUR`, `USD` or `JPY`".to_owned(),
    };
    checks.wrong(code.span(), format!("`{}` is not an ISO 4217 currency", written.escape_debug()), hint);
    None
}

fn key_columns(key: &Spanned<Vec<Spanned<String>>>, checks: &mut Checks<'_>) -> Option<Vec<String>> {
    if key.get_ref().is_empty() {
        checks.wrong(key.span(), "a key has at least one column", "name its columns, or leave `key` out");
        return None;
    }
    once(key.get_ref(), checks)
}

fn lookup(way: &Spanned<String>, checks: &mut Checks<'_>) -> Option<String> {
    let path = way.get_ref();
    if !path.contains('.') || path.split('.').any(|part| part.trim().is_empty()) {
        let message = format!("`{}` does not lead through a foreign key", path.escape_debug());
        checks.wrong(
            way.span(),
            message,
            "a foreign key's column, a dot, and a column there: `customer_id.name`",
        );
        return None;
    }
    Some(path.clone())
}

fn presets(
    presets: Named<Spanned<Vec<Spanned<String>>>>,
    hidden: &HashSet<String>,
    checks: &mut Checks<'_>,
) -> BTreeMap<String, Vec<String>> {
    let mut read = BTreeMap::new();
    let mut names = HashSet::new();
    let mut presets: Vec<_> = presets.into_iter().collect();
    presets.sort_by_key(|(name, _)| name.span().start);
    for (name, columns) in presets {
        let text = name.get_ref().trim();
        if text.is_empty() || text.chars().count() > 80 {
            checks.wrong(name.span(), "the name of a preset has 1 to 80 characters", "such as `Essential`");
        } else if !names.insert(text.to_lowercase()) {
            let message = format!("there already is a preset named `{}`", text.escape_debug());
            checks.wrong(name.span(), message, "capitals make no difference; give it another name");
        }
        if columns.get_ref().is_empty() {
            checks.wrong(
                columns.span(),
                "a preset has at least one column",
                "name its columns: `[\"id\", \"total\"]`",
            );
        }
        for column in columns.get_ref().iter().filter(|column| hidden.contains(column.get_ref())) {
            let message = format!("`{}` is hidden", column.get_ref().escape_debug());
            checks.wrong(column.span(), message, "take it out of the preset, or show the column");
        }
        if let Some(columns) = once(columns.get_ref(), checks) {
            read.insert(text.to_owned(), columns);
        }
    }
    read
}

/// The names of a list in which none may stand twice.
pub(super) fn once(names: &[Spanned<String>], checks: &mut Checks<'_>) -> Option<Vec<String>> {
    let mut seen = HashSet::new();
    let mut fine = true;
    for name in names {
        if !seen.insert(name.get_ref()) {
            let message = format!("`{}` is in the list twice", name.get_ref().escape_debug());
            checks.wrong(name.span(), message, "remove one of them");
            fine = false;
        }
    }
    fine.then(|| names.iter().map(|name| name.get_ref().clone()).collect())
}
