use std::time::Duration;

use rowport_engine::settings::ChangeSettings;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Checks;
use super::exports::checked;
use super::quantities::duration;

/// How long changes can be taken back.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ChangesSection {
    /// For how long a change can be undone.
    #[schemars(with = "String", length(min = 1), extend("default" = "7d", "examples" = ["7d", "24h"]))]
    undo: Option<Spanned<String>>,
    /// How long deleted rows stay in the trash. Then they are removed for good.
    #[schemars(with = "String", length(min = 1), extend("default" = "30d", "examples" = ["30d", "90d"]))]
    trash: Option<Spanned<String>>,
    /// Whether rows that are marked as deleted are removed for good then as well, whoever marked them.
    #[schemars(extend("default" = false, "examples" = [true]))]
    purge_marked: bool,
}

impl ChangesSection {
    pub(super) fn settings(self, checks: &mut Checks<'_>) -> ChangeSettings {
        let default = ChangeSettings::default();
        let mut read = |text: Option<Spanned<String>>| -> Option<Duration> {
            text.and_then(|text| checked(duration(text.get_ref()), &text, checks))
        };
        ChangeSettings {
            undo: read(self.undo).unwrap_or(default.undo),
            trash: read(self.trash).unwrap_or(default.trash),
            purge_marked: self.purge_marked,
        }
    }
}
