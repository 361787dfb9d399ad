//! Pages of rows that are marked as deleted.

use rowport_model::{ResolvedDataset, Sort, View};
use serde_json::Value;

use super::{TrashPage, TrashRequest, TrashRow};
use crate::error::EngineError;
use crate::pages::PageRequest;
use crate::sources::Sources;

pub(super) async fn page(
    sources: &Sources,
    source: &str,
    deleted: &ResolvedDataset<'_>,
    request: TrashRequest,
) -> Result<TrashPage, EngineError> {
    let marks = Marks::of(deleted);
    let last_first = marks.at.iter().map(|column| Sort { column: column.clone(), descending: true });
    let view = View { sort: last_first.collect(), search: request.search, ..View::default() };
    let limit = request.limit.into();
    let found =
        sources.page_of(source, deleted, &PageRequest { view, cursor: request.cursor, limit }).await?;
    let columns: Vec<String> = found.columns.into_iter().map(|column| column.name).collect();
    let place = |name: &str| columns.iter().position(|column| column == name);
    let key = deleted.change_key()?;
    let key: Vec<usize> = key.iter().filter_map(|column| place(&column.name)).collect();
    let at = marks.at.as_deref().and_then(place);
    let by = marks.by.as_deref().and_then(place);
    let retention = sources.changes.purge_marked.then_some(sources.changes.trash);
    // Where every tenant sees the same rows, a name may be that of a person of another one.
    let names_others = deleted.viewers().is_some() && deleted.tenant().is_none();
    let rows = found.rows.into_iter().map(|mut values| {
        if let Some(by) = by.filter(|_| names_others) {
            values[by] = Value::Null;
        }
        let moment = at.and_then(|at| moment(&values[at]));
        TrashRow {
            change_set: None,
            key: key.iter().map(|place| written(&values[*place])).collect(),
            deleted_by: by.and_then(|by| values[by].as_str().map(str::to_owned)),
            deleted_at: moment.map(|moment| moment.to_string()),
            until: moment
                .zip(retention)
                .and_then(|(moment, retention)| moment.checked_add(retention).ok())
                .map(|until| until.to_string()),
            values,
        }
    });
    let rows = rows.collect();
    let marks = [marks.at, marks.by].into_iter().flatten().collect();
    Ok(TrashPage { columns, marks, rows, cursor: found.cursor, all: None })
}

/// A value of a key as it is written everywhere: numbers are texts, so that no reader rounds them.
fn written(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.to_string().into(),
        other => other.clone(),
    }
}

/// The columns that say when and by whom, where the principal sees them.
struct Marks {
    at: Option<String>,
    by: Option<String>,
}

impl Marks {
    fn of(dataset: &ResolvedDataset<'_>) -> Self {
        let seen = |name: &str| dataset.column(name).filter(|column| !column.masked);
        let Some((at, by)) = dataset.soft_delete() else { return Self { at: None, by: None } };
        let name = |column: &rowport_model::Column| seen(&column.name).map(|column| column.name.clone());
        Self { at: name(at), by: by.and_then(name) }
    }
}

/// When a row was marked, if the mark is a moment: as the drivers write them, which is in UTC.
fn moment(value: &Value) -> Option<jiff::Timestamp> {
    use jiff::civil::{Date, DateTime};
    let text = match value {
        Value::String(text) => text,
        // Seconds since 1970, as a deletion through Rowport writes them.
        Value::Number(number) => return jiff::Timestamp::from_second(number.as_i64()?).ok(),
        _ => return None,
    };
    let civil = || text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(DateTime::from));
    let zoned = |civil: DateTime| civil.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp());
    text.parse().or_else(|_| civil().and_then(zoned)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_in_every_form_that_it_has() {
        let noon = "2026-01-02T12:00:00Z";
        for (value, expected) in [
            (Value::from("2026-01-02T12:00:00Z"), Some(noon)),
            (Value::from("2026-01-02 12:00:00Z"), Some(noon)),
            (Value::from("2026-01-02 12:00:00"), Some(noon)),
            (Value::from("2026-01-02"), Some("2026-01-02T00:00:00Z")),
            (Value::from(1_767_355_200), Some(noon)),
            (Value::from("yes"), None),
            (Value::Bool(true), None),
        ] {
            assert_eq!(moment(&value).map(|at| at.to_string()).as_deref(), expected, "{value}");
        }
    }
}
