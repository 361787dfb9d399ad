use rowport_server::LimitSettings;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Checks;

/// How often one person, or one API key, may do something. Without a number there is no limit.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LimitsSection {
    /// Exports within an hour, in whichever tier.
    #[schemars(with = "u32", range(min = 1, max = 1_000_000), extend("examples" = [60]))]
    exports_per_hour: Option<Spanned<u32>>,
    /// Exports within a day, in whichever tier.
    #[schemars(with = "u32", range(min = 1, max = 1_000_000), extend("examples" = [500]))]
    exports_per_day: Option<Spanned<u32>>,
    /// Archives about one person within a day. They do not count as exports.
    #[schemars(with = "u32", range(min = 1, max = 1_000_000), extend("examples" = [10]))]
    subject_exports_per_day: Option<Spanned<u32>>,
}

impl LimitsSection {
    pub(super) fn settings(self, checks: &mut Checks<'_>) -> LimitSettings {
        let mut count = |number: Option<Spanned<u32>>| {
            let number = number?;
            if !(1..=1_000_000).contains(number.get_ref()) {
                let message = format!("{} is too few or too many", number.get_ref());
                checks.wrong(number.span(), message, "1 to 1000000; leave it out for no limit");
                return None;
            }
            Some(number.into_inner())
        };
        LimitSettings {
            exports_per_hour: count(self.exports_per_hour),
            exports_per_day: count(self.exports_per_day),
            subject_exports_per_day: count(self.subject_exports_per_day),
        }
    }
}
