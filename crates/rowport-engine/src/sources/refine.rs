//! Applies the configuration to what a database says of itself.

use std::sync::Arc;

use rowport_model::{
    Column, ColumnType, ComputedColumn, Dataset, DatasetPolicy, Expression, IntegerWidth, Lookup, nearest,
};

use crate::marks::unfit_as_mark;
use crate::settings::{DatasetSettings, SettingProblem, Shared, SourceSettings};

/// A dataset with its settings applied, what every principal is kept from, and what only some are.
pub(crate) struct Refined {
    pub(crate) dataset: Arc<Dataset>,
    pub(crate) policy: DatasetPolicy,
    pub(crate) sensitive: Vec<String>,
    pub(crate) tenancy: Tenancy,
}

/// What principals of a tenant see of a dataset.
pub(crate) enum Tenancy {
    /// Nothing: nobody said whose its rows are.
    Unknown,
    /// All of it.
    Shared,
    /// The rows that have the tenant in this column.
    Column(String),
}

/// Applies a source's settings. Hidden datasets are left out. A setting that does not fit is a problem and has no
/// effect, except that a dataset whose protections do not fit is left out.
pub(crate) fn refine(datasets: Vec<Dataset>, source: &SourceSettings) -> (Vec<Refined>, Vec<SettingProblem>) {
    let mut problems = Vec::new();
    let settings: Vec<_> = datasets.iter().map(|dataset| settings_of(dataset, &datasets, source)).collect();
    for name in source.datasets.keys() {
        if !settings.iter().flatten().any(|(known, _)| known == name) {
            problems.push(problem(source, name, &[], format!("there is no table or view `{name}`"), {
                let names = datasets.iter().map(|dataset| dataset.name.to_string());
                nearest(name, names)
            }));
        }
    }
    let refined = datasets
        .into_iter()
        .zip(settings)
        .filter_map(|(dataset, settings)| match settings {
            None => Some(Refined {
                dataset: Arc::new(dataset),
                policy: DatasetPolicy::default(),
                sensitive: Vec::new(),
                tenancy: Tenancy::Unknown,
            }),
            Some((_, settings)) if settings.hidden => None,
            Some((name, settings)) => {
                let mut refinery = Refinery { source, name, problems: &mut problems };
                refinery.apply(dataset, settings)
            }
        })
        .collect();
    (refined, problems)
}

/// The settings of a dataset, and the name that they are under. A table with a dot in its name was once written without
/// quotes and its schema: settings under such a name still hold for it, unless it is the name of another dataset.
fn settings_of<'a>(
    dataset: &Dataset,
    datasets: &[Dataset],
    source: &'a SourceSettings,
) -> Option<(&'a str, &'a DatasetSettings)> {
    let under = |name: &str| source.datasets.get_key_value(name).map(|(name, it)| (name.as_str(), it));
    under(&dataset.name.to_string()).or_else(|| {
        let plain = match dataset.name.schema.as_deref() {
            Some("public") => dataset.name.table.clone(),
            Some(schema) => format!("{schema}.{}", dataset.name.table),
            None => return None,
        };
        let found = under(&plain)?;
        let is_taken = datasets.iter().any(|other| other.name.to_string() == plain);
        (!is_taken).then_some(found)
    })
}

struct Refinery<'a> {
    source: &'a SourceSettings,
    name: &'a str,
    problems: &'a mut Vec<SettingProblem>,
}

