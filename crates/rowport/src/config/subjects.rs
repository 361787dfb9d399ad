//! Kinds of person, and by which columns datasets know one.

use std::collections::{BTreeMap, HashSet};

use rowport_engine::settings::SubjectSettings;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Checks;
use super::datasets::once;
use super::nearest::nearest;
use super::structure::Named;

/// A kind of person that an archive can be about.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SubjectSection {
    /// The name for people; the name of the kind unless given.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["Customer"]))]
    label: Option<String>,
}

/// The kinds in the order of the file, each with its place, until the datasets were read.
pub(super) struct Subjects(Vec<(Spanned<String>, SubjectSettings)>);

pub(super) fn settings(sections: Named<SubjectSection>, checks: &mut Checks<'_>) -> Subjects {
    let mut sections: Vec<_> = sections.into_iter().collect();
    sections.sort_by_key(|(name, _)| name.span().start);
    let mut kinds = Vec::new();
    for (name, section) in sections {
        let text = name.get_ref().clone();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if text.is_empty() || !text.chars().all(fits) {
            let hint = "lower-case letters, digits, `-` and `_`: requests say it, and `label` is for people";
            let message = format!("`{}` cannot be the name of a kind of person", text.escape_debug());
            checks.wrong(name.span(), message, hint);
        }
        checks.subjects.insert(text.clone());
        let label = section.label.map_or_else(|| text.clone(), |label| label.trim().to_owned());
        kinds.push((name, SubjectSettings { name: text, label }));
    }
    Subjects(kinds)
}

impl Subjects {
    /// The kinds, once the datasets were read. An archive about a kind that no dataset knows would be empty for everybody.
    pub(super) fn known_to_datasets(self, checks: &mut Checks<'_>) -> Vec<SubjectSettings> {
        for (name, kind) in &self.0 {
            if !checks.origin.mentions(&["sources", "datasets", "subjects"], &kind.name) {
                let message =
                    format!("no dataset says by which column it knows a `{}`", kind.name.escape_debug());
                let hint =
                    format!("write `subjects.{} = [\"id\"]` in a `[sources.NAME.datasets.NAME]`", kind.name);
                checks.wrong(name.span(), message, hint);
            }
        }
        self.0.into_iter().map(|(_, kind)| kind).collect()
    }
}

/// By which columns a dataset knows persons, by kind. A kind that is not declared is a mistake: a slip of the fingers
/// would leave the dataset out of every archive.
pub(super) fn known_by(
    kinds: Named<Spanned<Vec<Spanned<String>>>>,
    hidden_dataset: bool,
    hidden_columns: &HashSet<String>,
    checks: &mut Checks<'_>,
) -> BTreeMap<String, Vec<String>> {
    let mut read = BTreeMap::new();
    for (name, columns) in kinds {
        let kind = name.get_ref();
        if !checks.subjects.contains(kind) {
            undeclared(&name, checks);
        }
        if hidden_dataset {
            let hint = "an archive would be without it: show the dataset, or take out `subjects`";
            checks.wrong(name.span(), "the dataset is hidden", hint);
        }
        if columns.get_ref().is_empty() {
            let message = format!("there is no column by which a `{}` is known", kind.escape_debug());
            checks.wrong(columns.span(), message, "name one: `[\"customer_id\"]`");
        }
        for column in columns.get_ref().iter().filter(|column| hidden_columns.contains(column.get_ref())) {
            let message = format!("`{}` is hidden", column.get_ref().escape_debug());
            checks.wrong(column.span(), message, "nothing is found by it: show the column, or name another");
        }
        if let Some(columns) = once(columns.get_ref(), checks) {
            read.insert(name.into_inner(), columns);
        }
    }
    read
}

fn undeclared(name: &Spanned<String>, checks: &mut Checks<'_>) {
    let kind = name.get_ref();
    // One that is there and cannot be read was reported already.
    if checks.origin.knows(&["subjects".to_owned(), kind.clone()]) {
        return;
    }
    let known: Vec<&str> = checks.subjects.iter().map(String::as_str).collect();
    let hint = match nearest(kind, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("declare it: `[subjects.{}]`", kind.escape_debug()),
    };
    checks.wrong(name.span(), format!("there is no kind of person `{}`", kind.escape_debug()), hint);
}
