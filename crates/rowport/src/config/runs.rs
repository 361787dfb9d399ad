use std::time::Duration;

use rowport_engine::runs::RunnerSettings;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Checks;
use super::exports::checked;
use super::quantities::duration;

/// Background work.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RunsSection {
    /// How many runs this process works on at once.
    #[schemars(with = "u32", range(min = 1, max = 64), extend("default" = 2, "examples" = [2]))]
    concurrency: Option<Spanned<u32>>,
    /// How many runs of one person are worked on at once, in all processes together. The others wait.
    #[schemars(with = "u32", range(min = 1, max = 1000), extend("default" = 2, "examples" = [2]))]
    per_principal: Option<Spanned<u32>>,
    /// After how long without a word from its worker a run is given to another one.
    #[schemars(with = "String", length(min = 1), extend("default" = "30s", "examples" = ["30s"]))]
    lease: Option<Spanned<String>>,
    /// How long runs may go on once Rowport is asked to end; then they are left to other processes.
    #[schemars(with = "String", length(min = 1), extend("default" = "20s", "examples" = ["20s"]))]
    drain: Option<Spanned<String>>,
    /// How long a run is remembered after it has ended, and longer while its file is there.
    #[schemars(with = "String", length(min = 1), extend("default" = "90d", "examples" = ["90d"]))]
    keep: Option<Spanned<String>>,
}

impl RunsSection {
    pub(super) fn settings(self, checks: &mut Checks<'_>) -> RunnerSettings {
        let default = RunnerSettings::default();
        let mut count = |number: Option<Spanned<u32>>, most: u32, default: u32| match number {
            Some(number) if !(1..=most).contains(number.get_ref()) => {
                let message = format!("{} is too few or too many", number.get_ref());
                checks.wrong(number.span(), message, format!("1 to {most}"));
                default
            }
            Some(number) => number.into_inner(),
            None => default,
        };
        let concurrency = count(self.concurrency, 64, default.concurrency);
        let per_principal = count(self.per_principal, 1_000, default.per_principal);
        let mut time = |text: Option<Spanned<String>>, default: Duration| {
            text.and_then(|text| checked(duration(text.get_ref()), &text, checks)).unwrap_or(default)
        };
        let lease = time(self.lease, default.lease);
        RunnerSettings {
            concurrency,
            per_principal,
            lease,
            drain: time(self.drain, default.drain),
            keep: time(self.keep, default.keep),
            // Several chances to renew a lease, and none less than a tick apart.
            heartbeat: default.heartbeat.min(lease / 5).max(Duration::from_millis(20)),
            sweep: default.sweep.min(lease * 2),
            ..default
        }
    }
}