impl Refinery<'_> {
    fn apply(&mut self, mut dataset: Dataset, settings: &DatasetSettings) -> Option<Refined> {
        if !self.protections_fit(&dataset, settings) {
            return None;
        }
        if let Some(label) = &settings.label {
            dataset.label.clone_from(label);
        }
        let mut policy = DatasetPolicy::default();
        self.columns(&mut dataset, &mut policy, settings);
        self.computed(&mut dataset, settings);
        for (name, path) in &settings.lookups {
            dataset.lookups.push(Lookup { name: name.clone(), path: path.clone() });
        }
        if let Some(key) = &settings.key {
            self.key(&mut dataset, key);
        }
        if let Some(deleted_at) = &settings.deleted_at
            && self.exists(&dataset, deleted_at, &["deleted_at"])
        {
            policy.deleted_at = Some(deleted_at.clone());
            self.marks(&dataset, deleted_at);
        }
        if let Some(deleted_by) = &settings.deleted_by
            && self.exists(&dataset, deleted_by, &["deleted_by"])
        {
            policy.deleted_by = Some(deleted_by.clone());
        }
        for (subject, columns) in &settings.subjects {
            for column in columns.iter().filter(|column| !column.contains('.')) {
                if !settings.lookups.contains_key(column) {
                    self.exists(&dataset, column, &["subjects", subject, column]);
                }
            }
        }
        for (preset, columns) in &settings.presets {
            for column in columns.iter().filter(|column| !column.contains('.')) {
                let known = settings.lookups.contains_key(column);
                if !known {
                    self.exists(&dataset, column, &["presets", preset]);
                }
            }
        }
        let sensitive = settings.columns.iter().filter(|(_, column)| column.sensitive);
        Some(Refined {
            policy,
            sensitive: sensitive.map(|(name, _)| name.clone()).collect(),
            tenancy: match &settings.tenant {
                Some(column) => Tenancy::Column(column.clone()),
                None if settings.shared != Shared::No => Tenancy::Shared,
                None => Tenancy::Unknown,
            },
            dataset: Arc::new(dataset),
        })
    }

    /// A mark that no row can carry, or that every row carries, is a mistake; what it hides stays hidden.
    fn marks(&mut self, dataset: &Dataset, deleted_at: &str) {
        let column = dataset.column(deleted_at);
        let unfit = column.and_then(|column| unfit_as_mark(column, self.source.url.kind()));
        if let Some(unfit) = unfit {
            self.wrong(&["deleted_at"], format!("`{deleted_at}` of `{}` {unfit}", self.name), None);
        }
    }

    /// A column that should be hidden, or rows that should be, but under a name that the table does not have: showing
    /// the table all the same could show just them, so it is left out until the name is right.
    fn protections_fit(&mut self, dataset: &Dataset, settings: &DatasetSettings) -> bool {
        let hidden = settings.columns.iter().filter(|(_, column)| column.hidden || column.sensitive);
        let hidden: Vec<_> = hidden.map(|(name, _)| (name, vec!["columns", name.as_str()])).collect();
        let deleted_at = settings.deleted_at.iter().map(|name| (name, vec!["deleted_at"]));
        let tenant = settings.tenant.iter().map(|name| (name, vec!["tenant"]));
        let mut fit = true;
        for (name, path) in hidden.into_iter().chain(deleted_at).chain(tenant) {
            if dataset.column(name).is_none() {
                let nearest = nearest(name, dataset.columns.iter().map(|column| column.name.clone()));
                let message = format!(
                    "`{}` has no column `{name}` to protect, so it is left out altogether",
                    self.name
                );
                self.wrong(&path, message, nearest);
                fit = false;
            }
        }
        fit
    }

    fn columns(&mut self, dataset: &mut Dataset, policy: &mut DatasetPolicy, settings: &DatasetSettings) {
        for (name, column_settings) in &settings.columns {
            if !self.exists(dataset, name, &["columns", name]) {
                continue;
            }
            if column_settings.hidden {
                policy.hidden_columns.push(name.clone());
            }
            for column in dataset.columns.iter_mut().filter(|column| column.name == *name) {
                if let Some(label) = &column_settings.label {
                    column.label.clone_from(label);
                }
                column.currency.clone_from(&column_settings.currency);
            }
        }
    }

    fn computed(&mut self, dataset: &mut Dataset, settings: &DatasetSettings) {
        for (name, computed) in &settings.computed {
            let path = ["computed", name.as_str()];
            if dataset.column(name).is_some() {
                self.wrong(&path, format!("the table has a column `{name}` already"), None);
                continue;
            }
            let expression = &computed.expression;
            let unknown = expression.columns().into_iter().find(|column| {
                !column.contains('.') && dataset.column(column).is_none_or(|column| column.computed)
            });
            if let Some(unknown) = unknown {
                let hint = nearest(unknown, dataset.columns.iter().map(|column| column.name.clone()));
                self.wrong(&path, format!("there is no stored column `{unknown}`"), hint);
                continue;
            }
            let (column_type, nullable) = computed_type(expression, dataset);
            dataset.columns.push(Column {
                name: name.clone(),
                label: computed.label.clone().unwrap_or_else(|| name.clone()),
                column_type,
                native_type: String::new(),
                compared_as: String::new(),
                nullable,
                default: None,
                currency: computed.currency.clone(),
                computed: true,
                generated: false,
                masked: false,
            });
            dataset.computed.push(ComputedColumn { name: name.clone(), expression: expression.clone() });
        }
    }

    /// A key that the configuration states is believed: the database cannot say it of a view.
    fn key(&mut self, dataset: &mut Dataset, key: &[String]) {
        if key.iter().all(|name| self.exists(dataset, name, &["key"])) {
            for column in dataset.columns.iter_mut().filter(|column| key.contains(&column.name)) {
                column.nullable = false;
            }
            dataset.key = key.to_vec();
        }
    }

    fn exists(&mut self, dataset: &Dataset, column: &str, path: &[&str]) -> bool {
        let exists = dataset.column(column).is_some();
        if !exists {
            let hint = nearest(column, dataset.columns.iter().map(|column| column.name.clone()));
            self.wrong(path, format!("`{}` has no column `{column}`", self.name), hint);
        }
        exists
    }

    fn wrong(&mut self, path: &[&str], message: String, hint: Option<String>) {
        self.problems.push(problem(self.source, self.name, path, message, hint));
    }
}

pub(crate) fn problem(
    source: &SourceSettings,
    dataset: &str,
    path: &[&str],
    message: String,
    hint: Option<String>,
) -> SettingProblem {
    let start = ["sources", &source.name, "datasets", dataset];
    let path = start.iter().chain(path).map(|part| (*part).to_owned()).collect();
    SettingProblem { path, message, hint }
}

/// The type that the resolver will give the expression; a dotted path is taken for a decimal's worth of unknown.
fn computed_type(expression: &Expression, dataset: &Dataset) -> (ColumnType, bool) {
    match expression {
        Expression::Column(name) => dataset
            .column(name)
            .map_or((ColumnType::Decimal { precision: None, scale: None }, true), |column| {
                (column.column_type.clone(), column.nullable)
            }),
        Expression::Number(digits) if digits.contains('.') => {
            (ColumnType::Decimal { precision: None, scale: None }, false)
        }
        Expression::Number(_) => (ColumnType::Integer { width: IntegerWidth::I64 }, false),
        Expression::Text(_) | Expression::Concat(_) => (ColumnType::Text, false),
        Expression::Binary(left, sign, right) => {
            let (left, right) = (computed_type(left, dataset), computed_type(right, dataset));
            let column_type = rowport_model::arithmetic_type(*sign, &left.0, &right.0);
            (column_type, *sign == '/' || left.1 || right.1)
        }
    }
}
