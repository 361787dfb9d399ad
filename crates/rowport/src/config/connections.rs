use rowport_server::ConnectionSettings;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Checks;
use super::exports::checked;
use super::quantities::duration;

/// How many connections there may be, and how long they may keep Rowport waiting.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ConnectionsSection {
    /// Connections at a time. When absent, half of the files that the process may have open, and 8,192 at most.
    #[schemars(with = "u32", range(min = 16, max = 1_000_000), extend("examples" = [4096]))]
    max: Option<Spanned<u32>>,
    /// Connections from one address at a time, or behind a proxy its requests at a time. When absent, a quarter of all.
    #[schemars(with = "u32", range(min = 1, max = 1_000_000), extend("examples" = [256]))]
    max_per_address: Option<Spanned<u32>>,
    /// Streams of events for one person or API key at a time.
    #[schemars(with = "u32", range(min = 1, max = 10_000), extend("default" = 20, "examples" = [20]))]
    max_streams: Option<Spanned<u32>>,
    /// How long the head of a request may take.
    #[schemars(with = "String", length(min = 1), extend("default" = "10s", "examples" = ["10s"]))]
    head_timeout: Option<Spanned<String>>,
    /// How long the next byte of a request's body may take.
    #[schemars(with = "String", length(min = 1), extend("default" = "30s", "examples" = ["30s"]))]
    body_timeout: Option<Spanned<String>>,
    /// How long a connection is kept for another request: longer than a proxy keeps it.
    #[schemars(with = "String", length(min = 1), extend("default" = "125s", "examples" = ["125s"]))]
    idle_timeout: Option<Spanned<String>>,
}

/// Limits on connections, as far as the file says. How many there may be depends on the process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Connections {
    most: Option<usize>,
    most_per_address: Option<usize>,
    settings: ConnectionSettings,
}

/// Connections are files. State, sources, logs and artifacts need some as well, and so do probes.
const MOST: u64 = 8_192;
const FEWEST: u64 = 16;

impl ConnectionsSection {
    pub(super) fn settings(self, checks: &mut Checks<'_>) -> Connections {
        let mut count = |number: Option<Spanned<u32>>, least: u32, most: u32| {
            let number = number?;
            if !(least..=most).contains(number.get_ref()) {
                let message = format!("{} is too few or too many", number.get_ref());
                checks.wrong(number.span(), message, format!("{least} to {most}"));
                return None;
            }
            usize::try_from(number.into_inner()).ok()
        };
        let most = count(self.max, 16, 1_000_000);
        let most_per_address = count(self.max_per_address, 1, 1_000_000);
        let streams = count(self.max_streams, 1, 10_000);
        let mut time = |text: Option<Spanned<String>>, default| {
            text.and_then(|text| checked(duration(text.get_ref()), &text, checks)).unwrap_or(default)
        };
        let default = ConnectionSettings::default();
        let settings = ConnectionSettings {
            most_streams: streams.unwrap_or(default.most_streams),
            head: time(self.head_timeout, default.head),
            body: time(self.body_timeout, default.body),
            idle: time(self.idle_timeout, default.idle),
            ..default
        };
        Connections { most, most_per_address, settings }
    }
}

impl Connections {
    /// What fits a process that may have so many files open: at least a quarter of them are for other things.
    pub fn for_files(self, files: u64) -> ConnectionSettings {
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let room = number((files - files / 4).max(FEWEST));
        let most = self.most.unwrap_or(number((files / 2).clamp(FEWEST, MOST)));
        if most > room {
            tracing::warn!(max = most, room, "there are fewer files than connections.max asks for");
        }
        let most = most.min(room);
        let per_address = self.most_per_address.unwrap_or((most / 4).max(number(FEWEST)));
        ConnectionSettings { most, most_per_address: Some(per_address), ..self.settings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_everything_else() {
        let of = |files| {
            let settings = Connections::default().for_files(files);
            (settings.most, settings.most_per_address)
        };
        assert_eq!(of(96), (48, Some(16)));
        assert_eq!(of(1_024), (512, Some(128)));
        assert_eq!(of(65_536), (8_192, Some(2_048)));
        assert_eq!(of(u64::MAX), (8_192, Some(2_048)));
        let asked = Connections { most: Some(4_096), ..Connections::default() };
        assert_eq!(asked.for_files(1_024).most, 768);
        assert_eq!(asked.for_files(65_536).most, 4_096);
    }
}
