use rowport_model::Catalog;

use crate::refine::problem;
use crate::settings::{SettingProblem, SourceSettings};

/// Columns behind foreign keys that are said to know a person and lead nowhere. Those of the table itself are looked for
/// when it is refined; these need the other tables as well.
pub(crate) fn unreachable(source: &SourceSettings, catalog: &Catalog) -> Vec<SettingProblem> {
    let mut problems = Vec::new();
    for (name, settings) in &source.datasets {
        let Some(dataset) = catalog.dataset(name) else { continue };
        for (kind, columns) in &settings.subjects {
            let lost = |column: &&String| column.contains('.') && dataset.column_at(column).is_none();
            for column in columns.iter().filter(lost) {
                let message = format!("`{column}` does not lead from `{name}` to a column");
                problems.push(problem(source, name, &["subjects", kind, column], message, None));
            }
        }
    }
    problems
}
