//! Paths through foreign keys that lead nowhere.

use rowport_model::{Catalog, Dataset, ResolvedDataset, nearest};

use crate::settings::{DatasetSettings, SettingProblem, SourceSettings};
use crate::sources::refine::problem;

/// What of a source's settings follows foreign keys and does not arrive at a column. Only the whole catalog can tell.
pub(crate) fn unreachable(source: &SourceSettings, catalog: &Catalog) -> Vec<SettingProblem> {
    let mut problems = Vec::new();
    for (name, settings) in &source.datasets {
        let Some(dataset) = catalog.dataset(name) else { continue };
        for (place, path) in paths(settings) {
            if dataset.column_at(path).is_none() {
                let (message, hint) = why(catalog, &dataset, path);
                let place: Vec<&str> = place.iter().map(String::as_str).collect();
                problems.push(problem(source, name, &place, message, hint));
            }
        }
    }
    problems
}

/// Every path of a dataset's settings, with the place where it stands.
fn paths(settings: &DatasetSettings) -> Vec<(Vec<String>, &str)> {
    let place = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
    let dotted = |column: &&str| column.contains('.');
    let mut paths = Vec::new();
    for (name, path) in &settings.lookups {
        paths.push((place(&["lookups", name]), path.as_str()));
    }
    for (name, computed) in &settings.computed {
        let columns = computed.expression.columns();
        paths.extend(columns.into_iter().filter(dotted).map(|path| (place(&["computed", name]), path)));
    }
    for (preset, columns) in &settings.presets {
        let columns = columns.iter().map(String::as_str).filter(dotted);
        paths.extend(columns.map(|path| (place(&["presets", preset]), path)));
    }
    for (kind, columns) in &settings.subjects {
        let columns = columns.iter().map(String::as_str).filter(dotted);
        paths.extend(columns.map(|path| (place(&["subjects", kind, path]), path)));
    }
    paths
}

/// The part of a path that does not lead on, and the path that was probably meant.
fn why(catalog: &Catalog, dataset: &ResolvedDataset<'_>, path: &str) -> (String, Option<String>) {
    let parts: Vec<&str> = path.split('.').collect();
    let mut here = dataset.visible();
    for (place, part) in parts.iter().enumerate() {
        let name = here.name.to_string();
        let instead = |meant: Option<String>| {
            let mut parts = parts.clone();
            let meant = meant?;
            parts[place] = &meant;
            Some(parts.join("."))
        };
        if place + 1 == parts.len() {
            if here.column(part).is_some_and(|column| !column.computed) {
                break;
            }
            let meant = nearest(part, here.columns.iter().map(|column| column.name.clone()));
            return (format!("`{path}` leads nowhere: `{name}` has no column `{part}`"), instead(meant));
        }
        let key = here.foreign_keys.iter().find(|key| key.columns.len() == 1 && key.columns[0] == *part);
        let Some(key) = key else {
            let message = match here.column(part) {
                Some(_) => format!("`{path}` leads nowhere: `{part}` of `{name}` is no foreign key"),
                None => format!("`{path}` leads nowhere: `{name}` has no column `{part}`"),
            };
            return (message, instead(foreign_key_like(&here, part)));
        };
        let Some(parent) = catalog.dataset(&key.references.to_string()) else {
            let message = format!("`{path}` leads nowhere: `{}` is not shown", key.references);
            return (message, None);
        };
        here = parent.visible();
    }
    (format!("`{path}` does not lead from `{}` to a column", dataset.name()), None)
}

/// The column of a foreign key whose name, or whose table's name, comes near.
fn foreign_key_like(dataset: &Dataset, name: &str) -> Option<String> {
    let single = || dataset.foreign_keys.iter().filter(|key| key.columns.len() == 1);
    let to_table = single().find(|key| key.references.table.eq_ignore_ascii_case(name));
    to_table
        .map(|key| key.columns[0].clone())
        .or_else(|| nearest(name, single().map(|key| key.columns[0].clone())))
}
