use rowport_engine::settings::ExportSettings;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Checks;
use super::quantities::{bytes, duration};

/// Thresholds and limits of exports.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ExportsSection {
    /// An export of at most so many rows is complete before its first byte is sent; a larger one is streamed.
    #[schemars(with = "u64", extend("default" = 10_000, "examples" = [10_000]))]
    direct_rows: Option<Spanned<u64>>,
    /// An export of more rows than this is made in the background, unless somebody chooses otherwise.
    #[schemars(with = "u64", extend("default" = 100_000, "examples" = [100_000]))]
    streamed_rows: Option<Spanned<u64>>,
    /// How long the file of a background export is kept.
    #[schemars(with = "String", length(min = 1), extend("default" = "24h", "examples" = ["24h", "168h"]))]
    retention: Option<Spanned<String>>,
    /// How long a slow reader may hold the database's snapshot before the rest of its rows is spooled to disk.
    #[schemars(with = "String", length(min = 1), extend("default" = "30s", "examples" = ["30s", "5m"]))]
    snapshot_patience: Option<Spanned<String>>,
    /// How much of one export may be spooled to disk.
    #[schemars(with = "String", length(min = 1), extend("default" = "20GiB", "examples" = ["20GiB", "500MB"]))]
    spool_limit: Option<Spanned<String>>,
}

impl ExportsSection {
    pub(super) fn settings(self, checks: &mut Checks<'_>) -> ExportSettings {
        let default = ExportSettings::default();
        let (direct_rows, streamed_rows) = thresholds(self.direct_rows, self.streamed_rows, &default, checks);
        ExportSettings {
            direct_rows,
            streamed_rows,
            retention: self
                .retention
                .and_then(|text| checked(duration(text.get_ref()), &text, checks))
                .unwrap_or(default.retention),
            snapshot_patience: self
                .snapshot_patience
                .and_then(|text| checked(duration(text.get_ref()), &text, checks))
                .unwrap_or(default.snapshot_patience),
            spool_bytes: self
                .spool_limit
                .and_then(|text| checked(bytes(text.get_ref()), &text, checks))
                .unwrap_or(default.spool_bytes),
            // It is on the disk of the data folder, which is not known yet.
            spool_folder: default.spool_folder,
        }
    }
}

/// Both thresholds. Where one of them is given, the default of the other does not contradict it.
fn thresholds(
    direct: Option<Spanned<u64>>,
    streamed: Option<Spanned<u64>>,
    default: &ExportSettings,
    checks: &mut Checks<'_>,
) -> (u64, u64) {
    match (direct, streamed) {
        (Some(direct), Some(streamed)) => {
            let (most, rows) = (*streamed.get_ref(), *direct.get_ref());
            if rows > most {
                let message = format!("`direct_rows` is {rows}, which is more than `streamed_rows`, {most}");
                let hint = "exports grow from direct to streamed to background: raise `streamed_rows`, or lower this";
                checks.wrong(direct.span(), message, hint);
            }
            (rows, most)
        }
        (Some(direct), None) => (*direct.get_ref(), default.streamed_rows.max(*direct.get_ref())),
        (None, Some(streamed)) => (default.direct_rows.min(*streamed.get_ref()), *streamed.get_ref()),
        (None, None) => (default.direct_rows, default.streamed_rows),
    }
}

pub(super) fn checked<T>(
    read: Result<T, &'static str>,
    text: &Spanned<String>,
    checks: &mut Checks<'_>,
) -> Option<T> {
    let message = |expected| format!("`{}` is not {expected}", text.get_ref().escape_debug());
    match read {
        Ok(value) => Some(value),
        Err(expected @ "a duration") => {
            checks.wrong(
                text.span(),
                message(expected),
                "a number above 0 and a unit: `500ms`, `30s`, `5m` or `1h`",
            );
            None
        }
        Err(expected) => {
            checks.wrong(
                text.span(),
                message(expected),
                "a number above 0 and a unit: `500MB`, `512MiB` or `20GiB`",
            );
            None
        }
    }
}
